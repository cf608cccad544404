/* SPDX-License-Identifier: MIT */
/* Process numbers: see pidmap.h. */
#include <lib/bug.h>
#include <uapi/errno.h>
#include "pidmap.h"

static struct pid_slot *slot_of(struct pidmap *m, pid_t pid)
{
	struct pid_slot *page = m->page[pid / PIDS_PER_PAGE];

	return page ? &page[pid % PIDS_PER_PAGE] : NULL;
}

int sysctl_pid_max = PID_MAX;

static void free_if_empty(struct pidmap *m, unsigned int page)
{
	if (!m->page[page] || m->used[page] || page == (unsigned int)m->last / PIDS_PER_PAGE)
		return;
	m->free(m->page[page]);
	m->page[page] = NULL;
}

void pidmap_set_last(struct pidmap *m, pid_t last)
{
	unsigned int old = (unsigned int)m->last / PIDS_PER_PAGE;

	m->last = last;
	free_if_empty(m, old);
}

/* The slot of @pid, its page made if need be. NULL: no memory. */
static struct pid_slot *get_slot(struct pidmap *m, pid_t pid)
{
	if (!m->page[pid / PIDS_PER_PAGE])
		m->page[pid / PIDS_PER_PAGE] = m->alloc();
	return slot_of(m, pid);
}

static void take(struct pidmap *m, pid_t pid, struct pid_slot *s, void *task)
{
	s->refs = 1;
	s->deep = 0;
	s->task = task;
	INIT_LIST_HEAD(&s->pgrp);
	m->nr_used++;
	m->used[pid / PIDS_PER_PAGE]++;
}

pid_t pidmap_alloc(struct pidmap *m, void *task)
{
	pid_t pid = m->last;
	unsigned int old;

	for (unsigned int tries = 0; tries < PID_MAX; tries++) {
		struct pid_slot *s;

		if (++pid >= PID_MAX || pid >= sysctl_pid_max)
			pid = PID_RESERVED;
		s = get_slot(m, pid);
		if (!s)
			return -ENOMEM;
		if (s->refs)
			continue;
		take(m, pid, s, task);
		old = (unsigned int)m->last / PIDS_PER_PAGE;
		m->last = pid;
		free_if_empty(m, old);
		return pid;
	}
	return -EAGAIN;
}

pid_t pidmap_alloc_nr(struct pidmap *m, pid_t pid, void *task)
{
	struct pid_slot *s = get_slot(m, pid);

	if (!s)
		return -ENOMEM;
	if (s->refs)
		return -EEXIST;
	take(m, pid, s, task);
	return pid;
}

void pidmap_destroy(struct pidmap *m)
{
	BUG_ON(m->nr_used);
	for (unsigned int i = 0; i < PID_MAX / PIDS_PER_PAGE; i++)
		if (m->page[i])
			m->free(m->page[i]);
}

void __pidmap_free(struct pidmap *m, pid_t pid)
{
	struct pid_slot *s = slot_of(m, pid);

	BUG_ON(s->task);
	if (unlikely(s->deep))
		m->released(pid);       /* other maps only */
	m->nr_used--;
	m->used[pid / PIDS_PER_PAGE]--;
	free_if_empty(m, (unsigned int)pid / PIDS_PER_PAGE);
}

void pidmap_set_task(struct pidmap *m, pid_t pid, void *task)
{
	struct pid_slot *s = slot_of(m, pid);

	BUG_ON(!s || !s->refs);
	s->task = task;
}

void pidmap_set_deep(struct pidmap *m, pid_t pid)
{
	slot_of(m, pid)->deep = 1;
}

struct list_head *pidmap_pgrp(struct pidmap *m, pid_t pid)
{
	struct pid_slot *s = (unsigned int)pid < PID_MAX ? slot_of(m, pid) : NULL;

	return s && s->refs ? &s->pgrp : NULL;
}

void *pidmap_next(struct pidmap *m, pid_t pid)
{
	for (pid = pid < 0 ? 0 : pid + 1; pid < PID_MAX; pid++) {
		struct pid_slot *s = slot_of(m, pid);

		if (!s)
			pid |= PIDS_PER_PAGE - 1;
		else if (s->task)
			return s->task;
	}
	return NULL;
}

int pidmap_check(const struct pidmap *m)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < PID_MAX / PIDS_PER_PAGE; i++) {
		unsigned int here = 0;

		for (unsigned int j = 0; m->page[i] && j < PIDS_PER_PAGE; j++) {
			here += !!m->page[i][j].refs;
			if (m->page[i][j].task && !m->page[i][j].refs)
				return 2;
		}
		if (here != m->used[i])
			return 3;
		if (m->page[i] && !here && i != (unsigned int)m->last / PIDS_PER_PAGE)
			return 4;
		used += here;
	}
	return used == m->nr_used ? 0 : 1;
}
