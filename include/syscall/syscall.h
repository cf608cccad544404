/* SPDX-License-Identifier: MIT */
/*
 * System calls: SYSCALL(name, ...) functions in kernel/task, kernel/fs and kernel/syscall, listed by
 * number in kernel/syscall/table.c. Arguments are raw longs from ring 3: check, then cast. The return
 * value is the result or -errno; the restart codes of uapi/errno.h are turned by kernel/task/signal.c.
 */
#ifndef SYSCALL_SYSCALL_H
#define SYSCALL_SYSCALL_H

#include <lib/compiler.h>
#include <lib/types.h>

#define SYSCALL_ARGS long a0 __attribute__((unused)), long a1 __attribute__((unused)), \
	long a2 __attribute__((unused)), long a3 __attribute__((unused)), \
	long a4 __attribute__((unused)), long a5 __attribute__((unused))
/* long sys_NAME(SYSCALL_ARGS): use a0..a5. */
#define SYSCALL(name) long sys_##name(SYSCALL_ARGS)

void syscall_init(void);
void syslog_init(void);                 /* syslog.c, called by syscall_init */

#endif
