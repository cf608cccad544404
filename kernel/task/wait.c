/* SPDX-License-Identifier: MIT */
/* Wait queues: see task/wait.h. */
#include "internal.h"

void init_waitqueue_head(struct wait_queue_head *q)
{
	spin_lock_init(&q->lock, LOCK_WAITQUEUE);
	INIT_LIST_HEAD(&q->head);
}

void add_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	w->task = current;
	list_add_tail(&w->entry, &q->head);
	spin_unlock_irqrestore(&q->lock, flags);
}

void add_wait_callback(struct wait_queue_head *q, struct wait_queue_entry *w, bool (*func)(struct wait_queue_entry *w), bool exclusive)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	w->task = NULL;
	w->func = func;
	w->exclusive = exclusive;
	list_add_tail(&w->entry, &q->head);
	spin_unlock_irqrestore(&q->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	list_del_init(&w->entry);
	spin_unlock_irqrestore(&q->lock, flags);
}

void prepare_to_wait(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	add_wait_queue(q, w);
	set_current_sleeping();
}

void finish_wait(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	unsigned long flags;

	current->state = TASK_RUNNING;
	if (list_empty(&w->entry))      /* wake_up_one took it off */
		return;
	flags = spin_lock_irqsave(&q->lock);
	list_del_init(&w->entry);
	spin_unlock_irqrestore(&q->lock, flags);
}

void wake_up(struct wait_queue_head *q)
{
	struct wait_queue_entry *w;
	unsigned long flags;
	bool taken = false;

	if (list_empty(&q->head))
		return;
	flags = spin_lock_irqsave(&q->lock);
	list_for_each_entry(w, &q->head, entry) {
		if (likely(w->task))
			wake_up_process(w->task);
		else if (!w->exclusive || !taken)
			taken |= w->func(w) && w->exclusive;
	}
	spin_unlock_irqrestore(&q->lock, flags);
}

void wake_up_one(struct wait_queue_head *q)
{
	struct wait_queue_entry *w, *n;
	unsigned long flags = spin_lock_irqsave(&q->lock);
	bool taken = false;

	list_for_each_entry_safe(w, n, &q->head, entry) {
		struct task_struct *t = w->task;

		if (!t) {
			if (!w->exclusive || !taken)
				taken |= w->func(w) && w->exclusive;
			continue;
		}
		list_del_init(&w->entry);
		if (wake_up_process(t))
			break;
	}
	spin_unlock_irqrestore(&q->lock, flags);
}

void set_current_sleeping(void)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	barrier();
}

void set_current_killable(void)
{
	WRITE_ONCE(current->state, TASK_KILLABLE);
	barrier();
}

void set_current_running(void)
{
	WRITE_ONCE(current->state, TASK_RUNNING);
}

bool wait_for_flag(const bool *flag, u64 deadline_ns)
{
	bool late = false;

	while (!READ_ONCE(*flag) && !late && !signal_pending()) {
		set_current_sleeping();
		if (READ_ONCE(*flag) || signal_pending())
			break;
		late = schedule_until(deadline_ns);
	}
	set_current_running();
	return late;
}
