/* SPDX-License-Identifier: MIT */
/* POSIX message queues: names and attributes, order, limits, timeouts, who is woken and who is told, poll. */
#include "t.h"
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>

static struct timespec in_ms(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static const char *base(const char *suffix)
{
	static char name[4][64];
	static int n;

	n = (n + 1) % 4;
	snprintf(name[n], sizeof(name[n]), "/ring3-%d-%s", getpgrp(), suffix);
	return name[n];
}

static mqd_t make(const char *suffix, long maxmsg, long size, int flags)
{
	struct mq_attr a = { .mq_maxmsg = maxmsg, .mq_msgsize = size };

	return mq_open(base(suffix), O_CREAT | O_RDWR | flags, 0600, &a);
}

static void show(mqd_t q)
{
	struct mq_attr a;

	if (mq_getattr(q, &a))
		say("mq_getattr: %s", name_of_errno(errno));
	else
		say("flags %lx max %ld size %ld now %ld", a.mq_flags, a.mq_maxmsg, a.mq_msgsize, a.mq_curmsgs);
}

static void receive(mqd_t q)
{
	char buf[8192];
	unsigned int prio = 0;
	ssize_t n = mq_receive(q, buf, sizeof(buf), &prio);

	if (n < 0)
		say("receive: %s", name_of_errno(errno));
	else
		say("receive: \"%.*s\" priority %u", (int)n, buf, prio);
}

static void names(void)
{
	struct mq_attr a = { 0 };
	char long_name[300] = "/";
	struct stat st;
	mqd_t q;

	memset(long_name + 1, 'x', 298);
	RESULT(mq_open(base("a"), O_RDWR));
	RESULT(mq_open("/", O_RDWR | O_CREAT, 0600, NULL));
	RESULT(mq_open("/.", O_RDWR | O_CREAT, 0600, NULL));
	RESULT(mq_open("/..", O_RDWR | O_CREAT, 0600, NULL));
	RESULT(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
	RESULT(mq_open(long_name, O_RDWR | O_CREAT, 0600, NULL));
	RESULT(syscall(SYS_mq_open, 8, O_RDWR, 0, NULL));
	RESULT(syscall(SYS_mq_open, "ring3", O_RDWR | O_CREAT, 0600, 8));
	q = mq_open(base("a"), O_RDWR | O_CREAT, 0620, NULL);
	ASK(q >= 0);
	show(q);
	fstat(q, &st);
	say("mode %o size %ld links %ld cloexec %d", st.st_mode, (long)st.st_size, (long)st.st_nlink, fcntl(q, F_GETFD));
	RESULT(mq_open(base("a"), O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
	RESULT(mq_unlink(base("a")));
	RESULT(mq_unlink(base("a")));
	fstat(q, &st);
	say("links %ld", (long)st.st_nlink);
	show(q);
	RESULT(mq_close(q));
	RESULT(mq_getattr(q, &a));
	RESULT(mq_getattr(1, &a));
	RESULT(mq_send(1, "x", 1, 0));
	RESULT(make("b", 0, 10, 0));
	RESULT(make("b", 10, 0, 0));
	RESULT(make("b", -1, 10, 0));
	RESULT(make("b", 65537, 10, 0));
	RESULT(make("b", 10, (16 << 20) + 1, 0));
}

static void order(void)
{
	mqd_t q = make("o", 4, 16, O_NONBLOCK), r = mq_open(base("o"), O_RDONLY | O_NONBLOCK), w = mq_open(base("o"), O_WRONLY);
	struct mq_attr a = { .mq_flags = O_NONBLOCK }, old;
	struct pollfd p = { .fd = q, .events = POLLIN | POLLOUT };
	char small[8], text[128] = "";
	struct timespec late = { 1, 0 }, bad = { 0, -1 };

	show(q);
	receive(q);
	say("poll %d %x", poll(&p, 1, 0), p.revents);
	RESULT(mq_send(q, "one", 3, 1));
	RESULT(mq_send(q, "five", 4, 5));
	RESULT(mq_send(q, "one again", 9, 1));
	RESULT(mq_send(q, "", 0, 3));
	RESULT(mq_send(q, "too many", 8, 0));
	say("poll %d %x", poll(&p, 1, 0), p.revents);
	show(q);
	RESULT(mq_send(q, "x", 17, 0));
	RESULT(mq_send(q, "x", 1, 32768));
	RESULT(mq_send(r, "x", 1, 0));
	RESULT(mq_receive(w, text, 16, NULL));
	RESULT(mq_receive(r, small, 8, NULL));
	RESULT(mq_timedsend(w, "late", 4, 0, &late));
	RESULT(mq_timedsend(w, "late", 4, 0, &bad));
	RESULT(mq_timedsend(w, "late", 4, 0, (void *)8));
	RESULT(syscall(SYS_mq_timedsend, q, 8, 4, 0, NULL));
	RESULT(pread(q, text, sizeof(text) - 1, 0));
	say("%s", strtok(text, " "));
	for (int i = 0; i < 5; i++)
		receive(r);
	RESULT(read(w, text, 10));
	RESULT(write(w, text, 10));
	RESULT(mq_setattr(w, &a, &old));
	say("flags before %lx", old.mq_flags);
	show(w);
	a.mq_flags = O_APPEND;
	RESULT(mq_setattr(w, &a, NULL));
	RESULT(syscall(SYS_mq_timedreceive, r, 8, 16, NULL, NULL));
	mq_send(q, "lost", 4, 0);
	RESULT(syscall(SYS_mq_timedreceive, r, 8, 16, NULL, NULL));
	show(q);
	mq_close(q);
	mq_close(r);
	mq_close(w);
	mq_unlink(base("o"));
}

static void limits(void)
{
	struct rlimit lim = { 2000, 2000 };
	mqd_t q;

	CHILD("limit", {
		setrlimit(RLIMIT_MSGQUEUE, &lim);
		setuid(12345);
		q = make("l1", 10, 100, 0);
		ASK(q >= 0);
		RESULT(make("l2", 10, 100, 0));
		mq_unlink(base("l1"));
		RESULT(make("l2", 10, 100, 0));
		mq_close(q);
		q = make("l2", 10, 100, 0);
		ASK(q >= 0);
		mq_unlink(base("l2"));
		RESULT(make("l3", 11, 10, 0));
		RESULT(make("l3", 10, 8193, 0));
	});
	q = make("p", 2, 10, 0);
	CHILD("another's", {
		setuid(12345);
		RESULT(mq_open(base("p"), O_RDONLY));
		RESULT(mq_open(base("p"), O_RDWR | O_CREAT, 0666, NULL));
		WORKS(mq_unlink(base("p")));
	});
	mq_close(q);
	RESULT(mq_unlink(base("p")));
}

/* ---- sleeping ---- */

static mqd_t shared;
static volatile int got[3], nr_got;

static void *sleeper(void *arg)
{
	int prio = (int)(intptr_t)arg;
	char buf[16];

	syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &prio);
	if (mq_receive(shared, buf, sizeof(buf), NULL) > 0)
		got[nr_got++] = prio * 100 + buf[0];
	return NULL;
}

static void *sender(void *arg)
{
	char c = (char)(intptr_t)arg;

	mq_send(shared, &c, 1, (unsigned int)c);
	return NULL;
}

static void nothing(int sig) { }

static void sleeping(void)
{
	struct sigaction act = { .sa_handler = nothing };
	struct timespec soon = in_ms(30);
	pthread_t t[3];
	char buf[16];
	static const int prio[3] = { 5, 15, 10 };

	shared = make("s", 2, 16, 0);
	RESULT(mq_timedreceive(shared, buf, 16, NULL, &soon));
	sigaction(SIGALRM, &act, NULL);
	ualarm(30000, 0);
	RESULT(mq_receive(shared, buf, 16, NULL));
	for (int i = 0; i < 3; i++) {
		pthread_create(&t[i], NULL, sleeper, (void *)(intptr_t)prio[i]);
		usleep(50000);
	}
	for (int i = 0; i < 3; i++) {
		mq_send(shared, i == 0 ? "a" : i == 1 ? "b" : "c", 1, 0);
		usleep(50000);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	say("woken: %d %d %d", got[0], got[1], got[2]);
	mq_send(shared, "x", 1, 50);
	mq_send(shared, "y", 1, 51);
	soon = in_ms(30);
	RESULT(mq_timedsend(shared, "z", 1, 0, &soon));
	for (int i = 0; i < 3; i++) {
		pthread_create(&t[i], NULL, sender, (void *)(intptr_t)("cab"[i]));
		usleep(50000);
	}
	show(shared);
	for (int i = 0; i < 5; i++) {
		receive(shared);
		usleep(20000);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	show(shared);
}

/* ---- notification ---- */

static volatile int told, told_code, told_value, told_by_me;

static void tell(int sig, siginfo_t *info, void *context)
{
	told++;
	told_code = info->si_code;
	told_value = info->si_value.sival_int;
	told_by_me = info->si_pid == getpid() && info->si_uid == getuid();
}

static void notification(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value = { .sival_int = 77 } };
	struct sigevent none = { .sigev_notify = SIGEV_NONE }, bad = { .sigev_notify = 7 }, bad_signal = ev;
	struct sigaction act = { .sa_sigaction = tell, .sa_flags = SA_SIGINFO };
	mqd_t other = mq_open(base("s"), O_RDWR);

	sigaction(SIGUSR1, &act, NULL);
	bad_signal.sigev_signo = 65;
	RESULT(mq_notify(shared, &bad));
	RESULT(mq_notify(shared, &bad_signal));
	RESULT(mq_notify(1, &ev));
	RESULT(syscall(SYS_mq_notify, shared, 8));
	RESULT(mq_notify(shared, NULL));
	RESULT(mq_notify(shared, &ev));
	RESULT(mq_notify(shared, &ev));
	CHILD("another", {
		RESULT(mq_notify(shared, &none));
		RESULT(mq_notify(shared, NULL));
	});
	mq_send(other, "m", 1, 0);
	say("told %d code %d value %d by me %d", told, told_code, told_value, told_by_me);
	RESULT(mq_notify(shared, &ev));
	mq_send(other, "m", 1, 0);
	say("not empty: told %d", told);
	receive(shared);
	receive(shared);
	mq_send(other, "m", 1, 0);
	say("again: told %d", told);
	receive(shared);
	CHILD("a child's", {
		mq_send(shared, "c", 1, 0);
		say("in the child: told %d", told);
	});
	receive(shared);
	RESULT(mq_notify(shared, &none));
	RESULT(mq_notify(shared, NULL));
	RESULT(mq_notify(shared, &ev));
	RESULT(mq_close(other));
	mq_send(shared, "m", 1, 0);
	say("closed: told %d", told);
	receive(shared);
	CHILD("dies", RESULT(mq_notify(shared, &ev)));
	RESULT(mq_notify(shared, &none));
	mq_close(shared);
	RESULT(mq_unlink(base("s")));
}

static void cookie_comes(const char *what, int sock)
{
	char c[64] = "";
	long n = recv(sock, c, sizeof(c), MSG_DONTWAIT);

	say("%s: %s %.4s %d", what, n < 0 ? name_of_errno(errno) : n == 32 ? "came" : "odd", c, c[31]);
}

/* What the library's mq_notify with SIGEV_THREAD does: a netlink socket that the kernel sends a cookie to. */
static void by_thread(void)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0), other = socket(AF_UNIX, SOCK_DGRAM, 0);
	char cookie[32] = "abcdefghijklmnopqrstuvwxyz";
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD, .sigev_signo = sock, .sigev_value.sival_ptr = cookie };
	int kind = 0;
	socklen_t len = sizeof(kind);

	RESULT(sock >= 0);
	RESULT(getsockopt(sock, SOL_SOCKET, SO_DOMAIN, &kind, &len) || kind != AF_NETLINK);
	RESULT(socket(AF_NETLINK, SOCK_STREAM, 0));
	shared = mq_open(base("t"), O_CREAT | O_RDWR, 0600, &(struct mq_attr){ .mq_maxmsg = 4, .mq_msgsize = 8 });
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	cookie_comes("too early", sock);
	mq_send(shared, "m", 1, 0);
	cookie_comes("a message", sock);
	receive(shared);
	mq_send(shared, "m", 1, 0);
	cookie_comes("once", sock);
	receive(shared);
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	RESULT(syscall(SYS_mq_notify, shared, NULL));
	cookie_comes("taken back", sock);
	ev.sigev_signo = other;
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	ev.sigev_signo = 99;
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	ev.sigev_signo = open("/dev/null", O_RDONLY);
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	ev.sigev_signo = sock;
	ev.sigev_value.sival_ptr = (void *)1;
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	ev.sigev_value.sival_ptr = cookie;
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	mq_close(shared);
	cookie_comes("closed", sock);
	shared = mq_open(base("t"), O_RDWR);
	RESULT(syscall(SYS_mq_notify, shared, &ev));
	close(sock);
	mq_send(shared, "m", 1, 0);
	RESULT(mq_unlink(base("t")));
	mq_close(shared);
}

/* A queue that no descriptor is left for is not made. */
static void no_descriptor(void)
{
	struct rlimit all, none;

	getrlimit(RLIMIT_NOFILE, &all);
	none = all;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	RESULT(mq_open(base("n"), O_CREAT | O_RDWR, 0600, NULL));
	setrlimit(RLIMIT_NOFILE, &all);
	RESULT(mq_unlink(base("n")));
}

int main(void)
{
	setpgid(0, 0);
	umask(0);
	names();
	order();
	limits();
	sleeping();
	notification();
	by_thread();
	no_descriptor();
	return 0;
}
