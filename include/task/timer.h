/* SPDX-License-Identifier: MIT */
/*
 * Kernel timers: a function called once at a time of the monotonic clock, from the timer interrupt where that interrupted
 * ring 3 or the idle task, else when the kernel has done what it was doing (tick_catch_up). Interrupts are off: no
 * allocation; no spinlock is held. Lock: LOCK_TIMER inside; not held in @fn, which may start its timer again. Resolution: the tick, or better where the CPU's timer allows.
 */
#ifndef TASK_TIMER_H
#define TASK_TIMER_H

#include <lib/rbtree.h>
#include <lib/types.h>

struct ktimer {
	struct rb_node rb;              /* [timer lock] */
	u64 deadline_ns;                /* ktime_get_ns clock */
	void (*fn)(struct ktimer *t);
	bool queued;                    /* [timer lock] */
};

void ktimer_init(struct ktimer *t, void (*fn)(struct ktimer *));
void ktimer_start(struct ktimer *t, u64 deadline_ns);   /* moves it when already queued */
bool ktimer_cancel(struct ktimer *t);                   /* true: it was queued and will not run */

/* CLOCK_REALTIME now, ns since 1970, and what to add to the monotonic clock to get it. */
u64 ktime_get_real_ns(void);
s64 ktime_real_offset_ns(void);
/* A user's absolute time (address of a timespec, 0: none) as a deadline for schedule_until(). 0, -EFAULT, -EINVAL. */
int ktime_user_deadline(u64 user, bool realtime, u64 *deadline_ns);

#endif
