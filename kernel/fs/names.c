/* SPDX-License-Identifier: MIT */
/* System calls that change names: mkdir, mknod, symlink, link, unlink, rmdir. rename.c has rename. */
#include "internal.h"
#include <fs/notify.h>

void name_done(struct newname *n)
{
	path_put(n->nd.path);
	namespace_unlock();
	path_put(n->start);
}

int name_parent(int dirfd, const char *path, struct newname *n)
{
	int err;

	if (!*path)
		return -ENOENT;
	err = path_start(dirfd, path, &n->start);
	if (err)
		return err;
	mutex_lock(&namespace_lock);
	err = path_walk(&n->nd, &n->start, path, LOOKUP_PARENT);
	if (err) {
		namespace_unlock();
		path_put(n->start);
	}
	return err;
}

/* The name must not exist yet; the parent must allow it. => name_parent() done */
static int name_is_new(struct newname *n, bool is_dir)
{
	struct dentry *d;

	if (n->nd.last_dots)
		return -EEXIST;
	d = lookup_one(n->nd.path.dentry, n->nd.last, n->nd.last_len);
	if (!IS_ERR(d)) {
		dput(d);
		return -EEXIST;
	}
	if (PTR_ERR(d) != -ENOENT)
		return PTR_ERR(d);
	if (n->nd.last_slash && !is_dir)
		return -ENOENT;
	if (!n->nd.path.dentry->inode->op->mknod)
		return -ENOENT;         /* proc, sysfs: such a name can't come to be */
	return may_create(&n->nd.path);
}

/* Links @inode (reference taken over) under the new name. */
static int name_link(struct newname *n, struct inode *inode)
{
	struct dentry *d = d_alloc(n->nd.path.dentry, n->nd.last, n->nd.last_len, inode);

	if (!d) {
		iput(inode);
		return -ENOMEM;
	}
	d_add(d);
	touch_mtime(n->nd.path.dentry->inode);
	fsnotify_name(n->nd.path.dentry->inode, d->name, d->len, S_ISDIR(inode->mode), IN_CREATE, 0);
	return 0;
}

static int do_mknod(int dirfd, const char *path, u32 mode, u64 rdev)
{
	struct newname n;
	struct inode *dir, *inode;
	bool is_dir = S_ISDIR(mode);
	int err = name_parent(dirfd, path, &n);

	if (err)
		return err;
	err = name_is_new(&n, is_dir);
	dir = n.nd.path.dentry->inode;
	if (!err && !dir->op->mknod)
		err = -EPERM;
	if (!err) {
		inode = dir->op->mknod(dir, mode & ~current->fs->umask, rdev);
		err = IS_ERR(inode) ? PTR_ERR(inode) : name_link(&n, inode);
		if (!err && is_dir)
			dir->nlink++;
	}
	name_done(&n);
	return err;
}

static int do_symlink(const char *target, int dirfd, const char *path)
{
	struct newname n;
	struct inode *dir, *inode;
	int err = name_parent(dirfd, path, &n);

	if (err)
		return err;
	err = name_is_new(&n, false);
	dir = n.nd.path.dentry->inode;
	if (!err && !dir->op->symlink)
		err = -EPERM;
	if (!err) {
		inode = dir->op->symlink(dir, target);
		err = IS_ERR(inode) ? PTR_ERR(inode) : name_link(&n, inode);
	}
	name_done(&n);
	return err;
}

static int link_path(const struct path *old, int dirfd, const char *path)
{
	struct newname n;
	struct inode *inode = old->dentry->inode;
	int err = name_parent(dirfd, path, &n);

	if (err)
		return err;
	err = name_is_new(&n, false);
	if (err)
		;
	else if (old->mnt != n.nd.path.mnt)
		err = -EXDEV;
	else if (S_ISDIR(inode->mode) || !n.nd.path.dentry->inode->op->mknod)
		err = -EPERM;
	else if (!inode->nlink && !inode->linkable)
		err = -ENOENT;
	if (!err) {
		inode->nlink++;
		fsnotify_inode(inode, IN_ATTRIB);
		err = name_link(&n, ihold(inode));
		if (!err)
			inode->ctime_ns = current_time_ns();
		else
			inode->nlink--;
	}
	name_done(&n);
	return err;
}

int kern_mknod(const char *path, u32 mode, u64 rdev)
{
	return do_mknod(AT_FDCWD, path, mode, rdev);
}

int kern_symlink(const char *target, const char *path)
{
	return do_symlink(target, AT_FDCWD, path);
}

int kern_link(const char *old, const char *path)
{
	struct path p;
	int err = path_lookup(AT_FDCWD, old, 0, &p);

	if (err)
		return err;
	err = link_path(&p, AT_FDCWD, path);
	path_put(p);
	return err;
}

int may_delete(const struct path *dir, struct inode *victim)
{
	const struct inode *inode = dir->dentry->inode;
	int err = path_permission(dir, W_OK | X_OK);

	if (err)
		return err;
	if ((inode->mode & S_ISVTX) && current->cred.fsuid != inode->uid && !inode_owner_or_capable(victim))
		return -EPERM;
	return inode->op->mknod ? 0 : -EPERM;
}

