// SPDX-License-Identifier: MIT
/*
 * ioperm(2) and iopl(2): which ports ring 3 may use, and what fork, exec and other threads have of it. For the guest,
 * since not every host's Linux has them (CONFIG_X86_IOPORT_PERM). Bytes to ports 80h and 81h are heard by nobody.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf out;
static int failures;

#define SEE(condition) do { \
	if (!(condition)) { \
		printf("line %d: not so: %s\n", __LINE__, #condition); \
		failures++; \
	} } while (0)
#define REFUSED(call, why) SEE((call) == -1 && errno == (why))
/* Also in a child, which ends with it. */
#define CHILD(body) do { \
	pid_t pid = fork(); \
	int status = -1; \
	fflush(stdout); \
	if (pid == 0) { \
		failures = 0; \
		body; \
		fflush(stdout); \
		_exit(failures); \
	} \
	SEE(waitpid(pid, &status, 0) == pid && status == 0); \
	} while (0)

static void on_segv(int sig)
{
	(void)sig;
	siglongjmp(out, 1);
}

static int is_open(unsigned short port)
{
	if (sigsetjmp(out, 1))
		return 0;
	outb(0, port);
	return 1;
}

static int word_is_open(unsigned short port)
{
	if (sigsetjmp(out, 1))
		return 0;
	outw(0, port);
	return 1;
}

static int may_cli(void)
{
	if (sigsetjmp(out, 1))
		return 0;
	__asm__ volatile("cli");
	return 1;
}

static void *other_thread(void *arg)
{
	(void)arg;
	SEE(is_open(0x80));
	SEE(ioperm(0x80, 1, 0) == 0 && !is_open(0x80));
	return NULL;
}

static void bitmap(void)
{
	pthread_t t;

	SEE(!is_open(0x80));
	REFUSED(ioperm(0x80, 0, 1), EINVAL);
	REFUSED(ioperm(0xffff, 2, 1), EINVAL);
	REFUSED(ioperm(0x80, -1UL, 1), EINVAL);
	SEE(ioperm(0x80, 1, 0) == 0);
	SEE(ioperm(0x80, 1, 1) == 0 && is_open(0x80) && !is_open(0x81) && !word_is_open(0x80));
	pthread_create(&t, NULL, other_thread, NULL);
	pthread_join(t, NULL);
	SEE(is_open(0x80));
	SEE(ioperm(0x80, 2, 1) == 0 && word_is_open(0x80));
	CHILD({
		SEE(is_open(0x80));
		SEE(ioperm(0x80, 1, 0) == 0 && !is_open(0x80) && is_open(0x81));
	});
	SEE(is_open(0x80));
	SEE(ioperm(0, 65536, 0) == 0 && !is_open(0x80));
	SEE(ioperm(0xffff, 1, 1) == 0 && !is_open(0x80) && !word_is_open(0xffff));
	SEE(ioperm(0, 65536, 0) == 0);
}

static void level(void)
{
	REFUSED(iopl(4), EINVAL);
	SEE(iopl(2) == 0 && !is_open(0x80));
	SEE(iopl(3) == 0 && is_open(0x80) && may_cli());
	CHILD({
		SEE(is_open(0x80));
		SEE(ioperm(0x81, 1, 1) == 0 && is_open(0x80));
		SEE(iopl(0) == 0 && !is_open(0x80) && is_open(0x81));
	});
	SEE(iopl(1) == 0 && !is_open(0x80) && !may_cli());
	SEE(iopl(0) == 0);
}

/* Two processes in turns, one of them with ports: the switch closes and opens them. */
static void turns(void)
{
	SEE(ioperm(0x80, 1, 1) == 0);
	CHILD({
		SEE(ioperm(0x80, 1, 0) == 0);
		for (int i = 0; i < 50; i++) {
			SEE(!is_open(0x80));
			sched_yield();
		}
	});
	CHILD({
		for (int i = 0; i < 50; i++) {
			SEE(is_open(0x80));
			sched_yield();
		}
	});
	SEE(is_open(0x80));
}

int main(int argc, char **argv)
{
	signal(SIGSEGV, on_segv);
	if (argc > 1)
		return !is_open(0x80);
	bitmap();
	level();
	turns();
	CHILD(execl("/proc/self/exe", argv[0], "again", (char *)NULL));
	SEE(setresuid(1000, 1000, 1000) == 0 && is_open(0x80));
	REFUSED(ioperm(0x81, 1, 1), EPERM);
	REFUSED(iopl(3), EPERM);
	SEE(ioperm(0x80, 1, 0) == 0 && !is_open(0x80));
	if (!failures)
		puts("ports open and close");
	return !!failures;
}
