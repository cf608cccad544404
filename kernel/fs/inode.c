/* SPDX-License-Identifier: MIT */
/*
 * Inodes: birth, references, permissions, times, size. An inode dies with its last reference; a stored
 * object's names are references too (its dentries), so nlink only reports.
 */
#include "internal.h"
#include <x86/cpu.h>

#define DEFAULT_INODE_SIZE_MAX 0x7ffffffffffff000ULL

static struct kmem_cache *inode_cache;
struct super_block anon_sb = { .dev = MKDEV(0, 14) };

s64 current_time_ns(void)
{
	return (s64)ktime_get_real_ns();
}

struct inode *new_inode(struct super_block *sb, u32 mode)
{
	struct inode *inode;

	if (unlikely(!inode_cache)) {
		inode_cache = kmem_cache_create("inode_cache", sizeof(struct inode), 0);
		if (!inode_cache)
			return NULL;
	}
	if (sb->max_inodes && (u64)atomic_read(&sb->nr_inodes) >= sb->max_inodes)
		return NULL;
	inode = kmem_cache_alloc(inode_cache, GFP_KERNEL);
	if (!inode)
		return NULL;
	memset(inode, 0, sizeof(*inode));
	inode->ino = ++sb->next_ino;
	inode->mode = mode;
	inode->nlink = 1;
	inode->sb = sb;
	atomic_set(&inode->count, 1);
	mutex_init(&inode->lock);
	INIT_LIST_HEAD(&inode->flocks);
	if (S_ISREG(mode)) {
		address_space_init(&inode->mapping, inode);
		inode->mapping.is_shmem = true; /* no file has a home outside memory */
	}
	inode->atime_ns = inode->mtime_ns = inode->ctime_ns = inode->btime_ns = current_time_ns();
	atomic_inc(&sb->nr_inodes);
	return inode;
}

struct inode *ihold(struct inode *inode)
{
	atomic_inc(&inode->count);
	return inode;
}

void iput(struct inode *inode)
{
	if (!inode || !atomic_dec_and_test(&inode->count))
		return;
	if (inode->op && inode->op->evict)
		inode->op->evict(inode);
	xattrs_free(inode);
	if (S_ISREG(inode->mode))
		address_space_destroy(&inode->mapping);
	atomic_dec(&inode->sb->nr_inodes);
	kmem_cache_free(inode_cache, inode);
}

bool in_group(u32 gid)
{
	return in_group_p(gid);
}

bool inode_capable(const struct inode *inode, int cap)
{
	return own_capable(cap) && (likely(current_user_ns() == &init_user_ns) || ids_are_mapped(current_user_ns(), inode->uid, inode->gid));
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current->cred.fsuid == inode->uid || inode_capable(inode, CAP_FOWNER);
}

/* What capabilities(7) says beyond the permission bits. */
static bool capable_of(const struct inode *inode, int mask)
{
	u32 mode = inode->mode;
	bool reads = S_ISDIR(mode) ? !(mask & W_OK) : !(mask & ~R_OK);

	if (reads && inode_capable(inode, CAP_DAC_READ_SEARCH))
		return true;
	/* It executes what anybody may execute. */
	return (S_ISDIR(mode) || !(mask & X_OK) || (mode & 0111)) && inode_capable(inode, CAP_DAC_OVERRIDE);
}

int inode_permission(const struct inode *inode, int mask)
{
	u32 bits = inode->mode;

	if ((mask & W_OK) && (inode->sb->flags & MS_RDONLY) && (S_ISREG(bits) || S_ISDIR(bits) || S_ISLNK(bits)))
		return -EROFS;
	if (current->cred.fsuid == inode->uid)
		bits >>= 6;
	else if (in_group(inode->gid))
		bits >>= 3;
	return !(mask & ~bits & 7) || capable_of(inode, mask) ? 0 : -EACCES;
}

void __touch_atime(struct file *f)
{
	unsigned long flags = path_flags(&f->path);

	if (!(flags & (MS_RDONLY | MS_NOATIME)) && !((flags & MS_NODIRATIME) && S_ISDIR(f->inode->mode)))
		f->inode->atime_ns = current_time_ns();
}

void touch_mtime(struct inode *inode)
{
	inode->mtime_ns = inode->ctime_ns = current_time_ns();
}

/* => inode->lock not held */
int inode_setsize(struct inode *inode, u64 size)
{
	int ret = 0;

	if (!inode->op || !inode->op->setsize)
		return -EINVAL;
	if (size > DEFAULT_INODE_SIZE_MAX)
		return -EFBIG;
	mutex_lock(&inode->lock);
	if ((inode->seals & F_SEAL_SHRINK) && size < inode->mapping.size)
		ret = -EPERM;
	else if ((inode->seals & F_SEAL_GROW) && size > inode->mapping.size)
		ret = -EPERM;
	else
		ret = inode->op->setsize(inode, size);
	if (!ret)
		touch_mtime(inode);
	mutex_unlock(&inode->lock);
	return ret;
}

/* One more writer, unless the file is being executed. Undone by atomic_dec(&inode->writers). */
int get_write_access(struct inode *inode)
{
	if (atomic_read(&inode->writers) < 0)
		return -ETXTBSY;
	atomic_inc(&inode->writers);
	return 0;
}
