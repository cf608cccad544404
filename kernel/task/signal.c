/* SPDX-License-Identifier: MIT */
/*
 * What happens to a signal: chosen on the way back to ring 3 (get_signal), default actions, stops; and
 * how parents hear of their children. Lock [S] sighand->lock, inside [T] tasklist_lock.
 */
#include "ptrace.h"

#define WCOREFLAG 0x80
#define SIG_LOCK(t, irq) unsigned long irq = spin_lock_irqsave(&(t)->sighand->lock)
#define SIG_UNLOCK(t, irq) spin_unlock_irqrestore(&(t)->sighand->lock, irq)

bool signal_pending(void)
{
	tick_catch_up();
	return current->sigpending;
}

bool signal_pending_task(struct task_struct *t)
{
	return t->sigpending;
}

bool fatal_signal_pending(void)
{
	tick_catch_up();
	return current->sigpending && must_die(current) && !(current->flags & PF_EXITING);
}

int send_sig_info(int sig, const siginfo_abi *info, struct task_struct *t)
{
	SIG_LOCK(t, irq);
	int err = send_signal_locked(sig, info, t, false);

	SIG_UNLOCK(t, irq);
	return err;
}

int group_send_sig_info(int sig, const siginfo_abi *info, struct task_struct *t)
{
	SIG_LOCK(t, irq);
	int err = send_signal_locked(sig, info, t, true);

	SIG_UNLOCK(t, irq);
	return err;
}

/* The thread can't go on without it: blocked or ignored becomes the default action. */
void force_sig_info(int sig, const siginfo_abi *info)
{
	struct task_struct *t = current;
	struct sigaction_abi *a = &t->sighand->action[sig - 1];
	SIG_LOCK(t, irq);

	if ((t->blocked & SIGMASK(sig)) || a->handler == SIG_IGN_ABI)
		a->handler = SIG_DFL_ABI;
	t->blocked &= ~SIGMASK(sig);
	if (a->handler == SIG_DFL_ABI && t->tgid != 1 && !t->ptrace)
		t->signal->unkillable = false;  /* init of a name space dies of its own faults */
	if (t->tgid == 1 && a->handler == SIG_DFL_ABI && !t->ptrace)
		panic("init (pid 1) was hit by signal %d at rip %#lx, address %#lx",
		      sig, (unsigned long)task_pt_regs(t)->rip, (unsigned long)info->fault.addr);
	send_signal_locked(sig, info, t, false);
	SIG_UNLOCK(t, irq);
}

void force_sig_fault(int sig, int code, void *addr)
{
	siginfo_abi info;

	memset(&info, 0, sizeof(info));
	info.si_code = code;
	info.fault.addr = (u64)addr;
	force_sig_info(sig, &info);
}

void force_sig(int sig)
{
	force_sig_fault(sig, SI_KERNEL, NULL);
}

int kill_pid(int sig, pid_t pid)
{
	TASKLIST_LOCK(irq);
	struct task_struct *t = find_task_by_pid(pid);
	int err = t ? group_send_sig_info(sig, NULL, t) : -ESRCH;

	TASKLIST_UNLOCK(irq);
	return err;
}

int kill_pgrp(int sig, pid_t pgrp)
{
	TASKLIST_LOCK(irq);
	struct list_head *members = pidmap_pgrp(&pidmap, pgrp);
	struct signal_struct *s;
	int err = -ESRCH;

	if (members) {
		list_for_each_entry(s, members, pgrp_node) {
			group_send_sig_info(sig, NULL, s->leader);
			err = 0;
		}
	}
	TASKLIST_UNLOCK(irq);
	return err;
}

void for_each_in_pgrp(pid_t pgrp, void (*fn)(struct task_struct *leader, void *arg), void *arg)
{
	TASKLIST_LOCK(irq);
	struct list_head *members = pidmap_pgrp(&pidmap, pgrp);
	struct signal_struct *s;

	if (members)
		list_for_each_entry(s, members, pgrp_node)
			fn(s->leader, arg);
	TASKLIST_UNLOCK(irq);
}

void child_info(struct task_struct *t, siginfo_abi *info)
{
	u64 u, k;

	memset(info, 0, sizeof(*info));
	process_cputime(t, &u, &k);
	info->chld.pid = t->pid;
	info->chld.uid = t->cred.uid;
	info->chld.utime = (s64)(u / (NSEC_PER_SEC / USER_HZ));
	info->chld.stime = (s64)(k / (NSEC_PER_SEC / USER_HZ));
}

bool signal_ignores_children(const struct task_struct *parent)
{
	const struct sigaction_abi *a = &parent->sighand->action[SIGCHLD - 1];

	return a->handler == SIG_IGN_ABI || (a->flags & SA_NOCLDWAIT);
}

