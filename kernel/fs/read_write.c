/* SPDX-License-Identifier: MIT */
/* Moving bytes: read, write and their p- and v-forms, lseek; the kernel's own reads and writes. */
#include "internal.h"
#include <fs/notify.h>

size_t copy_kernel(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
	return 0;
}

/* While anybody listens anywhere: the same, told to those who listen here. */
static noinline ssize_t read_and_tell(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	ssize_t ret = f->op->read(f, buf, min(n, MAX_RW_COUNT), pos, copy);

	if (ret > 0)
		fsnotify_file(f, IN_ACCESS);
	return ret;
}

static noinline ssize_t write_and_tell(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	ssize_t ret = f->op->write(f, buf, min(n, MAX_RW_COUNT), pos, copy);

	if (ret > 0)
		fsnotify_file(f, IN_MODIFY);
	return ret;
}

ssize_t vfs_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	if (unlikely(!(f->mode & FMODE_READ)))
		return -EBADF;
	if (unlikely(!f->op->read))
		return S_ISDIR(f->inode->mode) ? -EISDIR : -EINVAL;
	if (unlikely((ssize_t)*pos < 0))
		return -EINVAL;
	if (unlikely(fsnotify_marks))
		return read_and_tell(f, buf, n, pos, copy);
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
	if (unlikely(fsnotify_marks))
		return write_and_tell(f, buf, n, pos, copy);
	return f->op->write(f, buf, min(n, MAX_RW_COUNT), pos, copy);
}

/* A descriptor for use at its position. Who shares the open file shares the position: they take turns. */
struct fd_pos { struct fd fd; bool locked; };

static __always_inline struct fd_pos fdget_pos(unsigned int n)
{
	struct fd_pos r = { fdget(n), false };

	if (likely(r.fd.file) && unlikely(atomic_read(&r.fd.file->count) != 1) && (r.fd.file->mode & FMODE_SEEK)) {
		mutex_lock(&r.fd.file->pos_lock);
		r.locked = true;
	}
	return r;
}

static __always_inline void fdput_pos(struct fd_pos r)
{
	if (unlikely(r.locked))
		mutex_unlock(&r.fd.file->pos_lock);
	fdput(r.fd);
}

/* The two directions: the frames below are inlined with one of them. */
typedef ssize_t rw_fn(struct file *f, unsigned long buf, size_t n, u64 *pos);

static __always_inline ssize_t read_user(struct file *f, unsigned long buf, size_t n, u64 *pos)
{
	return vfs_read(f, (void *)buf, n, pos, copy_to_user);
}

static __always_inline ssize_t write_user(struct file *f, unsigned long buf, size_t n, u64 *pos)
{
	return vfs_write(f, (const void *)buf, n, pos, copy_from_user);
}

static __always_inline long rw_here(unsigned int n, unsigned long buf, size_t count, rw_fn *rw)
{
	struct fd_pos f = fdget_pos(n);
	long ret;

	if (unlikely(!f.fd.file))
		return -EBADF;
	ret = likely(access_ok((void *)buf, count)) ? rw(f.fd.file, buf, count, &f.fd.file->pos) : -EFAULT;
	fdput_pos(f);
	return ret;
}

static __always_inline long rw_there(unsigned int n, unsigned long buf, size_t count, loff_t pos, rw_fn *rw)
{
	struct fd fd = fdget(n);
	u64 p = pos;
	long ret;

	if (!fd.file)
		return -EBADF;
	ret = (pos | (loff_t)((u64)pos + count)) < 0 ? -EINVAL : !(fd.file->mode & FMODE_SEEK) ? -ESPIPE : !access_ok((void *)buf, count) ? -EFAULT : rw(fd.file, buf, count, &p);
	fdput(fd);
	return ret;
}

SYSCALL(read) { return rw_here(a0, a1, a2, read_user); }
SYSCALL(write) { return rw_here(a0, a1, a2, write_user); }
SYSCALL(pread64) { return rw_there(a0, a1, a2, a3, read_user); }
SYSCALL(pwrite64) { return rw_there(a0, a1, a2, a3, write_user); }

/* --- vectors --------------------------------------------------------------------------------- */

int import_iovec(const void __user *u, unsigned long nr, struct iovec_abi *inl, struct iovec_abi **out)
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

#define MESSAGE_MAX (1UL << 20)

