// SPDX-License-Identifier: MIT
/*
 * membarrier(2), kcmp(2), process_madvise(2), process_mrelease(2) and smaller calls: about whole
 * processes and what they share.
 */
#include "t.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>

enum { KCMP_FILE, KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM, KCMP_EPOLL_TFD };
struct kcmp_epoll_slot { uint32_t efd, tfd, toff; };

#define MEMBARRIER_CMD_QUERY 0
#define MEMBARRIER_CMD_GLOBAL 1
#define MEMBARRIER_CMD_GLOBAL_EXPEDITED 2
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED 8
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED 16
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE 32
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE 64
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ 128
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ 256
#define MEMBARRIER_CMD_FLAG_CPU 1

#define PIDFD_SEND_SIGNAL 424
#define PIDFD_OPEN 434
#define PIDFD_GETFD 438
#define PROCESS_MADVISE 440
#define PROCESS_MRELEASE 448
#define ADVICE_COLD 20

static long barrier(int cmd, unsigned int flags)
{
	return syscall(SYS_membarrier, cmd, flags, 0);
}

static void membarriers(void)
{
	say("-- membarrier");
	ASK((barrier(MEMBARRIER_CMD_QUERY, 0) & 0x1ff) == 0x1ff);
	RESULT(barrier(MEMBARRIER_CMD_QUERY, 1));
	RESULT(barrier(-1, 0));
	RESULT(barrier(3, 0));
	RESULT(barrier(1 << 20, 0));
	RESULT(barrier(MEMBARRIER_CMD_GLOBAL, 0));
	RESULT(barrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0));
	RESULT(barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 1));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0));
	CHILD("fork keeps the registration", _exit(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0) ? 1 : 0));
	RESULT(barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0));
	RESULT(barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0));
	RESULT(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, MEMBARRIER_CMD_FLAG_CPU));
}

/* 0: the same; else which comes first is the kernel's affair */
static const char *kcmp(pid_t a, pid_t b, int type, unsigned long i, unsigned long j)
{
	long r = syscall(SYS_kcmp, a, b, type, i, j);

	return r < 0 ? name_of_errno(errno) : r == 0 ? "the same" : "different";
}

static void kcmps(void)
{
	int p[2], copy, epfd = epoll_create1(0), gone;
	struct epoll_event ev = { .events = EPOLLIN };
	struct kcmp_epoll_slot slot = { .efd = (unsigned)epfd };
	pid_t me = getpid(), child;

	say("-- kcmp");
	if (pipe(p))
		_exit(98);
	copy = dup(p[0]);
	slot.tfd = (unsigned)p[0];
	epoll_ctl(epfd, EPOLL_CTL_ADD, p[0], &ev);
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	say("file and its dup: %s", kcmp(me, me, KCMP_FILE, (unsigned)p[0], (unsigned)copy));
	say("file and the child's: %s", kcmp(me, child, KCMP_FILE, (unsigned)p[0], (unsigned)p[0]));
	say("two files: %s", kcmp(me, me, KCMP_FILE, (unsigned)p[0], (unsigned)p[1]));
	say("no file: %s", kcmp(me, me, KCMP_FILE, 1000, (unsigned)p[0]));
	say("orders differ: %d", (int)(syscall(SYS_kcmp, me, me, KCMP_FILE, p[0], p[1]) +
				       syscall(SYS_kcmp, me, me, KCMP_FILE, p[1], p[0])));
	for (int type = KCMP_VM; type <= KCMP_SYSVSEM; type++)
		say("type %d, the child: %s; itself: %s", type, kcmp(me, child, type, 0, 0), kcmp(me, me, type, 0, 0));
	say("watched file: %s", kcmp(me, me, KCMP_EPOLL_TFD, (unsigned)p[0], (unsigned long)&slot));
	say("another: %s", kcmp(me, me, KCMP_EPOLL_TFD, (unsigned)p[1], (unsigned long)&slot));
	slot.toff = 1;
	say("the second of that number: %s", kcmp(me, me, KCMP_EPOLL_TFD, (unsigned)p[0], (unsigned long)&slot));
	slot.toff = 0, slot.tfd = (unsigned)p[1];
	say("not watched: %s", kcmp(me, me, KCMP_EPOLL_TFD, (unsigned)p[0], (unsigned long)&slot));
	slot.efd = (unsigned)p[1];
	say("no epoll: %s", kcmp(me, me, KCMP_EPOLL_TFD, (unsigned)p[0], (unsigned long)&slot));
	say("wild slot: %s", kcmp(me, me, KCMP_EPOLL_TFD, (unsigned)p[0], 8));
	say("type 8: %s", kcmp(me, me, 8, 0, 0));
	kill(child, SIGKILL);
	gone = waitpid(child, NULL, 0) == child;
	say("gone (%d): %s", gone, kcmp(me, child, KCMP_VM, 0, 0));
	close(p[0]), close(p[1]), close(copy), close(epfd);
}

