/* SPDX-License-Identifier: MIT */
/* What a file is: the stat family, statx, access, readlink, statfs, getdents. */
#include "internal.h"
#include <fs/notify.h>

static void split_time(s64 ns, u64 *sec, u64 *nsec)
{
	s64 s = ns / 1000000000, r = ns % 1000000000;

	if (r < 0) {
		r += 1000000000;
		s--;
	}
	*sec = s;
	*nsec = r;
}

static void refresh(struct inode *inode)
{
	if (inode->op && inode->op->getattr)
		inode->op->getattr(inode);
}

/* A stored directory has 20 bytes for each entry, as Linux's tmpfs says. */
static u64 size_of(const struct path *p)
{
	const struct inode *inode = p->dentry->inode;

	if (S_ISDIR(inode->mode) && inode->sb->type && inode->sb->type->magic == TMPFS_MAGIC)
		return (p->dentry->nr_children + 2) * 20UL;
	return inode->mapping.size;
}

static void fill_stat(const struct path *p, struct stat_abi *st)
{
	struct inode *inode = p->dentry->inode;

	refresh(inode);
	memset(st, 0, sizeof(*st));
	st->st_dev = inode->sb->dev;
	st->st_ino = inode->ino;
	st->st_nlink = inode->nlink;
	st->st_mode = inode->mode;
	st->st_uid = uid_seen(inode->uid);
	st->st_gid = gid_seen(inode->gid);
	st->st_rdev = inode->rdev;
	st->st_size = size_of(p);
	st->st_blksize = PAGE_SIZE;
	st->st_blocks = inode->mapping.nr_pages * (PAGE_SIZE / 512);
	split_time(inode->atime_ns, &st->atime_sec, &st->atime_nsec);
	split_time(inode->mtime_ns, &st->mtime_sec, &st->mtime_nsec);
	split_time(inode->ctime_ns, &st->ctime_sec, &st->ctime_nsec);
}

static long put_stat(const struct path *p, void __user *buf)
{
	struct stat_abi st;

	fill_stat(p, &st);
	return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}

static long stat_path(int dirfd, const char __user *path, unsigned int lookup, void __user *buf)
{
	struct path p;
	int err = user_path(dirfd, path, lookup, &p);
	long ret;

	if (err)
		return err;
	ret = put_stat(&p, buf);
	path_put(p);
	return ret;
}

static long stat_fd(unsigned int n, void __user *buf)
{
	struct fd fd = fdget_raw(n);
	long ret = -EBADF;

	if (fd.file)
		ret = put_stat(&fd.file->path, buf);
	fdput(fd);
	return ret;
}

SYSCALL(stat) { return stat_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW, (void *)a1); }
SYSCALL(lstat) { return stat_path(AT_FDCWD, (const char *)a0, 0, (void *)a1); }
SYSCALL(fstat) { return stat_fd(a0, (void *)a1); }

