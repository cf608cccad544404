/* SPDX-License-Identifier: MIT */
/* Nice values, policies and lent priorities: what a task's place in the run queue follows from. Lock: the run queue's. */
#include "rq.h"

/* 1024 * 1.25^-nice: one step of nice is about 10 % of the CPU between two busy tasks. */
const unsigned int nice_weight[40] = {
	88818, 71054, 56843, 45475, 36380, 29104, 23283, 18626, 14901, 11921,
	9537, 7629, 6104, 4883, 3906, 3125, 2500, 2000, 1600, 1280,
	1024, 819, 655, 524, 419, 336, 268, 215, 172, 137,
	110, 88, 70, 56, 45, 36, 29, 23, 18, 15,
};

/*
 * How far a task is ahead of those that wait is real time over its weight: with another weight it is another lead, or
 * who was nice for a while would wait for many times of what it has had. What it had by real-time priority does not count.
 */
static void scale_lead(const struct rq *rq, struct task_struct *t, unsigned int weight, bool was_rt)
{
	u64 floor = fairq_floor(&rq->fair), lead = t->se.vruntime - floor;

	if ((s64)lead > 0)
		t->se.vruntime = floor + (was_rt ? 0 : min(lead, 1UL << 46) * t->weight / weight);
}

/* => rq locked. A task that is raised goes behind its new equals, one that is lowered in front of them, as on Linux. */
static void set_prio(struct rq *rq, struct task_struct *t, int prio, unsigned int weight)
{
	struct task_struct *curr = current;
	bool queued = t->on_rq && t != curr, lowered = prio < t->prio;

	if (queued)
		dequeue(rq, t);
	else if (t == curr)
		update_curr(t);
	scale_lead(rq, t, weight, lowered && !prio);
	t->weight = weight;
	t->prio = prio;
	if (queued)
		enqueue(rq, t, lowered);
	if (queued ? prio > curr->prio : t == curr) {
		rq->need_resched = true;
		set_exit_work();
	}
}

static unsigned int weight_of(int policy, int nice)
{
	return policy == SCHED_IDLE ? 3 : nice_weight[nice + 20];
}

void set_user_nice(struct task_struct *t, int nice)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	unsigned long flags = spin_lock_irqsave(&rq->lock);

	t->nice = nice;
	set_prio(rq, t, t->prio, weight_of(t->policy, nice));
	rq->need_resched = true;
	set_exit_work();
	spin_unlock_irqrestore(&rq->lock, flags);
}

void set_policy(struct task_struct *t, int policy, int rt_priority)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	unsigned long flags = spin_lock_irqsave(&rq->lock);

	t->policy = policy;
	t->rt_priority = rt_priority;
	set_prio(rq, t, max(rt_priority, t->pi_boost), weight_of(policy, t->nice));
	spin_unlock_irqrestore(&rq->lock, flags);
	futex_prio_changed(t);
}

/* What it has to give back is wanted; a second inside one system call may have put it far behind the others. */
void sched_kill(struct task_struct *t)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	unsigned long flags = spin_lock_irqsave(&rq->lock);
	bool queued = t->on_rq && t != current && !t->prio;

	if (queued)
		fairq_unlink(&rq->fair, &t->se);
	t->weight = max(t->weight, nice_weight[20]);
	if ((s64)(t->se.vruntime - fairq_floor(&rq->fair)) > 0)
		t->se.vruntime = fairq_floor(&rq->fair);
	if (queued)
		fairq_insert_woken(&rq->fair, &t->se);
	spin_unlock_irqrestore(&rq->lock, flags);
}

void set_boost(struct task_struct *t, int prio)
{
	struct rq *rq = this_cpu_ptr(runqueue);
	unsigned long flags = spin_lock_irqsave(&rq->lock);

	t->pi_boost = prio;
	prio = max(prio, t->rt_priority);
	if (prio != t->prio)
		set_prio(rq, t, prio, t->weight);
	spin_unlock_irqrestore(&rq->lock, flags);
}