void drop_name(struct dentry *d)
{
	struct inode *inode = d->inode, *dir = d->parent->inode;

	touch_mtime(dir);
	inode->ctime_ns = dir->ctime_ns;
	if (S_ISDIR(inode->mode)) {
		inode->nlink = 0;
		dir->nlink--;
	} else {
		inode->nlink--;
	}
	d_drop(d);
}

static int unlink_locked(struct newname *n, bool rmdir)
{
	struct dentry *d;
	bool is_dir;
	int err;

	if (n->nd.last_dots) {
		if (!rmdir)
			return -EISDIR;
		return !n->nd.last ? -EBUSY : n->nd.last_len == 1 ? -EINVAL : -ENOTEMPTY;
	}
	err = want_write(&n->nd.path);
	if (err)
		return err;
	d = lookup_one(n->nd.path.dentry, n->nd.last, n->nd.last_len);
	if (IS_ERR(d))
		return PTR_ERR(d);
	is_dir = S_ISDIR(d->inode->mode);
	err = may_delete(&n->nd.path, d->inode);
	if (err)
		;
	else if (rmdir && !S_ISDIR(d->inode->mode))
		err = -ENOTDIR;
	else if (!rmdir && S_ISDIR(d->inode->mode))
		err = -EISDIR;
	else if (!rmdir && n->nd.last_slash)
		err = -ENOTDIR;
	else if (d->nr_mounted)
		err = -EBUSY;
	else if (rmdir && d->nr_children)
		err = -ENOTEMPTY;
	else
		drop_name(d);
	if (!err && !rmdir)
		fsnotify_inode(d->inode, IN_ATTRIB);
	dput(d);
	if (!err)
		fsnotify_name(n->nd.path.dentry->inode, n->nd.last, n->nd.last_len, is_dir, IN_DELETE, 0);
	return err;
}

static long do_unlinkat(int dirfd, const char __user *path, bool rmdir)
{
	struct filename fn;
	struct newname n;
	int err = getname(&fn, path);

	if (err)
		return err;
	err = name_parent(dirfd, fn.s, &n);
	if (!err) {
		err = unlink_locked(&n, rmdir);
		name_done(&n);
	}
	putname(&fn);
	return err;
}

static long do_mknodat(int dirfd, const char __user *path, u32 mode, u64 dev)
{
	struct filename fn;
	int err;

	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG: case S_IFIFO: case S_IFSOCK:
		break;
	case S_IFCHR: case S_IFBLK:
		if (!capable(CAP_MKNOD))
			return -EPERM;
		break;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
	err = getname(&fn, path);
	if (err)
		return err;
	err = do_mknod(dirfd, fn.s, mode & (S_IFMT | 07777), dev);
	putname(&fn);
	return err;
}

static long do_mkdirat(int dirfd, const char __user *path, u32 mode)
{
	struct filename fn;
	int err = getname(&fn, path);

	if (err)
		return err;
	err = do_mknod(dirfd, fn.s, S_IFDIR | (mode & 01777), 0);
	putname(&fn);
	return err;
}

static long do_symlinkat(const char __user *target, int dirfd, const char __user *path)
{
	struct filename t, fn;
	int err = getname(&t, target);

	if (err)
		return err;
	err = getname(&fn, path);
	if (!err) {
		err = do_symlink(t.s, dirfd, fn.s);
		putname(&fn);
	}
	putname(&t);
	return err;
}

static long do_linkat(int olddir, const char __user *old, int newdir, const char __user *new, int flags)
{
	struct filename fn;
	struct path p;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = user_path(olddir, old, ((flags & AT_SYMLINK_FOLLOW) ? LOOKUP_FOLLOW : 0) |
			((flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0), &p);
	if (err)
		return err;
	err = getname(&fn, new);
	if (!err) {
		err = link_path(&p, newdir, fn.s);
		putname(&fn);
	}
	path_put(p);
	return err;
}

SYSCALL(mkdir) { return do_mkdirat(AT_FDCWD, (const char *)a0, a1); }
SYSCALL(mkdirat) { return do_mkdirat(a0, (const char *)a1, a2); }
SYSCALL(mknod) { return do_mknodat(AT_FDCWD, (const char *)a0, a1, a2); }
SYSCALL(mknodat) { return do_mknodat(a0, (const char *)a1, a2, a3); }
SYSCALL(symlink) { return do_symlinkat((const char *)a0, AT_FDCWD, (const char *)a1); }
SYSCALL(symlinkat) { return do_symlinkat((const char *)a0, a1, (const char *)a2); }
SYSCALL(link) { return do_linkat(AT_FDCWD, (const char *)a0, AT_FDCWD, (const char *)a1, 0); }
SYSCALL(linkat) { return do_linkat(a0, (const char *)a1, a2, (const char *)a3, a4); }
SYSCALL(unlink) { return do_unlinkat(AT_FDCWD, (const char *)a0, false); }
SYSCALL(rmdir) { return do_unlinkat(AT_FDCWD, (const char *)a0, true); }
SYSCALL(unlinkat)
{
	if (a2 & ~AT_REMOVEDIR)
		return -EINVAL;
	return do_unlinkat(a0, (const char *)a1, a2 & AT_REMOVEDIR);
}
