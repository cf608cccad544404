/* SPDX-License-Identifier: MIT */
/*
 * Kernel timers, ordered by deadline in a red-black tree, run from the timer interrupt; and the wall clock.
 * Lock: timer_lock (LOCK_TIMER), irq-safe, never held while a timer's function runs.
 */
#include <task/wait.h>
#include <task/vdso.h>
#include "internal.h"

static spinlock_t timer_lock = SPIN_LOCK_INIT(LOCK_TIMER);
static struct rb_root timers = RB_ROOT;         /* [timer_lock] */
static struct ktimer *first_timer;              /* [timer_lock] the leftmost, or NULL */
static s64 real_offset_ns;                      /* CLOCK_REALTIME - CLOCK_MONOTONIC */

void ktimer_init(struct ktimer *t, void (*fn)(struct ktimer *))
{
	t->fn = fn;
	t->queued = false;
	t->deadline_ns = 0;
}

/* => timer_lock held */
static void unlink_timer(struct ktimer *t)
{
	if (first_timer == t) {
		struct rb_node *n = rb_next(&t->rb);

		first_timer = n ? rb_entry(n, struct ktimer, rb) : NULL;
	}
	rb_erase(&timers, &t->rb);
	t->queued = false;
}

void ktimer_start(struct ktimer *t, u64 deadline_ns)
{
	struct rb_node **link = &timers.node, *parent = NULL;
	unsigned long flags = spin_lock_irqsave(&timer_lock);
	bool leftmost = true;

	if (t->queued)
		unlink_timer(t);
	t->deadline_ns = deadline_ns;
	while (*link) {
		parent = *link;
		if (deadline_ns < rb_entry(parent, struct ktimer, rb)->deadline_ns) {
			link = &parent->left;
		} else {
			link = &parent->right;
			leftmost = false;
		}
	}
	rb_link_node(&t->rb, parent, link);
	rb_insert(&timers, &t->rb);
	t->queued = true;
	if (leftmost)
		first_timer = t;
	spin_unlock_irqrestore(&timer_lock, flags);
	if (leftmost)
		timer_set_deadline(deadline_ns);
}

bool ktimer_cancel(struct ktimer *t)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);
	bool was_queued = t->queued;

	if (was_queued)
		unlink_timer(t);
	spin_unlock_irqrestore(&timer_lock, flags);
	return was_queued;
}

u64 ktimer_next_deadline(void)
{
	struct ktimer *t = READ_ONCE(first_timer);

	return t ? t->deadline_ns : U64_MAX;
}

/* From the tick, interrupts off. */
void ktimers_run(u64 now)
{
	while (ktimer_next_deadline() <= now) {
		struct ktimer *t;

		spin_lock(&timer_lock);
		t = first_timer;
		if (t && t->deadline_ns <= now)
			unlink_timer(t);
		else
			t = NULL;
		spin_unlock(&timer_lock);
		if (t)
			t->fn(t);
	}
	if (first_timer)
		timer_set_deadline(ktimer_next_deadline());
}

struct sleep_timer { struct ktimer timer; struct task_struct *task; };

static void sleep_timer_fn(struct ktimer *t)
{
	wake_up_process(container_of(t, struct sleep_timer, timer)->task);
}

bool __sched schedule_until(u64 deadline_ns)
{
	struct sleep_timer s;

	if (deadline_ns == U64_MAX) {
		schedule();
		return false;
	}
	s.task = current;
	ktimer_init(&s.timer, sleep_timer_fn);
	ktimer_start(&s.timer, deadline_ns);
	schedule();
	return !ktimer_cancel(&s.timer);
}

u64 ktime_get_real_ns(void)
{
	return ktime_get_ns() + (u64)ktime_real_offset_ns();
}

s64 ktime_real_offset_ns(void)
{
	if (unlikely(!real_offset_ns))
		real_offset_ns = (s64)(boot_epoch_seconds() * NSEC_PER_SEC);
	return real_offset_ns;
}

void ktime_set_real_offset_ns(s64 offset_ns)
{
	real_offset_ns = offset_ns;
	vdso_update();
	posix_timers_clock_set();
}
