/* SPDX-License-Identifier: MIT */
/*
 * Memory of tasks: a task_struct with its kernel stack and FPU area. They stay together while they lie in the cache
 * of freed tasks, so that fork after exit allocates nothing.
 */
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include "internal.h"

#define TASK_CACHE_MAX 32

static struct kmem_cache *task_cache, *fpu_cache;
static LIST_HEAD(free_tasks);           /* [1] linked by se.node, stack and fpu kept */
static unsigned int nr_free_tasks;      /* [1] */

void task_cache_init(void)
{
	task_cache = kmem_cache_create_boot("task_struct", sizeof(struct task_struct), 64);
	fpu_cache = kmem_cache_create_boot("fpu_state", fpu_size(), 64);
}

struct task_struct *alloc_task(void)
{
	struct task_struct *t;

	if (should_fail_alloc(GFP_KERNEL))
		return NULL;
	if (nr_free_tasks) {
		t = list_first_entry(&free_tasks, struct task_struct, se.node);
		list_del(&t->se.node);
		nr_free_tasks--;
		return t;
	}
	t = kmem_cache_alloc(task_cache, GFP_KERNEL);
	if (!t)
		return NULL;
	t->stack = alloc_thread_stack();
	t->thread.fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);
	if (t->stack && t->thread.fpu) {
		fpu_init_state(t->thread.fpu);  /* XSAVE never writes all of its header: it must be zero once */
		return t;
	}
	if (t->stack)
		free_thread_stack(t->stack);
	if (t->thread.fpu)
		kmem_cache_free(fpu_cache, t->thread.fpu);
	kmem_cache_free(task_cache, t);
	return NULL;
}

void free_task(struct task_struct *t)
{
	if (unlikely(t->cred.groups))
		put_groups(t->cred.groups);
	put_user_ns(t->cred.user_ns);
	if (nr_free_tasks < TASK_CACHE_MAX) {
		list_add(&t->se.node, &free_tasks);
		nr_free_tasks++;
		return;
	}
	free_thread_stack(t->stack);
	kmem_cache_free(fpu_cache, t->thread.fpu);
	kmem_cache_free(task_cache, t);
}
