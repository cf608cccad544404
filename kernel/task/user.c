/* SPDX-License-Identifier: MIT */
/*
 * What each real user id has running, queued and made, in each user name space. A list that grows to as many as there
 * are at one time: an entry whose counts are all 0 is the next new user's. Processes and name spaces count in the
 * user name space and, for who made that, in each one above; the rest counts in the initial one. Lock: none. One CPU,
 * no interrupt comes here, and nothing sleeps; task_struct.user is [T].
 */
#include <mm/slab.h>
#include "internal.h"

struct user_count {
	struct user_count *next;
	struct user_namespace *ns;      /* not referenced: what is charged does that */
	struct user_count *parent;      /* who made @ns, in the one above; NULL: the initial one */
	u32 uid;
	u32 tasks, sigqueues, inflight, namespaces[NR_NS_KINDS];
	u64 mqueue_bytes;
};

static struct user_count root_user = { .ns = &init_user_ns }, *users = &root_user;      /* [1] */

static struct user_count *find_user(const struct user_namespace *ns, u32 uid)
{
	struct user_count *u;

	for (u = users; u && (u->uid != uid || u->ns != ns); u = u->next)
		;
	return u;
}

static bool is_unused(const struct user_count *u)
{
	for (int i = 0; i < NR_NS_KINDS; i++)
		if (u->namespaces[i])
			return false;
	return !u->tasks && !u->sigqueues && !u->inflight && !u->mqueue_bytes;
}

static struct user_count *unused_entry(void)
{
	struct user_count *u;

	for (u = root_user.next; u; u = u->next)
		if (is_unused(u))
			return u;
	u = kzalloc(sizeof(*u), GFP_ATOMIC);
	if (u) {
		u->next = root_user.next;
		root_user.next = u;
	}
	return u;
}

/* What is charged is taken back through the same pointer: without memory it may be root's. */
static struct user_count *user_of(struct user_namespace *ns, u32 uid)
{
	struct user_count *u = find_user(ns, uid);

	if (likely(u))
		return u;
	u = unused_entry();
	if (!u)
		return &root_user;      /* charged to root rather than refused */
	u->ns = ns;
	u->parent = ns->ns.charged;
	u->uid = uid;
	return u;
}

void forget_user_counts(const struct user_namespace *ns)
{
	struct user_count **p = &root_user.next, *u;

	while ((u = *p)) {
		if (u->ns == ns) {
			*p = u->next;
			kfree(u);
		} else {
			p = &u->next;
		}
	}
}

/* --- processes ------------------------------------------------------------------------------- */

bool user_over_nproc(const struct task_struct *t, u64 limit, unsigned int more)
{
	const struct user_count *u;

	for (u = t->user; u; u = u->parent) {
		if (u->tasks + more > limit)
			return true;
		limit = u->ns->max_processes;
	}
	return false;
}

void user_charge_again(struct task_struct *t)
{
	struct user_count *u = t->user;

	do
		u->tasks++;
	while (unlikely((u = u->parent) != NULL));
}

void user_charge(struct task_struct *t)
{
	t->user = user_of(t->cred.user_ns, t->cred.uid);
	user_charge_again(t);
}

void user_uncharge(struct task_struct *t)
{
	struct user_count *u = t->user;

	do
		u->tasks--;
	while (unlikely((u = u->parent) != NULL));
}

void user_recharge(void)
{
	TASKLIST_LOCK(irq);

	user_uncharge(current);
	user_charge(current);
	TASKLIST_UNLOCK(irq);
}

/* --- name spaces ----------------------------------------------------------------------------- */

struct user_count *charge_namespace(struct user_namespace *ns, u32 kuid, enum ns_kind kind)
{
	struct user_count *mine, *u, *undo;

	mine = user_of(ns, kuid);
	for (u = mine; u; u = u->parent) {
		if (u->namespaces[kind] >= u->ns->max[kind])
			break;
		u->namespaces[kind]++;
	}
	if (u) {
		for (undo = mine; undo != u; undo = undo->parent)
			undo->namespaces[kind]--;
		mine = ERR_PTR(-ENOSPC);
	}
	return mine;
}

void uncharge_namespace(struct user_count *u, enum ns_kind kind)
{
	for (; u; u = u->parent)
		u->namespaces[kind]--;
}

/* --- the rest, by kuid ----------------------------------------------------------------------- */

u32 *user_sigqueue_count(const struct task_struct *t)
{
	if (likely(t->cred.user_ns == &init_user_ns))
		return &t->user->sigqueues;
	return &user_of(&init_user_ns, t->cred.uid)->sigqueues;
}

u32 *user_inflight_count(u32 uid)
{
	return &user_of(&init_user_ns, uid)->inflight;
}

u64 *user_mqueue_bytes(u32 uid)
{
	return &user_of(&init_user_ns, uid)->mqueue_bytes;
}
