/* SPDX-License-Identifier: MIT */
/* What each real user id has running and queued. A small table that grows: entries are kept. Lock: [T]. */
#include <mm/slab.h>
#include "internal.h"

struct user_count {
	struct user_count *next;
	u32 uid;
	unsigned int tasks;
	u32 sigqueues, inflight;
	u64 mqueue_bytes;
};

static struct user_count root_user, *users = &root_user;

static struct user_count *user_of(u32 uid)
{
	struct user_count *u;

	for (u = users; u; u = u->next)
		if (u->uid == uid)
			return u;
	u = kzalloc(sizeof(*u), GFP_ATOMIC);
	if (!u)
		return &root_user;      /* charged to root rather than refused */
	u->uid = uid;
	u->next = root_user.next;
	root_user.next = u;
	return u;
}

unsigned int user_nproc(u32 uid)
{
	return user_of(uid)->tasks;
}

void user_charge(u32 uid, int tasks)
{
	user_of(uid)->tasks += (unsigned int)tasks;
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
