/* SPDX-License-Identifier: MIT */
/*
 * Who is who: numbers to tasks, the tree of processes, init_task. Lock: tasklist_lock [T], irq-safe
 * because the terminal's interrupt sends signals to process groups.
 */
#include <mm/slab.h>
#include <ns/nsproxy.h>
#include <ns/user_ns.h>
#include <proc/proc.h>
#include "internal.h"

spinlock_t tasklist_lock = SPIN_LOCK_INIT(LOCK_TASKLIST);
LIST_HEAD(all_processes);

static void *pid_page(void)
{
	return kzalloc(sizeof(struct pid_slot) * PIDS_PER_PAGE, GFP_ATOMIC);
}

static void free_pid_page(void *page)
{
	kfree(page);
}

struct pidmap pidmap = { .alloc = pid_page, .free = free_pid_page, .last = 1 };

static struct sighand_struct init_sighand = { .lock = SPIN_LOCK_INIT(LOCK_SIGHAND), .count = ATOMIC_INIT(1) };

static struct signal_struct init_signals = {
	.count = ATOMIC_INIT(1),
	.nr_threads = 1,
	.leader = &init_task,
	.threads = LIST_HEAD_INIT(init_signals.threads),
	.shared_pending = { 0, LIST_HEAD_INIT(init_signals.shared_pending.queue) },
	.pgrp_node = LIST_HEAD_INIT(init_signals.pgrp_node),
	.all_node = LIST_HEAD_INIT(init_signals.all_node),
	.wait_chldexit = WAIT_QUEUE_HEAD_INIT(init_signals.wait_chldexit),
	.posix_timers = LIST_HEAD_INIT(init_signals.posix_timers),
	.rlim = {
		[0 ... RLIM_NLIMITS - 1] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_STACK] = { 8UL << 20, RLIM_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },
		[RLIMIT_NPROC] = { 4096, 4096 },
		[RLIMIT_NOFILE] = { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 8UL << 20, 8UL << 20 },
		[RLIMIT_SIGPENDING] = { 4096, 4096 },
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_NICE] = { 0, 0 },
		[RLIMIT_RTPRIO] = { 0, 0 },
	},
};

/* The boot's own context; later the idle task. Never in a list of processes. */
struct task_struct init_task = {
	.state = TASK_RUNNING,
	.flags = PF_KTHREAD,
	.weight = 1024,
	.sighand = &init_sighand,
	.signal = &init_signals,
	.pending = { 0, LIST_HEAD_INIT(init_task.pending.queue) },
	.parent = &init_task,
	.group_leader = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.ptraced = LIST_HEAD_INIT(init_task.ptraced),
	.ptrace_entry = LIST_HEAD_INIT(init_task.ptrace_entry),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.thread_node = LIST_HEAD_INIT(init_task.thread_node),
	.exit_signal = SIGCHLD,
	.cred = {
		.cap_effective = CAP_FULL_SET, .cap_permitted = CAP_FULL_SET, .cap_bset = CAP_FULL_SET,
		.user_ns = &init_user_ns,
	},
	.nsproxy = &init_nsproxy,
	.pid_ns = &init_pid_ns,
	.comm = "idle",
	.dumpable = 1,
	.timerslack_ns = 50000,
	.default_timerslack_ns = 50000,
};

/* /proc/sys/kernel/ns_last_pid is that of the reader's PID name space. */
static int last_pid_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "%d\n", pid_ns_last(current->pid_ns));
	return 0;
}

static ssize_t last_pid_write(const char *buf, size_t n, void *arg)
{
	int last;
	struct sysctl_int number = { &last, 0, PID_MAX - 1 };
	ssize_t ret = sysctl_write_int(buf, n, &number);

	if (ret >= 0) {
		TASKLIST_LOCK(irq);
		pidmap_set_last(current->pid_ns->map, last);
		TASKLIST_UNLOCK(irq);
	}
	return ret;
}

