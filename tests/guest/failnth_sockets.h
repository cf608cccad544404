/* SPDX-License-Identifier: MIT */
/* failnth.c: pipes, sockets, and what waits for them. */
#include "failnth.h"

static long do_pipe(void) { return ret(pipe2(pair, O_NONBLOCK)); }
static void setup_pipe(void) { if (pipe(pair)) _exit(9); }
static void close_pair(void) { undo_pair(0); }
static long do_pipe_write(void) { return ret(write(pair[1], buf, 60000)); }
static void undo_drain(long r) { if (r > 0 && read(pair[0], buf, r) != r) _exit(9); }
static long do_setpipe(void) { return ret(fcntl(pair[1], F_SETPIPE_SZ, 262144)); }
static void undo_setpipe(long r) { fcntl(pair[1], F_SETPIPE_SZ, 65536); }
static long do_vmsplice(void) { return ret(vmsplice(pair[1], iov, 4, 0)); }
static long do_tee(void) { return ret(tee(pair[0], fd, 1000, SPLICE_F_NONBLOCK)); }
static void setup_tee(void)
{
	int p[2];

	setup_pipe();
	if (pipe(p)) _exit(9);
	fd = p[1];
	fd2 = p[0];
	if (write(pair[1], buf, 3000) != 3000) _exit(9);
}
static void undo_tee(long r) { if (r > 0 && read(fd2, buf, r) != r) _exit(9); }
static void close_tee(void) { close(fd); close(fd2); close_pair(); }
static void setup_splice(void) { setup_filled(); setup_pipe(); }
static void close_splice(void) { close_filled(); close_pair(); }
static long do_splice(void) { loff_t off = 0; return ret(splice(fd, &off, pair[1], NULL, 20000, 0)); }

static long do_socketpair(void) { return ret(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)); }
static long do_socket(void) { return ret(socket(AF_UNIX, SOCK_DGRAM, 0)); }
static struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = D "socket" };
static void setup_socket(void) { fd = socket(AF_UNIX, SOCK_STREAM, 0); }
static long do_bind(void) { return ret(bind(fd, (void *)&addr, sizeof(addr))); }
static void undo_bind(long r) { close(fd); unlink(D "socket"); setup_socket(); }
static void setup_listen(void)
{
	setup_socket();
	if (bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 5)) _exit(9);
	fd2 = socket(AF_UNIX, SOCK_STREAM, 0);
}
static void close_listen(void) { close(fd); close(fd2); unlink(D "socket"); }
static long do_connect(void) { return ret(connect(fd2, (void *)&addr, sizeof(addr))); }
static void undo_connect(long r) { close(accept(fd, NULL, NULL)); close(fd2); fd2 = socket(AF_UNIX, SOCK_STREAM, 0); }
static void setup_accept(void) { setup_listen(); if (connect(fd2, (void *)&addr, sizeof(addr))) _exit(9); }
static long do_accept(void) { return ret(accept4(fd, NULL, NULL, SOCK_NONBLOCK)); }
static void undo_accept(long r)
{
	close(r);
	close(fd2);
	fd2 = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(fd2, (void *)&addr, sizeof(addr))) _exit(9);
}
static void setup_sockets(void) { if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) _exit(9); }
static void setup_dgrams(void) { if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) _exit(9); }
static long do_send(void) { return ret(send(pair[0], buf, 50000, MSG_DONTWAIT)); }
static void undo_recv(long r) { while (recv(pair[1], buf, sizeof(buf), MSG_DONTWAIT) > 0) ; }
static union { struct cmsghdr h; char space[CMSG_SPACE(3 * sizeof(int))]; } control;
static long send_fds(void)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 20, .msg_control = &control, .msg_controllen = sizeof(control) };

	control.h = (struct cmsghdr){ .cmsg_len = CMSG_LEN(3 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.h), (int[]){ 0, 1, 2 }, 3 * sizeof(int));
	return ret(sendmsg(pair[0], &m, MSG_DONTWAIT));
}
static long recv_fds(void)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 20, .msg_control = &control, .msg_controllen = sizeof(control) };

	return ret(recvmsg(pair[1], &m, MSG_DONTWAIT));
}
static void close_received(void)
{
	int got[3];

	if (control.h.cmsg_len != CMSG_LEN(sizeof(got)))
		return;
	memcpy(got, CMSG_DATA(&control.h), sizeof(got));
	for (int i = 0; i < 3; i++)
		close(got[i]);
}
static void undo_send_fds(long r) { recv_fds(); close_received(); }
static void setup_recv_fds(void) { setup_sockets(); send_fds(); }
static void undo_recv_fds(long r) { close_received(); undo_recv(0); send_fds(); }

