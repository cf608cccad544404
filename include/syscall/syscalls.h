/* SPDX-License-Identifier: MIT */
/*
 * Every system call that exists, sorted by folder and name. kernel/syscall/table.c lists the numbers and gives
 * each name a weak fallback (ENOSYS), so a call comes to life by being defined and declared here.
 */
#ifndef SYSCALL_SYSCALLS_H
#define SYSCALL_SYSCALLS_H

#include <syscall/syscall.h>

/* kernel/task */

/* kernel/fs */

/* kernel/syscall */

#endif
