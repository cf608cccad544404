/* SPDX-License-Identifier: MIT */
/*
 * What the files of futex(2) share: futex.c (names, waiting and waking), futex_pi.c and pi_state.c (priority inheritance), futex_waitv.c
 * (many at once), futex_robust.c (what a dead owner leaves behind).
 *
 * Lock: none. On one CPU, without preemption in the kernel, everything between two sleeps is atomic. A user access may
 * sleep in its fault, so it comes before the decision, or its page is brought in first (futex_touch).
 */
#ifndef TASK_FUTEX_H
#define TASK_FUTEX_H

#include <uapi/futex.h>
#include "internal.h"

struct futex_key { u64 object, offset; };       /* mm or address_space; address or file offset */

struct futex_waiter {
	struct list_head list;          /* in its bucket, highest priority first; empty when woken */
	struct futex_key key;
	struct task_struct *task;
	u32 bitset;
	bool woken;
	struct pi_waiter *pi;           /* it waits for a lock, not for a wake; NULL: an ordinary one */
};

/* The name of the word at @addr. 0, -EINVAL (not aligned), -EFAULT. May sleep. */
int futex_get_key(u64 addr, bool shared, struct futex_key *k);
static inline bool futex_same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}
struct list_head *futex_bucket(const struct futex_key *k);
/* The first who waits there, or NULL. */
struct futex_waiter *futex_first(const struct futex_key *k);
void futex_enqueue(struct futex_waiter *w);
void futex_wake_waiter(struct futex_waiter *w);         /* takes it off, and wakes its task */
/* Brings the word's page in, writable: accesses until the next sleep will not fault. 0 or -EFAULT. */
int futex_touch(u64 addr);

/* futex_pi.c */
long futex_lock_pi(u64 addr, bool shared, u64 deadline, bool try);
long futex_unlock_pi(u64 addr, bool shared);
long futex_wait_requeue_pi(u64 addr, bool shared, u32 val, u64 deadline, u64 to);
long futex_cmp_requeue_pi(u64 from, u64 to, bool shared, int nr_wake, int nr_move, u32 expect);
void futex_pi_exit(struct task_struct *t);              /* the next waiters get what @t owns */

#endif
