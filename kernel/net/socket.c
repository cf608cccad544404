/* SPDX-License-Identifier: MIT */
/* The socket system calls but those that move messages (message.c), for AF_UNIX and what there is of AF_NETLINK; other families are EAFNOSUPPORT. */
#include <ns/nsproxy.h>
#include "unix.h"
#include <fs/fasync.h>
#include <fs/poll.h>
#include <uapi/fcntl.h>
#include <task/signal.h>
#include <uapi/termios.h>

/* --- as files -------------------------------------------------------------------------------- */

static ssize_t socket_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return n ? unix_recv(f->private, buf, n, copy, NULL, file_msg_flags(f)) : 0;
}

static ssize_t socket_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return unix_send(f->private, buf, n, copy, NULL, NULL, 0, file_msg_flags(f));
}

static unsigned int socket_poll(struct file *f, struct poll_table *pt)
{
	return unix_poll(f->private, pt);
}

/* FIONREAD: all of a stream, a datagram socket's first message. */
static size_t bytes_waiting(struct unix_sock *s)
{
	struct unix_message *m;
	size_t n = 0;

	list_for_each_entry(m, &s->messages, list) {
		n += m->len - m->off;
		if (s->type == SOCK_DGRAM)
			break;
	}
	return n;
}

static long socket_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct unix_sock *s = f->private;

	if (cmd == FIOSETOWN || cmd == SIOCSPGRP) {
		u32 pid;

		return get_user_u32(&pid, (void *)arg) ? -EFAULT : fcntl_owner(f, F_SETOWN, pid);
	}
	if (cmd == FIOGETOWN || cmd == SIOCGPGRP)
		return put_user_u32((u32)fcntl_owner(f, F_GETOWN, 0), (void *)arg);
	if (cmd == TIOCOUTQ)
		return put_user_u32(s->peer ? s->peer->queued : 0, (void *)arg);
	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user_u32(bytes_waiting(s), (void *)arg);
}

static void socket_release(struct file *f)
{
	if (f->private)
		unix_release(f->private);
}

const struct file_operations socket_fops = {
	.read = socket_read, .write = socket_write, .poll = socket_poll, .ioctl = socket_ioctl, .release = socket_release,
	.fasync = true,
};

static struct file *socket_file(struct unix_sock *s, unsigned int flags)
{
	char name[32];
	struct file *f = anon_file(S_IFSOCK | 0777, "socket:[0]", &socket_fops, s, O_RDWR | (flags & O_NONBLOCK));

	if (f) {                        /* the name fits inside the dentry */
		scnprintf(name, sizeof(name), "socket:[%lu]", (unsigned long)f->inode->ino);
		f->path.dentry->len = strscpy(f->path.dentry->inline_name, name, DENTRY_INLINE);
	}
	return f;
}