/* Sockets with message boundaries: the pieces are one message. */
static ssize_t message_vector(struct file *f, const struct iovec_abi *v, unsigned long nr, size_t total, u64 *pos, bool write)
{
	size_t size = min(total, MESSAGE_MAX), done = 0;
	char *buf = kmalloc(size, GFP_KERNEL);
	ssize_t ret;

	if (!buf)
		return -ENOMEM;
	ret = write ? (ssize_t)size : vfs_read(f, buf, size, pos, copy_kernel);
	for (unsigned long i = 0; i < nr && ret > 0 && done < (size_t)ret; i++) {
		size_t part = min((size_t)v[i].iov_len, (size_t)ret - done);

		if (write ? copy_from_user(buf + done, (void *)v[i].iov_base, part) : copy_to_user((void *)v[i].iov_base, buf + done, part))
			ret = -EFAULT;
		done += part;
	}
	if (write && ret > 0)
		ret = vfs_write(f, buf, size, pos, copy_kernel);
	kfree(buf);
	return ret;
}

/* @rw is read_user for @mode FMODE_READ, write_user for FMODE_WRITE. */
static __always_inline ssize_t do_vector(struct file *f, const struct iovec_abi *v, unsigned long nr, u64 *pos, rw_fn *rw, unsigned int mode)
{
	ssize_t total = 0, ret = 0;
	size_t size = 0, segs = 0;

	for (unsigned long i = 0; i < nr; i++) {
		size += v[i].iov_len;
		segs += v[i].iov_len != 0;
	}
	if (!size)
		return (f->mode & mode) ? 0 : -EBADF;
	if (unlikely(segs > 1 && S_ISSOCK(f->inode->mode)))
		return message_vector(f, v, nr, size, pos, mode == FMODE_WRITE);
	if (mode == FMODE_WRITE && segs > 1 && size <= PIPE_BUF && !S_ISREG(f->inode->mode))
		return write_gathered(f, v, nr, size, pos);
	for (unsigned long i = 0; i < nr; i++) {
		if (!v[i].iov_len)
			continue;
		ret = rw(f, v[i].iov_base, v[i].iov_len, pos);
		if (ret < 0)
			break;
		total += ret;
		if ((u64)ret < v[i].iov_len)
			break;
	}
	return total ? total : ret;
}

/* @pos NULL: the file's own. */
static __always_inline long rw_vector(unsigned int n, unsigned long uvec, unsigned long nr, const loff_t *pos, rw_fn *rw, unsigned int mode)
{
	struct iovec_abi inl[IOV_INLINE], *v;
	struct fd_pos f = pos ? (struct fd_pos){ fdget(n), false } : fdget_pos(n);
	u64 p = pos ? *pos : 0;
	long ret;

	if (!f.fd.file)
		return -EBADF;
	ret = pos && *pos < 0 ? -EINVAL : pos && !(f.fd.file->mode & FMODE_SEEK) ? -ESPIPE : import_iovec((void *)uvec, nr, inl, &v);
	if (!ret) {
		ret = do_vector(f.fd.file, v, nr, pos ? &p : &f.fd.file->pos, rw, mode);
		if (v != inl)
			kfree(v);
	}
	fdput_pos(f);
	return ret;
}

static long read_vector(unsigned int n, unsigned long vec, unsigned long nr, const loff_t *pos)
{
	return rw_vector(n, vec, nr, pos, read_user, FMODE_READ);
}

static long write_vector(unsigned int n, unsigned long vec, unsigned long nr, const loff_t *pos)
{
	return rw_vector(n, vec, nr, pos, write_user, FMODE_WRITE);
}

SYSCALL(readv) { return read_vector(a0, a1, a2, NULL); }
SYSCALL(writev) { return write_vector(a0, a1, a2, NULL); }
SYSCALL(preadv) { return read_vector(a0, a1, a2, &a3); }
SYSCALL(pwritev) { return write_vector(a0, a1, a2, &a3); }
/* RWF_HIPRI, DSYNC, SYNC mean nothing here; NOWAIT and APPEND are not offered. */
SYSCALL(preadv2) { return (a5 & ~7L) ? -EOPNOTSUPP : read_vector(a0, a1, a2, a3 != -1 ? &a3 : NULL); }
SYSCALL(pwritev2) { return (a5 & ~7L) ? -EOPNOTSUPP : write_vector(a0, a1, a2, a3 != -1 ? &a3 : NULL); }

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

loff_t noop_llseek(struct file *f, loff_t off, int whence)
{
	return f->pos;
}

loff_t generic_llseek(struct file *f, loff_t off, int whence)
{
	u64 size = S_ISREG(f->inode->mode) ? f->inode->mapping.size : 0;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (__builtin_add_overflow(off, (loff_t)f->pos, &off))
			return -EINVAL;
		break;
	case SEEK_END:
		if (f->op == &dir_fops || __builtin_add_overflow(off, (loff_t)size, &off))
			return -EINVAL;
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
	struct fd_pos f = fdget_pos(a0);
	long ret;

	if (!f.fd.file)
		return -EBADF;
	ret = f.fd.file->op->llseek ? f.fd.file->op->llseek(f.fd.file, a1, a2) : -ESPIPE;
	fdput_pos(f);
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
