/* SPDX-License-Identifier: MIT */
/* What uname(2) and /proc/version say. Changed by sethostname, setdomainname only. */
#ifndef TASK_UTSNAME_H
#define TASK_UTSNAME_H

#include <uapi/utsname.h>

extern struct utsname_abi system_utsname;

#endif
