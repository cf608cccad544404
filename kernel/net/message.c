/* SPDX-License-Identifier: MIT */
/* The system calls that move messages through sockets: sendto, recvfrom, sendmsg, recvmsg, sendmmsg, recvmmsg. */
#include "unix.h"
#include <task/task.h>
#include <uapi/prctl.h>
#include <uapi/time.h>
#include <x86/cpu.h>

SOCKET_CALL(sendto)
{
	struct unix_address to;
	int err = a4 ? get_address(&to, (void *)a4, (unsigned int)a5) : 0;

	if (err)
		return err;
	if (!access_ok((void *)a1, a2))
		return -EFAULT;
	return unix_send(s, (void *)a1, min((size_t)a2, MAX_RW_COUNT), copy_from_user, a4 ? &to : NULL, NULL, 0, a3 | file_msg_flags(f));
}

static void drop_files(struct unix_ancillary *anc)
{
	for (unsigned int i = 0; i < anc->nr_files; i++)
		fput(anc->files[i]);
	kfree(anc->files);
}

SOCKET_CALL(recvfrom)
{
	struct unix_ancillary anc = { 0 };
	long ret;

	if (!access_ok((void *)a1, a2))
		return -EFAULT;
	ret = unix_recv(s, (void *)a1, min((size_t)a2, MAX_RW_COUNT), copy_to_user, &anc, a3 | file_msg_flags(f));
	if (ret >= 0 && (a3 & MSG_TRUNC) && anc.truncated)
		ret = anc.full;
	if (ret >= 0 && a4) {
		int err = put_address(&anc.from, (void *)a4, (void *)a5);

		if (err)
			ret = err;
	}
	drop_files(&anc);
	return ret;
}

/* --- sendmsg, recvmsg ------------------------------------------------------------------------ */

/* Vectors go through one kernel buffer: a message is one piece. */
#define MSG_MAX_BYTES (1UL << 20)

/* The vector of a message and its bytes; free with put_iov. */
static int get_iov(const struct msghdr_abi *h, struct iovec_abi *inl, struct iovec_abi **v, size_t *total)
{
	int err = h->msg_iovlen > IOV_MAX ? -EMSGSIZE : import_iovec((void *)h->msg_iov, h->msg_iovlen, inl, v);

	*total = 0;
	for (u64 i = 0; !err && i < h->msg_iovlen; i++)
		*total += (*v)[i].iov_len;
	return err;
}

static void put_iov(struct iovec_abi *v, const struct iovec_abi *inl)
{
	if (v != inl)
		kfree(v);
}

#define CONTROL_MAX 131072      /* bytes of control data: net.core.optmem_max */

/* Files under way belong to nobody's table: not more than a process might have open (unix(7), ETOOMANYREFS). */
static bool may_send_files(void)
{
	return *user_inflight_count(current->cred.uid) <= rlimit(RLIMIT_NOFILE) || capable(CAP_SYS_RESOURCE) || capable(CAP_SYS_ADMIN);
}

/* One more array of @n descriptors at @user. What was got before an error is in *files, too. */
static int add_files(struct file ***files, unsigned int *nr, u64 user, u64 n)
{
	struct file **all;

	if (n > SCM_MAX_FD - *nr)
		return -EINVAL;
	if (!may_send_files())
		return -ETOOMANYREFS;
	all = kmalloc((*nr + n) * sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	if (*nr)
		memcpy(all, *files, *nr * sizeof(*all));
	kfree(*files);
	*files = all;
	for (u64 i = 0; i < n; i++) {
		u32 fd;

		if (get_user_u32(&fd, (void *)(user + 4 * i)))
			return -EFAULT;
		all[*nr] = fget_raw(fd);
		if (!all[*nr])
			return -EBADF;
		++*nr;
	}
	return 0;
}

/* All SCM_RIGHTS of the control data: one array, as a receiver sees it. */
static int get_files(const struct msghdr_abi *h, struct file ***files, unsigned int *nr)
{
	u64 off = 0;

	*files = NULL;
	*nr = 0;
	if (h->msg_control && h->msg_controllen > CONTROL_MAX)
		return -ENOBUFS;
	while (h->msg_control && off + sizeof(struct cmsghdr_abi) <= h->msg_controllen) {
		struct cmsghdr_abi c;
		u64 n;

		if (copy_from_user(&c, (void *)(h->msg_control + off), sizeof(c)))
			return -EFAULT;
		if (c.cmsg_len < sizeof(c) || c.cmsg_len > h->msg_controllen - off)
			return -EINVAL;
		n = (c.cmsg_len - sizeof(c)) / 4;
		if (c.cmsg_level == SOL_SOCKET && c.cmsg_type == SCM_RIGHTS && n) {
			int err = add_files(files, nr, h->msg_control + off + sizeof(c), n);

			if (err)
				return err;
		}
		off += ALIGN(c.cmsg_len, 8UL);
	}
	return 0;
}

static long do_sendmsg(struct file *f, struct unix_sock *s, const struct msghdr_abi *h, unsigned int flags)
{
	struct iovec_abi inl[IOV_INLINE], *v;
	struct unix_address to;
	struct file **files = NULL;
	unsigned int nr = 0;
	size_t total, done = 0;
	char *buf;
	long err = h->msg_name ? get_address(&to, (void *)h->msg_name, h->msg_namelen) : 0;

	if (!err)
		err = get_iov(h, inl, &v, &total);
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
		err = unix_send(s, buf, total, copy_kernel, h->msg_name ? &to : NULL, files, nr, flags | file_msg_flags(f));
	if (err < 0) {
		for (unsigned int i = 0; i < nr; i++)
			fput(files[i]);
		kfree(files);
	}
	kfree(buf);
	put_iov(v, inl);
	return err;
}

SOCKET_CALL(sendmsg)
{
	struct msghdr_abi h;

	return copy_from_user(&h, (void *)a1, sizeof(h)) ? -EFAULT : do_sendmsg(f, s, &h, a2);
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
	struct ucred_abi seen = unix_cred_seen(&anc->cred);
	u64 off = 0;

	if (s->passcred && anc->has_cred && !put_cmsg(h, &off, SCM_CREDENTIALS, &seen, sizeof(seen), err))
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

static long do_recvmsg(struct file *f, struct unix_sock *s, struct msghdr_abi *h, unsigned int flags)
{
	struct unix_ancillary anc = { 0 };
	struct iovec_abi inl[IOV_INLINE], *v;
	size_t total, done = 0;
	char *buf;
	long ret, err = get_iov(h, inl, &v, &total);

	if (err)
		return err;
	total = min(total, MSG_MAX_BYTES);
	buf = kmalloc(max(total, 1UL), GFP_KERNEL);
	ret = buf ? unix_recv(s, buf, total, copy_kernel, &anc, flags | file_msg_flags(f)) : -ENOMEM;
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
			u32 len = anc.from.len;

			if (copy_to_user((void *)h->msg_name, &anc.from.un, min(len, h->msg_namelen)))
				err = -EFAULT;
			h->msg_namelen = len;
		}
	}
	drop_files(&anc);
	kfree(buf);
	put_iov(v, inl);
	return err ? err : ret;
}

