/* SPDX-License-Identifier: MIT */
/*
 * Kernel stacks: [guard page][THREAD_SIZE][the area's own guard page] of the vmalloc window. Some freed ones are kept
 * as they are for the next task.
 */
#include <lib/bug.h>
#include <lib/spinlock.h>
#include <lib/string.h>
#include <mm/fault_inject.h>
#include <mm/page_alloc.h>
#include <mm/vmalloc.h>
#include "vmap_area.h"

#define STACK_CACHE 32
#define STACK_PAGES (THREAD_SIZE / PAGE_SIZE)

static spinlock_t stack_lock = SPIN_LOCK_INIT(LOCK_VMALLOC);    /* [s] */
static void *stack_cache[STACK_CACHE];                          /* [s] */
static unsigned int nr_cached_stacks;                           /* [s] */
u64 nr_stack_pages;                                             /* [s] */

void *alloc_thread_stack(void)
{
	struct vmap_area *va;
	void *stack = NULL;

	if (should_fail_alloc(GFP_KERNEL))
		return NULL;
	spin_lock(&stack_lock);
	if (nr_cached_stacks)
		stack = stack_cache[--nr_cached_stacks];
	spin_unlock(&stack_lock);
	if (stack)
		return stack;

	va = vmap_get(PAGE_SIZE + THREAD_SIZE, PAGE_SIZE, "stack", __builtin_return_address(0));
	if (!va)
		return NULL;
	if (vmap_map_small(va->start + PAGE_SIZE, STACK_PAGES, PG_stack, GFP_KERNEL)) {
		vmap_unmap_pages(va->start, va->end, true);
		vmap_put(va);
		return NULL;
	}
	va->nr_pages = STACK_PAGES;
	nr_stack_pages += STACK_PAGES;
	return (void *)(va->start + PAGE_SIZE);
}

static void release_stack(void *stack)
{
	struct vmap_area *va = vmap_to_free((char *)stack - PAGE_SIZE, "free_thread_stack");

	vmap_unmap_pages(va->start, va->end, true);
	nr_stack_pages -= STACK_PAGES;
	vmap_put(va);
}

void free_thread_stack(void *stack)
{
	bool kept = false;

	if (!stack)
		return;
	spin_lock(&stack_lock);
	if (nr_cached_stacks < STACK_CACHE) {
		stack_cache[nr_cached_stacks++] = stack;
		kept = true;
	}
	spin_unlock(&stack_lock);
	if (!kept)
		release_stack(stack);
}

bool is_stack_guard(unsigned long addr, void **stack)
{
	const struct vmap_area *va = is_vmalloc_addr((void *)addr) ? vmap_area_find(addr) : NULL;

	if (!va || strcmp(va->kind, "stack") || addr - va->start >= PAGE_SIZE)
		return false;
	*stack = (void *)(va->start + PAGE_SIZE);
	return true;
}

void thread_stack_purge(void)
{
	while (nr_cached_stacks)
		release_stack(stack_cache[--nr_cached_stacks]);
}
