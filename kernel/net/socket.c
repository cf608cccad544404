/* SPDX-License-Identifier: MIT */
/* The socket system calls, for AF_UNIX; other families are EAFNOSUPPORT. */
#include "unix.h"
#include <fs/poll.h>
#include <task/signal.h>
#include <uapi/termios.h>

/* --- as files -------------------------------------------------------------------------------- */

static unsigned int file_msg_flags(const struct file *f) { return (f->flags & O_NONBLOCK) ? MSG_DONTWAIT : 0; }

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

static long socket_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct unix_sock *s = f->private;
	struct unix_message *m;

	if (cmd == TIOCOUTQ)
		return put_user_u32(s->peer ? s->peer->queued : 0, (void *)arg);
	if (cmd != FIONREAD)
		return -ENOTTY;
	m = list_first_entry_or_null(&s->messages, struct unix_message, list);
	return put_user_u32(!m ? 0 : s->type != SOCK_DGRAM ? s->queued - m->off : m->len, (void *)arg);
}

static void socket_release(struct file *f)
{
	if (f->private)
		unix_release(f->private);
}

static const struct file_operations socket_fops = {
	.read = socket_read, .write = socket_write, .poll = socket_poll, .ioctl = socket_ioctl, .release = socket_release,
};

static struct file *socket_file(struct unix_sock *s, unsigned int flags)
{
	char name[32];
	struct file *f = anon_file(S_IFSOCK | 0777, "socket:[0]", &socket_fops, s, O_RDWR | (flags & O_NONBLOCK));

