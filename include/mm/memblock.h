/* SPDX-License-Identifier: MIT */
/*
 * The boot-time allocator: two sorted arrays of ranges, memory (usable RAM) and reserved (taken out of
 * it). Alive until page_alloc_init() has taken over; read-only history afterwards.
 *
 * Invariants (memblock_check): 1 sorted; 2 disjoint; 3 touching neighbours merged; 4 no empty range.
 * Lock: none, boot CPU only. Errors: -ENOMEM when an array is full (counted, said).
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include <lib/compiler.h>
#include <lib/range.h>
#include <lib/types.h>

#define MEMBLOCK_MAX 2048

/* A set of ranges. Also used for its own sake (untouched sections). */
struct memblock_type {
	const char *name;
	unsigned int nr;
	struct range r[MEMBLOCK_MAX];
};

struct memblock {
	struct memblock_type memory, reserved;
};

extern struct memblock memblock;

/* Set union and difference. An empty range changes nothing. 0 or -ENOMEM (nothing changed). */
int memblock_type_add(struct memblock_type *t, struct range r) __must_check;
int memblock_type_remove(struct memblock_type *t, struct range r) __must_check;
/* Index of the first range whose end is above @addr, in [0, nr]; O(log n). */
unsigned int memblock_type_search(const struct memblock_type *t, u64 addr);
int memblock_type_check(const struct memblock_type *t);
u64 memblock_type_size(const struct memblock_type *t);

int memblock_add(struct memblock *mb, struct range r) __must_check;
int memblock_remove(struct memblock *mb, struct range r) __must_check;
int memblock_reserve(struct memblock *mb, struct range r) __must_check;
int memblock_free(struct memblock *mb, struct range r) __must_check;

/* Lowest fitting place in [min, max) of free memory, aligned; reserves it. 0 on failure (page 0 is never given). */
phys_addr_t memblock_alloc_range(struct memblock *mb, u64 size, u64 align, phys_addr_t min, phys_addr_t max);

/* Free ranges (memory minus reserved) in order: *i is the cursor (an address), start with 0. */
bool memblock_next_free(const struct memblock *mb, u64 *i, struct range *r);
u64 memblock_free_size(const struct memblock *mb);
int memblock_check(const struct memblock *mb);

#endif
