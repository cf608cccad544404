/* SPDX-License-Identifier: MIT */
/*
 * Makes allocations fail on purpose. Every alloc_pages(), every slab allocation and every object taken from a
 * cache in front of them counts as one; kernel code is expected to survive any of them failing, except those
 * marked __GFP_NOFAIL_BOOT, which do not count.
 *
 * Two kinds of counters: the machine's (boot option fail_alloc=N,COUNT) and each task's own fail-nth
 * (/proc/PID/fail-nth; Linux: Documentation/fault-injection/fault-injection.rst).
 */
#ifndef MM_FAULT_INJECT_H
#define MM_FAULT_INJECT_H

#include <lib/compiler.h>
#include <lib/types.h>
#include <mm/gfp.h>

/* Counters that are not 0. While there are any, allocations take their slow paths and ask. */
extern unsigned int fail_alloc_armed;
extern u64 fail_alloc_count;            /* how many allocations were made to fail */

#define FAIL_ALLOC_FOREVER (1UL << 32)  /* as a count: no memory from there on */

/* The n-th allocation from now (1: the next) and the count - 1 after it fail; n 0 switches off. */
void fail_alloc_range(u64 n, u64 count);
static inline void fail_alloc_at(u64 n) { fail_alloc_range(n, 1); }
static inline void fail_alloc_all(bool on) { fail_alloc_range(on, on ? ~0UL : 0); }
/* Allocations until the machine's counter makes one fail: fail_alloc_range(large) - this is how many there were. */
u64 fail_alloc_left(void);

/* A task's counter becomes @n. It must be set to 0 before its memory goes. */
void fail_nth_set(u32 *counter, u32 n);
/* Floor 4 says whose counter an allocation uses: that of the current task, or NULL. */
void fail_nth_register(u32 *(*current_counter)(void));

/* True once after an injected failure: a lack of memory that is noticed now need not be one. Not when it is FOREVER. */
bool fail_alloc_happened(void);

bool __should_fail_alloc(gfp_t gfp);
static __always_inline bool should_fail_alloc(gfp_t gfp)
{
	return unlikely(fail_alloc_armed) && __should_fail_alloc(gfp);
}

#endif
