// SPDX-License-Identifier: MIT
/*
 * The slow halves of lib/spinlock.h: waiting, and the check of the order.
 * held: bit n is set while a lock of class n is held on this CPU. One CPU today; with more this
 * becomes a per-CPU variable.
 */
#include <asm/string.h>
#include <lib/bug.h>
#include <lib/spinlock.h>

/* Far longer than any critical section: 2^26 tries are seconds. */
#define SPIN_LIMIT (1UL << 26)

void __spin_lock_slow(spinlock_t *l)
{
	for (unsigned long i = 0; i < SPIN_LIMIT; i++) {
		if (panic_in_progress)
			return;
		if (!__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE))
			return;
		cpu_relax();
	}
	BUG("spinlock %p of class %u is never released", (void *)l, l->class);
}

#if defined(CONFIG_DEBUG_LOCKS) || defined(ATLAS_HOST)
static u32 held;

void __lock_acquired(const spinlock_t *l)
{
	if (panic_in_progress)
		return;
	if (l->class == 0 || l->class > LOCK_PRINTK)
		BUG("spinlock %p has no class (%u)", (void *)l, l->class);
	if (held >> l->class)
		BUG("lock order: class %u taken while holding classes 0x%x", l->class, held);
	held |= 1U << l->class;
}

void __lock_released(const spinlock_t *l)
{
	if (panic_in_progress)
		return;
	if (!(held >> l->class & 1) || !l->locked)
		BUG("spinlock %p of class %u released but not held", (void *)l, l->class);
	held &= ~(1U << l->class);
}

void assert_no_spinlock(void)
{
	if (held && !panic_in_progress)
		BUG("sleeping while holding lock classes 0x%x", held);
}

void assert_held(const spinlock_t *l)
{
	if (!panic_in_progress && (!(held >> l->class & 1) || !l->locked))
		BUG("spinlock %p of class %u is not held", (void *)l, l->class);
}
#endif
