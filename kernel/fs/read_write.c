/* SPDX-License-Identifier: MIT */
/* Moving bytes: read, write and their p- and v-forms, lseek, sendfile, copy_file_range, sync. */
#include "internal.h"
#include <task/signal.h>

size_t copy_kernel(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
	return 0;
}

ssize_t vfs_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	if (unlikely(!(f->mode & FMODE_READ)))
		return -EBADF;
	if (unlikely(!f->op->read))
		return S_ISDIR(f->inode->mode) ? -EISDIR : -EINVAL;
	if (unlikely((ssize_t)*pos < 0))
		return -EINVAL;
	return f->op->read(f, buf, min(n, MAX_RW_COUNT), pos, copy);
}

ssize_t vfs_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	if (unlikely(!(f->mode & FMODE_WRITE)))
		return -EBADF;
	if (unlikely(!f->op->write))
		return -EINVAL;
	if (unlikely((ssize_t)*pos < 0))
		return -EINVAL;
	return f->op->write(f, buf, min(n, MAX_RW_COUNT), pos, copy);
}

/* The position is shared by all who share the open file: they take turns. */
static bool lock_pos(struct file *f)
{
	if (likely(atomic_read(&f->count) == 1) || !(f->mode & FMODE_SEEK))
		return false;
	mutex_lock(&f->pos_lock);
	return true;
}

SYSCALL(read)
{
	struct fd fd = fdget(a0);
	bool locked;
	ssize_t ret;

	if (unlikely(!fd.file))
		return -EBADF;
	if (unlikely(!access_ok((void *)a1, a2))) {
		fdput(fd);
		return -EFAULT;
	}
	locked = lock_pos(fd.file);
	ret = vfs_read(fd.file, (void *)a1, a2, &fd.file->pos, copy_to_user);
	if (unlikely(locked))
		mutex_unlock(&fd.file->pos_lock);
	fdput(fd);
	return ret;
}

SYSCALL(write)
{
	struct fd fd = fdget(a0);
	bool locked;
	ssize_t ret;

	if (unlikely(!fd.file))
		return -EBADF;
	if (unlikely(!access_ok((void *)a1, a2))) {
		fdput(fd);
		return -EFAULT;
	}
	locked = lock_pos(fd.file);
	ret = vfs_write(fd.file, (const void *)a1, a2, &fd.file->pos, copy_from_user);
	if (unlikely(locked))
		mutex_unlock(&fd.file->pos_lock);
	fdput(fd);
	return ret;
}

static long do_pread(unsigned int n, unsigned long buf, size_t count, loff_t pos, bool write)
{
	struct fd fd = fdget(n);
	u64 p = pos;
	ssize_t ret;

	if (!fd.file)
		return -EBADF;
	if (pos < 0)
		ret = -EINVAL;
	else if (!(fd.file->mode & FMODE_SEEK))
		ret = -ESPIPE;
	else if (!access_ok((void *)buf, count))
		ret = -EFAULT;
	else if (write)
		ret = vfs_write(fd.file, (void *)buf, count, &p, copy_from_user);
	else
		ret = vfs_read(fd.file, (void *)buf, count, &p, copy_to_user);
	fdput(fd);
	return ret;
}

SYSCALL(pread64) { return do_pread(a0, a1, a2, a3, false); }
SYSCALL(pwrite64) { return do_pread(a0, a1, a2, a3, true); }

/* --- vectors --------------------------------------------------------------------------------- */

#define IOV_INLINE 8

static int import_iovec(const void __user *u, unsigned long nr, struct iovec_abi *inl, struct iovec_abi **out)
{
	struct iovec_abi *v = inl;
	u64 total = 0;

	if (nr > IOV_MAX)
		return -EINVAL;
	if (nr > IOV_INLINE) {
		v = kmalloc(nr * sizeof(*v), GFP_KERNEL);
		if (!v)
			return -ENOMEM;
	}
	*out = v;
	if (copy_from_user(v, u, nr * sizeof(*v)))
		goto fault;
	for (unsigned long i = 0; i < nr; i++) {
		if ((s64)v[i].iov_len < 0) {
			if (v != inl)
				kfree(v);
			return -EINVAL;
		}
		if (!access_ok((void *)v[i].iov_base, v[i].iov_len))
			goto fault;
		if (v[i].iov_len > MAX_RW_COUNT - total)
			v[i].iov_len = MAX_RW_COUNT - total;
		total += v[i].iov_len;
	}
	return 0;
fault:
	if (v != inl)
		kfree(v);
	return -EFAULT;
}

