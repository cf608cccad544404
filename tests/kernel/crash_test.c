// SPDX-License-Identifier: MIT
/* Ends of the machine, for the tests that look at what is shown: ktest=crash_NAME. */
#include <asm/sections.h>
#include <lib/bug.h>
#include <lib/ktest.h>
#include <mm/page.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>

KTEST(crash_null)
{
	int *volatile null = NULL;

	WRITE_ONCE(null[2], 1);
}

KTEST(crash_write_text)
{
	WRITE_ONCE(*(volatile char *)_stext, 1);
}

/* No machine's RAM ends just below what the CPU can address. */
KTEST(crash_struct_page)
{
	WRITE_ONCE(pfn_to_page(vmemmap_end_pfn - 1)->flags, 0);
}

/* Beyond that there is nothing to read either: to say so must not fault again. */
KTEST(crash_beyond_struct_pages)
{
	WRITE_ONCE(pfn_to_page(vmemmap_end_pfn + 1)->flags, 0);
}

KTEST(crash_invalid_opcode)
{
	__asm__ volatile("ud2");
}

KTEST(crash_general_protection)
{
	WRITE_ONCE(*(volatile int *)0x0000900000000000UL, 1);
}

KTEST(crash_divide)
{
	volatile int zero = 0;

	WRITE_ONCE(zero, 100 / zero);
}

KTEST(crash_bug)
{
	BUG("the test's number is %d", 42);
}

/* Recursion that the compiler can't turn into a loop. */
static noinline unsigned long recurse(volatile unsigned long *above)
{
	volatile unsigned long frame[32];

	frame[0] = *above + 1;
	return *above == ~0UL ? 0 : recurse(frame) + frame[0];
}

static void overflow(void *arg)
{
	unsigned long first = 0;

	recurse(&first);
}

KTEST(crash_stack_overflow)
{
	static struct thread_struct from, to;
	void *stack = alloc_thread_stack();

	if (!stack)
		return;
	thread_init_kernel(&to, stack, THREAD_SIZE, overflow, NULL);
	switch_to(&from, &to);
}
