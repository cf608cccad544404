/* SPDX-License-Identifier: MIT */
/*
 * From file to file, through one page of the kernel: sendfile(2), copy_file_range(2), splice(2), tee(2), vmsplice(2).
 * Pages are copied, never handed over: SPLICE_F_MOVE and SPLICE_F_GIFT are the hints that the man pages call them.
 */
#include "internal.h"
#include <fs/poll.h>
#include <task/signal.h>

#define SPLICE_F_NONBLOCK 2L
#define SPLICE_F_ALL 15L

/* Could another page go without a wait? */
static bool goes_on(struct file *in, struct file *out)
{
	return (vfs_poll(in, NULL) & POLLIN) && (vfs_poll(out, NULL) & POLLOUT);
}

/* What can't be read again is not read before there is room for it. */
static ssize_t room_for(struct file *out, size_t n, bool whole)
{
	size_t room;

	if (whole || !is_pipe(out))
		return n;
	room = pipe_room(out);
	if (!room)
		return out->flags & O_NONBLOCK ? -EAGAIN : (ssize_t)n;
	return min(n, room);
}

/* Through one page. Of a pipe, terminal or socket only what is there. */
static ssize_t splice_through_page(struct file *in, u64 *in_pos, struct file *out, u64 *out_pos, size_t count)
{
	char *page = get_free_pages(GFP_KERNEL, 0);
	bool whole = S_ISREG(in->inode->mode) || S_ISBLK(in->inode->mode);
	ssize_t done = 0, ret = 0;

	if (!page)
		return -ENOMEM;
	while (count && !ret) {
		size_t n = min(count, PAGE_SIZE), put = 0;
		u64 pos = *in_pos;

		ret = room_for(out, n, whole);
		if (ret > 0)
			ret = vfs_read(in, page, ret, &pos, copy_kernel);
		if (ret <= 0)
			break;
		n = ret;
		while (put < n) {
			ret = vfs_write(out, page + put, n - put, out_pos, copy_kernel);
			if (ret <= 0)
				break;
			put += ret;
		}
		if (put < n && is_pipe(in))
			pipe_unread(in, page + put, n - put);
		*in_pos += put;
		done += put;
		count -= put;
		if (put < n || (!whole && !goes_on(in, out)))
			break;
		ret = signal_pending() ? -EINTR : 0;
	}
	free_pages_addr(page, 0);
	return done ? done : ret;
}

static int get_offset(u64 *pos, const void __user *u, struct file *f)
{
	if (!u) {
		*pos = f->pos;
		return 0;
	}
	if (!(f->mode & FMODE_SEEK))
		return -ESPIPE;
	if (get_user_u64(pos, u))
		return -EFAULT;
	return (s64)*pos < 0 ? -EINVAL : 0;
}

static int put_offset(u64 pos, void __user *u, struct file *f)
{
	if (u)
		return put_user_u64(pos, u);
	f->pos = pos;
	return 0;
}

enum how { COPY_RANGE, SENDFILE, SPLICE };

/* sendfile reads files only, as in Linux (what was read and can't be written would be lost); into a pipe, anything but a pipe. */
static bool can_sendfile(const struct inode *in, const struct inode *out)
{
	return S_ISREG(in->mode) || S_ISBLK(in->mode) || (S_ISFIFO(out->mode) && !S_ISFIFO(in->mode) && !S_ISDIR(in->mode));
}

static long copy_between(unsigned int in_fd, void __user *in_off, unsigned int out_fd, void __user *out_off, size_t count,
			 enum how how)
{
	bool regular = how == COPY_RANGE;
	struct fd in = fdget(in_fd), out = fdget(out_fd);
	u64 in_pos, out_pos;
	long ret = -EBADF;

