/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors: pipes' edges, poll, select, epoll (level, edge, one-shot), eventfd, timerfd. */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>

static char buf[1 << 17];

static long ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pipes(void)
{
	struct iovec v[2] = { { "ab", 2 }, { "cd", 2 } };
	int p[2], n;
	long total = 0;

	RESULT(pipe(p));
	RESULT(fcntl(p[1], F_GETPIPE_SZ));
	RESULT(fcntl(p[1], F_SETFL, O_NONBLOCK));
	RESULT(fcntl(p[0], F_SETFL, O_NONBLOCK));
	RESULT(read(p[0], buf, 10));
	while ((n = write(p[1], buf, 4096)) > 0)
		total += n;
	say("filled with %ld, then %s", total, name_of_errno(errno));
	RESULT(write(p[1], buf, 1));
	RESULT(read(p[0], buf, 100));
	RESULT(write(p[1], buf, 4096));
	RESULT(read(p[0], buf, 3996));
	RESULT(write(p[1], buf, 4096));
	RESULT(write(p[1], buf, 4096));
	RESULT(ioctl(p[0], FIONREAD, &n));
	say("holds %d", n);
	while ((n = read(p[0], buf, sizeof(buf))) > 0)
		say("read %d", n);
	RESULT(writev(p[1], v, 2));
	RESULT(read(p[0], buf, 3));
	RESULT(fcntl(p[1], F_SETPIPE_SZ, 4096));
	RESULT(fcntl(p[1], F_SETPIPE_SZ, 100000));
	RESULT(write(p[1], buf, 100000));
	RESULT(fcntl(p[1], F_SETPIPE_SZ, 4096));
	RESULT(lseek(p[0], 0, SEEK_SET));
	RESULT(pread(p[0], buf, 1, 0));
	RESULT(read(p[1], buf, 1));
	RESULT(write(p[0], buf, 1));
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	RESULT(write(p[1], buf, 1));
	signal(SIGPIPE, SIG_DFL);
	CHILD("SIGPIPE", write(p[1], buf, 1));
	close(p[1]);
	RESULT(pipe2(p, O_NONBLOCK | O_CLOEXEC));
	RESULT(fcntl(p[0], F_GETFD));
	RESULT(fcntl(p[1], F_GETFL));
	RESULT(pipe2(p, O_APPEND));
	RESULT(syscall(SYS_pipe, 8));
}

/* Two writers of PIPE_BUF records into a slow reader: records stay whole. */
static void atomic_records(void)
{
	int p[2], bad = 0, n = 0;
	static char rec[4096];

	pipe(p);
	for (int w = 0; w < 3; w++)
		if (!fork()) {
			memset(rec, 'a' + w, sizeof(rec));
			for (int i = 0; i < 50; i++)
				if (write(p[1], rec, 3000) != 3000)
					_exit(1);
			_exit(0);
		}
	close(p[1]);
	for (;;) {
		int got = 0, r;

		while (got < 3000 && (r = read(p[0], rec + got, 3000 - got)) > 0)
			got += r;
		if (!got)
			break;
		n++;
		for (int i = 1; i < got; i++)
			bad += rec[i] != rec[0];
	}
	say("%d records, %d bytes out of place", n, bad);
	while (wait(NULL) > 0)
		;
	close(p[0]);
}

