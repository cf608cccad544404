/* SPDX-License-Identifier: MIT */
/* Extended attributes: no file system here has them, so each call finds its file and says EOPNOTSUPP. */
#include "internal.h"

static long on_path(const char __user *path, unsigned int lookup)
{
	struct dentry *d;
	int err = user_path(AT_FDCWD, path, lookup, &d);

	if (err)
		return err;
	dput(d);
	return -EOPNOTSUPP;
}

static long on_fd(unsigned int n)
{
	struct fd fd = fdget(n);
	long ret = fd.file ? -EOPNOTSUPP : -EBADF;

	fdput(fd);
	return ret;
}

SYSCALL(setxattr) { return on_path((const char *)a0, LOOKUP_FOLLOW); }
SYSCALL(lsetxattr) { return on_path((const char *)a0, 0); }
SYSCALL(fsetxattr) { return on_fd(a0); }
SYSCALL(getxattr) { return on_path((const char *)a0, LOOKUP_FOLLOW); }
SYSCALL(lgetxattr) { return on_path((const char *)a0, 0); }
SYSCALL(fgetxattr) { return on_fd(a0); }
SYSCALL(removexattr) { return on_path((const char *)a0, LOOKUP_FOLLOW); }
SYSCALL(lremovexattr) { return on_path((const char *)a0, 0); }
SYSCALL(fremovexattr) { return on_fd(a0); }

/* A file without attributes has an empty list. */
static long list(long err)
{
	return err == -EOPNOTSUPP ? 0 : err;
}

SYSCALL(listxattr) { return list(on_path((const char *)a0, LOOKUP_FOLLOW)); }
SYSCALL(llistxattr) { return list(on_path((const char *)a0, 0)); }
SYSCALL(flistxattr) { return list(on_fd(a0)); }
