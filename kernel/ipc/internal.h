/* SPDX-License-Identifier: MIT */
/*
 * Shared by System V's three: shm.c, sem.c, msg.c. ids.c has what they have in common: identifiers (slot + sequence *
 * 32768, as on Linux), keys, owners and modes.
 *
 * Lock: none. One CPU, and nothing here sleeps while an object is looked at, except waits and user copies, after
 * which it is found anew.
 */
#ifndef KERNEL_IPC_INTERNAL_H
#define KERNEL_IPC_INTERNAL_H

#include <asm/uaccess.h>
#include <ipc/ipc.h>
#include <ipc/ipc_ns.h>
#include <lib/err.h>
#include <lib/list.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <ns/pid_ns.h>
#include <ns/user_ns.h>
#include <proc/proc.h>
#include <syscall/syscalls.h>
#include <task/signal.h>
#include <task/task.h>
#include <uapi/errno.h>
#include <uapi/ipc.h>
#include <uapi/prctl.h>

#define IPC_MAX_OBJECTS 32000

struct ipc_object {
	struct ipc64_perm_abi perm;
	int id;
	s64 ctime;
	struct ipc_ids *ids;
};

struct ipc_ids_operations {
	/* A new object of @size (bytes, semaphores), without id and perm, or ERR_PTR; @flags are the get call's. */
	struct ipc_object *(*make)(struct ipc_ids *ids, u64 size, int flags, s32 key);
	void (*free)(struct ipc_object *o);
	/* Does an existing one serve a caller who wants @size? 0 or -errno. */
	int (*suits)(const struct ipc_object *o, u64 size);
	/* Takes it out and frees it: IPC_RMID, or the name space goes. */
	void (*remove)(struct ipc_object *o);
};

/* What a name space begins with. */
void shm_ids_init(struct ipc_namespace *ns);
void sem_ids_init(struct ipc_namespace *ns);
void msg_ids_init(struct ipc_namespace *ns);
/* -ENOMEM */
int mqueue_ns_init(struct ipc_namespace *ns) __attribute__((warn_unused_result));
void mqueue_ns_free(struct ipc_namespace *ns);

/* A number of the caller's name space in /proc/sys; @offset is its place in struct ipc_namespace. */
struct ipc_sysctl { const char *path; size_t offset; long min, max; bool is_long; };
void ipc_sysctls(const struct ipc_sysctl *table, size_t nr);

s64 ipc_now(void);                      /* seconds since 1970 */
/* shmget, semget, msgget: the id or -errno. */
long ipc_get(struct ipc_ids *ids, s32 key, u64 size, int flags);
struct ipc_object *ipc_find(const struct ipc_ids *ids, int id);         /* NULL: EINVAL */
/* By slot number: the next object from @index on, or NULL. */
struct ipc_object *ipc_next(const struct ipc_ids *ids, unsigned int index);
unsigned int ipc_index(const struct ipc_object *o);
/* For IPC_STAT, XXX_STAT (@by_index) and XXX_STAT_ANY (@any: without asking for permission). ERR_PTR. */
struct ipc_object *ipc_find_for_stat(const struct ipc_ids *ids, int id, bool by_index, bool any);
/* For IPC_SET, IPC_RMID: the caller owns it. ERR_PTR: EINVAL, EPERM. */
struct ipc_object *ipc_find_owned(const struct ipc_ids *ids, int id);
/* As the caller sees it. */
struct ipc64_perm_abi ipc_perm_seen(const struct ipc_object *o);
int ipc_set_perm(struct ipc_object *o, const struct ipc64_perm_abi *set);
/* Takes the id away: nobody finds it any more. It is not freed. */
void ipc_forget(struct ipc_object *o);
/* May the caller do what @want (bits 0444, 0222) says? */
bool ipc_allowed(const struct ipc64_perm_abi *p, unsigned int want);
bool ipc_owns(const struct ipc64_perm_abi *p);

void shm_init(void);
void sem_init(void);
void msg_init(void);
void mqueue_init(void);

#endif
