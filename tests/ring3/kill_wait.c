// SPDX-License-Identifier: MIT
/* A fatal signal ends the waits that nothing else interrupts: exec for its threads, vfork's parent for the child. */
#include "t.h"
#include <sched.h>
#include <time.h>

static struct shared { volatile int ready, spin; volatile pid_t tid, pid; } *shared;
static char stack[64 << 10] __attribute__((aligned(16)));

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void spin_ms(int ms)
{
	long long end = now_ms() + ms;

	while (now_ms() < end)
		;
}

/* Is in ring 3 when exec wants it gone, and so far behind in the run queue that it goes late. */
static int slow_thread(void *unused)
{
	setpriority(PRIO_PROCESS, syscall(SYS_gettid), 19);
	shared->ready = 1;
	for (;;)
		;
	return 0;
}

static void exec_with_a_slow_thread(char *self)
{
	char *args[] = { self, "stay", NULL };

	clone(slow_thread, stack + sizeof(stack), CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
	      NULL);
	while (!shared->ready)
		sched_yield();
	usleep(6000);
	shared->ready = 2;
	execv(self, args);
	_exit(9);
}

/* 0: @pid did not end within a second. */
static int ended_by(pid_t pid, int *status)
{
	long long end = now_ms() + 1000;

	do {
		if (waitpid(pid, status, WNOHANG) == pid)
			return 1;
		usleep(1000);
	} while (now_ms() < end);
	return 0;
}

static void exec_is_killed(char *self)
{
	int tries, killed = 0, status;

	for (tries = 0; tries < 12; tries++) {
		pid_t pid;

		shared->ready = 0;
		pid = fork();
		if (pid == 0)
			exec_with_a_slow_thread(self);
		while (shared->ready != 2)
			sched_yield();
		spin_ms(tries % 6);
		kill(pid, SIGKILL);
		if (!ended_by(pid, &status))
			break;
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	say("exec with a thread left, killed: %d of %d", killed, tries);
}

/* The child of vfork lives on for a while. */
static void vfork_and_stay(void)
{
	if (vfork() == 0) {
		struct timespec seconds = { 3, 0 };

		shared->pid = getpid();
		shared->ready = 1;
		nanosleep(&seconds, NULL);
		_exit(0);
	}
	_exit(5);
}

static void vfork_parent_gets(int sig, const char *name)
{
	int status = 0;
	pid_t pid;

	shared->ready = 0;
	pid = fork();
	if (pid == 0) {
		no_core();
		vfork_and_stay();
	}
	while (!shared->ready)
		usleep(1000);
	usleep(20000);
	kill(pid, sig);
	ASK(ended_by(pid, &status));
	say_status(name, status);
	say("its child lives: %s", kill(shared->pid, 0) == 0 ? "yes" : "no");
	kill(shared->pid, SIGKILL);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		for (;;)
			pause();
	shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	exec_is_killed("/proc/self/exe");
	vfork_parent_gets(SIGKILL, "vfork's parent, SIGKILL");
	vfork_parent_gets(SIGTERM, "vfork's parent, SIGTERM");
	vfork_parent_gets(SIGRTMIN + 1, "vfork's parent, SIGRTMIN+1");
	return 0;
}
