/* SPDX-License-Identifier: MIT */
/* Opening and closing: open(2), openat2(2), close(2), close_range(2); files for exec. */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/notify.h>

static int open_permission(struct inode *inode, unsigned int flags)
{
	int acc = flags & O_ACCMODE, mask;

	mask = acc == O_RDONLY ? R_OK : acc == O_WRONLY ? W_OK : R_OK | W_OK;
	if (flags & O_TRUNC)
		mask |= W_OK;
	if (S_ISDIR(inode->mode) && (mask & W_OK))
		return -EISDIR;
	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if ((S_ISCHR(inode->mode) || S_ISBLK(inode->mode)) && (inode->sb->flags & MS_NODEV))
		return -EACCES;
	if ((flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	return inode_permission(inode, mask);
}

/* An open of the object behind @d; consumes the reference in every case. Permissions were checked. */
struct file *dentry_open(struct dentry *d, unsigned int flags)
{
	struct inode *inode = d->inode;
	struct file *f;
	int err;

	if (flags & O_PATH) {
		f = alloc_file(inode, d, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), NULL);
		if (!f)
			goto nomem;
		f->mode = FMODE_PATH;
		return f;
	}
	f = alloc_file(inode, d, flags, inode->fop);
	if (!f)
		goto nomem;
	if (S_ISREG(inode->mode) && (f->mode & FMODE_WRITE)) {
		err = get_write_access(inode);
		if (err) {
			f->mode &= ~FMODE_WRITE;
			goto fail;
		}
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
	dput(d);
	return ERR_PTR(-ENOMEM);
}

/* Creates what open(O_CREAT) names. => namespace_lock held, nd->d the parent. Referenced dentry. */
static struct dentry *create_last(struct nameidata *nd, u32 mode)
{
	struct dentry *dir = nd->d, *d;
	struct inode *inode;
	int err;

	if (!dir->inode->op->mknod)
		return ERR_PTR(-ENOENT);        /* proc, sysfs: such a name can't come to be */
	err = may_create(dir);
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

/*
 * The last component of an open with O_CREAT. Follows a link at the end by walking on in its text (the link may
 * dangle: then the target is created). => namespace_lock held
 */
static struct dentry *lookup_create(struct nameidata *nd, unsigned int flags, u32 mode, bool *created)
{
	unsigned int links = 0, walk_flags = nd->flags;
	struct dentry *d;
	int err;

	for (;;) {
		if (nd->last_dots) {
			if (flags & O_EXCL)
				return ERR_PTR(-EEXIST);
			return ERR_PTR(-EISDIR);
		}
		if (nd->last_slash)
			return ERR_PTR(-EISDIR);
		d = lookup_one(nd->d, nd->last, nd->last_len);
		if (IS_ERR(d)) {
			if (PTR_ERR(d) != -ENOENT)
				return d;
			*created = true;
			return create_last(nd, mode);
		}
		if (flags & O_EXCL) {
			dput(d);
			return ERR_PTR(-EEXIST);
		}
		if (!S_ISLNK(d->inode->mode) || (flags & O_NOFOLLOW))
			return follow_mounts(d);
		if (++links > MAX_SYMLINKS || (walk_flags & LOOKUP_NO_SYMLINKS)) {
			dput(d);
			return ERR_PTR(-ELOOP);
		}
		{
			const struct inode_operations *op = d->inode->op;
			struct dentry *dir = nd->d;
			const char *text;

			if (op->jump) {
				struct dentry *to = op->jump(d->inode);

				dput(d);
				return to;
			}
			/* linkbuf is nd's: path_walk leaves it alone until it meets another link. */
			text = op->get_link(d->inode, nd->linkbuf, sizeof(nd->linkbuf));
			if (IS_ERR(text)) {
				dput(d);
				return (void *)text;
			}
			dget(dir);
			dput(nd->d);
			err = path_walk(nd, dir, text, walk_flags);
			dput(d);
			if (err) {
				nd->d = dir;    /* our reference: the caller puts it */
				return ERR_PTR(err);
			}
			dput(dir);
		}
	}
}

static struct dentry *open_lookup(struct dentry *start, const char *path, unsigned int flags, u32 mode,
				  unsigned int lookup_flags, bool *created)
{
	struct nameidata nd;
	struct dentry *d;
	int err;

	if (!(flags & O_CREAT)) {
		lookup_flags |= ((flags & O_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) | ((flags & O_DIRECTORY) ? LOOKUP_DIRECTORY : 0);
		err = path_walk(&nd, start, path, lookup_flags);
		return err ? ERR_PTR(err) : nd.d;
	}
	err = path_walk(&nd, start, path, lookup_flags | LOOKUP_PARENT);
	if (err)
		return ERR_PTR(err);
	d = lookup_create(&nd, flags, mode, created);
	dput(nd.d);
	return d;
}

static struct file *open_tmpfile(struct dentry *dir, unsigned int flags, u32 mode)
{
	struct inode *inode;
	struct dentry *d;
	char name[32];
	int err = S_ISDIR(dir->inode->mode) ? may_create(dir) : -ENOTDIR;

	if (!err && (flags & O_ACCMODE) == O_RDONLY)
		err = -EINVAL;
	if (!err && !dir->inode->op->mknod)
		err = -EOPNOTSUPP;
	if (err)
		goto out;
	inode = dir->inode->op->mknod(dir->inode, S_IFREG | (mode & 07777 & ~current->fs->umask), 0);
	err = PTR_ERR(inode);
	if (IS_ERR(inode))
		goto out;
	inode->nlink = 0;
	inode->linkable = !(flags & O_EXCL);
	d = d_alloc(dir, name, scnprintf(name, sizeof(name), "#%lu", (unsigned long)inode->ino), inode);
	if (!d) {
		iput(inode);
		err = -ENOMEM;
		goto out;
	}
	dput(dir);
	return dentry_open(d, flags & ~(O_TMPFILE & ~O_DIRECTORY));
out:
	dput(dir);
	return ERR_PTR(err);
}

struct file *do_filp_open(int dirfd, const char *path, unsigned int flags, u32 mode, unsigned int lookup_flags)
{
	struct dentry *start, *d;
	bool created = false;
	struct file *f;
	int err;

	if (!*path)
		return ERR_PTR(-ENOENT);
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if ((flags & O_CREAT) && (flags & O_DIRECTORY) && (flags & O_TMPFILE) != O_TMPFILE)
		return ERR_PTR(-EINVAL);
	err = path_start(dirfd, path, &start);
	if (err)
		return ERR_PTR(err);
	mutex_lock(&namespace_lock);
	d = open_lookup(start, path, (flags & __O_TMPFILE) ? (flags & ~O_CREAT) | O_DIRECTORY : flags, mode, lookup_flags, &created);
	mutex_unlock(&namespace_lock);
	dput(start);
	if (IS_ERR(d))
		return (void *)d;
	if (flags & O_PATH)
		return dentry_open(d, flags);
	if (flags & __O_TMPFILE)
		return open_tmpfile(d, flags, mode);
	err = created ? 0 : (flags & O_CREAT) && S_ISDIR(d->inode->mode) ? -EISDIR : open_permission(d->inode, flags);
	if (!err && !created && S_ISREG(d->inode->mode))
		err = break_lease(d->inode, flags);
	if (!err && (flags & O_TRUNC) && S_ISREG(d->inode->mode) && !created) {
		err = atomic_read(&d->inode->writers) < 0 ? -ETXTBSY : inode_setsize(d->inode, 0);
		if (!err)
			fsnotify_dentry(d, IN_MODIFY);
		if (err == -EINVAL)
			err = 0;        /* made-up files have no size to cut */
	}
	if (err) {
		dput(d);
		return ERR_PTR(err);
	}
	f = dentry_open(d, flags);
	return f;
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

SYSCALL(openat2)
{
	struct open_how_abi how;
	unsigned int lookup = 0;

	if ((unsigned long)a3 < sizeof(how))
		return -EINVAL;
	if ((unsigned long)a3 > sizeof(how))
		return -E2BIG;
	if (copy_from_user(&how, (void *)a2, sizeof(how)))
		return -EFAULT;
	if ((how.flags >> 32) || (how.mode & ~07777ULL) || (how.resolve & ~0x1fULL) ||
	    (how.mode && !(how.flags & (O_CREAT | __O_TMPFILE))))
		return -EINVAL;
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
		if (!fs)
			return -ENOMEM;
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

struct file *open_exec(int dirfd, const char *path, int at_flags)
{
	struct dentry *d;
	struct file *f;
	int err;

	if (at_flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return ERR_PTR(-EINVAL);
	err = path_lookup(dirfd, path, ((at_flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) |
			  ((at_flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0), &d);
	if (err)
		return ERR_PTR(err);
	if (S_ISLNK(d->inode->mode))
		err = -ELOOP;
	else if (!S_ISREG(d->inode->mode) || (d->inode->sb->flags & MS_NOEXEC))
		err = -EACCES;
	else
		err = inode_permission(d->inode, X_OK);
	if (!err && atomic_read(&d->inode->writers) > 0)
		err = -ETXTBSY;
	if (err) {
		dput(d);
		return ERR_PTR(err);
	}
	f = dentry_open(d, O_RDONLY);
	return f;
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
