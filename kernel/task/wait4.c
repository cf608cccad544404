/* SPDX-License-Identifier: MIT */
/*
 * Waiting for children and tracees: wait4(2), waitid(2). A child is a process; its state changes are death
 * (a zombie leader without other threads), stop and continue. A tracee is a thread: its stops are each its own, and it
 * dies alone; of a process that another one traces the parent hears when the tracer has seen its end.
 */
#include <uapi/wait.h>
#include "ptrace.h"

struct wait_opts {
	int which;              /* P_ALL, P_PID, P_PGID */
	pid_t id;
	int options;
	/* The answer. */
	pid_t pid;
	u32 uid;
	int status;             /* as wait4 gives it */
	int code;               /* CLD_* */
	struct rusage_abi ru;
};

/* A tracee of the calling process, or thread. */
static bool is_tracee(const struct wait_opts *o, const struct task_struct *c)
{
	if (likely(!c->tracer))
		return false;
	return (u32)o->options & __WNOTHREAD ? c->tracer == current : same_thread_group(c->tracer, current);
}

static bool eligible(const struct wait_opts *o, const struct task_struct *c)
{
	if (o->which == P_PID && c->pid != o->id)
		return false;
	if (o->which == P_PGID && c->signal->pgrp != o->id)
		return false;
	if (is_tracee(o, c))
		return true;
	if (c->exit_signal == -1)
		return false;
	return (o->options & __WALL) || (c->exit_signal != SIGCHLD) == !!(o->options & (int)__WCLONE);
}

