// SPDX-License-Identifier: MIT
/*
 * Bombs: processes, memory, mappings, the stack, signals, pipes, without limit. Each must end as the man pages say or by
 * the out-of-memory killer, this process must live through it, and the memory must come back. Only for a guest.
 * Prints a line for each; exit status 1 when something is not as it should be.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB (1UL << 20)
#define LOST_KB 1024    /* may stay with the kernel for reuse: page tables, task structs, slabs */

static int wrong;

static long mem_free(void)
{
	char text[512];
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char *at;

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "MemFree:");
	return at ? atol(at + 8) : 0;
}

/* Runs @bomb in @copies children in a group of their own, for at most @seconds. How the first one ended. */
static int explode(void (*bomb)(void), int copies, int seconds)
{
	int status = 0, first = 0;
	time_t end = time(NULL) + seconds;
	pid_t group = 0;

	for (int i = 0; i < copies; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			setpgid(0, group);
			setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			bomb();
			_exit(0);
		}
		if (!group)
			group = pid;
		setpgid(pid, group);
	}
	while (copies && time(NULL) < end) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid == group)
			first = status;
		if (pid > 0)
			copies--;
		else
			usleep(10000);
	}
	/* A fork bomb may start somebody between two looks at the group; the dead count until they are waited for. */
	while (kill(-group, SIGKILL) == 0) {
		while (waitpid(-1, &status, WNOHANG) > 0)
			;
		usleep(10000);
	}
	return first;
}

static void tell(const char *name, int good, long before)
{
	long after;

	/* The shell still works. */
	good = system("test $(echo alive | sed s/alive/yes/) = yes") == 0 && good;
	after = mem_free();
	if (before - after > LOST_KB) {
		printf("%s: %ld kB free before, %ld after\n", name, before, after);
		good = 0;
	}
	printf("%s: %s\n", name, good ? "survived" : "WRONG");
	fflush(stdout);
	wrong |= !good;
}

static int killed(int status, int sig)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == sig;
}

static void fork_bomb(void)
{
	for (;;)
		if (fork() < 0)
			sched_yield();
}

static void memory_bomb(void)
{
	for (;;) {
		char *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED)
			_exit(3);
		memset(p, 1, MIB);
	}
}

/* Neighbours that can't be merged. */
static void mapping_bomb(void)
{
	for (long n = 0;; n++)
		if (mmap(NULL, 4096, n & 1 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			_exit(errno == ENOMEM && n > 60000 ? 0 : 1);
}

static void stack_bomb(void)
{
	char here;

	for (volatile char *p = &here;; p -= 4096)
		*p = 1;
}

static void signal_storm(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR1, SIG_IGN);
	for (;;) {
		sigqueue(getppid(), 0, (union sigval){ 1 });
		kill(getpid(), SIGUSR1);
		sigqueue(getpid(), SIGRTMIN, (union sigval){ 1 });      /* EAGAIN in the end */
	}
}

static void deep_pipes(void)
{
	static char full[65536];
	int ends[2];

	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1024, 1024 });
	while (pipe(ends) == 0)
		if (write(ends[1], full, sizeof(full)) != sizeof(full))
			_exit(1);
	_exit(errno == EMFILE ? 0 : 1);
}

int main(void)
{
	long before;

	explode(deep_pipes, 1, 1);      /* what is kept for reuse is there from now on */
	before = mem_free();
	explode(fork_bomb, 1, 2);
	tell("fork bomb", 1, before - 8 * LOST_KB);
	before = mem_free();
	tell("memory bomb", killed(explode(memory_bomb, 1, 20), SIGKILL), before);
	tell("three memory bombs", killed(explode(memory_bomb, 3, 20), SIGKILL), before);
	tell("mapping bomb", explode(mapping_bomb, 1, 20) == 0, before);
	tell("stack bomb", killed(explode(stack_bomb, 1, 20), SIGSEGV), before);
	explode(signal_storm, 5, 1);
	tell("signal storm", 1, before);
	tell("deep pipes", explode(deep_pipes, 1, 20) == 0, before);
	printf("%s\n", wrong ? "something went wrong" : "all survived; the kernel lives");
	return wrong;
}
