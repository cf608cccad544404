/* SPDX-License-Identifier: MIT */
/*
 * Call stacks, kept once each and named by a small number: who allocated, who freed (boot option slab_debug). A fixed
 * table; when it is full, new stacks are not kept. Lock: none, callers hold one of their own or run alone.
 */
#ifndef MM_STACK_DEPOT_H
#define MM_STACK_DEPOT_H

#include <lib/types.h>

#define STACK_DEPOT_DEPTH 7

struct stack_record {
	u32 hash, nr;                           /* nr 0: free */
	unsigned long ip[STACK_DEPOT_DEPTH];    /* return addresses, innermost first */
};

void stack_depot_init(void);            /* after page_alloc_init() */
/* The stack from the frame that returns to @from outwards (all of it when there is none). 0: not kept. */
u32 stack_depot_save(const void *from);
/* NULL for 0. */
const struct stack_record *stack_depot_get(u32 handle);
/* Lines of the log: @what, then one a frame with its symbol. */
void stack_depot_print(const char *what, u32 handle);

#endif
