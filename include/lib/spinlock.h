/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks with a checked order. A CPU may take a lock only while every lock that it holds has a
 * smaller class. The enum is the documentation of the order; spin_lock checks it in test builds.
 *
 * The kernel is not preemptible: a task in the kernel gives up the CPU only where it calls
 * schedule() (directly, or by sleeping on a wait queue, mutex or rw_semaphore), so plain spin_lock
 * suffices against other tasks, and spin_lock_irqsave is for data that interrupt handlers touch.
 * Interrupt handlers never allocate, never free and never take a lock that is not irq-safe.
 */
#ifndef LIB_SPINLOCK_H
#define LIB_SPINLOCK_H

#include <asm/irqflags.h>
#include <lib/types.h>

enum lock_class {       /* outermost first */
	LOCK_TASKLIST = 1,  /* the task tree: parents, children, pids */
	LOCK_SIGHAND,       /* signal state of a thread group */
	LOCK_FILES,         /* a descriptor table */
	LOCK_DENTRY,        /* the name space of files */
	LOCK_INODE,
	LOCK_PIPE,
	LOCK_PAGECACHE,     /* an address_space's page tree */
	LOCK_RESOURCE,      /* iomem_resource */
	LOCK_VMALLOC,
	LOCK_PGTABLE,       /* one mm's page tables */
	LOCK_KMAP,
	LOCK_SLAB,
	LOCK_ZONE,
	LOCK_SECTION,       /* vmemmap sections going online */
	LOCK_WAITQUEUE,     /* irq-safe from here on */
	LOCK_TIMER,
	LOCK_RUNQUEUE,
	LOCK_TTY,
	LOCK_CONSOLE,
	LOCK_PRINTK,
};

typedef struct {
	u32 locked;         /* 0 or 1 */
	u32 class;          /* enum lock_class */
} spinlock_t;

#define SPIN_LOCK_INIT(cls) { 0, (cls) }

void spin_lock_init(spinlock_t *l, enum lock_class class);
void spin_lock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
unsigned long __must_check spin_lock_irqsave(spinlock_t *l);
void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);
void assert_held(const spinlock_t *l);

#endif
