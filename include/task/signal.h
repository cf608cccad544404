/* SPDX-License-Identifier: MIT */
/* Signals: state of a thread, a thread group, and the verbs to send them. Lock [S]: sighand->lock, irq-safe. */
#ifndef TASK_SIGNAL_H
#define TASK_SIGNAL_H

#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/spinlock.h>
#include <task/wait.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

struct task_struct;

struct sigqueue { struct list_head list; siginfo_abi info; };

struct sigpending {
	sigset_t set;                   /* [S] */
	struct list_head queue;         /* [S] of sigqueue */
};

struct sighand_struct {
	spinlock_t lock;
	atomic_t count;
	struct sigaction_abi action[_NSIG];     /* [S] index signal - 1 */
};

/* The thread group (process). */
struct signal_struct {
	atomic_t count;                 /* tasks */
	int nr_threads;                 /* [T] alive */
	struct list_head threads;       /* [T] task_struct.thread_node */
	struct sigpending shared_pending; /* [S] */
	pid_t pgrp, session;            /* [T] */
	struct tty_struct *tty;         /* [T] controlling terminal */
	bool leader, group_exit, stopped, continued_unreported, stop_unreported;
	int group_exit_code, stop_code;
	struct wait_queue_head wait_chldexit;
	struct rlimit64 rlim[RLIM_NLIMITS];
	u64 cutime_ns, cstime_ns, dead_utime_ns, dead_stime_ns;
	unsigned long cmin_flt, cmaj_flt;
	void *posix_timers;             /* kernel/task/timers.c */
	u64 real_timer_deadline, real_timer_interval; /* ITIMER_REAL, ns */
	long oom_score_adj;
};

/* From the kernel to a task (its thread only: synchronous faults). */
void force_sig_fault(int sig, int code, void *addr);
int send_sig_info(int sig, const siginfo_abi *info, struct task_struct *t); /* to the thread */
int group_send_sig_info(int sig, const siginfo_abi *info, struct task_struct *t); /* to the process */
int kill_pgrp(int sig, pid_t pgrp);             /* terminal: ^C */
bool signal_pending_task(struct task_struct *t);

#endif
