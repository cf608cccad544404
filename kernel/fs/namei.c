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

static bool same_path(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

static void go_to(struct nameidata *nd, struct path to)
{
	path_put(nd->path);
	nd->path = to;
}

static int follow_dotdot(struct nameidata *nd)
{
	struct path up = nd->path;

	if (same_path(&up, &nd->start) && (nd->flags & LOOKUP_BENEATH))
		return -EXDEV;
	while (!same_path(&up, &nd->root) && up.mnt && up.dentry == up.mnt->root && up.mnt->parent)
		up = (struct path){ up.mnt->parent, up.mnt->mountpoint };
	if (!same_path(&up, &nd->root) && !(up.mnt && up.dentry == up.mnt->root))
		up.dentry = up.dentry->parent;
	if ((nd->flags & LOOKUP_NO_XDEV) && up.mnt != nd->path.mnt)
		return -EXDEV;
	path_get(up);
	follow_mounts(&up);
	go_to(nd, up);
	return 0;
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

int jump_link(const struct nameidata *nd, struct inode *link, struct path *to)
{
	int err;

	if (nd->flags & LOOKUP_NO_MAGICLINKS)
		return -ELOOP;
	if (nd->flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT))
		return -EXDEV;
	err = link->op->jump(link, to);
	if (!err && (nd->flags & LOOKUP_NO_XDEV) && to->mnt != nd->path.mnt) {
		path_put(*to);
		return -EXDEV;
	}
	return err;
}

/* Where a symlink leads. Updates nd->path and *name; the link itself is @link (its reference is consumed). */
static int follow_link(struct nameidata *nd, struct dentry *link, const char *rest, const char **name)
{
	const struct inode_operations *op = link->inode->op;
	const char *text;

	if (++nd->total > MAX_SYMLINKS || (nd->flags & LOOKUP_NO_SYMLINKS)) {
		dput(link);
		return -ELOOP;
	}
	if (op->jump) {
		struct path to;
		int err = jump_link(nd, link->inode, &to);

		dput(link);
		if (err)
			return err;
		go_to(nd, to);
		*name = rest;
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
		if ((nd->flags & LOOKUP_NO_XDEV) && nd->root.mnt != nd->path.mnt)
			return -EXDEV;
		go_to(nd, path_get(nd->root));
	}
	*name = text;
	return 0;
}

/* "." and "..". True: it was one of them. */
static bool walk_dots(struct nameidata *nd, const char *p, size_t len, int *err)
{
	if (p[0] != '.' || len > 2 || (len == 2 && p[1] != '.'))
		return false;
	*err = len == 2 ? follow_dotdot(nd) : 0;
	return true;
}

static int walk_component(struct nameidata *nd, const char *p, size_t len, const char *rest, bool follow, const char **name)
{
	struct dentry *d;
	int err;

	*name = rest;
	if (walk_dots(nd, p, len, &err))
		return err;
	d = lookup_one(nd->path.dentry, p, len);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (unlikely(S_ISLNK(d->inode->mode)) && follow)
		return follow_link(nd, d, rest, name);
	dput(nd->path.dentry);
	nd->path.dentry = d;
	if (unlikely(d->nr_mounted)) {
		struct mount *mnt = nd->path.mnt;

		follow_mounts(&nd->path);
		if ((nd->flags & LOOKUP_NO_XDEV) && nd->path.mnt != mnt)
			return -EXDEV;
	}
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
		if (!S_ISDIR(nd->path.dentry->inode->mode))
			return -ENOTDIR;
		err = inode_permission(nd->path.dentry->inode, X_OK);
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

int path_walk_on(struct nameidata *nd, const char *name)
{
	nd->depth = 0;
	nd->last = NULL;
	nd->last_len = 0;
	nd->last_slash = false;
	nd->last_dots = true;           /* until a last component is found: the path was "/" */
	nd->want_dir = false;
	if (*name == '/') {
		if (nd->flags & LOOKUP_BENEATH)
			return -EXDEV;
		go_to(nd, path_get(nd->root));
	}
	return walk_loop(nd, name);
}

int path_walk(struct nameidata *nd, const struct path *start, const char *name, unsigned int flags)
{
	int err;

	nd->flags = flags;
	nd->total = 0;
	nd->root = (flags & LOOKUP_IN_ROOT) ? *start : current->fs->root;
	nd->start = *start;
	nd->path = path_get(*start);
	err = path_walk_on(nd, name);
	if (!err && ((flags & LOOKUP_DIRECTORY) || nd->want_dir) && !S_ISDIR(nd->path.dentry->inode->mode))
		err = -ENOTDIR;
	if (err)
		path_put(nd->path);
	return err;
}

int path_start(int dirfd, const char *name, struct path *start)
{
	struct fd f;

	if (*name == '/' || dirfd == AT_FDCWD) {
		*start = path_get(*name == '/' ? current->fs->root : current->fs->pwd);
		return 0;
	}
	f = fdget_raw(dirfd);
	if (!f.file)
		return -EBADF;
	*start = path_get(f.file->path);
	fdput(f);
	return 0;
}

int path_lookup(int dirfd, const char *name, unsigned int flags, struct path *out)
{
	struct nameidata nd;
	struct path start;
	int err;

	if (!*name && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	err = path_start(dirfd, name, &start);
	if (err)
		return err;
	mutex_lock(&namespace_lock);
	err = path_walk(&nd, &start, name, flags);
	namespace_unlock();
	path_put(start);
	if (!err)
		*out = nd.path;
	return err;
}

int user_path(int dirfd, const char __user *name, unsigned int flags, struct path *out)
{
	struct filename fn;
	int err = getname_empty(&fn, name);

	if (err)
		return err;
	err = path_lookup(dirfd, fn.s, flags, out);
	putname(&fn);
	return err;
}

int want_write(const struct path *path)
{
	return (path_flags(path) & MS_RDONLY) ? -EROFS : 0;
}

int path_permission(const struct path *path, int mask)
{
	const struct inode *inode = path->dentry->inode;
	int err = inode_permission(inode, mask);

	/* Devices, pipes and sockets only have their names there. */
	if (!err && (mask & W_OK) && (S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISLNK(inode->mode)))
		err = want_write(path);
	return err;
}

/* May the current task add a name to @dir? */
int may_create(const struct path *dir)
{
	int err = want_write(dir);

	if (err)
		return err;
	if (!dir->dentry->inode->nlink)
		return -ENOENT;         /* the directory was removed */
	return inode_permission(dir->dentry->inode, W_OK | X_OK);
}
