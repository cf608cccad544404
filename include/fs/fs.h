/* SPDX-License-Identifier: MIT */
/*
 * Files: inode (the object), dentry (a name), file (an open). Everything is in memory: a dentry lives as
 * long as its name, so there is no dentry cache to shrink.
 *
 * Reference rules: struct file by get_file/fput; inode by ihold/iput (nlink 0 and last reference frees).
 * Operations return -errno. Locks: inode->lock is a mutex (may sleep in user copies).
 */
#ifndef FS_FS_H
#define FS_FS_H

#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/rwsem.h>
#include <lib/types.h>
#include <mm/filemap.h>
#include <task/wait.h>

struct inode;
struct dentry;
struct file;
struct super_block;
struct mmap_request;
struct poll_table;
struct kstat;
struct dir_context;

struct inode_operations {
	int (*lookup)(struct inode *dir, struct dentry *d);     /* fills d->inode; NULL op: the tree in memory is all */
	int (*create)(struct inode *dir, struct dentry *d, u32 mode, u64 rdev); /* regular, device, fifo, socket by S_IFMT */
	int (*mkdir)(struct inode *dir, struct dentry *d, u32 mode);
	int (*symlink)(struct inode *dir, struct dentry *d, const char *target);
	int (*link)(struct inode *inode, struct inode *dir, struct dentry *d);
	int (*unlink)(struct inode *dir, struct dentry *d);
	int (*rmdir)(struct inode *dir, struct dentry *d);
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new, unsigned int flags);
	const char *(*get_link)(struct inode *inode, char *buf, size_t size); /* buf is the caller's, for links made up on the fly */
	int (*truncate)(struct inode *inode, u64 size);
	int (*iterate)(struct file *file, struct dir_context *ctx);
};

struct file_operations {
	ssize_t (*read)(struct file *f, void __user *buf, size_t n, u64 *pos);
	ssize_t (*write)(struct file *f, const void __user *buf, size_t n, u64 *pos);
	loff_t (*llseek)(struct file *f, loff_t off, int whence);
	int (*open)(struct inode *inode, struct file *f);
	void (*release)(struct file *f);
	long (*ioctl)(struct file *f, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *f, struct mmap_request *req);  /* fills mapping, vm_ops, private */
	unsigned int (*poll)(struct file *f, struct poll_table *pt); /* POLL* bits ready now */
	int (*iterate)(struct file *f, struct dir_context *ctx); /* getdents64 */
	int (*fsync)(struct file *f);
};

struct inode {
	u64 ino;
	u32 mode, uid, gid, nlink;      /* mode: S_IF* | permissions */
	u64 rdev;
	s64 atime_ns, mtime_ns, ctime_ns; /* since 1970 */
	atomic_t count;
	struct mutex lock;
	struct address_space mapping;   /* regular files; mapping.size is i_size */
	const struct inode_operations *op;
	const struct file_operations *fop;
	struct super_block *sb;
	void *private;
	struct list_head flocks;        /* POSIX record locks */
};

struct file {
	atomic_t count;
	unsigned int flags;             /* O_* */
	u64 pos;
	struct inode *inode;
	struct dentry *dentry;          /* NULL: pipe, eventfd ... */
	const struct file_operations *op;
	void *private;
};

struct file *get_file(struct file *f);
void fput(struct file *f);

/* Of the current task. */
struct file *fget(unsigned int fd);     /* with a reference, or NULL */
struct file *filp_open(const char *path, int flags, u32 mode); /* kernel path; ERR_PTR */
/* Kernel buffer I/O (exec, initramfs). Bytes or -errno. */
ssize_t kernel_read(struct file *f, void *buf, size_t n, u64 pos);
ssize_t kernel_write(struct file *f, const void *buf, size_t n, u64 pos);

/* For fork, exec, exit. */
struct files_struct *files_dup(struct files_struct *old);
void files_get(struct files_struct *f);
void files_put(struct files_struct *f);
void files_close_on_exec(struct files_struct *f);
struct fs_struct *fs_dup(struct fs_struct *old);
void fs_get(struct fs_struct *f);
void fs_put(struct fs_struct *f);

/* Boot: mounts tmpfs on /, devtmpfs on /dev, proc on /proc; unpacks; opens /dev/console as 0, 1, 2. */
void vfs_init(void);
int initramfs_unpack(const void *cpio, size_t size) __attribute__((warn_unused_result));
int open_stdio(const char *console);

/* procfs files made of text: show() prints the whole content. Registered at boot by any floor-4 or 5 module. */
struct seq_file;
void seq_printf(struct seq_file *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void seq_write(struct seq_file *m, const void *data, size_t n);
int proc_create(const char *path, u32 mode, int (*show)(struct seq_file *m, void *arg), void *arg);

#endif
