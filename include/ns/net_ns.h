/* SPDX-License-Identifier: MIT */
/*
 * Network name spaces, network_namespaces(7): abstract names of AF_UNIX sockets. There are no interfaces in any.
 */
#ifndef NS_NET_NS_H
#define NS_NET_NS_H

#include <lib/list.h>
#include <ns/ns_common.h>

struct net_namespace {
	struct ns_common ns;
	struct list_head abstract_names;        /* kernel/net/unix.c; a socket in it holds a reference */
};
extern struct net_namespace init_net;
struct net_namespace *copy_net_ns(struct user_namespace *owner); /* ERR_PTR */

#endif
