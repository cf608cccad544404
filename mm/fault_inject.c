// SPDX-License-Identifier: MIT
/* Counting allocations down to the one that is to fail. Interrupt handlers don't allocate, so no lock. */
#include <mm/fault_inject.h>

unsigned int fail_alloc_armed;
u64 fail_alloc_count;
static u64 machine_nth, machine_count;  /* [1] */
static u32 *(*task_counter)(void);
static bool happened;   /* [1] */

void fail_alloc_range(u64 n, u64 count)
{
	fail_alloc_armed += !!n - !!machine_nth;
	machine_nth = n;
	machine_count = count;
}

u64 fail_alloc_left(void)
{
	return machine_nth;
}

void fail_nth_set(u32 *counter, u32 n)
{
	fail_alloc_armed += !!n - !!*counter;
	*counter = n;
}

void fail_nth_register(u32 *(*current_counter)(void))
{
	task_counter = current_counter;
}

bool fail_alloc_happened(void)
{
	bool was = happened;

	happened = false;
	return was;
}

static bool machine_fails(void)
{
	if (!machine_nth)
		return false;
	if (machine_nth > 1) {
		machine_nth--;
		return false;
	}
	if (!--machine_count)
		fail_alloc_range(0, 0);
	return true;
}

static bool task_fails(void)
{
	u32 *nth = task_counter ? task_counter() : NULL;

	if (!nth || !*nth)
		return false;
	fail_nth_set(nth, *nth - 1);
	return !*nth;
}

bool __should_fail_alloc(gfp_t gfp)
{
	bool fails;

	if (gfp & __GFP_NOFAIL_BOOT)
		return false;
	fails = machine_fails();
	fails |= task_fails();
	fail_alloc_count += fails;
	happened |= fails && machine_count < FAIL_ALLOC_FOREVER;
	return fails;
}
