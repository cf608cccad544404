/* SPDX-License-Identifier: MIT */
/*
 * task_struct: one thread of execution. Threads of a process share mm, files, fs, sighand and the
 * thread-group structure (signal); each is its own task_struct with its own pid; tgid names the process.
 *
 * Locks: [T] tasklist_lock, [S] sighand->lock, [R] runqueue lock, [own] only the task itself, [I] immutable.
 */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include <asm/percpu.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/types.h>
#include <task/fairq.h>
#include <task/signal.h>
#include <task/wait.h>
#include <uapi/resource.h>
#include <x86/cpu.h>

struct mm_struct;
struct files_struct;
struct fs_struct;
struct file;
struct pi_state;
struct pi_waiter;
struct seccomp_filter;
struct nsproxy;
struct pid_namespace;

/* Linux's letters in /proc/PID/stat: R S D T Z X R t. No sleep outlives a fatal signal: the longest kind is killable. */
enum task_state { TASK_RUNNING, TASK_INTERRUPTIBLE, TASK_KILLABLE, TASK_STOPPED, TASK_ZOMBIE, TASK_DEAD, TASK_NEW, TASK_TRACED };

#define TASK_COMM_LEN 16
#define PF_KTHREAD 1u
#define PF_FORKNOEXEC 2u
#define PF_EXITING 4u
#define PF_SIGNALED 8u          /* killed by a signal */
#define PF_DUMPCORE 16u
#define PF_OOM_VICTIM 32u

/* Supplementary groups, sorted. Shared by those who inherited them, never changed: setgroups(2) makes new ones. */
#define NGROUPS_MAX 65536
struct group_info { atomic_t count; unsigned int nr; u32 gid[]; };
struct user_namespace;
struct cred {
	u32 uid, euid, suid, fsuid, gid, egid, sgid, fsgid;
	struct group_info *groups;      /* NULL: none */
	u64 cap_effective, cap_permitted, cap_inheritable, cap_bset, cap_ambient;
	u32 securebits;                 /* SECBIT_* of uapi/prctl.h */
	struct user_namespace *user_ns; /* referenced, but for the initial one; where the capabilities count */
};

struct task_struct {
	struct thread_struct thread;    /* kernel/x86's */
	enum task_state state;          /* [R] */
	union {
		struct {
			bool sigpending; /* [S] look for signals before going back to ring 3 */
			bool no_tsc;    /* [own] RDTSC in ring 3 is SIGSEGV: PR_SET_TSC */
		};
		u16 exit_reasons;       /* either */
	};
	bool restore_sigmask;           /* [own] saved_sigmask waits to be put back */
	unsigned int flags;             /* PF_* [own] */
	struct mm_struct *mm;           /* [own] NULL: kernel thread, exiting */

	struct fair_entity se;          /* [R] place in the run queue and virtual run time (ns, weighted) */
	u64 exec_start, sum_exec_ns;    /* [R] */
	unsigned int weight;            /* [R] 1024: nice 0 */
	int nice;                       /* [R] -20..19 */
	int policy, rt_priority;        /* [R] SCHED_*; 1..99 for FIFO and RR, else 0 */
	int prio, pi_boost;             /* [R] where it queues: the higher of rt_priority and what waiters lend it (futex_pi.c) */
	bool on_rq, reset_on_fork;      /* [R] */
	u16 ioprio;                     /* ioprio_set(2); 0: none was set */
	u32 ticks_user, ticks_system;   /* [R] samples: how sum_exec_ns is split */
	unsigned long nvcsw, nivcsw;    /* [R] */
	u64 slice_start;                /* [R] sum_exec_ns when it was given the CPU */

	void *stack;                    /* [I] kernel stack, THREAD_SIZE */
	struct files_struct *files;     /* kernel/fs */
	struct fs_struct *fs;           /* cwd, root, umask */
	struct nsproxy *nsproxy;        /* [own] ns/nsproxy.h; NULL: it has exited */
	struct sighand_struct *sighand; /* handlers, shared by CLONE_SIGHAND */
	struct signal_struct *signal;   /* shared by the thread group */
	struct sigpending pending;      /* [S] this thread's own */
	sigset_t blocked, saved_sigmask; /* [S] */
	sigset_t real_blocked;          /* [S] rt_sigtimedwait waits for these */
	stack_t_abi sas;                /* sigaltstack [own] */

