/* SPDX-License-Identifier: MIT */
/*
 * procfs and sysfs, files made of text. Registered at boot (before or after vfs_init) by any module of
 * floor 4 or 5; directories on the way are made. Entries are never removed.
 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include <lib/types.h>
#include <proc/seq_file.h>

typedef int (*proc_show_fn)(struct seq_file *m, void *arg);     /* 0 or -errno */
/* @buf is NUL-terminated, at most PAGE_SIZE - 1 bytes of one write(). Bytes taken, or -errno. */
typedef ssize_t (*proc_write_fn)(const char *buf, size_t n, void *arg);
/* Random access for binary files (kpageflags): bytes at @pos into kernel memory; 0: end. */
typedef ssize_t (*proc_read_fn)(void *buf, size_t n, u64 pos, void *arg);

/* @path below /proc, "sys/vm/overcommit_memory". mode: permission bits. 0 or -errno. */
int proc_create(const char *path, u32 mode, proc_show_fn show, void *arg);
int proc_create_rw(const char *path, u32 mode, proc_show_fn show, proc_write_fn write, void *arg);
int proc_create_raw(const char *path, u32 mode, proc_read_fn read, void *arg);
/* The same below /sys. */
int sysfs_create(const char *path, u32 mode, proc_show_fn show, proc_write_fn write, void *arg);
/* @size: what stat says; programs that read a table go by it. */
int sysfs_create_raw(const char *path, u32 mode, proc_read_fn read, void *arg, u64 size);
/* A directory that may stay empty. */
int sysfs_mkdir(const char *path);

/* A number in /proc/sys: read and written as text, bounds inclusive. */
struct sysctl_int { int *value; int min, max; };
struct sysctl_ulong { unsigned long *value; unsigned long min, max; };
int sysctl_show_int(struct seq_file *m, void *sysctl_int);
ssize_t sysctl_write_int(const char *buf, size_t n, void *sysctl_int);
int sysctl_show_ulong(struct seq_file *m, void *sysctl_ulong);
ssize_t sysctl_write_ulong(const char *buf, size_t n, void *sysctl_ulong);

struct file;
struct task_struct;
struct task_struct *proc_dir_task(const struct file *f); /* whose directory /proc/PID it is; -EBADF: none, -ESRCH: gone */

/* Boot, called by vfs_init: the file systems; the files that belong to no other module. */
void procfs_register(void);
void proc_misc_init(void);

#endif
