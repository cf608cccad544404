/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: who runs next on this CPU. Fair by virtual run time (include/task/fairq.h), real-time
 * priorities above; a task gives the CPU away when it sleeps or yields, and on its way back to ring 3
 * when the tick or a wake asked for it.
 *
 * Assumes switch_to of kernel/x86 and load_pgd. The runqueue lock is taken with interrupts off, held across
 * switch_to and released by who runs next (finish_switch); sums and states below are its own.
 * A task is on_rq while it runs or waits to run; the idle task never is in a queue.
 */
#include <asm/tlb.h>
#include <mm/mm.h>
#include "rq.h"

#define RR_SLICE_NS (100 * 1000000UL)
#define SHORT_SLICE_NS (2 * 1000000UL)
#define TICK_NS ((u64)NSEC_PER_SEC / HZ)
#define LOAD_PERIOD_NS (5 * (u64)NSEC_PER_SEC)

int sysctl_sched_rt_runtime_us = 950000; /* of each second; -1: all of it */
DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;
DEFINE_PER_CPU(struct rq, runqueue);

static inline bool rt_any(const struct rq *rq)
{
	return rq->rt_map[0] | rq->rt_map[1];
}

static int rt_highest(const struct rq *rq)
{
	if (rq->rt_map[1])
		return 127 - __builtin_clzl(rq->rt_map[1]);
	return rq->rt_map[0] ? 63 - __builtin_clzl(rq->rt_map[0]) : -1;
}

/* Real-time tasks have had their part of the second, and there is somebody else who wants to run. */
static bool rt_stands_back(const struct rq *rq, const struct task_struct *prev)
{
	return rq->rt_throttled && (rq->fair.nr || (prev && !prev->prio));
}

/*
 * Takes the next task out of the queues. @prev: the task that could as well go on, or NULL; a real-time one does
 * not give way to lower priorities, and to its equals only when it yields. NULL: nobody.
 */
static struct task_struct *take_next(struct rq *rq, const struct task_struct *prev, bool yield)
{
	struct fair_entity *e;
	struct task_struct *t;
	int p;

	if (unlikely(rt_any(rq) || (prev && prev->prio)) && !rt_stands_back(rq, prev)) {
		p = rt_highest(rq);
		if (prev && prev->prio && prev->prio >= p + yield)
			return NULL;
		if (p >= 0) {
			t = list_first_entry(&rq->rt[p], struct task_struct, se.node);
			dequeue(rq, t);
			return t;
		}
	}
	e = fairq_take(&rq->fair);
	return e ? container_of(e, struct task_struct, se) : NULL;
}

/* On the new stack, interrupts off: the lock that the previous task took is ours to release. */
static void finish_switch(struct rq *rq)
{
	struct task_struct *dead = rq->dead;

	rq->dead = NULL;
	spin_unlock(&rq->lock);
	if (unlikely(dead))
		free_task(dead);
}

/* So many want to run that slices of a whole tick would make everybody wait for long. */
static bool crowded(const struct rq *rq)
{
	return rq->fair.nr >= 8;
}

static void __sched context_switch(struct rq *rq, struct task_struct *prev, struct task_struct *next, u64 now)
{
	rq->switches++;
	next->exec_start = now;
	next->slice_start = next->sum_exec_ns;
	this_cpu_write(current_task, next);
	if (next->mm)
		load_pgd(next->mm->pgd);
	if (unlikely(next->exit_reasons || next->rseq))
		set_exit_work();
	else
		clear_exit_work();
	if (unlikely(crowded(rq)))
		timer_set_deadline(now + SHORT_SLICE_NS);
	switch_to(&prev->thread, &next->thread);
	finish_switch(this_cpu_ptr(runqueue));
}

/*
 * Timers send signals, by locks that are not safe in interrupts (and more than safe: those locks are held where memory
 * is allocated). So what comes due while the kernel works waits until it returns to ring 3, sleeps, or asks for signals:
 * nobody else runs before that. Interrupts off or on; no spinlock held.
 */
static noinline void __tick_catch_up(struct rq *rq)
{
	unsigned long flags = local_irq_save();
	unsigned int ticks = rq->late_ticks;

	rq->late = false;
	rq->late_ticks = 0;
	ktimers_run(ktime_get_ns());
	if (!(current->flags & PF_EXITING))     /* its signal_struct may be gone */
		while (ticks--)
			cpu_itimers_tick(current, false);
	local_irq_restore(flags);
}

void tick_catch_up(void)
{
	struct rq *rq = this_cpu_ptr(runqueue);

	if (unlikely(rq->late))
		__tick_catch_up(rq);
}

