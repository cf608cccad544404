/* SPDX-License-Identifier: MIT */
/*
 * seccomp(2): a thread gives up system calls. Strict mode leaves read, write, exit and sigreturn; filters are BPF programs
 * (lib/bpf.h) over number and arguments, of which the most severe answer counts. A filter never changes and belongs to all
 * threads that inherited it; newer ones point to older ones, so a thread's filters are a path in a tree.
 *
 * Lock: a thread's own filters change by itself, or with SECCOMP_FILTER_FLAG_TSYNC by another thread of its process:
 * tasklist_lock then, which a reader needs not, since a path only grows at its head and is kept by its thread.
 */
#include <lib/bpf.h>
#include <mm/slab.h>
#include "ptrace.h"
#include "seccomp.h"

#define MAX_INSNS_PER_PATH 32768u       /* all filters of a thread; each counts four more */

struct seccomp_filter {
	atomic_t count;                 /* threads and newer filters */
	struct seccomp_filter *prev;    /* [I] */
	unsigned int nr_on_path;        /* [I] filters, this one included */
	unsigned int insns_on_path;     /* [I] */
	bool log;                       /* [I] */
	unsigned int len;               /* [I] */
	struct sock_filter prog[];      /* [I] */
};

static void put_filter(struct seccomp_filter *f)
{
	while (f && atomic_dec_and_test(&f->count)) {
		struct seccomp_filter *prev = f->prev;

		kfree(f);
		f = prev;
	}
}

/* Anew, not from fork's copy: another thread may have given us more meanwhile. */
void seccomp_fork(struct task_struct *child)
{
	child->seccomp_filter = current->seccomp_filter;
	child->seccomp_mode = current->seccomp_mode;
	child->no_new_privs = current->no_new_privs;
	child->thread.watched |= current->thread.watched & WATCH_FILTER;
	if (child->seccomp_filter)
		atomic_inc(&child->seccomp_filter->count);
}

void seccomp_exit(struct task_struct *t)
{
	put_filter(t->seccomp_filter);
	t->seccomp_filter = NULL;
}

unsigned int seccomp_nr_filters(const struct task_struct *t)
{
	return t->seccomp_filter ? t->seccomp_filter->nr_on_path : 0;
}

/* ---- a call ---- */

static void refuse(struct pt_regs *regs, long result)
{
	regs->orig_rax = (u64)-1;
	regs->rax = (u64)result;
}

/* SIGSYS says which call it was; the registers are as before it. */
static void trap(struct pt_regs *regs, u32 data)
{
	siginfo_abi info;
	u64 nr = regs->orig_rax;

	memset(&info, 0, sizeof(info));
	info.si_errno = (s32)data;
	info.si_code = SYS_SECCOMP;
	info.sys.call_addr = regs->rip;
	info.sys.syscall = (s32)nr;
	info.sys.arch = AUDIT_ARCH_X86_64;
	refuse(regs, (long)nr);
	force_sig_info(SIGSYS, &info);
}

/* At once: neither a handler nor a tracer is asked. With a core file, if one is wanted. */
static void __noreturn kill_process(struct pt_regs *regs)
{
	refuse(regs, (long)regs->orig_rax);
	die_by(SIGSYS, regs);
}

static void strict(struct pt_regs *regs)
{
	switch ((u32)regs->orig_rax) {
	case __NR_read: case __NR_write: case __NR_exit: case __NR_rt_sigreturn:
		return;
	}
	do_exit(SIGKILL);
}

/* The most severe answer; *of: whose it is. The newest filter is asked first and wins among equals. */
static u32 run_filters(const struct pt_regs *r, const struct seccomp_filter **of)
{
	struct seccomp_data d = {
		.nr = (s32)r->orig_rax, .arch = AUDIT_ARCH_X86_64, .instruction_pointer = r->rip,
		.args = { r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9 },
	};
	u32 ret = SECCOMP_RET_ALLOW;

	*of = current->seccomp_filter;
	for (const struct seccomp_filter *f = current->seccomp_filter; f; f = f->prev) {
		u32 now = bpf_run(f->prog, (const u32 *)&d, sizeof(d));

		if ((s32)(now & SECCOMP_RET_ACTION_FULL) < (s32)(ret & SECCOMP_RET_ACTION_FULL)) {
			ret = now;
			*of = f;
		}
	}
	return ret;
}

/* The tracer may change the call, or take it back; no tracer: ENOSYS. What it makes of it is filtered again. */
static bool ask_tracer(struct pt_regs *regs, u32 data)
{
	if (!(current->ptrace & PT_EVENT(PTRACE_EVENT_SECCOMP))) {
		refuse(regs, -ENOSYS);
		return false;
	}
	ptrace_event(PTRACE_EVENT_SECCOMP, data);
	if (fatal_signal_pending())
		refuse(regs, -EINTR);
	return (int)regs->orig_rax >= 0;
}

