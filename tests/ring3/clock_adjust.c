// SPDX-License-Identifier: MIT
/* adjtimex(2), clock_adjtime(2): what is refused, and reading. Nothing is set: this runs on the build host too. */
#include "t.h"
#include <sys/timex.h>
#include <time.h>

#define ADJTIME 0x8000

static int ask(unsigned int modes, long tick, long sec, long usec)
{
	struct timex t = { .modes = modes, .tick = tick, .time = { sec, usec } };

	return (int)syscall(SYS_adjtimex, &t);
}

static int ask_clock(int clock, unsigned int modes)
{
	struct timex t = { .modes = modes };

	return (int)syscall(SYS_clock_adjtime, clock, &t);
}

int main(void)
{
	struct timex t = { .modes = 0 };

	ASK(adjtimex(&t) >= 0);
	ASK(t.tick >= 9000 && t.tick <= 11000);
	ASK(t.tolerance == 500 << 16);
	ASK(t.precision == 1);
	ASK(t.time.tv_sec - time(NULL) < 2);
	ASK(ask(ADJ_OFFSET_SS_READ, 0, 0, 0) >= 0);
	RESULT(syscall(SYS_adjtimex, 8L));
	RESULT(ask(ADJTIME, 0, 0, 0));
	RESULT(ask(ADJ_TICK, 8999, 0, 0));
	RESULT(ask(ADJ_TICK, 11001, 0, 0));
	RESULT(ask(ADJ_SETOFFSET, 0, 0, 1000000));
	RESULT(ask(ADJ_SETOFFSET, 0, 0, -1));
	RESULT(ask(ADJ_SETOFFSET | ADJ_NANO, 0, 0, 1000000000));
	RESULT(syscall(SYS_clock_adjtime, CLOCK_REALTIME, 8L));
	RESULT(ask_clock(CLOCK_MONOTONIC, 0));
	RESULT(ask_clock(CLOCK_PROCESS_CPUTIME_ID, 0));
	RESULT(ask_clock(12, 0));
	RESULT(ask_clock(1000, 0));
	if (seteuid(65534))
		_exit(98);
	ASK(ask_clock(CLOCK_REALTIME, 0) >= 0);
	ASK(ask(ADJ_OFFSET_SS_READ, 0, 0, 0) >= 0);
	RESULT(ask(ADJ_OFFSET_SINGLESHOT, 0, 0, 0));
	RESULT(ask(ADJ_TICK, 10000, 0, 0));
	RESULT(ask(ADJ_STATUS, 0, 0, 0));
	return 0;
}
