// SPDX-License-Identifier: MIT
/* acct(2): what the records of processes that ended say. For the guest: the host's accounting is the host's business. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acct.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOG "/dev/shm/acct"

struct record {
	char flag, version;
	uint16_t tty;
	uint32_t exitcode, uid, gid, pid, ppid, btime;
	float etime;
	uint16_t utime, stime, mem, io, rw, minflt, majflt, swap;
	char comm[16];
};

static int failures;

#define SEE(condition) do { \
	if (!(condition)) { \
		printf("line %d: not so: %s\n", __LINE__, #condition); \
		failures++; \
	} } while (0)
#define REFUSED(call, why) SEE((call) == -1 && errno == (why))

/* Linux's comp_t: 3 bits of exponent to base 8, 13 bits of fraction. */
static unsigned long value(uint16_t v) { return (unsigned long)(v & 0x1fff) << 3 * (v >> 13); }

static pid_t child(void (*body)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		body();
		_exit(3);
	}
	waitpid(pid, NULL, 0);
	return pid;
}

static void quick(void) { }
static void killed(void) { raise(SIGKILL); }
static void run_program(void) { execl("/bin/busybox", "true", (char *)NULL); }

static void no_room(void)
{
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, 0 });
}

static void slow(void)
{
	clock_t end = clock() + CLOCKS_PER_SEC / 4;

	if (setgid(7) || setuid(5))
		_exit(1);
	usleep(300000);
	while (clock() < end)
		;
}

static struct record next(int fd)
{
	struct record r = { 0 };

	SEE(read(fd, &r, sizeof(r)) == sizeof(r) && r.version == 3);
	return r;
}

static void records(int fd)
{
	uint32_t me = (uint32_t)getpid(), pid = (uint32_t)child(quick);
	time_t now = time(NULL);
	struct record r = next(fd);

	SEE(r.pid == me && r.exitcode == 0 && r.mem == 0);      /* who ended the one before */
	r = next(fd);
	SEE(r.pid == pid && r.ppid == me && r.exitcode == 3 << 8 && (r.flag & 1) && !(r.flag & 0x18));
	SEE(!strcmp(r.comm, "acct") && r.uid == 0 && r.tty == 0 && value(r.mem) > 100 && value(r.minflt) > 0);
	SEE(labs((long)r.btime - now) < 3 && r.etime >= 0 && r.etime < 300);
	child(killed);
	r = next(fd);
	SEE(r.exitcode == SIGKILL && (r.flag & 0x10));
	child(run_program);
	r = next(fd);
	SEE(!strcmp(r.comm, "busybox") && !(r.flag & 1));
	child(slow);
	r = next(fd);
	SEE(r.uid == 5 && r.gid == 7 && r.etime >= 50 && value(r.utime) + value(r.stime) >= 15);
	child(no_room);
	SEE(next(fd).exitcode == 3 << 8);
}

int main(void)
{
	int fd = open(LOG, O_CREAT | O_RDWR | O_TRUNC, 0600);
	struct record r;

	REFUSED(acct("/dev/null"), EACCES);
	REFUSED(acct("/dev"), EISDIR);
	REFUSED(acct("/nothing/there"), ENOENT);
	REFUSED(acct((char *)1), EFAULT);
	child(quick);
	SEE(read(fd, &r, sizeof(r)) == 0);
	SEE(acct(LOG) == 0 && acct(LOG) == 0);
	records(fd);
	SEE(acct(NULL) == 0);
	SEE(next(fd).pid == (uint32_t)getpid());
	child(quick);
	SEE(read(fd, &r, sizeof(r)) == 0);
	SEE(setuid(1) == 0);
	REFUSED(acct(NULL), EPERM);
	unlink(LOG);
	if (!failures)
		puts("accounted for");
	return !!failures;
}
