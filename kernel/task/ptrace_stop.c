/* SPDX-License-Identifier: MIT */
/*
 * How a tracee stops: signals, events, system calls, group stops. In a stop it is TASK_TRACED with the code that wait
 * reports in ptrace_code (0: reported), until its tracer resumes it with a signal in the same field, lets it go, dies,
 * or SIGKILL comes. A siginfo (PTRACE_GETSIGINFO) belongs to the stop, if has_siginfo. ptrace(2) tells the stops apart.
 *
 * Locks: tasklist_lock, inside it the tracee's sighand lock, for going into a stop: then the tracer either sees the
 * whole of it or nothing. Coming out needs sighand lock alone.
 */
#include "ptrace.h"

#define SYSCALL_STOP (SIGTRAP | 0x80)
#define EVENT_CODE(e) ((int)((e) << 8) | SIGTRAP)

void notify_tracer(struct task_struct *t, int why)
{
	struct task_struct *tracer = t->tracer;
	struct sigaction_abi *a = &tracer->sighand->action[SIGCHLD - 1];

	if (a->handler != SIG_IGN_ABI && !(a->flags & SA_NOCLDSTOP)) {
		siginfo_abi info;

		child_info(t, &info);
		info.si_code = why;
		info.chld.status = t->ptrace_code & 0x7f;
		group_send_sig_info(SIGCHLD, &info, tracer);
	}
	wake_up(&tracer->signal->wait_chldexit);
}

/* Who dies stops no more, but for the event that says so; nobody's tracee doesn't either. => sighand lock */
static bool may_stop(const struct task_struct *t, int code)
{
	return t->ptrace && (!must_die(t) || code == EVENT_CODE(PTRACE_EVENT_EXIT));
}

/* => TASKLIST_LOCK and sighand lock; the thread stops when it sleeps next. Took it part in a group stop as the last one? */
static bool enter_stop(struct task_struct *t, int code, int why, u64 message, const siginfo_abi *info)
{
	bool last = why == CLD_STOPPED && (t->jobctl & JOBCTL_STOP_PENDING) && participate_group_stop(t);

	t->ptrace_code = code;
	t->ptrace_message = message;
	t->has_siginfo = info != NULL;
	if (info)
		t->ptrace_info = *info;
	t->jobctl &= ~JOBCTL_TRAP_STOP;
	if (code >> 8 == PTRACE_EVENT_STOP)
		t->jobctl &= ~JOBCTL_TRAP_NOTIFY;
	t->state = TASK_TRACED;
	return last;
}

/* The signal that the tracer gives back; -1: there was no stop. */
static int ptrace_stop(int code, int why, u64 message, const siginfo_abi *info)
{
	struct task_struct *t = current;
	unsigned long irq;
	bool last;
	TASKLIST_LOCK(tl);

	spin_lock(&t->sighand->lock);
	if (!may_stop(t, code)) {
		spin_unlock(&t->sighand->lock);
		TASKLIST_UNLOCK(tl);
		return -1;
	}
	last = enter_stop(t, code, why, message, info);
	spin_unlock(&t->sighand->lock);
	notify_tracer(t, why);
	if (last && ptrace_reparented(t))
		notify_parent_stop(t->signal->leader, CLD_STOPPED);
	TASKLIST_UNLOCK(tl);
	schedule();
	irq = spin_lock_irqsave(&t->sighand->lock);
	code = t->ptrace_code;
	t->ptrace_code = 0;
	t->ptrace_message = 0;
	t->has_siginfo = false;
	t->jobctl &= ~JOBCTL_LISTENING;
	recalc_sigpending(t);
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	return code;
}

/* A stop whose siginfo says which. */
static int ptrace_notify(int sig, int code, int why, u64 message)
{
	siginfo_abi info;

	memset(&info, 0, sizeof(info));
	info.si_signo = sig;
	info.si_code = code;
	info.rt.pid = current->vpid;
	info.rt.uid = uid_seen(current->cred.uid);
	return ptrace_stop(code, why, message, &info);
}

/* ---- signals ---- */

int ptrace_signal(int sig, siginfo_abi *info)
{
	struct task_struct *t = current;
	int got = ptrace_stop(sig, CLD_TRAPPED, 0, info);

	if (got < 0)
		return sig;
	if (!got)
		return 0;
	*info = t->ptrace_info;
	if (got != info->si_signo) {    /* another signal: from the tracer, then */
		memset(info, 0, sizeof(*info));
		info->si_signo = got;
		info->si_code = SI_USER;
		info->rt.pid = t->tracer ? pid_vnr(t->tracer->tgid) : 0;
		info->rt.uid = t->tracer ? uid_seen(t->tracer->cred.uid) : 0;
	}
	if (!(t->blocked & SIGMASK(got)) && !must_die(t))
		return got;
	send_sig_info(got, info, t);
	return 0;
}

