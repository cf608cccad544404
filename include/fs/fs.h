/* SPDX-License-Identifier: MIT */
/*
 * Files: inode (the object), dentry (a name), file (an open). Everything is in memory: a dentry of a
 * tree that is stored (tmpfs) lives as long as its name; one that is made up on lookup (proc) as long as
 * somebody holds it.
 *
 * References: struct file by get_file/fput; inode by ihold/iput (nlink 0 and the last reference free it);
 * dentry by dget/dput (its name counts one while hashed, each child one, each holder one); path by path_get/path_put.
 *
 * Locks: [n] namespace_lock (fs/vfs.h), a mutex: the shape of the tree (names, parents, mounts) changes, and paths are
 * walked, only under it; [i] inode->lock, a mutex that may be held over user copies; [f] files->lock.
 * Order: namespace_lock, inode->lock, spinlocks. namespace_lock is never held over a user copy or a sleep
 * for input. Operations return -errno.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include <lib/atomic.h>
#include <lib/compiler.h>
#include <lib/err.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/rwsem.h>
#include <lib/types.h>
#include <mm/filemap.h>
#include <task/wait.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>

struct inode;
struct dentry;
struct file;
struct file_owner;
struct fsnotify_mark;
struct xattr;
struct seq_file;
struct super_block;
struct mount;
struct mmap_request;
struct poll_table;
struct task_struct;

/* A place in the tree: a dentry seen through a mount. mnt is NULL where no mount is (pipes, memfd). */
struct path {
	struct mount *mnt;
	struct dentry *dentry;
};

struct inode_operations {
	/* What a stored tree does not know: a referenced dentry of @name in @dir, or ERR_PTR. NULL op: ENOENT. [n] held. */
	struct dentry *(*lookup)(struct dentry *dir, const char *name, size_t len);
	/* New objects, for a name that the VFS links: referenced inode with nlink set, or ERR_PTR. NULL: EPERM. */
	struct inode *(*mknod)(struct inode *dir, u32 mode, u64 rdev);
	struct inode *(*symlink)(struct inode *dir, const char *target);
	/* Target text of a symlink; may use @buf (NUL-terminated) or return a string that lives as long as the inode. */
	const char *(*get_link)(struct inode *inode, char *buf, size_t size);
	/* A link that leads to an object, not to a text (/proc/PID/exe): *to is referenced. */
	int (*jump)(struct inode *inode, struct path *to);
	int (*setsize)(struct inode *inode, u64 size);
	void (*getattr)(struct inode *inode);   /* brings the fields of a made-up inode up to date */
	void (*evict)(struct inode *inode);     /* last reference gone: free ->private */
};

/* One entry for getdents. False: the buffer is full, stop (the entry will be asked for again). */
typedef bool (*filldir_fn)(void *arg, const char *name, size_t len, u64 pos_after, u64 ino, u32 mode);

struct file_operations {
	/*
	 * @copy moves bytes between @buf and the kernel: copy_to_user, copy_from_user, or a plain copy when
	 * @buf is the kernel's. Bytes, or -errno when none was moved. @pos is the file's, or a pread's.
	 */
	ssize_t (*read)(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy);
	ssize_t (*write)(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy);
	loff_t (*llseek)(struct file *f, loff_t off, int whence);       /* NULL: ESPIPE */
	int (*open)(struct inode *inode, struct file *f);
	void (*release)(struct file *f);
	void (*flush)(struct file *f);                                  /* each close of a descriptor */
	long (*ioctl)(struct file *f, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *f, struct mmap_request *req);          /* fills mapping, vm_ops, private; NULL: ENODEV */
	unsigned int (*poll)(struct file *f, struct poll_table *pt);    /* POLL* bits ready now; NULL: always in and out */
	int (*iterate)(struct file *f, filldir_fn fill, void *arg);     /* from f->pos on; NULL: ENOTDIR */
	bool fasync;                                                    /* sends signals by kill_fasync() */
	void (*fdinfo)(struct file *f, struct seq_file *m);             /* more lines for /proc/PID/fdinfo */
};

