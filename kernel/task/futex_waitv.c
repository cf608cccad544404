/* SPDX-License-Identifier: MIT */
/* futex_waitv(2): sleeping on up to 128 futexes until one of them is woken. */
#include <mm/slab.h>
#include "futex.h"

#define FUTEX_WAITV_MAX 128
#define FUTEX_32 2u

struct futex_waitv_abi { u64 val, uaddr; u32 flags, reserved; };
static_assert(sizeof(struct futex_waitv_abi) == 24);

struct waitv {
	struct futex_waiter waiters[FUTEX_WAITV_MAX];
	struct futex_waitv_abi user[FUTEX_WAITV_MAX];
};

/* The first @n leave their queues. The last that was woken, or -1. */
static int dequeue_all(struct waitv *v, int n)
{
	int woken = -1;

	for (int i = 0; i < n; i++) {
		if (v->waiters[i].woken)
			woken = i;
		else
			list_del_init(&v->waiters[i].list);
	}
	return woken;
}

/* Queues first and looks then: a wake in between is not lost. 0: all hold what is expected; else the call's answer. @woken */
static int enqueue_all(struct waitv *v, int n, int *woken)
{
	*woken = -1;
	for (int i = 0; i < n; i++) {
		int err = 0;
		u32 now;

		futex_enqueue(&v->waiters[i]);
		if (get_user_u32(&now, (const void __user *)v->user[i].uaddr))
			err = -EFAULT;
		else if (now != (u32)v->user[i].val)
			err = -EAGAIN;
		if (err) {
			*woken = dequeue_all(v, i + 1);
			return err;
		}
	}
	return 0;
}

static bool any_woken(const struct waitv *v, int n)
{
	for (int i = 0; i < n; i++)
		if (READ_ONCE(v->waiters[i].woken))
			return true;
	return false;
}

static long wait_all(struct waitv *v, int n, u64 deadline)
{
	bool late = false;
	int err, woken;

	err = enqueue_all(v, n, &woken);
	if (err)
		return woken >= 0 ? woken : err;
	while (!any_woken(v, n) && !late && !signal_pending()) {
		set_current_sleeping();
		if (any_woken(v, n) || signal_pending())
			break;
		late = schedule_until(deadline);
	}
	set_current_running();
	woken = dequeue_all(v, n);
	if (woken >= 0)
		return woken;
	return late ? -ETIMEDOUT : -ERESTARTSYS;
}

static int parse(struct waitv *v, int n, u64 user)
{
	if (copy_from_user(v->user, (const void __user *)user, (size_t)n * sizeof(v->user[0])))
		return -EFAULT;
	for (int i = 0; i < n; i++) {
		const struct futex_waitv_abi *u = &v->user[i];

		if ((u->flags & ~(FUTEX_32 | FUTEX_PRIVATE_FLAG)) || !(u->flags & FUTEX_32) || u->reserved)
			return -EINVAL;
	}
	for (int i = 0; i < n; i++) {
		struct futex_waiter *w = &v->waiters[i];
		int err = futex_get_key(v->user[i].uaddr, !(v->user[i].flags & FUTEX_PRIVATE_FLAG), &w->key);

		if (err)
			return err;
		w->task = current;
		w->bitset = FUTEX_BITSET_MATCH_ANY;
	}
	return 0;
}

/* (waiters, how many, flags: none, absolute timeout, its clock) */
SYSCALL(futex_waitv)
{
	u64 deadline = U64_MAX;
	struct waitv *v;
	long ret = 0;

	if (a2 || !(u32)a1 || (u32)a1 > FUTEX_WAITV_MAX || !a0)
		return -EINVAL;
	if (a3) {
		if ((int)a4 != CLOCK_MONOTONIC && (int)a4 != CLOCK_REALTIME)
			return -EINVAL;
		ret = ktime_user_deadline((u64)a3, (int)a4 == CLOCK_REALTIME, &deadline);
		if (ret)
			return ret;
	}
	v = kzalloc(sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	ret = parse(v, (int)a1, (u64)a0);
	if (!ret)
		ret = wait_all(v, (int)a1, deadline);
	kfree(v);
	return ret;
}
