/* SPDX-License-Identifier: MIT */
/* Birth and end of name spaces of every kind: ns/ns_common.h. */
#include "internal.h"

/* Never used twice: 2^28 of them are a long time, and a number that came again would only look the same to lsns. */
static u32 next_inum = PROC_NET_INIT_INO + 1;

int ns_init(struct ns_common *ns, const struct ns_operations *ops, struct user_namespace *owner)
{
	atomic_set(&ns->count, 1);
	ns->inum = next_inum++;
	ns->ops = ops;
	ns->user_ns = owner;
	get_ns(&owner->ns);
	return 0;
}

void ns_abandon(struct ns_common *ns)
{
	put_ns(&ns->user_ns->ns);
}

void __put_ns(struct ns_common *ns)
{
	struct user_namespace *owner = ns->user_ns;

	ns->ops->free(ns);
	if (owner)
		put_ns(&owner->ns);
}
