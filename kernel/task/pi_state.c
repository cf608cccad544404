// SPDX-License-Identifier: MIT
/* Who waits for which lock, whose it is, and what priority the waiters lend him: futex_pi.h has the invariants. */
#include <mm/slab.h>
#include "futex_pi.h"

#define MAX_CHAIN 1024          /* owners between who wants to wait and who runs; as Linux's max_lock_depth */

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

static int lent_to(const struct task_struct *t)
{
	int prio = 0;

	for (const struct pi_state *pi = t->pi_owned; pi; pi = pi->next_owned)
		if (pi_top_waiter(pi))
			prio = max(prio, pi_top_waiter(pi)->prio);
	return prio;
}

void pi_adjust_chain(struct task_struct *t)
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
		pi_adjust_chain(t);
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
		pi_adjust_chain(old);
	}
	if (t) {
		pi->owner = t;
		pi->next_owned = t->pi_owned;
		t->pi_owned = pi;
		pi_adjust_chain(t);
	}
}

struct pi_state *pi_use_spare(struct pi_state **spare, struct task_struct *owner)
{
	struct pi_state *pi = *spare;

	*spare = NULL;
	INIT_LIST_HEAD(&pi->waiters);
	pi->refs = 1;
	set_owner(pi, owner);
	return pi;
}

void pi_put(struct pi_state *pi)
{
	if (--pi->refs)
		return;
	set_owner(pi, NULL);
	kfree(pi);
}

bool pi_would_deadlock(const struct task_struct *t, const struct task_struct *owner)
{
	for (int depth = 0; owner; depth++) {
		if (owner == t || depth == MAX_CHAIN)
			return true;
		owner = owner->pi_blocked ? owner->pi_blocked->pi->owner : NULL;
	}
	return false;
}

void pi_enqueue(struct pi_waiter *p, struct pi_state *pi)
{
	struct task_struct *t = p->w.task;

	pi->refs++;
	p->pi = pi;
	p->phase = PI_WAITING;
	p->prio = t->prio;
	t->pi_blocked = p;
	insert_by_prio(p);
	futex_enqueue(&p->w);
	pi_adjust_chain(pi->owner);
}

void pi_stop_waiting(struct pi_waiter *p)
{
	list_del(&p->list);
	p->w.task->pi_blocked = NULL;
}

void pi_hand_over(struct pi_state *pi, struct pi_waiter *p, enum pi_phase how)
{
	pi_stop_waiting(p);
	p->phase = how;
	p->done = true;
	set_owner(pi, p->w.task);
	if (how == PI_OWNER) {
		list_del_init(&p->w.list);
		pi_put(pi);
	}
	wake_up_process(p->w.task);
}

void futex_pi_exit(struct task_struct *t)
{
	while (t->pi_owned) {
		struct pi_state *pi = t->pi_owned;

		if (pi_top_waiter(pi))
			pi_hand_over(pi, pi_top_waiter(pi), PI_INHERITED);
		else
			set_owner(pi, NULL);
	}
}
