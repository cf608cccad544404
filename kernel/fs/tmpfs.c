/* SPDX-License-Identifier: MIT */
/*
 * tmpfs: files whose only home is the page cache, directories whose only home is the tree of names.
 * Also the operations of every stored directory and of memfd_create.
 */
#include "internal.h"
#include <lib/cmdline.h>
#include <mm/mm.h>
#include <proc/proc.h>
#include <task/signal.h>

/* --- regular files --------------------------------------------------------------------------- */

static ssize_t regular_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct inode *inode = f->inode;
	ssize_t ret = filemap_read(&inode->mapping, *pos, buf, n, copy);

	if (likely(ret > 0))
		*pos += ret;
	touch_atime(f);
	return ret;
}

/* How much of a write of @n at @pos may happen; -errno: nothing. */
static ssize_t write_limit(struct inode *inode, u64 pos, size_t n)
{
	u64 limit = current->signal ? current->signal->rlim[RLIMIT_FSIZE].rlim_cur : ~0ULL;
	u64 size = inode->mapping.size;

	if (unlikely(inode->seals & ~(u32)F_SEAL_SEAL)) {
		if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			return -EPERM;
		if ((inode->seals & F_SEAL_GROW) && pos + n > size) {
			size &= PAGE_MASK;      /* whole pages go, the one that would grow the file does not (Linux) */
			if (pos >= size)
				return -EPERM;
			n = size - pos;
		}
	}
	if (unlikely(pos + n > limit)) {
		if (pos >= limit) {
			send_sig_info(SIGXFSZ, NULL, current);
			return -EFBIG;
		}
		n = limit - pos;
	}
	return n;
}

static ssize_t regular_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct inode *inode = f->inode;
	ssize_t ret;

	if (!n)
		return 0;
	mutex_lock(&inode->lock);
	if (f->flags & O_APPEND)
		*pos = inode->mapping.size;
	ret = write_limit(inode, *pos, n);
	if (ret > 0)
		ret = filemap_write(&inode->mapping, *pos, buf, ret, copy);
	if (ret > 0) {
		*pos += ret;
		touch_mtime(inode);
		if (unlikely(inode->mode & (S_ISUID | S_ISGID)) && !capable(CAP_FSETID))
			inode->mode &= ~(S_ISUID | ((inode->mode & 010) ? S_ISGID : 0));
	}
	mutex_unlock(&inode->lock);
	return ret == -ENOMEM ? -ENOSPC : ret;
}

/* A mapping keeps its file open. */
static void map_open(struct vm_area_struct *vma)
{
	get_file(vma->vm_file);
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE))
		vma->vm_file->inode->private2++;        /* writable shared maps: F_SEAL_WRITE is refused meanwhile */
}

static void map_close(struct vm_area_struct *vma)
{
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE))
		vma->vm_file->inode->private2--;
	fput(vma->vm_file);
}

static void map_written(struct vm_area_struct *vma)
{
	touch_mtime(vma->vm_file->inode);
}

static const struct vm_operations_struct regular_vm_ops = { .open = map_open, .close = map_close, .written = map_written };

static int regular_mmap(struct file *f, struct mmap_request *req)
{
	struct inode *inode = f->inode;

	if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) {
		if ((req->flags & MAP_SHARED) && (req->prot & PROT_WRITE))
			return -EPERM;
		if (req->flags & MAP_SHARED)
			req->may_flags &= ~VM_MAYWRITE;
	}
	req->mapping = &inode->mapping;
	req->vm_ops = &regular_vm_ops;
	touch_atime(f);
	return 0;
}

const struct file_operations regular_fops = {
	.read = regular_read, .write = regular_write, .llseek = generic_llseek, .mmap = regular_mmap,
};

int file_mmap(struct file *f, struct mmap_request *req)
{
	bool shared = (req->flags & MAP_TYPE) != MAP_PRIVATE;

	if (!(f->mode & FMODE_READ))
		return -EACCES;
	if (shared && (req->prot & PROT_WRITE) && !(f->mode & FMODE_WRITE))
		return -EACCES;
	req->may_flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	if (shared && !(f->mode & FMODE_WRITE))
		req->may_flags &= ~VM_MAYWRITE;
	if (path_flags(&f->path) & MS_NOEXEC) {
		if (req->prot & PROT_EXEC)
			return -EPERM;
		req->may_flags &= ~VM_MAYEXEC;
	}
	if (!f->op->mmap)
		return -ENODEV;
	req->file = f;
	return f->op->mmap(f, req);
}

/* --- directories ----------------------------------------------------------------------------- */

/* Positions: 0 ".", 1 "..", then cookies. => namespace_lock held */
int dir_iterate_stored(struct file *f, filldir_fn fill, void *arg)
{
	struct dentry *dir = f->path.dentry, *d;
	u64 pos = f->pos;

	if (pos == 0) {
		if (!fill(arg, ".", 1, 1, dir->inode->ino, S_IFDIR))
			return 0;
		pos = 1;
	}
	if (pos == 1) {
		if (!fill(arg, "..", 2, 2, dir->parent->inode->ino, S_IFDIR))
			return 0;
		pos = 2;
	}
	while ((d = d_first_child_from(dir, pos + 1)) != NULL) {
		if (!fill(arg, d->name, d->len, d->cookie, d->inode->ino, d->inode->mode))
			return 0;
		pos = d->cookie;
	}
	return 0;
}

