/* SPDX-License-Identifier: MIT */
/* Network name spaces: ns/net_ns.h */
#include <ns/net_ns.h>
#include "internal.h"

static void free_net(struct ns_common *ns)
{
	kfree(container_of(ns, struct net_namespace, ns));
}

static int install_net(struct nsset *set, struct ns_common *ns)
{
	if (!nsset_capable(set, ns))
		return -EPERM;
	get_ns(ns);
	put_ns(&set->proxy->net->ns);
	set->proxy->net = container_of(ns, struct net_namespace, ns);
	return 0;
}

static const struct ns_operations net_operations = {
	.name = "net", .type = CLONE_NEWNET, .kind = NS_NET, .free = free_net, .install = install_net,
};

struct net_namespace init_net = {
	.ns = { ATOMIC_INIT(1), PROC_NET_INIT_INO, &net_operations, &init_user_ns, NULL },
	.abstract_names = LIST_HEAD_INIT(init_net.abstract_names),
};

struct net_namespace *copy_net_ns(struct user_namespace *owner)
{
	struct net_namespace *n = kzalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&n->abstract_names);
	err = ns_init(&n->ns, &net_operations, owner);
	if (!err)
		return n;
	kfree(n);
	return ERR_PTR(err);
}
