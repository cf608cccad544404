/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, xattr(7): names with values on an inode of tmpfs, kept sorted, last name first, as Linux lists them. Classes are
 * user. (files and directories), trusted. (root; hidden from others) and security. (anybody reads, root writes).
 *
 * Lock: inode->lock for the list. Values come in before it is taken and go out of a copy.
 */
#include "internal.h"
#include <fs/notify.h>

#define XATTR_CREATE 1
#define XATTR_REPLACE 2
#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536
#define XATTR_LIST_MAX 65536
#define XATTR_INODE_MAX (1UL << 20)     /* bytes of all names and values of one inode: ours, against memory bombs */

struct xattr {
	struct xattr *next;             /* inode->xattrs, last name first, as Linux lists them */
	size_t size;
	char *name;                     /* behind the value, NUL-terminated */
	char value[];
};

void xattrs_free(struct inode *inode)
{
	while (inode->xattrs) {
		struct xattr *x = inode->xattrs;

		inode->xattrs = x->next;
		kfree(x);
	}
}

/* Where @name is or would be. */
static struct xattr **find(struct inode *inode, const char *name)
{
	struct xattr **p = &inode->xattrs;

	while (*p && strcmp((*p)->name, name) > 0)
		p = &(*p)->next;
	return p;
}

static bool is_named(const struct xattr *x, const char *name)
{
	return x && !strcmp(x->name, name);
}

