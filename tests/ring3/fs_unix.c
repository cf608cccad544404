/* SPDX-License-Identifier: MIT */
/* AF_UNIX sockets: pairs, names, connections, datagrams, passed descriptors. */
#include "t.h"
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static char buf[1 << 18];

static int name(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strcpy(a->sun_path, path);
	return sizeof(*a);
}

static void errors(void)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un a;

	WORKS(s);
	RESULT(socket(AF_UNIX, 77, 0));
	RESULT(socket(99, SOCK_STREAM, 0));
	RESULT(socket(AF_UNIX, SOCK_STREAM, 9));
	RESULT(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 8));
	RESULT(read(s, buf, 10));
	RESULT(write(d, buf, 10));
	RESULT(listen(s, 5));
	RESULT(accept(s, NULL, NULL));
	RESULT(connect(s, (void *)&a, name(&a, "nothere")));
	RESULT(bind(s, (void *)&a, name(&a, "sock")));
	RESULT(bind(s, (void *)&a, name(&a, "sock2")));
	RESULT(bind(d, (void *)&a, name(&a, "sock")));
	RESULT(connect(d, (void *)&a, name(&a, "sock")));
	RESULT(bind(d, (void *)&a, 1));
	a.sun_family = 5;
	RESULT(bind(d, (void *)&a, sizeof(a)));
	RESULT(connect(0, (void *)&a, sizeof(a)) == -1 && errno == ENOTSOCK);
	RESULT(shutdown(s, 1));
	RESULT(getpeername(s, (void *)&a, &(socklen_t){ sizeof(a) }));
	RESULT(open("sock", O_RDWR));
	RESULT(lseek(s, 0, SEEK_SET));
	close(s), close(d);
	RESULT(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&a, name(&a, "sock")));
	RESULT(unlink("sock"));
}

static void pairs(int type)
{
	int p[2], n;
	struct pollfd f;

	RESULT(socketpair(AF_UNIX, type, 0, p));
	RESULT(write(p[0], "hello", 5));
	RESULT(write(p[0], "world", 5));
	RESULT(ioctl(p[1], FIONREAD, &n));
	say("%d", n);
	RESULT(recv(p[1], buf, 3, MSG_PEEK));
	RESULT(read(p[1], buf, 7));
	say("%.7s", buf);
	RESULT(recv(p[1], buf, 100, MSG_DONTWAIT));
	RESULT(recv(p[1], buf, 100, MSG_DONTWAIT));
	RESULT(send(p[1], buf, 0, 0));
	f = (struct pollfd){ p[0], POLLIN | POLLOUT, 0 };
	RESULT(poll(&f, 1, 0));
	say("%x", f.revents);
	if (type != SOCK_STREAM)
		RESULT(read(p[0], buf, 10));
	CHILD("writer", ({
		usleep(20000);
		write(p[0], "late", 4);
		_exit(0);
	}));
	RESULT(read(p[1], buf, 100));
	RESULT(shutdown(p[0], SHUT_WR));
	if (type != SOCK_DGRAM)
		RESULT(read(p[1], buf, 100));
	signal(SIGPIPE, SIG_IGN);
	RESULT(write(p[0], "x", 1));
	RESULT(write(p[1], "x", 1));
	RESULT(recv(p[0], buf, 10, MSG_DONTWAIT));
	close(p[1]);
	f = (struct pollfd){ p[0], POLLIN | POLLOUT, 0 };
	RESULT(poll(&f, 1, 0));
	if (type != SOCK_DGRAM) {
		say("%x", f.revents);
		RESULT(read(p[0], buf, 10));
		RESULT(send(p[0], buf, 10, MSG_NOSIGNAL));
	}
	close(p[0]);
}

