/* SPDX-License-Identifier: MIT */
/*
 * Half-open ranges [start, end): the one place that owns every +1, -1, overlap, clip and overflow
 * check. A range whose end would be 2^64 is stored with end = U64_MAX by range_make's callers only
 * after they said so (range_from_size reports -ERANGE). Pure, no lock.
 */
#ifndef LIB_RANGE_H
#define LIB_RANGE_H

#include <lib/compiler.h>
#include <lib/types.h>

struct range {
	u64 start;
	u64 end; /* exclusive */
};

static inline u64 range_size(struct range r)
{
	return r.end > r.start ? r.end - r.start : 0;
}

static inline bool range_is_empty(struct range r)
{
	return r.end <= r.start;
}

static inline bool range_contains(struct range r, u64 x)
{
	return x >= r.start && x < r.end;
}

static inline bool range_covers(struct range outer, struct range inner)
{
	return inner.start >= outer.start && inner.end <= outer.end;
}

static inline bool range_overlaps(struct range a, struct range b)
{
	return a.start < b.end && b.start < a.end;
}

/* The part of @a inside @b; empty (start == end) when they do not meet. */
static inline struct range range_clip(struct range a, struct range b)
{
	struct range r = { max(a.start, b.start), min(a.end, b.end) };

	if (r.end < r.start)
		r.end = r.start;
	return r;
}

/* The largest @align-aligned range inside @r (align a power of two). Empty when there is none. */
static inline struct range range_align_inner(struct range r, u64 align)
{
	struct range o = { r.start, ALIGN_DOWN(r.end, align) };

	if (r.start > U64_MAX - (align - 1))
		return (struct range){ r.start, r.start };
	o.start = ALIGN(r.start, align);
	if (o.end < o.start)
		o.end = o.start;
	return o;
}

/* [start, start + size). 0, or -ERANGE when it would wrap (r is then clipped at U64_MAX). */
int range_from_size(u64 start, u64 size, struct range *r) __must_check;

#endif
