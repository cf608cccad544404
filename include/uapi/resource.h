/* SPDX-License-Identifier: MIT */
/* Resource limits and usage, getrlimit(2), getrusage(2): numbers and layouts of the Linux x86-64 ABI. */
#ifndef UAPI_RESOURCE_H
#define UAPI_RESOURCE_H

#include <lib/compiler.h>
#include <lib/types.h>

#define RLIMIT_CPU        0     /* seconds */
#define RLIMIT_FSIZE      1     /* bytes */
#define RLIMIT_DATA       2     /* bytes */
#define RLIMIT_STACK      3     /* bytes */
#define RLIMIT_CORE       4     /* bytes */
#define RLIMIT_RSS        5     /* bytes; not enforced, as in Linux */
#define RLIMIT_NPROC      6     /* tasks of the real user */
#define RLIMIT_NOFILE     7     /* highest descriptor + 1 */
#define RLIMIT_MEMLOCK    8     /* bytes */
#define RLIMIT_AS         9     /* bytes */
#define RLIMIT_LOCKS      10
#define RLIMIT_SIGPENDING 11    /* queued signals of the real user */
#define RLIMIT_MSGQUEUE   12    /* bytes */
#define RLIMIT_NICE       13    /* 20 - lowest nice */
#define RLIMIT_RTPRIO     14
#define RLIMIT_RTTIME     15    /* microseconds */
#define RLIM_NLIMITS      16

#define RLIM_INFINITY (~0UL)

/* struct rlimit and struct rlimit64 are the same on x86-64. */
struct rlimit64 {
	u64 rlim_cur;
	u64 rlim_max;
};
static_assert(sizeof(struct rlimit64) == 16);

#define RUSAGE_SELF      0
#define RUSAGE_CHILDREN  (-1)
#define RUSAGE_THREAD    1

#define PRIO_PROCESS 0
#define PRIO_PGRP    1
#define PRIO_USER    2

struct rusage_abi {
	s64 utime_sec, utime_usec;
	s64 stime_sec, stime_usec;
	s64 maxrss;             /* KiB */
	s64 ixrss, idrss, isrss;
	s64 minflt, majflt, nswap, inblock, oublock;
	s64 msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
static_assert(sizeof(struct rusage_abi) == 144);

#endif