static long do_epoll_create(void) { return ret(epoll_create1(0)); }
static void setup_epoll(void) { setup_pipe(); fd = epoll_create1(0); }
static void close_epoll(void) { close_pair(); close(fd); }
static long do_epoll_add(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT };

	return ret(epoll_ctl(fd, EPOLL_CTL_ADD, pair[1], &e));
}
static void undo_epoll_add(long r) { epoll_ctl(fd, EPOLL_CTL_DEL, pair[1], NULL); }
static void setup_epoll_wait(void) { setup_epoll(); do_epoll_add(); }
static long do_epoll_wait(void) { struct epoll_event e[40]; return ret(epoll_wait(fd, e, 40, 0)); }
static long do_eventfd(void) { return ret(eventfd(0, 0)); }
static long do_timerfd(void) { return ret(timerfd_create(CLOCK_MONOTONIC, 0)); }
static long do_signalfd(void) { sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); return ret(signalfd(-1, &s, 0)); }
static long do_memfd(void) { return ret(syscall(SYS_memfd_create, "name", 0)); }
static long do_pidfd(void) { return ret(syscall(SYS_pidfd_open, getpid(), 0)); }
static long do_poll(void) { static struct pollfd p[600]; memset(p, 0xff, sizeof(p)); p[5].fd = 0; return ret(poll(p, 600, 0)); }
static long do_select(void) { fd_set s; FD_ZERO(&s); FD_SET(1, &s); return ret(select(1000, NULL, &s, NULL, &(struct timeval){ 0, 0 })); }

static struct sockaddr_un abstract = { .sun_family = AF_UNIX, .sun_path = "\0failnth" };
static long bind_abstract(void) { return ret(bind(fd, (void *)&abstract, 10)); }
static long bind_any(void) { return ret(bind(fd, (void *)&abstract, 2)); }
static void undo_abstract(long r) { close(fd); setup_socket(); }
static void setup_named(void)
{
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(fd, (void *)&addr, sizeof(addr))) _exit(9);
	fd2 = socket(AF_UNIX, SOCK_DGRAM, 0);
}
static long send_named(void) { return ret(sendto(fd2, buf, 5000, MSG_DONTWAIT, (void *)&addr, sizeof(addr))); }
static void undo_send_named(long r) { while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0) ; }
static long connect_named(void) { return ret(connect(fd2, (void *)&addr, sizeof(addr))); }
static long do_listen(void) { return ret(listen(fd, 5)); }
static void setup_bound(void) { setup_socket(); if (bind(fd, (void *)&addr, sizeof(addr))) _exit(9); }
static void close_bound(void) { close(fd); unlink(D "socket"); }
static struct mmsghdr messages[3] = { { .msg_hdr = { .msg_iov = iov, .msg_iovlen = 12 } }, { .msg_hdr = { .msg_iov = iov, .msg_iovlen = 1 } },
	{ .msg_hdr = { .msg_iov = iov + 3, .msg_iovlen = 9 } } };
