/* SPDX-License-Identifier: MIT */
/*
 * What the ring-3 tests share. Each is a plain Linux program that prints what it saw, nothing that changes from run
 * to run (no addresses, no pids); tests/cases/ring3.py runs it on the build host's Linux and in the guest and
 * compares output and exit status. So the expectation is Linux itself.
 */
#ifndef TESTS_RING3_T_H
#define TESTS_RING3_T_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

/* One write a line, no stdio buffer: children never inherit unsent text. */
__attribute__((format(printf, 1, 2), unused)) static void say(const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	line[n++] = '\n';
	if (write(1, line, n) != n)
		_exit(99);
}

__attribute__((unused)) static const char *name_of_errno(int e)
{
	static char other[32];

#define ERRNO_NAME(name) if (e == name) return #name;
	ERRNO_NAME(EPERM) ERRNO_NAME(ENOENT) ERRNO_NAME(ESRCH) ERRNO_NAME(EINTR) ERRNO_NAME(EIO) ERRNO_NAME(ENXIO)
	ERRNO_NAME(E2BIG) ERRNO_NAME(ENOEXEC) ERRNO_NAME(EBADF) ERRNO_NAME(ECHILD) ERRNO_NAME(EAGAIN)
	ERRNO_NAME(ENOMEM) ERRNO_NAME(EACCES) ERRNO_NAME(EFAULT) ERRNO_NAME(EBUSY) ERRNO_NAME(EEXIST)
	ERRNO_NAME(EXDEV) ERRNO_NAME(ENODEV) ERRNO_NAME(ENOTDIR) ERRNO_NAME(EISDIR) ERRNO_NAME(EINVAL)
	ERRNO_NAME(ENFILE) ERRNO_NAME(EMFILE) ERRNO_NAME(ENOTTY) ERRNO_NAME(ETXTBSY) ERRNO_NAME(EFBIG)
	ERRNO_NAME(ENOSPC) ERRNO_NAME(ESPIPE) ERRNO_NAME(EROFS) ERRNO_NAME(EMLINK) ERRNO_NAME(EPIPE)
	ERRNO_NAME(EDOM) ERRNO_NAME(ERANGE) ERRNO_NAME(EDEADLK) ERRNO_NAME(ENAMETOOLONG) ERRNO_NAME(ENOLCK)
	ERRNO_NAME(ENOSYS) ERRNO_NAME(ENOTEMPTY) ERRNO_NAME(ELOOP) ERRNO_NAME(EOPNOTSUPP) ERRNO_NAME(ETIMEDOUT)
	ERRNO_NAME(EOVERFLOW) ERRNO_NAME(EIDRM) ERRNO_NAME(ENOMSG) ERRNO_NAME(EOWNERDEAD) ERRNO_NAME(ENOTRECOVERABLE) ERRNO_NAME(EMSGSIZE)
	snprintf(other, sizeof(other), "errno %d", e);
	return other;
}

/* The call's outcome: its value or the errno's name. */
#define RESULT(call) do { \
	long long r_; \
	errno = 0; \
	r_ = (long long)(call); \
	if (r_ == -1 && errno) \
		say("%s: %s", #call, name_of_errno(errno)); \
	else \
		say("%s: %lld", #call, r_); \
	} while (0)

/* Only whether it worked: for addresses, pids, descriptors. */
#define WORKS(call) do { \
	errno = 0; \
	if ((long long)(call) == -1) \
		say("%s: %s", #call, name_of_errno(errno)); \
	else \
		say("%s: works", #call); \
	} while (0)

#define ASK(condition) say("%s: %s", #condition, (condition) ? "yes" : "no")

/* How a child ended, in words. */
__attribute__((unused)) static void say_status(const char *what, int status)
{
	if (WIFEXITED(status))
		say("%s: exit %d", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		say("%s: signal %d", what, WTERMSIG(status));
	else if (WIFSTOPPED(status))
		say("%s: stopped by %d", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		say("%s: continued", what);
	else
		say("%s: status %x", what, status);
}

__attribute__((unused)) static void no_core(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
}

/* Runs @body in a child and says how it ended. */
#define CHILD(what, body) do { \
	pid_t pid_ = fork(); \
	int status_; \
	if (pid_ == 0) { \
		no_core(); \
		body; \
		_exit(0); \
	} \
	if (pid_ < 0 || waitpid(pid_, &status_, 0) != pid_) \
		say("%s: fork or wait failed", what); \
	else \
		say_status(what, status_); \
	} while (0)

/* A signal's information, kept by the handler for the program to print. */
static volatile sig_atomic_t caught_signal, caught_code, caught_count, caught_jumps;
static void *volatile caught_address;
static sigjmp_buf caught_jump;

__attribute__((unused)) static void catch_handler(int sig, siginfo_t *info, void *context)
{
	caught_signal = sig;
	caught_code = info->si_code;
	caught_address = info->si_addr;
	caught_count++;
	if (caught_jumps)
		siglongjmp(caught_jump, 1);
}

__attribute__((unused)) static void catch_signal(int sig)
{
	struct sigaction action = { .sa_sigaction = catch_handler, .sa_flags = SA_SIGINFO };

	sigaction(sig, &action, NULL);
}

/* Does @body and says which signal it got, with its code and the address relative to @base. */
#define FAULT(what, base, body) do { \
	caught_signal = caught_code = 0; \
	caught_jumps = 1; \
	if (!sigsetjmp(caught_jump, 1)) { \
		body; \
		say("%s: no signal", what); \
	} else { \
		say("%s: signal %d code %d at +%lld", what, (int)caught_signal, (int)caught_code, \
		    (long long)((char *)caught_address - (char *)(base))); \
	} \
	caught_jumps = 0; \
	} while (0)

#endif