static long advise(int fd, struct iovec *vec, unsigned long nr, int advice, unsigned int flags)
{
	return syscall(PROCESS_MADVISE, fd, vec, nr, advice, flags);
}

static void advice(void)
{
	char *m = mmap(NULL, 8 * PAGE, RW, ANON, -1, 0);
	struct iovec vec[3] = { { m, PAGE }, { m + 2 * PAGE, 2 * PAGE }, { m + 5 * PAGE, PAGE } };
	pid_t child;
	int fd, status;

	say("-- process_madvise, process_mrelease");
	memset(m, 7, 8 * PAGE);
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	fd = (int)syscall(PIDFD_OPEN, child, 0);
	RESULT(advise(fd, vec, 3, ADVICE_COLD, 0));
	RESULT(advise(fd, vec, 0, ADVICE_COLD, 0));
	RESULT(advise(fd, vec, 3, ADVICE_COLD, 1));
	RESULT(advise(fd, vec, 1025, ADVICE_COLD, 0));
	RESULT(advise(fd, vec, 3, MADV_DONTNEED, 0));
	RESULT(advise(fd, vec, 3, 1000, 0));
	RESULT(advise(fd, (struct iovec *)8, 1, ADVICE_COLD, 0));
	RESULT(advise(1, vec, 3, ADVICE_COLD, 0));
	RESULT(advise(-1, vec, 3, ADVICE_COLD, 0));
	vec[1].iov_base = m + 1;
	RESULT(advise(fd, vec, 3, ADVICE_COLD, 0));
	RESULT(advise(fd, vec + 1, 1, ADVICE_COLD, 0));
	vec[2].iov_len = (size_t)-1;
	RESULT(advise(fd, vec, 3, ADVICE_COLD, 0));
	RESULT(syscall(PROCESS_MRELEASE, fd, 1));
	RESULT(syscall(PROCESS_MRELEASE, fd, 0));
	RESULT(syscall(PROCESS_MRELEASE, -1, 0));
	RESULT(syscall(PROCESS_MRELEASE, 1, 0));
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	say_status("child", status);
	RESULT(syscall(PROCESS_MRELEASE, fd, 0));
	RESULT(advise(fd, vec, 1, ADVICE_COLD, 0));
	close(fd);
	munmap(m, 8 * PAGE);
}

static void got_usr1(int sig)
{
	say("SIGUSR1");
}

/* A directory /proc/PID serves as a pidfd, for signals alone. */
static void signals_by_directory(void)
{
	int fd = open("/proc/self", O_RDONLY | O_DIRECTORY);
	int file = open("/proc/self/stat", O_RDONLY), other = open("/proc", O_RDONLY | O_DIRECTORY);

	say("-- pidfd_send_signal by /proc/PID");
	signal(SIGUSR1, got_usr1);
	RESULT(syscall(PIDFD_SEND_SIGNAL, fd, SIGUSR1, NULL, 0));
	RESULT(syscall(PIDFD_SEND_SIGNAL, fd, 0, NULL, 0));
	RESULT(syscall(PIDFD_SEND_SIGNAL, fd, 100, NULL, 0));
	RESULT(syscall(PIDFD_SEND_SIGNAL, fd, SIGUSR1, NULL, 64));
	RESULT(syscall(PIDFD_SEND_SIGNAL, file, 0, NULL, 0));
	RESULT(syscall(PIDFD_SEND_SIGNAL, other, 0, NULL, 0));
	RESULT(syscall(PIDFD_GETFD, fd, 1, 0));
	close(fd), close(file), close(other);
}

static void *exec_again(void *arg)
{
	char fd[2][16];

	snprintf(fd[0], sizeof(fd[0]), "%d", ((int *)arg)[0]);
	snprintf(fd[1], sizeof(fd[1]), "%d", ((int *)arg)[1]);
	execl("/proc/self/exe", "again", fd[0], fd[1], (char *)NULL);
	return NULL;
}

static void hold_and_exec(void)
{
	int fds[2] = { (int)syscall(SYS_pidfd_open, getpid(), 0), open("/proc/self", O_RDONLY | O_DIRECTORY) };
	pthread_t t;

	fcntl(fds[0], F_SETFD, 0);
	usleep(50000);
	pthread_create(&t, NULL, exec_again, fds);
	pause();
}

/* After a thread's exec it is the same process still, for those who hold it. */
static void through_exec(void)
{
	say("-- held through a thread's exec");
	CHILD("child", hold_and_exec());
}

static int after_exec(char **argv)
{
	int pidfd = atoi(argv[1]), dir = atoi(argv[2]);

	RESULT(syscall(PIDFD_SEND_SIGNAL, pidfd, 0, NULL, 0));
	RESULT(syscall(PIDFD_SEND_SIGNAL, dir, 0, NULL, 0));
	RESULT(openat(dir, "stat", O_RDONLY) >= 0);
	return 0;
}

