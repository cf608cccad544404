/* SPDX-License-Identifier: MIT */
/*
 * Who wants to know what happens to files: a mark on an inode hears of the inode's own events and, on a directory, of
 * its entries' with their names. inotify(7) puts marks; the calls that do things to files report here.
 *
 * Events are inotify's IN_*. While there is no mark in the whole machine a report is one test of fsnotify_marks.
 * Lock: none. Nothing here sleeps, so nobody comes between (one CPU, no preemption in the kernel).
 */
#ifndef FS_NOTIFY_H
#define FS_NOTIFY_H

#include <fs/fs.h>
#include <uapi/inotify.h>

struct fsnotify_event {
	u32 mask;                       /* IN_*, with IN_ISDIR */
	u32 cookie;                     /* the two halves of a rename have the same */
	const char *name;               /* an entry of the marked directory; NULL: the inode itself */
	size_t name_len;
	bool unlinked;                  /* through a descriptor of a file whose name is gone */
};

struct fsnotify_mark {
	struct inode *inode;            /* referenced while marked */
	struct fsnotify_mark *next;     /* inode->marks */
	u32 mask;                       /* what it wants to hear */
	/* May remove this mark, and no other. */
	void (*event)(struct fsnotify_mark *m, const struct fsnotify_event *e);
	/* The inode goes away. The mark is off already; free it. */
	void (*gone)(struct fsnotify_mark *m);
};

extern unsigned int fsnotify_marks;     /* in the machine */

void fsnotify_add_mark(struct fsnotify_mark *m, struct inode *inode);
void fsnotify_remove_mark(struct fsnotify_mark *m);

/* Something happened to the object of that name: its marks and its directory's hear of it. */
void __fsnotify_dentry(const struct dentry *d, u32 mask, bool open);
static inline void fsnotify_dentry(const struct dentry *d, u32 mask)
{
	if (unlikely(fsnotify_marks))
		__fsnotify_dentry(d, mask, false);
}
/* ... to an open file. */
static inline void fsnotify_file(const struct file *f, u32 mask)
{
	if (unlikely(fsnotify_marks))
		__fsnotify_dentry(f->path.dentry, mask, true);
}
/* An entry of @dir came or went. */
void __fsnotify_name(struct inode *dir, const char *name, size_t len, bool is_dir, u32 mask, u32 cookie);
static inline void fsnotify_name(struct inode *dir, const char *name, size_t len, bool is_dir, u32 mask, u32 cookie)
{
	if (unlikely(fsnotify_marks))
		__fsnotify_name(dir, name, len, is_dir, mask, cookie);
}
/* To the inode alone. */
void __fsnotify_inode(struct inode *inode, u32 mask);
static inline void fsnotify_inode(struct inode *inode, u32 mask)
{
	if (unlikely(fsnotify_marks))
		__fsnotify_inode(inode, mask);
}
/* The last name and the last open of @inode are gone, or (@mask IN_UNMOUNT) its tree: its marks go. */
void __fsnotify_inode_gone(struct inode *inode, u32 mask);
void fsnotify_unmount(struct super_block *sb);
u32 fsnotify_new_cookie(void);

#endif
