/* SPDX-License-Identifier: MIT */
/*
 * Futexes that are locks with priority inheritance: the word holds the owner's thread id, and who waits lends the owner
 * its real-time priority, and so on along the chain of owners that wait themselves. Ownership is handed over: who
 * unlocks (or dies) writes the next owner's id into the word, or leaves it to the next owner (PI_INHERITED).
 */
#include <mm/slab.h>
#include "futex_pi.h"

/* ---- taking ---- */

/* A lock that has waiters: does the word agree with what is known? 0: @pi with a reference. */
static int join_waiters(const struct futex_waiter *first, u32 val, struct pi_state **pi)
{
	struct pi_state *known = first->pi ? first->pi->pi : NULL;

	if (!known)
		return -EINVAL;         /* somebody sleeps there without inheritance */
	if (first->pi->phase != PI_INHERITED && (!known->owner || (u32)known->owner->vpid != (val & FUTEX_TID_MASK)))
		return -EINVAL;
	known->refs++;
	*pi = known;
	return 0;
}

/* The first to wait: the owner is who the word says. -EBUSY: it is about to die. */
static int find_owner(u32 val, struct task_struct **owner)
{
	struct task_struct *t = find_task_by_vpid((pid_t)(val & FUTEX_TID_MASK));

	if (!t)
		return -ESRCH;
	if (t->flags & PF_KTHREAD)
		return -EPERM;
	if (t->flags & PF_EXITING)
		return t->mm ? -EBUSY : -ESRCH;
	*owner = t;
	return 0;
}

/*
 * Takes the lock at @addr for @t. 1: it is @t's. 0: it has an owner; *pi is the state to wait for, with a reference. *spare, a
 * zeroed one, may be used up for it. @others: more will wait, so that FUTEX_WAITERS is wanted.
 * => the word was touched; nothing here sleeps.
 */
static int take(u64 addr, const struct futex_key *key, struct task_struct *t, bool others, struct pi_state **spare, struct pi_state **pi)
{
	struct futex_waiter *first;
	struct task_struct *owner;
	u32 val, seen, new;
	int err;

	if (get_user_u32(&val, (const void __user *)addr))
		return -EFAULT;
	if ((val & FUTEX_TID_MASK) == (u32)t->vpid)
		return -EDEADLK;
	first = futex_first(key);
	if (first)
		return join_waiters(first, val, pi);
	if (val & FUTEX_TID_MASK)
		new = val | FUTEX_WAITERS;      /* its owner must come here to unlock it */
	else
		new = (val & FUTEX_OWNER_DIED) | (u32)t->vpid | (others ? FUTEX_WAITERS : 0);
	if (cmpxchg_user_u32(&seen, val, new, (u32 __user *)addr))
		return -EFAULT;
	if (seen != val)
		return -EAGAIN;
	if (!(val & FUTEX_TID_MASK))
		return 1;
	err = find_owner(val, &owner);
	if (err)
		return err;
	*pi = pi_use_spare(spare, owner);
	return 0;
}

/* An owner that dies does so within a moment, but who waits for it may be more urgent: sleep. False: a signal came. */
static bool let_owner_die(void)
{
	set_current_sleeping();
	if (!signal_pending())
		schedule_until(ktime_get_ns() + NSEC_PER_SEC / HZ);
	set_current_running();
	return !signal_pending();
}

/* take(), again where it should be tried again. */
static int take_or_find(u64 addr, const struct futex_key *key, struct task_struct *t, bool others, struct pi_state **pi)
{
	struct pi_state *spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	int ret;

	if (!spare)
		return -ENOMEM;
	do {
		ret = futex_touch(addr);
		if (!ret)
			ret = take(addr, key, t, others, &spare, pi);
		if (ret == -EBUSY)
			ret = let_owner_die() ? -EAGAIN : -ERESTARTNOINTR;
	} while (ret == -EAGAIN);
	kfree(spare);
	return ret;
}

