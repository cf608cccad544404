/* SPDX-License-Identifier: MIT */
/* What the ptrace tests share: requests by name, waits that say what they saw. */
#ifndef TESTS_RING3_PTRACE_H
#define TESTS_RING3_PTRACE_H

#include "t.h"
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* The raw call: PEEK answers through a pointer, and libc adds nothing. */
__attribute__((unused)) static long pt(long request, pid_t pid, unsigned long addr, unsigned long data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

/* "stopped by 5", with the event or the system-call mark if there is one. */
__attribute__((unused)) static void say_stop(const char *what, int status)
{
	if (WIFSTOPPED(status) && status >> 16)
		say("%s: stopped by %d, event %d", what, WSTOPSIG(status), status >> 16);
	else if (WIFSTOPPED(status) && (WSTOPSIG(status) & 0x80))
		say("%s: at a system call", what);
	else
		say_status(what, status);
}

/* Waits for @pid, whatever it is. Its status, -1: nobody to wait for. */
__attribute__((unused)) static int wait_say(const char *what, pid_t pid)
{
	int status = -1;

	if (waitpid(pid, &status, __WALL) != pid) {
		say("%s: %s", what, name_of_errno(errno));
		return -1;
	}
	say_stop(what, status);
	return status;
}

__attribute__((unused)) static struct user_regs_struct regs_of(pid_t pid)
{
	struct user_regs_struct r = { 0 };

	if (pt(PTRACE_GETREGS, pid, 0, (unsigned long)&r))
		say("GETREGS: %s", name_of_errno(errno));
	return r;
}

/* A child that is traced and stopped by SIGSTOP, then does the rest. */
#define TRACED_CHILD(pid, ...) do { \
	(pid) = fork(); \
	if ((pid) == 0) { \
		no_core(); \
		pt(PTRACE_TRACEME, 0, 0, 0); \
		raise(SIGSTOP); \
		__VA_ARGS__; \
		_exit(0); \
	} \
	waitpid((pid), NULL, 0); \
	} while (0)

__attribute__((unused)) static unsigned long peek(pid_t pid, unsigned long addr)
{
	unsigned long word = 0;

	if (pt(PTRACE_PEEKDATA, pid, addr, (unsigned long)&word))
		say("PEEKDATA: %s", name_of_errno(errno));
	return word;
}

__attribute__((unused)) static void kill_traced(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
}

#endif
