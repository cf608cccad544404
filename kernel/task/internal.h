/* SPDX-License-Identifier: MIT */
/* What the files of kernel/task share. */
#ifndef TASK_INTERNAL_H
#define TASK_INTERNAL_H

#include <asm/uaccess.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <ns/pid_ns.h>
#include <ns/user_ns.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <task/timer.h>
#include <uapi/prctl.h>
#include <uapi/sched.h>
#include <uapi/time.h>
#include <uapi/unistd.h>
#include <x86/cpu.h>
#include <x86/traps.h>
#include "pidmap.h"

struct pt_regs;

/* vfork: on the parent's stack; the child sets done and wakes. [T] */
struct vfork_wait { bool done; struct task_struct *parent; };

/* sched.c */
void sched_fork(struct task_struct *child);
void wake_up_new_task(struct task_struct *t);
bool wake_up_state(struct task_struct *t, unsigned int state_mask);
#define STATE_BIT(s) (1u << (s))
#define SLEEPING_STATES (STATE_BIT(TASK_INTERRUPTIBLE) | STATE_BIT(TASK_KILLABLE))
void schedule_tail(void);               /* first thing on a new task's stack */
void schedule_yield(void);
void __attribute__((noreturn)) schedule_dead(void); /* the current task is never run again */
void sched_kill(struct task_struct *t);  /* it is about to die: its turn comes soon, whatever its weight and past */
void set_user_nice(struct task_struct *t, int nice);
void set_policy(struct task_struct *t, int policy, int rt_priority);
void set_boost(struct task_struct *t, int prio);        /* the real-time priority that waiters lend it; 0: none */
void update_exec_time(void);            /* of the current task, to now */
void tick_catch_up(void);               /* timers that came due while the kernel worked; no spinlock held */
bool resched_if_needed(void);
bool need_resched(void);
void __attribute__((noreturn)) cpu_idle(void);
extern const unsigned int nice_weight[40];

/* ktimer.c */
void ktimers_run(u64 now);
u64 ktimer_next_deadline(void);
void ktime_set_real_offset_ns(s64 offset_ns);

/* clock.c, adjtimex.c */
bool clock_exists(int clock);
s64 tai_offset_seconds(void);           /* CLOCK_TAI is so far ahead of CLOCK_REALTIME */

/* pid.c */
void pids_init(void);                   /* /proc/sys/kernel/ns_last_pid */
extern struct pidmap pidmap;            /* [T] */
pid_t pid_attach(struct task_struct *t, const pid_t *want, unsigned int nr_want);

/* pid_ns.c. => [T] */
void pid_ns_new_leader(struct task_struct *t);  /* @t is linked as the leader of a process: maybe the first there */
void pid_ns_task_gone(const struct pid_namespace *ns);   /* somebody may be waiting for the last */
/* The end of the current task, last of an init: nobody else in @ns stays. Sleeps; not [T] */
void zap_pid_ns_processes(struct pid_namespace *ns);
extern struct list_head all_processes;  /* [T] signal_struct.all_node */

/* user.c: what one user id has, against RLIMIT_NPROC and RLIMIT_SIGPENDING. task_struct.user: [T] */
/* With @more tasks would the user of @t have more than @limit, or those in a user name space above together more than it may? */
bool user_over_nproc(const struct task_struct *t, u64 limit, unsigned int more);
void user_charge_again(struct task_struct *t);   /* to whom its ->user says: its parent's, by fork */
void user_charge(struct task_struct *t);         /* to its real user id of now */
void user_uncharge(struct task_struct *t);
u32 *user_sigqueue_count(const struct task_struct *t);

/* fork.c */
struct kernel_clone_args {
	u64 flags;
	u64 stack;              /* new rsp, 0: the parent's */
	u64 tls, parent_tid, child_tid, pidfd;
	int exit_signal;
	unsigned int nr_set_tid;
	const pid_t *set_tid;   /* numbers asked for, from its own PID name space up */
};
void fork_init(void);
pid_t kernel_clone(const struct kernel_clone_args *args);
/* A copy of the current task with its own stack and FPU state, belonging to nobody yet: NULL, or to be given to free_task. */
struct task_struct *dup_task(bool kthread);
/* From here on others see it. => tasklist_lock held */
int __must_check link_task(const struct kernel_clone_args *a, struct task_struct *t);
void vfork_complete(struct task_struct *t);
unsigned int nr_tasks(u64 *forks);
void forget_task(struct task_struct *t);        /* exec: the old leader, whose number has a new owner. => [T] */
void unlink_task(struct task_struct *t);