const struct file_operations dir_fops = { .iterate = dir_iterate_stored, .llseek = generic_llseek };

/* --- inodes ---------------------------------------------------------------------------------- */

static int tmpfs_setsize(struct inode *inode, u64 size)
{
	truncate_pagecache(&inode->mapping, size);
	return 0;
}

static const char *tmpfs_get_link(struct inode *inode, char *buf, size_t size)
{
	return inode->private;
}

static void tmpfs_evict_link(struct inode *inode)
{
	kfree(inode->private);
}

/* A directory with S_ISGID gives its group to what is made in it. */
static void inherit_group(struct inode *inode, const struct inode *dir)
{
	if (!(dir->mode & S_ISGID))
		return;
	inode->gid = dir->gid;
	if (S_ISDIR(inode->mode))
		inode->mode |= S_ISGID;
	else if ((inode->mode & (S_ISGID | 010)) == (S_ISGID | 010) && !in_group(dir->gid) && !inode_capable(dir, CAP_FSETID))
		inode->mode &= ~S_ISGID;
}

static struct inode *tmpfs_mknod(struct inode *dir, u32 mode, u64 rdev)
{
	struct inode *inode = tmpfs_new_inode(dir->sb, mode, rdev);

	if (!inode)
		return ERR_PTR(-ENOSPC);
	inherit_group(inode, dir);
	return inode;
}

static struct inode *tmpfs_symlink(struct inode *dir, const char *target)
{
	struct inode *inode = tmpfs_new_inode(dir->sb, S_IFLNK | 0777, 0);

	if (!inode)
		return ERR_PTR(-ENOSPC);
	inode->private = kstrdup(target, GFP_KERNEL);
	if (!inode->private) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	inode->mapping.size = strlen(target);
	inherit_group(inode, dir);
	return inode;
}

const struct inode_operations tmpfs_dir_op = { .mknod = tmpfs_mknod, .symlink = tmpfs_symlink };
const struct inode_operations tmpfs_file_op = { .setsize = tmpfs_setsize };
const struct inode_operations tmpfs_link_op = { .get_link = tmpfs_get_link, .evict = tmpfs_evict_link };

/* Of the current task's user. NULL: no memory, or the file system's limit of inodes. */
struct inode *tmpfs_new_inode(struct super_block *sb, u32 mode, u64 rdev)
{
	struct inode *inode = new_inode(sb, mode);

	if (!inode)
		return NULL;
	inode->uid = current->cred.fsuid;
	inode->gid = current->cred.fsgid;
	inode->rdev = rdev;
	switch (mode & S_IFMT) {
	case S_IFREG:
		inode->op = &tmpfs_file_op;
		inode->fop = &regular_fops;
		inode->mapping.limit = &sb->pages;
		inode->seals = F_SEAL_SEAL;
		break;
	case S_IFDIR:
		inode->op = &tmpfs_dir_op;
		inode->fop = &dir_fops;
		inode->nlink = 2;
		break;
	case S_IFLNK:
		inode->op = &tmpfs_link_op;
		break;
	case S_IFIFO:
		inode->fop = &fifo_open_fops;
		break;
	case S_IFCHR:
		inode->fop = &chrdev_open_fops;
		break;
	default:
		inode->fop = &nodev_fops;
	}
	return inode;
}

struct tmpfs_options { u64 pages, inodes, mode, uid, gid; };

/* One "name=value"; others are ignored with a line in the log. 0 or -EINVAL. */
static int tmpfs_option(struct tmpfs_options *o, const char *word)
{
	const char *end, *v = strchr(word, '=');

	if (!v)
		return strcmp(word, "size") && strcmp(word, "mode") && strcmp(word, "nr_inodes") && strcmp(word, "nr_blocks") ? 0 : -EINVAL;
	v++;
	if (!strncmp(word, "mode=", 5))
		return kstrtou64(v, 8, &o->mode) ? -EINVAL : 0;
	if (!strncmp(word, "uid=", 4))
		return kstrtou64(v, 10, &o->uid) || (o->uid = make_kuid(current_user_ns(), (u32)o->uid)) == NO_ID ? -EINVAL : 0;
	if (!strncmp(word, "gid=", 4))
		return kstrtou64(v, 10, &o->gid) || (o->gid = make_kgid(current_user_ns(), (u32)o->gid)) == NO_ID ? -EINVAL : 0;
	if (!strncmp(word, "nr_inodes=", 10))
		return memparse(v, &end, &o->inodes) || *end ? -EINVAL : 0;
	if (!strncmp(word, "nr_blocks=", 10))
		return memparse(v, &end, &o->pages) || *end ? -EINVAL : 0;
	if (!strncmp(word, "size=", 5)) {
		if (memparse(v, &end, &o->pages))
			return -EINVAL;
		if (*end == '%') {
			o->pages = totalram_pages() * o->pages / 100 << PAGE_SHIFT;
			end++;
		}
		o->pages = PFN_UP(o->pages);
		return *end ? -EINVAL : 0;
	}
	pr_debug("tmpfs: option %s ignored\n", word);
	return 0;
}