/* The heir of a dead owner writes its name into the word; if it can't, the next one may try. 0 or -EFAULT. */
static int write_inheritance(struct pi_waiter *p)
{
	u32 val, seen, pid = (u32)p->w.task->vpid;
	struct pi_state *pi = p->pi;
	int err = 0;

	do {
		if (get_user_u32(&val, (const void __user *)p->addr) ||
		    cmpxchg_user_u32(&seen, val, pid | FUTEX_WAITERS | FUTEX_OWNER_DIED, (u32 __user *)p->addr)) {
			err = -EFAULT;
			break;
		}
	} while (seen != val);
	list_del_init(&p->w.list);
	if (err && pi_top_waiter(pi))
		pi_hand_over(pi, pi_top_waiter(pi), PI_INHERITED);
	pi_put(pi);
	return err;
}

/* After the sleep: 0: the lock is the caller's. @interrupted: what a signal answers. */
static int finish(struct pi_waiter *p, bool late, int interrupted)
{
	struct task_struct *owner;

	switch (p->phase) {
	case PI_OWNER:
		return 0;
	case PI_INHERITED:
		return write_inheritance(p);
	case PI_WAITING:
		owner = p->pi->owner;
		pi_stop_waiting(p);
		pi_adjust_chain(owner);
		pi_put(p->pi);
		break;
	case PI_ELSEWHERE:
		break;
	}
	list_del_init(&p->w.list);
	return late ? -ETIMEDOUT : interrupted;
}

static struct pi_waiter *new_waiter(u64 addr)
{
	struct pi_waiter *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->w.task = current;
	p->w.bitset = FUTEX_BITSET_MATCH_ANY;
	p->w.pi = p;
	p->addr = addr;
	return p;
}

long futex_lock_pi(u64 addr, bool shared, u64 deadline, bool try)
{
	struct pi_waiter *p = new_waiter(addr);
	struct pi_state *pi;
	int ret;

	if (!p)
		return -ENOMEM;
	ret = futex_get_key(addr, shared, &p->w.key);
	if (!ret)
		ret = take_or_find(addr, &p->w.key, current, false, &pi);
	if (ret == 0) {
		ret = try ? -EAGAIN : pi_would_deadlock(current, pi->owner) ? -EDEADLK : 0;
		if (!ret)
			pi_enqueue(p, pi);
		pi_put(pi);
		if (!ret)
			ret = finish(p, wait_for_flag(&p->done, deadline), -ERESTARTNOINTR);
	} else if (ret > 0) {
		ret = 0;
	}
	kfree(p);
	return ret;
}

/* ---- unlocking ---- */

/* => the word was touched; nothing here sleeps. -EAGAIN: try again. */
static int unlock(u64 addr, const struct futex_key *key)
{
	struct pi_waiter *next = NULL;
	struct pi_state *pi = NULL;
	struct futex_waiter *first;
	u32 val, seen;

	if (get_user_u32(&val, (const void __user *)addr))
		return -EFAULT;
	if ((val & FUTEX_TID_MASK) != (u32)current->vpid)
		return -EPERM;
	first = futex_first(key);
	if (first) {
		pi = first->pi ? first->pi->pi : NULL;
		if (!pi || pi->owner != current)
			return -EINVAL;
		next = pi_top_waiter(pi);
	}
	if (cmpxchg_user_u32(&seen, val, next ? (u32)next->w.task->vpid | FUTEX_WAITERS : 0, (u32 __user *)addr))
		return -EFAULT;
	if (seen != val)
		return -EAGAIN;
	if (next)
		pi_hand_over(pi, next, PI_OWNER);
	return 0;
}

long futex_unlock_pi(u64 addr, bool shared)
{
	struct futex_key key;
	u32 val;
	int ret;

	if (get_user_u32(&val, (const void __user *)addr))
		return -EFAULT;
	if ((val & FUTEX_TID_MASK) != (u32)current->vpid)
		return -EPERM;
	ret = futex_get_key(addr, shared, &key);
	if (ret)
		return ret;
	do {
		ret = futex_touch(addr);
		if (!ret)
			ret = unlock(addr, &key);
	} while (ret == -EAGAIN);
	return ret;
}

