/* SPDX-License-Identifier: MIT */
/* The walker over a fair run queue: see fairq.h. */
#include <task/fairq.h>

int fairq_check(const struct fairq *q)
{
	const struct fair_entity *e;
	unsigned int nr = 0;

	for (unsigned int d = 0; d < FAIR_SLOTS; d++) {
		u64 s = q->base + d;
		const struct list_head *h = &q->slot[s & (FAIR_SLOTS - 1)];

		if (list_empty(h) != !(q->map >> (s & (FAIR_SLOTS - 1)) & 1))
			return 2;
		list_for_each_entry(e, h, node) {
			nr++;
			if (d && (e->vruntime >> FAIR_SLOT_SHIFT) < s)
				return 3;
		}
	}
	list_for_each_entry(e, &q->front, node) {
		nr++;
		if ((e->vruntime >> FAIR_SLOT_SHIFT) > q->base)
			return 4;
	}
	return nr == q->nr ? 0 : 1;
}
