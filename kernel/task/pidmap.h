/* SPDX-License-Identifier: MIT */
/*
 * Process numbers: which are taken, and what each names. A number is busy while a task, a process group
 * or a session has it, so that kill(-pgrp) can't hit strangers. Numbers go up and wrap to 300 at
 * PID_MAX, as in Linux. The table is made of pages of 128 numbers; those without a busy number
 * are given back, but for the one that the next number comes from.
 *
 * Pure but for the page allocation, which the owner passes in; locking is the owner's (tasklist_lock).
 */
#ifndef TASK_PIDMAP_H
#define TASK_PIDMAP_H

#include <lib/bug.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

#define PID_MAX 32768
#define PID_RESERVED 300        /* after the first wrap, below this only who got it early */
#define PIDS_PER_PAGE 128

/* /proc/sys/kernel/pid_max: numbers stay below it, at most PID_MAX. */
extern int sysctl_pid_max;

struct pid_slot {
	void *task;             /* the task with this number, or NULL */
	u32 refs;               /* task + group members + session members */
	u32 deep;               /* it has numbers in other name spaces: pid_ns.c */
	struct list_head pgrp;  /* members of the process group: signal_struct.pgrp_node */
};
static_assert(sizeof(struct pid_slot) * PIDS_PER_PAGE == 4096);

struct pidmap {
	struct pid_slot *page[PID_MAX / PIDS_PER_PAGE];
	unsigned short used[PID_MAX / PIDS_PER_PAGE]; /* busy numbers of each page */
	unsigned int nr_used;
	pid_t last;
	void *(*alloc)(void);   /* a zeroed page, NULL: no memory */
	void (*free)(void *page);
	void (*released)(pid_t pid);    /* a deep number has become free */
};

/* A free number with one reference and @task, or -EAGAIN (none left), -ENOMEM. */
pid_t pidmap_alloc(struct pidmap *m, void *task) __must_check;
/* @pid itself. -EEXIST: it is busy, -ENOMEM. */
pid_t pidmap_alloc_nr(struct pidmap *m, pid_t pid, void *task) __must_check;
void pidmap_destroy(struct pidmap *m);   /* no number is busy */
void pidmap_set_last(struct pidmap *m, pid_t last);      /* the next number is the first free one above @last */
void __pidmap_free(struct pidmap *m, pid_t pid);
void pidmap_set_task(struct pidmap *m, pid_t pid, void *task);
void pidmap_set_deep(struct pidmap *m, pid_t pid);
/* The members of group @pid, or NULL when the number is free. */
struct list_head *pidmap_pgrp(struct pidmap *m, pid_t pid);
/* The lowest number > @pid that names a task; its task, or NULL. */
void *pidmap_next(struct pidmap *m, pid_t pid);
/* 0, or: 1 nr_used does not count the busy numbers, 2 a task at a free number,
 * 3 a page's count is wrong, 4 an empty page was kept. */
int pidmap_check(const struct pidmap *m);

static inline void *pidmap_task(struct pidmap *m, pid_t pid)
{
	struct pid_slot *p;

	if ((unsigned int)pid >= PID_MAX)
		return NULL;
	p = m->page[(unsigned int)pid / PIDS_PER_PAGE];
	return p ? p[(unsigned int)pid % PIDS_PER_PAGE].task : NULL;
}

static inline struct pid_slot *__pidmap_busy_slot(struct pidmap *m, pid_t pid)
{
	struct pid_slot *page = m->page[(unsigned int)pid / PIDS_PER_PAGE], *s = &page[(unsigned int)pid % PIDS_PER_PAGE];

	BUG_ON(!page || !s->refs);
	return s;
}

/* One more reference to a number that has some. */
static inline void pidmap_get(struct pidmap *m, pid_t pid)
{
	__pidmap_busy_slot(m, pid)->refs++;
}

/* One less; with the last the number is free. */
static inline void pidmap_put(struct pidmap *m, pid_t pid)
{
	if (!--__pidmap_busy_slot(m, pid)->refs)
		__pidmap_free(m, pid);
}

#endif
