/* SPDX-License-Identifier: MIT */
/* Clocks and timers: numbers and layouts of the Linux x86-64 ABI. */
#ifndef UAPI_TIME_H
#define UAPI_TIME_H

#include <lib/compiler.h>
#include <lib/types.h>

struct timespec_abi { s64 tv_sec, tv_nsec; };
struct timeval_abi { s64 tv_sec, tv_usec; };
struct itimerspec_abi { struct timespec_abi interval, value; };
struct itimerval_abi { struct timeval_abi interval, value; };
struct timezone_abi { s32 minuteswest, dsttime; };
struct tms_abi { s64 utime, stime, cutime, cstime; };   /* USER_HZ ticks */
static_assert(sizeof(struct itimerspec_abi) == 32);

#define NSEC_PER_SEC  1000000000L
#define NSEC_PER_USEC 1000L
#define USEC_PER_SEC  1000000L
#define USER_HZ 100

#ifndef CLOCK_REALTIME
#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_MONOTONIC_RAW      4
#define CLOCK_REALTIME_COARSE    5
#define CLOCK_MONOTONIC_COARSE   6
#define CLOCK_BOOTTIME           7
#define CLOCK_REALTIME_ALARM     8
#define CLOCK_BOOTTIME_ALARM     9
#define CLOCK_TAI                11
#define TIMER_ABSTIME            1
#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF    2
#endif

#endif