	if (!in.file || !out.file || !(in.file->mode & FMODE_READ) || !(out.file->mode & FMODE_WRITE))
		goto out;
	ret = -EISDIR;
	if (regular && (S_ISDIR(in.file->inode->mode) || S_ISDIR(out.file->inode->mode)))
		goto out;
	ret = -EINVAL;
	if (regular && (!S_ISREG(in.file->inode->mode) || !S_ISREG(out.file->inode->mode)))
		goto out;
	if (how == SENDFILE && !can_sendfile(in.file->inode, out.file->inode))
		goto out;
	ret = -EBADF;
	if (regular && (out.file->flags & O_APPEND))
		goto out;
	ret = -EINVAL;
	if (!regular && S_ISREG(out.file->inode->mode) && (out.file->flags & O_APPEND))
		goto out;
	ret = get_offset(&in_pos, in_off, in.file);
	if (!ret)
		ret = get_offset(&out_pos, out_off, out.file);
	if (ret)
		goto out;
	ret = -EINVAL;
	if (how == SENDFILE && ((s64)count < 0 || (s64)(in_pos + count) < 0))
		goto out;
	if (regular && in.file->inode == out.file->inode && in_pos < out_pos + count && out_pos < in_pos + count)
		goto out;
	ret = splice_through_page(in.file, &in_pos, out.file, &out_pos, min(count, MAX_RW_COUNT));
	if (ret >= 0) {
		if (put_offset(in_pos, in_off, in.file) || put_offset(out_pos, out_off, out.file))
			ret = -EFAULT;
	}
out:
	fdput(in);
	fdput(out);
	return ret;
}

SYSCALL(sendfile) { return copy_between(a1, (void *)a2, a0, NULL, a3, SENDFILE); }
SYSCALL(copy_file_range)
{
	if (a5)
		return -EINVAL;
	return copy_between(a0, (void *)a1, a2, (void *)a3, a4, COPY_RANGE);
}

SYSCALL(splice)
{
	struct fd in = fdget(a0), out = fdget(a2);
	bool pipe = in.file && out.file && (S_ISFIFO(in.file->inode->mode) || S_ISFIFO(out.file->inode->mode));
	bool both = in.file && out.file, same = both && in.file->inode == out.file->inode;

	fdput(in);
	fdput(out);
	if (!both)
		return -EBADF;
	if (!pipe || same || (a5 & ~SPLICE_F_ALL))
		return -EINVAL;
	return copy_between(a0, (void *)a1, a2, (void *)a3, a4, SPLICE);
}

/* What is in the first pipe, or some of it, goes into the second, too. Both may wait, one after the other. */
SYSCALL(tee)
{
	struct fd in = fdget(a0), out = fdget(a1);
	long ret = 0;

	if (a3 & ~SPLICE_F_ALL)
		ret = -EINVAL;
	else if (!a2)
		ret = 0;
	else if (!in.file || !out.file || !(in.file->mode & FMODE_READ) || !(out.file->mode & FMODE_WRITE))
		ret = -EBADF;
	else if (!is_pipe(in.file) || !is_pipe(out.file) || in.file->private == out.file->private)
		ret = -EINVAL;
	else
		ret = pipe_tee(in.file, out.file, min((size_t)a2, MAX_RW_COUNT), a3 & SPLICE_F_NONBLOCK);
	fdput(in);
	fdput(out);
	return ret;
}

/* Like writev on the pipe, but no more than has room at once; or like readv. */
SYSCALL(vmsplice)
{
	struct iovec_abi inl[IOV_INLINE], *v;
	struct fd fd = fdget(a0);
	ssize_t done = 0, ret = 0;

	if (a3 & ~SPLICE_F_ALL)
		ret = -EINVAL;
	else if (!fd.file || !is_pipe(fd.file))
		ret = -EBADF;
	else
		ret = import_iovec((const void *)a1, a2, inl, &v);
	if (ret) {
		fdput(fd);
		return ret;
	}
	for (unsigned long i = 0; i < (unsigned long)a2; i++) {
		ret = pipe_splice_user(fd.file, (void *)v[i].iov_base, v[i].iov_len, (a3 & SPLICE_F_NONBLOCK) || done);
		if (ret <= 0)
			break;
		done += ret;
		if ((size_t)ret < v[i].iov_len)
			break;
	}
	if (v != inl)
		kfree(v);
	fdput(fd);
	return done ? done : ret;
}