/* Small writes of several pieces reach pipes and terminals as one, as PIPE_BUF promises. */
static ssize_t write_gathered(struct file *f, const struct iovec_abi *v, unsigned long nr, size_t total, u64 *pos)
{
	char *page = get_free_pages(GFP_KERNEL, 0);
	size_t done = 0;
	ssize_t ret;

	if (!page)
		return -ENOMEM;
	for (unsigned long i = 0; i < nr; i++) {
		if (copy_from_user(page + done, (void *)v[i].iov_base, v[i].iov_len)) {
			free_pages_addr(page, 0);
			return -EFAULT;
		}
		done += v[i].iov_len;
	}
	ret = vfs_write(f, page, total, pos, copy_kernel);
	free_pages_addr(page, 0);
	return ret;
}

static ssize_t do_vector(struct file *f, const struct iovec_abi *v, unsigned long nr, u64 *pos, bool write)
{
	ssize_t total = 0, ret = 0;
	size_t size = 0, segs = 0;

	for (unsigned long i = 0; i < nr; i++) {
		size += v[i].iov_len;
		segs += v[i].iov_len != 0;
	}
	if (write && segs > 1 && size <= PIPE_BUF && !S_ISREG(f->inode->mode))
		return write_gathered(f, v, nr, size, pos);
	for (unsigned long i = 0; i < nr; i++) {
		if (!v[i].iov_len && !(size == 0 && i == 0))
			continue;
		ret = write ? vfs_write(f, (void *)v[i].iov_base, v[i].iov_len, pos, copy_from_user)
			    : vfs_read(f, (void *)v[i].iov_base, v[i].iov_len, pos, copy_to_user);
		if (ret < 0)
			break;
		total += ret;
		if ((u64)ret < v[i].iov_len)
			break;
	}
	if (!total && !nr)
		return (f->mode & (write ? FMODE_WRITE : FMODE_READ)) ? 0 : -EBADF;
	return total ? total : ret;
}

static long do_rwv(unsigned int n, unsigned long uvec, unsigned long nr, loff_t pos, bool positional, bool write)
{
	struct iovec_abi inl[IOV_INLINE], *v;
	struct fd fd = fdget(n);
	u64 p = pos;
	bool locked;
	long ret;

	if (!fd.file)
		return -EBADF;
	ret = positional && pos < 0 ? -EINVAL : positional && !(fd.file->mode & FMODE_SEEK) ? -ESPIPE :
		import_iovec((void *)uvec, nr, inl, &v);
	if (ret)
		goto out;
	locked = !positional && lock_pos(fd.file);
	ret = do_vector(fd.file, v, nr, positional ? &p : &fd.file->pos, write);
	if (locked)
		mutex_unlock(&fd.file->pos_lock);
	if (v != inl)
		kfree(v);
out:
	fdput(fd);
	return ret;
}

SYSCALL(readv) { return do_rwv(a0, a1, a2, 0, false, false); }
SYSCALL(writev) { return do_rwv(a0, a1, a2, 0, false, true); }
SYSCALL(preadv) { return do_rwv(a0, a1, a2, a3, true, false); }
SYSCALL(pwritev) { return do_rwv(a0, a1, a2, a3, true, true); }
/* RWF_HIPRI, DSYNC, SYNC mean nothing here; NOWAIT and APPEND are not offered. */
SYSCALL(preadv2) { return (a5 & ~7L) ? -EOPNOTSUPP : do_rwv(a0, a1, a2, a3, a3 != -1, false); }
SYSCALL(pwritev2) { return (a5 & ~7L) ? -EOPNOTSUPP : do_rwv(a0, a1, a2, a3, a3 != -1, true); }

/* --- position -------------------------------------------------------------------------------- */

/* The next byte that is stored (SEEK_DATA) or not (SEEK_HOLE), from @off on. The end of the file is a hole. */
static loff_t seek_hole_data(struct inode *inode, u64 off, bool data)
{
	u64 size = inode->mapping.size, index;

	if (off >= size)
		return -ENXIO;
	index = filemap_seek(&inode->mapping, off >> PAGE_SHIFT, data);
	if (index >= DIV_ROUND_UP(size, PAGE_SIZE))
		return data ? -ENXIO : (loff_t)size;
	return max(off, index << PAGE_SHIFT);
}

loff_t generic_llseek(struct file *f, loff_t off, int whence)
{
	u64 size = S_ISREG(f->inode->mode) ? f->inode->mapping.size : 0;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (__builtin_add_overflow(off, (loff_t)f->pos, &off))
			return -EOVERFLOW;
		break;
	case SEEK_END:
		if (__builtin_add_overflow(off, (loff_t)size, &off))
			return -EOVERFLOW;
		break;
	case SEEK_DATA: case SEEK_HOLE:
		if (!S_ISREG(f->inode->mode))
			return -EINVAL;
		off = off < 0 ? -ENXIO : seek_hole_data(f->inode, off, whence == SEEK_DATA);
		if (off < 0)
			return off;
		break;
	default:
		return -EINVAL;
	}
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

SYSCALL(lseek)
{
	struct fd fd = fdget(a0);
	bool locked;
	long ret;

	if (!fd.file)
		return -EBADF;
	locked = lock_pos(fd.file);
	ret = fd.file->op->llseek ? fd.file->op->llseek(fd.file, a1, a2) : -ESPIPE;
	if (locked)
		mutex_unlock(&fd.file->pos_lock);
	fdput(fd);
	return ret;
}

