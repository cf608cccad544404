/* SPDX-License-Identifier: MIT */
/* Places in a new address space: see aslr.h. */
#include <asm/page.h>
#include "aslr.h"
#include "internal.h"

#define STACK_RND_PAGES 0x3fffffUL
#define MMAP_RND_PAGES ((1UL << 28) - 1)
#define STACK_GUARD_GAP (256UL << PAGE_SHIFT)
#define MIN_GAP (128UL << 20)
#define MAX_GAP (TASK_SIZE / 6 * 5)
#define BRK_RANGE 0x02000000UL

int randomize_va_space = 2;

bool aslr_on(void)
{
	return randomize_va_space && !(current->personality & ADDR_NO_RANDOMIZE);
}

u64 aslr_stack_top(void)
{
	return TASK_SIZE - (aslr_on() ? (arch_random() & STACK_RND_PAGES) << PAGE_SHIFT : 0);
}

u64 aslr_stack_pad(u64 p)
{
	if (aslr_on())
		p -= arch_random() % 8192;
	return p & ~15UL;
}

u64 aslr_mmap_offset(void)
{
	return aslr_on() ? (arch_random() & MMAP_RND_PAGES) << PAGE_SHIFT : 0;
}

u64 aslr_mmap_base(u64 stack_limit)
{
	u64 pad = STACK_GUARD_GAP + (aslr_on() ? STACK_RND_PAGES << PAGE_SHIFT : 0);
	u64 gap = stack_limit;

	if (gap + pad > gap)
		gap += pad;
	gap = gap < MIN_GAP ? MIN_GAP : gap > MAX_GAP ? MAX_GAP : gap;
	return PAGE_ALIGN(TASK_SIZE - gap - aslr_mmap_offset());
}

u64 aslr_brk(u64 brk)
{
	if (randomize_va_space < 2 || !aslr_on())
		return brk;
	return brk + ((arch_random() % BRK_RANGE) & PAGE_MASK);
}
