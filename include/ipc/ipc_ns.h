/* SPDX-License-Identifier: MIT */
/*
 * IPC name spaces, ipc_namespaces(7): System V identifiers and POSIX message queues with their limits. Who still maps a
 * segment holds a reference to its name space; when the last is gone everything in it is destroyed.
 */
#ifndef IPC_IPC_NS_H
#define IPC_IPC_NS_H

#include <lib/list.h>
#include <ns/ns_common.h>

struct ipc_object;
struct ipc_ids_operations;
struct ipc_namespace;
struct super_block;

/* The identifiers of one kind. */
struct ipc_ids {
	const struct ipc_ids_operations *op;    /* [I] */
	struct ipc_namespace *ns;               /* [I] */
	int limit;                      /* objects; a sysctl, at most IPC_MAX_OBJECTS */
	struct ipc_object **slots;      /* nr_slots */
	unsigned int nr_slots, highest, used, next_free;     /* no free slot below next_free */
	u16 next_seq;
	int wanted_id;                  /* /proc/sys/kernel/XXX_next_id: of the next object; -1: any */
};

struct ipc_namespace {
	struct ns_common ns;
	struct ipc_ids shm, sem, msg;
	u64 shm_pages;
	unsigned long shmmax, shmall;
	int sem_limits[4];              /* semmsl, semmns, semopm, semmni */
	u64 nr_sems;
	int msgmax, msgmnb;             /* bytes of a message, of a queue */
	u64 nr_messages, message_bytes;
	/* mqueue.c */
	struct super_block *mq_tree;    /* there whether it is mounted or not */
	struct list_head mqueues;
	int nr_mqueues, queues_max, msg_max, msgsize_max, msg_default, msgsize_default;
};
extern struct ipc_namespace init_ipc_ns;
struct ipc_namespace *ipc_ns(void);     /* the current task's */
struct ipc_namespace *copy_ipc_ns(struct user_namespace *owner); /* an empty one; ERR_PTR */

#endif