/* What is open of a process that is gone shows no later one. */
static void after_death(void)
{
	char name[32];
	pid_t pid, other = -1;
	int dir, last;

	say("-- open after death");
	pid = fork();
	if (pid == 0)
		pause();
	snprintf(name, sizeof(name), "/proc/%d", pid);
	dir = open(name, O_RDONLY | O_DIRECTORY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	RESULT(openat(dir, "stat", O_RDONLY));
	for (int tries = 0; other != pid && tries < 20; tries++) {
		last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
		dprintf(last, "%d", pid - 1);
		close(last);
		other = fork();
		if (other == 0)
			pause();
		if (other == pid)
			break;
		kill(other, SIGKILL);
		waitpid(other, NULL, 0);
	}
	RESULT(openat(dir, "stat", O_RDONLY));
	RESULT(syscall(PIDFD_SEND_SIGNAL, dir, SIGKILL, NULL, 0));
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	close(dir);
}

static void name_spaces(void)
{
	say("-- name spaces");
	RESULT(syscall(SYS_setns, -1, 0));
	RESULT(syscall(SYS_setns, 1, 0x20000));
	CHILD("unshare, not root", {
		if (setresuid(65534, 65534, 65534))
			_exit(98);
		RESULT(syscall(SYS_unshare, 0x20000));
		RESULT(syscall(SYS_unshare, 0x04000000));
		RESULT(syscall(SYS_unshare, 0x400));
	});
}

/* STICKY_TIMEOUTS: select leaves its timeout alone. */
static void sticky(void)
{
	struct timeval tv = { 0, 10000 };

	say("-- personality");
	syscall(SYS_select, 0, NULL, NULL, NULL, &tv);
	ASK(tv.tv_usec == 0);
	tv.tv_usec = 10000;
	RESULT(syscall(SYS_personality, 0x4000000) & 0x4000000);
	syscall(SYS_select, 0, NULL, NULL, NULL, &tv);
	ASK(tv.tv_usec == 10000);
	RESULT(syscall(SYS_arch_prctl, 0x1011, 0));
}

static long io_set(int which, int who, int class, int level)
{
	return syscall(SYS_ioprio_set, which, who, class << 13 | level);
}

/* Of the own process; its group's and user's depend on who else is there. */
static void io_priorities(void)
{
	say("-- ioprio");
	RESULT(syscall(SYS_ioprio_get, 1, 0));
	RESULT(io_set(1, 0, 2, 3));
	RESULT(syscall(SYS_ioprio_get, 1, 0));
	RESULT(io_set(1, 0, 0, 1));
	RESULT(io_set(1, 0, 4, 0));
	RESULT(io_set(0, 0, 2, 0));
	RESULT(io_set(4, 0, 2, 0));
	RESULT(io_set(1, 99999999, 2, 0));
	RESULT(syscall(SYS_ioprio_get, 0, 0));
	RESULT(syscall(SYS_ioprio_get, 4, 0));
	RESULT(syscall(SYS_ioprio_get, 1, 99999999));
	RESULT(syscall(SYS_ioprio_get, 1, getpid()));
	CHILD("inherited, not root", {
		pid_t parent = getppid();

		RESULT(syscall(SYS_ioprio_get, 1, 0));
		if (setresuid(65534, 65534, 65534))
			_exit(98);
		RESULT(io_set(1, 0, 1, 0));
		RESULT(io_set(1, 0, 3, 7));
		RESULT(syscall(SYS_ioprio_get, 1, 0));
		RESULT(io_set(1, parent, 2, 0));
	});
	CHILD("a group of its own", {
		setpgid(0, 0);
		RESULT(io_set(1, 0, 0, 0));
		RESULT(syscall(SYS_ioprio_get, 2, 0));
		RESULT(setpriority(PRIO_PROCESS, 0, 19));
		RESULT(syscall(SYS_ioprio_get, 2, 0));
		RESULT(io_set(2, 0, 3, 0));
		RESULT(syscall(SYS_ioprio_get, 1, 0));
	});
}

static void kernel_log(void)
{
	char buf[8];

	say("-- syslog");
	RESULT(syscall(SYS_syslog, 100, buf, 0));
	RESULT(syscall(SYS_syslog, 2, NULL, 8));
	RESULT(syscall(SYS_syslog, 3, buf, -1));
	RESULT(syscall(SYS_syslog, 8, buf, -1));
	RESULT(syscall(SYS_syslog, 8, buf, 0));
	RESULT(syscall(SYS_syslog, 8, buf, 9));
	CHILD("not root", {
		if (setresuid(65534, 65534, 65534))
			_exit(98);
		RESULT(syscall(SYS_syslog, 2, buf, 0));
		RESULT(syscall(SYS_syslog, 8, buf, 4));
	});
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return after_exec(argv);
	membarriers();
	kcmps();
	advice();
	signals_by_directory();
	through_exec();
	after_death();
	name_spaces();
	sticky();
	io_priorities();
	kernel_log();
	return 0;
}
