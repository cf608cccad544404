/* SPDX-License-Identifier: MIT */
/* Shared by the files of the terminals. */
#ifndef KERNEL_TTY_INTERNAL_H
#define KERNEL_TTY_INTERNAL_H

#include <fs/vfs.h>
#include <task/signal.h>
#include <tty/tty.h>

/* Kept in file->flags for the open itself; F_GETFL hides it. */
#define FILE_NOCTTY O_NOCTTY

void tty_setup(struct tty_struct *tty, const char *name, u64 rdev);
void tty_remove(struct tty_struct *tty);
void tty_start_thread(void);
int tty_check_change(struct tty_struct *tty, int sig);
int tty_set_controlling(struct tty_struct *tty, bool steal);
void tty_hangup(struct tty_struct *tty);
int tty_attach(struct file *f, struct tty_struct *tty, bool may_control);
extern const struct file_operations tty_fops;
long tty_ioctl(struct file *f, unsigned int cmd, unsigned long arg);

#endif