static void filtered(struct pt_regs *regs, bool asked)
{
	const struct seccomp_filter *f;
	u32 ret = run_filters(regs, &f), data = ret & SECCOMP_RET_DATA;

	if ((ret & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW)
		return;
	if (f->log || (ret & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_LOG)
		pr_info("%s[%d]: seccomp: system call %d: answer %#x\n", current->comm, current->pid, (int)regs->orig_rax, ret);
	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		refuse(regs, -(long)min(data, 4095u));
		return;
	case SECCOMP_RET_TRAP:
		trap(regs, data);
		return;
	case SECCOMP_RET_TRACE:
		if (!asked && ask_tracer(regs, data))
			filtered(regs, true);
		return;
	case SECCOMP_RET_LOG:
		return;
	case SECCOMP_RET_KILL_THREAD:
		if (current->signal->nr_threads > 1)
			do_exit(SIGSYS);
	}
	kill_process(regs);             /* the last thread's end too, and what nobody knows */
}

void seccomp_enter(struct pt_regs *regs)
{
	if ((int)regs->orig_rax == -1)
		return;
	if (current->seccomp_mode == SECCOMP_MODE_STRICT)
		strict(regs);
	else if (current->seccomp_mode == SECCOMP_MODE_FILTER)
		filtered(regs, false);
}

/* ---- getting one ---- */

static long set_strict(void)
{
	struct task_struct *t = current;

	if (t->seccomp_mode == SECCOMP_MODE_FILTER)
		return -EINVAL;
	t->seccomp_mode = SECCOMP_MODE_STRICT;
	thread_watch_filter(&t->thread);
	return 0;
}

static struct seccomp_filter *read_filter(u64 from)
{
	struct seccomp_filter *f;
	struct sock_fprog p;
	long err = -EFAULT;

	if (copy_from_user(&p, (const void __user *)from, sizeof(p)))
		return ERR_PTR(-EFAULT);
	if (!p.len || p.len > BPF_MAXINSNS)
		return ERR_PTR(-EINVAL);
	if (!current->no_new_privs && !own_capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EACCES);
	f = kzalloc(sizeof(*f) + p.len * sizeof(f->prog[0]), GFP_KERNEL);
	if (!f)
		return ERR_PTR(-ENOMEM);
	f->len = p.len;
	if (!copy_from_user(f->prog, (const void __user *)p.filter, p.len * sizeof(f->prog[0])))
		err = bpf_check(f->prog, f->len, sizeof(struct seccomp_data));
	if (err) {
		kfree(f);
		return ERR_PTR(err);
	}
	return f;
}

static bool is_ancestor(const struct seccomp_filter *old, const struct seccomp_filter *f)
{
	for (; f; f = f->prev)
		if (f == old)
			return true;
	return !old;
}

/* The first thread that is not where this one was, and so can't get its filters; NULL: all can. => tasklist_lock */
static struct task_struct *other_path(void)
{
	struct task_struct *th;

	list_for_each_entry(th, &current->signal->threads, thread_node) {
		if (th == current || (th->flags & PF_EXITING))
			continue;
		if (th->seccomp_mode != SECCOMP_MODE_DISABLED &&
		    (th->seccomp_mode != SECCOMP_MODE_FILTER || !is_ancestor(th->seccomp_filter, current->seccomp_filter)))
			return th;
	}
	return NULL;
}

/* => tasklist_lock */
static void give_to_all(struct seccomp_filter *f)
{
	struct task_struct *th;

	list_for_each_entry(th, &current->signal->threads, thread_node) {
		if (th == current || (th->flags & PF_EXITING))
			continue;
		atomic_inc(&f->count);
		put_filter(th->seccomp_filter);
		th->seccomp_filter = f;
		th->seccomp_mode = SECCOMP_MODE_FILTER;
		th->no_new_privs |= current->no_new_privs;
		th->thread.watched |= WATCH_FILTER;
	}
}

static long set_filter(u32 flags, u64 prog)
{
	struct task_struct *t = current, *other;
	struct seccomp_filter *f;

	if (flags & ~(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
		return -EINVAL;         /* no listeners: CAVEATS.md */
	f = read_filter(prog);
	if (IS_ERR(f))
		return PTR_ERR(f);
	f->prev = t->seccomp_filter;
	f->nr_on_path = f->prev ? f->prev->nr_on_path + 1 : 1;
	f->insns_on_path = f->len + 4 + (f->prev ? f->prev->insns_on_path : 0);
	f->log = flags & SECCOMP_FILTER_FLAG_LOG;
	atomic_set(&f->count, 1);
	TASKLIST_LOCK(tl);
	other = flags & SECCOMP_FILTER_FLAG_TSYNC ? other_path() : NULL;
	if (t->seccomp_mode == SECCOMP_MODE_STRICT || f->insns_on_path > MAX_INSNS_PER_PATH || other) {
		pid_t pid = other ? pid_vnr(other->pid) : 0;

		TASKLIST_UNLOCK(tl);
		kfree(f);
		if (t->seccomp_mode == SECCOMP_MODE_STRICT)
			return -EINVAL;
		return !pid ? -ENOMEM : flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : pid;
	}
	t->seccomp_filter = f;          /* which holds the old one now */
	t->seccomp_mode = SECCOMP_MODE_FILTER;
	thread_watch_filter(&t->thread);
	if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		give_to_all(f);
	TASKLIST_UNLOCK(tl);
	return 0;
}

static long action_avail(u64 from)
{
	u32 action;

	if (get_user_u32(&action, (const void __user *)from))
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS: case SECCOMP_RET_KILL_THREAD: case SECCOMP_RET_TRAP: case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE: case SECCOMP_RET_LOG: case SECCOMP_RET_ALLOW:
		return 0;
	}
	return -EOPNOTSUPP;
}

long prctl_set_seccomp(u64 mode, u64 prog)
{
	if (mode == SECCOMP_MODE_STRICT)
		return set_strict();
	return mode == SECCOMP_MODE_FILTER ? set_filter(0, prog) : -EINVAL;
}

SYSCALL(seccomp)
{
	switch ((u32)a0) {
	case SECCOMP_SET_MODE_STRICT: return a1 || a2 ? -EINVAL : set_strict();
	case SECCOMP_SET_MODE_FILTER: return set_filter((u32)a1, (u64)a2);
	case SECCOMP_GET_ACTION_AVAIL: return a1 ? -EINVAL : action_avail((u64)a2);
	}
	return -EINVAL;
}