/* A tracer always waits, whatever it does with its own children. */
bool do_notify_parent(struct task_struct *t, int sig)
{
	struct task_struct *parent = t->tracer ? t->tracer : t->parent;
	struct sigaction_abi *a = &parent->sighand->action[SIGCHLD - 1];
	bool autoreap = !t->tracer && (sig == -1 || (sig == SIGCHLD && signal_ignores_children(parent)));

	if (parent == &init_task)
		return true;
	if (sig > 0 && sig <= _NSIG && !(autoreap && a->handler == SIG_IGN_ABI)) {
		siginfo_abi info;

		child_info(t, &info);
		info.si_code = !(t->exit_code & 0x7f) ? CLD_EXITED : t->exit_code & WCOREFLAG ? CLD_DUMPED : CLD_KILLED;
		info.chld.status = t->exit_code & 0x7f ? t->exit_code & 0x7f : t->exit_code >> 8;
		group_send_sig_info(sig, &info, parent);
	}
	wake_up(&parent->signal->wait_chldexit);
	return autoreap;
}

void notify_parent_stop(struct task_struct *leader, int why)
{
	struct task_struct *parent = leader->parent;
	struct sigaction_abi *a = &parent->sighand->action[SIGCHLD - 1];

	if (parent == &init_task)
		return;
	if (a->handler != SIG_IGN_ABI && !(a->flags & SA_NOCLDSTOP)) {
		siginfo_abi info;

		child_info(leader, &info);
		info.si_code = why;
		info.chld.status = why == CLD_CONTINUED ? SIGCONT : leader->signal->stop_sig;
		group_send_sig_info(SIGCHLD, &info, parent);
	}
	wake_up(&parent->signal->wait_chldexit);
}

bool stop_is_complete(struct signal_struct *s)
{
	if (!s->stopping || s->nr_stopped < s->nr_threads)
		return false;
	s->stopping = false;
	if (s->stopped)         /* again: only threads that a tracer had let go on */
		return false;
	s->stopped = s->stop_unreported = true;
	s->continued_unreported = false;
	return true;
}

/* => sighand lock held, given up while the thread is stopped and taken again. */
static void stop_here(struct task_struct *t, unsigned long *irq)
{
	struct signal_struct *s = t->signal;
	bool last = participate_group_stop(t);

	t->state = TASK_STOPPED;
	SIG_UNLOCK(t, *irq);
	if (last) {
		TASKLIST_LOCK(tl);
		notify_parent_stop(s->leader, CLD_STOPPED);
		TASKLIST_UNLOCK(tl);
	}
	schedule();
	*irq = spin_lock_irqsave(&t->sighand->lock);
	t->ptrace_code = 0;             /* a tracer may have come meanwhile, and gone on with it */
	t->has_siginfo = false;
	t->jobctl &= ~JOBCTL_LISTENING;
	recalc_sigpending(t);
}

/* => sighand lock held */
static void begin_stop(struct task_struct *t, int sig)
{
	struct signal_struct *s = t->signal;
	struct task_struct *th;

	if (!(t->jobctl & JOBCTL_STOP_DEQUEUED))
		return;                 /* SIGCONT came since it was taken */
	if (!s->stopped)
		s->stop_sig = sig;
	s->stopping = true;
	s->nr_stopped = 0;
	list_for_each_entry(th, &s->threads, thread_node) {
		if (th->flags & PF_EXITING)
			continue;
		if (th->state == TASK_STOPPED) {
			s->nr_stopped++;
			continue;
		}
		th->jobctl |= JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME;
		if (th == t)
			continue;
		if (th->ptrace & PT_SEIZED)
			ptrace_trap_notify(th);
		else
			signal_wake_up(th, false);
	}
}

/* Stops that wait for the thread, its own or its tracer's. => sighand lock held, given up meanwhile */
static void stop_for_jobctl(struct task_struct *t, unsigned long *irq)
{
	if ((t->jobctl & JOBCTL_STOP_PENDING) && !t->ptrace) {
		stop_here(t, irq);
		return;
	}
	SIG_UNLOCK(t, *irq);
	if (t->jobctl & JOBCTL_SYSCALL_EXIT)
		ptrace_syscall_exit(task_pt_regs(t));
	else
		ptrace_trap();
	*irq = spin_lock_irqsave(&t->sighand->lock);
	if (!t->ptrace)
		t->jobctl &= ~JOBCTL_TRAP_BITS;
}

