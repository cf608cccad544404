/* SPDX-License-Identifier: MIT */
/*
 * User name spaces, user_namespaces(7). Inside the kernel ids are those of the initial name space ("kuid"); they are
 * translated where ring 3 gives or gets them. Capabilities of a task count in its user name space and those below.
 */
#ifndef NS_USER_NS_H
#define NS_USER_NS_H

#include <ns/ns_common.h>

struct user_namespace {
	struct ns_common ns;            /* ns.user_ns: the parent, NULL: the initial one */
	int level;                      /* [I] 0: the initial one */
	u32 owner, group;               /* [I] kuid, kgid of who made it */
	u32 max[NR_NS_KINDS];           /* /proc/sys/user/max_*_namespaces */
};
extern struct user_namespace init_user_ns;

/* Has the current task @cap in @ns: its own or one below, or one that a user of its own made? */
bool ns_capable(const struct user_namespace *ns, int cap);

#endif