	pid_t pid, tgid;                /* [I] in the initial PID name space: the kernel's */
	pid_t vpid, vtgid;              /* [I] in its own */
	pid_t vppid;                    /* [T] its parent's there; 0: that one is above */
	struct pid_namespace *pid_ns;   /* [I] its own; the number holds the reference */
	struct task_struct *parent;     /* [T] who gets SIGCHLD and waits: a group leader */
	struct task_struct *creator;    /* [T] of a leader: the thread of parent's process that forked it, or one that outlived it */
	struct task_struct *group_leader; /* [T] */
	struct list_head children, sibling; /* [T] */
	struct list_head thread_node;   /* [T] in signal->threads */
	int exit_code;                  /* [T] wait status as wait4 gives it */
	int exit_signal;                /* [T] what the parent gets; -1: a thread, nobody waits */
	int pdeath_signal;              /* [own] */

	/* ptrace(2), kernel/task/ptrace.h. [T][S] unless said otherwise */
	unsigned int ptrace;            /* PT_*; 0: nobody traces it */
	unsigned int jobctl;            /* [S] JOBCTL_*: stops that wait for it */
	struct task_struct *tracer;
	struct list_head ptraced, ptrace_entry; /* [T] those it traces; its place in its tracer's list */
	/* Of the stop it is in, between it and the tracer in turns. [S] */
	int ptrace_code;                /* for wait, 0: told; then the signal to go on with */
	bool has_siginfo;
	u64 ptrace_message;
	siginfo_abi ptrace_info;

	u64 start_time_ns;              /* [I] */
	unsigned long min_flt, maj_flt; /* [own] */

	u64 set_child_tid, clear_child_tid; /* user addresses, 0: none */
	u64 robust_list;                /* user address */
	struct vfork_wait *vfork_done;  /* [T] the parent sleeps until exec or exit */
	struct cred cred;               /* [own] */
	struct user_count *user;        /* [T] whom it is charged to: kernel/task/user.c */
	char comm[TASK_COMM_LEN];
	unsigned long personality;
	u32 mempolicy;                  /* mm/mempolicy.h; inherited by fork, kept by exec */
	unsigned int dumpable;
	bool no_new_privs, thp_disable;
	u8 mm_ns_level;                 /* level of the user name space in which it called exec: who may look into its memory */
	bool timens;                    /* its time name space has offsets: ns/time_ns.h */
	u8 seccomp_mode;                /* SECCOMP_MODE_*, kernel/task/seccomp.c */
	struct seccomp_filter *seccomp_filter; /* newest; [own], or [T] by a thread of the same process */
	u64 timerslack_ns, default_timerslack_ns;
	u64 rseq;                       /* user address, 0: none */
	u32 rseq_len, rseq_sig;
	long (*restart_fn)(void);       /* restart_syscall(2) after -ERESTART_RESTARTBLOCK; its arguments: [own] */
	u64 restart_args[5];
	u64 fault_addr;                 /* of the last fault: what a signal frame shows [own] */
	u32 fault_error, fault_trapno;
	u32 fail_nth;                   /* allocations until one fails: /proc/PID/fail-nth, mm/fault_inject.h */
	struct pi_state *pi_owned;      /* PI futexes that others wait for (futex_pi.c) */
	struct pi_waiter *pi_blocked;   /* the one that it waits for itself */
};

DECLARE_PER_CPU(struct task_struct *, current_task);
#define current this_cpu_read_stable(current_task)
#define task_pt_regs(t) thread_pt_regs(&(t)->thread)

extern spinlock_t tasklist_lock;        /* irq-safe */
extern struct task_struct init_task;    /* pid 0: the idle task, the boot's own context */

/* By pid, the task alive or a zombie; NULL. The caller holds no reference: valid until it sleeps. */
struct task_struct *find_task_by_pid(pid_t pid);
/* All thread-group leaders in pid order, for /proc: the next with pid > @pid. */
struct task_struct *next_task_after(pid_t pid);
/* The threads of a process in order of creation: NULL starts and ends. */
struct task_struct *next_thread_of(struct task_struct *leader, struct task_struct *prev);