static bool has_prefix(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* May the current task do this to an attribute of that class? @mask: R_OK, W_OK. */
static int class_permission(struct inode *inode, const char *name, int mask)
{
	const int denied = (mask & W_OK) ? -EPERM : -ENODATA;

	if (has_prefix(name, "security."))
		return (mask & W_OK) && !capable(CAP_SYS_ADMIN) ? -EPERM : 0;
	if (has_prefix(name, "system."))
		return 0;
	if (has_prefix(name, "trusted."))
		return capable(CAP_SYS_ADMIN) ? 0 : denied;
	if (has_prefix(name, "user.")) {
		if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
			return denied;
		if (S_ISDIR(inode->mode) && (inode->mode & S_ISVTX) && (mask & W_OK) && !inode_owner_or_capable(inode))
			return -EPERM;
	}
	return inode_permission(inode, mask);
}

/* Is there a store for it? */
static int class_stored(const struct inode *inode, const char *name)
{
	static const char *const classes[] = { "user.", "trusted.", "security." };

	if (!inode->sb->type || inode->sb->type->magic != TMPFS_MAGIC)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (has_prefix(name, classes[i]))
			return name[strlen(classes[i])] ? 0 : -EINVAL;
	return -EOPNOTSUPP;
}

static int check(const struct path *p, const char *name, int mask)
{
	struct inode *inode = p->dentry->inode;
	int err = (mask & W_OK) ? want_write(p) : 0;

	if (!err)
		err = class_permission(inode, name, mask);
	return err ? err : class_stored(inode, name);
}

static size_t bytes_of_all(const struct inode *inode)
{
	size_t n = 0;

	for (const struct xattr *x = inode->xattrs; x; x = x->next)
		n += sizeof(*x) + x->size + strlen(x->name) + 1;
	return n;
}

/* @new (consumed) takes its place among the inode's; NULL: the attribute @name goes. => inode->lock held */
static int replace(struct inode *inode, const char *name, struct xattr *new, int flags)
{
	struct xattr **p = find(inode, name), *old = *p;
	int err = 0;

	if (!is_named(old, name))
		old = NULL;
	if (old && (flags & XATTR_CREATE))
		err = -EEXIST;
	else if (!old && (flags & XATTR_REPLACE))
		err = -ENODATA;
	else if (new && bytes_of_all(inode) + new->size > XATTR_INODE_MAX)
		err = -ENOSPC;
	if (err) {
		kfree(new);
		return err;
	}
	if (old)
		*p = old->next;
	kfree(old);
	if (new) {
		new->next = *p;
		*p = new;
	}
	inode->ctime_ns = current_time_ns();
	return 0;
}

/* --- the objects of a call ------------------------------------------------------------------- */

/* By path or descriptor: referenced. */
static int path_of(const char __user *name, unsigned int lookup, struct path *out)
{
	return user_path(AT_FDCWD, name, lookup, out);
}

static int path_of_fd(unsigned int n, struct path *out)
{
	struct fd fd = fdget(n);

	if (!fd.file)
		return -EBADF;
	*out = path_get(fd.file->path);
	fdput(fd);
	return 0;
}

static int get_name(char *name, const char __user *u)
{
	ssize_t n = strncpy_from_user(name, u, XATTR_NAME_MAX + 1);

	return n == -ENAMETOOLONG || n == 0 ? -ERANGE : n < 0 ? (int)n : 0;
}

/* --- set, remove ----------------------------------------------------------------------------- */

static struct xattr *get_value(const char *name, const void __user *value, size_t size)
{
	struct xattr *x = kmalloc(sizeof(*x) + size + strlen(name) + 1, GFP_KERNEL);

	if (!x)
		return ERR_PTR(-ENOMEM);
	x->next = NULL;
	x->size = size;
	x->name = x->value + size;
	strscpy(x->name, name, strlen(name) + 1);
	if (size && copy_from_user(x->value, value, size)) {
		kfree(x);
		return ERR_PTR(-EFAULT);
	}
	return x;
}

/* Consumes @p. */
static long set_on(struct path p, const char __user *uname, const void __user *value, size_t size, int flags)
{
	struct inode *inode = p.dentry->inode;
	char name[XATTR_NAME_MAX + 1];
	struct xattr *x;
	long err = (flags & ~(XATTR_CREATE | XATTR_REPLACE)) ? -EINVAL : get_name(name, uname);

	if (!err && size > XATTR_SIZE_MAX)
		err = -E2BIG;
	if (err)
		goto out;
	x = get_value(name, value, size);
	err = PTR_ERR(x);
	if (IS_ERR(x))
		goto out;
	err = check(&p, name, W_OK);
	if (err) {
		kfree(x);
		goto out;
	}
	mutex_lock(&inode->lock);
	err = replace(inode, name, x, flags);
	mutex_unlock(&inode->lock);
	if (!err)
		fsnotify_dentry(p.dentry, IN_ATTRIB);
out:
	path_put(p);
	return err;
}

static long remove_on(struct path p, const char __user *uname)
{
	struct inode *inode = p.dentry->inode;
	char name[XATTR_NAME_MAX + 1];
	long err = get_name(name, uname);

	if (!err)
		err = check(&p, name, W_OK);
	if (!err) {
		mutex_lock(&inode->lock);
		err = replace(inode, name, NULL, XATTR_REPLACE);
		mutex_unlock(&inode->lock);
	}
	if (!err)
		fsnotify_dentry(p.dentry, IN_ATTRIB);
	path_put(p);
	return err;
}

/* --- get, list ------------------------------------------------------------------------------- */

/* @n bytes at @from to the user's buffer of @size; size 0: only how many. */
static long put_bytes(const void *from, size_t n, void __user *buf, size_t size)
{
	if (!size)
		return n;
	if (n > size)
		return -ERANGE;
	return n && copy_to_user(buf, from, n) ? -EFAULT : (long)n;
}

static long get_on(struct path p, const char __user *uname, void __user *value, size_t size)
{
	struct inode *inode = p.dentry->inode;
	char name[XATTR_NAME_MAX + 1];
	long ret = get_name(name, uname);

	if (!ret)
		ret = check(&p, name, R_OK);
	if (!ret) {
		struct xattr *x;

		mutex_lock(&inode->lock);
		x = *find(inode, name);
		ret = is_named(x, name) ? put_bytes(x->value, x->size, value, size) : -ENODATA;
		mutex_unlock(&inode->lock);
	}
	path_put(p);
	return ret;
}

/* All names that the current task may see, each with its NUL, at @buf (NULL: only counted). => inode->lock held */
static size_t gather_names(const struct inode *inode, char *buf)
{
	size_t n = 0;

	for (const struct xattr *x = inode->xattrs; x; x = x->next) {
		size_t len = strlen(x->name) + 1;

		if (has_prefix(x->name, "trusted.") && !capable(CAP_SYS_ADMIN))
			continue;
		if (buf)
			memcpy(buf + n, x->name, len);
		n += len;
	}
	return n;
}

static long list_on(struct path p, char __user *list, size_t size)
{
	struct inode *inode = p.dentry->inode;
	char *buf = NULL;
	size_t n;
	long ret;

	mutex_lock(&inode->lock);
	n = gather_names(inode, NULL);
	if (size && n && n <= min(size, (size_t)XATTR_LIST_MAX)) {
		buf = kmalloc(n, GFP_KERNEL);
		if (buf)
			gather_names(inode, buf);
	}
	mutex_unlock(&inode->lock);
	if (n > XATTR_LIST_MAX)
		ret = -E2BIG;
	else if (size && n && n <= size && !buf)
		ret = -ENOMEM;
	else
		ret = put_bytes(buf, n, list, size);
	kfree(buf);
	path_put(p);
	return ret;
}

/* --- system calls: by path, by a link itself, by descriptor ---------------------------------- */

#define XATTR_CALLS(name, on) \
	SYSCALL(name) { struct path p; int err = path_of((const char *)a0, LOOKUP_FOLLOW, &p); return err ? err : on; } \
	SYSCALL(l##name) { struct path p; int err = path_of((const char *)a0, 0, &p); return err ? err : on; } \
	SYSCALL(f##name) { struct path p; int err = path_of_fd(a0, &p); return err ? err : on; }

XATTR_CALLS(setxattr, set_on(p, (const char *)a1, (const void *)a2, a3, a4))
XATTR_CALLS(getxattr, get_on(p, (const char *)a1, (void *)a2, a3))
XATTR_CALLS(listxattr, list_on(p, (char *)a1, a2))
XATTR_CALLS(removexattr, remove_on(p, (const char *)a1))
