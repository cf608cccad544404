/* SPDX-License-Identifier: MIT */
/* rename(2), renameat2(2). */
#include "internal.h"

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

SYSCALL(rename) { return do_rename(AT_FDCWD, (const char *)a0, AT_FDCWD, (const char *)a1, 0); }
SYSCALL(renameat) { return do_rename(a0, (const char *)a1, a2, (const char *)a3, 0); }
SYSCALL(renameat2) { return do_rename(a0, (const char *)a1, a2, (const char *)a3, a4); }
