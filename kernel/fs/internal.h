/* SPDX-License-Identifier: MIT */
/* Shared inside kernel/fs. */
#ifndef KERNEL_FS_INTERNAL_H
#define KERNEL_FS_INTERNAL_H

#include <fs/vfs.h>

/* namei.c: with LOOKUP_FOLLOW, _DIRECTORY, _EMPTY of fs/vfs.h */
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
	struct path path;               /* where we are, referenced */
	struct path root, start;
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
int user_path(int dirfd, const char __user *name, unsigned int flags, struct path *out);
/* => namespace_lock held. On success nd->path is referenced: path_put it. */
int path_walk(struct nameidata *nd, const struct path *start, const char *name, unsigned int flags);
/* The same from nd->path on, which stays referenced in every case. */
int path_walk_on(struct nameidata *nd, const char *name);
int path_start(int dirfd, const char *name, struct path *start); /* referenced */
/* Where a link leads that has no text (/proc/PID/exe), if the walk may go there. */
int jump_link(const struct nameidata *nd, struct inode *link, struct path *to);
struct dentry *lookup_one(struct dentry *dir, const char *name, size_t len); /* referenced or ERR_PTR; crosses no mount */
/* -EROFS where nothing may be changed through @path. */
int want_write(const struct path *path);
int kern_symlink(const char *target, const char *path);
int kern_link(const char *old, const char *path);

/* d_path(), and whether @root, NULL: the current one, is above @path. */
char *d_absolute_path(const struct path *path, const struct path *root, char *buf, size_t size, bool *reachable);

/* names.c */
/* A place for a new name: the parent (referenced), locked. Undone by name_done(). */
struct newname {
	struct nameidata nd;
	struct path start;
};
/* Finds the parent and takes namespace_lock; on error neither is held. */
int name_parent(int dirfd, const char *path, struct newname *n);
void name_done(struct newname *n);

/* open.c */
/* An open of what is at @p, if it permits that; consumes the references in every case. */
struct file *path_open(struct path p, unsigned int flags);
struct file *do_filp_open(int dirfd, const char *path, unsigned int flags, u32 mode, unsigned int lookup_flags);

/* stat.c */
void mode_to_dtype(u32 mode, u8 *type);

/* tmpfs.c */
extern const struct file_operations regular_fops;
extern const struct inode_operations tmpfs_dir_op, tmpfs_file_op, tmpfs_link_op;
void tmpfs_register(void);
struct inode *tmpfs_new_inode(struct super_block *sb, u32 mode, u64 rdev);

/* devices.c */
const struct file_operations *chrdev_find(u64 rdev);
extern const struct file_operations nodev_fops;
void devtmpfs_register(void);
void mem_devices_init(void);

/* super.c */
struct file_system_type *find_type(const char *name);
struct super_block *alloc_super(struct file_system_type *t, unsigned long flags, const char *options, void *private); /* ERR_PTR */
void free_super(struct super_block *sb); /* => namespace_lock held, no mount shows it */
u64 new_dev(void);
int filesystems_init(void);

/* mount.c */
int do_mount_kernel(const char *type, const char *source, const char *target, unsigned long flags, const char *options);
int mount_root(const char *options);    /* the root of all, and init_fs in it */
#define MOUNT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)
bool is_our_mount(const struct mount *m);       /* in the tree that the current task sees, and may change? NULL: no */
bool is_mount_below(const struct mount *m, const struct mount *top);
void mntput(struct mount *m);
/* => namespace_lock held, all of these. A mount of @root, which is in @sb, at no place yet; one reference. NULL: no memory */
struct mount *alloc_mount(struct super_block *sb, struct dentry *root, const char *source, unsigned long flags);
/* @m on top of what is at @where by now. 0, -ENOTDIR, -EINVAL: not in our tree, -ENOSPC */
int attach_checked(struct mount *m, struct path *where);
/* A referenced mount of the same, at no place; NULL: no memory */
struct mount *clone_mount(const struct mount *m, struct dentry *root);
void attach(struct mount *m, const struct path *where);
void attach_root(struct mount *m, struct mnt_namespace *ns);
void detach(struct mount *m);
void umount_tree(struct mount *top);
struct mount *mounted_on(const struct mount *parent, const struct dentry *d);
/* Copies what is mounted below @from's dentry onto the copy of its mount; each one's is its ->copy. */
int copy_children(const struct path *from, struct mount *to);
bool may_mount(void);                   /* CAP_SYS_ADMIN over the caller's mount name space */
#define LOCKABLE_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* mnt_ns.c */
bool free_dead_namespaces(void);

/* To the top of what is mounted on *p. => namespace_lock held */
void follow_mounts(struct path *p);

/* pipe.c */
extern const struct file_operations fifo_open_fops;
extern const struct file_operations pipe_fops;
long pipe_set_size(struct file *f, unsigned long size);
long pipe_get_size(struct file *f);
static inline bool is_pipe(const struct file *f) { return f->op == &pipe_fops; }
/* At most @n bytes from user memory into a pipe open for writing, else out of it, as far as there are any or is room. Waits for the first. */
ssize_t pipe_splice_user(struct file *f, void __user *buf, size_t n, bool nonblock);
/* At most @n bytes of one pipe into another, which stay in the first. Waits until there are some and there is room. */
ssize_t pipe_tee(struct file *in, struct file *out, size_t n, bool nonblock);
/* Puts the last @n bytes read, at most a page, in front again; if other readers and writers left no place for them, they are lost. */
void pipe_unread(struct file *f, const char *data, size_t n);
size_t pipe_room(struct file *f);

/* locks.c */
long fcntl_record_lock(unsigned int fd, struct file *f, unsigned int cmd, unsigned long arg);
extern bool posix_locks_used;
void locks_remove_posix(struct file *f, const void *owner);
void locks_remove_file(struct file *f);

/* xattr.c */
void xattrs_free(struct inode *inode);

/* userfaultfd.c */
void userfaultfd_init(void);

/* epoll.c */
void epoll_file_gone(struct file *f);

#endif
