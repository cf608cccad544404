// SPDX-License-Identifier: MIT
/* Wild pointers to harmless system calls: the errno is Linux's. (Every call, wildly: tests/guest/wild.c.) */
#include "t.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>

static const char *const names[] = { "NULL", "unmapped", "kernel", "non-canonical", "read-only", "straddling", "top" };
static void *wild[7];

static void each(int i)
{
	struct iovec iov = { wild[i], 4000 };
	int fd = open("/dev/zero", O_RDWR), ends[2], status;
	void *p = wild[i];

	say("-- %s", names[i]);
	RESULT(syscall(SYS_read, fd, p, 4000));
	RESULT(syscall(SYS_write, fd, p, 4000));
	RESULT(syscall(SYS_readv, fd, &iov, 1));
	RESULT(syscall(SYS_readv, fd, p, 1));
	RESULT(syscall(SYS_pread64, fd, p, 4000, 0));
	if (pipe(ends))
		return;
	RESULT(syscall(SYS_write, ends[1], p, 4000));
	if (write(ends[1], "abc", 3) == 3)
		WORKS(syscall(SYS_read, ends[0], p, 3));
	close(ends[0]);
	close(ends[1]);
	WORKS(syscall(SYS_open, p, O_RDONLY));
	RESULT(syscall(SYS_stat, "/", p));
	RESULT(syscall(SYS_stat, p, p));
	RESULT(syscall(SYS_fstat, fd, p));
	RESULT(syscall(SYS_uname, p));
	RESULT(syscall(SYS_gettimeofday, p, NULL));
	RESULT(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, p));
	RESULT(syscall(SYS_nanosleep, p, NULL));
	RESULT(syscall(SYS_getrlimit, RLIMIT_STACK, p));
	RESULT(syscall(SYS_getrusage, RUSAGE_SELF, p));
	RESULT(syscall(SYS_sysinfo, p));
	RESULT(syscall(SYS_pipe, p));
	RESULT(syscall(SYS_poll, p, 1, 0));
	RESULT(syscall(SYS_rt_sigaction, SIGUSR1, p, NULL, 8));
	RESULT(syscall(SYS_rt_sigaction, SIGUSR1, NULL, p, 8));
	RESULT(syscall(SYS_rt_sigprocmask, SIG_BLOCK, p, NULL, 8));
	RESULT(syscall(SYS_sigaltstack, p, NULL));
	RESULT(syscall(SYS_chdir, p));
	RESULT(syscall(SYS_mkdir, p, 0755));
	RESULT(syscall(SYS_unlink, p));
	RESULT(syscall(SYS_rename, p, "/tmp/x"));
	RESULT(syscall(SYS_readlink, "/proc/self/exe", p, 4096) > 0);
	RESULT(syscall(SYS_execve, p, NULL, NULL));
	if (p) /* NULL means no arguments */
		RESULT(syscall(SYS_execve, "/proc/self/exe", p, NULL));
	if (fork() == 0)
		_exit(3);
	WORKS(syscall(SYS_wait4, -1, p, 0, NULL)); /* reaped all the same */
	RESULT(syscall(SYS_wait4, -1, &status, 0, NULL));
	RESULT(syscall(SYS_futex, p, 0, 1, &(struct timespec){ 0, 1 }, NULL, 0));
	RESULT(syscall(SYS_getcwd, p, 4096) > 0);
	RESULT(syscall(SYS_fcntl, fd, F_GETLK, p));
	RESULT(syscall(SYS_getdents64, fd, p, 4096));
	close(fd);
}

/* Other processes' memory ends where the kernel's begins, for one's own, too. */
static void process_memory(void)
{
	static const unsigned long kernel[] = { 0xffff880000100000, 0xffffffff80100000, 0xffffea0000000000, 0x7ffffffff000, 1UL << 63 };
	char here[64] = "";

	for (int i = 0; i < 5; i++) {
		struct iovec local = { here, 8 }, remote = { (void *)kernel[i], 8 };

		RESULT(syscall(SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0));
		RESULT(syscall(SYS_process_vm_writev, getpid(), &local, 1, &remote, 1, 0));
	}
}

int main(int argc, char **argv)
{
	char *area;
	int i;

	signal(SIGPIPE, SIG_IGN);
	area = mmap(NULL, 4 * PAGE, RW, ANON, -1, 0);
	mprotect(area + PAGE, PAGE, PROT_READ);
	munmap(area + 3 * PAGE, PAGE);
	wild[1] = area + 3 * PAGE + 16;
	wild[2] = (void *)0xffff880000100000;
	wild[3] = (void *)0x4000000000000000;
	wild[4] = area + PAGE;
	wild[5] = area + 3 * PAGE - 4; /* 4 bytes there, then nothing */
	wild[6] = (void *)0xfffffffffffffff0;
	for (i = 0; i < 4; i++)
		each(i);
	each(6);
	process_memory();
	return 0;
}