static struct timeval_abi ns_to_timeval(u64 ns)
{
	return (struct timeval_abi){ (s64)(ns / NSEC_PER_SEC), (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

static void child_rusage(struct task_struct *c, struct rusage_abi *ru)
{
	struct signal_struct *s = c->signal;
	struct timeval_abi tv;
	u64 u, k;

	memset(ru, 0, sizeof(*ru));
	process_cputime(c, &u, &k);
	tv = ns_to_timeval(u + s->cutime_ns);
	ru->utime_sec = tv.tv_sec;
	ru->utime_usec = tv.tv_usec;
	tv = ns_to_timeval(k + s->cstime_ns);
	ru->stime_sec = tv.tv_sec;
	ru->stime_usec = tv.tv_usec;
	ru->maxrss = (s64)max(s->maxrss_pages, s->cmaxrss_pages) * 4;
	ru->minflt = (s64)(c->min_flt + s->dead_min_flt + s->cmin_flt);
	ru->majflt = (s64)(c->maj_flt + s->dead_maj_flt + s->cmaj_flt);
	ru->nvcsw = (s64)(c->nvcsw + s->dead_nvcsw + s->cnvcsw);
	ru->nivcsw = (s64)(c->nivcsw + s->dead_nivcsw + s->cnivcsw);
}

/* => tasklist_lock held */
void add_child_times(struct signal_struct *p, struct task_struct *c)
{
	struct signal_struct *s = c->signal;
	u64 u, k;

	process_cputime(c, &u, &k);
	p->cutime_ns += u + s->cutime_ns;
	p->cstime_ns += k + s->cstime_ns;
	p->cmin_flt += c->min_flt + s->dead_min_flt + s->cmin_flt;
	p->cmaj_flt += c->maj_flt + s->dead_maj_flt + s->cmaj_flt;
	p->cnvcsw += c->nvcsw + s->dead_nvcsw + s->cnvcsw;
	p->cnivcsw += c->nivcsw + s->dead_nivcsw + s->cnivcsw;
	p->cmaxrss_pages = max(p->cmaxrss_pages, max(s->maxrss_pages, s->cmaxrss_pages));
}

void release_zombie(struct task_struct *t)
{
	unlink_task(t);
	t->state = TASK_DEAD;
	free_task(t);
}

/* A dead @c was waited for. */
static void reap(struct task_struct *c)
{
	if (!is_group_leader(c)) {
		release_thread(c);
	} else if (ptrace_reparented(c)) {      /* now it is the parent's */
		ptrace_unlink(c);
		if (do_notify_parent(c, c->exit_signal))
			release_zombie(c);
	} else {
		add_child_times(c->parent->signal, c);
		release_zombie(c);
	}
}

/* Who it is that tells something: before reap(), the number goes with the child. */
static inline void answer_of(struct wait_opts *o, struct task_struct *c, bool want_rusage)
{
	o->pid = pid_vnr(c->pid);
	o->uid = uid_seen(c->cred.uid);
	if (want_rusage)
		child_rusage(c, &o->ru);
}

/* => tasklist_lock held */
static bool consider_dead(struct wait_opts *o, struct task_struct *c, bool want_rusage)
{
	int status = c->signal->group_exit ? c->signal->group_exit_code : c->exit_code;

	if (!(o->options & WEXITED) || (c->ptrace && !is_tracee(o, c)))
		return false;
	o->status = status;
	o->code = !(status & 0x7f) ? CLD_EXITED : status & 0x80 ? CLD_DUMPED : CLD_KILLED;
	answer_of(o, c, want_rusage);
	if (!(o->options & WNOWAIT))
		reap(c);
	return true;
}

/* => tasklist_lock held. Has @c something to tell? Takes it, unless WNOWAIT. */
static bool consider(struct wait_opts *o, struct task_struct *c, bool want_rusage)
{
	struct signal_struct *s = c->signal;
	bool keep = o->options & WNOWAIT, traced = is_tracee(o, c);

	if (process_is_dead(c) || (c->state == TASK_ZOMBIE && !is_group_leader(c)))
		return consider_dead(o, c, want_rusage);
	if (traced && c->state == TASK_TRACED && c->ptrace_code && !(c->jobctl & JOBCTL_LISTENING)) {
		o->status = c->ptrace_code << 8 | 0x7f;
		o->code = CLD_TRAPPED;
		if (!keep)
			c->ptrace_code = 0;
	} else if (!traced && (o->options & WSTOPPED) && s->stop_unreported) {
		o->status = s->stop_sig << 8 | 0x7f;
		o->code = CLD_STOPPED;
		if (!keep)
			s->stop_unreported = false;
	} else if ((o->options & WCONTINUED) && s->continued_unreported) {
		o->status = 0xffff;
		o->code = CLD_CONTINUED;
		if (!keep)
			s->continued_unreported = false;
	} else {
		return false;
	}
	answer_of(o, c, want_rusage);
	return true;
}

/* pid, 0: children but nothing to tell, -ECHILD. */
static pid_t look(struct wait_opts *o, bool want_rusage)
{
	struct task_struct *parent = current->group_leader, *c, *th;
	pid_t found = -ECHILD;
	TASKLIST_LOCK(irq);

	if (o->which == P_PID) {        /* no walk through ten thousand siblings */
		c = find_task_by_pid(o->id);
		if (c && ((is_group_leader(c) && c->parent == parent) || is_tracee(o, c)) && eligible(o, c))
			found = consider(o, c, want_rusage) ? o->pid : 0;
		goto out;
	}
	list_for_each_entry(c, &parent->children, sibling) {
		if (!eligible(o, c))
			continue;
		found = consider(o, c, want_rusage) ? o->pid : 0;
		if (found)
			goto out;
	}
	list_for_each_entry(th, &current->signal->threads, thread_node) {
		if (((u32)o->options & __WNOTHREAD) && th != current)
			continue;
		list_for_each_entry(c, &th->ptraced, ptrace_entry) {
			if (!eligible(o, c))
				continue;
			found = consider(o, c, want_rusage) ? o->pid : 0;
			if (found)
				goto out;
		}
	}
out:
	TASKLIST_UNLOCK(irq);
	return found;
}

static long do_wait(struct wait_opts *o, bool want_rusage)
{
	struct wait_queue_head *q = &current->signal->wait_chldexit;

	for (;;) {
		struct wait_queue_entry w;
		pid_t pid = look(o, want_rusage);

		if (pid || (o->options & WNOHANG))
			return pid;
		if (signal_pending())           /* SIGCHLD's handler, too: the child comes first */
			return -ERESTARTSYS;
		prepare_to_wait(q, &w);
		pid = look(o, want_rusage);
		if (!pid && !signal_pending())
			schedule();
		finish_wait(q, &w);
		if (pid)
			return pid;
	}
}

SYSCALL(wait4)
{
	struct wait_opts o = { .options = (int)a2 | WEXITED };
	pid_t pid = (pid_t)a0;
	long ret;

	if ((u32)a2 & ~(u32)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1) {
		o.which = P_ALL;
	} else if (pid > 0) {
		o.which = P_PID;
		o.id = pid_of_vnr(pid);
	} else {
		o.which = P_PGID;
		o.id = pid ? pid_of_vnr(-pid) : current->signal->pgrp;
	}
	ret = do_wait(&o, a3 != 0);
	if (ret <= 0)
		return ret;
	if (a1 && put_user_u32((u32)o.status, (void __user *)a1))
		return -EFAULT;
	if (a3 && copy_to_user((void __user *)a3, &o.ru, sizeof(o.ru)))
		return -EFAULT;
	return ret;
}

SYSCALL(waitid)
{
	struct wait_opts o = { .which = (int)a0, .id = (pid_t)a1, .options = (int)a3 };
	siginfo_abi info;
	bool nonblock = false;
	long ret;

	if (((u32)a3 & ~(u32)(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)) ||
	    !(a3 & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (o.which == P_PIDFD) {
		if (o.id < 0)
			return -EINVAL;
		o.id = pidfd_pid((unsigned int)o.id, &nonblock);
		if (o.id < 0)
			return o.id;
		o.which = P_PID;
		if (nonblock)
			o.options |= WNOHANG;
	}
	if (o.which == P_PGID && o.id == 0)
		o.id = current->signal->pgrp;
	else if (o.which != P_ALL && o.which != P_PID && o.which != P_PGID)
		return -EINVAL;
	else if (o.which != P_ALL && o.id <= 0)
		return -EINVAL;
	else if (a0 == P_PID || a0 == P_PGID)
		o.id = pid_of_vnr(o.id);
	ret = do_wait(&o, a4 != 0);
	if (ret < 0)
		return ret;
	if (!ret && nonblock && !(a3 & WNOHANG))
		return -EAGAIN;
	memset(&info, 0, sizeof(info));
	if (ret > 0) {
		info.si_signo = SIGCHLD;
		info.si_code = o.code;
		info.chld.pid = o.pid;
		info.chld.uid = o.uid;
		info.chld.status = o.code == CLD_EXITED ? o.status >> 8 & 0xff : o.code == CLD_STOPPED || o.code == CLD_TRAPPED ?
			o.status >> 8 : o.code == CLD_CONTINUED ? SIGCONT : o.status & 0x7f;
		if (a4 && copy_to_user((void __user *)a4, &o.ru, sizeof(o.ru)))
			return -EFAULT;
	}
	/* The first 40 bytes are all that Linux writes. */
	if (a2 && copy_to_user((void __user *)a2, &info, 40))
		return -EFAULT;
	return 0;
}
