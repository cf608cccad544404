/* SPDX-License-Identifier: MIT */
/*
 * Locks with priority inheritance. A pi_state is there while somebody waits: it is found through its waiters in the
 * futex's bucket, and hangs in its owner's list. Invariants: 1 the waiters of a state stand by priority, first come first
 * served; 2 no chain of pi_blocked and owner closes (pi_would_deadlock); 3 pi_boost of a task is the highest priority of
 * all waiters of all states it owns.
 *
 * Lock: as in futex.h; nothing here sleeps or touches user memory.
 */
#ifndef TASK_FUTEX_PI_H
#define TASK_FUTEX_PI_H

#include "futex.h"

enum pi_phase {
	PI_ELSEWHERE,           /* waits on the first word of FUTEX_WAIT_REQUEUE_PI */
	PI_WAITING,
	PI_OWNER,               /* the lock is its, the word says so */
	PI_INHERITED,           /* the lock is its; it still has to write that down */
};

struct pi_state {
	struct task_struct *owner;
	struct pi_state *next_owned;    /* owner->pi_owned */
	struct list_head waiters;
	unsigned int refs;              /* waiters, heirs, and who is at work with it */
};

struct pi_waiter {
	struct futex_waiter w;
	struct list_head list;          /* pi->waiters, in PI_WAITING */
	struct pi_state *pi;            /* PI_WAITING, PI_INHERITED */
	enum pi_phase phase;
	bool done;                      /* PI_OWNER or PI_INHERITED */
	int prio;                       /* its place among the waiters */
	u64 addr;                       /* the lock's word, in its own memory */
	struct futex_key to;            /* PI_ELSEWHERE: the lock's name */
};

static inline struct pi_waiter *pi_top_waiter(const struct pi_state *pi)
{
	return list_empty(&pi->waiters) ? NULL : list_first_entry(&pi->waiters, struct pi_waiter, list);
}

/* *spare, a zeroed one, becomes the state of a lock that @owner has, with one reference. */
struct pi_state *pi_use_spare(struct pi_state **spare, struct task_struct *owner);
void pi_put(struct pi_state *pi);
/* If @t waited for what @owner has, would somebody wait for himself? */
bool pi_would_deadlock(const struct task_struct *t, const struct task_struct *owner);
/* @p waits for @pi from now on. => no deadlock */
void pi_enqueue(struct pi_waiter *p, struct pi_state *pi);
void pi_stop_waiting(struct pi_waiter *p);      /* in its bucket it stays */
/* The lock of @pi is @p's now, who waited longest among the most urgent. */
void pi_hand_over(struct pi_state *pi, struct pi_waiter *p, enum pi_phase how);
/* What others lend @t, or its own priority, changed: so does its place where it waits, and what it lends itself. */
void pi_adjust_chain(struct task_struct *t);

#endif
