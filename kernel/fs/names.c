/* SPDX-License-Identifier: MIT */
/* System calls that change names: mkdir, mknod, symlink, link, unlink, rmdir, rename. */
#include "internal.h"

/* A place for a new name: the parent (referenced), locked. Undone by name_done(). */
struct newname {
	struct nameidata nd;
	struct dentry *start;
};

static void name_done(struct newname *n)
{
	dput(n->nd.d);
	mutex_unlock(&namespace_lock);
	dput(n->start);
}

/* Finds the parent and takes namespace_lock; on error neither is held. */
static int name_parent(int dirfd, const char *path, struct newname *n)
{
	int err;

	if (!*path)
		return -ENOENT;
	err = path_start(dirfd, path, &n->start);
	if (err)
		return err;
	mutex_lock(&namespace_lock);
	err = path_walk(&n->nd, n->start, path, LOOKUP_PARENT);
	if (err) {
		mutex_unlock(&namespace_lock);
		dput(n->start);
	}
	return err;
}

/* The name must not exist yet; the parent must allow it. => name_parent() done */
static int name_is_new(struct newname *n, bool is_dir)
{
	struct dentry *d;

	if (n->nd.last_dots)
		return -EEXIST;
	d = lookup_one(n->nd.d, n->nd.last, n->nd.last_len);
	if (!IS_ERR(d)) {
		dput(d);
		return -EEXIST;
	}
	if (PTR_ERR(d) != -ENOENT)
		return PTR_ERR(d);
	if (n->nd.last_slash && !is_dir)
		return -ENOENT;
	if (!n->nd.d->inode->op->mknod)
		return -ENOENT;         /* proc, sysfs: such a name can't come to be */
	return may_create(n->nd.d);
}

/* Links @inode (reference taken over) under the new name. */
static int name_link(struct newname *n, struct inode *inode)
{
	struct dentry *d = d_alloc(n->nd.d, n->nd.last, n->nd.last_len, inode);

	if (!d) {
		iput(inode);
		return -ENOMEM;
	}
	d_add(d);
	touch_mtime(n->nd.d->inode);
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
	dir = n.nd.d->inode;
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
	dir = n.nd.d->inode;
	if (!err && !dir->op->symlink)
		err = -EPERM;
	if (!err) {
		inode = dir->op->symlink(dir, target);
		err = IS_ERR(inode) ? PTR_ERR(inode) : name_link(&n, inode);
	}
	name_done(&n);
	return err;
}