void ptrace_trap(void)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;

	if (!(t->ptrace & PT_SEIZED)) {
		ptrace_stop(s->stop_sig, CLD_STOPPED, 0, NULL);
	} else {
		int sig = s->stopping || s->stopped ? s->stop_sig : SIGTRAP;

		ptrace_notify(sig, PTRACE_EVENT_STOP << 8 | sig, CLD_STOPPED, 0);
	}
}

void ptrace_wake_up(struct task_struct *t, bool resume)
{
	t->sigpending = true;
	wake_up_state(t, STATE_BIT(TASK_INTERRUPTIBLE) | (resume ? STATE_BIT(TASK_TRACED) : 0));
}

void ptrace_trap_notify(struct task_struct *t)
{
	t->jobctl |= JOBCTL_TRAP_NOTIFY;
	ptrace_wake_up(t, t->jobctl & JOBCTL_LISTENING);
}

bool participate_group_stop(struct task_struct *t)
{
	bool counts = t->jobctl & JOBCTL_STOP_CONSUME;

	t->jobctl &= ~JOBCTL_STOP_BITS;
	if (counts)
		t->signal->nr_stopped++;
	return counts && stop_is_complete(t->signal);
}

/* ---- events ---- */

void ptrace_event_slow(unsigned int event, u64 message)
{
	struct task_struct *t = current;
	unsigned long irq;

	if (t->ptrace & PT_EVENT(event)) {
		ptrace_notify(SIGTRAP, EVENT_CODE(event), CLD_TRAPPED, message);
		if (event == PTRACE_EVENT_EXIT || event == PTRACE_EVENT_SECCOMP)
			return;         /* no call ends here */
		irq = spin_lock_irqsave(&t->sighand->lock);
		t->jobctl |= JOBCTL_SYSCALL_EXIT;       /* and all registers come from pt_regs */
		recalc_sigpending(t);
		spin_unlock_irqrestore(&t->sighand->lock, irq);
	} else if (event == PTRACE_EVENT_EXEC && !(t->ptrace & PT_SEIZED)) {
		siginfo_abi info;

		memset(&info, 0, sizeof(info));
		info.si_code = SI_USER;
		info.rt.pid = t->tgid;
		info.rt.uid = t->cred.uid;
		send_sig_info(SIGTRAP, &info, t);
	}
}

void ptrace_stepped_into_handler(void)
{
	ptrace_notify(SIGTRAP, SIGTRAP, CLD_TRAPPED, 0);
}

int ptrace_debug_trap(struct task_struct *t, unsigned long dr6)
{
	if (t->ptrace)
		thread_debug_hit(&t->thread, dr6);
	if (dr6 >> 14 & 1)
		return TRAP_TRACE;
	return dr6 ? TRAP_HWBKPT : TRAP_BRKPT;
}

/* ---- system calls ---- */

static void syscall_stop(u64 message)
{
	int code = current->ptrace & PT_OPTION(PTRACE_O_TRACESYSGOOD) ? SYSCALL_STOP : SIGTRAP;
	int sig = ptrace_notify(SIGTRAP, code, CLD_TRAPPED, message);
	siginfo_abi info;

	if (sig <= 0 || sig > _NSIG)    /* of a tracer that died before it had waited, the stop's own code is left */
		return;
	memset(&info, 0, sizeof(info));
	info.si_code = SI_KERNEL;
	send_sig_info(sig, &info, current);
}

void ptrace_syscall_enter(struct pt_regs *regs)
{
	struct task_struct *t = current;

	bool emulated = t->ptrace & PT_SYSEMU;  /* however the tracer lets it go on */

	if (!(t->ptrace & (PT_SYSCALL | PT_SYSEMU)))
		return;
	syscall_stop(PTRACE_EVENTMSG_SYSCALL_ENTRY);
	if (emulated || must_die(t))
		regs->orig_rax = (u64)-1;
}

/* A step over the SYSCALL instruction is done when the call is: the CPU would tell one instruction later. */
void ptrace_syscall_exit(struct pt_regs *regs)
{
	struct task_struct *t = current;
	unsigned long irq = spin_lock_irqsave(&t->sighand->lock);

	t->jobctl &= ~JOBCTL_SYSCALL_EXIT;
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	if (t->ptrace & PT_SYSCALL)
		syscall_stop(PTRACE_EVENTMSG_SYSCALL_EXIT);
	else if ((t->ptrace & PT_STEP) && !(t->ptrace & PT_SYSEMU))
		force_sig_fault(SIGTRAP, TRAP_BRKPT, (void *)regs->rip);
}