SOCKET_CALL(recvmsg)
{
	struct msghdr_abi h;
	long ret = copy_from_user(&h, (void *)a1, sizeof(h)) ? -EFAULT : do_recvmsg(f, s, &h, a2);

	return ret >= 0 && copy_to_user((void *)a1, &h, sizeof(h)) ? -EFAULT : ret;
}

/* --- several at once ------------------------------------------------------------------------- */

/* Messages that went are counted; what stopped it is told by the next call, as far as it still is so. */
SOCKET_CALL(sendmmsg)
{
	unsigned int nr = min((unsigned int)a2, (unsigned int)IOV_MAX), done = 0;
	long ret = 0;

	for (; done < nr; done++) {
		void __user *u = (void __user *)(a1 + done * sizeof(struct mmsghdr_abi));
		struct msghdr_abi h;

		ret = copy_from_user(&h, u, sizeof(h)) ? -EFAULT : do_sendmsg(f, s, &h, a3);
		if (ret >= 0 && put_user_u32((u32)ret, u + offsetof(struct mmsghdr_abi, msg_len)))
			ret = -EFAULT;
		if (ret < 0)
			break;
	}
	return done ? (long)done : ret;
}

static long receive_one(struct file *f, struct unix_sock *s, void __user *u, unsigned int flags)
{
	struct msghdr_abi h;
	long ret = copy_from_user(&h, u, sizeof(h)) ? -EFAULT : do_recvmsg(f, s, &h, flags);

	if (ret < 0)
		return ret;
	if (copy_to_user(u, &h, sizeof(h)) || put_user_u32((u32)ret, u + offsetof(struct mmsghdr_abi, msg_len)))
		return -EFAULT;
	return 0;
}

/* The timeout is looked at after each message only, as on Linux (recvmmsg(2), BUGS). */
SOCKET_CALL(recvmmsg)
{
	unsigned int nr = a2, flags = a3, done = 0;
	struct timespec_abi left = { 0, 0 };
	u64 end = 0;
	long ret = 0;

	if (a4) {
		if (copy_from_user(&left, (void *)a4, sizeof(left)))
			return -EFAULT;
		if (left.tv_sec < 0 || (u64)left.tv_nsec >= 1000000000)
			return -EINVAL;
		end = ktime_get_ns() + (u64)min(left.tv_sec, 1L << 32) * 1000000000 + (u64)left.tv_nsec;
	}
	while (done < nr) {
		ret = receive_one(f, s, (void __user *)(a1 + done * sizeof(struct mmsghdr_abi)), flags & ~(unsigned int)MSG_WAITFORONE);
		if (ret < 0)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (a4) {
			u64 now = ktime_get_ns(), rest = now < end ? end - now : 0;

			left = (struct timespec_abi){ (s64)(rest / 1000000000), (s64)(rest % 1000000000) };
			if (!rest)
				break;
		}
	}
	if (!done)
		return ret;
	if (ret < 0 && ret != -EAGAIN && ret != -ERESTARTSYS)
		s->err = (int)-ret;     /* for the next call */
	return a4 && copy_to_user((void *)a4, &left, sizeof(left)) ? -EFAULT : (long)done;
}