static long send_many(void) { return ret(sendmmsg(pair[0], messages, 3, MSG_DONTWAIT)); }
static long do_recv(void) { return ret(recv(pair[1], buf, 50000, MSG_DONTWAIT | MSG_PEEK)); }
static void setup_recv(void) { setup_sockets(); do_send(); }
static void setup_cred(void) { setup_sockets(); setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int)); }
static long send_oob(void) { return ret(send(pair[0], buf, 1, MSG_OOB | MSG_DONTWAIT)); }
static long sendfile_socket(void) { return ret(sendfile(pair[0], fd, NULL, 30000)); }
static void setup_sendfile_socket(void) { setup_filled(); setup_sockets(); }
static void undo_sendfile_socket(long r) { lseek(fd, 0, SEEK_SET); undo_recv(0); }
static long splice_socket(void) { return ret(splice(fd2, NULL, pair[0], NULL, 3000, SPLICE_F_NONBLOCK)); }
static void setup_splice_socket(void)
{
	int p[2];

	setup_sockets();
	if (pipe(p) || write(p[1], buf, 3000) != 3000) _exit(9);
	fd = p[1];
	fd2 = p[0];
}
static void undo_splice_socket(long r) { undo_recv(0); if (write(fd, buf, r) != r) _exit(9); }
static void close_splice_socket(void) { close_pair(); close(fd); close(fd2); }
static void setup_file_pair(void) { setup_sockets(); fd = open(D "old", O_RDONLY); }
static long send_sockets(void)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(2 * sizeof(int)) };

	control.h = (struct cmsghdr){ .cmsg_len = CMSG_LEN(2 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.h), (int[]){ pair[0], pair[1] }, 2 * sizeof(int));
	return ret(sendmsg(pair[0], &m, MSG_DONTWAIT));
}
static void undo_send_sockets(long r) { undo_recv(0); }

static long epoll_nested(void) { struct epoll_event e = { .events = EPOLLIN }; return ret(epoll_ctl(fd, EPOLL_CTL_ADD, fd2, &e)); }
static void setup_nested(void) { fd = epoll_create1(0); fd2 = epoll_create1(0); }
static void undo_nested(long r) { epoll_ctl(fd, EPOLL_CTL_DEL, fd2, NULL); }
static void close_nested(void) { close(fd); close(fd2); }
static long do_ppoll(void)
{
	static struct pollfd p[40];

	for (int i = 0; i < 40; i++)
		p[i] = (struct pollfd){ pair[i & 1], POLLIN, 0 };
	return ret(ppoll(p, 40, &(struct timespec){ 0, 100000 }, NULL));
}
static long do_pselect(void)
{
	fd_set s;

	FD_ZERO(&s);
	FD_SET(pair[0], &s);
	return ret(pselect(900, &s, NULL, NULL, &(struct timespec){ 0, 1000 }, NULL));
}
static long open_pty(void)
{
	int unlock = 0;

	fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (fd < 0)
		return -errno;
	ioctl(fd, TIOCSPTLCK, &unlock);
	fd2 = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (fd2 >= 0)
		return 0;
	close(fd);
	return -errno;
}
static void close_pty(void) { close(fd); close(fd2); }
static void undo_pty(long r) { close_pty(); }
static void setup_pty(void) { if (open_pty()) _exit(9); }
static long write_pty(void) { return ret(write(fd, "a line\n", 7)); }
static void undo_write_pty(long r) { ioctl(fd2, TCFLSH, 2); ioctl(fd, TCFLSH, 2); }
static long timerfd_set(void) { return ret(timerfd_settime(fd, 0, &(struct itimerspec){ { 0, 0 }, { 0, 1000000 } }, NULL)); }
static void setup_timerfd(void) { fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK); }
static long getfd(void) { return ret(syscall(SYS_pidfd_getfd, fd, 0, 0)); }
static void setup_pidfd(void) { fd = syscall(SYS_pidfd_open, getpid(), 0); }

