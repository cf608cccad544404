/* SPDX-License-Identifier: MIT */
/*
 * File handles, name_to_handle_at(2) and open_by_handle_at(2): a file of a tmpfs by its number, for file servers. The number
 * leads to a name that the file has; one that has none any more is stale. A handle is asked for rarely: finding is a walk.
 */
#include "internal.h"

#define MAX_HANDLE_SZ 128
#define HANDLE_TYPE 1           /* Linux's for this form; nobody looks at it again */
#define HANDLE_INVALID 255
#define AT_HANDLE_FID AT_REMOVEDIR      /* the same bit: only an identity is wanted, it need not be opened */

struct file_handle_abi { u32 handle_bytes, handle_type; };
struct handle { u32 generation, ino_low, ino_high; };

/* Tells files apart that have the same number one after the other. */
static u32 generation(const struct inode *inode)
{
	return (u32)inode->btime_ns ^ (u32)inode->sb->dev;
}

static bool has_handles(const struct super_block *sb)
{
	return sb->type && sb->type->magic == TMPFS_MAGIC;
}

SYSCALL(name_to_handle_at)
{
	struct file_handle_abi h, __user *out = (void *)a2;
	struct inode *inode;
	struct handle id;
	struct path p;
	int err, mount_id;

	if (a4 & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_FID))
		return -EINVAL;
	err = user_path(a0, (const char *)a1, ((a4 & AT_SYMLINK_FOLLOW) ? LOOKUP_FOLLOW : 0) | ((a4 & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0), &p);
	if (err)
		return err;
	inode = p.dentry->inode;
	id = (struct handle){ generation(inode), (u32)inode->ino, (u32)(inode->ino >> 32) };
	mount_id = p.mnt ? p.mnt->id : 0;
	if (!has_handles(inode->sb))
		err = -EOPNOTSUPP;
	else if (copy_from_user(&h, out, sizeof(h)))
		err = -EFAULT;
	else if (h.handle_bytes > MAX_HANDLE_SZ)
		err = -EINVAL;
	path_put(p);
	if (err)
		return err;
	err = h.handle_bytes < sizeof(id) ? -EOVERFLOW : 0;
	h = (struct file_handle_abi){ sizeof(id), err ? HANDLE_INVALID : HANDLE_TYPE };
	if (copy_to_user((void *)a3, &mount_id, sizeof(mount_id)) || copy_to_user(out, &h, sizeof(h)) || (!err && copy_to_user(out + 1, &id, sizeof(id))))
		return -EFAULT;
	return err;
}

/* A referenced name of the file, or NULL. => namespace_lock held */
static struct dentry *find_name(struct dentry *root, const struct handle *id)
{
	u64 ino = id->ino_low | (u64)id->ino_high << 32;
	struct dentry *d = root;

	for (;;) {
		struct rb_node *next = rb_first(&d->children);

		if (d->inode->ino == ino && generation(d->inode) == id->generation)
			return dget(d);
		while (!next && d != root) {
			next = rb_next(&d->node);
			d = d->parent;
		}
		if (!next)
			return NULL;
		d = rb_entry(next, struct dentry, node);
	}
}

/* The place of the handle's file in the mount of @dirfd. */
static int handle_path(int dirfd, const struct file_handle_abi *h, const struct handle *id, struct path *out)
{
	struct super_block *sb;
	struct dentry *d = NULL;
	struct path start;
	int err = path_start(dirfd, "", &start);

	if (err)
		return err;
	sb = start.dentry->inode->sb;
	if (has_handles(sb) && sb->root && h->handle_bytes >= sizeof(*id)) {
		mutex_lock(&namespace_lock);
		d = find_name(sb->root, id);
		namespace_unlock();
	}
	if (!d) {
		path_put(start);
		return -ESTALE;
	}
	dput(start.dentry);
	*out = (struct path){ start.mnt, d };
	return 0;
}

SYSCALL(open_by_handle_at)
{
	const struct file_handle_abi __user *in = (void *)a1;
	unsigned int flags = a2;
	struct file_handle_abi h;
	struct handle id = { 0 };
	struct file *f;
	struct path p;
	int fd, err;

	if (!capable(CAP_DAC_READ_SEARCH))
		return -EPERM;
	if (copy_from_user(&h, in, sizeof(h)))
		return -EFAULT;
	if (h.handle_bytes > MAX_HANDLE_SZ || !h.handle_bytes)
		return -EINVAL;
	if (copy_from_user(&id, in + 1, min((size_t)h.handle_bytes, sizeof(id))))
		return -EFAULT;
	err = handle_path(a0, &h, &id, &p);
	if (err)
		return err;
	fd = get_unused_fd(0, flags & O_CLOEXEC);
	if (fd < 0) {
		path_put(p);
		return fd;
	}
	f = path_open(p, (flags & O_PATH) ? flags : flags | O_LARGEFILE);
	if (IS_ERR(f)) {
		put_unused_fd(fd);
		return PTR_ERR(f);
	}
	fd_install(fd, f);
	return fd;
}
