/* SPDX-License-Identifier: MIT */
/* epoll(7): how deep they nest, fair turns of level-triggered files, EPOLLEXCLUSIVE, changes of /proc/self/mounts. */
#include "t.h"
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mount.h>

static int watch(int ep, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static void nesting(void)
{
	int p[2], below, ep[7];

	if (pipe(p))
		return;
	below = p[0];
	for (int i = 0; i < 7; i++) {
		ep[i] = epoll_create1(0);
		say("level %d: %s", i + 1, watch(ep[i], below, EPOLLIN) ? name_of_errno(errno) : "ok");
		below = ep[i];
	}
	/* From above: 2 over 1 over ... a chain of five gets one more below. */
	for (int i = 0; i < 5; i++) {
		ep[i] = epoll_create1(0);
		if (i)
			watch(ep[i - 1], ep[i], EPOLLIN);
	}
	below = epoll_create1(0);
	say("a sixth below: %s", watch(ep[4], below, EPOLLIN) ? name_of_errno(errno) : "ok");
	say("a circle: %s", watch(ep[4], ep[0], EPOLLIN) ? name_of_errno(errno) : "ok");
}

/* 100 of 200 pipes are ready. Each call reports some that were not reported yet, each once. */
static void turns(void)
{
	enum { N = 200 };
	int ep = epoll_create1(0), fd[N][2], seen[N * 3] = { 0 }, n, calls = 0, total = 0, twice = 0;
	struct epoll_event e[80];
	char c;

	for (int i = 0; i < N; i++) {
		if (pipe(fd[i]) || watch(ep, fd[i][0], EPOLLIN))
			say("pipe %d: %s", i, name_of_errno(errno));
		if (i % 2 && write(fd[i][1], "x", 1) != 1)
			say("write");
	}
	while ((n = epoll_wait(ep, e, 80, 0)) > 0 && calls++ < 10) {
		say("call %d: %d", calls, n);
		for (int i = 0; i < n; i++) {
			twice += seen[e[i].data.fd]++;
			if (read(e[i].data.fd, &c, 1) != 1)
				say("not ready");
		}
		total += n;
	}
	say("all: %d, twice %d", total, twice);
	for (int i = 0; i < N; i++)
		close(fd[i][0]), close(fd[i][1]);
}

/* Four wait for one pipe. A byte is for one of them, unless all want to be woken. */
static void exclusive(uint32_t flag, const char *name)
{
	int p[2], told[2], woken = 0;
	struct pollfd pf;
	char c;

	if (pipe(p) || pipe(told))
		return;
	for (int i = 0; i < 4; i++)
		if (!fork()) {
			struct epoll_event e;
			int ep = epoll_create1(0);

			watch(ep, p[0], EPOLLIN | EPOLLET | flag);
			if (write(told[1], "r", 1) != 1 || epoll_wait(ep, &e, 1, 5000) != 1)
				_exit(1);
			_exit(write(told[1], "w", 1) != 1);
		}
	for (int i = 0; i < 4; i++)
		if (read(told[0], &c, 1) != 1)
			say("no word");
	usleep(300000);
	pf = (struct pollfd){ told[0], POLLIN, 0 };
	if (write(p[1], "x", 1) != 1)
		say("write");
	while (poll(&pf, 1, 500) == 1 && read(told[0], &c, 1) == 1)
		woken++;
	say("%s: %d of 4", name, woken);
	while (woken++ < 4)     /* the others */
		if (write(p[1], "x", 1) != 1 || read(told[0], &c, 1) != 1)
			say("nobody");
	while (wait(NULL) > 0)
		;
}

static void mounts(void)
{
	struct pollfd pf;

	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	pf = (struct pollfd){ open("/proc/self/mounts", O_RDONLY), POLLPRI, 0 };
	say("before: %d", poll(&pf, 1, 0));
	mount("none", "/tmp", "tmpfs", 0, NULL);
	poll(&pf, 1, 1000);
	say("mounted: %x", pf.revents);
	say("seen: %d", poll(&pf, 1, 0));
	umount2("/tmp", MNT_DETACH);
	say("unmounted: %d", poll(&pf, 1, 1000));
	say("a watch: %s", watch(epoll_create1(0), pf.fd, EPOLLPRI) ? name_of_errno(errno) : "ok");
}

int main(void)
{
	nesting();
	turns();
	exclusive(EPOLLEXCLUSIVE, "exclusive");
	exclusive(0, "not exclusive");
	mounts();
	return 0;
}