void pids_init(void)
{
	if (proc_create_rw("sys/kernel/ns_last_pid", 0644, last_pid_show, last_pid_write, NULL))
		pr_err("cannot make /proc/sys/kernel/ns_last_pid\n");
}

struct task_struct *find_task_by_pid(pid_t pid)
{
	return pidmap_task(&pidmap, pid);
}

struct task_struct *next_task_after(pid_t pid)
{
	for (;;) {
		struct task_struct *t = pidmap_next(&pidmap, pid);

		if (!t || is_group_leader(t))
			return t;
		pid = t->pid;
	}
}

struct task_struct *next_thread_of(struct task_struct *leader, struct task_struct *prev)
{
	struct list_head *next = prev ? prev->thread_node.next : leader->signal->threads.next;

	return next == &leader->signal->threads ? NULL : list_entry(next, struct task_struct, thread_node);
}

char task_state_char(const struct task_struct *t)
{
	static const char letters[] = "RSDTZXRt";

	return letters[t->state];
}

/* How the samples of the tick split the exact run time. */
void task_cputime(struct task_struct *t, u64 *utime_ns, u64 *stime_ns)
{
	u64 total, ticks = (u64)t->ticks_user + t->ticks_system;

	if (t == current)
		update_exec_time();
	total = t->sum_exec_ns;
	if (!ticks)
		*stime_ns = 0;
	else
		*stime_ns = total / ticks * t->ticks_system + total % ticks * t->ticks_system / ticks;
	*utime_ns = total - *stime_ns;
}

void process_cputime(struct task_struct *leader, u64 *utime_ns, u64 *stime_ns)
{
	struct signal_struct *s = leader->signal;
	struct task_struct *t;

	*utime_ns = s->dead_utime_ns;
	*stime_ns = s->dead_stime_ns;
	list_for_each_entry(t, &s->threads, thread_node) {
		u64 u, k;

		task_cputime(t, &u, &k);
		*utime_ns += u;
		*stime_ns += k;
	}
}

/* Its memory is of the user name space in which it called exec, which may be above that of its credentials. */
static const struct user_namespace *mm_user_ns(const struct task_struct *t)
{
	const struct user_namespace *ns = t->cred.user_ns;

	while (ns->level > t->mm_ns_level)
		ns = ns->ns.user_ns;
	return ns;
}

void task_dump_owner(const struct task_struct *t, u32 *kuid, u32 *kgid)
{
	const struct user_namespace *ns = mm_user_ns(t);

	*kuid = t->cred.euid;
	*kgid = t->cred.egid;
	if (likely(t->mm && t->dumpable == 1))
		return;
	*kuid = t->mm ? make_kuid(ns, 0) : 0;
	*kgid = t->mm ? make_kgid(ns, 0) : 0;
	if (*kuid == NO_ID)
		*kuid = 0;
	if (*kgid == NO_ID)
		*kgid = 0;
}

static bool may_access(const struct task_struct *t, u32 uid, u32 gid)
{
	const struct cred *c = &t->cred, *mine = &current->cred;
	bool same = uid == c->euid && uid == c->suid && uid == c->uid && gid == c->egid && gid == c->sgid && gid == c->gid;

	if (t->signal == current->signal || capable(CAP_SYS_PTRACE))
		return true;
	if (!same && !ns_capable(c->user_ns, CAP_SYS_PTRACE))
		return false;
	if (t->dumpable != 1 && !ns_capable(mm_user_ns(t), CAP_SYS_PTRACE))
		return false;
	return (c->user_ns == mine->user_ns && !(c->cap_permitted & ~mine->cap_permitted)) || ns_capable(c->user_ns, CAP_SYS_PTRACE);
}

bool ptrace_may_access(struct task_struct *t)
{
	return may_access(t, current->cred.fsuid, current->cred.fsgid);
}

bool ptrace_may_attach(struct task_struct *t)
{
	return may_access(t, current->cred.uid, current->cred.gid);
}
