/* SPDX-License-Identifier: MIT */
/* Controlling descriptors: dup, fcntl, ioctl, seals. */
#include "internal.h"
#include <fs/fasync.h>
#include <uapi/termios.h>

SYSCALL(dup)
{
	struct file *f = fget_raw(a0);
	int fd;

	if (!f)
		return -EBADF;
	fd = fd_install_new(f, 0, false);
	if (fd < 0)
		fput(f);
	return fd;
}

static long do_dup3(unsigned int from, unsigned int to, unsigned int flags)
{
	struct files_struct *fs = current->files;
	struct file *f;
	int fd;

	if (to >= current->signal->rlim[RLIMIT_NOFILE].rlim_cur)
		return -EBADF;
	f = fget_raw(from);
	if (!f)
		return -EBADF;
	close_fd(to);
	/* Free now (or reserved by another thread's open: busy). */
	if (to < fs->max && (fs->open_bits[to / 64] >> (to % 64) & 1)) {
		fput(f);
		return -EBUSY;
	}
	fd = fd_install_new(f, to, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

SYSCALL(dup2)
{
	if ((unsigned int)a0 == (unsigned int)a1) {
		struct fd fd = fdget_raw(a0);

		fdput(fd);
		return fd.file ? (long)(unsigned int)a1 : -EBADF;
	}
	return do_dup3(a0, a1, 0);
}

SYSCALL(dup3)
{
	if ((a2 & ~(long)O_CLOEXEC) || (unsigned int)a0 == (unsigned int)a1)
		return -EINVAL;
	return do_dup3(a0, a1, a2);
}

static long set_flags(struct file *f, unsigned int fd, unsigned int flags)
{
	const unsigned int mask = O_APPEND | O_NONBLOCK | O_NOATIME | O_DIRECT;
	long err;

	if ((flags & O_NOATIME) && !(f->flags & O_NOATIME) && !inode_owner_or_capable(f->inode))
		return -EPERM;
	err = ((flags ^ f->flags) & FASYNC) ? set_fasync(f, fd, flags & FASYNC) : 0;
	if (err)
		return err;
	f->flags = (f->flags & ~mask) | (flags & mask);
	return 0;
}

static bool has_seals(const struct file *f)
{
	return S_ISREG(f->inode->mode) && f->inode->sb->type && f->inode->sb->type->magic == TMPFS_MAGIC;
}

static long add_seals(struct file *f, unsigned int seals)
{
	struct inode *inode = f->inode;

	if (!has_seals(f))
		return -EINVAL;
	if (!(f->mode & FMODE_WRITE) || (inode->seals & F_SEAL_SEAL))
		return -EPERM;
	if (seals & ~(unsigned int)(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EINVAL;
	if ((seals & F_SEAL_WRITE) && !(inode->seals & F_SEAL_WRITE) && inode->private2)
		return -EBUSY;          /* somebody has it mapped writable */
	inode->seals |= seals;
	return 0;
}

static long do_fcntl(unsigned int fd, struct file *f, unsigned int cmd, unsigned long arg)
{
	struct files_struct *fs = current->files;
	int new;

	switch (cmd) {
	case F_DUPFD: case F_DUPFD_CLOEXEC:
		new = fd_install_new(get_file(f), arg, cmd == F_DUPFD_CLOEXEC);
		if (new < 0)
			fput(f);
		return new;
	case F_GETFD:
		return fd_closes_on_exec(fs, fd);
	case F_SETFD:
		fs->cloexec_bits[fd / 64] &= ~(1ULL << (fd % 64));
		fs->cloexec_bits[fd / 64] |= (u64)(arg & FD_CLOEXEC) << (fd % 64);
		return 0;
	case F_GETFL:
		return f->flags & ~O_NOCTTY;
	}
	if (f->mode & FMODE_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		return set_flags(f, fd, arg);
	case F_GETLK: case F_SETLK: case F_SETLKW: case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW:
		return fcntl_record_lock(fd, f, cmd, arg);
	case F_SETOWN: case F_SETOWN_EX: case F_SETSIG: case F_GETOWN: case F_GETOWN_EX: case F_GETSIG:
		return fcntl_owner(f, cmd, arg);
	case F_SETLEASE:
		return fcntl_setlease(f, fd, (int)arg);
	case F_GETLEASE:
		return fcntl_getlease(f);
	case F_NOTIFY:
		return fcntl_dirnotify(f, fd, arg);
	case F_SETPIPE_SZ:
		return pipe_set_size(f, arg);
	case F_GETPIPE_SZ:
		return pipe_get_size(f);
	case F_ADD_SEALS:
		return add_seals(f, arg);
	case F_GETSEALS:
		return has_seals(f) ? (long)f->inode->seals : -EINVAL;
	default:
		return -EINVAL;
	}
}

SYSCALL(fcntl)
{
	struct fd fd = fdget_raw(a0);
	long ret = fd.file ? do_fcntl(a0, fd.file, a1, a2) : -EBADF;

	fdput(fd);
	return ret;
}

static long do_ioctl(unsigned int fd, struct file *f, unsigned int cmd, unsigned long arg)
{
	struct files_struct *fs = current->files;
	u32 on;

	switch (cmd) {
	case FIOCLEX:
		fs->cloexec_bits[fd / 64] |= 1ULL << (fd % 64);
		return 0;
	case FIONCLEX:
		fs->cloexec_bits[fd / 64] &= ~(1ULL << (fd % 64));
		return 0;
	case FIONBIO:
		if (get_user_u32(&on, (void *)arg))
			return -EFAULT;
		f->flags = on ? f->flags | O_NONBLOCK : f->flags & ~O_NONBLOCK;
		return 0;
	case FIOASYNC:
		if (get_user_u32(&on, (void *)arg))
			return -EFAULT;
		return !f->op->fasync && on != !!(f->flags & FASYNC) ? -ENOTTY : set_fasync(f, fd, on);
	case FIONREAD:
		if (S_ISREG(f->inode->mode))
			return put_user_u32(f->inode->mapping.size - f->pos, (void *)arg);
		break;
	}
	return f->op->ioctl ? f->op->ioctl(f, cmd, arg) : -ENOTTY;
}

SYSCALL(ioctl)
{
	struct fd fd = fdget(a0);
	long ret = fd.file ? do_ioctl(a0, fd.file, a1, a2) : -EBADF;

	fdput(fd);
	return ret;
}
