/* SPDX-License-Identifier: MIT */
/* Corners of files, pipes, locks, directories, futexes and parents' deaths that other people's test suites look into. */
#include "t.h"
#include <dirent.h>
#include <stddef.h>
#include <pthread.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <time.h>

static volatile sig_atomic_t nr_signals;
static char buf[512];

static void count(int sig) { nr_signals++; }

static void nap(long ms) { nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL); }

/* A write that was partly done when the last reader went raises SIGPIPE, too. */
static void pipes(void)
{
	static char big[1 << 17];
	struct statfs s;
	struct rlimit all = { 1 << 20, 1 << 20 };
	int p[2];

	RESULT(pipe(p));
	CHILD("the last descriptor", {  /* where it is allowed */
		_exit(setrlimit(RLIMIT_NOFILE, &all) == 0 && dup2(p[0], (1 << 20) - 1) < 0);
	});
	RESULT(fstatfs(p[0], &s));
	say("type %lx", (long)s.f_type);
	signal(SIGPIPE, count);
	if (fork() == 0) {
		close(p[1]);
		nap(200);
		_exit(0);
	}
	close(p[0]);
	RESULT(write(p[1], big, sizeof(big)));
	ASK(nr_signals == 1);
	wait(NULL);
	close(p[1]);
}

/* Any close of the file by the process ends its record locks; those of others stay. */
static void locks(void)
{
	struct flock l = { .l_type = F_WRLCK };
	int a = open("locked", O_CREAT | O_RDWR, 0600), b = open("locked", O_RDWR);

	RESULT(fcntl(a, F_SETLK, &l));
	CHILD("locked by another", { l.l_type = F_WRLCK; close(dup(a)); _exit(fcntl(b, F_SETLK, &l) == -1); });
	close(b);
	CHILD("closed", { l.l_type = F_WRLCK; _exit(fcntl(a, F_SETLK, &l) == -1); });
	close(a);
}

static void owners(void)
{
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0), pid = getpid(), got = -1;

	signal(SIGUSR1, count);
	nr_signals = 0;
	RESULT(ioctl(s, 0x8901, &pid)); /* FIOSETOWN */
	RESULT(ioctl(s, 0x8904, &got)); /* SIOCGPGRP */
	ASK(got == pid && fcntl(s, F_GETOWN) == pid);
	got = 1 << 22;
	RESULT(ioctl(s, 0x8902, &got)); /* SIOCSPGRP: no such process */
	RESULT(fcntl(s, F_SETSIG, SIGUSR1));
	RESULT(fcntl(s, F_SETFL, O_ASYNC));
	close(s);
	ASK(nr_signals == 0);           /* what ends signals nobody */
}

/* Entries that fit into the memory there is are given, whatever size is claimed. */
static void directories(void)
{
	char *p = mmap(NULL, 2 * PAGE, RW, ANON, -1, 0), name[16];
	int fd, entries = 0;
	long n;

	mkdir("d", 0700);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "d/%d", i);
		close(creat(name, 0600));
	}
	fd = open("d", O_RDONLY);
	mprotect(p + PAGE, PAGE, PROT_NONE);
	while ((n = syscall(SYS_getdents64, fd, p + PAGE - 256, PAGE)) > 0)
		for (char *e = p + PAGE - 256, *end = e + n; e < end; e += ((struct dirent64 *)e)->d_reclen)
			entries++;
	say("%d entries, then %ld", entries, n);
	RESULT(lseek(fd, 0, SEEK_SET));
	RESULT(syscall(SYS_getdents64, fd, p + PAGE - 8, PAGE));
	RESULT(syscall(SYS_getdents64, fd, p, 0x80000000u));
	close(fd);
	fd = open("d/1", O_RDWR);
	write(fd, "x", 1);
	RESULT(lseek(fd, INT64_MAX, SEEK_END));
	RESULT(pread(fd, p, 8, INT64_MAX - 2));
	RESULT(pread(fd, p, 8, INT64_MAX - 8));
	close(fd);
}

