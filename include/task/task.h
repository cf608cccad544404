/* SPDX-License-Identifier: MIT */
/*
 * task_struct: one thread of execution. Threads of a process share mm, files, fs, sighand and the
 * thread-group structure (signal); each is its own task_struct with its own pid; tgid names the process.
 *
 * Locks: [T] tasklist lock, [S] sighand->lock, [R] runqueue lock, [own] only the task itself, [I] immutable.
 */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include <asm/percpu.h>
#include <lib/list.h>
#include <lib/types.h>
#include <task/signal.h>
#include <task/wait.h>
#include <uapi/resource.h>
#include <x86/cpu.h>

struct mm_struct;
struct files_struct;
struct fs_struct;

/* Linux's letters in /proc/PID/stat. */
enum task_state { TASK_RUNNING, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, TASK_STOPPED, TASK_ZOMBIE, TASK_DEAD };

#define TASK_COMM_LEN 16
#define PF_KTHREAD 1u
#define PF_FORKNOEXEC 2u
#define PF_EXITING 4u

struct cred { u32 uid, euid, suid, fsuid, gid, egid, sgid, fsgid; unsigned int ngroups; u32 groups[32]; u64 cap_effective, cap_permitted, cap_inheritable; };

struct task_struct {
	struct thread_struct thread;    /* kernel/x86's */
	enum task_state state;          /* [R] */
	unsigned int flags;             /* PF_* [own] */
	void *stack;                    /* [I] kernel stack, THREAD_SIZE */
	struct mm_struct *mm;           /* [own] NULL: kernel thread */
	struct mm_struct *active_mm;    /* [own] whose page table is loaded */
	struct files_struct *files;     /* kernel/fs */
	struct fs_struct *fs;           /* cwd, root, umask */
	struct sighand_struct *sighand; /* handlers, shared by CLONE_SIGHAND */
	struct signal_struct *signal;   /* shared by the thread group */
	struct sigpending pending;      /* [S] this thread's own */
	sigset_t blocked, saved_sigmask; /* [S] */
	bool restore_sigmask;
	stack_t_abi sas;                /* sigaltstack [own] */

	pid_t pid, tgid;                /* [I] */
	struct task_struct *parent;     /* [T] */
	struct task_struct *group_leader;
	struct list_head children, sibling; /* [T] */
	struct list_head thread_node;   /* [T] in signal->threads */
	struct list_head tasks;         /* [T] all tasks */
	struct task_struct *pid_hash_next; /* [T] */
	int exit_code;                  /* [T] wait status as wait4 gives it */
	int exit_signal;                /* what the parent gets */

	struct list_head run_list;      /* [R] */
	u64 vruntime, exec_start, sum_exec_ns; /* [R] */
	int nice;
	u64 wake_deadline;              /* [R] schedule_until */
	struct list_head timer_node;    /* [R] */
	u64 utime_ns, stime_ns, start_time_ns;
	unsigned long min_flt, maj_flt, nvcsw, nivcsw;

	int *set_child_tid, *clear_child_tid; /* user addresses */
	void *robust_list;
	struct wait_queue_head *vfork_done;
	struct cred cred;               /* [own] */
	char comm[TASK_COMM_LEN];
	unsigned long personality;
	u32 rseq_len, rseq_sig;
	void *rseq;
	void *syscall_private;          /* restart state of nanosleep, poll, futex */
};

DECLARE_PER_CPU(struct task_struct *, current_task);
#define current this_cpu_read(current_task)
#define task_pt_regs(t) thread_pt_regs(&(t)->thread)

/* By pid, the task alive or a zombie; NULL. The caller holds no reference: valid until it sleeps. */
struct task_struct *find_task_by_pid(pid_t pid);
/* All tasks in pid order, for /proc: the next with pid > @pid. */
struct task_struct *next_task_after(pid_t pid);
extern struct task_struct init_task;    /* pid 0: the idle task, the boot's own context */

void sched_init(void);
pid_t kernel_thread(void (*fn)(void *), void *arg, const char *name);
/* pid 1: exec of @path in ring 3. Returns only to panic with a sentence. */
void start_init(const char *path);
/* A wake from anywhere, interrupt handlers too. */
bool wake_up_process(struct task_struct *t);

#endif
