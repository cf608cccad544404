// SPDX-License-Identifier: MIT
/*
 * Who had the CPU for itself does not pay for it when others come; who was nice does not pay for what it used then;
 * a real-time task that never sleeps leaves the others a part of each second.
 * Ratios of CPU times on one CPU, coarse: the old process must have a tenth of a second before the others have a whole one each.
 */
#include "t.h"
#include <sched.h>
#include <time.h>

#define MS 1000000ull

/* Each process writes the CPU time that it has used: [0] the old one, the others came later. */
static volatile uint64_t *used;

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

static void spin_until(uint64_t ns)
{
	while ((used[0] = cpu_ns()) < ns)
		;
}

/* Sleeps until the pipe's other end closes, then uses the CPU until it is killed. */
static pid_t sleeper(int i, const int *gate)
{
	pid_t pid = fork();
	char c;

	if (pid)
		return pid;
	close(gate[1]);
	if (read(gate[0], &c, 1) != 0)
		_exit(1);
	for (;;)
		used[i] = cpu_ns();
}

/* Does a process with this @past get its share beside two new ones? */
static bool gets_its_share(void (*past)(void), void (*now)(void))
{
	uint64_t start[3];
	int gate[2], turns = 0;
	pid_t pid[3];
	bool fair;
	char c;

	pipe(gate);
	used[0] = used[1] = used[2] = 0;
	pid[1] = sleeper(1, gate);
	pid[2] = sleeper(2, gate);
	pid[0] = fork();
	if (!pid[0]) {
		past();
		now();
		close(gate[0]);
		close(gate[1]);
		for (;;)
			used[0] = cpu_ns();
	}
	close(gate[1]);
	read(gate[0], &c, 1);                   /* until the old one has its past behind it */
	close(gate[0]);
	for (int i = 0; i < 3; i++)
		start[i] = used[i];
	while (used[0] - start[0] < 100 * MS && (used[1] - start[1] < 1000 * MS || used[2] - start[2] < 1000 * MS) && turns++ < 2000)
		usleep(20000);
	fair = used[0] - start[0] >= 100 * MS;
	for (int i = 0; i < 3; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	return fair;
}

static void alone(void)
{
	spin_until(2000 * MS);
}

/* The lowest weight there is. */
static void idle_class(void)
{
	struct sched_param p = { 0 };

	sched_setscheduler(0, SCHED_IDLE, &p);
	spin_until(300 * MS);
}

/* Where it is allowed. */
static void realtime_class(void)
{
	struct sched_param p = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO, &p);
	spin_until(1500 * MS);
}

static void normal_class(void)
{
	struct sched_param p = { 0 };

	sched_setscheduler(0, SCHED_OTHER, &p);
}

/* Work beside a loop by SCHED_FIFO, where that is allowed. */
static bool others_live(void)
{
	struct sched_param p = { .sched_priority = 2 }, mine = { .sched_priority = 3 };
	pid_t loop = fork(), other = loop ? fork() : 0;
	bool lives = false;

	if (!loop) {
		sched_setscheduler(0, SCHED_FIFO, &p);
		for (;;)
			used[0] = cpu_ns();
	}
	used[1] = 0;
	if (!other) {
		for (;;)
			used[1] = cpu_ns();
	}
	sched_setscheduler(0, SCHED_FIFO, &mine);
	for (int i = 0; i < 500 && !lives; i++) {
		usleep(20000);
		lives = used[1] >= 100 * MS;
	}
	kill(loop, SIGKILL), kill(other, SIGKILL);
	waitpid(loop, NULL, 0), waitpid(other, NULL, 0);
	normal_class();
	return lives;
}

static void nothing(void)
{
}

int main(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	RESULT(sched_setaffinity(0, sizeof(one), &one));
	used = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASK(gets_its_share(alone, nothing));
	ASK(gets_its_share(idle_class, normal_class));
	ASK(gets_its_share(realtime_class, normal_class));
	ASK(others_live());
	return 0;
}
