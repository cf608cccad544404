/* SPDX-License-Identifier: MIT */
/*
 * What each real user id has running and queued. A list that grows to as many as there are at one time: an entry whose
 * counts are all 0 is the next new user's. Lock: [T].
 */
#include <mm/slab.h>
#include "internal.h"

struct user_count {
	struct user_count *next;
	u32 uid;
	u32 tasks, sigqueues, inflight;
	u64 mqueue_bytes;
};

static struct user_count root_user, *users = &root_user;

static struct user_count *find_user(u32 uid)
{
	struct user_count *u;

	for (u = users; u && u->uid != uid; u = u->next)
		;
	return u;
}

static struct user_count *unused_entry(void)
{
	struct user_count *u;

	for (u = root_user.next; u; u = u->next)
		if (!u->tasks && !u->sigqueues && !u->inflight && !u->mqueue_bytes)
			return u;
	u = kzalloc(sizeof(*u), GFP_ATOMIC);
	if (u) {
		u->next = root_user.next;
		root_user.next = u;
	}
	return u;
}

/* What is charged is taken back through the same pointer: without memory it may be root's. */
static struct user_count *user_of(u32 uid)
{
	struct user_count *u = find_user(uid);

	if (u)
		return u;
	u = unused_entry();
	if (!u)
		return &root_user;      /* charged to root rather than refused */
	u->uid = uid;
	return u;
}

unsigned int user_nproc(u32 uid)
{
	const struct user_count *u = find_user(uid);

	return u ? u->tasks : 0;
}

void user_charge(struct task_struct *t)
{
	t->user = user_of(t->cred.uid);
	t->user->tasks++;
}

void user_uncharge(struct task_struct *t)
{
	t->user->tasks--;
}

u32 *user_sigqueue_count(u32 uid)
{
	return &user_of(uid)->sigqueues;
}

u32 *user_inflight_count(u32 uid)
{
	return &user_of(uid)->inflight;
}

u64 *user_mqueue_bytes(u32 uid)
{
	return &user_of(uid)->mqueue_bytes;
}
