/* SPDX-License-Identifier: MIT */
/* AF_UNIX sockets and those who mean no good: sockets inside sockets, peers that go while polled, what may be queued. */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

static char control[1 << 18], page[4096];

/* @nr descriptors, all @fd, with @len bytes. */
static long send_files(int s, int fd, unsigned int nr, size_t len)
{
	struct iovec v = { page, len };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(int) * nr) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int) * nr), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	for (unsigned int i = 0; i < nr; i++)
		memcpy(CMSG_DATA(c) + sizeof(int) * i, &fd, sizeof(int));
	return sendmsg(s, &h, MSG_DONTWAIT);
}

/* Each socket's last reference lies in the next one's queue: closing the last frees them all. */
static void chain(void)
{
	int last = -1, p[2], n;

	for (n = 0; n < 900; n++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) || (last >= 0 && send_files(p[0], last, 1, 1) != 1))
			break;
		close(last);
		close(p[0]);
		last = p[1];
	}
	RESULT(n);
	RESULT(close(last));
}

/* A datagram socket that is polled leaves a peer that is closed already. */
static void peer_goes(void)
{
	struct sockaddr_un a = { AF_UNIX, "a" }, b = { AF_UNIX, "b" };
	int s = socket(AF_UNIX, SOCK_DGRAM, 0), t = socket(AF_UNIX, SOCK_DGRAM, 0), u = socket(AF_UNIX, SOCK_DGRAM, 0);
	int e = epoll_create(1), p[8][2];

	RESULT(bind(t, (void *)&a, sizeof(a)));
	RESULT(bind(u, (void *)&b, sizeof(b)));
	RESULT(connect(s, (void *)&a, sizeof(a)));
	RESULT(epoll_ctl(e, EPOLL_CTL_ADD, s, &(struct epoll_event){ .events = EPOLLIN }));
	close(t);
	RESULT(connect(s, (void *)&b, sizeof(b)));
	for (int i = 0; i < 8; i++)     /* whoever gets the memory that was freed */
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, p[i]))
			return;
	RESULT(close(e));
	RESULT(send(s, "x", 1, 0));
	RESULT(recv(u, page, 2, 0));
	for (int i = 0; i < 8; i++)
		close(p[i][0]), close(p[i][1]);
	close(s), close(u);
	unlink("a"), unlink("b");
}

/* A message costs memory, however short it is. */
static void queues(int type, size_t len)
{
	int p[2], n = 0;

	if (socketpair(AF_UNIX, type, 0, p))
		return;
	while (n < 100000 && send(p[0], page, len, MSG_DONTWAIT) == (ssize_t)len)
		n++;
	say("type %d, %zu bytes: %s", type, len, n < 2000 ? name_of_errno(errno) : "no end");
	RESULT(recv(p[1], page, sizeof(page), 0) >= (ssize_t)len);
	close(p[0]), close(p[1]);
}

/* What may wait in the receiver is the sender's SO_SNDBUF. */
static void buffers(int type)
{
	static char big[200000];
	int p[2], size = 0, n = 0;
	socklen_t len = sizeof(size);
	long least = 4608, sent = 0, r;

	if (socketpair(AF_UNIX, type, 0, p))
		return;
	say("type %d", type);
	getsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &size, &len);
	RESULT(size);
	for (int ask = 1; ask < 200000; ask *= 40) {
		RESULT(setsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &ask, sizeof(ask)));
		RESULT(setsockopt(p[0], SOL_SOCKET, SO_RCVBUF, &ask, sizeof(ask)));
		getsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &size, &len);
		say("%d: at least what was asked %d, the least %d", ask, size >= 2 * ask, size >= least);
	}
	size = 0;
	RESULT(setsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	while (n < 1000 && (r = send(p[0], big, 1000, MSG_DONTWAIT)) > 0)
		n++, sent += r;
	say("small ones: %s, some %d, few %d", name_of_errno(errno), n > 0, n < 8);
	RESULT(poll(&(struct pollfd){ p[0], POLLOUT, 0 }, 1, 0));
	RESULT(send(p[0], big, sizeof(big), MSG_DONTWAIT));
	size = 200000;
	RESULT(setsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	RESULT(poll(&(struct pollfd){ p[0], POLLOUT, 0 }, 1, 0));
	RESULT(send(p[0], big, 100000, MSG_DONTWAIT));
	close(p[0]), close(p[1]);
}

static void files_under_way(void)
{
	int p[2], n = 0;
	long r = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) || setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 100, 100 }) || setgid(65534) || setuid(65533))
		_exit(1);
	while (n < 100 && (r = send_files(p[0], p[1], 10, 1)) == 1)
		n++;
	say("after %d messages of 10 files: %s", n, name_of_errno(errno));
	RESULT(send_files(p[0], p[1], 0, 1));
	_exit(0);
}

static void odd(void)
{
	struct iovec v = { page, 1 };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct timeval for_ever = { INT64_MAX / 500, 0 };
	int p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p))
		return;
	for (size_t i = 0; i < sizeof(control); i += 16)
		*(struct cmsghdr *)(control + i) = (struct cmsghdr){ .cmsg_len = 16, .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	RESULT(syscall(SYS_sendmsg, p[0], &h, 0));   /* musl has its own limit */
	RESULT(setsockopt(p[0], SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof(for_ever)));
	if (fork() == 0) {
		usleep(50000);
		_exit(write(p[1], "x", 1) != 1);
	}
	RESULT(read(p[0], page, 1));
	wait(NULL);
	close(p[0]), close(p[1]);
}

int main(void)
{
	char dir[] = "/dev/shm/unixXXXXXX";

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	chain();
	peer_goes();
	queues(SOCK_DGRAM, 0);
	queues(SOCK_STREAM, 1);
	queues(SOCK_SEQPACKET, 1);
	buffers(SOCK_STREAM);
	buffers(SOCK_SEQPACKET);
	odd();
	if (fork() == 0)
		files_under_way();
	wait(NULL);
	return chdir("/") || rmdir(dir);
}
