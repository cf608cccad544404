/* SPDX-License-Identifier: MIT */
/*
 * Walking a path. One loop, no recursion: at a symlink the rest of the path goes on a stack and the walk goes
 * on in the link's text. All of it runs under namespace_lock, so no name changes underneath.
 * path_resolution(7) is the specification.
 */
#include "internal.h"

int getname_empty(struct filename *fn, const char __user *path)
{
	ssize_t n = strncpy_from_user(fn->text, path, NAME_INLINE);

	fn->heap = NULL;
	fn->s = fn->text;
	if (likely(n >= 0))
		return 0;
	if (n != -ENAMETOOLONG)
		return n;
	fn->heap = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!fn->heap)
		return -ENOMEM;
	fn->s = fn->heap;
	n = strncpy_from_user(fn->heap, path, PATH_MAX);
	if (n < 0)
		putname(fn);
	return n < 0 ? n : 0;
}

int getname(struct filename *fn, const char __user *path)
{
	int err = getname_empty(fn, path);

	if (!err && !fn->s[0]) {
		putname(fn);
		return -ENOENT;
	}
	return err;
}

void putname(struct filename *fn)
{
	kfree(fn->heap);
	fn->heap = NULL;
}

/* Takes over the reference of @d, gives one on the result. */
struct dentry *follow_mounts(struct dentry *d)
{
	while (unlikely(d->is_mountpoint)) {
		struct super_block *sb = mounted_on(d);

		if (!sb)
			break;
		dget(sb->root);
		dput(d);
		d = sb->root;
	}
	return d;
}

static struct dentry *follow_dotdot(struct nameidata *nd, struct dentry *d)
{
	struct dentry *up = d;

	while (up != nd->root && up->parent == up && up->inode->sb->mountpoint)
		up = up->inode->sb->mountpoint;
	if (up != nd->root)
		up = up->parent;
	dget(up);
	dput(d);
	return follow_mounts(up);
}

struct dentry *lookup_one(struct dentry *dir, const char *name, size_t len)
{
	struct dentry *d = d_find(dir, name, len);

	if (likely(d))
		return dget(d);
	if (dir->inode->op && dir->inode->op->lookup)
		return dir->inode->op->lookup(dir, name, len);
	return ERR_PTR(-ENOENT);
}

/* Where a symlink leads. Updates nd->d and *path; the link itself is @link (its reference is consumed). */
static int follow_link(struct nameidata *nd, struct dentry *link, const char *rest, const char **path)
{
	const struct inode_operations *op = link->inode->op;
	const char *text;

	if (++nd->total > MAX_SYMLINKS || (nd->flags & LOOKUP_NO_SYMLINKS))
		goto loop;
	if (op->jump) {
		struct dentry *to;

		if (nd->flags & (LOOKUP_NO_MAGICLINKS | LOOKUP_BENEATH | LOOKUP_IN_ROOT))
			goto loop;
		to = op->jump(link->inode);
		dput(link);
		if (IS_ERR(to))
			return PTR_ERR(to);
		dput(nd->d);
		nd->d = to;
		*path = rest;
		return 0;
	}
	text = op->get_link(link->inode, nd->linkbuf, sizeof(nd->linkbuf));
	dput(link);
	if (IS_ERR(text))
		return PTR_ERR(text);
	if (!*text)
		return -ENOENT;
	if (*rest)
		nd->stack[nd->depth++] = rest;
	if (*text == '/') {
		if (nd->flags & LOOKUP_BENEATH)
			return -EXDEV;
		dget(nd->root);
		dput(nd->d);
		nd->d = nd->root;
	}
	*path = text;
	return 0;
loop:
	dput(link);
	return -ELOOP;
}

/* "." and "..". True: it was one of them. */
static bool walk_dots(struct nameidata *nd, const char *p, size_t len, int *err)
{
	if (p[0] != '.' || len > 2 || (len == 2 && p[1] != '.'))
		return false;
	*err = 0;
	if (len == 2) {
		if ((nd->flags & LOOKUP_BENEATH) && nd->d == nd->start)
			*err = -EXDEV;
		else
			nd->d = follow_dotdot(nd, nd->d);
	}
	return true;
}

