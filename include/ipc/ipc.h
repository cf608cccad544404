/* SPDX-License-Identifier: MIT */
/* System V interprocess communication: system calls of kernel/ipc, listed in kernel/syscall/table.c. */
#ifndef IPC_IPC_H
#define IPC_IPC_H

/* /proc/sysvipc and the limits below /proc/sys/kernel; called by syscall_init. */
void ipc_init(void);

#endif
