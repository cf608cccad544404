/* SPDX-License-Identifier: MIT */
/*
 * Sending and taking signals: the pending sets and their queues of siginfo. Everything here runs with
 * sighand->lock held, interrupts off; it allocates only for signals with a siginfo, which never come from
 * interrupt handlers.
 */
#include <mm/slab.h>
#include "ptrace.h"

#define SYNCHRONOUS (SIGMASK(SIGSEGV) | SIGMASK(SIGBUS) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | \
		     SIGMASK(SIGFPE) | SIGMASK(SIGSYS))
#define STOP_SIGNALS (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))
#define IGNORED_BY_DEFAULT (SIGMASK(SIGCONT) | SIGMASK(SIGCHLD) | SIGMASK(SIGWINCH) | SIGMASK(SIGURG))

static struct kmem_cache *sigqueue_cache;

void sigqueue_init(void)
{
	sigqueue_cache = kmem_cache_create_boot("sigqueue", sizeof(struct sigqueue), 0);
}

static void free_sigqueue(struct sigqueue *q)
{
	if (q->timer)
		return;                 /* the timer's own */
	(*q->count)--;
	kmem_cache_free(sigqueue_cache, q);
}

void flush_pending(struct sigpending *p)
{
	struct sigqueue *q, *n;

	list_for_each_entry_safe(q, n, &p->queue, list) {
		list_del_init(&q->list);
		free_sigqueue(q);
	}
	p->set = 0;
}

/* A timer's SIGCONT comes here from the interrupt, where nothing may be freed: what goes waits for the next allocation. [irqs off] */
static LIST_HEAD(flushed);

static void free_flushed(void)
{
	struct sigqueue *q, *n;

	list_for_each_entry_safe(q, n, &flushed, list) {
		list_del(&q->list);
		kmem_cache_free(sigqueue_cache, q);
	}
}

static void flush_set(struct sigpending *p, sigset_t set)
{
	struct sigqueue *q, *n;

	if (!(p->set & set))
		return;
	p->set &= ~set;
	list_for_each_entry_safe(q, n, &p->queue, list) {
		if (set & SIGMASK(q->info.si_signo)) {
			list_del_init(&q->list);
			if (q->timer)
				continue;
			(*q->count)--;
			list_add(&q->list, &flushed);
		}
	}
}

static bool has_pending(const struct task_struct *t, sigset_t blocked)
{
	return (t->pending.set | t->signal->shared_pending.set) & ~blocked;
}

void recalc_sigpending(struct task_struct *t)
{
	t->sigpending = has_pending(t, t->blocked) || (t->jobctl & JOBCTL_WORK) || (must_die(t) && !(t->flags & PF_EXITING));
	if (t->sigpending && t == current)
		set_exit_work();
}

void signal_wake_up(struct task_struct *t, bool kill)
{
	t->sigpending = true;
	if (t == current)
		set_exit_work();
	if (t->state != TASK_RUNNING)
		wake_up_state(t, STATE_BIT(TASK_INTERRUPTIBLE) |
			      (kill ? STATE_BIT(TASK_STOPPED) | STATE_BIT(TASK_TRACED) | STATE_BIT(TASK_KILLABLE) : 0));
	if (unlikely(kill))
		sched_kill(t);
}

void zap_other_threads(struct task_struct *me)
{
	struct task_struct *t;

	list_for_each_entry(t, &me->signal->threads, thread_node)
		if (t != me && !(t->flags & PF_EXITING))
			signal_wake_up(t, true);
}

/* @force: from outside, what even an init can't refuse. */
static bool sig_ignored(const struct task_struct *t, int sig, bool force)
{
	u64 h = t->sighand->action[sig - 1].handler;

	if ((t->blocked | t->real_blocked) & SIGMASK(sig))
		return false;           /* a handler may come before it is unblocked */
	if (unlikely(t->ptrace) && sig != SIGKILL)
		return false;           /* the tracer wants to see it */
	if (t->signal->unkillable && h == SIG_DFL_ABI && !force)
		return true;            /* nothing kills init by default, not even SIGKILL */
	return h == SIG_IGN_ABI || (h == SIG_DFL_ABI && (SIGMASK(sig) & IGNORED_BY_DEFAULT));
}

