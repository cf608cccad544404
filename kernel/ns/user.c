/* SPDX-License-Identifier: MIT */
/* User name spaces: ns/user_ns.h */
#include "internal.h"

static const struct ns_operations user_operations = { .name = "user", .type = CLONE_NEWUSER, .kind = NS_USER };

struct user_namespace init_user_ns = {
	.ns = { ATOMIC_INIT(1), PROC_USER_INIT_INO, &user_operations, NULL, NULL },
};

bool ns_capable(const struct user_namespace *ns, int cap)
{
	const struct cred *c = &current->cred;

	for (;; ns = ns->ns.user_ns) {
		if (ns == c->user_ns)
			return c->cap_effective >> cap & 1;
		if (ns->level <= c->user_ns->level)
			return false;
		/* Who made it has every capability in it. */
		if (ns->ns.user_ns == c->user_ns && ns->owner == c->euid)
			return true;
	}
}