static int tmpfs_parse(struct tmpfs_options *o, const char *options)
{
	char word[64];
	int err = 0;

	for (const char *p = options; !err && p && *p;) {
		size_t n = 0;

		while (p[n] && p[n] != ',')
			n++;
		if (n >= sizeof(word))
			return -EINVAL;
		memcpy(word, p, n);
		word[n] = '\0';
		p += n + (p[n] == ',');
		err = tmpfs_option(o, word);
	}
	return err;
}

/* Without options half of the memory and an inode for each page of it, as on Linux. */
static int tmpfs_fill_super(struct super_block *sb, const char *options)
{
	u64 half = totalram_pages() / 2;
	struct tmpfs_options o = { half, half, 01777, current->cred.fsuid, current->cred.fsgid };
	struct inode *root;
	int err = tmpfs_parse(&o, options);

	if (err)
		return err;
	root = tmpfs_new_inode(sb, S_IFDIR | (o.mode & 07777), 0);
	sb->root = root ? d_alloc_root(root) : NULL;
	if (!sb->root) {
		iput(root);
		return -ENOMEM;
	}
	root->uid = o.uid;
	root->gid = o.gid;
	sb->pages.max = o.pages;
	sb->max_inodes = o.inodes;
	return 0;
}

static int tmpfs_reconfigure(struct super_block *sb, const char *options)
{
	struct tmpfs_options o = { sb->pages.max, sb->max_inodes, 0, 0, 0 };
	int err = tmpfs_parse(&o, options);

	if (err)
		return err;
	if ((o.pages && o.pages < sb->pages.used) || (o.inodes && o.inodes < (u64)atomic_read(&sb->nr_inodes)))
		return -EINVAL;
	sb->pages.max = o.pages;
	sb->max_inodes = o.inodes;
	return 0;
}

static void tmpfs_show_options(struct seq_file *m, const struct super_block *sb)
{
	const struct inode *root = sb->root->inode;
	u64 half = totalram_pages() / 2;

	if (sb->pages.max != half)
		seq_printf(m, ",size=%luk", (unsigned long)sb->pages.max * 4);
	if (sb->max_inodes != half)
		seq_printf(m, ",nr_inodes=%lu", (unsigned long)sb->max_inodes);
	if ((root->mode & 07777) != 01777)
		seq_printf(m, ",mode=%03o", root->mode & 07777);
	if (root->uid)
		seq_printf(m, ",uid=%u", uid_seen(root->uid));
	if (root->gid)
		seq_printf(m, ",gid=%u", gid_seen(root->gid));
}

#define TMPFS_OPS .magic = TMPFS_MAGIC, .fill_super = tmpfs_fill_super, .reconfigure = tmpfs_reconfigure, .show_options = tmpfs_show_options
static struct file_system_type tmpfs_type = { .name = "tmpfs", .userns_mount = true, TMPFS_OPS };
static struct file_system_type ramfs_type = { .name = "ramfs", .userns_mount = true, TMPFS_OPS };

void tmpfs_register(void)
{
	fs_register(&tmpfs_type);
	fs_register(&ramfs_type);
}

/* --- memory without a name ------------------------------------------------------------------- */

static struct super_block shm_sb = { .dev = MKDEV(0, 1), .type = &tmpfs_type };

struct file *shmem_file_setup(const char *name, u64 size)
{
	struct inode *inode = new_inode(&shm_sb, S_IFREG | 0777);
	struct dentry *d;
	struct file *f;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->nlink = 0;
	inode->op = &tmpfs_file_op;
	inode->fop = &regular_fops;
	inode->uid = current->cred.fsuid;
	inode->gid = current->cred.fsgid;
	inode->mapping.size = size;
	inode->seals = F_SEAL_SEAL;
	d = d_alloc(NULL, name, strlen(name), inode);
	if (!d) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	f = alloc_file((struct path){ NULL, d }, O_RDWR, &regular_fops);
	if (!f) {
		dput(d);
		return ERR_PTR(-ENOMEM);
	}
	f->mode |= FMODE_SEEK;
	return f;
}

SYSCALL(memfd_create)
{
	char name[8 + 250 + 12] = "/memfd:";
	ssize_t n = strncpy_from_user(name + 7, (const char *)a0, 250);
	struct file *f;
	int fd;

	if (a1 & ~(long)(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;         /* MFD_HUGETLB too: there is no pool of huge pages */
	if (n < 0)
		return n == -ENAMETOOLONG ? -EINVAL : n;
	strscpy(name + 7 + n, " (deleted)", 12);
	f = shmem_file_setup(name, 0);
	if (IS_ERR(f))
		return PTR_ERR(f);
	f->flags |= O_LARGEFILE;
	f->inode->seals = (a1 & MFD_ALLOW_SEALING) ? 0 : F_SEAL_SEAL;
	fd = fd_install_new(f, 0, a1 & MFD_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}