/* SIGCONT and stops cancel each other; a SIGCONT continues at once, whoever blocks or ignores it. */
static bool prepare_signal(int sig, struct task_struct *t, bool force)
{
	struct signal_struct *s = t->signal;
	struct task_struct *th;

	if (s->group_exit)
		return sig == SIGKILL;
	if (STOP_SIGNALS & SIGMASK(sig)) {
		flush_set(&s->shared_pending, SIGMASK(SIGCONT));
		list_for_each_entry(th, &s->threads, thread_node)
			flush_set(&th->pending, SIGMASK(SIGCONT));
	} else if (sig == SIGCONT) {
		bool was = s->stopped || s->stopping;

		flush_set(&s->shared_pending, STOP_SIGNALS);
		s->stopping = false;
		list_for_each_entry(th, &s->threads, thread_node) {
			flush_set(&th->pending, STOP_SIGNALS);
			th->jobctl &= ~JOBCTL_STOP_BITS;
			if (th->ptrace & PT_SEIZED)
				ptrace_trap_notify(th);
			else
				wake_up_state(th, STATE_BIT(TASK_STOPPED));
		}
		if (was) {
			bool all = s->stopped;

			s->stopped = s->stop_unreported = false;
			s->nr_stopped = 0;
			s->continued_unreported = all;
			if (all)
				s->notify_continue = true;
			list_for_each_entry(th, &s->threads, thread_node)
				recalc_sigpending(th);
			if (all)        /* somebody of the process tells the parent, outside of this lock */
				signal_wake_up(s->leader->flags & PF_EXITING ? t : s->leader, false);
		}
	}
	return !sig_ignored(t, sig, force);
}

static bool wants_signal(const struct task_struct *t, int sig)
{
	if ((t->blocked & SIGMASK(sig)) || (t->flags & PF_EXITING))
		return false;
	return sig == SIGKILL || (t->state != TASK_STOPPED && t->state != TASK_TRACED);
}

DECLARE_WAIT_QUEUE_HEAD(signalfd_wait);

/*
 * The process ends by it, without a core file: no need to wait until a thread looks, and those in a killable sleep
 * would not look.
 */
static bool kills_at_once(int sig, const struct task_struct *t)
{
	if (likely(t->sighand->action[sig - 1].handler != SIG_DFL_ABI) || t->signal->group_exit ||
	    (t->real_blocked & SIGMASK(sig)) || (t->ptrace && sig != SIGKILL))
		return false;
	return sig == SIGKILL || (!((IGNORED_BY_DEFAULT | STOP_SIGNALS | CORE_SIGNALS) & SIGMASK(sig)) && !t->signal->unkillable);
}

static void kill_all_threads(struct signal_struct *s, int sig)
{
	struct task_struct *th;

	s->group_exit = true;
	s->group_exit_code = sig;
	list_for_each_entry(th, &s->threads, thread_node)
		if (!(th->flags & PF_EXITING))
			signal_wake_up(th, true);
}

/* => @t does not block it */
static void wake_for_signal(int sig, struct task_struct *t)
{
	if (kills_at_once(sig, t))
		kill_all_threads(t->signal, sig);
	else
		signal_wake_up(t, false);
}

/* Chooses a thread that shall take it, and wakes it. */
static void complete_signal(int sig, struct task_struct *t, bool group)
{
	struct signal_struct *s = t->signal;
	struct task_struct *th;

	if (unlikely(!list_empty(&signalfd_wait.head)))
		wake_up(&signalfd_wait);
	if (wants_signal(t, sig)) {
		wake_for_signal(sig, t);
		return;
	}
	/* rt_sigtimedwait sleeps with the signal blocked but wants it. */
	if (!group) {
		if (t->real_blocked & SIGMASK(sig))
			signal_wake_up(t, false);
		return;
	}
	list_for_each_entry(th, &s->threads, thread_node) {
		if (wants_signal(th, sig)) {
			wake_for_signal(sig, th);
			return;
		}
	}
	list_for_each_entry(th, &s->threads, thread_node) {
		if (th->real_blocked & SIGMASK(sig)) {
			signal_wake_up(th, false);
			return;
		}
	}
}

/* Sent by a process, or of a child: with that one's number and user. */
static bool names_sender(int sig, const siginfo_abi *info)
{
	int code = info->si_code;

	return code == SI_USER || code == SI_QUEUE || code == SI_TKILL || code == SI_MESGQ || (sig == SIGCHLD && code > 0);
}

/* What is in @info is the kernel's; @t sees it by its own name spaces. */
static void show_sender(int sig, siginfo_abi *info, const struct task_struct *t)
{
	if (names_sender(sig, info))
		info->rt.uid = from_kuid_munged(t->cred.user_ns, info->rt.uid);
	if (names_sender(sig, info))
		info->rt.pid = pid_nr_ns(info->rt.pid, t->pid_ns);
}

/* To the init @t of a PID name space: SIGKILL and SIGSTOP from the kernel, or from who is above that. */
static bool from_above(int sig, const siginfo_abi *info, const struct task_struct *t)
{
	if (t->pid_ns == &init_pid_ns || (sig != SIGKILL && sig != SIGSTOP))
		return false;
	return !info || !pid_nr_ns(current->pid, t->pid_ns);
}

static struct sigqueue *alloc_sigqueue(int sig, const siginfo_abi *info, struct task_struct *t)
{
	u32 *count = user_sigqueue_count(t);
	struct sigqueue *q;

