/* SPDX-License-Identifier: MIT */
/*
 * The VFS as seen by those who bring files into it: file systems, devices, terminals, sockets. fs/fs.h is for
 * those who use files. Locks as there: [n] namespace_lock.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include <asm/uaccess.h>
#include <fs/fs.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <ns/user_ns.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <uapi/mman.h>
#include <uapi/prctl.h>

#define MAX_RW_COUNT (0x7fffffffUL & ~4095UL)

/* Descriptors of the current task. A table that nobody shares is used without taking references. */
struct fd { struct file *file; bool put; };
static inline struct fd fdget_raw(unsigned int n)
{
	struct files_struct *fs = current->files;
	struct fd r = { NULL, false };

	if (likely(n < fs->max))
		r.file = fs->fd[n];
	if (r.file && unlikely(atomic_read(&fs->count) > 1)) {
		atomic_inc(&r.file->count);
		r.put = true;
	}
	return r;
}
static inline void fdput(struct fd r)
{
	if (unlikely(r.put))
		fput(r.file);
}
/* As fdget_raw, but an O_PATH open counts as not there. */
static inline struct fd fdget(unsigned int n)
{
	struct fd r = fdget_raw(n);

	if (r.file && unlikely(r.file->mode & FMODE_PATH)) {
		fdput(r);
		r.file = NULL;
		r.put = false;
	}
	return r;
}
/* Takes @path's references over on success. */
struct file *alloc_file(struct path path, unsigned int flags, const struct file_operations *op);
int get_unused_fd(unsigned int from, bool cloexec);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *f);
int close_fd(unsigned int fd);

/* Inodes. */
s64 current_time_ns(void);
struct inode *new_inode(struct super_block *sb, u32 mode);
struct inode *ihold(struct inode *inode);
void iput(struct inode *inode);
/* MAY_* = R_OK, W_OK, X_OK bits. 0 or -EACCES. */
int inode_permission(const struct inode *inode, int mask);
bool inode_owner_or_capable(const struct inode *inode);
/* Has the current task @cap over it: in its user name space, which knows the owner and the group? */
bool inode_capable(const struct inode *inode, int cap);
bool in_group(u32 gid);
int inode_setsize(struct inode *inode, u64 size);
int get_write_access(struct inode *inode);
void touch_mtime(struct inode *inode);
void __touch_atime(struct file *f);
static inline void touch_atime(struct file *f)
{
	/* relatime: only the first read after a change */
	if (unlikely(f->inode->atime_ns <= f->inode->mtime_ns) && !(f->flags & O_NOATIME))
		__touch_atime(f);
}
extern struct super_block anon_sb;

/* Names. mutex_lock() takes the lock; mounts whose last reference went meanwhile are freed by the unlock. */
extern struct mutex namespace_lock;
void namespace_unlock(void);
struct dentry *d_alloc(struct dentry *parent, const char *name, size_t len, struct inode *inode);
struct dentry *d_alloc_root(struct inode *inode);
struct dentry *dget(struct dentry *d);
void dput(struct dentry *d);
void d_add(struct dentry *d);           /* into its parent's children; takes the name's reference */
void d_drop(struct dentry *d);          /* out of the tree; drops it */
struct dentry *d_find(struct dentry *dir, const char *name, size_t len); /* no reference */
struct dentry *d_first_child_from(struct dentry *dir, u64 cookie);       /* lowest cookie >= */
int d_move(struct dentry *d, struct dentry *new_dir, const char *name, size_t len);
void d_swap(struct dentry *a, struct dentry *b);
/* May the current task make names in @dir, take @victim's name out of it? 0 or -errno. drop_name() does that. [n] held. */
int may_create(const struct path *dir);
int may_delete(const struct path *dir, struct inode *victim);
void drop_name(struct dentry *d);
bool d_is_ancestor(const struct dentry *a, const struct dentry *d);

/*
 * A mount: one tree, or a part of it, at one place. Those that are mounted are in all_mounts, which holds a
 * reference; each struct path and each mount on top hold one more. Without references it goes, its tree with its last.
 */
