/* SPDX-License-Identifier: MIT */
/* Shared by the files of procfs. */
#ifndef KERNEL_PROC_INTERNAL_H
#define KERNEL_PROC_INTERNAL_H

#include <fs/vfs.h>
#include <ns/pid_ns.h>
#include <proc/proc.h>

/* Text of an open file, made when it is read from position 0; f->private is the buffer's. */
typedef int (*text_show_fn)(struct file *f, struct seq_file *m);
ssize_t text_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy, text_show_fn show);
void text_release(struct file *f);
loff_t text_llseek(struct file *f, loff_t off, int whence);
ssize_t text_write(const void *buf, size_t n, copy_fn copy, proc_write_fn fn, void *arg);
ssize_t raw_read(void *buf, size_t n, u64 *pos, copy_fn copy, proc_read_fn read, void *arg);

/* proc_maps.c: of a process's address space (referenced by the caller; may be NULL: a kernel thread). */
struct mm_struct;
int proc_maps_show(struct seq_file *m, struct mm_struct *mm);
int proc_smaps_show(struct seq_file *m, struct mm_struct *mm);
int proc_smaps_rollup_show(struct seq_file *m, struct mm_struct *mm);
/* @task_policy: what mappings without a policy of their own have. */
int proc_numa_maps_show(struct seq_file *m, struct mm_struct *mm, u32 task_policy);
ssize_t proc_pagemap_read(struct mm_struct *mm, void *buf, size_t n, u64 pos);
ssize_t proc_page_tables_read(struct mm_struct *mm, void *buf, size_t n, u64 pos);
/* proc_status.c */
int proc_stat_show(struct seq_file *m, struct task_struct *t, bool whole);
int proc_status_show(struct seq_file *m, struct task_struct *t);
int proc_limits_show(struct seq_file *m, struct task_struct *t);
/* proc_stack.c */
int proc_wchan_show(struct seq_file *m, struct task_struct *t);
int proc_stack_show(struct seq_file *m, struct task_struct *t);
int proc_syscall_show(struct seq_file *m, struct task_struct *t);

/* Whose processes the mount of a file in /proc shows. */
static inline struct pid_namespace *inode_pid_ns(const struct inode *inode) { return inode->sb->private; }

/* proc_pid.c */
struct dentry *proc_pid_lookup(struct dentry *dir, const char *name, size_t len);
int proc_pid_iterate(struct file *f, filldir_fn fill, void *arg, u64 base);

/* sys_node.c */
int sys_node_init(void);
/* proc_mem.c */
void proc_memory_init(void);

#endif