	if (f) {                        /* the name fits inside the dentry */
		scnprintf(name, sizeof(name), "socket:[%lu]", (unsigned long)f->inode->ino);
		f->dentry->len = strscpy(f->dentry->inline_name, name, DENTRY_INLINE);
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

	if (family != AF_UNIX)
		return -EAFNOSUPPORT;
	if (type & ~(long)(0xf | SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	return kind == SOCK_STREAM || kind == SOCK_DGRAM || kind == SOCK_SEQPACKET ? 0 : -ESOCKTNOSUPPORT;
}

SYSCALL(socket)
{
	int err = check_type((int)a0, (int)a1, (int)a2);
	struct unix_sock *s = err ? NULL : unix_alloc(a1 & 0xf);

	return err ? err : s ? socket_fd(s, a1) : -ENOMEM;
}

SYSCALL(socketpair)
{
	int err = check_type((int)a0, (int)a1, (int)a2), fd[2];
	struct unix_sock *a, *b;

	if (err)
		return err;
	a = unix_alloc(a1 & 0xf);
	b = unix_alloc(a1 & 0xf);
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

static struct unix_sock *get_socket(unsigned int n, struct fd *fd, long *err)
{
	*fd = fdget(n);
	*err = !fd->file ? -EBADF : fd->file->op != &socket_fops ? -ENOTSOCK : 0;
	return *err ? NULL : fd->file->private;
}

static int get_address(struct unix_address *a, const void __user *u, unsigned long len)
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

static int put_address(const struct unix_address *a, void __user *u, void __user *ulen)
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

SYSCALL(bind)
{
	struct unix_address a;
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s)
		err = get_address(&a, (void *)a1, (unsigned int)a2);
	if (!err)
		err = unix_bind(s, &a);
	fdput(fd);
	return err;
}

SYSCALL(listen)
{
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s)
		err = unix_listen(s, a1);
	fdput(fd);
	return err;
}

SYSCALL(connect)
{
	struct unix_address a;
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s)
		err = get_address(&a, (void *)a1, (unsigned int)a2);
	if (!err)
		err = unix_connect(s, &a, fd.file->flags & O_NONBLOCK);
	fdput(fd);
	return err;
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

static long do_accept(unsigned int n, void __user *u, void __user *ulen, unsigned int flags)
{
	struct unix_sock *s;
	struct unix_address from;
	struct fd fd;
	long err;

	if (flags & ~(unsigned int)(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	s = get_socket(n, &fd, &err);
	if (s) {
		err = accept_fd(s, fd.file->flags & O_NONBLOCK, flags, &from);
		if (err >= 0 && put_address(&from, u, ulen)) {
			close_fd(err);
			err = -EFAULT;
		}
	}
	fdput(fd);
	return err;
}

SYSCALL(accept) { return do_accept(a0, (void *)a1, (void *)a2, 0); }
SYSCALL(accept4) { return do_accept(a0, (void *)a1, (void *)a2, a3); }

static long name_of(unsigned int n, void __user *u, void __user *ulen, bool peer)
{
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(n, &fd, &err);

	if (s && peer && !s->peer)
		err = -ENOTCONN;
	else if (s)
		err = !u || !ulen ? -EFAULT : put_address(peer ? &s->peer->addr : &s->addr, u, ulen);
	fdput(fd);
	return err;
}

SYSCALL(getsockname) { return name_of(a0, (void *)a1, (void *)a2, false); }
SYSCALL(getpeername) { return name_of(a0, (void *)a1, (void *)a2, true); }

SYSCALL(shutdown)
{
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s && (a1 < SHUT_RD || a1 > SHUT_RDWR))
		err = -EINVAL;
	if (!err) {
		s->read_shut = s->read_shut || a1 != SHUT_WR;
		s->write_shut = s->write_shut || a1 != SHUT_RD;
		wake_up(&s->rd_wait);
		wake_up(&s->wr_wait);
		if (s->peer) {
			wake_up(&s->peer->rd_wait);
			wake_up(&s->peer->wr_wait);
		}
	}
	fdput(fd);
	return err;
}

/* --- options --------------------------------------------------------------------------------- */

static u64 *timeout_of(struct unix_sock *s, long opt) { return opt == SO_RCVTIMEO ? &s->rcv_timeout_ns : &s->snd_timeout_ns; }

SYSCALL(setsockopt)
{
	struct fd fd;
	s64 tv[2];
	u32 v = 0;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s && a1 != SOL_SOCKET)
		err = -EOPNOTSUPP;
	if (!err && (unsigned int)a4 < 4)
		err = -EINVAL;
	if (!err && get_user_u32(&v, (void *)a3))
		err = -EFAULT;
	if (!err)
		switch (a2) {
		case SO_PASSCRED:
			s->passcred = v;
			break;
		case SO_RCVTIMEO: case SO_SNDTIMEO:
			if ((unsigned int)a4 < sizeof(tv))
				err = -EINVAL;
			else if (copy_from_user(tv, (void *)a3, sizeof(tv)))
				err = -EFAULT;
			else if ((u64)tv[1] >= 1000000)
				err = -EDOM;
			else
				*timeout_of(s, a2) = tv[0] * 1000000000 + tv[1] * 1000;
			break;
		case SO_SNDBUF: case SO_RCVBUF: case SO_REUSEADDR: case SO_KEEPALIVE: case SO_DEBUG: case SO_LINGER:
			break;
		default:
			err = -ENOPROTOOPT;
		}
	fdput(fd);
	return err;
}

SYSCALL(getsockopt)
{
	struct fd fd;
	u32 len, v = 0;
	s64 tv[2];
	const void *from = &v;
	size_t size = sizeof(v);
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s && a1 != SOL_SOCKET)
		err = -EOPNOTSUPP;
	if (!err && get_user_u32(&len, (void *)a4))
		err = -EFAULT;
	if (!err && (s32)len < 0)
		err = -EINVAL;
	if (!err)
		switch (a2) {
		case SO_TYPE: v = s->type; break;
		case SO_DOMAIN: v = AF_UNIX; break;
		case SO_SNDBUF: case SO_RCVBUF: v = UNIX_BUFFER; break;
		case SO_ACCEPTCONN: v = s->state == UNIX_LISTENING; break;
		case SO_PASSCRED: v = s->passcred; break;
		case SO_ERROR: case SO_PROTOCOL: case SO_REUSEADDR: case SO_KEEPALIVE: case SO_DEBUG: break;
		case SO_PEERCRED:
			from = &s->peer_cred;
			size = sizeof(s->peer_cred);
			break;
		case SO_RCVTIMEO: case SO_SNDTIMEO:
			tv[0] = *timeout_of(s, a2) / 1000000000;
			tv[1] = *timeout_of(s, a2) % 1000000000 / 1000;
			from = tv;
			size = sizeof(tv);
			break;
		default:
			err = -ENOPROTOOPT;
		}
	if (!err) {
		size = min(size, (size_t)len);
		if (copy_to_user((void *)a3, from, size) || put_user_u32(size, (void *)a4))
			err = -EFAULT;
	}
	fdput(fd);
	return err;
}

/* --- sendto, recvfrom ------------------------------------------------------------------------ */

SYSCALL(sendto)
{
	struct unix_address to;
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s && a4)
		err = get_address(&to, (void *)a4, (unsigned int)a5);
	if (!err)
		err = access_ok((void *)a1, a2) ? unix_send(s, (void *)a1, min((size_t)a2, MAX_RW_COUNT), copy_from_user, a4 ? &to : NULL, NULL, 0,
							    a3 | file_msg_flags(fd.file)) : -EFAULT;
	fdput(fd);
	return err;
}

