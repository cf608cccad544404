/* SPDX-License-Identifier: MIT */
/*
 * The initramfs becomes the root's content. A broken archive ends the unpacking with a sentence; what came
 * before stays. Hard links: further names of one (dev, ino) pair, the body comes with any of them.
 */
#include "internal.h"
#include <fs/cpio.h>

struct hardlink { struct hardlink *next; u32 ino, major, minor; const char *name; };

static struct hardlink **find_link(struct hardlink **head, const struct cpio_entry *e)
{
	while (*head && ((*head)->ino != e->ino || (*head)->major != e->major || (*head)->minor != e->minor))
		head = &(*head)->next;
	return head;
}

static int write_file(const char *path, const struct cpio_entry *e)
{
	struct file *f = do_filp_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_NOFOLLOW | (e->size ? O_TRUNC : 0), e->mode & 07777, 0);
	ssize_t n;

	if (IS_ERR(f))
		return PTR_ERR(f);
	n = e->size ? kernel_write(f, e->body, e->size, 0) : 0;
	f->inode->mode = S_IFREG | (e->mode & 07777);
	f->inode->uid = e->uid;
	f->inode->gid = e->gid;
	f->inode->mtime_ns = (s64)e->mtime * 1000000000;
	fput(f);
	if (n < 0)
		return n;
	return (u64)n == e->size ? 0 : -ENOSPC;
}

static int make_link(const char *path, const struct cpio_entry *e)
{
	char target[PATH_MAX > 1024 ? 1024 : PATH_MAX];

	if (e->size == 0 || e->size >= sizeof(target) || memchr(e->body, 0, e->size))
		return -EINVAL;
	memcpy(target, e->body, e->size);
	target[e->size] = '\0';
	return kern_symlink(target, path);
}

static int set_owner(const char *path, const struct cpio_entry *e)
{
	struct inode *inode;
	struct path p;
	int err = path_lookup(AT_FDCWD, path, 0, &p);

	if (err)
		return err;
	inode = p.dentry->inode;
	if (!S_ISLNK(inode->mode))
		inode->mode = (inode->mode & S_IFMT) | (e->mode & 07777);
	inode->uid = e->uid;
	inode->gid = e->gid;
	path_put(p);
	return 0;
}

static int make_node(const char *path, const struct cpio_entry *e)
{
	int err;

	switch (e->mode & S_IFMT) {
	case S_IFLNK:
		err = make_link(path, e);
		break;
	case S_IFDIR: case S_IFIFO: case S_IFSOCK:
		err = kern_mknod(path, (e->mode & S_IFMT) | (e->mode & 07777), 0);
		break;
	case S_IFCHR: case S_IFBLK:
		err = kern_mknod(path, (e->mode & S_IFMT) | (e->mode & 07777), MKDEV(e->rmajor, e->rminor));
		break;
	default:
		return -EINVAL;
	}
	/* /dev, /proc and their like are there already. */
	if (err == -EEXIST && (S_ISDIR(e->mode) || S_ISCHR(e->mode)))
		return 0;
	return err ? err : set_owner(path, e);
}

/* Archives may leave directories out: made on the way. @path is changed and put back. */
static void make_parents(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)kern_mknod(path, S_IFDIR | 0755, 0);
		*p = '/';
	}
}

/* A later archive replaces what an earlier one had there, whatever it is; directories stay for directories. */
static void clean_path(const char *path, u32 mode)
{
	struct dentry *d;
	struct path p;
	bool keep;

	if (path_lookup(AT_FDCWD, path, 0, &p))
		return;
	d = p.dentry;
	keep = (d->inode->mode & S_IFMT) == (mode & S_IFMT) && !S_ISLNK(mode);
	if (!keep && !S_ISDIR(d->inode->mode)) {
		mutex_lock(&namespace_lock);
		if (d->hashed && !d->nr_mounted) {
			d->inode->nlink--;
			d_drop(d);
		}
		namespace_unlock();
	}
	path_put(p);
}

static int unpack_entry(char *path, const struct cpio_entry *e, struct hardlink **links)
{
	if (S_ISREG(e->mode) && e->nlink > 1) {
		struct hardlink **l = find_link(links, e);

		if (*l) {
			int err = kern_link((*l)->name, path);

			return err || !e->size ? err : write_file(path, e);
		}
		*l = kzalloc(sizeof(**l), GFP_KERNEL);
		if (!*l)
			return -ENOMEM;
		**l = (struct hardlink){ .ino = e->ino, .major = e->major, .minor = e->minor, .name = e->name };
	}
	return S_ISREG(e->mode) ? write_file(path, e) : make_node(path, e);
}

int initramfs_unpack(const void *cpio, size_t size)
{
	struct hardlink *links = NULL, *next;
	char *path = kmalloc(CPIO_NAME_MAX + 2, GFP_KERNEL);
	struct cpio_reader r;
	struct cpio_entry e;
	unsigned int nr = 0;
	u32 umask = current->fs->umask;
	int ret;

	if (!path)
		return -ENOMEM;
	current->fs->umask = 0;
	path[0] = '/';
	cpio_init(&r, cpio, size);
	while ((ret = cpio_next(&r, &e)) > 0) {
		int err;

		strscpy(path + 1, e.name, CPIO_NAME_MAX + 1);
		clean_path(path, e.mode);
		err = unpack_entry(path, &e, &links);
		if (err == -ENOENT) {
			make_parents(path);
			err = unpack_entry(path, &e, &links);
		}
		if (err == -ENOMEM || err == -ENOSPC) {
			pr_err("initramfs: no memory for %s (%lu bytes)\n", path, (unsigned long)e.size);
			ret = -ENOMEM;
			break;
		}
		if (err)
			pr_warn("initramfs: %s: %s\n", path, errno_name(-err));
		nr++;
	}
	if (ret == -EINVAL)
		pr_err("initramfs: %s, at byte %zu of %zu; %u files were taken\n", r.error, r.pos, size, nr);
	for (; links; links = next) {
		next = links->next;
		kfree(links);
	}
	kfree(path);
	current->fs->umask = umask;
	return ret;
}