/* task_parts.c */
void task_parts_init(void);
/* Files, directories, handlers and process of @t, a copy of the current task: shared or made by CLONE_*. 0 or -ENOMEM and undone. */
int __must_check copy_group(u64 flags, struct task_struct *t);
void put_group(struct task_struct *t);
void put_sighand(struct sighand_struct *s);
void put_signal(struct signal_struct *s);
int unshare_sighand(struct task_struct *t);     /* exec: handlers shared with another process become our own */
long unshare_files_fs(u64 flags);

/* ioport.c: of tasks with WATCH_PORTS. fork: the child has its parent's ports. */
void ioports_fork(struct task_struct *child);
void ioports_exit(struct task_struct *t);
bool skip_cli_sti(struct pt_regs *regs);        /* a #GP was one of these at level 3: it is passed over */

/* task_cache.c */
void task_cache_init(void);
struct task_struct *alloc_task(void);           /* with stack and FPU area, the rest as it was left; NULL: no memory */
void free_task(struct task_struct *t);          /* not on its own stack any more; it holds nothing else */

/* kthread.c */
struct task_struct *create_init_task(void (*first)(void));

/* acct.c: the last thread of a process is about to go. => acct_file */
extern struct file *acct_file;
void acct_process(struct task_struct *t, int status);

/* exit.c, wait4.c */
void __attribute__((noreturn)) do_exit(int status);             /* wait status, as wait4 gives it */
void __attribute__((noreturn)) do_group_exit(int status);
void release_zombie(struct task_struct *t);     /* a dead process that was waited for. => tasklist_lock held */
void release_thread(struct task_struct *t);     /* a dead thread that its tracer waited for; maybe its process with it */
bool thread_group_empty(const struct task_struct *leader);      /* no thread but @leader, alive or zombie */
bool process_is_dead(const struct task_struct *leader);
void add_child_times(struct signal_struct *parent, struct task_struct *child);
/* After @leader left its group or its parent changed: stopped groups that nobody can continue get SIGHUP, SIGCONT. */
void kill_orphaned_pgrp(struct task_struct *leader, struct task_struct *parent);
void pgrp_changed(void);

/* exec.c */
int kernel_execve(const char *path, const char *const *argv, const char *const *envp);

/* signal.c */
#define CORE_SIGNALS (SIGMASK(SIGQUIT) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | SIGMASK(SIGABRT) | SIGMASK(SIGFPE) | \
		      SIGMASK(SIGSEGV) | SIGMASK(SIGBUS) | SIGMASK(SIGSYS) | SIGMASK(SIGXCPU) | SIGMASK(SIGXFSZ))
void sigqueue_init(void);
void force_sig_info(int sig, const siginfo_abi *info);           /* of the current thread: can't be blocked or ignored */
void __noreturn die_by(int sig, const struct pt_regs *regs);      /* the current process, as by an unhandled signal: with its core file */
void recalc_sigpending(struct task_struct *t);                  /* => sighand lock */
void signal_wake_up(struct task_struct *t, bool kill);          /* => sighand lock */
void flush_pending(struct sigpending *p);
void flush_signal_handlers(struct sighand_struct *sh);          /* exec */
int dequeue_signal(struct task_struct *t, sigset_t mask, siginfo_abi *info); /* => sighand lock */
void set_blocked(sigset_t set);
void drop_ignored(struct task_struct *t, int sig);              /* => sighand lock */
bool sig_default_ignored(int sig);
bool sig_default_stops(int sig);
int send_sigqueue_locked(struct sigqueue *q, struct task_struct *t, bool group);
void posix_timer_delivered(struct posix_timer *timer, siginfo_abi *info);
bool get_signal(struct pt_regs *regs, int *sig, siginfo_abi *info, struct sigaction_abi *act);
void zap_other_threads(struct task_struct *t);                  /* => sighand lock */
int send_signal_locked(int sig, const siginfo_abi *info, struct task_struct *t, bool group);
/* A zombie's tracer, or parent, hears of it: @sig, or -1. => tasklist_lock. true: nobody will wait */
bool do_notify_parent(struct task_struct *t, int sig);
bool signal_ignores_children(const struct task_struct *parent);  /* SIG_IGN or SA_NOCLDWAIT for SIGCHLD */
void child_info(struct task_struct *t, siginfo_abi *info);       /* of SIGCHLD, but for code and status */
/* Have all threads stopped, of those that are left? Notes it; the caller tells the parent. => sighand lock */
bool stop_is_complete(struct signal_struct *s);
void notify_parent_stop(struct task_struct *leader, int why);    /* => tasklist_lock. CLD_STOPPED, CLD_CONTINUED */
int check_kill_permission(int sig, const siginfo_abi *info, struct task_struct *t);

