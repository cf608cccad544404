/* SPDX-License-Identifier: MIT */
/* Changing what a file is: mode, owner, times, size. chmod(2), chown(2), utimensat(2), truncate(2), fallocate(2). */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/notify.h>

static int inode_chmod(struct inode *inode, u32 mode)
{
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	mode &= 07777;
	if (!in_group(inode->gid) && !inode_capable(inode, CAP_FSETID))
		mode &= ~S_ISGID;
	inode->mode = (inode->mode & S_IFMT) | mode;
	inode->ctime_ns = current_time_ns();
	return 0;
}

/* @uid, @gid as the caller names them; ~0: as it is. */
static int inode_chown(struct inode *inode, u32 uid, u32 gid)
{
	bool owner = current->cred.fsuid == inode->uid;
	u32 kuid = make_kuid(current_user_ns(), uid), kgid = make_kgid(current_user_ns(), gid);

	if ((uid != NO_ID && kuid == NO_ID) || (gid != NO_ID && kgid == NO_ID))
		return -EINVAL;
	uid = kuid;
	gid = kgid;
	if (uid != ~0u && !(owner && uid == inode->uid) && !inode_capable(inode, CAP_CHOWN))
		return -EPERM;
	if (gid != ~0u && !(owner && (gid == inode->gid || in_group(gid))) && !inode_capable(inode, CAP_CHOWN))
		return -EPERM;
	if (uid != ~0u)
		inode->uid = uid;
	if (gid != ~0u)
		inode->gid = gid;
	if (!S_ISDIR(inode->mode)) {
		inode->mode &= ~S_ISUID;
		if (inode->mode & 010)
			inode->mode &= ~S_ISGID;
	}
	inode->ctime_ns = current_time_ns();
	return 0;
}

struct attr_request {
	enum { ATTR_MODE, ATTR_OWNER, ATTR_TIMES, ATTR_SIZE } kind;
	u32 mode, uid, gid;
	s64 atime_ns, mtime_ns;         /* ~0: leave alone */
	bool times_given;               /* explicit values: owner only */
	u64 size;
};

#define TIME_OMIT ((s64)1 << 63)

static int inode_set_times(struct inode *inode, const struct attr_request *r)
{
	int err;

	if (!inode_owner_or_capable(inode)) {
		if (r->times_given)
			return -EPERM;
		err = inode_permission(inode, W_OK);
		if (err)
			return err;
	}
	if (r->atime_ns != TIME_OMIT)
		inode->atime_ns = r->atime_ns;
	if (r->mtime_ns != TIME_OMIT)
		inode->mtime_ns = r->mtime_ns;
	inode->ctime_ns = current_time_ns();
	return 0;
}

static int apply(struct inode *inode, const struct attr_request *r)
{
	int err;

	switch (r->kind) {
	case ATTR_MODE:
		return inode_chmod(inode, r->mode);
	case ATTR_OWNER:
		return inode_chown(inode, r->uid, r->gid);
	case ATTR_TIMES:
		return inode_set_times(inode, r);
	default:
		if (S_ISDIR(inode->mode))
			return -EISDIR;
		if (!S_ISREG(inode->mode))
			return -EINVAL;
		err = inode_permission(inode, W_OK);
		if (!err && atomic_read(&inode->writers) < 0)
			err = -ETXTBSY;
		if (!err)
			err = break_lease(inode, O_WRONLY);
		return err ? err : inode_setsize(inode, r->size);
	}
}

/* What inotify(7) calls a change of that kind. */
static u32 event_of(const struct attr_request *r)
{
	if (r->kind == ATTR_SIZE)
		return IN_MODIFY;
	if (r->kind != ATTR_TIMES)
		return IN_ATTRIB;
	return r->atime_ns == TIME_OMIT ? IN_MODIFY : r->mtime_ns == TIME_OMIT ? IN_ACCESS : IN_ATTRIB;
}

static int apply_and_tell(const struct path *p, const struct attr_request *r)
{
	int err = want_write(p);

	if (!err)
		err = apply(p->dentry->inode, r);
	if (!err)
		fsnotify_dentry(p->dentry, event_of(r));
	return err;
}

