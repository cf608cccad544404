/* SPDX-License-Identifier: MIT */
/* Shared inside kernel/fs. */
#ifndef KERNEL_FS_INTERNAL_H
#define KERNEL_FS_INTERNAL_H

#include <asm/uaccess.h>
#include <fs/fs.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <uapi/mman.h>

#define MAX_RW_COUNT (0x7fffffffUL & ~4095UL)

/* file.c */
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
struct file *alloc_file(struct inode *inode, struct dentry *d, unsigned int flags, const struct file_operations *op);
int get_unused_fd(unsigned int from, bool cloexec);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *f);
int close_fd(unsigned int fd);

/* inode.c */
s64 current_time_ns(void);
struct inode *new_inode(struct super_block *sb, u32 mode);
struct inode *ihold(struct inode *inode);
void iput(struct inode *inode);
/* MAY_* = R_OK, W_OK, X_OK bits. 0 or -EACCES. */
int inode_permission(const struct inode *inode, int mask);
int inode_permission_as(const struct inode *inode, int mask, u32 uid, u32 gid);
bool capable_fs(void);
bool inode_owner_or_capable(const struct inode *inode);
bool in_group(u32 gid);
int inode_setsize(struct inode *inode, u64 size);
int get_write_access(struct inode *inode);
void touch_mtime(struct inode *inode);
static inline void touch_atime(struct inode *inode, unsigned int file_flags);
void __touch_atime(struct inode *inode);
static inline void touch_atime(struct inode *inode, unsigned int file_flags)
{
	/* relatime: only the first read after a change */
	if (unlikely(inode->atime_ns <= inode->mtime_ns) && !(file_flags & O_NOATIME))
		__touch_atime(inode);
}
extern struct super_block anon_sb;

/* dcache.c */
extern struct mutex namespace_lock;
struct dentry *d_alloc(struct dentry *parent, const char *name, size_t len, struct inode *inode);
struct dentry *d_alloc_root(struct inode *inode);
struct dentry *dget(struct dentry *d);
void dput(struct dentry *d);
void d_add(struct dentry *d);           /* into its parent's children; takes the name's reference */
void d_drop(struct dentry *d);          /* out of the tree; drops it */
struct dentry *d_find(struct dentry *dir, const char *name, size_t len); /* no reference */
struct dentry *d_first_child_from(struct dentry *dir, u64 cookie);       /* lowest cookie >= */
int d_move(struct dentry *d, struct dentry *new_dir, const char *name, size_t len);
bool d_is_ancestor(const struct dentry *a, const struct dentry *d);
struct super_block *mounted_on(const struct dentry *d);

/* namei.c */
#define LOOKUP_FOLLOW 1u        /* a symlink at the end is followed */
#define LOOKUP_DIRECTORY 2u     /* the end must be a directory */
#define LOOKUP_EMPTY 4u         /* "" means the start */
#define LOOKUP_PARENT 8u        /* stop before the last component: nd->last */
#define LOOKUP_NO_SYMLINKS 16u
#define LOOKUP_NO_MAGICLINKS 32u
#define LOOKUP_BENEATH 64u
#define LOOKUP_IN_ROOT 128u
#define LOOKUP_NO_XDEV 256u

/* A path from user space (or the kernel), NUL-terminated. */
#define NAME_INLINE 200
struct filename {
	const char *s;
	char *heap;
	char text[NAME_INLINE];
};
int getname(struct filename *fn, const char __user *path);
int getname_empty(struct filename *fn, const char __user *path); /* "" allowed */
void putname(struct filename *fn);