bool do_coredump(int sig, const struct pt_regs *regs);          /* coredump.c; true: written */
extern struct wait_queue_head pidfd_wait;
int pidfd_create(struct task_struct *t, unsigned int flags);    /* a descriptor, or -errno */

pid_t pidfd_pid(unsigned int fd, bool *nonblock);               /* -EBADF: no pidfd */

/* sigframe.c */
int setup_rt_frame(int sig, const siginfo_abi *info, const struct sigaction_abi *act, struct pt_regs *regs);
void do_signal(struct pt_regs *regs);
int put_siginfo(u64 to, const siginfo_abi *info);                /* SIGINFO_SIZE bytes to ring 3; 0 or -EFAULT */
u64 sigframe_size(void);                        /* AT_MINSIGSTKSZ */

/* futex.c */
void futex_exit(struct task_struct *t);         /* robust list, clear_child_tid: memory still there */
int futex_wake_addr(u64 uaddr, int nr);
void futex_prio_changed(struct task_struct *t); /* futex_pi.c: of a task that may wait, or own what others wait for */

/* clock.c: CPU-time clocks by Linux's numbers. Spelled out: the caller's own have its pid in them. */
int cpu_clock_spell_out(int clock, int *full);  /* 0 or -EINVAL: nobody's, or a thread's of another process */
pid_t cpu_clock_pid(int full);
bool cpu_clock_ns(int full, u64 *ns);           /* false: gone. From interrupts too */

/* posix_timers.c, itimer.c */
void itimers_init(struct signal_struct *s);
void posix_timers_exit(struct signal_struct *s);
void posix_timers_clock_set(void);
void posix_timers_thread_exit(struct task_struct *t);
void cpu_itimers_tick(struct task_struct *t, bool user);

/* rseq.c */
void rseq_resume(struct pt_regs *regs);

/* fault.c */
void fault_init(void);

#define USER_RFLAGS 0x50dd5UL   /* AC RF OF DF TF SF ZF AF PF CF: what a signal frame or a tracer may choose */
#define RFLAGS_TF (1UL << 8)
#define SIGMASK(sig) (1UL << ((sig) - 1))
#define TASKLIST_LOCK(f) unsigned long f = spin_lock_irqsave(&tasklist_lock)
#define TASKLIST_UNLOCK(f) spin_unlock_irqrestore(&tasklist_lock, f)

/* By a signal, exit_group, or the exec of another thread. => sighand lock, or no matter when it changes */
static inline bool must_die(const struct task_struct *t)
{
	const struct signal_struct *s = t->signal;

	return s->group_exit || (unlikely(s->exec_task) && s->exec_task != t);
}
/* => [T] */
static inline void set_parent(struct task_struct *t, struct task_struct *parent)
{
	t->parent = t->creator = parent;
	t->vppid = likely(parent->pid_ns == t->pid_ns) ? parent->vtgid : 0;
}
static inline bool is_group_leader(const struct task_struct *t) { return t->group_leader == t; }
static inline bool timespec_valid(const struct timespec_abi *t)
{
	return t->tv_sec >= 0 && (u64)t->tv_nsec < (u64)NSEC_PER_SEC;
}
/* ns, saturated below the "never" value. */
static inline u64 timespec_to_ns(const struct timespec_abi *t)
{
	if ((u64)t->tv_sec >= (u64)INT64_MAX / NSEC_PER_SEC)
		return INT64_MAX;
	return (u64)t->tv_sec * NSEC_PER_SEC + (u64)t->tv_nsec;
}
static inline struct timespec_abi ns_to_timespec(u64 ns)
{
	return (struct timespec_abi){ (s64)(ns / NSEC_PER_SEC), (s64)(ns % NSEC_PER_SEC) };
}

#endif