static void polls(void)
{
	int p[2], q[2];
	struct pollfd f[4];
	struct timespec ts = { 0, 30000000 };
	sigset_t set;
	long t;

	pipe(p);
	pipe(q);
	f[0] = (struct pollfd){ p[0], POLLIN, 0 };
	f[1] = (struct pollfd){ p[1], POLLOUT, 0 };
	f[2] = (struct pollfd){ 99, POLLIN, 0 };
	f[3] = (struct pollfd){ -1, POLLIN, 7 };
	RESULT(poll(f, 4, 0));
	say("%x %x %x %x", f[0].revents, f[1].revents, f[2].revents, f[3].revents);
	t = ms();
	RESULT(poll(f, 1, 50));
	ASK(ms() - t >= 49);
	write(p[1], "x", 1);
	RESULT(poll(f, 1, -1));
	say("%x", f[0].revents);
	close(p[1]);
	RESULT(poll(f, 1, -1));
	say("%x", f[0].revents);
	read(p[0], buf, 1);
	RESULT(poll(f, 1, -1));
	say("%x", f[0].revents);
	f[0] = (struct pollfd){ q[1], 0, 0 };
	close(q[0]);
	RESULT(poll(f, 1, -1));
	say("%x", f[0].revents);
	close(q[1]);
	close(p[0]);
	pipe(p);
	if (!fork()) {
		usleep(30000);
		write(p[1], "y", 1);
		_exit(0);
	}
	f[0] = (struct pollfd){ p[0], POLLIN, 0 };
	RESULT(poll(f, 1, 5000));
	wait(NULL);
	read(p[0], buf, 1);
	catch_signal(SIGALRM);
	alarm(1);
	RESULT(poll(f, 1, -1));
	RESULT(ppoll(f, 1, &ts, NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGALRM);
	RESULT(ppoll(f, 1, &ts, NULL));
	sigemptyset(&set);
	RESULT(ppoll(f, 1, NULL, &set));
	say("caught %d", caught_count);
	sigprocmask(SIG_SETMASK, &set, NULL);
	RESULT(poll(NULL, 0, 10));
	RESULT(poll((void *)8, 1, 10));
	RESULT(poll(f, 1 << 30, 10));
	close(p[0]);
	close(p[1]);
}

static void selects(void)
{
	int p[2];
	fd_set r, w, e;
	struct timeval tv = { 0, 20000 };

	pipe(p);
	FD_ZERO(&r); FD_ZERO(&w); FD_ZERO(&e);
	FD_SET(p[0], &r); FD_SET(p[1], &w); FD_SET(p[0], &e);
	RESULT(select(p[1] + 1, &r, &w, &e, NULL));
	say("%d %d %d", !!FD_ISSET(p[0], &r), !!FD_ISSET(p[1], &w), !!FD_ISSET(p[0], &e));
	FD_ZERO(&r); FD_SET(p[0], &r);
	RESULT(select(p[1] + 1, &r, NULL, NULL, &tv));
	say("%d left %ld", !!FD_ISSET(p[0], &r), (long)tv.tv_usec);
	write(p[1], "x", 1);
	FD_ZERO(&r); FD_SET(p[0], &r);
	RESULT(select(p[1] + 1, &r, NULL, NULL, &tv));
	FD_ZERO(&r); FD_SET(300, &r);
	RESULT(select(301, &r, NULL, NULL, &tv));
	FD_ZERO(&r); FD_SET(40, &r);
	RESULT(select(41, &r, NULL, NULL, &tv));
	RESULT(select(-1, NULL, NULL, NULL, &tv));
	tv.tv_sec = -1;
	RESULT(select(0, NULL, NULL, NULL, &tv));
	close(p[0]);
	close(p[1]);
}

static int ewait(int ep, int timeout)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, timeout);

	for (int i = 0; i < n; i++)
		say("  event %x data %d", ev[i].events, ev[i].data.u32);
	return n;
}

static void epolls(void)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), p[2], q[2], f, ep2;
	struct epoll_event ev = { EPOLLIN, { .u32 = 1 } };

	pipe(p);
	pipe(q);
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_DEL, q[0], &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_MOD, q[0], &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &ev));
	RESULT(epoll_ctl(ep, 9, p[1], &ev));
	f = open("/dev/shm", O_RDONLY);
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, f, &ev));
	close(f);
	RESULT(ewait(ep, 0));
	RESULT(ewait(ep, 20));
	write(p[1], "x", 1);
	RESULT(ewait(ep, -1));
	RESULT(ewait(ep, -1));
	ev = (struct epoll_event){ EPOLLIN | EPOLLET, { .u32 = 2 } };
	RESULT(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	RESULT(ewait(ep, 0));
	RESULT(ewait(ep, 0));
	write(p[1], "y", 1);
	RESULT(ewait(ep, 0));
	RESULT(ewait(ep, 0));
	ev = (struct epoll_event){ EPOLLIN | EPOLLONESHOT, { .u32 = 3 } };
	RESULT(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	RESULT(ewait(ep, 0));
	RESULT(ewait(ep, 0));
	RESULT(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	RESULT(ewait(ep, 0));
	ev = (struct epoll_event){ EPOLLOUT, { .u32 = 4 } };
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, q[1], &ev));
	RESULT(ewait(ep, 0));
	close(q[0]);
	RESULT(ewait(ep, 0));
	close(q[1]);
	RESULT(ewait(ep, 0));
	read(p[0], buf, 10);
	ev = (struct epoll_event){ EPOLLIN, { .u32 = 5 } };
	epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev);
	if (!fork()) {
		usleep(30000);
		write(p[1], "z", 1);
		_exit(0);
	}
	RESULT(ewait(ep, 5000));
	wait(NULL);
	ep2 = epoll_create(1);
	ev.data.u32 = 6;
	RESULT(epoll_ctl(ep2, EPOLL_CTL_ADD, ep, &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, ep2, &ev));
	RESULT(ewait(ep2, 0));
	RESULT(epoll_wait(ep, (void *)8, 1, 0));
	RESULT(epoll_wait(ep, NULL, 0, 0));
	RESULT(epoll_wait(p[0], NULL, 1, 0));
	RESULT(epoll_create(0));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, ep2, &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_MOD, p[1], &ev));
	ev.events = EPOLLIN;
	RESULT(epoll_ctl(ep, EPOLL_CTL_MOD, p[1], &ev));
	RESULT(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], &ev));
	ev.events = EPOLLPRI | EPOLLEXCLUSIVE;
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &ev));
	ev.events = EPOLLIN | EPOLLONESHOT | EPOLLEXCLUSIVE;
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &ev));
	close(ep), close(ep2), close(p[0]), close(p[1]);
}

