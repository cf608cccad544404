/* SPDX-License-Identifier: MIT */
/* What only checks its arguments here, because no file has a home behind memory: sync(2), fsync(2), readahead(2), posix_fadvise(2). */
#include "internal.h"

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
