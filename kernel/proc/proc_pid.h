/* SPDX-License-Identifier: MIT */
/* A row of /proc/PID: what there is (proc_pid.c), for the tree of directories that shows it (proc_pid_tree.c). */
#ifndef KERNEL_PROC_PID_H
#define KERNEL_PROC_PID_H

#include "internal.h"
#include <task/signal.h>

enum pid_kind { PID_TEXT, PID_RAW, PID_FAIL_NTH, PID_MEM, PID_USERNS, PID_LINK, PID_FD_DIR, PID_FDINFO_DIR, PID_MAP_DIR, PID_NS_DIR, PID_TASK_DIR };

struct pid_entry {
	const char *name;
	u32 mode;
	enum pid_kind kind;
	int (*show)(struct seq_file *m, struct task_struct *t);
	ssize_t (*raw)(struct task_struct *t, void *buf, size_t n, u64 pos);
	int (*link)(struct task_struct *t, struct path *to);
	ssize_t (*write)(struct task_struct *t, const char *buf, size_t n);
	unsigned int (*poll)(struct file *f, struct poll_table *pt);    /* NULL: always ready, and not for epoll */
	int which;                      /* PID_USERNS: which file of proc_userns.c */
	bool group_only;                /* not in task/TID */
	bool thread_only;               /* in task/TID alone */
	bool owner_only;                /* needs ptrace_may_access, to open and to read */
	bool of_mm;                     /* ... and shows nothing of another address space than the one at open: none after exec */
};

extern const struct file_operations proc_userns_fops;           /* proc_userns.c; of PID_USERNS */
extern const struct file_operations proc_pid_mem_fops;          /* proc_pid_mem.c; its inodes are PID_MEM's */
extern const struct pid_entry pid_entries[];
extern const size_t nr_pid_entries;

/*
 * Inodes of the tree know whose they are: a pid, and when that task started, so that what is open of one that is gone shows
 * nothing of a later one with its number. Rows of pid_entries number the inodes of /proc/PID; those of directories in it
 * begin at row 64.
 */
static inline u64 pid_ino(pid_t pid, unsigned int row)
{
	return ((u64)pid << 20 | row << 12) + 0x1000;
}

#define WHO_PID_BITS 22 /* Linux's PID_MAX_LIMIT */

static inline u64 who_is(const struct task_struct *t)
{
	return (u64)t->start_time_ns << WHO_PID_BITS | (u64)t->pid;
}

static inline pid_t inode_pid(const struct inode *inode)
{
	return (pid_t)(inode->private2 & ((1UL << WHO_PID_BITS) - 1));
}

struct mm_struct *pid_mm(struct task_struct *t);                /* referenced, or NULL */
struct task_struct *pid_inode_task(const struct inode *inode);  /* NULL: gone */
void pid_getattr(struct inode *inode);
struct dentry *pid_make(struct dentry *dir, const char *name, size_t len, u32 mode, u64 ino, u64 who,
			const struct inode_operations *op, const struct file_operations *fop, const void *private);
/* The text of a link that leads where @jump says. */
const char *pid_jump_text(struct inode *inode, int (*jump)(struct inode *, struct path *), char *buf, size_t size);
/* Fills in . and .. at positions 0 and 1; not 0: @fill wants no more. */
int pid_dots(struct file *f, filldir_fn fill, void *arg);

/* proc_map_files.c */
extern const struct inode_operations map_files_op;
extern const struct file_operations map_files_fops;

/* proc_ns.c */
extern const struct inode_operations ns_dir_op;
extern const struct file_operations ns_dir_fops;

#endif
