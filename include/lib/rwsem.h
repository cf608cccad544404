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
	int count;      /* [A] -1 a writer, 0 free, n readers */
};

struct mutex {
	int locked;     /* [A] 0 or 1 */
};

#define RWSEM_INIT { 0 }
#define MUTEX_INIT { 0 }

/* The waiting halves of the calls below. */
void __down_read(struct rw_semaphore *s);
void __down_write(struct rw_semaphore *s);
void __mutex_lock(struct mutex *m);

/* Registered by the scheduler: let somebody else run, come back later. @turn: how often it was asked for this lock before. */
void lock_set_yield(void (*yield)(unsigned int turn));
/* Gives the CPU away once, for callers that poll (kmap's full window). A bug before the scheduler is there. */
void lock_yield(void);

static inline void init_rwsem(struct rw_semaphore *s)
{
	s->count = 0;
}

static inline bool __must_check down_read_trylock(struct rw_semaphore *s)
{
	int c = __atomic_load_n(&s->count, __ATOMIC_RELAXED);

	return c >= 0 && __atomic_compare_exchange_n(&s->count, &c, c + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline bool __must_check down_write_trylock(struct rw_semaphore *s)
{
	int c = 0;

	return __atomic_compare_exchange_n(&s->count, &c, -1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void down_read(struct rw_semaphore *s)
{
	if (unlikely(!down_read_trylock(s)))
		__down_read(s);
}

static inline void up_read(struct rw_semaphore *s)
{
	__atomic_fetch_sub(&s->count, 1, __ATOMIC_RELEASE);
}

static inline void down_write(struct rw_semaphore *s)
{
	if (unlikely(!down_write_trylock(s)))
		__down_write(s);
}

static inline void up_write(struct rw_semaphore *s)
{
	__atomic_store_n(&s->count, 0, __ATOMIC_RELEASE);
}

/* The writer becomes the first reader, without letting another writer in between. */
static inline void downgrade_write(struct rw_semaphore *s)
{
	__atomic_store_n(&s->count, 1, __ATOMIC_RELEASE);
}

static inline void mutex_init(struct mutex *m)
{
	m->locked = 0;
}

static inline bool __must_check mutex_trylock(struct mutex *m)
{
	return !__atomic_exchange_n(&m->locked, 1, __ATOMIC_ACQUIRE);
}

static inline void mutex_lock(struct mutex *m)
{
	if (unlikely(!mutex_trylock(m)))
		__mutex_lock(m);
}

static inline void mutex_unlock(struct mutex *m)
{
	__atomic_store_n(&m->locked, 0, __ATOMIC_RELEASE);
}

/* BUG when nobody holds @s as said (whose hold it is isn't known). */
void rwsem_assert_held_write(const struct rw_semaphore *s);
void rwsem_assert_held(const struct rw_semaphore *s);

#endif