/* The pieces of a vector are one message. */
static void messages(int type)
{
	char a[3], b[5];
	struct iovec out[2] = { { "one", 3 }, { "two", 3 } }, in[2] = { { a, 3 }, { b, 5 } };
	int p[2];

	RESULT(socketpair(AF_UNIX, type, 0, p));
	RESULT(writev(p[0], out, 2));
	RESULT(writev(p[0], out, 2));
	RESULT(readv(p[1], in, 2));
	ASK(!memcmp(a, "one", 3) && !memcmp(b, "two", 3));
	RESULT(recv(p[1], buf, sizeof(buf), MSG_DONTWAIT));
	RESULT(recv(p[1], buf, sizeof(buf), MSG_DONTWAIT));
	close(p[0]), close(p[1]);
}

/* sendmmsg, recvmmsg. */
static void several(void)
{
	char in[3][8] = { "", "", "" };
	struct iovec out[2] = { { "one", 3 }, { "three", 5 } }, v[3] = { { in[0], 8 }, { in[1], 8 }, { in[2], 8 } };
	struct mmsghdr send[2] = { { .msg_hdr = { .msg_iov = out, .msg_iovlen = 1 } }, { .msg_hdr = { .msg_iov = out + 1, .msg_iovlen = 1 } } };
	struct mmsghdr recv[3];
	struct timespec t = { 1, 0 };
	int p[2];

	memset(recv, 0, sizeof(recv));
	for (int i = 0; i < 3; i++)
		recv[i].msg_hdr = (struct msghdr){ .msg_iov = v + i, .msg_iovlen = 1 };
	RESULT(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	RESULT(sendmmsg(p[0], send, 2, 0));
	say("%u %u", send[0].msg_len, send[1].msg_len);
	RESULT(recvmmsg(p[1], recv, 3, MSG_WAITFORONE, &t));
	say("%u %s, %u %s", recv[0].msg_len, in[0], recv[1].msg_len, in[1]);
	ASK(t.tv_sec == 0 && t.tv_nsec > 0);
	RESULT(recvmmsg(p[1], recv, 3, MSG_DONTWAIT, NULL));
	t.tv_nsec = -1;
	RESULT(recvmmsg(p[1], recv, 3, MSG_DONTWAIT, &t));
	RESULT(sendmmsg(p[0], send, 0, 0));
	RESULT(sendmmsg(p[0], NULL, 1, 0));
	close(p[1]);
	RESULT(sendmmsg(p[0], send, 2, 0));
	close(p[0]);
}

static void options(void)
{
	static const int names[] = { SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST, SO_NO_CHECK, SO_RCVLOWAT, SO_SNDLOWAT, SO_DEBUG, SO_OOBINLINE };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), v, p[2];
	struct timeval negative = { -1, 0 };
	struct linger l = { 7, 9 };
	socklen_t len;

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int before = -1, after = -1, set;

		len = sizeof(v);
		getsockopt(s, SOL_SOCKET, names[i], &before, &len);
		v = 5;
		set = setsockopt(s, SOL_SOCKET, names[i], &v, sizeof(v));
		getsockopt(s, SOL_SOCKET, names[i], &after, &len);
		say("option %d: %d, set %d, %d", names[i], before, set, after);
	}
	len = sizeof(l);
	RESULT(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, 4));
	RESULT(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	RESULT(getsockopt(s, SOL_SOCKET, SO_LINGER, &l, &len));
	say("linger %d %d, %u bytes", l.l_onoff, l.l_linger, len);
	RESULT(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	RESULT(setsockopt(p[0], SOL_SOCKET, SO_RCVTIMEO, &negative, sizeof(negative)));
	RESULT(read(p[0], buf, 1));
	CHILD("buffers and debugging are the administrator's", {
		v = 1 << 20;
		setuid(1000);
		RESULT(setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &v, sizeof(v)));
		RESULT(setsockopt(s, SOL_SOCKET, SO_DEBUG, &v, sizeof(v)));
	});
	close(s), close(p[0]), close(p[1]);
}

