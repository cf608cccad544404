/* SPDX-License-Identifier: MIT */
/*
 * Futexes that are locks with priority inheritance: the word holds the owner's thread id, and who waits lends the owner
 * its real-time priority, and so on along the chain of owners that wait themselves. Ownership is handed over: who
 * unlocks (or dies) writes the next owner's id into the word, or leaves it to the next owner (PI_INHERITED).
 *
 * A pi_state is there while somebody waits: it is found through its waiters in the futex's bucket, and hangs in its owner's
 * list. Invariants: 1 the waiters of a state stand by priority, first come first served; 2 no chain of pi_blocked and
 * owner closes (would_deadlock); 3 pi_boost of a task is the highest priority of all waiters of all states it owns.
 */
#include <mm/slab.h>
#include "futex.h"

#define MAX_CHAIN 1024          /* owners between who wants to wait and who runs; as Linux's max_lock_depth */

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

/* ---- priorities ---- */

static void insert_by_prio(struct pi_waiter *p)
{
	struct pi_waiter *other;

	list_for_each_entry(other, &p->pi->waiters, list) {
		if (other->prio < p->prio) {
			list_add_tail(&p->list, &other->list);
			return;
		}
	}
	list_add_tail(&p->list, &p->pi->waiters);
}

static struct pi_waiter *top_waiter(const struct pi_state *pi)
{
	return list_empty(&pi->waiters) ? NULL : list_first_entry(&pi->waiters, struct pi_waiter, list);
}

static int lent_to(const struct task_struct *t)
{
	int prio = 0;

	for (const struct pi_state *pi = t->pi_owned; pi; pi = pi->next_owned)
		if (top_waiter(pi))
			prio = max(prio, top_waiter(pi)->prio);
	return prio;
}

/* What others lend @t, or its own priority, changed: so does its place where it waits, and what it lends itself. */
static void adjust_chain(struct task_struct *t)
{
	while (t) {
		struct pi_waiter *p = t->pi_blocked;

		set_boost(t, lent_to(t));
		if (!p || p->prio == t->prio)
			return;
		p->prio = t->prio;
		list_del(&p->list);
		insert_by_prio(p);
		t = p->pi->owner;
	}
}

void futex_prio_changed(struct task_struct *t)
{
	if (t->pi_blocked)
		adjust_chain(t);
}

/* ---- states and owners ---- */

static void set_owner(struct pi_state *pi, struct task_struct *t)
{
	struct task_struct *old = pi->owner;

	if (old) {
		struct pi_state **link = &old->pi_owned;

		while (*link != pi)
			link = &(*link)->next_owned;
		*link = pi->next_owned;
		pi->owner = NULL;
		adjust_chain(old);
	}
	if (t) {
		pi->owner = t;
		pi->next_owned = t->pi_owned;
		t->pi_owned = pi;
		adjust_chain(t);
	}
}

static struct pi_state *use_spare(struct pi_state **spare, struct task_struct *owner)
{
	struct pi_state *pi = *spare;

	*spare = NULL;
	INIT_LIST_HEAD(&pi->waiters);
	pi->refs = 1;
	set_owner(pi, owner);
	return pi;
}

static void put_state(struct pi_state *pi)
{
	if (--pi->refs)
		return;
	set_owner(pi, NULL);
	kfree(pi);
}

/* If @t waited for what @owner has, would somebody wait for himself? */
static bool would_deadlock(const struct task_struct *t, const struct task_struct *owner)
{
	for (int depth = 0; owner; depth++) {
		if (owner == t || depth == MAX_CHAIN)
			return true;
		owner = owner->pi_blocked ? owner->pi_blocked->pi->owner : NULL;
	}
	return false;
}

/* @p waits for @pi from now on. => no deadlock */
static void enqueue(struct pi_waiter *p, struct pi_state *pi)
{
	struct task_struct *t = p->w.task;

	pi->refs++;
	p->pi = pi;
	p->phase = PI_WAITING;
	p->prio = t->prio;
	t->pi_blocked = p;
	insert_by_prio(p);
	futex_enqueue(&p->w);
	adjust_chain(pi->owner);
}

/* Waits no longer; in its bucket it stays. */
static void stop_waiting(struct pi_waiter *p)
{
	list_del(&p->list);
	p->w.task->pi_blocked = NULL;
}

/* The lock of @pi is @p's now, who waited longest among the most urgent. */
static void hand_over(struct pi_state *pi, struct pi_waiter *p, enum pi_phase how)
{
	stop_waiting(p);
	p->phase = how;
	p->done = true;
	set_owner(pi, p->w.task);
	if (how == PI_OWNER) {
		list_del_init(&p->w.list);
		put_state(pi);
	}
	wake_up_process(p->w.task);
}

void futex_pi_exit(struct task_struct *t)
{
	while (t->pi_owned) {
		struct pi_state *pi = t->pi_owned;

		if (top_waiter(pi))
			hand_over(pi, top_waiter(pi), PI_INHERITED);
		else
			set_owner(pi, NULL);
	}
}

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
	*pi = use_spare(spare, owner);
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
	if (err && top_waiter(pi))
		hand_over(pi, top_waiter(pi), PI_INHERITED);
	put_state(pi);
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
		stop_waiting(p);
		adjust_chain(owner);
		put_state(p->pi);
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
		ret = try ? -EAGAIN : would_deadlock(current, pi->owner) ? -EDEADLK : 0;
		if (!ret)
			enqueue(p, pi);
		put_state(pi);
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
		next = top_waiter(pi);
	}
	if (cmpxchg_user_u32(&seen, val, next ? (u32)next->w.task->vpid | FUTEX_WAITERS : 0, (u32 __user *)addr))
		return -EFAULT;
	if (seen != val)
		return -EAGAIN;
	if (next)
		hand_over(pi, next, PI_OWNER);
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
		if (would_deadlock(w->task, pi->owner))
			return -EDEADLK;
		list_del(&w->list);
		w->key = *to;
		enqueue(w->pi, pi);
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
		pi = use_spare(spare, first->task);
		list_del_init(&first->list);
		first->pi->phase = PI_OWNER;
		first->pi->done = true;
		wake_up_process(first->task);
	}
	moved = move_waiters(from, to, pi, min(nr_move, INT32_MAX - 1) + !taken);
	put_state(pi);
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
