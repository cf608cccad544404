/* SPDX-License-Identifier: MIT */
/* System V semaphore sets: shared by their operations (sem.c) and what is asked about them (semctl.c). */
#ifndef KERNEL_IPC_SEM_H
#define KERNEL_IPC_SEM_H

#include "internal.h"

#define SEMMSL 32000            /* semaphores of a set */
#define SEMMNS 1024000000
#define SEMVMX 32767

#define SEMOPM (ipc_ns()->sem_limits[2])

struct semaphore { u16 value; pid_t pid; };

struct sem_set {
	struct ipc_object ipc;
	struct ipc_namespace *ns;       /* [I] */
	s64 otime;
	u32 nsems;
	struct list_head waiters;       /* struct sem_waiter, first come first served */
	struct list_head undos;         /* struct sem_undo, by set */
	struct semaphore sem[];
};

struct sem_undo {
	struct list_head by_set, by_process;
	struct sem_set *set;
	s16 adjust[];                   /* added when the process ends */
};

struct sem_waiter {
	struct list_head list;
	struct wait_queue_head wait;
	const struct sembuf_abi *ops;
	unsigned int nr, blocking;      /* the operation that can't be done yet */
	struct sem_undo *undo;
	pid_t pid;
	int status;                     /* SEM_WAITING, or the call's result */
};
#define SEM_WAITING 1

static inline struct sem_set *set_of(const struct ipc_object *o) { return container_of(o, struct sem_set, ipc); }

/* A value has changed: what waited and can be done now is done, as long as that enables more. */
void sem_update(struct sem_set *set);

#endif
