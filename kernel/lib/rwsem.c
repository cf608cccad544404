// SPDX-License-Identifier: MIT
/* Waiting for the sleeping locks of lib/rwsem.h: give the CPU away until the lock is free. */
#include <lib/bug.h>
#include <lib/rwsem.h>
#include <lib/spinlock.h>

static void (*yield_cpu)(unsigned int turn);

void lock_set_yield(void (*yield)(unsigned int turn))
{
	yield_cpu = yield;
}

void __sched lock_yield(void)
{
	assert_no_spinlock();
	if (!yield_cpu)
		BUG("waiting before there are tasks");
	yield_cpu(0);
}

static void __sched wait_turn(const void *lock, unsigned int turn)
{
	assert_no_spinlock();
	if (!yield_cpu)
		BUG("lock %p is contended before tasks can wait", lock);
	yield_cpu(turn);
}

void __sched __down_read(struct rw_semaphore *s)
{
	for (unsigned int turn = 0; !down_read_trylock(s); turn++)
		wait_turn(s, turn);
}

void __sched __down_write(struct rw_semaphore *s)
{
	for (unsigned int turn = 0; !down_write_trylock(s); turn++)
		wait_turn(s, turn);
}

void __sched __mutex_lock(struct mutex *m)
{
	for (unsigned int turn = 0; !mutex_trylock(m); turn++)
		wait_turn(m, turn);
}

void rwsem_assert_held_write(const struct rw_semaphore *s)
{
	if (s->count != -1)
		BUG("rw_semaphore %p is not held for write (count %d)", (const void *)s, s->count);
}

void rwsem_assert_held(const struct rw_semaphore *s)
{
	if (s->count == 0)
		BUG("rw_semaphore %p is not held", (const void *)s);
}