/* A call that PTRACE_SYSEMU stopped is left out, however the tracer goes on. */
static void emulated(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit((int)syscall(SYS_exit_group, 1) == 42 ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	RESULT(ptrace(PTRACE_SYSEMU, pid, 0, 0));
	waitpid(pid, &status, 0);
	ASK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
	RESULT(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), 42));
	RESULT(ptrace(PTRACE_DETACH, pid, 0, 0));
	waitpid(pid, &status, 0);
	say_status("exit_group was left out", status);
}

/* /proc/PID/task/TID/children */
static void children(void)
{
	pid_t pid = fork();
	char name[64], text[64] = "", want[16];
	int fd;

	if (!pid) {
		pause();
		_exit(0);
	}
	snprintf(name, sizeof(name), "/proc/self/task/%d/children", (int)getpid());
	snprintf(want, sizeof(want), "%d ", (int)pid);
	fd = open(name, O_RDONLY);
	read(fd, text, sizeof(text) - 1);
	ASK(!strcmp(text, want));
	RESULT(open("/proc/self/children", O_RDONLY));
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static uint32_t word = 1;

static void *wait_privately(void *op)
{
	struct timespec t = { 0, 500000000 };

	return (void *)(syscall(SYS_futex, &word, (int)(long)op, 1, &t, NULL, 0) ? (long)errno : 0);
}

/* A word asked for as private (FUTEX_PRIVATE_FLAG, 128) and as shared are two. */
static void futexes(void)
{
	pthread_t t;
	void *how;

	for (long private = 0; private < 2; private++) {
		pthread_create(&t, NULL, wait_privately, (void *)(private * 128));
		nap(100);
		RESULT(syscall(SYS_futex, &word, 1 | (private ? 0 : 128), 1, NULL, NULL, 0));
		pthread_join(t, &how);
		say("it waited until: %s", name_of_errno((int)(long)how));
	}
}

static pid_t grandchild;

static void *parent_thread(void *traced)
{
	int status;

	grandchild = fork();
	if (!grandchild) {
		prctl(PR_SET_PDEATHSIG, SIGUSR2);
		if (traced)
			ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		for (;;)
			pause();
	}
	waitpid(grandchild, &status, WUNTRACED);
	say_status("its child", status);
	if (traced)
		RESULT(ptrace(PTRACE_DETACH, grandchild, 0, 0));
	else
		kill(grandchild, SIGCONT);
	nap(100);
	return NULL;
}

/* To be traced and to be told of a parent's death means the thread that forked. */
static void parents(void)
{
	pthread_t t;
	int status;

	for (long traced = 0; traced < 2; traced++) {
		pthread_create(&t, NULL, parent_thread, (void *)traced);
		pthread_join(t, NULL);
		waitpid(grandchild, &status, 0);
		say_status("the thread is gone: its child", status);
	}
}

static void executed(void)
{
	int in = inotify_init1(IN_NONBLOCK), n;

	RESULT(inotify_add_watch(in, "/proc/self/exe", IN_ACCESS));
	CHILD("run again", execl("/proc/self/exe", "corners", "quick", (char *)NULL));
	n = (int)read(in, buf, sizeof(buf));
	ASK(n >= (int)sizeof(struct inotify_event) && ((struct inotify_event *)buf)->mask == IN_ACCESS);
	close(in);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/corners.XXXXXX", clean[64];

	if (argc > 1)
		return 0;
	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	pipes();
	locks();
	owners();
	directories();
	messages(SOCK_DGRAM);
	messages(SOCK_SEQPACKET);
	messages(SOCK_STREAM);
	several();
	options();
	emulated();
	children();
	futexes();
	parents();
	executed();
	snprintf(clean, sizeof(clean), "rm -rf %s", dir);
	return chdir("/") || system(clean) ? 2 : 0;
}