static int walk_component(struct nameidata *nd, const char *p, size_t len, const char *rest, bool follow, const char **path)
{
	struct dentry *d;
	int err;

	*path = rest;
	if (walk_dots(nd, p, len, &err))
		return err;
	d = lookup_one(nd->d, p, len);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (unlikely(S_ISLNK(d->inode->mode)) && follow)
		return follow_link(nd, d, rest, path);
	if (unlikely(d->is_mountpoint)) {
		if (nd->flags & LOOKUP_NO_XDEV) {
			dput(d);
			return -EXDEV;
		}
		d = follow_mounts(d);
	}
	dput(nd->d);
	nd->d = d;
	return 0;
}

static int walk_loop(struct nameidata *nd, const char *p)
{
	for (;;) {
		const char *name, *rest;
		size_t len;
		bool slash, last;
		int err;

		while (*p == '/')
			p++;
		if (!*p) {
			if (!nd->depth)
				return 0;
			p = nd->stack[--nd->depth];
			continue;
		}
		if (!S_ISDIR(nd->d->inode->mode))
			return -ENOTDIR;
		err = inode_permission(nd->d->inode, X_OK);
		if (err)
			return err;
		name = p;
		while (*p && *p != '/')
			p++;
		len = p - name;
		if (len > NAME_MAX)
			return -ENAMETOOLONG;
		slash = *p == '/';
		for (rest = p; *rest == '/'; rest++)
			;
		last = !*rest && !nd->depth;
		if (last && (nd->flags & LOOKUP_PARENT)) {
			nd->last = name;
			nd->last_len = len;
			nd->last_slash = slash;
			nd->last_dots = name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
			return 0;
		}
		if (last && slash)
			nd->want_dir = true;
		err = walk_component(nd, name, len, rest, !last || slash || (nd->flags & LOOKUP_FOLLOW), &p);
		if (err)
			return err;
	}
}

int path_walk(struct nameidata *nd, struct dentry *start, const char *path, unsigned int flags)
{
	int err;

	nd->flags = flags;
	nd->depth = nd->total = 0;
	nd->root = current->fs->root;
	nd->start = start;
	nd->last = NULL;
	nd->last_len = 0;
	nd->last_slash = false;
	nd->last_dots = true;           /* until a last component is found: the path was "/" */
	nd->want_dir = false;
	if (flags & LOOKUP_IN_ROOT)
		nd->root = start;
	else if (*path == '/' && (flags & LOOKUP_BENEATH))
		return -EXDEV;
	nd->d = dget(*path == '/' ? nd->root : start);
	err = walk_loop(nd, path);
	if (!err && ((flags & LOOKUP_DIRECTORY) || nd->want_dir) && !S_ISDIR(nd->d->inode->mode))
		err = -ENOTDIR;
	if (err)
		dput(nd->d);
	return err;
}

int path_start(int dirfd, const char *path, struct dentry **start)
{
	struct fd f;

	if (*path == '/' || dirfd == AT_FDCWD) {
		*start = dget(*path == '/' ? current->fs->root : current->fs->pwd);
		return 0;
	}
	f = fdget_raw(dirfd);
	if (!f.file)
		return -EBADF;
	*start = dget(f.file->dentry);
	fdput(f);
	return 0;
}

int path_lookup(int dirfd, const char *path, unsigned int flags, struct dentry **out)
{
	struct nameidata nd;
	struct dentry *start;
	int err;

	if (!*path && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	err = path_start(dirfd, path, &start);
	if (err)
		return err;
	mutex_lock(&namespace_lock);
	err = path_walk(&nd, start, path, flags);
	mutex_unlock(&namespace_lock);
	dput(start);
	if (!err)
		*out = nd.d;
	return err;
}

int user_path(int dirfd, const char __user *path, unsigned int flags, struct dentry **out)
{
	struct filename fn;
	int err = getname_empty(&fn, path);

	if (err)
		return err;
	err = path_lookup(dirfd, fn.s, flags, out);
	putname(&fn);
	return err;
}

/* May the current task add a name to @dir? */
int may_create(struct dentry *dir)
{
	if (!dir->inode->nlink)
		return -ENOENT;         /* the directory was removed */
	return inode_permission(dir->inode, W_OK | X_OK);
}