/* More are ready than one would keep a list of: each once in a call, and calls go round. */
static void crowd(void)
{
	enum { CROWD = 300 };
	static struct epoll_event ev[CROWD * 2];
	static int seen[CROWD], fd[CROWD];
	int ep = epoll_create1(0), n, twice = 0, never = 0;

	for (int i = 0; i < CROWD; i++) {
		fd[i] = eventfd(1, 0);
		ev[0] = (struct epoll_event){ i % 3 == 2 ? EPOLLIN | EPOLLET : EPOLLIN, { .u32 = i } };
		epoll_ctl(ep, EPOLL_CTL_ADD, fd[i], ev);
	}
	n = epoll_wait(ep, ev, CROWD * 2, 0);
	for (int i = 0; i < n; i++)
		twice += seen[ev[i].data.u32]++ > 0;
	say("%d ready, %d twice", n, twice);
	say("%d level", epoll_wait(ep, ev, CROWD * 2, 0));
	memset(seen, 0, sizeof(seen));
	for (int round = 0; round < 4; round++) {
		n = epoll_wait(ep, ev, 50, 0);
		for (int i = 0; i < n; i++)
			seen[ev[i].data.u32]++;
	}
	for (int i = 0; i < CROWD; i++)
		never += i % 3 != 2 && seen[i] != 1;
	say("not once in four calls: %d", never);
	for (int i = 0; i < CROWD; i++)
		close(fd[i]);
	say("%d left", epoll_wait(ep, ev, CROWD, 0));
	close(ep);
}

static void events(void)
{
	int e = eventfd(3, EFD_NONBLOCK), s = eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE), t;
	struct itimerspec its = { { 0, 0 }, { 0, 20000000 } }, old;
	uint64_t v = 5;

	RESULT(write(e, &v, 8));
	RESULT(read(e, &v, 8));
	say("%d", (int)v);
	RESULT(read(e, &v, 8));
	RESULT(read(e, &v, 4));
	v = ~0ULL;
	RESULT(write(e, &v, 8));
	v = ~0ULL - 1;
	RESULT(write(e, &v, 8));
	v = 1;
	RESULT(write(e, &v, 8));
	RESULT(read(s, &v, 8));
	say("%d", (int)v);
	RESULT(read(s, &v, 8));
	RESULT(read(s, &v, 8));
	RESULT(eventfd(0, 99));
	t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	RESULT(t >= 0);
	RESULT(read(t, &v, 8));
	RESULT(timerfd_settime(t, 0, &its, NULL));
	RESULT(timerfd_gettime(t, &old));
	ASK(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 20000000);
	RESULT(poll(&(struct pollfd){ t, POLLIN, 0 }, 1, 1000));
	RESULT(read(t, &v, 8));
	say("%d", (int)v);
	its.it_interval.tv_nsec = its.it_value.tv_nsec = 10000000;
	RESULT(timerfd_settime(t, 0, &its, NULL));
	usleep(55000);
	RESULT(read(t, &v, 8));
	ASK(v >= 4);
	its.it_value.tv_nsec = 1000000000;
	RESULT(timerfd_settime(t, 0, &its, NULL));
	RESULT(timerfd_settime(e, 0, &its, NULL));
	RESULT(timerfd_create(77, 0));
	close(e), close(s), close(t);
}

int main(void)
{
	pipes();
	atomic_records();
	polls();
	selects();
	epolls();
	crowd();
	events();
	return 0;
}
