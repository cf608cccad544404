/* SPDX-License-Identifier: MIT */
/*
 * Sleeping until something happens. A wait queue lists waiting tasks; wake_up may be called from
 * interrupt handlers. wait_event re-checks its condition after each wake. A task may be on several
 * queues at once (poll): one entry each.
 */
#ifndef TASK_WAIT_H
#define TASK_WAIT_H

#include <lib/list.h>
#include <lib/spinlock.h>
#include <lib/types.h>
#include <uapi/errno.h>

struct task_struct;

struct wait_queue_head {
	spinlock_t lock;                /* LOCK_WAITQUEUE, irq-safe */
	struct list_head head;          /* [l] */
};

struct wait_queue_entry {
	struct task_struct *task;
	bool (*func)(struct wait_queue_entry *w); /* instead of a wake, when task is NULL (epoll): has it woken somebody? */
	bool exclusive;                 /* with func: one of several is enough */
	struct list_head entry;
};

#define WAIT_QUEUE_HEAD_INIT(n) { SPIN_LOCK_INIT(LOCK_WAITQUEUE), LIST_HEAD_INIT((n).head) }
#define DECLARE_WAIT_QUEUE_HEAD(n) struct wait_queue_head n = WAIT_QUEUE_HEAD_INIT(n)

void init_waitqueue_head(struct wait_queue_head *q);
/* Queues the current task and marks it sleeping: check the condition after this, then schedule(). */
void prepare_to_wait(struct wait_queue_head *q, struct wait_queue_entry *w);
/* Only queues (the state stays running): for the second, third ... queue of poll. */
void add_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w);
/*
 * Calls @func at each wake, with the queue's lock held, any context. Until remove_wait_queue(). Of @exclusive ones those
 * behind the first that has woken somebody are left out.
 */
void add_wait_callback(struct wait_queue_head *q, struct wait_queue_entry *w, bool (*func)(struct wait_queue_entry *w), bool exclusive);
void remove_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w);
/* Running again, off the queue. */
void finish_wait(struct wait_queue_head *q, struct wait_queue_entry *w);
void wake_up(struct wait_queue_head *q);        /* all sleepers; they check again */
void wake_up_one(struct wait_queue_head *q);    /* the longest sleeper; it leaves the queue */

/* Marks the current task as sleeping (poll: before its last look), running again. */
void set_current_sleeping(void);
/* ... of a sleep that only death ends: look at fatal_signal_pending() after this. */
void set_current_killable(void);
void set_current_running(void);
/* Gives the CPU away. Returns when running again; at once when the task is not marked sleeping and alone. */
void schedule(void);
/* Sleeps until woken or @deadline_ns (ktime_get_ns; ~0: none). True: the deadline passed. */
bool schedule_until(u64 deadline_ns);
/* Sleeps until somebody sets *@flag and wakes the task, until @deadline_ns or a signal. True: the deadline passed. */
bool wait_for_flag(const bool *flag, u64 deadline_ns);
/* A signal that the current task must see is there: interruptible sleeps end. */
bool signal_pending(void);
/* ... and it kills: for sleeps that only death may end. */
bool fatal_signal_pending(void);

/* 0, or -ERESTARTSYS when a signal came first. */
#define wait_event_interruptible(q, cond) ({ \
	struct wait_queue_entry __w; \
	int __ret = 0; \
	while (!(cond)) { \
		prepare_to_wait(&(q), &__w); \
		if (!(cond)) { \
			if (signal_pending()) \
				__ret = -ERESTARTSYS; \
			else \
				schedule(); \
		} \
		finish_wait(&(q), &__w); \
		if (__ret) \
			break; \
	} \
	__ret; })
/* The same with a deadline: -ETIMEDOUT. */
#define wait_event_interruptible_until(q, cond, deadline_ns) ({ \
	struct wait_queue_entry __w; \
	int __ret = 0; \
	while (!(cond)) { \
		prepare_to_wait(&(q), &__w); \
		if (!(cond)) { \
			if (signal_pending()) \
				__ret = -ERESTARTSYS; \
			else if (schedule_until(deadline_ns) && !(cond)) \
				__ret = -ETIMEDOUT; \
		} \
		finish_wait(&(q), &__w); \
		if (__ret) \
			break; \
	} \
	__ret; })

#endif
