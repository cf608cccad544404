/* SPDX-License-Identifier: MIT */
/* A row of /proc/PID: what there is (proc_pid.c), for the tree of directories that shows it (proc_pid_tree.c). */
#ifndef KERNEL_PROC_PID_H
#define KERNEL_PROC_PID_H

#include "internal.h"
#include <task/signal.h>

enum pid_kind { PID_TEXT, PID_RAW, PID_FAIL_NTH, PID_LINK, PID_FD_DIR, PID_FDINFO_DIR, PID_TASK_DIR };

struct pid_entry {
	const char *name;
	u32 mode;
	enum pid_kind kind;
	int (*show)(struct seq_file *m, struct task_struct *t);
	ssize_t (*raw)(struct task_struct *t, void *buf, size_t n, u64 pos);
	int (*link)(struct task_struct *t, struct path *to);
	ssize_t (*write)(struct task_struct *t, const char *buf, size_t n);
	unsigned int (*poll)(struct file *f, struct poll_table *pt);    /* NULL: always ready, and not for epoll */
	bool group_only;                /* not in task/TID */
	bool owner_only;                /* needs ptrace_may_access */
};

extern const struct pid_entry pid_entries[];
extern const size_t nr_pid_entries;

#endif
