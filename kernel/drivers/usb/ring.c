// SPDX-License-Identifier: MIT
/* Rings of transfer request blocks (ring.h). */
#include <lib/string.h>

#include "ring.h"

void event_ring_init(struct ring *r, struct trb *trb, u64 phys, unsigned int size)
{
	memset(trb, 0, size * sizeof(*trb));
	*r = (struct ring){ .trb = trb, .phys = phys, .size = size, .cycle = TRB_CYCLE };
}

void ring_init(struct ring *r, struct trb *trb, u64 phys, unsigned int size)
{
	event_ring_init(r, trb, phys, size);
	trb[size - 1].parameter = phys;
}

/* The cycle bit is written last: it is what hands the block over (x86 keeps the order of stores). */
static void hand_over(struct trb *t, u32 control)
{
	barrier();
	WRITE_ONCE(t->control, control);
}

u64 ring_push(struct ring *r, u64 parameter, u32 status, u32 control)
{
	struct trb *t = &r->trb[r->next];
	u64 phys = r->phys + r->next * sizeof(*t);

	t->parameter = parameter;
	t->status = status;
	hand_over(t, control | r->cycle);
	if (++r->next == r->size - 1) {
		hand_over(&r->trb[r->next], TRB_TYPE(TRB_LINK) | TRB_TOGGLE | r->cycle);
		r->next = 0;
		r->cycle ^= TRB_CYCLE;
	}
	return phys;
}

int ring_index(const struct ring *r, u64 phys)
{
	u64 offset = phys - r->phys;

	if (offset % sizeof(struct trb) || offset / sizeof(struct trb) >= r->size - 1)
		return -1;
	return (int)(offset / sizeof(struct trb));
}

bool event_ring_pop(struct ring *r, struct trb *event)
{
	struct trb *t = &r->trb[r->next];
	u32 control = READ_ONCE(t->control);

	if ((control & TRB_CYCLE) != r->cycle)
		return false;
	barrier();              /* the rest was written before the cycle bit, and is read after it */
	event->parameter = READ_ONCE(t->parameter);
	event->status = READ_ONCE(t->status);
	event->control = control;
	if (++r->next == r->size) {
		r->next = 0;
		r->cycle ^= TRB_CYCLE;
	}
	return true;
}

u64 event_ring_dequeue(const struct ring *r)
{
	return r->phys + r->next * sizeof(struct trb);
}