/* Interrupts off. @yield: the current task stands back behind its equals, else it was only preempted. */
static void __sched schedule_irqs_off(bool yield)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	struct task_struct *prev = current, *next;
	u64 now;

	if (unlikely(rq->late))
		__tick_catch_up(rq);
	spin_lock(&rq->lock);
	rq->need_resched = false;
	if (prev->state == TASK_INTERRUPTIBLE && prev->sigpending)
		prev->state = TASK_RUNNING;
	if (prev->state == TASK_RUNNING && prev != rq->idle) {
		next = take_next(rq, prev, yield);
		if (!next) {
			spin_unlock(&rq->lock);
			return;
		}
		now = update_curr(prev);
		enqueue(rq, prev, !yield);
		prev->nivcsw++;
	} else {
		now = update_curr(prev);
		next = take_next(rq, NULL, false);
		if (prev != rq->idle) {
			prev->on_rq = false;
			prev->nvcsw++;
		}
		if (!next)
			next = rq->idle;
		if (next == prev) {
			spin_unlock(&rq->lock);
			return;
		}
	}
	context_switch(rq, prev, next, now);
}

void __sched schedule(void)
{
	unsigned long flags = local_irq_save();

	schedule_irqs_off(false);
	local_irq_restore(flags);
}

void __sched schedule_yield(void)
{
	unsigned long flags = local_irq_save();

	schedule_irqs_off(true);
	local_irq_restore(flags);
}

void schedule_dead(void)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	struct task_struct *t = current;

	local_irq_disable();
	if (t->state == TASK_DEAD)
		rq->dead = t;   /* nobody waits for it: the next one frees it */
	schedule_irqs_off(false);
	BUG("a dead task runs again (pid %d)", t->pid);
}

void schedule_tail(void)
{
	finish_switch(this_cpu_ptr(runqueue));
}

/* => rq locked */
static void activate(struct rq *rq, struct task_struct *t, bool woken)
{
	struct task_struct *curr = current;
	u64 floor;

	if (!rq->fair.nr && curr != rq->idle && likely(!curr->prio))
		fairq_advance(&rq->fair, curr->se.vruntime);
	floor = fairq_floor(&rq->fair);
	if ((s64)(t->se.vruntime - floor) < 0)
		t->se.vruntime = floor;
	t->on_rq = true;
	if (likely(!t->prio) && woken)
		fairq_insert_woken(&rq->fair, &t->se);
	else
		enqueue(rq, t, false);
	if (curr == rq->idle)
		return;
	if (unlikely(t->prio) ? t->prio > curr->prio :
	    !curr->prio && (s64)(curr->se.vruntime - t->se.vruntime) > (1L << FAIR_SLOT_SHIFT)) {
		rq->need_resched = true;
		set_exit_work();
	}
}

bool wake_up_state(struct task_struct *t, unsigned int state_mask)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	unsigned long flags = spin_lock_irqsave(&rq->lock);
	bool woken = STATE_BIT(t->state) & state_mask;

	if (woken) {
		t->state = TASK_RUNNING;
		if (!t->on_rq)
			activate(rq, t, true);
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return woken;
}

bool wake_up_process(struct task_struct *t)
{
	return wake_up_state(t, SLEEPING_STATES);
}

void sched_fork(struct task_struct *t)
{
	struct task_struct *parent = current;

	t->se.vruntime = parent->se.vruntime;
	t->sum_exec_ns = t->slice_start = 0;
	t->ticks_user = t->ticks_system = 0;
	t->nvcsw = t->nivcsw = 0;
	t->on_rq = false;
	t->state = TASK_NEW;
	if (t->reset_on_fork) {
		t->policy = SCHED_NORMAL;
		t->rt_priority = 0;
		if (t->nice < 0)
			t->nice = 0;
		t->weight = nice_weight[t->nice + 20];
		t->reset_on_fork = false;
	}
	t->prio = t->rt_priority;       /* what others lent the parent is not inherited */
	t->pi_boost = 0;
	t->pi_owned = NULL;
	t->pi_blocked = NULL;
}

void wake_up_new_task(struct task_struct *t)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	unsigned long flags = spin_lock_irqsave(&rq->lock);

	t->state = TASK_RUNNING;
	activate(rq, t, false);
	spin_unlock_irqrestore(&rq->lock, flags);
}

bool resched_if_needed(void)
{
	struct rq *rq = this_cpu_ptr(runqueue);

	struct task_struct *t = current;
	unsigned long flags;

	if (unlikely(rq->late))
		__tick_catch_up(rq);
	if (!rq->need_resched)
		return false;
	flags = local_irq_save();
	schedule_irqs_off(t->policy == SCHED_RR && t->sum_exec_ns - t->slice_start >= RR_SLICE_NS);
	local_irq_restore(flags);
	return true;
}

bool need_resched(void)
{
	return ((struct rq *)this_cpu_ptr(runqueue))->need_resched;
}

void update_exec_time(void)
{
	unsigned long flags = local_irq_save();

	update_curr(current);
	local_irq_restore(flags);
}