static long apply_path(int dirfd, const char __user *path, unsigned int lookup, const struct attr_request *r)
{
	struct path p;
	int err = user_path(dirfd, path, lookup, &p);

	if (err)
		return err;
	err = apply_and_tell(&p, r);
	path_put(p);
	return err;
}

static long apply_fd(unsigned int n, const struct attr_request *r)
{
	struct fd fd = fdget(n);
	long ret = fd.file ? apply_and_tell(&fd.file->path, r) : -EBADF;

	fdput(fd);
	return ret;
}

SYSCALL(chmod) { return apply_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW, &(struct attr_request){ .kind = ATTR_MODE, .mode = a1 }); }
SYSCALL(fchmod) { return apply_fd(a0, &(struct attr_request){ .kind = ATTR_MODE, .mode = a1 }); }
SYSCALL(fchmodat) { return apply_path(a0, (const char *)a1, LOOKUP_FOLLOW, &(struct attr_request){ .kind = ATTR_MODE, .mode = a2 }); }
SYSCALL(fchmodat2)
{
	if (a3 & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return apply_path(a0, (const char *)a1, ((a3 & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) | ((a3 & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0),
			  &(struct attr_request){ .kind = ATTR_MODE, .mode = a2 });
}
SYSCALL(chown) { return apply_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW, &(struct attr_request){ .kind = ATTR_OWNER, .uid = a1, .gid = a2 }); }
SYSCALL(lchown) { return apply_path(AT_FDCWD, (const char *)a0, 0, &(struct attr_request){ .kind = ATTR_OWNER, .uid = a1, .gid = a2 }); }
SYSCALL(fchown) { return apply_fd(a0, &(struct attr_request){ .kind = ATTR_OWNER, .uid = a1, .gid = a2 }); }
SYSCALL(fchownat)
{
	if (a4 & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return apply_path(a0, (const char *)a1, ((a4 & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) | ((a4 & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0),
			  &(struct attr_request){ .kind = ATTR_OWNER, .uid = a2, .gid = a3 });
}

/* --- times ----------------------------------------------------------------------------------- */

static long set_times(int dirfd, const char __user *path, struct attr_request *r, unsigned int lookup)
{
	r->kind = ATTR_TIMES;
	if (!path) {
		if (dirfd == AT_FDCWD)
			return -EFAULT;
		return apply_fd(dirfd, r);
	}
	return apply_path(dirfd, path, lookup, r);
}

/* Two (sec, fraction) pairs; @unit is the fraction's in ns. */
static int get_times(struct attr_request *r, const void __user *u, s64 unit)
{
	s64 t[4];

	r->atime_ns = r->mtime_ns = current_time_ns();
	if (!u)
		return 0;
	if (copy_from_user(t, u, sizeof(t)))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		s64 *out = i ? &r->mtime_ns : &r->atime_ns, frac = t[2 * i + 1];

		if (unit == 1 && frac == UTIME_NOW)
			continue;
		r->times_given = true;
		if (unit == 1 && frac == UTIME_OMIT)
			*out = TIME_OMIT;
		else if (frac < 0 || frac * unit >= 1000000000)
			return -EINVAL;
		else
			*out = t[2 * i] * 1000000000 + frac * unit;
	}
	return 0;
}

SYSCALL(utimensat)
{
	struct attr_request r = { 0 };
	int err = get_times(&r, (void *)a2, 1);

	if (!err && (a3 & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		err = -EINVAL;
	if (!err && r.atime_ns == TIME_OMIT && r.mtime_ns == TIME_OMIT)
		return 0;
	return err ? err : set_times(a0, (const char *)a1, &r, ((a3 & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) |
				     ((a3 & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0));
}

SYSCALL(futimesat)
{
	struct attr_request r = { 0 };
	int err = get_times(&r, (void *)a2, 1000);

	return err ? err : set_times(a0, (const char *)a1, &r, LOOKUP_FOLLOW);
}

SYSCALL(utimes)
{
	struct attr_request r = { 0 };
	int err = get_times(&r, (void *)a1, 1000);

	return err ? err : a0 ? set_times(AT_FDCWD, (const char *)a0, &r, LOOKUP_FOLLOW) : -EFAULT;
}

SYSCALL(utime)
{
	struct attr_request r = { 0 };
	s64 t[2];

	r.atime_ns = r.mtime_ns = current_time_ns();
	if (a1) {
		if (copy_from_user(t, (void *)a1, sizeof(t)))
			return -EFAULT;
		r.atime_ns = t[0] * 1000000000;
		r.mtime_ns = t[1] * 1000000000;
		r.times_given = true;
	}
	return a0 ? set_times(AT_FDCWD, (const char *)a0, &r, LOOKUP_FOLLOW) : -EFAULT;
}

/* --- size ------------------------------------------------------------------------------------ */

static int check_fsize(u64 size)
{
	if (size > current->signal->rlim[RLIMIT_FSIZE].rlim_cur) {
		send_sig_info(SIGXFSZ, NULL, current);
		return -EFBIG;
	}
	return 0;
}

SYSCALL(truncate)
{
	int err = a1 < 0 ? -EINVAL : check_fsize(a1);

	return err ? err : apply_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW, &(struct attr_request){ .kind = ATTR_SIZE, .size = a1 });
}

SYSCALL(ftruncate)
{
	struct fd fd = fdget(a0);
	long ret;

	if (!fd.file)
		return -EBADF;
	if (a1 < 0 || !S_ISREG(fd.file->inode->mode) || !(fd.file->mode & FMODE_WRITE))
		ret = -EINVAL;
	else
		ret = check_fsize(a1);
	if (!ret)
		ret = inode_setsize(fd.file->inode, a1);
	if (!ret)
		fsnotify_file(fd.file, IN_MODIFY);
	fdput(fd);
	return ret;
}

/* Could @nr_pages of the file be there at once, be they there already or not? Before anything is done about it. */
static bool has_space(const struct inode *inode, u64 nr_pages)
{
	const struct page_limit *l = &inode->sb->pages;
	u64 there = min(inode->mapping.nr_pages, nr_pages), room = l->max ? l->max - min(l->max, l->used) : nr_free_pages();

	return nr_pages - there <= min(room, (u64)nr_free_pages());
}

static long do_fallocate(struct file *f, int mode, u64 from, u64 len)
{
	struct inode *inode = f->inode;
	struct address_space *m = &inode->mapping;
	u64 end = from + len;
	long ret = 0;

	if ((mode & FALLOC_FL_PUNCH_HOLE) && (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return -EPERM;
	mutex_lock(&inode->lock);
	if (!(mode & FALLOC_FL_PUNCH_HOLE) && !has_space(inode, PFN_UP(end) - (from >> PAGE_SHIFT))) {
		mutex_unlock(&inode->lock);
		return -ENOSPC;
	}
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		filemap_punch_hole(m, from, end);
	if (!(mode & FALLOC_FL_PUNCH_HOLE)) {
		if ((inode->seals & F_SEAL_GROW) && end > m->size)
			ret = -EPERM;
		for (u64 i = from >> PAGE_SHIFT; !ret && i << PAGE_SHIFT < end; i++) {
			struct page *p = find_or_create_page(m, i);

			if (IS_ERR(p))
				ret = -ENOSPC;
			else
				put_page(p);
		}
		if (!ret && !(mode & FALLOC_FL_KEEP_SIZE) && end > m->size)
			m->size = end;
	}
	if (!ret)
		touch_mtime(inode);
	mutex_unlock(&inode->lock);
	return ret;
}

SYSCALL(fallocate)
{
	struct fd fd = fdget(a0);
	long ret;

	if (!fd.file)
		return -EBADF;
	if (a2 < 0 || a3 <= 0)
		ret = -EINVAL;
	else if (a1 & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		ret = -EOPNOTSUPP;
	else if ((a1 & FALLOC_FL_PUNCH_HOLE) && !(a1 & FALLOC_FL_KEEP_SIZE))
		ret = -EOPNOTSUPP;
	else if (!(fd.file->mode & FMODE_WRITE))
		ret = -EBADF;
	else if (S_ISFIFO(fd.file->inode->mode))
		ret = -ESPIPE;
	else if (!S_ISREG(fd.file->inode->mode))
		ret = -ENODEV;
	else if (a2 + a3 < 0)
		ret = -EFBIG;
	else
		ret = check_fsize(a2 + a3);
	if (!ret)
		ret = do_fallocate(fd.file, a1, a2, a3);
	if (!ret)
		fsnotify_file(fd.file, IN_MODIFY);
	fdput(fd);
	return ret;
}
