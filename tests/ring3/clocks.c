// SPDX-License-Identifier: MIT
/*
 * adjtimex(2), clock_adjtime(2), clock_settime(2): what is refused, and reading. Nothing is set: this runs on the build
 * host too. And a timer that ran over more often than an int can count.
 */
#include "t.h"
#include <limits.h>
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

static void settime(void)
{
	struct timespec now = { 1, 0 };

	say("-- clock_settime");
	RESULT(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &now));
	RESULT(syscall(SYS_clock_settime, CLOCK_PROCESS_CPUTIME_ID, &now));
	RESULT(syscall(SYS_clock_settime, CLOCK_THREAD_CPUTIME_ID, &now));
	RESULT(syscall(SYS_clock_settime, CLOCK_BOOTTIME, &now));
	RESULT(syscall(SYS_clock_settime, 1000, &now));
	RESULT(syscall(SYS_clock_settime, CLOCK_REALTIME, 8L));
	now.tv_nsec = 1000000000;
	RESULT(syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
	now.tv_nsec = 0, now.tv_sec = -1;
	RESULT(syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
}

/* A nanosecond's timer that should have begun in 1970: its expiries are far more than INT_MAX. */
static void overruns(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec when = { { 0, 1 }, { 1, 0 } }, off = { { 0, 0 }, { 0, 0 } };
	siginfo_t info;
	sigset_t set;
	timer_t id;

	say("-- overruns");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	RESULT(timer_create(CLOCK_REALTIME, &ev, &id));
	RESULT(timer_settime(id, TIMER_ABSTIME, &when, NULL));
	ASK(sigwaitinfo(&set, &info) == SIGUSR1);
	ASK(info.si_code == SI_TIMER);
	ASK(timer_getoverrun(id) == INT_MAX);
	RESULT(timer_settime(id, 0, &off, NULL));
	RESULT(timer_delete(id));
}

int main(void)
{
	struct timex t = { .modes = 0 };

	settime();
	overruns();
	say("-- adjtimex");

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