/* The process behind a pidfd of the current task. -EBADF: no pidfd, -ESRCH: gone. */
struct task_struct *task_of_pidfd(unsigned int fd);

/* One of RLIMIT_* of the current process, soft. */
static inline u64 rlimit(unsigned int n) { return current->signal->rlim[n].rlim_cur; }
/* In the initial user name space: over the machine. In others: ns/user_ns.h */
extern struct user_namespace init_user_ns;
static inline bool capable(int cap)
{
	return (current->cred.cap_effective >> cap & 1) && likely(current->cred.user_ns == &init_user_ns);
}
/* Files that @uid's processes have sent and nobody has received (SCM_RIGHTS). The place stays for ever. */
u32 *user_inflight_count(u32 uid);
u64 *user_mqueue_bytes(u32 uid);        /* what its message queues may hold, against RLIMIT_MSGQUEUE. For ever, too */
bool in_group_p(u32 gid);               /* current: fsgid or a supplementary group */
void put_groups(struct group_info *g);  /* NULL is fine */

/* CPU time of a thread, or of a whole process (dead threads included). ns. */
void task_cputime(struct task_struct *t, u64 *utime_ns, u64 *stime_ns);
void process_cputime(struct task_struct *leader, u64 *utime_ns, u64 *stime_ns);
char task_state_char(const struct task_struct *t);
/*
 * What @t sleeps in: the return addresses on its kernel stack, innermost first (task_stack), the first outside of the
 * scheduler and the locks (task_wchan). 0: it runs, is waiting to run or is dead.
 */
#define TASK_STACK_MAX 64
unsigned int task_stack(struct task_struct *t, unsigned long pc[TASK_STACK_MAX]);
unsigned long task_wchan(struct task_struct *t);
/* The current task's process moves to what is counted for its real user id and user name space of now. */
void user_recharge(void);
/* May the current task look into @t (proc, process_vm_readv): same user and dumpable, or CAP_SYS_PTRACE. */
bool ptrace_may_access(struct task_struct *t);
/* Whose the files in /proc/PID are: the process's, or root's when nobody else may look. */
void task_dump_owner(const struct task_struct *t, u32 *kuid, u32 *kgid);
unsigned int seccomp_nr_filters(const struct task_struct *t);
bool ptrace_may_attach(struct task_struct *t);  /* the same by real user: ptrace, process_vm_readv */

/* /proc/sys/kernel/pid_max, 301..32768. */
extern int sysctl_pid_max;
extern int sysctl_sched_rt_runtime_us;

/* Since boot, for /proc: context switches, forks, running, load (16-bit fraction), idle ns of CPU 0. */
struct sched_stats { u64 switches, forks, idle_ns, user_ns, system_ns; unsigned int nr_running, nr_threads; u64 load[3]; };
void sched_get_stats(struct sched_stats *s);

void sched_init(void);                  /* init_task becomes current; before the first sleep or wake */
/* One user of @mm less; the last one gives back the program file too. Wherever floor 4 holds a user's reference over a sleep. */
void put_task_mm(struct mm_struct *mm);
void task_init(void);                   /* caches, hooks (x86_hooks), system calls; after slab_init */
/* Starts @fn(@arg) in its own context; it ends when @fn returns. pid or -errno. */
pid_t kernel_thread(void (*fn)(void *), void *arg, const char *name) __attribute__((warn_unused_result));
/* pid 1: exec of @path in ring 3; the caller's context becomes the idle task. Panics with a sentence when pid 1 can't run. */
void __attribute__((noreturn)) start_init(const char *path);
/* A wake from anywhere, interrupt handlers too. False: it was not sleeping. */
bool wake_up_process(struct task_struct *t);
/* Dirty trick of low memory: kills the largest process. False: none left to kill. */
bool out_of_memory(const char *why);
long oom_score(struct task_struct *leader);     /* 0..1000, /proc/PID/oom_score */
#define CORE_PATTERN_MAX 128
extern char core_pattern[CORE_PATTERN_MAX]; /* /proc/sys/kernel/core_pattern; pipes are not run */
extern int core_uses_pid;               /* /proc/sys/kernel/core_uses_pid: ".PID" behind a pattern without %p */
extern int randomize_va_space;          /* /proc/sys/kernel/randomize_va_space */

#endif