static void server(void)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c, total = 0, n, up[2];
	struct sockaddr_un a, from;
	socklen_t len = sizeof(from);
	struct ucred cred;
	struct pollfd f = { s, POLLIN, 0 };

	RESULT(bind(s, (void *)&a, name(&a, "srv")));
	RESULT(listen(s, 2));
	RESULT(poll(&f, 1, 0));
	pipe(up);
	if (!fork()) {
		int k = socket(AF_UNIX, SOCK_STREAM, 0);

		if (connect(k, (void *)&a, name(&a, "srv")))
			_exit(1);
		memset(buf, 7, sizeof(buf));
		for (int i = 0; i < 4; i++)
			if (write(k, buf, sizeof(buf)) != sizeof(buf))
				_exit(2);
		read(k, buf, 2);
		_exit(buf[0] == 'o' ? 0 : 3);
	}
	c = accept(s, (void *)&from, &len);
	WORKS(c);
	say("from length %d", (int)len);
	while (total < 4 * (int)sizeof(buf) && (n = read(c, buf, sizeof(buf))) > 0)
		total += n;
	say("total %d", total);
	RESULT(write(c, "ok", 2));
	n = 0;
	wait(&n);
	say_status("client", n);
	len = sizeof(cred);
	RESULT(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &cred, &len));
	say("uid %d", cred.uid);
	len = sizeof(from);
	RESULT(getsockname(c, (void *)&from, &len));
	say("%s %d", from.sun_path, (int)len);
	len = 4;
	RESULT(getsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, &n, &len));
	say("%d", n);
	fcntl(s, F_SETFL, O_NONBLOCK);
	RESULT(accept(s, NULL, NULL));
	close(c), close(s);
}

static void datagrams(void)
{
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un na, nb, from;
	socklen_t len = sizeof(from);

	memset(&na, 0, sizeof(na));
	na.sun_family = AF_UNIX;
	memcpy(na.sun_path, "\0abstract-test", 14);
	RESULT(bind(a, (void *)&na, 2 + 14));
	RESULT(bind(b, (void *)&na, 2 + 14));
	RESULT(bind(b, (void *)&nb, name(&nb, "dgram")));
	RESULT(sendto(b, "one", 3, 0, (void *)&na, 2 + 14));
	RESULT(sendto(b, "twotwo", 6, 0, (void *)&na, 2 + 14));
	RESULT(recvfrom(a, buf, 10, 0, (void *)&from, &len));
	say("%s %d", from.sun_path, (int)len);
	RESULT(recvfrom(a, buf, 3, MSG_TRUNC, NULL, NULL));
	RESULT(recv(a, buf, 3, MSG_DONTWAIT));
	RESULT(connect(a, (void *)&nb, name(&nb, "dgram")));
	RESULT(write(a, "back", 4));
	RESULT(read(b, buf, 10));
	RESULT(sendto(a, buf, 300000, 0, NULL, 0));
	close(b);
	RESULT(write(a, "x", 1));
	close(a);
}

static void passing(void)
{
	int p[2], q[2], got;
	char control[64] = { 0 };
	struct iovec v[2] = { { "ab", 2 }, { "cd", 2 } }, r[2] = { { buf, 3 }, { buf + 10, 10 } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2, .msg_control = control, .msg_controllen = CMSG_SPACE(4) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	pipe(q);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(4);
	memcpy(CMSG_DATA(c), &q[1], 4);
	RESULT(sendmsg(p[0], &m, 0));
	close(q[1]);
	memset(control, 0, sizeof(control));
	m = (struct msghdr){ .msg_iov = r, .msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof(control) };
	RESULT(recvmsg(p[1], &m, MSG_CMSG_CLOEXEC));
	say("%.3s %c flags %x control %d", buf, buf[10], m.msg_flags, (int)m.msg_controllen);
	c = CMSG_FIRSTHDR(&m);
	memcpy(&got, CMSG_DATA(c), 4);
	RESULT(write(got, "through", 7));
	RESULT(fcntl(got, F_GETFD));
	close(got);
	RESULT(read(q[0], buf, 100));
	RESULT(read(q[0], buf, 100));
	close(q[0]), close(p[0]), close(p[1]);
}

/* Descriptors in several control messages arrive in one. */
static void passing_separately(void)
{
	int p[2], q[2];
	char control[2 * CMSG_SPACE(4) + CMSG_SPACE(8)] = { 0 };
	struct iovec v = { "x", 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 2 * CMSG_SPACE(4) };
	struct cmsghdr *c = (struct cmsghdr *)control;

	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	pipe(q);
	for (int i = 0; i < 2; i++) {
		*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(4), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(c), &q[i], 4);
		c = (struct cmsghdr *)(control + CMSG_SPACE(4));
	}
	RESULT(sendmsg(p[0], &m, 0));
	close(q[0]), close(q[1]);
	memset(control, 0, sizeof(control));
	m.msg_controllen = sizeof(control);
	v.iov_base = buf;
	RESULT(recvmsg(p[1], &m, 0));
	c = CMSG_FIRSTHDR(&m);
	say("%d bytes of control data, %d in the first", (int)m.msg_controllen, (int)c->cmsg_len);
	memcpy(q, CMSG_DATA(c), 8);
	RESULT(write(q[1], "both", 4));
	RESULT(read(q[0], buf, 10));
	close(q[0]), close(q[1]), close(p[0]), close(p[1]);
}

