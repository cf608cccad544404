/* SPDX-License-Identifier: MIT */
/*
 * The fair run queue: runnable entities ordered by virtual run time, insert and take in O(1).
 *
 * A calendar of 64 slots of 2^FAIR_SLOT_SHIFT ns: slot (v >> shift) & 63 holds, first come first
 * served, the entities whose virtual time falls into it; a bit map says which slots are occupied. The
 * calendar starts at @base, the slot of the entity that was taken last (or, when it runs alone, a little behind where
 * it has come to: fairq_advance), and never goes back: who slept
 * and has an old virtual time enters at base (no credit for sleeping beyond that). What lies beyond the
 * horizon (63 slots ahead; a task of low weight) waits in the last slot and moves on when it is reached.
 *
 * Who wakes up and belongs into the slot at base goes in front of it (first come first served too): among a
 * thousand busy tasks a sleeper need not wait for a round. That cannot starve them: running moves it to later slots.
 *
 * Pure; locking is the owner's. Invariants (fairq_check): 1 nr counts the lists; 2 a bit is set exactly
 * for each non-empty slot; 3 no entity lies in a slot later than its own virtual time; 4 nobody in front is ahead of base.
 */
#ifndef TASK_FAIRQ_H
#define TASK_FAIRQ_H

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

#define FAIR_SLOTS 64
#define FAIR_SLOT_SHIFT 22      /* 4.2 ms: below the tick, so one slice always moves on */
#define FAIR_CREDIT 2           /* slots: a sleeper's head start */

struct fair_entity {
	struct list_head node;
	u64 vruntime;
};

struct fairq {
	u64 base;               /* slot number, not masked */
	u64 map;
	unsigned int nr;
	struct list_head front;
	struct list_head slot[FAIR_SLOTS];
};

static inline void fairq_init(struct fairq *q)
{
	q->base = q->map = 0;
	q->nr = 0;
	INIT_LIST_HEAD(&q->front);
	for (int i = 0; i < FAIR_SLOTS; i++)
		INIT_LIST_HEAD(&q->slot[i]);
}

/* Virtual time at which the calendar starts: nobody who enters is behind it. */
static inline u64 fairq_floor(const struct fairq *q)
{
	return q->base << FAIR_SLOT_SHIFT;
}

/*
 * Nobody waits, and who runs has come to @vruntime: the others don't get what it had while they wanted nothing. They
 * start FAIR_CREDIT slots behind it, so that a sleeper takes the CPU from it at once.
 */
static inline void fairq_advance(struct fairq *q, u64 vruntime)
{
	u64 s = (vruntime >> FAIR_SLOT_SHIFT) - FAIR_CREDIT;

	if ((s64)(s - q->base) > 0)
		q->base = s;
}

static inline void fairq_insert(struct fairq *q, struct fair_entity *e)
{
	u64 s = e->vruntime >> FAIR_SLOT_SHIFT;
	unsigned int i;

	if ((s64)(s - q->base) < 0)
		s = q->base;
	else if (unlikely(s - q->base >= FAIR_SLOTS))
		s = q->base + FAIR_SLOTS - 1;
	i = s & (FAIR_SLOTS - 1);
	list_add_tail(&e->node, &q->slot[i]);
	q->map |= 1UL << i;
	q->nr++;
}

static inline void fairq_insert_woken(struct fairq *q, struct fair_entity *e)
{
	if ((s64)((e->vruntime >> FAIR_SLOT_SHIFT) - q->base) > 0) {
		fairq_insert(q, e);
		return;
	}
	list_add_tail(&e->node, &q->front);
	q->nr++;
}

static inline void fairq_unlink(struct fairq *q, struct fair_entity *e)
{
	struct list_head *h = e->node.next;

	list_del(&e->node);
	if (list_empty(h) && h != &q->front)    /* h was the slot itself: an entity's node is never alone in its list */
		q->map &= ~(1UL << (h - q->slot));
	q->nr--;
}

/* The entity with (about) the least virtual time, taken out; NULL when empty. */
static inline struct fair_entity *fairq_take(struct fairq *q)
{
	if (!list_empty(&q->front)) {
		struct fair_entity *e = list_first_entry(&q->front, struct fair_entity, node);

		list_del(&e->node);
		q->nr--;
		return e;
	}
	while (q->map) {
		unsigned int b = q->base & (FAIR_SLOTS - 1);
		u64 rot = q->map >> b | (b ? q->map << (FAIR_SLOTS - b) : 0);
		struct fair_entity *e;
		u64 s;

		q->base += (unsigned int)__builtin_ctzl(rot);
		e = list_first_entry(&q->slot[q->base & (FAIR_SLOTS - 1)], struct fair_entity, node);
		fairq_unlink(q, e);
		s = e->vruntime >> FAIR_SLOT_SHIFT;
		if (likely((s64)(s - q->base) <= 0))
			return e;
		if (!q->nr) {           /* alone: no need to walk there */
			q->base = s;
			return e;
		}
		fairq_insert(q, e);     /* it was beyond the horizon */
	}
	return NULL;
}

/* 0, or the violated invariant. */
int fairq_check(const struct fairq *q);

#endif
