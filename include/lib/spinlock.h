/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks with a checked order. A CPU may take a lock only while every lock that it holds has a
 * smaller class. The enum is the documentation of the order; spin_lock checks it on the host and with
 * CONFIG_DEBUG_LOCKS (make KCONFIG=-DCONFIG_DEBUG_LOCKS); else it is an exchange and a branch.
 *
 * The kernel is not preemptible: a task in the kernel gives up the CPU only where it calls
 * schedule() (directly, or by sleeping on a wait queue, mutex or rw_semaphore), so plain spin_lock
 * suffices against other tasks, and spin_lock_irqsave is for data that interrupt handlers touch.
 * Interrupt handlers never allocate, never free and never take a lock that is not irq-safe.
 *
 * Letters behind a variable or a member say who may touch it: [A] atomic; [B] written while booting only; [C] of one CPU;
 * [I] immutable once others see it; [T] tasklist_lock; others as the head of the file or header says. [1] no lock yet: one
 * CPU runs, and nothing sleeps between a look and the change. Before a second CPU starts each of those needs one.
 */
#ifndef LIB_SPINLOCK_H
#define LIB_SPINLOCK_H

#include <asm/irqflags.h>
#include <lib/compiler.h>
#include <lib/types.h>

enum lock_class {       /* outermost first */
	LOCK_TASKLIST = 1,  /* the task tree: parents, children, pids */
	LOCK_SIGHAND,       /* signal state of a thread group */
	LOCK_FILES,         /* a descriptor table */
	LOCK_DENTRY,        /* the name space of files */
	LOCK_INODE,
	LOCK_PIPE,
	LOCK_I_MMAP,        /* who maps a file */
	LOCK_RESOURCE,      /* iomem_resource */
	LOCK_VMALLOC,
	LOCK_PGTABLE,       /* one mm's page tables */
	LOCK_UFFD,          /* who waits for a userfaultfd */
	LOCK_PAGECACHE,     /* an address_space's page tree */
	LOCK_KMAP,
	LOCK_SLAB_LIST,     /* which caches there are */
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
	u32 locked;         /* [A] 0 or 1 */
	u32 class;          /* [I] enum lock_class */
} spinlock_t;

#define SPIN_LOCK_INIT(cls) { 0, (cls) }

/* Contended: waits; on a machine with one CPU it reports the deadlock that this is. */
void __spin_lock_slow(spinlock_t *l);

#if defined(CONFIG_DEBUG_LOCKS) || defined(ATLAS_HOST)
void __lock_acquired(const spinlock_t *l);      /* BUG when the order is violated */
void __lock_released(const spinlock_t *l);      /* BUG when it was not held */
/* BUG when any spinlock is held: for every place that may sleep. */
void assert_no_spinlock(void);
void assert_held(const spinlock_t *l);
#else
static inline void __lock_acquired(const spinlock_t *l) { }
static inline void __lock_released(const spinlock_t *l) { }
static inline void assert_no_spinlock(void) { }
static inline void assert_held(const spinlock_t *l) { }
#endif

static inline void spin_lock_init(spinlock_t *l, enum lock_class class)
{
	l->locked = 0;
	l->class = class;
}

static __always_inline bool __must_check spin_trylock(spinlock_t *l)
{
	if (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE))
		return false;
	__lock_acquired(l);
	return true;
}

static __always_inline void spin_lock(spinlock_t *l)
{
	if (unlikely(__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE)))
		__spin_lock_slow(l);
	__lock_acquired(l);
}

static __always_inline void spin_unlock(spinlock_t *l)
{
	__lock_released(l);
	__atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE); /* pairs with the exchange of the next holder */
}

/* Interrupts off first, then the lock; give the value back to spin_unlock_irqrestore. */
static __always_inline unsigned long __must_check spin_lock_irqsave(spinlock_t *l)
{
	unsigned long flags = local_irq_save();

	spin_lock(l);
	return flags;
}

static __always_inline void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
	spin_unlock(l);
	local_irq_restore(flags);
}

static inline bool spin_is_locked(const spinlock_t *l)
{
	return __atomic_load_n(&l->locked, __ATOMIC_RELAXED);
}

#endif
