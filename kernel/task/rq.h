/* SPDX-License-Identifier: MIT */
/*
 * One CPU's run queue, for the scheduler's own files (sched.c, sched_prio.c). Its lock is taken with interrupts off;
 * everything here wants it held.
 */
#ifndef TASK_RQ_H
#define TASK_RQ_H

#include "internal.h"

#define RT_PRIOS 100

struct rq {
	spinlock_t lock;
	struct fairq fair;
	u64 rt_map[2];                  /* bit p: rt[p] has tasks */
	struct list_head rt[RT_PRIOS];
	struct task_struct *idle;
	struct task_struct *dead;       /* switched away for good: to be freed on the next stack */
	bool need_resched;
	u64 switches, ticks_idle;
	u64 load[3], next_load_ns, next_tick_ns;
	u64 ticks_user, ticks_system;
	u64 rt_period_end;              /* real-time tasks had so many ticks of the period that ends then */
	unsigned int rt_ticks;
	bool rt_throttled;              /* ... which was all that they may have while others wait */
	bool late;                      /* [irqs off] timers that are due wait for tick_catch_up, and so many ticks */
	unsigned int late_ticks;
};

DECLARE_PER_CPU(struct rq, runqueue);

static inline void enqueue(struct rq *rq, struct task_struct *t, bool at_head)
{
	unsigned int p = (unsigned int)t->prio;

	if (likely(!p)) {
		fairq_insert(&rq->fair, &t->se);
		return;
	}
	if (at_head)
		list_add(&t->se.node, &rq->rt[p]);
	else
		list_add_tail(&t->se.node, &rq->rt[p]);
	rq->rt_map[p / 64] |= 1UL << (p % 64);
}

static inline void dequeue(struct rq *rq, struct task_struct *t)
{
	unsigned int p = (unsigned int)t->prio;

	if (likely(!p)) {
		fairq_unlink(&rq->fair, &t->se);
		return;
	}
	list_del(&t->se.node);
	if (list_empty(&rq->rt[p]))
		rq->rt_map[p / 64] &= ~(1UL << (p % 64));
}

/* The time of the running task @t is its own up to now, which is returned. */
static inline u64 update_curr(struct task_struct *t)
{
	u64 now = ktime_get_ns();
	u64 delta = now - t->exec_start;

	if (unlikely((s64)delta < 0))
		delta = 0;
	t->exec_start = now;
	t->sum_exec_ns += delta;
	t->se.vruntime += likely(t->weight == 1024) ? delta : delta * 1024 / t->weight;
	return now;
}

#endif
