/* SPDX-License-Identifier: MIT */
/* adjtimex(2): numbers and layout of the Linux ABI. */
#ifndef UAPI_TIMEX_H
#define UAPI_TIMEX_H

#include <lib/compiler.h>
#include <uapi/time.h>

#define ADJ_OFFSET    0x0001
#define ADJ_FREQUENCY 0x0002
#define ADJ_MAXERROR  0x0004
#define ADJ_ESTERROR  0x0008
#define ADJ_STATUS    0x0010
#define ADJ_TIMECONST 0x0020
#define ADJ_TAI       0x0080
#define ADJ_SETOFFSET 0x0100
#define ADJ_MICRO     0x1000
#define ADJ_NANO      0x2000    /* with ADJ_ADJTIME: only read */
#define ADJ_READONLY  0x2000
#define ADJ_TICK      0x4000
#define ADJ_ADJTIME   0x8000

#define STA_UNSYNC   0x0040
#define STA_CLOCKERR 0x1000
#define STA_NANO     0x2000
#define STA_RONLY    0xff00

#define TIME_OK    0
#define TIME_ERROR 5

#define NTP_PHASE_LIMIT 16000000        /* microseconds: maxerror, esterror */
#define MAXFREQ_SCALED  (500L << 16)    /* parts per million, 16 bits after the point */
#define MAXTC           10
#define MAX_TAI_OFFSET  100000

struct timex_abi {
	u32 modes, pad0;
	s64 offset, freq, maxerror, esterror;
	s32 status, pad1;
	s64 constant, precision, tolerance;
	struct timeval_abi time;
	s64 tick, ppsfreq, jitter;
	s32 shift, pad2;
	s64 stabil, jitcnt, calcnt, errcnt, stbcnt;
	s32 tai, pad3[11];
};
static_assert(sizeof(struct timex_abi) == 208);

#endif