struct mnt_namespace;
struct mount {
	struct super_block *sb;         /* [I] */
	struct dentry *root;            /* [I] what is seen of it, referenced */
	struct mount *parent;           /* [n] referenced; NULL: the root of all, or detached */
	struct dentry *mountpoint;      /* [n] in the parent, referenced */
	struct list_head children, child;  /* [n] what is mounted on it, hidden ones last; its place among its parent's */
	struct list_head list;          /* [n] all_mounts, latest last; or those to be freed */
	struct mount *copy;             /* [n] while a tree of mounts is copied */
	atomic_t count;
	atomic_t writers;               /* files open for writing through it */
	struct mnt_namespace *mnt_ns;   /* [n] in whose tree it is; NULL: in none */
	unsigned long locked_flags;     /* [n] of them those that a remount can't take away */
	bool locked;                    /* [n] it can't be unmounted or moved alone */
	unsigned long flags;            /* [n] MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME ... */
	/* Either makes path_put() look twice. */
	union {
		struct {
			bool expiring;  /* umount2(MNT_EXPIRE) was here, nobody since */
			bool hiding;    /* [n] unmounted, with nr_connected locked ones still on it */
		};
		u16 special;
	};
	unsigned int nr_connected;      /* [n] */
	char *source;                   /* [I] */
	int id;                         /* [I] */
};
extern struct list_head all_mounts; /* [n] */
static inline struct path path_get(struct path p)
{
	if (p.mnt)
		atomic_inc(&p.mnt->count);
	dget(p.dentry);
	return p;
}
void path_put(struct path p);
/* Is the current root directory another one than that of its tree of mounts? */
bool current_chrooted(void);
/* A referenced mount that shows @root and what is below; NULL: none. */
struct mount *mount_of_root(const struct dentry *root);
static inline unsigned long path_flags(const struct path *p)
{
	return (p->mnt ? p->mnt->flags : 0) | p->dentry->inode->sb->flags;
}

/* Paths. */
#define LOOKUP_FOLLOW 1u        /* a symlink at the end is followed */
#define LOOKUP_DIRECTORY 2u     /* the end must be a directory */
#define LOOKUP_EMPTY 4u         /* "" means the start */
/* A referenced place in *out. @dirfd as in openat. Takes namespace_lock. */
int path_lookup(int dirfd, const char *name, unsigned int flags, struct path *out);
/* inode_permission(), and -EROFS for a write where the mount is read-only. */
int path_permission(const struct path *path, int mask);
int kern_mknod(const char *path, u32 mode, u64 rdev);
/* An open of the object at @path; consumes the references in every case. Permissions were checked. */
struct file *dentry_open(struct path path, unsigned int flags);

/* Moving bytes. */
ssize_t vfs_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy);
ssize_t vfs_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy);
size_t copy_kernel(void *to, const void *from, size_t n);
/* For files whose position means nothing: says it and leaves it. */
loff_t noop_llseek(struct file *f, loff_t off, int whence);
loff_t generic_llseek(struct file *f, loff_t off, int whence);
/* Reads of a generated or small kernel buffer. */
ssize_t simple_read(void *buf, size_t n, u64 *pos, copy_fn copy, const void *from, size_t size);
/* A vector of user memory, checked: into @inl when it fits (IOV_INLINE), else to be kfree()d. 0 or -errno. */
#define IOV_INLINE 8
int import_iovec(const void __user *u, unsigned long nr, struct iovec_abi *inl, struct iovec_abi **out);

/* Devices and file systems. */
struct chrdev { u32 major, minor, nr; const struct file_operations *fop; struct list_head list; };
void chrdev_register(struct chrdev *c);
extern const struct file_operations chrdev_open_fops, dir_fops;
/* A node in every devtmpfs, now and later. */
void devtmpfs_node(const char *name, u32 mode, u64 rdev);
void fs_register(struct file_system_type *t);
/* A tree that is there whether mounted or not, for the type's tree(), which mounts show; @private for fill_super. NULL: no memory. */
struct super_block *fs_kernel_tree(struct file_system_type *t, void *private);
void fs_kernel_tree_put(struct super_block *sb); /* its maker is done with it; it goes with its last mount */
int dir_iterate_stored(struct file *f, filldir_fn fill, void *arg);
extern int inotify_max_queued_events, inotify_max_user_instances, inotify_max_user_watches; /* /proc/sys/fs/inotify/ */
extern int sysctl_unprivileged_userfaultfd; /* /proc/sys/vm: whoever likes may handle the kernel's faults */
extern int pipe_max_size;       /* /proc/sys/fs/pipe-max-size */
/* style 0: /proc/mounts, 1: mountinfo. */
int mounts_show_for(struct task_struct *t, void *m, int style);
/* POLLPRI and POLLERR when mounts changed since the last look through @f, which f->private2 knows. */
unsigned int mounts_poll(struct file *f, struct poll_table *pt);

#endif
