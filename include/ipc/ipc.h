/* SPDX-License-Identifier: MIT */
/* System V interprocess communication: system calls of kernel/ipc, listed in kernel/syscall/table.c. */
#ifndef IPC_IPC_H
#define IPC_IPC_H

/* /proc/sysvipc and the limits below /proc/sys/kernel; called by syscall_init. */
void ipc_init(void);
struct signal_struct;
/* The process's last thread exits, or unshares: what semop(SEM_UNDO) did is undone. Only when s->sem_undo is set. */
void exit_sem(struct signal_struct *s);

#endif