/* ---- condition variables: from a plain word to a lock ---- */

long futex_wait_requeue_pi(u64 addr, bool shared, u32 val, u64 deadline, u64 to)
{
	struct pi_waiter *p;
	bool late;
	u32 now;
	int ret;

	if (addr == to)
		return -EINVAL;
	p = new_waiter(to);
	if (!p)
		return -ENOMEM;
	ret = futex_get_key(to, shared, &p->to);
	if (!ret)
		ret = futex_get_key(addr, shared, &p->w.key);
	if (!ret && get_user_u32(&now, (const void __user *)addr))
		ret = -EFAULT;
	if (!ret && now != val)
		ret = -EAGAIN;
	if (!ret && futex_same_key(&p->w.key, &p->to))
		ret = -EINVAL;
	if (!ret) {
		futex_enqueue(&p->w);
		late = wait_for_flag(&p->done, deadline);
		/* Moved to the lock already, it can't start again: the condition's word has changed. */
		ret = finish(p, late, p->phase == PI_WAITING ? -EAGAIN : -ERESTARTNOINTR);
	}
	kfree(p);
	return ret;
}

static bool wants(const struct futex_waiter *w, const struct futex_key *lock)
{
	return w->pi && w->pi->phase == PI_ELSEWHERE && futex_same_key(&w->pi->to, lock);
}

/* The others who wait at @from go on to wait for @pi. How many, or -errno. */
static int move_waiters(const struct futex_key *from, const struct futex_key *to, struct pi_state *pi, int max)
{
	struct futex_waiter *w, *n;
	int done = 0;

	list_for_each_entry_safe(w, n, futex_bucket(from), list) {
		if (!futex_same_key(&w->key, from))
			continue;
		if (done == max)
			break;
		if (!wants(w, to))
			return -EINVAL;
		if (pi_would_deadlock(w->task, pi->owner))
			return -EDEADLK;
		list_del(&w->list);
		w->key = *to;
		pi_enqueue(w->pi, pi);
		done++;
	}
	return done;
}

/* => the lock's word was touched; nothing here sleeps */
static int requeue(const struct futex_key *from, const struct futex_key *to, u64 addr, int nr_move, struct pi_state **spare)
{
	struct futex_waiter *first = futex_first(from);
	struct pi_state *pi = NULL;
	int taken, moved;

	if (!first)
		return 0;
	if (!wants(first, to))
		return -EINVAL;
	taken = take(addr, to, first->task, nr_move > 0, spare, &pi);
	if (taken < 0)
		return taken;
	if (taken) {
		pi = pi_use_spare(spare, first->task);
		list_del_init(&first->list);
		first->pi->phase = PI_OWNER;
		first->pi->done = true;
		wake_up_process(first->task);
	}
	moved = move_waiters(from, to, pi, min(nr_move, INT32_MAX - 1) + !taken);
	pi_put(pi);
	return moved < 0 ? moved : moved + taken;
}

long futex_cmp_requeue_pi(u64 from, u64 to, bool shared, int nr_wake, int nr_move, u32 expect)
{
	struct pi_state *spare;
	struct futex_key k1, k2;
	u32 now;
	int ret;

	if (nr_wake != 1 || nr_move < 0 || from == to)
		return -EINVAL;
	ret = futex_get_key(from, shared, &k1);
	if (!ret)
		ret = futex_get_key(to, shared, &k2);
	if (!ret && futex_same_key(&k1, &k2))
		ret = -EINVAL;
	if (ret)
		return ret;
	spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	if (!spare)
		return -ENOMEM;
	do {
		ret = get_user_u32(&now, (const void __user *)from) ? -EFAULT : 0;
		if (!ret && now != expect)
			break;
		if (!ret)
			ret = futex_touch(to);
		if (!ret)
			ret = requeue(&k1, &k2, to, nr_move, &spare);
		if (ret == -EBUSY)
			ret = let_owner_die() ? -EAGAIN : -ERESTARTNOINTR;
	} while (ret == -EAGAIN);
	kfree(spare);
	return !ret && now != expect ? -EAGAIN : ret;
}