	free_flushed();
	if (*count >= t->signal->rlim[RLIMIT_SIGPENDING].rlim_cur)
		return NULL;
	q = kmem_cache_alloc(sigqueue_cache, GFP_ATOMIC);
	if (!q)
		return NULL;
	q->info = *info;
	q->info.si_signo = sig;
	if (unlikely(t->cred.user_ns != &init_user_ns || t->pid_ns != &init_pid_ns))
		show_sender(sig, &q->info, t);
	q->timer = NULL;
	q->count = count;
	(*count)++;
	return q;
}

/* Queues @sig; @info NULL: from the kernel, no siginfo is kept. 0 or -EAGAIN. */
int send_signal_locked(int sig, const siginfo_abi *info, struct task_struct *t, bool group)
{
	struct sigpending *p = group ? &t->signal->shared_pending : &t->pending;
	struct sigqueue *q;

	if (!prepare_signal(sig, t, unlikely(t->signal->unkillable) && from_above(sig, info, t)))
		return 0;
	if (unlikely(t->signal->group_exit)) {  /* a second SIGKILL: for those whose tracer holds them at the exit */
		kill_all_threads(t->signal, t->signal->group_exit_code);
		return 0;
	}
	if (sig < SIGRTMIN_ABI && (p->set & SIGMASK(sig)))
		return 0;               /* a standard signal is pending once */
	if (info && sig != SIGKILL) {
		q = alloc_sigqueue(sig, info, t);
		if (q)
			list_add_tail(&q->list, &p->queue);
		else if (sig >= SIGRTMIN_ABI && info->si_code != SI_USER)
			return -EAGAIN; /* only real-time signals promise not to get lost */
	}
	p->set |= SIGMASK(sig);
	complete_signal(sig, t, group);
	return 0;
}

/* A timer's preallocated entry. 1: it is queued already (an overrun). */
int send_sigqueue_locked(struct sigqueue *q, struct task_struct *t, bool group)
{
	struct sigpending *p = group ? &t->signal->shared_pending : &t->pending;
	int sig = q->info.si_signo;

	if (!list_empty(&q->list))
		return 1;
	if (!prepare_signal(sig, t, false))
		return 0;
	list_add_tail(&q->list, &p->queue);
	p->set |= SIGMASK(sig);
	complete_signal(sig, t, group);
	return 0;
}

/* Takes the first entry of @sig; the bit stays while more are queued. */
static void collect(struct sigpending *p, int sig, siginfo_abi *info)
{
	struct sigqueue *q, *found = NULL;
	bool more = false;

	list_for_each_entry(q, &p->queue, list) {
		if (q->info.si_signo != sig)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = q;
	}
	if (!more)
		p->set &= ~SIGMASK(sig);
	if (!found) {
		memset(info, 0, sizeof(*info));
		info->si_signo = sig;
		info->si_code = SI_KERNEL;
		return;
	}
	list_del_init(&found->list);
	*info = found->info;
	if (found->timer)
		posix_timer_delivered(found->timer, info);
	free_sigqueue(found);
}

/* The lowest signal of @pending that is in @mask, faults first. 0: none. */
static int next_signal(const struct sigpending *p, sigset_t mask)
{
	sigset_t x = p->set & mask;

	if (!x)
		return 0;
	if (x & SYNCHRONOUS)
		x &= SYNCHRONOUS;
	return __builtin_ctzl(x) + 1;
}

/* Of the signals in @mask (those to take), the first: private before shared. 0: none. */
int dequeue_signal(struct task_struct *t, sigset_t mask, siginfo_abi *info)
{
	struct sigpending *p = &t->pending;
	int sig = next_signal(p, mask);

	if (!sig) {
		p = &t->signal->shared_pending;
		sig = next_signal(p, mask);
	}
	if (sig)
		collect(p, sig, info);
	recalc_sigpending(t);
	return sig;
}

/* exec: handlers are gone, ignored stays ignored. */
void flush_signal_handlers(struct sighand_struct *sh)
{
	for (int i = 0; i < _NSIG; i++) {
		struct sigaction_abi *a = &sh->action[i];

		if (a->handler != SIG_IGN_ABI)
			a->handler = SIG_DFL_ABI;
		a->flags = a->restorer = a->mask = 0;
	}
}

/* A new disposition makes pending signals meaningless: they are dropped now (POSIX). => sighand lock */
void drop_ignored(struct task_struct *t, int sig)
{
	u64 h = t->sighand->action[sig - 1].handler;
	struct task_struct *th;

	if (h != SIG_IGN_ABI && !(h == SIG_DFL_ABI && (SIGMASK(sig) & IGNORED_BY_DEFAULT)))
		return;
	flush_set(&t->signal->shared_pending, SIGMASK(sig));
	list_for_each_entry(th, &t->signal->threads, thread_node)
		flush_set(&th->pending, SIGMASK(sig));
}

bool sig_default_ignored(int sig)
{
	return SIGMASK(sig) & IGNORED_BY_DEFAULT;
}

bool sig_default_stops(int sig)
{
	return SIGMASK(sig) & STOP_SIGNALS;
}