struct inode {
	u64 ino;                        /* [I] */
	u32 mode, uid, gid, nlink;      /* mode: S_IF* | permissions */
	u64 rdev;
	s64 atime_ns, mtime_ns, ctime_ns; /* since 1970 */
	s64 btime_ns;
	atomic_t count;
	struct mutex lock;
	struct address_space mapping;   /* regular files; mapping.size is i_size */
	const struct inode_operations *op;
	const struct file_operations *fop;
	struct super_block *sb;
	void *private;
	u64 private2;
	u32 seals;                      /* F_SEAL_* */
	bool linkable;                  /* O_TMPFILE: may get its first name although nlink is 0 */
	atomic_t writers;               /* opens for writing; -n: executed n times (deny) */
	struct list_head flocks;        /* record locks and flock()s */
	struct xattr *xattrs;           /* xattr.c */
	struct fsnotify_mark *marks;    /* who hears of events (fs/notify.h) */
};

#define DENTRY_INLINE 32

struct dentry {
	struct dentry *parent;          /* [n] itself at the root of a tree */
	struct inode *inode;            /* [I] */
	u32 hash;
	u16 len;
	bool hashed;                    /* [n] in the tree */
	atomic_t count;
	u32 nr_mounted;                 /* [n] mounts on it, in all trees of them */
	struct dentry *hash_next;       /* [n] */
	struct rb_node node;            /* [n] in parent->children, by cookie */
	u64 cookie;                     /* [n] position for getdents, never reused in a directory */
	struct rb_root children;        /* [n] */
	u64 next_cookie;
	u32 nr_children;
	const char *name;               /* NUL-terminated */
	char inline_name[DENTRY_INLINE];
};

#define FMODE_READ 1u
#define FMODE_WRITE 2u
#define FMODE_PATH 4u
#define FMODE_SEEK 8u
#define FMODE_WRITER 16u        /* counted in its inode's writers; a memfd's first file is not */

struct file {
	atomic_t count;
	unsigned int flags;             /* O_* */
	unsigned int mode;              /* FMODE_* */
	u64 pos;
	struct mutex pos_lock;          /* pos, when several tasks share the open */
	struct inode *inode;
	struct path path;               /* [I] referenced */
	const struct file_operations *op;
	void *private;
	u64 private2;
	struct file_owner *owner;       /* who gets its signals; NULL: nobody was named (fs/fasync.h) */
	bool has_locks;
	void *epitems;                  /* epoll items that watch it (epoll.c) */
};

struct file_system_type {
	const char *name;
	u32 magic;
	bool userns_mount;              /* root of any user name space may mount it */
	bool (*may_mount)(void);        /* ... if this, NULL: nothing, says so */
	bool only_if_visible;           /* ... if it has seen one before: it shows the machine's own state */
	bool unique;                    /* a second mount at the same place is EBUSY */
	/* Fills sb->root with a referenced dentry. */
	int (*fill_super)(struct super_block *sb, const char *options);
	void (*kill_super)(struct super_block *sb);
	int (*reconfigure)(struct super_block *sb, const char *options);        /* mount(MS_REMOUNT); NULL: nothing to change */
	void (*show_options)(struct seq_file *m, const struct super_block *sb); /* ",name=value" for /proc/mounts; NULL: none */
	struct super_block *(*tree)(void); /* the one of the current task's name space (fs_kernel_tree); NULL: each mount makes its own */
	struct list_head list;
};

struct super_block {
	const struct file_system_type *type;
	struct dentry *root;            /* [I] */
	unsigned int nr_mounts;         /* [n] */
	u64 dev;
	struct user_namespace *user_ns; /* [I] of who made it, referenced: whose root may change its options */
	unsigned long flags;            /* MS_RDONLY, MS_NODEV: in every mount */
	struct page_limit pages;        /* tmpfs: size= */
	void *private;                  /* the type's */
	u64 max_inodes;                 /* tmpfs: nr_inodes=; 0: none */
	u64 next_ino;
	atomic_t nr_inodes;
};

/* A descriptor table. */
#define NR_OPEN_INLINE 64
struct files_struct {
	atomic_t count;
	unsigned int max;               /* slots */
	unsigned int next_fd;           /* no free slot below */
	struct file **fd;
	u64 *open_bits, *cloexec_bits;
	struct file *inline_fd[NR_OPEN_INLINE];
	u64 inline_open[NR_OPEN_INLINE / 64], inline_cloexec[NR_OPEN_INLINE / 64];
};

