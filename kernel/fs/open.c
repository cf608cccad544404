/* SPDX-License-Identifier: MIT */
/* Opening and closing: open(2), openat2(2), close(2), close_range(2); files for exec. */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/notify.h>
#include <ns/nsproxy.h>

static int open_permission(const struct path *path, unsigned int flags)
{
	struct inode *inode = path->dentry->inode;
	int acc = flags & O_ACCMODE, mask;

	mask = acc == O_RDONLY ? R_OK : acc == O_WRONLY ? W_OK : R_OK | W_OK;
	if (flags & O_TRUNC)
		mask |= W_OK;
	if (S_ISDIR(inode->mode) && (mask & W_OK))
		return -EISDIR;
	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if ((S_ISCHR(inode->mode) || S_ISBLK(inode->mode)) && (path_flags(path) & MS_NODEV))
		return -EACCES;
	if ((flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	return path_permission(path, mask);
}

struct file *dentry_open(struct path path, unsigned int flags)
{
	struct inode *inode = path.dentry->inode;
	struct file *f;
	int err;

	if (flags & O_PATH) {
		f = alloc_file(path, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), NULL);
		if (!f)
			goto nomem;
		f->mode = FMODE_PATH;
		return f;
	}
	f = alloc_file(path, flags, inode->fop);
	if (!f)
		goto nomem;
	if (S_ISREG(inode->mode) && (f->mode & FMODE_WRITE)) {
		err = get_write_access(inode);
		if (err) {
			f->mode &= ~FMODE_WRITE;
			goto fail;
		}
		f->mode |= FMODE_WRITER;
		if (path.mnt)
			atomic_inc(&path.mnt->writers);
	}
	if (!f->op) {
		err = -ENXIO;
		goto fail;
	}
	if (f->op->llseek)
		f->mode |= FMODE_SEEK;
	if (f->op->open) {
		err = f->op->open(inode, f);
		if (err)
			goto fail;
	}
	fsnotify_file(f, IN_OPEN);
	return f;
fail:
	f->op = NULL;
	fput(f);
	return ERR_PTR(err);
nomem:
	path_put(path);
	return ERR_PTR(-ENOMEM);
}

/* Creates what open(O_CREAT) names. => namespace_lock held, nd->path the parent. Referenced dentry. */
static struct dentry *create_last(struct nameidata *nd, u32 mode)
{
	struct dentry *dir = nd->path.dentry, *d;
	struct inode *inode;
	int err;

	if (!dir->inode->op->mknod)
		return ERR_PTR(-ENOENT);        /* proc, sysfs: such a name can't come to be */
	err = may_create(&nd->path);
	if (err)
		return ERR_PTR(err);
	inode = dir->inode->op->mknod(dir->inode, S_IFREG | (mode & 07777 & ~current->fs->umask), 0);
	if (IS_ERR(inode))
		return (void *)inode;
	d = d_alloc(dir, nd->last, nd->last_len, inode);
	if (!d) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d_add(d);
	touch_mtime(dir->inode);
	fsnotify_name(dir->inode, d->name, d->len, false, IN_CREATE, 0);
	return dget(d);
}

/* Goes on in the text of the link @d, nd's last component, whose reference is consumed. 1: it led to *out at once. */
static int follow_last(struct nameidata *nd, struct dentry *d, struct path *out)
{
	const struct inode_operations *op = d->inode->op;
	const char *text;
	int err;

	if (++nd->total > MAX_SYMLINKS || (nd->flags & LOOKUP_NO_SYMLINKS)) {
		err = -ELOOP;
	} else if (op->jump) {
		err = jump_link(nd, d->inode, out);
		err = err ? err : 1;
	} else {
		/* linkbuf is nd's: the walk leaves it alone until it meets another link. */
		text = op->get_link(d->inode, nd->linkbuf, sizeof(nd->linkbuf));
		err = IS_ERR(text) ? PTR_ERR(text) : path_walk_on(nd, text);
	}
	dput(d);
	return err;
}

/*
 * The last component of an open with O_CREAT. Follows a link at the end by walking on in its text (the link may
 * dangle: then the target is created). => namespace_lock held
 */
static int lookup_create(struct nameidata *nd, unsigned int flags, u32 mode, bool *created, struct path *out)
{
	struct dentry *d;
	int err;

	for (;;) {
		if (nd->last_dots)
			return (flags & O_EXCL) ? -EEXIST : -EISDIR;
		if (nd->last_slash)
			return -EISDIR;
		d = lookup_one(nd->path.dentry, nd->last, nd->last_len);
		if (IS_ERR(d)) {
			if (PTR_ERR(d) != -ENOENT)
				return PTR_ERR(d);
			d = create_last(nd, mode);
			*created = true;
			break;
		}
		if (flags & O_EXCL) {
			dput(d);
			return -EEXIST;
		}
		if (!S_ISLNK(d->inode->mode) || (flags & O_NOFOLLOW))
			break;
		err = follow_last(nd, d, out);
		if (err)
			return min(err, 0);
	}
	if (IS_ERR(d))
		return PTR_ERR(d);
	*out = path_get((struct path){ nd->path.mnt, d });
	dput(d);
	follow_mounts(out);
	return 0;
}

static int open_lookup(const struct path *start, const char *name, unsigned int flags, u32 mode, unsigned int lookup_flags,
		       bool *created, struct path *out)
{
	struct nameidata nd;
	int err;

	if (!(flags & O_CREAT)) {
		lookup_flags |= ((flags & O_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) | ((flags & O_DIRECTORY) ? LOOKUP_DIRECTORY : 0);
		err = path_walk(&nd, start, name, lookup_flags);
		*out = nd.path;
		return err;
	}
	err = path_walk(&nd, start, name, lookup_flags | LOOKUP_PARENT);
	if (err)
		return err;
	err = lookup_create(&nd, flags, mode, created, out);
	path_put(nd.path);
	return err;
}

/* Consumes @dir. */
static struct file *open_tmpfile(struct path dir, unsigned int flags, u32 mode)
{
	struct inode *inode, *parent = dir.dentry->inode;
	struct dentry *d;
	char name[32];
	int err = S_ISDIR(parent->mode) ? may_create(&dir) : -ENOTDIR;

	if (!err && !parent->op->mknod)
		err = -EOPNOTSUPP;
	if (err)
		goto out;
	inode = parent->op->mknod(parent, S_IFREG | (mode & 07777 & ~current->fs->umask), 0);
	err = PTR_ERR(inode);
	if (IS_ERR(inode))
		goto out;
	inode->nlink = 0;
	inode->linkable = !(flags & O_EXCL);
	d = d_alloc(dir.dentry, name, scnprintf(name, sizeof(name), "#%lu", (unsigned long)inode->ino), inode);
	if (!d) {
		iput(inode);
		err = -ENOMEM;
		goto out;
	}
	dput(dir.dentry);
	dir.dentry = d;
	return dentry_open(dir, flags);
out:
	path_put(dir);
	return ERR_PTR(err);
}

/* open(O_TRUNC) of what was there. */
static int open_truncate(const struct path *p)
{
	struct inode *inode = p->dentry->inode;
	int err = atomic_read(&inode->writers) < 0 ? -ETXTBSY : inode_setsize(inode, 0);

	if (!err)
		fsnotify_dentry(p->dentry, IN_MODIFY);
	return err == -EINVAL ? 0 : err;        /* made-up files have no size to cut */
}

struct file *path_open(struct path p, unsigned int flags)
{
	struct inode *inode = p.dentry->inode;
	int err;

	if (flags & O_PATH)
		return dentry_open(p, flags);
	if ((flags & O_DIRECTORY) && !S_ISDIR(inode->mode))
		err = -ENOTDIR;
	else
		err = (flags & O_CREAT) && S_ISDIR(inode->mode) ? -EISDIR : open_permission(&p, flags);
	if (!err && S_ISREG(inode->mode))
		err = break_lease(inode, flags);
	if (!err && (flags & O_TRUNC) && S_ISREG(inode->mode))
		err = open_truncate(&p);
	if (err) {
		path_put(p);
		return ERR_PTR(err);
	}
	return dentry_open(p, flags);
}

struct file *do_filp_open(int dirfd, const char *name, unsigned int flags, u32 mode, unsigned int lookup_flags)
{
	struct path start, p;
	bool created = false;
	int err;

	if (!*name)
		return ERR_PTR(-ENOENT);
	if (flags & O_PATH)
		flags &= O_PATH_FLAGS;
	if ((flags & __O_TMPFILE) && ((flags & (O_TMPFILE | O_CREAT)) != O_TMPFILE || (flags & O_ACCMODE) == O_RDONLY))
		return ERR_PTR(-EINVAL);
	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return ERR_PTR(-EINVAL);
	/* With RESOLVE_IN_ROOT "/" is where @dirfd is. */
	err = path_start(dirfd, (lookup_flags & LOOKUP_IN_ROOT) ? "." : name, &start);
	if (err)
		return ERR_PTR(err);
	mutex_lock(&namespace_lock);
	err = open_lookup(&start, name, flags, mode, lookup_flags, &created, &p);
	namespace_unlock();
	path_put(start);
	if (err)
		return ERR_PTR(err);
	if ((flags & __O_TMPFILE) && !(flags & O_PATH))
		return open_tmpfile(p, flags, mode);
	return created ? dentry_open(p, flags) : path_open(p, flags);
}

struct file *filp_open(const char *path, int flags, u32 mode)
{
	return do_filp_open(AT_FDCWD, path, flags, mode, 0);
}

static long do_sys_open(int dirfd, const char __user *path, unsigned int flags, u32 mode, unsigned int lookup_flags)
{
	struct filename fn;
	struct file *f;
	int fd, err = getname(&fn, path);

	if (err)
		return err;
	fd = get_unused_fd(0, flags & O_CLOEXEC);
	if (fd >= 0) {
		f = do_filp_open(dirfd, fn.s, (flags & O_PATH) ? flags : flags | O_LARGEFILE, mode, lookup_flags);
		if (IS_ERR(f)) {
			put_unused_fd(fd);
			fd = PTR_ERR(f);
		} else {
			fd_install(fd, f);
		}
	}
	putname(&fn);
	return fd;
}

SYSCALL(open) { return do_sys_open(AT_FDCWD, (const char *)a0, a1, a2, 0); }
SYSCALL(openat) { return do_sys_open(a0, (const char *)a1, a2, a3, 0); }
SYSCALL(creat) { return do_sys_open(AT_FDCWD, (const char *)a0, O_CREAT | O_WRONLY | O_TRUNC, a1, 0); }

/* openat2 refuses what open ignores. */
static bool open_how_valid(const struct open_how_abi *how)
{
	u64 flags = how->flags;

	if ((flags & ~(u64)VALID_OPEN_FLAGS) || (how->mode & ~07777ULL) || (how->resolve & ~0x3fULL))
		return false;
	if (how->mode && !(flags & (O_CREAT | __O_TMPFILE)))
		return false;
	if ((how->resolve & RESOLVE_BENEATH) && (how->resolve & RESOLVE_IN_ROOT))
		return false;
	return !(flags & O_PATH) || !(flags & ~(u64)O_PATH_FLAGS);
}

SYSCALL(openat2)
{
	struct open_how_abi how;
	unsigned int lookup = 0;
	int err;

	if ((unsigned long)a3 < sizeof(how))
		return -EINVAL;
	err = (unsigned long)a3 > PAGE_SIZE ? -E2BIG : copy_struct_from_user(&how, sizeof(how), (void *)a2, a3);
	if (err)
		return err;
	if (!open_how_valid(&how))
		return -EINVAL;
	if ((how.resolve & RESOLVE_CACHED) && (how.flags & (O_TRUNC | O_CREAT | __O_TMPFILE)))
		return -EAGAIN; /* what only looks is cached, always */
	if (how.resolve & RESOLVE_NO_SYMLINKS)
		lookup |= LOOKUP_NO_SYMLINKS;
	if (how.resolve & RESOLVE_NO_MAGICLINKS)
		lookup |= LOOKUP_NO_MAGICLINKS;
	if (how.resolve & RESOLVE_BENEATH)
		lookup |= LOOKUP_BENEATH;
	if (how.resolve & RESOLVE_IN_ROOT)
		lookup |= LOOKUP_IN_ROOT;
	if (how.resolve & RESOLVE_NO_XDEV)
		lookup |= LOOKUP_NO_XDEV;
	return do_sys_open(a0, (const char *)a1, how.flags, how.mode, lookup);
}

SYSCALL(close) { return close_fd(a0); }

SYSCALL(close_range)
{
	struct files_struct *fs;
	unsigned int first = a0, last = a1;

	if (first > last || (a2 & ~6L))
		return -EINVAL;
	if ((a2 & 2) && atomic_read(&current->files->count) > 1) {      /* CLOSE_RANGE_UNSHARE */
		fs = files_dup(current->files);
		if (IS_ERR(fs))
			return PTR_ERR(fs);
		files_put(current->files);
		current->files = fs;
	}
	fs = current->files;
	for (unsigned int fd = first; fd < fs->max && fd <= last; fd++) {
		if (!fs->fd[fd])
			continue;
		if (a2 & 4)     /* CLOSE_RANGE_CLOEXEC */
			fs->cloexec_bits[fd / 64] |= 1ULL << (fd % 64);
		else
			close_fd(fd);
	}
	return 0;
}

/* --- exec ------------------------------------------------------------------------------------ */

struct file *open_exec(int dirfd, const char *name, int at_flags)
{
	struct inode *inode;
	struct path p;
	int err;

	if (at_flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return ERR_PTR(-EINVAL);
	err = path_lookup(dirfd, name, ((at_flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) |
			  ((at_flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0), &p);
	if (err)
		return ERR_PTR(err);
	inode = p.dentry->inode;
	if (S_ISLNK(inode->mode))
		err = -ELOOP;
	else if (!S_ISREG(inode->mode) || (path_flags(&p) & MS_NOEXEC))
		err = -EACCES;
	else
		err = inode_permission(inode, X_OK);
	if (!err && atomic_read(&inode->writers) > 0)
		err = -ETXTBSY;
	if (err) {
		path_put(p);
		return ERR_PTR(err);
	}
	return dentry_open(p, O_RDONLY);
}

bool file_is_nosuid(const struct file *f)
{
	if (path_flags(&f->path) & MS_NOSUID)
		return true;
	/* A mount of another tree, or of a file system that somebody below made: not for us. */
	return f->path.mnt && (f->path.mnt->mnt_ns != current->nsproxy->mnt || !in_userns(f->path.mnt->sb->user_ns, current_user_ns()));
}

void exe_file_get(struct file *f)
{
	get_file(f);
	atomic_dec(&f->inode->writers);
}

void exe_file_put(struct file *f)
{
	atomic_inc(&f->inode->writers);
	fput(f);
}

int open_stdio(const char *console)
{
	char path[32];
	struct file *f;

	if (console && !strncmp(console, "/dev/", 5))
		console += 5;
	scnprintf(path, sizeof(path), "/dev/%s", console && *console ? console : "console");
	f = filp_open(path, O_RDWR, 0);
	if (IS_ERR(f)) {
		pr_err("fs: cannot open %s for the first process: %s\n", path, errno_name(-PTR_ERR(f)));
		return PTR_ERR(f);
	}
	for (int i = 0; i < 3; i++) {
		int fd = fd_install_new(get_file(f), 0, false);

		if (fd < 0) {
			fput(f);
			fput(f);
			return fd;
		}
	}
	fput(f);
	return 0;
}
