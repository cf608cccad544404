/* SPDX-License-Identifier: MIT */
/* Where a task is, fs_struct: chdir(2), fchdir(2), chroot(2), getcwd(2), umask(2). */
#include "internal.h"

/* Consumes @to. */
static int set_dir(struct path *slot, struct path to)
{
	int err = !S_ISDIR(to.dentry->inode->mode) ? -ENOTDIR : inode_permission(to.dentry->inode, X_OK);
	struct path old = *slot;

	if (err) {
		path_put(to);
		return err;
	}
	*slot = to;
	path_put(old);
	return 0;
}

SYSCALL(chdir)
{
	struct path to;
	int err = user_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &to);

	return err ? err : set_dir(&current->fs->pwd, to);
}

SYSCALL(fchdir)
{
	struct fd fd = fdget_raw(a0);
	long ret = fd.file ? set_dir(&current->fs->pwd, path_get(fd.file->path)) : -EBADF;

	fdput(fd);
	return ret;
}

SYSCALL(chroot)
{
	struct path to;
	int err = user_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &to);

	if (err)
		return err;
	err = inode_permission(to.dentry->inode, X_OK);
	if (!err && !own_capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (err) {
		path_put(to);
		return err;
	}
	return set_dir(&current->fs->root, to);
}

SYSCALL(getcwd)
{
	static const char outside[] = "(unreachable)";
	bool reachable;
	char *buf, *p;
	long ret;

	if (!current->fs->pwd.dentry->inode->nlink)
		return -ENOENT;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	mutex_lock(&namespace_lock);
	p = d_absolute_path(&current->fs->pwd, NULL, buf, PATH_MAX, &reachable);
	namespace_unlock();
	if (!IS_ERR(p) && !reachable) {
		p -= sizeof(outside) - 1;
		if (p < buf)
			p = ERR_PTR(-ENAMETOOLONG);
		else
			memcpy(p, outside, sizeof(outside) - 1);
	}
	ret = PTR_ERR(p);
	if (!IS_ERR(p)) {
		size_t n = strlen(p) + 1;

		ret = n > (size_t)a1 ? -ERANGE : copy_to_user((void *)a0, p, n) ? -EFAULT : (long)n;
	}
	kfree(buf);
	return ret;
}

SYSCALL(umask)
{
	u32 old = current->fs->umask;

	current->fs->umask = a0 & 0777;
	return old;
}
