/* SPDX-License-Identifier: MIT */
/*
 * timer_create(2) and its family. A timer owns the queue entry of its signal, so that expiry (in the timer
 * interrupt) allocates nothing; expiries while the signal is still queued are counted as overruns.
 * Wall-clock and CPU-time timers are kept on the monotonic clock: CPU-time ones look again at each tick, absolute ones of the wall
 * clock when that is set. Relative ones do not care what time it is.
 */
#include <mm/slab.h>
#include <ns/time_ns.h>
#include "internal.h"

struct posix_timer {
	struct list_head list;          /* [S] signal->posix_timers */
	struct ktimer timer;
	struct sigqueue sigq;
	struct signal_struct *signal;
	struct task_struct *thread;     /* SIGEV_THREAD_ID: who gets it */
	int id, notify;
	int clock;                      /* a CPU-time clock is spelled out, and its pid held */
	bool wall;                      /* armed for a time of the wall clock */
	u64 interval_ns;
	u64 expiry;                     /* on its own clock, 0: disarmed */
	u64 overrun;                    /* since the signal was queued */
	int overrun_last;               /* of the one delivered last: at most DELAYTIMER_MAX */
	u64 value;                      /* sigevent's */
};

#define MAX_TIMERS 1024
#define CLOCKFD_MASK 7
#define CLOCKFD 3

static bool is_cpu_clock(int clock)
{
	return clock < 0;
}

/* 0: whose CPU time it was is gone. */
static u64 clock_now(const struct posix_timer *p)
{
	u64 ns;

	if (p->wall)
		return ktime_get_real_ns();
	if (is_cpu_clock(p->clock))
		return cpu_clock_ns(p->clock, &ns) ? ns : 0;
	return ktime_get_ns();
}

/*
 * When the kernel timer must look: exactly then, or (CPU time) at the earliest possible moment, yet not at each of
 * the few nanoseconds that a sleeper has left.
 */
static void arm(struct posix_timer *p)
{
	u64 now = clock_now(p), left = p->expiry > now ? p->expiry - now : 0, deadline;

	if (is_cpu_clock(p->clock)) {
		if (!find_task_by_pid(cpu_clock_pid(p->clock))) {
			p->expiry = 0;
			return;
		}
		if (left)
			left = max(left, (u64)(NSEC_PER_SEC / HZ));
	}
	deadline = ktime_get_ns() + left;
	ktimer_start(&p->timer, deadline < left ? INT64_MAX : deadline);
}

/* The wall clock was set: those who wait for a time of it look again. */
void posix_timers_clock_set(void)
{
	struct signal_struct *s;
	struct posix_timer *p;
	TASKLIST_LOCK(irq);

	list_for_each_entry(s, &all_processes, all_node)
		list_for_each_entry(p, &s->posix_timers, list)
			if (p->wall && p->expiry)
				arm(p);
	TASKLIST_UNLOCK(irq);
}

static void expire(struct ktimer *t)
{
	struct posix_timer *p = container_of(t, struct posix_timer, timer);
	struct task_struct *to = p->notify & SIGEV_THREAD_ID ? p->thread : p->signal->leader;
	u64 now = clock_now(p);

	if (now < p->expiry) {
		arm(p);
		return;
	}
	if (p->interval_ns) {
		u64 missed = (now - p->expiry) / p->interval_ns;

		p->expiry += (missed + 1) * p->interval_ns;
		p->overrun += missed;
		arm(p);
	} else {
		p->expiry = 0;
	}
	if ((p->notify & ~SIGEV_THREAD_ID) == SIGEV_NONE)
		return;
	spin_lock(&to->sighand->lock);
	p->sigq.info.timer.tid = p->id;
	p->sigq.info.timer.value = p->value;
	if (send_sigqueue_locked(&p->sigq, to, !(p->notify & SIGEV_THREAD_ID)))
		p->overrun++;
	spin_unlock(&to->sighand->lock);
}

/* => sighand lock: the signal leaves the queue; what ran over until now belongs to it. */
void posix_timer_delivered(struct posix_timer *p, siginfo_abi *info)
{
	p->overrun_last = (int)min(p->overrun, (u64)INT32_MAX);
	p->overrun = 0;
	info->timer.overrun = p->overrun_last;
}

static struct posix_timer *find_timer(int id)
{
	struct posix_timer *p;

	list_for_each_entry(p, &current->signal->posix_timers, list)
		if (p->id == id)
			return p;
	return NULL;
}

static int set_event(struct posix_timer *p, const struct sigevent_abi *ev)
{
	p->notify = ev->notify;
	p->value = ev->value;
	if (ev->notify != SIGEV_NONE && ev->notify != SIGEV_SIGNAL && ev->notify != SIGEV_THREAD &&
	    ev->notify != (SIGEV_SIGNAL | SIGEV_THREAD_ID))
		return -EINVAL;
	if (ev->notify & SIGEV_THREAD_ID) {
		p->thread = find_task_by_vpid(ev->tid);
		if (!p->thread || p->thread->signal != current->signal)
			return -EINVAL;
	}
	if (ev->notify != SIGEV_NONE && (ev->signo < 1 || ev->signo > _NSIG))
		return -EINVAL;
	p->sigq.info.si_signo = ev->signo;
	return 0;
}