void __noreturn die_by(int sig, const struct pt_regs *regs)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;
	int status = sig;

	t->flags |= PF_SIGNALED;
	if ((SIGMASK(sig) & CORE_SIGNALS) && rlimit(RLIMIT_CORE)) {
		SIG_LOCK(t, irq);
		if (!must_die(t) && s->nr_threads > 1) {      /* nobody changes what is written */
			s->group_exit = true;
			s->group_exit_code = sig;
			zap_other_threads(t);
		}
		SIG_UNLOCK(t, irq);
		t->flags |= PF_DUMPCORE;
		if (do_coredump(sig, regs))
			status |= WCOREFLAG;
		if (s->group_exit && s->group_exit_code == sig)
			s->group_exit_code = status;
	}
	do_group_exit(status);
}

/* => sighand lock held, given up for a moment: tasklist_lock comes first. */
static void tell_continued(struct task_struct *t, unsigned long *irq)
{
	t->signal->notify_continue = false;
	SIG_UNLOCK(t, *irq);
	TASKLIST_LOCK(tl);
	notify_parent_stop(t->signal->leader, CLD_CONTINUED);
	TASKLIST_UNLOCK(tl);
	*irq = spin_lock_irqsave(&t->sighand->lock);
}

/*
 * Takes pending signals until one has a handler: true, with what the frame needs. False: none left.
 * Default actions are done here; a fatal one does not return.
 */
bool get_signal(struct pt_regs *regs, int *sig_out, siginfo_abi *info, struct sigaction_abi *act)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;
	SIG_LOCK(t, irq);

	for (;;) {
		struct sigaction_abi *a;
		int sig;

		if (s->notify_continue)
			tell_continued(t, &irq);
		if (must_die(t)) {
			int code = s->group_exit ? s->group_exit_code : 0;

			SIG_UNLOCK(t, irq);
			if (code & 0x7f)
				t->flags |= PF_SIGNALED;
			do_group_exit(code);
		}
		if (unlikely(t->jobctl & JOBCTL_WORK)) {
			stop_for_jobctl(t, &irq);
			continue;
		}
		sig = dequeue_signal(t, ~t->blocked, info);
		if (!sig)
			break;
		if (unlikely(t->ptrace) && sig != SIGKILL) {
			t->jobctl |= JOBCTL_STOP_DEQUEUED;      /* whatever it is: the tracer may make it a stop */
			SIG_UNLOCK(t, irq);
			sig = ptrace_signal(sig, info);
			irq = spin_lock_irqsave(&t->sighand->lock);
			if (!sig)
				continue;
		}
		a = &t->sighand->action[sig - 1];
		if (a->handler == SIG_IGN_ABI)
			continue;
		if (a->handler != SIG_DFL_ABI) {
			*act = *a;
			if (a->flags & SA_RESETHAND)
				a->handler = SIG_DFL_ABI;
			*sig_out = sig;
			SIG_UNLOCK(t, irq);
			return true;
		}
		if (sig_default_ignored(sig) || (unlikely(s->unkillable) && sig != SIGKILL && sig != SIGSTOP))
			continue;
		if (sig_default_stops(sig)) {
			bool orphaned;

			if (!t->ptrace)
				t->jobctl |= JOBCTL_STOP_DEQUEUED;
			if (sig != SIGSTOP) {
				SIG_UNLOCK(t, irq);
				orphaned = is_orphaned_pgrp(s->pgrp);
				irq = spin_lock_irqsave(&t->sighand->lock);
				if (orphaned)
					continue;
			}
			begin_stop(t, sig);
			continue;
		}
		SIG_UNLOCK(t, irq);
		die_by(sig, regs);
	}
	SIG_UNLOCK(t, irq);
	return false;
}

void set_blocked(sigset_t set)
{
	struct task_struct *t = current;
	SIG_LOCK(t, irq);

	t->blocked = set & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	recalc_sigpending(t);
	SIG_UNLOCK(t, irq);
}

bool signal_is_blocked_or_ignored(int sig)
{
	return (current->blocked & SIGMASK(sig)) || current->sighand->action[sig - 1].handler == SIG_IGN_ABI;
}

int set_user_sigmask(const void __user *set, size_t sigsetsize)
{
	sigset_t mask;

	if (!set)
		return 0;
	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (get_user_u64(&mask, set))
		return -EFAULT;
	current->saved_sigmask = current->blocked;
	current->restore_sigmask = true;
	set_blocked(mask);
	return 0;
}

void restore_saved_sigmask_unless(bool interrupted)
{
	if (!current->restore_sigmask)
		return;
	if (interrupted) {
		set_exit_work();
		current->sigpending = true;     /* do_signal puts it back after the choice */
		return;
	}
	current->restore_sigmask = false;
	set_blocked(current->saved_sigmask);
}
