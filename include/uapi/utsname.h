/* SPDX-License-Identifier: MIT */
/* uname(2), sysinfo(2). */
#ifndef UAPI_UTSNAME_H
#define UAPI_UTSNAME_H

#include <lib/compiler.h>
#include <lib/types.h>

#define NEW_UTS_LEN 64
struct utsname_abi {
	char sysname[NEW_UTS_LEN + 1], nodename[NEW_UTS_LEN + 1], release[NEW_UTS_LEN + 1];
	char version[NEW_UTS_LEN + 1], machine[NEW_UTS_LEN + 1], domainname[NEW_UTS_LEN + 1];
};
static_assert(sizeof(struct utsname_abi) == 390);

struct sysinfo_abi {
	s64 uptime;
	u64 loads[3];           /* fixed point, 16 fraction bits */
	u64 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u32 pad2;
	u64 totalhigh, freehigh;
	u32 mem_unit;
	u32 pad3;
};
static_assert(sizeof(struct sysinfo_abi) == 112);

#endif