static int at_lookup_flags(long flags, unsigned int *lookup)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	*lookup = ((flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) | ((flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0);
	return 0;
}

SYSCALL(newfstatat)
{
	unsigned int lookup;
	int err = at_lookup_flags(a3, &lookup);

	return err ? err : stat_path(a0, (const char *)a1, lookup, (void *)a2);
}

static void statx_time(s64 ns, struct statx_timestamp_abi *t)
{
	u64 s, n;

	split_time(ns, &s, &n);
	t->tv_sec = s;
	t->tv_nsec = n;
}

SYSCALL(statx)
{
	struct statx_abi x = { 0 };
	struct inode *inode;
	struct path p;
	unsigned int lookup;
	int err = at_lookup_flags(a2 & ~AT_STATX_SYNC_TYPE, &lookup);

	if (err)
		return err;
	if ((a3 & STATX__RESERVED) || (a2 & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	err = user_path(a0, (const char *)a1, lookup, &p);
	if (err)
		return err;
	inode = p.dentry->inode;
	refresh(inode);
	x.stx_mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
	x.stx_blksize = PAGE_SIZE;
	x.stx_nlink = inode->nlink;
	x.stx_uid = uid_seen(inode->uid);
	x.stx_gid = gid_seen(inode->gid);
	x.stx_mode = inode->mode;
	x.stx_ino = inode->ino;
	x.stx_size = size_of(&p);
	x.stx_blocks = inode->mapping.nr_pages * (PAGE_SIZE / 512);
	statx_time(inode->atime_ns, &x.stx_atime);
	statx_time(inode->btime_ns, &x.stx_btime);
	statx_time(inode->ctime_ns, &x.stx_ctime);
	statx_time(inode->mtime_ns, &x.stx_mtime);
	x.stx_rdev_major = MAJOR(inode->rdev);
	x.stx_rdev_minor = MINOR(inode->rdev);
	x.stx_dev_major = MAJOR(inode->sb->dev);
	x.stx_dev_minor = MINOR(inode->sb->dev);
	x.stx_mnt_id = p.mnt ? p.mnt->id : 0;
	x.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT;
	if (p.mnt && p.mnt->root == p.dentry)
		x.stx_attributes = STATX_ATTR_MOUNT_ROOT;
	path_put(p);
	return copy_to_user((void *)a4, &x, sizeof(x)) ? -EFAULT : 0;
}

static long do_access(int dirfd, const char __user *path, int mode, int flags)
{
	struct cred *c = &current->cred;
	bool effective = flags & AT_EACCESS;
	struct path p;
	u32 fsuid = c->fsuid, fsgid = c->fsgid;
	u64 caps = c->cap_effective;
	int err;

	if ((mode & ~7) || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	/* The whole walk is made with the real ids. Nothing else sees them: a task's ids are its own. */
	if (!effective) {
		c->fsuid = c->uid;
		c->fsgid = c->gid;
		c->cap_effective = c->uid != make_kuid(c->user_ns, 0) ? 0 : c->cap_permitted;
	}
	err = user_path(dirfd, path, ((flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) |
			((flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0), &p);
	if (!err) {
		if (mode)
			err = path_permission(&p, mode);
		path_put(p);
	}
	c->fsuid = fsuid;
	c->fsgid = fsgid;
	c->cap_effective = caps;
	return err;
}

SYSCALL(access) { return do_access(AT_FDCWD, (const char *)a0, a1, 0); }
SYSCALL(faccessat) { return do_access(a0, (const char *)a1, a2, 0); }
SYSCALL(faccessat2) { return do_access(a0, (const char *)a1, a2, a3); }

/* --- readlink -------------------------------------------------------------------------------- */

static long put_link(struct inode *inode, char __user *buf, size_t size, char *page)
{
	const char *text;
	size_t n;

	if (inode->op->jump && !inode->op->get_link)
		return -EINVAL;
	text = inode->op->get_link(inode, page, PATH_MAX);
	if (IS_ERR(text))
		return PTR_ERR(text);
	n = min(strlen(text), size);
	return copy_to_user(buf, text, n) ? -EFAULT : (long)n;
}

static long do_readlinkat(int dirfd, const char __user *path, char __user *buf, int size)
{
	struct inode *inode;
	struct path p;
	char *page;
	long ret;
	int err;

	if (size <= 0)
		return -EINVAL;
	err = user_path(dirfd, path, LOOKUP_EMPTY, &p);
	if (err)
		return err;
	inode = p.dentry->inode;
	page = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!page)
		ret = -ENOMEM;
	else if (!S_ISLNK(inode->mode))
		ret = -EINVAL;
	else
		ret = put_link(inode, buf, size, page);
	kfree(page);
	path_put(p);
	return ret;
}

SYSCALL(readlink)
{
	char c[1];

	/* Only readlinkat knows the empty path. */
	if (strncpy_from_user(c, (const char *)a0, 1) == 0)
		return -ENOENT;
	return do_readlinkat(AT_FDCWD, (const char *)a0, (char *)a1, a2);
}
SYSCALL(readlinkat) { return do_readlinkat(a0, (const char *)a1, (char *)a2, a3); }

/* --- statfs ---------------------------------------------------------------------------------- */

static struct statfs_abi statfs_of(struct super_block *sb, unsigned long flags, u32 mode)
{
	struct statfs_abi s = { 0 };
	u64 total = totalram_pages(), free = nr_free_pages();

	s.f_type = sb->type ? sb->type->magic : S_ISFIFO(mode) ? PIPEFS_MAGIC : S_ISSOCK(mode) ? SOCKFS_MAGIC : ANON_INODE_FS_MAGIC;
	s.f_bsize = s.f_frsize = PAGE_SIZE;
	s.f_namelen = NAME_MAX;
	s.f_flags = ST_VALID | (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)) |
		    ((flags & MS_NOATIME) ? 0 : ST_RELATIME);
	s.f_fsid[0] = sb->dev;
	if (s.f_type == TMPFS_MAGIC && sb->root) { /* memfd's has none: neither names nor limits */
		s.f_blocks = sb->pages.max ? sb->pages.max : sb->pages.used + free;
		s.f_bfree = s.f_bavail = s.f_blocks - min((u64)s.f_blocks, sb->pages.used);
		s.f_files = sb->max_inodes ? sb->max_inodes : total / 2;
		s.f_ffree = max((s64)0, s.f_files - atomic_read(&sb->nr_inodes));
	}
	return s;
}

static long put_statfs(const struct path *p, void __user *buf)
{
	struct statfs_abi s = statfs_of(p->dentry->inode->sb, path_flags(p), p->dentry->inode->mode);

	return copy_to_user(buf, &s, sizeof(s)) ? -EFAULT : 0;
}

/* Of what is mounted; pipes and the like, which Linux knows too, are EINVAL. */
SYSCALL(ustat)
{
	struct ustat_abi u = { 0 };
	struct mount *m;
	bool found = false;

	mutex_lock(&namespace_lock);
	list_for_each_entry(m, &all_mounts, list) {
		if (m->sb->dev == (u32)a0 && !found) {
			struct statfs_abi s = statfs_of(m->sb, 0, S_IFDIR);

			u.f_tfree = (s32)s.f_bfree;
			u.f_tinode = (u64)s.f_ffree;
			found = true;
		}
	}
	mutex_unlock(&namespace_lock);
	if (!found)
		return -EINVAL;
	return copy_to_user((void __user *)a1, &u, sizeof(u)) ? -EFAULT : 0;
}

SYSCALL(statfs)
{
	struct path p;
	int err = user_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW, &p);
	long ret;

	if (err)
		return err;
	ret = put_statfs(&p, (void *)a1);
	path_put(p);
	return ret;
}

SYSCALL(fstatfs)
{
	struct fd fd = fdget_raw(a0);
	long ret = fd.file ? put_statfs(&fd.file->path, (void *)a1) : -EBADF;

	fdput(fd);
	return ret;
}

/* --- directories ----------------------------------------------------------------------------- */

#define DIRENT_CHUNK 2048

/* Entries are built in kernel memory: the tree must not change under a half-written user copy. */
struct getdents_ctx {
	char *buf;
	size_t used, size;
	u64 pos;                /* after the last entry taken */
	bool old_format;
	bool full;
};

static bool fill_dirent(void *arg, const char *name, size_t len, u64 pos_after, u64 ino, u32 mode)
{
	struct getdents_ctx *c = arg;
	size_t head = c->old_format ? 18 : offsetof(struct linux_dirent64_abi, d_name);
	size_t reclen = ALIGN(head + len + (c->old_format ? 2 : 1), 8UL);
	char *p = c->buf + c->used;
	struct linux_dirent64_abi *e = (void *)p;

	if (c->used + reclen > c->size) {
		c->full = true;
		return false;
	}
	memset(p, 0, reclen);
	e->d_ino = ino;
	e->d_off = pos_after;
	e->d_reclen = reclen;
	if (c->old_format)
		p[reclen - 1] = (mode & S_IFMT) >> 12;
	else
		e->d_type = (mode & S_IFMT) >> 12;
	memcpy(p + head, name, len);
	c->used += reclen;
	c->pos = pos_after;
	return true;
}

/* What fits into ring 3's memory counts: bytes of whole entries, or -EFAULT when not even one does. */
static long put_dirents(struct getdents_ctx *c, void __user *buf)
{
	size_t there = c->used - copy_to_user(buf, c->buf, c->used), n = 0;

	if (likely(there == c->used))
		return (long)there;
	for (;;) {
		const struct linux_dirent64_abi *e = (const void *)(c->buf + n);

		if (n + e->d_reclen > there)
			return n ? (long)n : -EFAULT;
		n += e->d_reclen;
		c->pos = e->d_off;
	}
}

static long do_getdents(unsigned int n, void __user *buf, size_t size, bool old_format)
{
	/* A size beyond an int is taken for a negative one, which nothing fits in. */
	struct getdents_ctx c = { .size = size >> 31 ? 0 : min(size, DIRENT_CHUNK * 16UL), .old_format = old_format };
	struct fd fd = fdget(n);
	long ret = -EBADF;

	if (!fd.file)
		return ret;
	ret = -ENOTDIR;
	if (!fd.file->op->iterate)
		goto out;
	ret = -ENOENT;
	if (!fd.file->inode->nlink)
		goto out;
	c.buf = kmalloc(c.size + 8, GFP_KERNEL);
	ret = -ENOMEM;
	if (!c.buf)
		goto out;
	c.pos = fd.file->pos;
	mutex_lock(&namespace_lock);
	ret = fd.file->op->iterate(fd.file, fill_dirent, &c);
	namespace_unlock();
	if (!ret) {
		if (!c.used && c.full)
			ret = -EINVAL;
		else
			ret = put_dirents(&c, buf);
	}
	if (ret >= 0)
		fd.file->pos = c.pos;
	touch_atime(fd.file);
	fsnotify_file(fd.file, IN_ACCESS);
	kfree(c.buf);
out:
	fdput(fd);
	return ret;
}

SYSCALL(getdents64) { return do_getdents(a0, (void *)a1, (unsigned int)a2, false); }
SYSCALL(getdents) { return do_getdents(a0, (void *)a1, (unsigned int)a2, true); }
