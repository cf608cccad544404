/* SPDX-License-Identifier: MIT */
/* The signal system calls: rt_sig*, kill and its relatives, sigaltstack, pause. */
#include "internal.h"

static bool valid_signal(long sig)
{
	return sig > 0 && sig <= _NSIG;
}

SYSCALL(rt_sigaction)
{
	struct task_struct *t = current;
	struct sigaction_abi new, old;
	unsigned long irq;

	if (a3 != sizeof(sigset_t) || !valid_signal((int)a0))
		return -EINVAL;
	if (a1 && ((int)a0 == SIGKILL || (int)a0 == SIGSTOP))
		return -EINVAL;
	if (a1 && copy_from_user(&new, (const void __user *)a1, sizeof(new)))
		return -EFAULT;
	irq = spin_lock_irqsave(&t->sighand->lock);
	old = t->sighand->action[(int)a0 - 1];
	if (a1) {
		new.mask &= ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
		t->sighand->action[(int)a0 - 1] = new;
		drop_ignored(t, (int)a0);
	}
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	if (a2 && copy_to_user((void __user *)a2, &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

SYSCALL(rt_sigprocmask)
{
	sigset_t old = current->blocked, set;

	if (a3 != sizeof(sigset_t))
		return -EINVAL;
	if (a1) {
		if (get_user_u64(&set, (const void __user *)a1))
			return -EFAULT;
		if (a0 == SIG_BLOCK)
			set_blocked(old | set);
		else if (a0 == SIG_UNBLOCK)
			set_blocked(old & ~set);
		else if (a0 == SIG_SETMASK)
			set_blocked(set);
		else
			return -EINVAL;
	}
	return a2 && put_user_u64(old, (void __user *)a2) ? -EFAULT : 0;
}

SYSCALL(rt_sigpending)
{
	u64 set = (current->pending.set | current->signal->shared_pending.set) & current->blocked;

	if ((u64)a1 > sizeof(set))
		return -EINVAL;
	return copy_to_user((void __user *)a0, &set, (size_t)a1) ? -EFAULT : 0;
}

SYSCALL(rt_sigsuspend)
{
	sigset_t set;

	if (a1 != sizeof(set))
		return -EINVAL;
	if (get_user_u64(&set, (const void __user *)a0))
		return -EFAULT;
	current->saved_sigmask = current->blocked;
	set_blocked(set);
	while (!signal_pending()) {
		set_current_sleeping();
		schedule();
		set_current_running();
	}
	current->restore_sigmask = true;
	return -ERESTARTNOHAND;
}

SYSCALL(pause)
{
	while (!signal_pending()) {
		set_current_sleeping();
		schedule();
		set_current_running();
	}
	return -ERESTARTNOHAND;
}

int take_pending_signal(sigset_t set, siginfo_abi *info)
{
	unsigned long irq = spin_lock_irqsave(&current->sighand->lock);
	int sig = dequeue_signal(current, set, info);

	spin_unlock_irqrestore(&current->sighand->lock, irq);
	return sig;
}

SYSCALL(rt_sigtimedwait)
{
	struct timespec_abi ts;
	u64 deadline = U64_MAX;
	siginfo_abi info;
	sigset_t set;
	bool late = false;
	int sig;

	if (a3 != sizeof(set))
		return -EINVAL;
	if (get_user_u64(&set, (const void __user *)a0))
		return -EFAULT;
	if (a2) {
		if (copy_from_user(&ts, (const void __user *)a2, sizeof(ts)))
			return -EFAULT;
		if (!timespec_valid(&ts))
			return -EINVAL;
		deadline = ktime_get_ns() + timespec_to_ns(&ts);
	}
	set &= ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	sig = take_pending_signal(set, &info);
	if (!sig && !(a2 && !ts.tv_sec && !ts.tv_nsec)) {
		sigset_t blocked = current->blocked;

		/* Awake for the signals of @set although they are blocked. */
		current->real_blocked = blocked;
		set_blocked(blocked & ~set);
		set_current_sleeping();
		if (!signal_pending())
			late = schedule_until(deadline);
		set_current_running();
		current->real_blocked = 0;
		set_blocked(blocked);
		sig = take_pending_signal(set, &info);
	}
	if (!sig)
		return late || (a2 && !ts.tv_sec && !ts.tv_nsec) ? -EAGAIN : -EINTR;
	return a1 && put_siginfo((u64)a1, &info) ? -EFAULT : sig;
}

static noinline int check_kill_other(int sig, const struct task_struct *t)
{
	const struct cred *c = &current->cred, *tc = &t->cred;

	if (ns_capable(tc->user_ns, CAP_KILL))
		return 0;
	if (c->euid == tc->suid || c->euid == tc->uid || c->uid == tc->suid || c->uid == tc->uid)
		return 0;
	if (sig == SIGCONT && t->signal->session == current->signal->session)
		return 0;
	return -EPERM;
}

int check_kill_permission(int sig, const siginfo_abi *info, struct task_struct *t)
{
	if (t->signal == current->signal || (info && info->si_code > 0))
		return 0;
	return check_kill_other(sig, t);
}

static void user_info(int code, siginfo_abi *info)
{
	memset(info, 0, sizeof(*info));
	info->si_code = code;
	info->rt.pid = current->tgid;
	info->rt.uid = current->cred.uid;
}

/* => tasklist_lock held. sig 0 only asks. */
static int kill_process(int sig, const siginfo_abi *info, struct task_struct *t)
{
	int err = check_kill_permission(sig, info, t);

	return err || !sig ? err : group_send_sig_info(sig, info, t);
}

#define KILL_ALL (-2)

/* Of several, a group or (KILL_ALL) everybody that the caller sees: success when one succeeded. */
static int kill_many(int sig, const siginfo_abi *info, pid_t pgrp)
{
	struct list_head *members = pgrp != KILL_ALL ? pidmap_pgrp(&pidmap, pgrp) : &all_processes, *p;
	int ret = -ESRCH, done = 0;

	if (!members)
		return -ESRCH;
	list_for_each(p, members) {
		struct signal_struct *s = pgrp != KILL_ALL ? list_entry(p, struct signal_struct, pgrp_node) :
			list_entry(p, struct signal_struct, all_node);
		int err;

		if (pgrp == KILL_ALL && (pid_vnr(s->leader->pid) <= 1 || s == current->signal || (s->leader->flags & PF_KTHREAD)))
			continue;
		err = kill_process(sig, info, s->leader);
		if (!err)
			done++;
		else
			ret = err;
	}
	return done ? 0 : ret;
}

static int kill_something(int sig, const siginfo_abi *info, pid_t pid)
{
	struct task_struct *t;
	TASKLIST_LOCK(irq);
	int err;

	if (pid > 0) {
		t = find_task_by_vpid(pid);
		err = t ? kill_process(sig, info, t) : -ESRCH;
	} else if (pid == -1) {
		err = kill_many(sig, info, KILL_ALL);
	} else {
		err = kill_many(sig, info, pid ? pid_of_vnr(-pid) : current->signal->pgrp);
	}
	TASKLIST_UNLOCK(irq);
	return err;
}

SYSCALL(kill)
{
	siginfo_abi info;

	if ((int)a1 != 0 && !valid_signal((int)a1))
		return -EINVAL;
	if ((pid_t)a0 == INT32_MIN)
		return -ESRCH;
	user_info(SI_USER, &info);
	return kill_something((int)a1, &info, (pid_t)a0);
}

static long do_tkill(pid_t tgid, pid_t pid, int sig, const siginfo_abi *info)
{
	struct task_struct *t;
	long err;
	TASKLIST_LOCK(irq);

	t = find_task_by_vpid(pid);
	if (!t || (tgid > 0 && t->tgid != pid_of_vnr(tgid))) {
		err = -ESRCH;
	} else {
		err = check_kill_permission(sig, info, t);
		if (!err && sig)
			err = send_sig_info(sig, info, t);
	}
	TASKLIST_UNLOCK(irq);
	return err;
}

SYSCALL(tkill)
{
	siginfo_abi info;

	if ((pid_t)a0 <= 0 || ((int)a1 != 0 && !valid_signal((int)a1)))
		return -EINVAL;
	user_info(SI_TKILL, &info);
	return do_tkill(0, (pid_t)a0, (int)a1, &info);
}

SYSCALL(tgkill)
{
	siginfo_abi info;

	if ((pid_t)a0 <= 0 || (pid_t)a1 <= 0 || ((int)a2 != 0 && !valid_signal((int)a2)))
		return -EINVAL;
	user_info(SI_TKILL, &info);
	return do_tkill((pid_t)a0, (pid_t)a1, (int)a2, &info);
}

/* Only to oneself may a process pretend that the kernel or kill() sent it. */
static int queue_info(siginfo_abi *info, const void __user *from, int sig, pid_t to)
{
	if (copy_from_user(info, from, sizeof(*info)))
		return -EFAULT;
	info->si_signo = sig;
	info->rt.pid = max(pid_of_vnr(info->rt.pid), 0);
	info->rt.uid = make_kuid(current_user_ns(), info->rt.uid);
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && current->vtgid != to)
		return -EPERM;
	return 0;
}

SYSCALL(rt_sigqueueinfo)
{
	siginfo_abi info;
	int err = queue_info(&info, (const void __user *)a2, (int)a1, (pid_t)a0);

	if (err)
		return err;
	if ((int)a1 != 0 && !valid_signal((int)a1))
		return -EINVAL;
	if ((pid_t)a0 <= 0)
		return -ESRCH;
	return kill_something((int)a1, &info, (pid_t)a0);
}

SYSCALL(rt_tgsigqueueinfo)
{
	siginfo_abi info;
	int err = queue_info(&info, (const void __user *)a3, (int)a2, (pid_t)a0);

	if (err)
		return err;
	if ((pid_t)a0 <= 0 || (pid_t)a1 <= 0 || ((int)a2 != 0 && !valid_signal((int)a2)))
		return -EINVAL;
	return do_tkill((pid_t)a0, (pid_t)a1, (int)a2, &info);
}

SYSCALL(sigaltstack)
{
	struct task_struct *t = current;
	u64 sp = task_pt_regs(t)->rsp;
	bool on = t->sas.ss_size && sp > t->sas.ss_sp && sp - t->sas.ss_sp <= t->sas.ss_size;
	stack_t_abi new, old = t->sas;

	if (a0 && copy_from_user(&new, (const void __user *)a0, sizeof(new)))
		return -EFAULT;
	if (a0) {
		u32 mode = (u32)new.ss_flags & ~SS_AUTODISARM;

		if (on)
			return -EPERM;
		if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
			return -EINVAL;
		if (mode == SS_DISABLE) {
			new.ss_sp = new.ss_size = 0;
		} else if (new.ss_size < MINSIGSTKSZ) {
			return -ENOMEM;
		}
		t->sas = new;
	}
	if (!a1)
		return 0;
	old.ss_flags = (s32)((u32)old.ss_flags & SS_AUTODISARM) | (!old.ss_size ? SS_DISABLE : on ? SS_ONSTACK : 0);
	old.pad = 0;
	return copy_to_user((void __user *)a1, &old, sizeof(old)) ? -EFAULT : 0;
}

SYSCALL(restart_syscall)
{
	long (*fn)(void) = current->restart_fn;

	return fn ? fn() : -EINTR;
}