ssize_t simple_read(void *buf, size_t n, u64 *pos, copy_fn copy, const void *from, size_t size)
{
	size_t left;

	if (*pos >= size)
		return 0;
	n = min(n, size - (size_t)*pos);
	left = copy(buf, (const char *)from + *pos, n);
	if (left == n && n)
		return -EFAULT;
	*pos += n - left;
	return n - left;
}

ssize_t kernel_read(struct file *f, void *buf, size_t n, u64 pos)
{
	if (!f->op->read)
		return -EINVAL;
	return f->op->read(f, buf, n, &pos, copy_kernel);
}

ssize_t kernel_write(struct file *f, const void *buf, size_t n, u64 pos)
{
	if (!f->op->write)
		return -EINVAL;
	return f->op->write(f, buf, n, &pos, copy_kernel);
}

/* --- file to file ---------------------------------------------------------------------------- */

/* Through one page. Stops at the first short piece. */
static ssize_t splice_through_page(struct file *in, u64 *in_pos, struct file *out, u64 *out_pos, size_t count)
{
	char *page = get_free_pages(GFP_KERNEL, 0);
	ssize_t done = 0, ret = 0;

	if (!page)
		return -ENOMEM;
	while (count && !ret) {
		size_t n = min(count, PAGE_SIZE), put = 0;
		u64 pos = *in_pos;

		ret = vfs_read(in, page, n, &pos, copy_kernel);
		if (ret <= 0)
			break;
		n = ret;
		while (put < n) {
			ret = vfs_write(out, page + put, n - put, out_pos, copy_kernel);
			if (ret <= 0)
				break;
			put += ret;
		}
		*in_pos += put;
		done += put;
		count -= put;
		if (put < n)
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

static long copy_between(unsigned int in_fd, void __user *in_off, unsigned int out_fd, void __user *out_off, size_t count, bool regular)
{
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
	ret = -EBADF;
	if (regular && (out.file->flags & O_APPEND))
		goto out;
	ret = get_offset(&in_pos, in_off, in.file);
	if (!ret)
		ret = get_offset(&out_pos, out_off, out.file);
	if (ret)
		goto out;
	ret = -EINVAL;
	if (regular && in.file->inode == out.file->inode && in_pos < out_pos + count && out_pos < in_pos + count)
		goto out;
	ret = splice_through_page(in.file, &in_pos, out.file, &out_pos, min(count, MAX_RW_COUNT));
	if (ret > 0) {
		if (put_offset(in_pos, in_off, in.file) || put_offset(out_pos, out_off, out.file))
			ret = -EFAULT;
	}
out:
	fdput(in);
	fdput(out);
	return ret;
}

SYSCALL(sendfile) { return copy_between(a1, (void *)a2, a0, NULL, a3, false); }
SYSCALL(copy_file_range)
{
	if (a5)
		return -EINVAL;
	return copy_between(a0, (void *)a1, a2, (void *)a3, a4, true);
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
	if (!pipe || same || (a5 & ~0xfL))
		return -EINVAL;
	return copy_between(a0, (void *)a1, a2, (void *)a3, a4, false);
}

/* Everything lives in memory: there is nothing behind it to bring up to date. */
SYSCALL(sync) { return 0; }

static long sync_fd(unsigned int n)
{
	struct fd fd = fdget(n);
	long ret = !fd.file ? -EBADF : S_ISREG(fd.file->inode->mode) || S_ISDIR(fd.file->inode->mode) ? 0 : -EINVAL;

	fdput(fd);
	return ret;
}

SYSCALL(fsync) { return sync_fd(a0); }
SYSCALL(fdatasync) { return sync_fd(a0); }
SYSCALL(syncfs)
{
	struct fd fd = fdget(a0);
	long ret = fd.file ? 0 : -EBADF;

	fdput(fd);
	return ret;
}

SYSCALL(sync_file_range)
{
	if (a1 < 0 || a2 < 0 || a1 + a2 < a1 || (a3 & ~7L))
		return -EINVAL;
	return sync_fd(a0) == -EINVAL ? -ESPIPE : sync_fd(a0);
}

SYSCALL(readahead)
{
	struct fd fd = fdget(a0);
	long ret = !fd.file || !(fd.file->mode & FMODE_READ) ? -EBADF : S_ISREG(fd.file->inode->mode) ? 0 : -EINVAL;

	fdput(fd);
	return ret;
}

SYSCALL(fadvise64)
{
	struct fd fd = fdget(a0);
	long ret = !fd.file ? -EBADF : S_ISFIFO(fd.file->inode->mode) ? -ESPIPE : a3 < 0 || a3 > 5 || a2 < 0 ? -EINVAL : 0;

	fdput(fd);
	return ret;
}