static const struct row socket_rows[] = {
	ROW("pipe", do_pipe, undo_pair, .also = ENFILE),
	ROW("write to a pipe", do_pipe_write, undo_drain, setup_pipe, close_pair),
	ROW("F_SETPIPE_SZ", do_setpipe, undo_setpipe, setup_pipe, close_pair),
	ROW("vmsplice", do_vmsplice, undo_drain, setup_pipe, close_pair, ENOSYS),
	ROW("tee", do_tee, undo_tee, setup_tee, close_tee, ENOSYS),
	ROW("splice", do_splice, undo_drain, setup_splice, close_splice),
	ROW("socketpair", do_socketpair, undo_pair, .also = ENOBUFS),
	ROW("socket", do_socket, undo_close, .also = ENOBUFS),
	ROW("bind", do_bind, undo_bind, setup_socket, close_fd, ENOSPC),
	ROW("connect", do_connect, undo_connect, setup_listen, close_listen),
	ROW("accept", do_accept, undo_accept, setup_accept, close_listen, ENOBUFS),
	ROW("send", do_send, undo_recv, setup_sockets, close_pair, ENOBUFS),
	ROW("send a datagram", do_send, undo_recv, setup_dgrams, close_pair, ENOBUFS),
	ROW("sendmsg of descriptors", send_fds, undo_send_fds, setup_sockets, close_pair, ENOBUFS),
	ROW("recvmsg of descriptors", recv_fds, undo_recv_fds, setup_recv_fds, close_pair),
	ROW("epoll_create", do_epoll_create, undo_close),
	ROW("epoll_ctl", do_epoll_add, undo_epoll_add, setup_epoll, close_epoll),
	ROW("epoll_wait", do_epoll_wait, NULL, setup_epoll_wait, close_epoll),
	ROW("eventfd", do_eventfd, undo_close),
	ROW("timerfd_create", do_timerfd, undo_close, .also = ENOSYS),
	ROW("signalfd", do_signalfd, undo_close),
	ROW("memfd_create", do_memfd, undo_close),
	ROW("pidfd_open", do_pidfd, undo_close),
	ROW("poll", do_poll),
	ROW("select", do_select),
	ROW("bind to an abstract name", bind_abstract, undo_abstract, setup_socket, close_fd),
	ROW("bind to any name", bind_any, undo_abstract, setup_socket, close_fd),
	ROW("listen", do_listen, NULL, setup_bound, close_bound),
	ROW("sendto", send_named, undo_send_named, setup_named, close_listen, ENOBUFS),
	ROW("connect a datagram socket", connect_named, NULL, setup_named, close_listen),
	ROW("sendmmsg", send_many, undo_recv, setup_dgrams, close_pair, ENOBUFS),
	ROW("recv MSG_PEEK", do_recv, NULL, setup_recv, close_pair),
	ROW("send to SO_PASSCRED", do_send, undo_recv, setup_cred, close_pair, ENOBUFS),
	ROW("send MSG_OOB", send_oob, undo_recv, setup_sockets, close_pair, EOPNOTSUPP),
	ROW("sendmsg of the sockets themselves", send_sockets, undo_send_sockets, setup_file_pair, close_splice_socket, ENOBUFS),
	ROW("sendfile to a socket", sendfile_socket, undo_sendfile_socket, setup_sendfile_socket, close_splice, ENOBUFS),
	ROW("splice to a socket", splice_socket, undo_splice_socket, setup_splice_socket, close_splice_socket, ENOBUFS),
	ROW("epoll_ctl of an epoll", epoll_nested, undo_nested, setup_nested, close_nested),
	ROW("ppoll", do_ppoll, NULL, setup_pipe, close_pair),
	ROW("pselect6", do_pselect, NULL, setup_pipe, close_pair),
	ROW("open a pseudo terminal", open_pty, undo_pty, .also = ENOSPC),
	ROW("write to a pseudo terminal", write_pty, undo_write_pty, setup_pty, close_pty),
	ROW("timerfd_settime", timerfd_set, NULL, setup_timerfd, close_fd),
	ROW("pidfd_getfd", getfd, undo_close, setup_pidfd, close_fd),
};
