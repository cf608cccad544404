/* SPDX-License-Identifier: MIT */
/* UTS name spaces, uts_namespaces(7): what uname(2) and /proc/version say. */
#ifndef NS_UTS_NS_H
#define NS_UTS_NS_H

#include <ns/ns_common.h>
#include <uapi/utsname.h>

struct uts_namespace {
	struct ns_common ns;
	struct utsname_abi name;        /* changed by sethostname, setdomainname only */
};
extern struct uts_namespace init_uts_ns;
struct utsname_abi *utsname(void);      /* the current task's */
struct uts_namespace *copy_uts_ns(struct user_namespace *owner, struct uts_namespace *old); /* ERR_PTR */
void uts_ns_init(void);                 /* /proc/sys/kernel/hostname and the other lines */

#endif
