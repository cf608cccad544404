/* SPDX-License-Identifier: MIT */
/*
 * adjtimex(2) steers: the clock against the TSC at three rates, as told by the vDSO and by the system call; it never jumps; steps
 * of the wall clock move it alone. In the guest only, since it sets the machine's clock. Exit 0: all true.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

static int failures;

static void check(int good, const char *what)
{
	if (!good) {
		printf("clock_steer: %s\n", what);
		failures++;
	}
}

static long long ns_of(int clock, int by_call)
{
	struct timespec t;

	if (by_call)
		syscall(SYS_clock_gettime, clock, &t);
	else
		clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Both clocks at the same moment, as near as 30 tries come: the host may take the CPU away in between. */
static unsigned long long sample(int by_call, long long *ns)
{
	unsigned long long best = ~0ULL, cycles = 0;

	for (int i = 0; i < 30; i++) {
		unsigned long long c = __rdtsc(), gap;
		long long t = ns_of(CLOCK_MONOTONIC, by_call);

		gap = __rdtsc() - c;
		if (gap < best) {
			best = gap;
			cycles = c;
			*ns = t;
		}
	}
	return cycles;
}

/* Nanoseconds of CLOCK_MONOTONIC in 1,000 million cycles. */
static double rate(int by_call)
{
	long long t0, t1;
	unsigned long long c0 = sample(by_call, &t0), c1;

	usleep(50000);
	c1 = sample(by_call, &t1);
	return (double)(t1 - t0) / (double)(c1 - c0) * 1e9;
}

static int adjust(unsigned int modes, long tick, long freq)
{
	struct timex t = { .modes = modes, .tick = tick, .freq = freq };

	return (int)syscall(SYS_adjtimex, &t);
}

static int near(double a, double b)
{
	return a > b * 0.98 && a < b * 1.02;
}

static volatile int fired;

static void fire(int sig)
{
	fired = 1;
}

/* A timer of the wall clock, 5 s from now; the clock set by @seconds; has it fired 200 ms later? */
static int fires(int absolute, int seconds)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec when = { .it_value = { 5, 0 } };
	struct timex t = { .modes = ADJ_SETOFFSET, .time = { seconds, 0 } };
	struct timespec nap = { 0, 200000000 };
	timer_t timer;

	signal(SIGUSR1, fire);
	fired = 0;
	timer_create(CLOCK_REALTIME, &ev, &timer);
	if (absolute) {
		clock_gettime(CLOCK_REALTIME, &when.it_value);
		when.it_value.tv_sec += 5;
	}
	timer_settime(timer, absolute ? TIMER_ABSTIME : 0, &when, NULL);
	syscall(SYS_adjtimex, &t);
	nanosleep(&nap, NULL);
	timer_gettime(timer, &when);
	if (!absolute)
		check(when.it_value.tv_sec == 4, "a relative timer follows the wall clock");
	timer_delete(timer);
	return fired;
}

int main(void)
{
	double nominal = rate(0);
	long long before, after, mono;
	struct timex t = { .modes = ADJ_SETOFFSET | ADJ_NANO, .time = { -1000, 999999999 } };

	check(near(rate(1), nominal), "vDSO and system call differ");
	for (int i = 0; i < 2000; i++) {
		before = ns_of(CLOCK_MONOTONIC, i & 1);
		check(adjust(ADJ_TICK | ADJ_FREQUENCY, 9000 + rand() % 2001, (rand() % 1000 - 500) * 65536L) >= 0, "refused");
		after = ns_of(CLOCK_MONOTONIC, i & 2);
		check(after >= before && after - before < 1000000000, "the clock jumped");
	}
	check(adjust(ADJ_TICK | ADJ_FREQUENCY, 11000, 0) >= 0, "faster: refused");
	check(near(rate(0), nominal * 1.1) && near(rate(1), nominal * 1.1), "not a tenth faster");
	check(adjust(ADJ_TICK, 9000, 0) >= 0, "slower: refused");
	check(near(rate(0), nominal * 0.9) && near(rate(1), nominal * 0.9), "not a tenth slower");
	check(adjust(ADJ_TICK, 10000, 0) >= 0 && near(rate(0), nominal), "not as it was");
	check(adjust(ADJ_TICK, 11001, 0) == -1 && adjust(ADJ_TICK, 8999, 0) == -1, "a wild tick was taken");
	before = ns_of(CLOCK_REALTIME, 0);
	mono = ns_of(CLOCK_MONOTONIC, 0);
	check(syscall(SYS_adjtimex, &t) >= 0, "step: refused");
	after = ns_of(CLOCK_REALTIME, 0);
	check(after - before > -999100000000LL && after - before < -998000000000LL, "no step of the wall clock");
	check(ns_of(CLOCK_MONOTONIC, 0) - mono < 1000000000, "the other clock stepped");
	check(fires(1, 100), "the clock was set past a timer, which slept on");
	check(!fires(1, -100) && !fires(0, 100) && !fires(0, -100), "a timer fired early");
	t = (struct timex){ .modes = ADJ_STATUS };
	check(syscall(SYS_adjtimex, &t) == TIME_OK, "STA_UNSYNC stays");
	t = (struct timex){ .modes = ADJ_TAI, .constant = 37 };
	check(syscall(SYS_adjtimex, &t) == TIME_OK && t.tai == 37, "no TAI");
	before = ns_of(CLOCK_TAI, 0) - ns_of(CLOCK_REALTIME, 0);
	check(before > 36000000000LL && before < 38000000000LL, "CLOCK_TAI");
	return failures != 0;
}