static void drop_files(struct unix_ancillary *anc)
{
	for (unsigned int i = 0; i < anc->nr_files; i++)
		fput(anc->files[i]);
	kfree(anc->files);
}

SYSCALL(recvfrom)
{
	struct unix_ancillary anc = { 0 };
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s)
		err = !access_ok((void *)a1, a2) ? -EFAULT :
			unix_recv(s, (void *)a1, min((size_t)a2, MAX_RW_COUNT), copy_to_user, &anc, a3 | file_msg_flags(fd.file));
	if (err >= 0 && (a3 & MSG_TRUNC) && anc.truncated)
		err = anc.full;
	if (err >= 0 && a4) {
		if (s->type != SOCK_DGRAM)
			anc.from.len = 0;
		if (put_address(&anc.from, (void *)a4, (void *)a5))
			err = -EFAULT;
	}
	drop_files(&anc);
	fdput(fd);
	return err;
}

/* --- sendmsg, recvmsg ------------------------------------------------------------------------ */

/* Vectors go through one kernel buffer: a message is one piece. */
#define MSG_MAX_BYTES (1UL << 20)

static int get_iov(const struct msghdr_abi *h, struct iovec_abi **out, size_t *total)
{
	struct iovec_abi *v;

	*total = 0;
	if (h->msg_iovlen > IOV_MAX)
		return -EMSGSIZE;
	v = kmalloc(max((size_t)h->msg_iovlen, 1UL) * sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	*out = v;
	if (copy_from_user(v, (void *)h->msg_iov, h->msg_iovlen * sizeof(*v)))
		goto fault;
	for (u64 i = 0; i < h->msg_iovlen; i++) {
		if (!access_ok((void *)v[i].iov_base, v[i].iov_len))
			goto fault;
		*total += v[i].iov_len;
	}
	return 0;
fault:
	kfree(v);
	return -EFAULT;
}

/* SCM_RIGHTS of the control data. */
static int get_files(const struct msghdr_abi *h, struct file ***files, unsigned int *nr)
{
	u64 off = 0;

	*files = NULL;
	*nr = 0;
	while (h->msg_control && off + sizeof(struct cmsghdr_abi) <= h->msg_controllen) {
		struct cmsghdr_abi c;
		u64 n;

		if (copy_from_user(&c, (void *)(h->msg_control + off), sizeof(c)))
			return -EFAULT;
		if (c.cmsg_len < sizeof(c) || c.cmsg_len > h->msg_controllen - off)
			return -EINVAL;
		n = (c.cmsg_len - sizeof(c)) / 4;
		if (c.cmsg_level == SOL_SOCKET && c.cmsg_type == SCM_RIGHTS && !*files) {
			if (n > SCM_MAX_FD)
				return -EINVAL;
			*files = kmalloc(max(n, (u64)1) * sizeof(struct file *), GFP_KERNEL);
			if (!*files)
				return -ENOMEM;
			for (u64 i = 0; i < n; i++) {
				u32 fd;

				if (get_user_u32(&fd, (void *)(h->msg_control + off + sizeof(c) + 4 * i)))
					return -EFAULT;
				(*files)[i] = fget_raw(fd);
				if (!(*files)[i])
					return -EBADF;
				*nr = i + 1;
			}
		}
		off += ALIGN(c.cmsg_len, 8UL);
	}
	return 0;
}

static long do_sendmsg(struct fd fd, struct unix_sock *s, const struct msghdr_abi *h, unsigned int flags)
{
	struct iovec_abi *v;
	struct unix_address to;
	struct file **files = NULL;
	unsigned int nr = 0;
	size_t total, done = 0;
	char *buf;
	long err = h->msg_name ? get_address(&to, (void *)h->msg_name, h->msg_namelen) : 0;

	if (!err)
		err = get_iov(h, &v, &total);
	if (err)
		return err;
	total = min(total, MSG_MAX_BYTES);
	buf = kmalloc(max(total, 1UL), GFP_KERNEL);
	err = buf ? get_files(h, &files, &nr) : -ENOMEM;
	for (u64 i = 0; !err && i < h->msg_iovlen && done < total; i++) {
		size_t n = min((size_t)v[i].iov_len, total - done);

		err = copy_from_user(buf + done, (void *)v[i].iov_base, n) ? -EFAULT : 0;
		done += n;
	}
	if (!err)
		err = unix_send(s, buf, total, copy_kernel, h->msg_name ? &to : NULL, files, nr, flags | file_msg_flags(fd.file));
	if (err < 0) {
		for (unsigned int i = 0; i < nr; i++)
			fput(files[i]);
		kfree(files);
	}
	kfree(buf);
	kfree(v);
	return err;
}

SYSCALL(sendmsg)
{
	struct msghdr_abi h;
	struct fd fd;
	long err;
	struct unix_sock *s = get_socket(a0, &fd, &err);

	if (s)
		err = copy_from_user(&h, (void *)a1, sizeof(h)) ? -EFAULT : do_sendmsg(fd, s, &h, a2);
	fdput(fd);
	return err;
}

/* One control message; false: no room. */
static bool put_cmsg(struct msghdr_abi *h, u64 *off, int type, const void *data, size_t n, long *err)
{
	struct cmsghdr_abi c = { sizeof(c) + n, SOL_SOCKET, type };

	if (!h->msg_control || *off + c.cmsg_len > h->msg_controllen)
		return false;
	if (copy_to_user((void *)(h->msg_control + *off), &c, sizeof(c)) || copy_to_user((void *)(h->msg_control + *off + sizeof(c)), data, n))
		*err = -EFAULT;
	*off = min(*off + ALIGN(c.cmsg_len, 8UL), h->msg_controllen);
	return true;
}

static void put_control(struct unix_sock *s, struct msghdr_abi *h, struct unix_ancillary *anc, unsigned int flags, long *err)
{
	u64 off = 0;

	if (s->passcred && anc->has_cred && !put_cmsg(h, &off, SCM_CREDENTIALS, &anc->cred, sizeof(anc->cred), err))
		h->msg_flags |= MSG_CTRUNC;
	if (anc->nr_files) {
		u64 room = h->msg_control && h->msg_controllen > off + sizeof(struct cmsghdr_abi) ?
			(h->msg_controllen - off - sizeof(struct cmsghdr_abi)) / 4 : 0;
		int fds[SCM_MAX_FD];
		unsigned int n = 0;

		while (n < anc->nr_files && n < room) {
			int fd = fd_install_new(anc->files[n], 0, flags & MSG_CMSG_CLOEXEC);

			if (fd < 0)
				break;
			fds[n++] = fd;
		}
		if (n < anc->nr_files)
			h->msg_flags |= MSG_CTRUNC;
		if (n)
			put_cmsg(h, &off, SCM_RIGHTS, fds, n * sizeof(int), err);
		for (unsigned int i = n; i < anc->nr_files; i++)
			fput(anc->files[i]);
		anc->nr_files = 0;
	}
	h->msg_controllen = off;
}

static long do_recvmsg(struct fd fd, struct unix_sock *s, struct msghdr_abi *h, unsigned int flags)
{
	struct unix_ancillary anc = { 0 };
	struct iovec_abi *v;
	size_t total, done = 0;
	char *buf;
	long ret, err = get_iov(h, &v, &total);

	if (err)
		return err;
	total = min(total, MSG_MAX_BYTES);
	buf = kmalloc(max(total, 1UL), GFP_KERNEL);
	ret = buf ? unix_recv(s, buf, total, copy_kernel, &anc, flags | file_msg_flags(fd.file)) : -ENOMEM;
	for (u64 i = 0; ret > 0 && i < h->msg_iovlen && done < (size_t)ret; i++) {
		size_t n = min((size_t)v[i].iov_len, (size_t)ret - done);

		if (copy_to_user((void *)v[i].iov_base, buf + done, n))
			err = -EFAULT;
		done += n;
	}
	if (ret >= 0) {
		h->msg_flags = (anc.truncated ? MSG_TRUNC : 0) | (flags & MSG_CMSG_CLOEXEC);
		if (anc.truncated && (flags & MSG_TRUNC))
			ret = anc.full;
		put_control(s, h, &anc, flags, &err);
		if (h->msg_name) {
			u32 len = s->type == SOCK_DGRAM ? anc.from.len : 0;

			if (copy_to_user((void *)h->msg_name, &anc.from.un, min(len, h->msg_namelen)))
				err = -EFAULT;
			h->msg_namelen = len;
		}
	}
	drop_files(&anc);
	kfree(buf);
	kfree(v);
	return err ? err : ret;
}

SYSCALL(recvmsg)
{
	struct msghdr_abi h;
	struct fd fd;
	long ret;
	struct unix_sock *s = get_socket(a0, &fd, &ret);

	if (s)
		ret = copy_from_user(&h, (void *)a1, sizeof(h)) ? -EFAULT : do_recvmsg(fd, s, &h, a2);
	if (ret >= 0 && copy_to_user((void *)a1, &h, sizeof(h)))
		ret = -EFAULT;
	fdput(fd);
	return ret;
}
