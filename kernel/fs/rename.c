/* SPDX-License-Identifier: MIT */
/* rename(2), renameat2(2). */
#include "internal.h"
#include <fs/notify.h>

/* @d came from @name in @dir. */
static void tell_moved(struct inode *dir, const char *name, size_t len, const struct dentry *d, struct inode *replaced)
{
	bool is_dir = S_ISDIR(d->inode->mode);
	u32 cookie = fsnotify_new_cookie();

	fsnotify_name(dir, name, len, is_dir, IN_MOVED_FROM, cookie);
	fsnotify_name(d->parent->inode, d->name, d->len, is_dir, IN_MOVED_TO, cookie);
	if (replaced)
		fsnotify_inode(replaced, IN_ATTRIB);
	fsnotify_inode(d->inode, IN_MOVE_SELF);
}

static void touch_moved(const struct dentry *d, struct inode *dir)
{
	touch_mtime(d->parent->inode);
	touch_mtime(dir);
	d->inode->ctime_ns = dir->ctime_ns;
}

/* Both exist: each takes the other's place. */
static int rename_exchange(struct dentry *a, struct dentry *b)
{
	struct inode *dir_a = a->parent->inode, *dir_b = b->parent->inode;

	d_swap(a, b);
	if (S_ISDIR(a->inode->mode) != S_ISDIR(b->inode->mode)) {
		dir_a->nlink += S_ISDIR(b->inode->mode) ? 1 : -1;
		dir_b->nlink += S_ISDIR(a->inode->mode) ? 1 : -1;
	}
	touch_moved(a, dir_a);
	touch_moved(b, dir_b);
	tell_moved(dir_a, b->name, b->len, a, NULL);
	tell_moved(dir_b, a->name, a->len, b, NULL);
	return 0;
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
	return new->nr_mounted ? -EBUSY : 0;
}

/* @d leaves its directory for another: its ".." changes. */
static int may_reparent(const struct dentry *d, const struct dentry *to)
{
	return S_ISDIR(d->inode->mode) && d->parent != to ? inode_permission(d->inode, W_OK) : 0;
}

/* The move itself, over @new if there is one. -ENOMEM changes nothing. */
static int move_over(struct dentry *old, struct dentry *new, struct nameidata *to)
{
	struct dentry *old_dir = dget(old->parent), *new_dir = to->path.dentry;
	char *name = unlikely(fsnotify_marks) ? kstrdup(old->name, GFP_KERNEL) : NULL;
	size_t len = old->len;
	int err = d_move(old, new_dir, to->last, to->last_len);

	if (!err) {
		if (new)
			drop_name(new);
		touch_moved(old, old_dir->inode);
		if (S_ISDIR(old->inode->mode)) {
			old_dir->inode->nlink--;
			new_dir->inode->nlink++;
		}
		if (name)       /* without memory nobody hears of it */
			tell_moved(old_dir->inode, name, len, old, new ? new->inode : NULL);
	}
	kfree(name);
	dput(old_dir);
	return err;
}

/* @new is NULL when the new name is free. */
static int rename_dentries(struct dentry *old, struct dentry *new, struct nameidata *to, unsigned int flags)
{
	int err = may_delete(&(struct path){ to->path.mnt, old->parent }, old->inode);

	if (!err)
		err = new ? may_delete(&to->path, new->inode) : may_create(&to->path);
	if (!err && (old->nr_mounted || (new && (flags & RENAME_EXCHANGE) && new->nr_mounted)))
		err = -EBUSY;
	if (!err)
		err = may_reparent(old, to->path.dentry);
	if (!err && (flags & RENAME_EXCHANGE))
		err = may_reparent(new, old->parent);
	else if (!err && new)
		err = rename_check_target(old, new);
	if (err)
		return err;
	return (flags & RENAME_EXCHANGE) ? rename_exchange(old, new) : move_over(old, new, to);
}

/* => namespace_lock held, both parents found */
static int rename_locked(struct nameidata *from, struct nameidata *to, unsigned int flags)
{
	struct dentry *old, *new;
	int err;

	if (from->last_dots || to->last_dots)
		return (flags & RENAME_NOREPLACE) && to->last_dots ? -EEXIST : -EBUSY;
	if (from->path.mnt != to->path.mnt)
		return -EXDEV;
	err = want_write(&from->path);
	if (err)
		return err;
	old = lookup_one(from->path.dentry, from->last, from->last_len);
	if (IS_ERR(old))
		return PTR_ERR(old);
	new = lookup_one(to->path.dentry, to->last, to->last_len);
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
	else if (d_is_ancestor(old, to->path.dentry))
		err = -EINVAL;
	else if (new && d_is_ancestor(new, from->path.dentry))
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
	err = path_walk(&b->nd, &b->start, to.s, LOOKUP_PARENT);
	if (!err) {
		err = rename_locked(&a.nd, &b->nd, flags);
		path_put(b->nd.path);
	}
	name_done(&a);
out_start:
	path_put(b->start);
out_to:
	putname(&to);
out_from:
	putname(&from);
out_free:
	kfree(b);
	return err;
}

SYSCALL(rename) { return do_rename(AT_FDCWD, (const char *)a0, AT_FDCWD, (const char *)a1, 0); }
SYSCALL(renameat) { return do_rename(a0, (const char *)a1, a2, (const char *)a3, 0); }
SYSCALL(renameat2) { return do_rename(a0, (const char *)a1, a2, (const char *)a3, a4); }