/* Who closes without having read everything resets the connection; what it had sent itself is read first. */
static void unread(int type)
{
	int p[2], err = 0;
	socklen_t len = sizeof(err);
	struct pollfd f = { .events = POLLIN };

	for (int ask = 0; ask < 2; ask++) {
		socketpair(AF_UNIX, type, 0, p);
		f.fd = p[0];
		write(p[0], "never read", 10);
		write(p[1], "sent", 4);
		close(p[1]);
		RESULT(poll(&f, 1, 0));
		say("%x", f.revents);
		RESULT(read(p[0], buf, 10));
		if (ask) {
			RESULT(getsockopt(p[0], SOL_SOCKET, SO_ERROR, &err, &len));
			say("%s", name_of_errno(err));
		}
		RESULT(read(p[0], buf, 10));
		RESULT(read(p[0], buf, 10));
		RESULT(send(p[0], "x", 1, MSG_NOSIGNAL));
		close(p[0]);
	}
}

/* Who sent it: streams tell the bound name, too. Abstract names belong to a type of sockets. */
static void senders(int type)
{
	int l = socket(AF_UNIX, type, 0), s = socket(AF_UNIX, type, 0), other = type == SOCK_STREAM ? SOCK_SEQPACKET : SOCK_STREAM, c;
	struct sockaddr_un a = { AF_UNIX, "\0its name" }, from;
	struct iovec v = { buf, 10 };
	struct msghdr h = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &v, .msg_iovlen = 1 };
	socklen_t len = 11;

	RESULT(bind(l, (void *)&a, len));
	RESULT(listen(l, 2));
	RESULT(bind(socket(AF_UNIX, type, 0), (void *)&a, len));
	RESULT(connect(socket(AF_UNIX, other, 0), (void *)&a, len));
	RESULT(bind(socket(AF_UNIX, other, 0), (void *)&a, len));
	RESULT(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (void *)&a, len));
	RESULT(connect(s, (void *)&a, len));
	len = (socklen_t)-1;
	RESULT(accept(l, (void *)&from, &len));
	c = socket(AF_UNIX, type, 0);
	RESULT(connect(c, (void *)&a, 11));
	close(s);
	s = accept(l, NULL, NULL);
	RESULT(write(c, "one", 3));
	len = sizeof(from);
	RESULT(recvfrom(s, buf, 10, 0, (void *)&from, &len));
	ASK(len == 0);
	RESULT(write(c, "one", 3));     /* the name counts that it has when the message is read */
	a.sun_path[1] = 'o';
	RESULT(bind(c, (void *)&a, 11));
	len = sizeof(from);
	RESULT(recvfrom(s, buf, 10, 0, (void *)&from, &len));
	ASK(len == 11);
	RESULT(write(c, "two", 3));
	RESULT(recvfrom(s, buf, 10, 0, (void *)&from, &len));
	ASK(len == 0);
	RESULT(write(c, "two", 3));
	len = sizeof(from);
	RESULT(recvfrom(s, buf, 10, 0, (void *)&from, &len));
	ASK(len == 11 && !memcmp(&from, &a, 11));
	RESULT(write(c, "three", 5));
	RESULT(recvmsg(s, &h, 0));
	ASK(h.msg_namelen == 11 && !memcmp(&from, &a, 11));
	close(l), close(s), close(c);
}

int main(void)
{
	char dir[] = "/dev/shm/unixXXXXXX", clean[64];

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	errors();
	pairs(SOCK_STREAM);
	pairs(SOCK_SEQPACKET);
	pairs(SOCK_DGRAM);
	server();
	senders(SOCK_STREAM);
	senders(SOCK_SEQPACKET);
	datagrams();
	passing();
	passing_separately();
	unread(SOCK_STREAM);
	unread(SOCK_SEQPACKET);
	snprintf(clean, sizeof(clean), "rm -rf %s", dir);
	if (!access("/bin/sh", X_OK) && chdir("/") == 0 && system(clean))
		return 2;
	return 0;
}
