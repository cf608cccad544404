/* SPDX-License-Identifier: MIT */
/*
 * Tracing: what signals, fork, exec, exit and wait ask of it. Nothing here costs more than a test of task_struct.ptrace
 * when nobody traces.
 *
 * A tracee belongs to one thread, its tracer: t->tracer, in the tracer's list of ptraced. t->parent stays who it was.
 * Both and t->ptrace change with tasklist_lock and the tracee's sighand lock held, so either is enough to read them.
 * What is pending for the next way out to ring 3 is in t->jobctl [S].
 */
#ifndef TASK_PTRACE_H
#define TASK_PTRACE_H

#include <uapi/ptrace.h>
#include "internal.h"

/* task_struct.ptrace. Above PT_OPTIONS_SHIFT: PTRACE_O_*. */
#define PT_PTRACED 1u
#define PT_SEIZED  2u
#define PT_CAP     4u           /* the tracer had CAP_SYS_PTRACE: set-id programs keep their ids */
#define PT_SYSCALL 8u           /* stops at system calls */
#define PT_SYSEMU  16u          /* stops before them and does not make them */
#define PT_STEP    32u          /* RFLAGS.TF is the tracer's */
#define PT_OPTIONS_SHIFT 8
#define PT_OPTION(o) ((o) << PT_OPTIONS_SHIFT)
#define PT_EVENT(e) PT_OPTION(1u << (e))

/* task_struct.jobctl: traps that wait for the thread, and its part in a group stop. [S] */
#define JOBCTL_STOP_PENDING  1u /* it has to stop with its process */
#define JOBCTL_STOP_CONSUME  2u /* ... and to be counted */
#define JOBCTL_STOP_DEQUEUED 4u /* it has a stop signal in its hand: SIGCONT takes it away */
#define JOBCTL_TRAP_STOP     8u /* to stop for the tracer: PTRACE_INTERRUPT, group stop, seized from birth */
#define JOBCTL_TRAP_NOTIFY   16u /* ... to tell that the group stop's state changed */
#define JOBCTL_LISTENING     32u /* PTRACE_LISTEN: stopped, but not for the tracer's requests */
#define JOBCTL_SYSCALL_EXIT  64u /* an event stopped it inside a system call whose end may have to be told */
#define JOBCTL_STOP_BITS (JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME | JOBCTL_STOP_DEQUEUED)
#define JOBCTL_TRAP_BITS (JOBCTL_TRAP_STOP | JOBCTL_TRAP_NOTIFY)
#define JOBCTL_WORK (JOBCTL_STOP_PENDING | JOBCTL_TRAP_BITS | JOBCTL_SYSCALL_EXIT)

/* ptrace_stop.c, current task, no lock held, may sleep. */

/* In get_signal: the tracer sees @sig and says what to do with it. The signal to deliver, 0: none. */
int ptrace_signal(int sig, siginfo_abi *info);
/* In get_signal: a stop that no signal causes (JOBCTL_TRAP_BITS). */
void ptrace_trap(void);
/* PTRACE_EVENT_*, if it is asked for; an exec that is not gives the old SIGTRAP. */
void ptrace_event_slow(unsigned int event, u64 message);
static inline void ptrace_event(unsigned int event, u64 message)
{
	if (unlikely(current->ptrace))
		ptrace_event_slow(event, message);
}
/* A handler's frame was made while the thread is stepped: a stop at its first instruction. */
void ptrace_stepped_into_handler(void);
void ptrace_syscall_enter(struct pt_regs *regs);        /* x86_hooks */
void ptrace_syscall_exit(struct pt_regs *regs);
/* A debug exception of @t: notes DR6; the si_code of its SIGTRAP. */
int ptrace_debug_trap(struct task_struct *t, unsigned long dr6);

/* => sighand lock of @t */
void ptrace_trap_notify(struct task_struct *t);         /* => seized */
void ptrace_wake_up(struct task_struct *t, bool resume);
/* This thread has done what a group stop wants of it. True: it was the last, the parent is to be told. */
bool participate_group_stop(struct task_struct *t);

/* The tracer hears of a stop: CLD_*. => tasklist_lock */
void notify_tracer(struct task_struct *t, int why);

/* ptrace_link.c: PTRACE_TRACEME of the current task; PTRACE_ATTACH or SEIZE by it. 0 or -errno. */
long ptrace_traceme(void);
long ptrace_attach(struct task_struct *t, bool seize, u64 addr, u64 options);

/* ... => tasklist_lock */

/* fork: the event that the current task's clone is (0: none that is asked for), and whether the child is traced too. */
unsigned int ptrace_clone_event(const struct kernel_clone_args *a);
void ptrace_init_child(struct task_struct *child);
/* @t is nobody's tracee any more; it goes on, or into its process's group stop. */
void ptrace_unlink(struct task_struct *t);
/* So, and a zombie that only the tracer kept is gone, another one is its parent's now. */
void ptrace_detach(struct task_struct *t);
/* @tracer ends: its tracees are let go or killed. */
void ptrace_exit_tracer(struct task_struct *tracer);
static inline bool same_thread_group(const struct task_struct *a, const struct task_struct *b)
{
	return a->signal == b->signal;
}
/* Somebody else than the parent's process traces it. */
static inline bool ptrace_reparented(const struct task_struct *t)
{
	return t->tracer && !same_thread_group(t->tracer, t->parent);
}

/* ptrace_regs.c: registers of a stopped @t, in and out of kernel memory. 0 or -errno. */
u64 ptrace_get_reg(struct task_struct *t, unsigned int word);           /* of struct user_regs_struct */
int ptrace_set_reg(struct task_struct *t, unsigned int word, u64 value);
void ptrace_single_step(struct task_struct *t, bool on);
size_t ptrace_regset_size(unsigned int type);                           /* 0: no such set */
void ptrace_get_regset(struct task_struct *t, unsigned int type, void *to);
/* @size: what came; may be less for NT_PRSTATUS. */
int ptrace_set_regset(struct task_struct *t, unsigned int type, const void *from, size_t size);
int ptrace_peek_user(struct task_struct *t, u64 addr, u64 *value);
int ptrace_poke_user(struct task_struct *t, u64 addr, u64 value);

#endif