/* A descriptor for @s; consumes it in every case. */
static int socket_fd(struct unix_sock *s, unsigned int flags)
{
	struct file *f = socket_file(s, flags);
	int fd;

	if (!f) {
		unix_release(s);
		return -ENOMEM;
	}
	fd = fd_install_new(f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

static int check_type(long family, long type, long protocol)
{
	long kind = type & 0xf;

	if (family != AF_UNIX && family != AF_NETLINK)
		return -EAFNOSUPPORT;
	if (type & ~(long)(0xf | SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	if (family == AF_NETLINK)
		return kind != SOCK_RAW && kind != SOCK_DGRAM ? -ESOCKTNOSUPPORT : protocol ? -EPROTONOSUPPORT : 0;
	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	return kind == SOCK_STREAM || kind == SOCK_DGRAM || kind == SOCK_SEQPACKET ? 0 : -ESOCKTNOSUPPORT;
}

SYSCALL(socket)
{
	int err = check_type((int)a0, (int)a1, (int)a2);
	struct unix_sock *s;

	unix_gc();
	s = err ? NULL : (int)a0 == AF_NETLINK ? netlink_alloc(current->nsproxy->net) : unix_alloc(current->nsproxy->net, a1 & 0xf);
	return err ? err : s ? socket_fd(s, a1) : -ENOMEM;
}

SYSCALL(socketpair)
{
	int err = check_type((int)a0, (int)a1, (int)a2), fd[2];
	struct unix_sock *a, *b;

	if (err || (int)a0 != AF_UNIX)
		return err ? err : -EOPNOTSUPP;
	unix_gc();
	a = unix_alloc(current->nsproxy->net, a1 & 0xf);
	b = unix_alloc(current->nsproxy->net, a1 & 0xf);
	if (!a || !b) {
		unix_put(a);
		unix_put(b);
		return -ENOMEM;
	}
	unix_pair(a, b);
	fd[0] = socket_fd(a, a1);
	fd[1] = socket_fd(b, a1);
	if (fd[0] < 0 || fd[1] < 0)
		err = fd[0] < 0 ? fd[0] : fd[1];
	else if (copy_to_user((void *)a3, fd, sizeof(fd)))
		err = -EFAULT;
	for (int i = 0; err && i < 2; i++)
		if (fd[i] >= 0)
			close_fd(fd[i]);
	return err;
}

/* --- arguments ------------------------------------------------------------------------------- */

long on_socket(socket_fn *fn, long n, long a1, long a2, long a3, long a4, long a5)
{
	struct fd fd = fdget(n);
	long ret = !fd.file ? -EBADF : fd.file->op != &socket_fops ? -ENOTSOCK : fn(fd.file->private, fd.file, a1, a2, a3, a4, a5);

	fdput(fd);
	return ret;
}

int get_address(struct unix_address *a, const void __user *u, unsigned long len)
{
	memset(a, 0, sizeof(*a));
	if (len < 2 || len > sizeof(a->un))
		return -EINVAL;
	if (copy_from_user(&a->un, u, len))
		return -EFAULT;
	if (a->un.sun_family != AF_UNIX)
		return -EINVAL;
	a->len = len;
	/* A path ends at its NUL or at the end of what was given; it must leave room for the NUL. */
	if (len > 2 && a->un.sun_path[0] && len == sizeof(a->un) && a->un.sun_path[107])
		return -EINVAL;
	return 0;
}

int put_address(const struct unix_address *a, void __user *u, void __user *ulen)
{
	u32 len;

	if (!u || !ulen)
		return 0;
	if (get_user_u32(&len, ulen))
		return -EFAULT;
	if ((s32)len < 0)
		return -EINVAL;
	if (copy_to_user(u, &a->un, min(len, a->len)) || put_user_u32(a->len, ulen))
		return -EFAULT;
	return 0;
}

SOCKET_CALL(bind)
{
	struct unix_address a;
	int err = get_address(&a, (void *)a1, (unsigned int)a2);

	return err ? err : unix_bind(s, &a);
}

SOCKET_CALL(listen)
{
	return unix_listen(s, a1);
}

SOCKET_CALL(connect)
{
	struct unix_address a;
	int err = get_address(&a, (void *)a1, (unsigned int)a2);

	return err ? err : unix_connect(s, &a, f->flags & O_NONBLOCK);
}

/* File and descriptor first: a connection that can't get them stays in the queue. */
static long accept_fd(struct unix_sock *s, bool nonblock, unsigned int flags, struct unix_address *from)
{
	struct file *f = socket_file(NULL, flags);
	struct unix_sock *c;
	int fd;

	if (!f)
		return -ENOMEM;
	fd = get_unused_fd(0, flags & O_CLOEXEC);
	if (fd < 0) {
		fput(f);
		return fd;
	}
	c = unix_accept(s, nonblock);
	if (IS_ERR(c)) {
		put_unused_fd(fd);
		fput(f);
		return PTR_ERR(c);
	}
	*from = c->peer ? c->peer->addr : (struct unix_address){ 2, { AF_UNIX, "" } };
	f->private = c;
	fd_install(fd, f);
	return fd;
}

SOCKET_CALL(accept4)
{
	struct unix_address from;
	long fd;

	if (a3 & ~(long)(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	fd = accept_fd(s, f->flags & O_NONBLOCK, a3, &from);
	if (fd >= 0) {
		int err = put_address(&from, (void *)a1, (void *)a2);

		if (err) {
			close_fd(fd);
			return err;
		}
	}
	return fd;
}

SYSCALL(accept) { return sys_accept4(a0, a1, a2, 0, 0, 0); }

SOCKET_CALL(getsockname)
{
	return !a1 || !a2 ? -EFAULT : put_address(&s->addr, (void *)a1, (void *)a2);
}

SOCKET_CALL(getpeername)
{
	return !s->peer ? -ENOTCONN : !a1 || !a2 ? -EFAULT : put_address(&s->peer->addr, (void *)a1, (void *)a2);
}

SOCKET_CALL(shutdown)
{
	if (a1 < SHUT_RD || a1 > SHUT_RDWR)
		return -EINVAL;
	unix_shutdown(s, a1 != SHUT_WR, a1 != SHUT_RD);
	return 0;
}

/* --- options --------------------------------------------------------------------------------- */

#define SWITCHES SO_REUSEADDR: case SO_DONTROUTE: case SO_BROADCAST: case SO_KEEPALIVE: case SO_OOBINLINE: case SO_NO_CHECK: case SO_REUSEPORT

static u64 *timeout_of(struct unix_sock *s, long opt) { return opt == SO_RCVTIMEO ? &s->rcv_timeout_ns : &s->snd_timeout_ns; }

/* Twice what is asked, for the messages' own memory. */
static void set_buffer(struct unix_sock *s, long opt, u32 v, u32 most)
{
	v = min(v, most) * 2;
	if (opt == SO_RCVBUF || opt == SO_RCVBUFFORCE) {
		s->rcvbuf = max(v, (u32)UNIX_RCVBUF_MIN);
		return;
	}
	s->sndbuf = max(v, (u32)UNIX_SNDBUF_MIN);
	if (s->peer)
		wake_up(&s->peer->wr_wait);
}

SOCKET_CALL(setsockopt)
{
	s64 tv[2];
	u32 v = 0;

	if (a1 != SOL_SOCKET)
		return -EOPNOTSUPP;
	if ((unsigned int)a4 < 4)
		return -EINVAL;
	if (get_user_u32(&v, (void *)a3))
		return -EFAULT;
	switch (a2) {
	case SO_PASSCRED:
		s->passcred = v;
		return 0;
	case SO_RCVTIMEO: case SO_SNDTIMEO:
		if ((unsigned int)a4 < sizeof(tv))
			return -EINVAL;
		if (copy_from_user(tv, (void *)a3, sizeof(tv)))
			return -EFAULT;
		if ((u64)tv[1] >= 1000000)
			return -EDOM;
		if (tv[0] < 0) {
			*timeout_of(s, a2) = 1; /* not at all: as short as can be */
			return 0;
		}
		if (tv[0] > INT64_MAX / 1000000000 - 1)
			tv[0] = tv[1] = 0;      /* so long is for ever */
		*timeout_of(s, a2) = tv[0] * 1000000000 + tv[1] * 1000;
		return 0;
	case SO_SNDBUF: case SO_RCVBUF:
		set_buffer(s, a2, v, UNIX_BUFFER);
		return 0;
	case SO_SNDBUFFORCE: case SO_RCVBUFFORCE:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		set_buffer(s, a2, v, INT32_MAX / 2);
		return 0;
	case SO_RCVLOWAT:
		s->rcvlowat = min(v, (u32)INT32_MAX);
		return 0;
	case SO_LINGER:
		if ((unsigned int)a4 < sizeof(s->linger))
			return -EINVAL;
		if (copy_from_user(s->linger, (void *)a3, sizeof(s->linger)))
			return -EFAULT;
		s->linger[0] = s->linger[0] != 0;
		return 0;
	case SO_DEBUG:
		if (v && !capable(CAP_NET_ADMIN))
			return -EACCES;
		__attribute__((fallthrough));
	case SWITCHES:
		s->switches = v ? s->switches | 1UL << a2 : s->switches & ~(1UL << a2);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

SOCKET_CALL(getsockopt)
{
	struct ucred_abi peer;
	u32 len, v = 0;
	s64 tv[2];
	const void *from = &v;
	size_t size = sizeof(v);

	if (a1 != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (get_user_u32(&len, (void *)a4))
		return -EFAULT;
	if ((s32)len < 0)
		return -EINVAL;
	switch (a2) {
	case SO_TYPE: v = s->type; break;
	case SO_DOMAIN: v = s->addr.un.sun_family; break;
	case SO_SNDBUF: v = s->sndbuf; break;
	case SO_RCVBUF: v = s->rcvbuf; break;
	case SO_ACCEPTCONN: v = s->state == UNIX_LISTENING; break;
	case SO_PASSCRED: v = s->passcred; break;
	case SO_ERROR: v = unix_take_error(s); break;
	case SO_PROTOCOL: break;
	case SO_DEBUG: case SWITCHES: v = s->switches >> a2 & 1; break;
	case SO_RCVLOWAT: v = s->rcvlowat ? s->rcvlowat : 1; break;
	case SO_SNDLOWAT: v = 1; break;
	case SO_LINGER:
		from = s->linger;
		size = sizeof(s->linger);
		break;
	case SO_PEERCRED:
		peer = unix_cred_seen(&s->peer_cred);
		from = &peer;
		size = sizeof(peer);
		break;
	case SO_RCVTIMEO: case SO_SNDTIMEO:
		tv[0] = *timeout_of(s, a2) / 1000000000;
		tv[1] = *timeout_of(s, a2) % 1000000000 / 1000;
		from = tv;
		size = sizeof(tv);
		break;
	default:
		return -ENOPROTOOPT;
	}
	size = min(size, (size_t)len);
	return copy_to_user((void *)a3, from, size) || put_user_u32(size, (void *)a4) ? -EFAULT : 0;
}