#define MAX_SYMLINKS 40
struct nameidata {
	struct dentry *d;               /* where we are, referenced */
	struct dentry *root;
	struct dentry *start;
	unsigned int flags;
	unsigned int depth, total;
	const char *stack[MAX_SYMLINKS];
	const char *last;               /* LOOKUP_PARENT: last component, not NUL-terminated */
	size_t last_len;
	bool last_dots;                 /* ... is "." or ".." or the path was "/" */
	bool last_slash;                /* ... had a slash after it */
	bool want_dir;
	char linkbuf[64];
};
/* Referenced dentry in *out. @dirfd as in openat. Takes namespace_lock. */
int path_lookup(int dirfd, const char *path, unsigned int flags, struct dentry **out);
int user_path(int dirfd, const char __user *path, unsigned int flags, struct dentry **out);
/* => namespace_lock held. On success nd->d is referenced: d_put it. */
int path_walk(struct nameidata *nd, struct dentry *start, const char *path, unsigned int flags);
int path_start(int dirfd, const char *path, struct dentry **start); /* referenced */
struct dentry *lookup_one(struct dentry *dir, const char *name, size_t len); /* referenced or ERR_PTR; crosses no mount */
struct dentry *follow_mounts(struct dentry *d);
int may_create(struct dentry *dir);
int kern_mknod(const char *path, u32 mode, u64 rdev);
int kern_symlink(const char *target, const char *path);
int kern_link(const char *old, const char *path);
struct inode *dentry_inode(const struct dentry *d);

/* open.c */
struct file *do_filp_open(int dirfd, const char *path, unsigned int flags, u32 mode, unsigned int lookup_flags);
struct file *dentry_open(struct dentry *d, unsigned int flags);

/* read_write.c */
ssize_t vfs_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy);
ssize_t vfs_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy);
size_t copy_kernel(void *to, const void *from, size_t n);
loff_t generic_llseek(struct file *f, loff_t off, int whence);
/* Reads of a generated or small kernel buffer. */
ssize_t simple_read(void *buf, size_t n, u64 *pos, copy_fn copy, const void *from, size_t size);

/* stat.c */
void mode_to_dtype(u32 mode, u8 *type);

/* tmpfs.c */
extern const struct file_operations regular_fops, dir_fops;
extern const struct inode_operations tmpfs_dir_op, tmpfs_file_op, tmpfs_link_op;
void tmpfs_register(void);
struct inode *tmpfs_new_inode(struct super_block *sb, u32 mode, u64 rdev);
int dir_iterate_stored(struct file *f, filldir_fn fill, void *arg);

/* devices.c */
struct chrdev { u32 major, minor, nr; const struct file_operations *fop; struct list_head list; };
void chrdev_register(struct chrdev *c);
const struct file_operations *chrdev_find(u64 rdev);
extern const struct file_operations chrdev_open_fops, nodev_fops;
/* A node in every devtmpfs, now and later. @name may have one directory ("pts/ptmx"). */
void devtmpfs_node(const char *name, u32 mode, u64 rdev);
void devtmpfs_register(void);
void mem_devices_init(void);

/* mount.c */
void fs_register(struct file_system_type *t);
int do_mount_kernel(const char *type, const char *source, const char *target, unsigned long flags, const char *options);
extern struct super_block *root_sb;
extern struct list_head all_mounts;
u64 new_dev(void);
int mounts_show_for(struct task_struct *t, void *m, int style);

/* pipe.c */
extern const struct file_operations fifo_open_fops;
extern const struct file_operations pipe_fops;
extern int pipe_max_size;
long pipe_set_size(struct file *f, unsigned long size);
long pipe_get_size(struct file *f);

/* locks.c */
long fcntl_record_lock(unsigned int fd, struct file *f, unsigned int cmd, unsigned long arg);
void locks_remove_posix(struct file *f, const void *owner);
void locks_remove_file(struct file *f);

/* epoll.c */
void epoll_file_gone(struct file *f);

/* procfs */
void procfs_register(void);
struct proc_dir_entry;
void proc_misc_init(void);
struct dentry *proc_pid_lookup(struct dentry *dir, const char *name, size_t len);
int proc_pid_iterate(struct file *f, filldir_fn fill, void *arg, u64 base);
/* tty */
extern const struct file_operations tty_fops;

#endif
