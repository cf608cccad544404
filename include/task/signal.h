/* SPDX-License-Identifier: MIT */
/*
 * Signals: state of a thread, a thread group, and the verbs to send them.
 * Lock [S]: sighand->lock, irq-safe (timers send from the interrupt). [T]: tasklist lock, irq-safe too.
 */
#ifndef TASK_SIGNAL_H
#define TASK_SIGNAL_H

#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/spinlock.h>
#include <task/timer.h>
#include <task/wait.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

struct task_struct;
struct tty_struct;
struct posix_timer;

struct sigqueue {
	struct list_head list;
	siginfo_abi info;
	struct posix_timer *timer;      /* its preallocated one: not freed after delivery */
	u32 *count;                     /* the user's number of queued signals (RLIMIT_SIGPENDING) */
};

struct sigpending {
	sigset_t set;                   /* [S] */
	struct list_head queue;         /* [S] of sigqueue; a signal in set without an entry has si_code SI_KERNEL/SI_USER */
};

struct sighand_struct {
	spinlock_t lock;
	atomic_t count;
	struct sigaction_abi action[_NSIG];     /* [S] index signal - 1 */
};

/* ITIMER_VIRTUAL, ITIMER_PROF: counted down by the tick. */
struct cpu_itimer { u64 left_ns, interval_ns; };

/* The thread group (process). */
struct signal_struct {
	atomic_t count;                 /* [A] tasks, zombies too */
	int nr_threads;                 /* [T] alive */
	struct task_struct *leader;     /* [T] group leader: changes when a thread execs */
	struct list_head threads;       /* [T] task_struct.thread_node */
	struct sigpending shared_pending; /* [S] */
	pid_t pgrp, session;            /* [T] each holds a reference to its number */
	struct list_head pgrp_node;     /* [T] in the group's list (kernel/task/pidmap.h) */
	struct list_head all_node;      /* [T] all processes, oldest first */
	struct tty_struct *tty;         /* [T] controlling terminal */
	pid_t tty_old_pgrp;             /* session leader: who was in front when its terminal hung up; 0: nobody */
	bool session_leader;            /* [T] */
	bool unkillable;                /* init of a PID name space: what it does not handle, it does not get */
	/* Death and stops. [S] */
	bool group_exit;                /* all threads die with group_exit_code */
	struct task_struct *exec_task;  /* [S][T] this thread is in exec and waits for the others to die */
	bool stopping, stopped;         /* asked to stop; every thread has */
	bool notify_continue;           /* a thread of ours tells the parent of SIGCONT */
	bool stop_unreported, continued_unreported; /* for wait4 */
	int group_exit_code, stop_sig, nr_stopped;
	struct wait_queue_head wait_chldexit; /* wait4 sleeps here */
	struct rlimit64 rlim[RLIM_NLIMITS];
	/* Of threads that are gone, of children that were waited for. [T] */
	u64 cutime_ns, cstime_ns, dead_utime_ns, dead_stime_ns;
	unsigned long dead_min_flt, dead_maj_flt, dead_nvcsw, dead_nivcsw;
	unsigned long cmin_flt, cmaj_flt, cnvcsw, cnivcsw;
	u64 maxrss_pages, cmaxrss_pages;
	struct list_head posix_timers;  /* [S] kernel/task/posix_timers.c */
	int next_timer_id;
	struct ktimer real_timer;       /* ITIMER_REAL, alarm */
	u64 real_timer_interval;        /* ns */
	struct cpu_itimer virt_timer, prof_timer;
	long oom_score_adj;
	bool is_child_subreaper, has_child_subreaper;
	bool execed;                    /* has called execve since fork: setpgid on it is EACCES */
	void *sem_undo;                 /* kernel/ipc/sem.c */
	u32 *sigqueue_count;            /* of the real user: kernel/task/sigqueue.c */
};

/* For a fault or trap of the current thread: can't be blocked or ignored. */
void force_sig_fault(int sig, int code, void *addr);
void force_sig(int sig);
/* From the kernel (si_code SI_KERNEL) or with @info. Never allocate when info == NULL: may be called from
 * interrupt handlers. To one thread / to the process. 0, -EAGAIN (queue full), -ESRCH. */
int send_sig_info(int sig, const siginfo_abi *info, struct task_struct *t);
int group_send_sig_info(int sig, const siginfo_abi *info, struct task_struct *t);
/* To each process of a group (terminal: ^C) or session leader (hangup). 0, or -ESRCH when there is none. */
int kill_pgrp(int sig, pid_t pgrp);
int kill_pid(int sig, pid_t pid);
bool signal_pending_task(struct task_struct *t);

/* For signalfd: takes the first pending signal of @set of the current task (0: none); woken at each signal that is sent. */
int take_pending_signal(sigset_t set, siginfo_abi *info);
extern struct wait_queue_head signalfd_wait;

/* For the terminal: would @sig have no effect on the current task (blocked or ignored)? */
bool signal_is_blocked_or_ignored(int sig);
/* No member of @pgrp has a parent in another group of the same session: nobody could continue it. */
bool is_orphaned_pgrp(pid_t pgrp);
/* @fn for the leader of each process of a group. */
void for_each_in_pgrp(pid_t pgrp, void (*fn)(struct task_struct *leader, void *arg), void *arg);
bool pgrp_exists(pid_t pgrp);
bool pgrp_exists_in_session(pid_t pgrp, pid_t session);
/* Registered by the terminal: a session leader's process exits. It sends signals: no lock held. */
extern void (*tty_session_leader_exit)(struct task_struct *leader);

/*
 * ppoll, pselect, epoll_pwait: the mask @set holds until the call returns to ring 3 (after a handler ran, if any).
 * Takes the user's pointer: 0, -EINVAL, -EFAULT.
 */
int set_user_sigmask(const void __user *set, size_t sigsetsize);
/* On the way out of such a call: @interrupted keeps the old mask for sigreturn, else it is restored now. */
void restore_saved_sigmask_unless(bool interrupted);

#endif
