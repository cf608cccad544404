/* SPDX-License-Identifier: MIT */
/* Clocks that count CPU time, by the numbers glibc and musl use for them, and timers on them; TAI, the time zone. */
#include "t.h"
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#define CPU_CLOCK(pid, thread, which) ((clockid_t)((~(unsigned int)(pid) << 3) | ((thread) << 2) | (which)))
#define VIRT 1
#define SCHED 2

static volatile sig_atomic_t hits;

static void on_signal(int sig)
{
	hits++;
}

static int make(clockid_t clock, int *id)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };

	return (int)syscall(SYS_timer_create, clock, &ev, id);
}

static bool spin_until_hit(void)
{
	struct timespec t0, t;

	clock_gettime(CLOCK_MONOTONIC, &t0);
	do
		clock_gettime(CLOCK_MONOTONIC, &t);
	while (!hits && t.tv_sec < t0.tv_sec + 20);
	return hits;
}

/* Goes off while we work, not while we sleep. */
static void timer_on(const char *name, clockid_t clock)
{
	struct itimerspec v = { .it_value = { 0, 100000000 } }, left;
	struct timespec before, after;
	int id, err = make(clock, &id);

	say("%s: timer_create %s", name, err ? strerror(errno) : "0");
	if (err)
		return;
	hits = 0;
	clock_gettime(clock, &before);
	syscall(SYS_timer_settime, id, 0, &v, NULL);
	usleep(250000);
	syscall(SYS_timer_gettime, id, &left);
	say("  asleep for longer: %d hits, %s", hits, left.it_value.tv_sec || left.it_value.tv_nsec ? "armed" : "disarmed");
	say("  working: %s", spin_until_hit() ? "hit" : "no hit");
	clock_gettime(clock, &after);
	say("  not early: %d", (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec >= 100000000);
	syscall(SYS_timer_gettime, id, &left);
	say("  then %s", left.it_value.tv_sec || left.it_value.tv_nsec ? "armed" : "disarmed");
	say("  timer_delete %ld", syscall(SYS_timer_delete, id));
}

/* A timer on the CPU time of another process, which ends. */
static void timer_on_child(void)
{
	struct itimerspec v = { .it_value = { 0, 50000000 }, .it_interval = { 0, 50000000 } };
	pid_t child = fork();
	int id;

	if (!child) {
		for (volatile unsigned long i = 0; ; i++)
			;
	}
	say("child's: timer_create %d", make(CPU_CLOCK(child, 0, SCHED), &id));
	hits = 0;
	syscall(SYS_timer_settime, id, 0, &v, NULL);
	for (int i = 0; i < 200 && !hits; i++)
		usleep(100000);
	say("  works: %s", hits ? "hit" : "no hit");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	usleep(100000);
	hits = 0;
	usleep(200000);
	say("  gone: %d hits, timer_delete %ld", hits, syscall(SYS_timer_delete, id));
	say("  timer_create %s", make(CPU_CLOCK(child, 0, SCHED), &id) ? strerror(errno) : "0");
	say("  clock_gettime %s", syscall(SYS_clock_gettime, CPU_CLOCK(child, 0, SCHED), &(struct timespec){ 0 }) ? strerror(errno) : "0");
}

static void odd_ones(void)
{
	int id;

	say("which 3: %s", make(CPU_CLOCK(0, 0, 3), &id) ? strerror(errno) : "0");
	say("a thread of init: %s", make(CPU_CLOCK(1, 1, SCHED), &id) ? strerror(errno) : "0");
	say("clock 99: %s", make(99, &id) ? strerror(errno) : "0");
}

/* What only root may set is tried where it is root and nobody minds: an offset of 0 stays what it was. */
static void zone(void)
{
	struct timezone tz = { 77, 1 };
	struct timex tx = { 0 };
	struct timeval tv;

	gettimeofday(&tv, &tz);
	say("west %d", tz.tz_minuteswest);
	tz.tz_minuteswest = 77;
	syscall(SYS_gettimeofday, NULL, &tz);
	say("says the kernel: west %d", tz.tz_minuteswest);
	tz = (struct timezone){ 16 * 60, 0 };
	say("16 hours west: %s", syscall(SYS_settimeofday, NULL, &tz) ? strerror(errno) : "0");
	adjtimex(&tx);
	say("tai %d", tx.tai);
}

int main(void)
{
	signal(SIGUSR1, on_signal);
	timer_on("process", CLOCK_PROCESS_CPUTIME_ID);
	timer_on("thread", CLOCK_THREAD_CPUTIME_ID);
	timer_on("process, as glibc says it", CPU_CLOCK(0, 0, SCHED));
	timer_on("thread, as glibc says it", CPU_CLOCK(0, 1, SCHED));
	timer_on("user time", CPU_CLOCK(0, 0, VIRT));
	timer_on("by pid", CPU_CLOCK(getpid(), 0, SCHED));
	timer_on("by tid", CPU_CLOCK(gettid(), 1, SCHED));
	timer_on_child();
	odd_ones();
	zone();
	return 0;
}
