/* SPDX-License-Identifier: MIT */
/*
 * Sleeping locks: a mutex, and a lock that many read or one writes. The holder may sleep. Waiting
 * is by giving the CPU away through the hook that the scheduler registers (this floor knows no
 * tasks); before that a contended lock is a bug.
 */
#ifndef LIB_RWSEM_H
#define LIB_RWSEM_H

#include <lib/types.h>
#include <lib/compiler.h>

struct rw_semaphore {
	int count;      /* -1 a writer, 0 free, n readers */
};

struct mutex {
	int locked;
};

void init_rwsem(struct rw_semaphore *s);
void down_read(struct rw_semaphore *s);
void up_read(struct rw_semaphore *s);
void down_write(struct rw_semaphore *s);
void up_write(struct rw_semaphore *s);
void rwsem_assert_held_write(const struct rw_semaphore *s);
void rwsem_assert_held(const struct rw_semaphore *s);

void mutex_init(struct mutex *m);
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

/* Registered by the scheduler: let somebody else run, come back later. */
void lock_set_yield(void (*yield)(void));

#endif