struct fs_struct {
	atomic_t count;
	u32 umask;
	struct path root, pwd;          /* referenced */
};

struct file *get_file(struct file *f);
void fput(struct file *f);

/* Of the current task. */
struct file *fget(unsigned int fd);     /* with a reference, or NULL (O_PATH opens count as not there) */
struct file *fget_raw(unsigned int fd); /* O_PATH ones too */
struct file *fget_task(struct task_struct *t, unsigned int fd); /* any task's */
/* What @ep watches under descriptor @fd, its @nth such file (no reference). -EINVAL: no epoll file, -ENOENT: none. */
struct file *epoll_target(struct file *ep, int fd, u32 nth) __must_check;
int next_fd_of(struct task_struct *t, unsigned int from); /* lowest open one >= @from, or -1 */
/* A new descriptor for @f, whose reference is taken over on success. fd or -errno. */
int fd_install_new(struct file *f, unsigned int from, bool cloexec);
/* A file without a name on a fresh inode: pipes, eventfd, pidfd ... NULL: no memory; consumes nothing then. */
struct file *anon_file(u32 mode, const char *name, const struct file_operations *op, void *private, unsigned int flags);
struct file *filp_open(const char *path, int flags, u32 mode); /* kernel path; ERR_PTR */
/* For exec: a regular file that may be executed by the current task; denies writers until fput_exec. */
struct file *open_exec(int dirfd, const char *path, int at_flags);
/* mm's exe_file: keeps ETXTBSY true as long as the program runs. get: one more holder. */
void exe_file_get(struct file *f);
void exe_file_put(struct file *f);
/* Absolute path of an open file as seen from the current root, into buf; returns its start or ERR_PTR(-ENAMETOOLONG). */
char *d_path(const struct path *path, char *buf, size_t size);
/* The same inside its file system. */
char *dentry_path(const struct dentry *d, char *buf, size_t size);
char *file_path(const struct file *f, char *buf, size_t size);
/* On a mount whose set-user-ID bits exec ignores. */
bool file_is_nosuid(const struct file *f);

/* Kernel buffer I/O (exec, initramfs). Bytes or -errno. */
ssize_t kernel_read(struct file *f, void *buf, size_t n, u64 pos);
ssize_t kernel_write(struct file *f, const void *buf, size_t n, u64 pos);
static inline u64 file_size(const struct file *f) { return f->inode->mapping.size; }

/* mmap of @f: permissions against req->prot/flags, then op->mmap. 0 or -errno. Takes no reference: vm_ops->open does. */
int file_mmap(struct file *f, struct mmap_request *req);
/* A page-cache object without a name, for shared anonymous memory and memfd_create. ERR_PTR. */
struct file *shmem_file_setup(const char *name, u64 size);

/* For fork, exec, exit. */
struct files_struct *files_dup(struct files_struct *old) __must_check;  /* -ENOMEM, -EMFILE: beyond sysctl_nr_open */
extern int sysctl_nr_open;              /* /proc/sys/fs/nr_open: no table of descriptors is larger, no limit higher */
void files_get(struct files_struct *f);
static inline bool files_shared(const struct files_struct *f) { return atomic_read(&f->count) > 1; }
void files_put(struct files_struct *f);
void files_close_on_exec(struct files_struct *f);
static inline bool fd_closes_on_exec(const struct files_struct *f, unsigned int fd)
{
	return fd < f->max && (f->cloexec_bits[fd / 64] >> (fd % 64) & 1);
}
struct fs_struct *fs_dup(struct fs_struct *old);
void fs_get(struct fs_struct *f);
void fs_put(struct fs_struct *f);
extern struct files_struct init_files;
extern struct fs_struct init_fs;

/* Boot, after the slab works: mounts tmpfs on /, makes /dev, /proc, /tmp ..., mounts devtmpfs and proc there. */
void vfs_init(void);
/* Any number of newc archives, zero-padded. 0, or -errno after saying what is wrong and where. */
int initramfs_unpack(const void *cpio, size_t size) __must_check;
/* Opens @console ("ttyS1", NULL: "console") as 0, 1, 2 of the current task. */
int open_stdio(const char *console);

#endif
