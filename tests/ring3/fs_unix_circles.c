/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX sockets sent over each other in circles: nobody can receive them any more, so they and what else is in their
 * queues are closed. Seen by a pipe whose only writing end is in such a queue: its reader comes to the end of file.
 */
#include "t.h"
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

static int send_fds(int over, const int *fds, int n)
{
	char control[CMSG_SPACE(8 * sizeof(int))] = { 0 }, byte = 'x';
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	return sendmsg(over, &m, 0) == 1 ? 0 : -1;
}

static int recv_fd(int from)
{
	char control[CMSG_SPACE(8 * sizeof(int))], byte;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };

	if (recvmsg(from, &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		return -1;
	return *(int *)CMSG_DATA(CMSG_FIRSTHDR(&m));
}

/* Sockets come and go, which is when circles are looked for. */
static void tell(const char *what, int reader)
{
	struct pollfd p = { reader, POLLIN, 0 };
	int pair[2], ended = 0;

	for (int i = 0; i < 40 && !ended; i++) {
		if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			close(pair[0]), close(pair[1]);
		ended = poll(&p, 1, i < 2 ? 0 : 50) == 1 && (p.revents & POLLHUP);
	}
	say("%s: %s", what, ended ? "collected" : "lives");
	close(reader);
}

static void self(int type)
{
	int s[2], p[2];

	if (socketpair(AF_UNIX, type, 0, s) || pipe(p))
		return;
	send_fds(s[0], (int[]){ s[1], p[1] }, 2);       /* into the queue of s[1] */
	close(p[1]), close(s[0]), close(s[1]);
	tell("a socket in its own queue", p[0]);
}

static void two(void)
{
	int a[2], b[2], p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, a) || socketpair(AF_UNIX, SOCK_DGRAM, 0, b) || pipe(p))
		return;
	send_fds(a[0], (int[]){ b[1] }, 1);
	send_fds(b[0], (int[]){ a[1], p[1], p[1] }, 3);
	close(a[0]), close(a[1]), close(b[0]), close(b[1]), close(p[1]);
	tell("two in each other's", p[0]);
}

static void chain(void)
{
	int s[20][2], p[2], n;

	if (pipe(p))
		return;
	for (n = 0; n < 20; n++)
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, s[n]))
			return;
	for (n = 0; n < 20; n++)
		send_fds(s[n][0], (int[]){ s[(n + 1) % 20][1], p[1] }, n ? 1 : 2);
	for (n = 0; n < 20; n++)
		close(s[n][0]), close(s[n][1]);
	close(p[1]);
	tell("a ring of twenty", p[0]);
}

static void listener(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(a);
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), p[2];

	if (pipe(p) || bind(l, (void *)&a, 2) || listen(l, 5) || getsockname(l, (void *)&a, &len) || connect(c, (void *)&a, len))
		return;
	send_fds(c, (int[]){ l, p[1] }, 2);     /* into a connection that nobody will accept */
	close(l), close(c), close(p[1]);
	tell("a listener in its backlog", p[0]);
}

static void wanted(void)
{
	int a[2], b[2], p[2], got;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, a) || socketpair(AF_UNIX, SOCK_STREAM, 0, b) || pipe(p))
		return;
	send_fds(a[0], (int[]){ b[1] }, 1);             /* a[1], which stays open, holds b[1] ... */
	send_fds(b[0], (int[]){ b[1], p[1] }, 2);       /* ... which is in its own queue */
	close(b[0]), close(b[1]), close(p[1]);
	tell("a circle that somebody may receive", dup(p[0]));
	got = recv_fd(a[1]);
	say("received: %d", got >= 0);
	close(got), close(a[0]), close(a[1]);
	tell("received and closed", p[0]);
}

int main(void)
{
	self(SOCK_STREAM);
	self(SOCK_DGRAM);
	self(SOCK_SEQPACKET);
	two();
	chain();
	listener();
	wanted();
	for (int i = 0; i < 300; i++) {
		int s[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
			break;
		send_fds(s[0], s, 2), send_fds(s[1], s, 2);
		close(s[0]), close(s[1]);
	}
	self(SOCK_STREAM);
	return 0;
}