/* Exponential averages of runnable tasks, as uptime(1) shows them: 16-bit fractions, every 5 s. */
static void update_load(struct rq *rq, u64 now)
{
	static const u64 keep[3] = { 60298, 64454, 65171 }; /* 65536 * exp(-5/60), (-5/300), (-5/900) */
	u64 active = rq->fair.nr + (current != rq->idle);

	if (now < rq->next_load_ns)
		return;
	rq->next_load_ns = now + LOAD_PERIOD_NS;
	for (int i = 0; i < 3; i++)
		rq->load[i] = (rq->load[i] * keep[i] + (active << 16) * (65536 - keep[i])) >> 16;
}

/* One tick more or less of the part of each second that real-time tasks may have (sched(7), sched_rt_runtime_us). */
static void throttle_rt(struct rq *rq, const struct task_struct *t, u64 now)
{
	if (now >= rq->rt_period_end) {
		rq->rt_period_end = now + NSEC_PER_SEC;
		rq->rt_ticks = 0;
		rq->rt_throttled = false;
	}
	if (unlikely(t->prio) && ++rq->rt_ticks * (USEC_PER_SEC / HZ) >= (unsigned int)sysctl_sched_rt_runtime_us)
		rq->rt_throttled = true;
}

/* x86_hooks.tick: interrupts off. */
static void sched_tick(struct pt_regs *regs)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	struct task_struct *t = current;
	bool user = regs && user_mode(regs), is_tick = false;
	u64 now;

	spin_lock(&rq->lock);
	now = update_curr(t);
	if (crowded(rq) && t->sum_exec_ns - t->slice_start >= SHORT_SLICE_NS) {
		rq->need_resched = true;
		set_exit_work();
	}
	if (now < rq->next_tick_ns)
		goto timers;            /* a timer's own interrupt between two ticks */
	rq->next_tick_ns = max(rq->next_tick_ns + TICK_NS, now + TICK_NS / 2);
	is_tick = true;
	update_load(rq, now);
	throttle_rt(rq, t, now);
	if (t == rq->idle) {
		rq->ticks_idle++;
	} else {
		if (user) {
			t->ticks_user++;
			rq->ticks_user++;
		} else {
			t->ticks_system++;
			rq->ticks_system++;
		}
		if (t->prio && !rt_stands_back(rq, t) && (t->policy != SCHED_RR || t->sum_exec_ns - t->slice_start < RR_SLICE_NS)) {
			;       /* runs until it sleeps, or its slice ends */
		} else if (rq->fair.nr || rt_any(rq)) {
			rq->need_resched = true;
			set_exit_work();
		}
	}
timers:
	spin_unlock(&rq->lock);
	if (unlikely(!user && t != rq->idle)) {
		rq->late = true;
		rq->late_ticks += is_tick;
		set_exit_work();
		return;
	}
	ktimers_run(now);
	if (is_tick && t != rq->idle)
		cpu_itimers_tick(t, user);
}

void cpu_idle(void)
{
	struct rq *rq = this_cpu_ptr(runqueue);

	for (;;) {
		local_irq_disable();
		if (!rq->fair.nr && !rt_any(rq))
			cpu_idle_wait();
		local_irq_enable();
		schedule();
	}
}

/*
 * A sleeping lock is held by somebody else: let others run. Who takes it between "I sleep" and schedule(), to look at
 * what it waits for, comes back running: sleeping here would miss the wake, for the lock wakes nobody.
 */
/* Most holders are done soon. One may sleep for long: in a copy to or from memory whose userfaultfd does not answer. */
#define LOCK_YIELDS 100

static void __sched yield_for_lock(unsigned int turn)
{
	if (turn < LOCK_YIELDS) {
		set_current_running();
		schedule_yield();
		return;
	}
	set_current_killable();
	schedule_until(ktime_get_ns() + 1000 * NSEC_PER_USEC);
	set_current_running();
}

void sched_get_stats(struct sched_stats *s)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	u64 tick_ns = NSEC_PER_SEC / HZ;

	memset(s, 0, sizeof(*s));
	s->switches = rq->switches;
	s->idle_ns = rq->ticks_idle * tick_ns;
	s->user_ns = rq->ticks_user * tick_ns;
	s->system_ns = rq->ticks_system * tick_ns;
	s->nr_running = rq->fair.nr + (current != rq->idle);
	for (int i = 0; i < 3; i++)
		s->load[i] = rq->load[i];
	s->nr_threads = nr_tasks(&s->forks);
}

void sched_init(void)
{
	struct rq *rq = this_cpu_ptr(runqueue);

	INIT_LIST_HEAD(&init_task.children);
	INIT_LIST_HEAD(&init_task.sibling);
	spin_lock_init(&rq->lock, LOCK_RUNQUEUE);
	fairq_init(&rq->fair);
	for (int i = 0; i < RT_PRIOS; i++)
		INIT_LIST_HEAD(&rq->rt[i]);
	rq->idle = &init_task;
	init_task.state = TASK_RUNNING;
	init_task.weight = nice_weight[20];
	init_task.on_rq = true;
	x86_hooks.tick = sched_tick;
	lock_set_yield(yield_for_lock);
}
