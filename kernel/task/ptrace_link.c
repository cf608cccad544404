/* SPDX-License-Identifier: MIT */
/* Who traces whom: PTRACE_TRACEME, ATTACH and SEIZE, what a clone inherits, and how it ends. */
#include "ptrace.h"

/* => tasklist_lock */
static void ptrace_link(struct task_struct *t, struct task_struct *tracer, unsigned int flags)
{
	unsigned long irq = spin_lock_irqsave(&t->sighand->lock);

	t->ptrace = flags;
	t->tracer = tracer;
	list_add_tail(&t->ptrace_entry, &tracer->ptraced);
	spin_unlock_irqrestore(&t->sighand->lock, irq);
}

void ptrace_unlink(struct task_struct *t)
{
	struct signal_struct *s = t->signal;
	unsigned long irq;

	if (!t->ptrace)
		return;
	ptrace_single_step(t, false);   /* wherever it is: pt_regs are those it will go back with */
	irq = spin_lock_irqsave(&t->sighand->lock);
	list_del_init(&t->ptrace_entry);
	t->tracer = NULL;
	t->ptrace = 0;
	thread_unwatch(&t->thread);
	t->jobctl &= ~JOBCTL_TRAP_BITS;
	if (!(t->flags & PF_EXITING)) {
		if (s->stopped || s->stopping)
			t->jobctl |= JOBCTL_STOP_PENDING;
		if ((t->jobctl & JOBCTL_STOP_PENDING) || t->state == TASK_TRACED)
			ptrace_wake_up(t, true);
	}
	spin_unlock_irqrestore(&t->sighand->lock, irq);
}

void ptrace_detach(struct task_struct *t)
{
	struct task_struct *tracer = t->tracer;

	ptrace_unlink(t);
	if (t->state != TASK_ZOMBIE)
		return;
	if (!is_group_leader(t)) {
		release_thread(t);
	} else if (process_is_dead(t)) {
		bool ours = same_thread_group(t->parent, tracer);

		if (ours ? signal_ignores_children(tracer) : do_notify_parent(t, t->exit_signal))
			release_zombie(t);
	}
}

void ptrace_exit_tracer(struct task_struct *tracer)
{
	struct task_struct *t, *n;

	list_for_each_entry_safe(t, n, &tracer->ptraced, ptrace_entry) {
		if (t->ptrace & PT_OPTION(PTRACE_O_EXITKILL))
			send_sig_info(SIGKILL, NULL, t);
		ptrace_detach(t);
	}
}

unsigned int ptrace_clone_event(const struct kernel_clone_args *a)
{
	unsigned int event = a->flags & CLONE_VFORK ? PTRACE_EVENT_VFORK :
		(a->flags & CLONE_THREAD) || a->exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE : PTRACE_EVENT_FORK;

	if (!current->ptrace || (a->flags & CLONE_UNTRACED) || !(current->ptrace & PT_EVENT(event)))
		return 0;
	return event;
}

void ptrace_init_child(struct task_struct *t)
{
	if (!current->ptrace)
		return;
	ptrace_link(t, current->tracer, current->ptrace & ~(PT_SYSCALL | PT_SYSEMU | PT_STEP));
	if (t->ptrace & PT_SEIZED)
		t->jobctl |= JOBCTL_TRAP_STOP;
	else
		t->pending.set |= SIGMASK(SIGSTOP);
	t->sigpending = true;
}

long ptrace_traceme(void)
{
	struct task_struct *t = current, *parent;
	long err = -EPERM;
	TASKLIST_LOCK(tl);

	parent = t->group_leader->creator;
	if (!t->ptrace && parent != &init_task && !(parent->flags & PF_EXITING)) {
		ptrace_link(t, parent, PT_PTRACED | (parent->cred.cap_effective >> CAP_SYS_PTRACE & 1 ? PT_CAP : 0));
		err = 0;
	}
	TASKLIST_UNLOCK(tl);
	return err;
}

/*
 * Stopped by a signal already: the sleep becomes the tracer's, there and then. It had been counted.
 * => tasklist_lock, sighand lock
 */
static void adopt_stopped(struct task_struct *t)
{
	int sig = t->signal->stop_sig;

	t->ptrace_code = sig;
	t->has_siginfo = t->ptrace & PT_SEIZED;
	if (t->has_siginfo) {
		t->ptrace_code |= PTRACE_EVENT_STOP << 8;
		memset(&t->ptrace_info, 0, sizeof(t->ptrace_info));
		t->ptrace_info.si_signo = sig;
		t->ptrace_info.si_code = t->ptrace_code;
		t->ptrace_info.rt.pid = t->vpid;
		t->ptrace_info.rt.uid = t->cred.uid;
	}
	t->state = TASK_TRACED;
}

long ptrace_attach(struct task_struct *t, bool seize, u64 addr, u64 options)
{
	unsigned int flags = PT_PTRACED | (ns_capable(t->cred.user_ns, CAP_SYS_PTRACE) ? PT_CAP : 0);
	bool adopted = false;

	if (seize && (addr || options & ~(u64)PTRACE_O_MASK))
		return -EIO;
	if (seize)
		flags |= PT_SEIZED | PT_OPTION((unsigned int)options);
	if ((t->flags & PF_KTHREAD) || same_thread_group(t, current) || !ptrace_may_attach(t))
		return -EPERM;
	TASKLIST_LOCK(tl);
	if (t->state == TASK_ZOMBIE || t->state == TASK_DEAD || (t->flags & PF_EXITING) || t->ptrace) {
		TASKLIST_UNLOCK(tl);
		return -EPERM;
	}
	ptrace_link(t, current, flags);
	spin_lock(&t->sighand->lock);
	if (t->state == TASK_STOPPED) {
		adopt_stopped(t);
		adopted = true;
	}
	if (!seize) {
		siginfo_abi info;

		memset(&info, 0, sizeof(info));
		info.si_code = SI_KERNEL;
		send_signal_locked(SIGSTOP, &info, t, false);
	}
	spin_unlock(&t->sighand->lock);
	if (adopted)
		notify_tracer(t, CLD_STOPPED);
	TASKLIST_UNLOCK(tl);
	return 0;
}