static bool clock_ok(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME || clock == CLOCK_TAI ||
		clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

SYSCALL(timer_create)
{
	struct signal_struct *s = current->signal;
	struct sigevent_abi ev = { .signo = SIGALRM, .notify = SIGEV_SIGNAL };
	struct posix_timer *p;
	int clock = (int)a0, err, n = 0;
	unsigned long irq;

	if ((clock & CLOCKFD_MASK) == CLOCKFD && clock < 0)
		err = -EOPNOTSUPP;      /* a clock behind a descriptor */
	else if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		err = cpu_clock_spell_out(clock, &clock);
	else
		err = clock_ok(clock) ? 0 : -EINVAL;
	if (err)
		return err;
	if (a1 && copy_from_user(&ev, (const void __user *)a1, sizeof(ev)))
		return -EFAULT;
	list_for_each_entry(p, &s->posix_timers, list)
		n++;
	if (n >= MAX_TIMERS)
		return -EAGAIN;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -EAGAIN;
	ktimer_init(&p->timer, expire);
	INIT_LIST_HEAD(&p->sigq.list);
	p->signal = s;
	p->thread = current;
	p->sigq.timer = p;
	p->sigq.info.si_code = SI_TIMER;
	p->clock = clock;
	p->id = s->next_timer_id;
	err = set_event(p, &ev);
	if (!a1)
		p->value = (u64)p->id;
	if (!err && put_user_u32((u32)p->id, (void __user *)a2))
		err = -EFAULT;
	if (err) {
		kfree(p);
		return err;
	}
	if (is_cpu_clock(clock)) {
		irq = spin_lock_irqsave(&tasklist_lock);
		pidmap_get(&pidmap, cpu_clock_pid(clock));
		spin_unlock_irqrestore(&tasklist_lock, irq);
	}
	s->next_timer_id++;
	list_add_tail(&p->list, &s->posix_timers);
	return 0;
}

static void read_timer(struct posix_timer *p, struct itimerspec_abi *v)
{
	u64 now = clock_now(p), left = 0;

	if (p->expiry)
		left = p->expiry > now ? p->expiry - now : 1;
	v->value = ns_to_timespec(left);
	v->interval = ns_to_timespec(p->interval_ns);
}

SYSCALL(timer_gettime)
{
	struct posix_timer *p = find_timer((int)a0);
	struct itimerspec_abi v;

	if (!p)
		return -EINVAL;
	read_timer(p, &v);
	return copy_to_user((void __user *)a1, &v, sizeof(v)) ? -EFAULT : 0;
}

SYSCALL(timer_settime)
{
	struct posix_timer *p;
	struct itimerspec_abi old, new;
	unsigned long irq;

	if (!a2)
		return -EINVAL;
	if (copy_from_user(&new, (const void __user *)a2, sizeof(new)))
		return -EFAULT;
	if (!timespec_valid(&new.value) || !timespec_valid(&new.interval))
		return -EINVAL;
	p = find_timer((int)a0);
	if (!p)
		return -EINVAL;
	read_timer(p, &old);
	ktimer_cancel(&p->timer);
	irq = spin_lock_irqsave(&current->sighand->lock);
	p->overrun = 0;
	p->overrun_last = 0;
	p->interval_ns = timespec_to_ns(&new.interval);
	p->expiry = timespec_to_ns(&new.value);
	p->wall = (a1 & TIMER_ABSTIME) && (p->clock == CLOCK_REALTIME || p->clock == CLOCK_TAI || p->clock == CLOCK_REALTIME_ALARM);
	spin_unlock_irqrestore(&current->sighand->lock, irq);
	if (p->expiry) {
		if (!(a1 & TIMER_ABSTIME))
			p->expiry += clock_now(p);
		else if (p->clock == CLOCK_MONOTONIC)
			p->expiry = max(timens_to_host(p->expiry, timens_monotonic()), (u64)1);
		else if (p->clock == CLOCK_BOOTTIME || p->clock == CLOCK_BOOTTIME_ALARM)
			p->expiry = max(timens_to_host(p->expiry, timens_boottime()), (u64)1);
		arm(p);
	}
	return a3 && copy_to_user((void __user *)a3, &old, sizeof(old)) ? -EFAULT : 0;
}

SYSCALL(timer_getoverrun)
{
	struct posix_timer *p = find_timer((int)a0);

	return p ? p->overrun_last : -EINVAL;
}

static void delete_timer(struct posix_timer *p, struct sighand_struct *sh)
{
	unsigned long irq;

	ktimer_cancel(&p->timer);
	irq = spin_lock_irqsave(&sh->lock);
	list_del_init(&p->sigq.list);   /* its bit may stay: delivered without siginfo, or found empty */
	list_del_init(&p->list);
	spin_unlock_irqrestore(&sh->lock, irq);
	if (is_cpu_clock(p->clock)) {
		irq = spin_lock_irqsave(&tasklist_lock);
		pidmap_put(&pidmap, cpu_clock_pid(p->clock));
		spin_unlock_irqrestore(&tasklist_lock, irq);
	}
	kfree(p);
}

SYSCALL(timer_delete)
{
	struct posix_timer *p = find_timer((int)a0);

	if (!p)
		return -EINVAL;
	delete_timer(p, current->sighand);
	return 0;
}

/* The process ends or execs; or (thread) one of its threads ends that timers point at. */
void posix_timers_exit(struct signal_struct *s)
{
	struct posix_timer *p, *n;

	list_for_each_entry_safe(p, n, &s->posix_timers, list)
		delete_timer(p, current->sighand);
	s->next_timer_id = 0;
}

void posix_timers_thread_exit(struct task_struct *t)
{
	struct posix_timer *p;

	list_for_each_entry(p, &t->signal->posix_timers, list) {
		if (p->thread != t)
			continue;
		if (p->notify & SIGEV_THREAD_ID) {
			unsigned long irq;

			ktimer_cancel(&p->timer);
			irq = spin_lock_irqsave(&t->sighand->lock);
			list_del_init(&p->sigq.list);
			spin_unlock_irqrestore(&t->sighand->lock, irq);
			p->expiry = p->interval_ns = 0;
		}
		p->thread = t->signal->leader;
	}
}
