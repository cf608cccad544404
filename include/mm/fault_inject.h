/* SPDX-License-Identifier: MIT */
/*
 * Makes allocations fail on purpose. Every alloc_pages() and every slab allocation counts as one; kernel
 * code is expected to survive any of them failing, except those marked __GFP_NOFAIL_BOOT.
 */
#ifndef MM_FAULT_INJECT_H
#define MM_FAULT_INJECT_H

#include <lib/compiler.h>
#include <lib/types.h>

/* > 0: fails when it is counted down to 0. < 0: all fail. 0: off. */
extern long fail_alloc_countdown;
extern u64 fail_alloc_count;            /* how many were made to fail */

/* The n-th allocation from now fails (1: the next); 0 switches off. */
void fail_alloc_at(u64 n);
void fail_alloc_all(bool on);

bool __should_fail_alloc(gfp_t gfp);
static __always_inline bool should_fail_alloc(gfp_t gfp)
{
	return unlikely(fail_alloc_countdown) && __should_fail_alloc(gfp);
}

#endif