static int link_dentry(struct dentry *old, int dirfd, const char *path)
{
	struct newname n;
	struct inode *inode = old->inode;
	int err = name_parent(dirfd, path, &n);

	if (err)
		return err;
	err = name_is_new(&n, false);
	if (err)
		;
	else if (inode->sb != n.nd.d->inode->sb)
		err = -EXDEV;
	else if (S_ISDIR(inode->mode) || !n.nd.d->inode->op->mknod)
		err = -EPERM;
	else if (!inode->nlink && !inode->linkable)
		err = -ENOENT;
	if (!err) {
		err = name_link(&n, ihold(inode));
		if (!err) {
			inode->nlink++;
			inode->ctime_ns = current_time_ns();
		}
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
	struct dentry *d;
	int err = path_lookup(AT_FDCWD, old, 0, &d);

	if (err)
		return err;
	err = link_dentry(d, AT_FDCWD, path);
	dput(d);
	return err;
}

static int may_delete(struct dentry *dir, struct inode *victim)
{
	int err = inode_permission(dir->inode, W_OK | X_OK);

	if (err)
		return err;
	if ((dir->inode->mode & S_ISVTX) && !capable_fs() && current->cred.fsuid != victim->uid &&
	    current->cred.fsuid != dir->inode->uid)
		return -EPERM;
	return dir->inode->op->mknod ? 0 : -EPERM;
}

static void drop_name(struct dentry *d)
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
	int err;

	if (n->nd.last_dots) {
		if (!rmdir)
			return -EISDIR;
		return !n->nd.last ? -EBUSY : n->nd.last_len == 1 ? -EINVAL : -ENOTEMPTY;
	}
	d = lookup_one(n->nd.d, n->nd.last, n->nd.last_len);
	if (IS_ERR(d))
		return PTR_ERR(d);
	err = may_delete(n->nd.d, d->inode);
	if (err)
		;
	else if (rmdir && !S_ISDIR(d->inode->mode))
		err = -ENOTDIR;
	else if (!rmdir && S_ISDIR(d->inode->mode))
		err = -EISDIR;
	else if (!rmdir && n->nd.last_slash)
		err = -ENOTDIR;
	else if (d->is_mountpoint)
		err = -EBUSY;
	else if (rmdir && d->nr_children)
		err = -ENOTEMPTY;
	else
		drop_name(d);
	dput(d);
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

/* Both exist: each takes the other's place. */
static int rename_exchange(struct dentry *a, struct dentry *b)
{
	struct dentry *dir_a = dget(a->parent), *dir_b = dget(b->parent);
	char *name_a = kstrdup(a->name, GFP_KERNEL);
	size_t len_a = a->len;
	int err = -ENOMEM;

	if (!name_a)
		goto out;
	err = d_move(a, dir_a, "\1", 1);        /* no path can name it: we hold namespace_lock until the end */
	if (err)
		goto out;
	{
		char *name_b = kstrdup(b->name, GFP_KERNEL);
		size_t len_b = b->len;

		err = name_b ? d_move(b, dir_a, name_a, len_a) : -ENOMEM;
		if (err)
			WARN_ON(d_move(a, dir_a, name_a, len_a));
		else
			err = d_move(a, dir_b, name_b, len_b);
		kfree(name_b);
	}
	if (!err && S_ISDIR(a->inode->mode) != S_ISDIR(b->inode->mode)) {
		dir_a->inode->nlink += S_ISDIR(b->inode->mode) ? 1 : -1;
		dir_b->inode->nlink += S_ISDIR(a->inode->mode) ? 1 : -1;
	}
out:
	kfree(name_a);
	dput(dir_a);
	dput(dir_b);
	return err;
}

static int rename_check_target(struct dentry *old, struct dentry *new)
{
	if (S_ISDIR(old->inode->mode)) {
		if (!S_ISDIR(new->inode->mode))
			return -ENOTDIR;
		if (new->nr_children)
			return -ENOTEMPTY;
	} else if (S_ISDIR(new->inode->mode)) {
		return -EISDIR;
	}
	return new->is_mountpoint ? -EBUSY : 0;
}

/* @new is NULL when the new name is free. */
static int rename_dentries(struct dentry *old, struct dentry *new, struct nameidata *to, unsigned int flags)
{
	struct dentry *old_dir = old->parent, *new_dir = to->d;
	bool is_dir = S_ISDIR(old->inode->mode);
	int err = may_delete(old_dir, old->inode);

	if (!err)
		err = new ? may_delete(new_dir, new->inode) : may_create(new_dir);
	if (err)
		return err;
	if (old->is_mountpoint)
		return -EBUSY;
	if (is_dir && new_dir != old_dir && (err = inode_permission(old->inode, W_OK)) != 0)
		return err;
	if (flags & RENAME_EXCHANGE)
		return rename_exchange(old, new);
	if (new) {
		err = rename_check_target(old, new);
		if (err)
			return err;
		drop_name(new);
	}
	dget(old_dir);
	err = d_move(old, new_dir, to->last, to->last_len);
	if (!err) {
		touch_mtime(old_dir->inode);
		touch_mtime(new_dir->inode);
		old->inode->ctime_ns = new_dir->inode->ctime_ns;
		if (is_dir) {
			old_dir->inode->nlink--;
			new_dir->inode->nlink++;
		}
	}
	dput(old_dir);
	return err;
}

/* => namespace_lock held, both parents found */
static int rename_locked(struct nameidata *from, struct nameidata *to, unsigned int flags)
{
	struct dentry *old, *new;
	int err;

	if (from->last_dots || to->last_dots)
		return (flags & RENAME_NOREPLACE) && to->last_dots ? -EEXIST : -EBUSY;
	if (from->d->inode->sb != to->d->inode->sb)
		return -EXDEV;
	old = lookup_one(from->d, from->last, from->last_len);
	if (IS_ERR(old))
		return PTR_ERR(old);
	new = lookup_one(to->d, to->last, to->last_len);
	if (IS_ERR(new)) {
		err = PTR_ERR(new);
		new = NULL;
		if (err != -ENOENT)
			goto out;
	}
	if (new && (flags & RENAME_NOREPLACE))
		err = -EEXIST;
	else if (!new && (flags & RENAME_EXCHANGE))
		err = -ENOENT;
	else if (!S_ISDIR(old->inode->mode) && (from->last_slash || (to->last_slash && !(flags & RENAME_EXCHANGE))))
		err = -ENOTDIR;
	else if (d_is_ancestor(old, to->d))
		err = -EINVAL;
	else if (new && d_is_ancestor(new, from->d))
		err = (flags & RENAME_EXCHANGE) ? -EINVAL : -ENOTEMPTY;
	else if (new && new->inode == old->inode)
		err = 0;
	else
		err = rename_dentries(old, new, to, flags);
out:
	dput(new);
	dput(old);
	return err;
}

static long do_rename(int olddir, const char __user *oldpath, int newdir, const char __user *newpath, unsigned int flags)
{
	struct filename from, to;
	struct newname a, *b;
	int err;

	if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	b = kmalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	err = getname(&from, oldpath);
	if (err)
		goto out_free;
	err = getname(&to, newpath);
	if (err)
		goto out_from;
	err = path_start(newdir, to.s, &b->start);
	if (err)
		goto out_to;
	err = name_parent(olddir, from.s, &a);
	if (err)
		goto out_start;
	err = path_walk(&b->nd, b->start, to.s, LOOKUP_PARENT);
	if (!err) {
		err = rename_locked(&a.nd, &b->nd, flags);
		dput(b->nd.d);
	}
	name_done(&a);
out_start:
	dput(b->start);
out_to:
	putname(&to);
out_from:
	putname(&from);
out_free:
	kfree(b);
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
		if (!capable_fs())
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
	struct dentry *d;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = user_path(olddir, old, ((flags & AT_SYMLINK_FOLLOW) ? LOOKUP_FOLLOW : 0) |
			((flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0), &d);
	if (err)
		return err;
	err = getname(&fn, new);
	if (!err) {
		err = link_dentry(d, newdir, fn.s);
		putname(&fn);
	}
	dput(d);
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
SYSCALL(rename) { return do_rename(AT_FDCWD, (const char *)a0, AT_FDCWD, (const char *)a1, 0); }
SYSCALL(renameat) { return do_rename(a0, (const char *)a1, a2, (const char *)a3, 0); }
SYSCALL(renameat2) { return do_rename(a0, (const char *)a1, a2, (const char *)a3, a4); }
