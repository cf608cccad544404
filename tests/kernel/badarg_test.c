// SPDX-License-Identifier: MIT
/* What vmalloc and ioremap are asked for and must refuse, on the real machine. */
#include <asm/memory.h>
#include <asm/sections.h>
#include <lib/ktest.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>

KTEST(vmalloc_of_what_cannot_be_is_refused)
{
	KEXPECT(!vmalloc(0));
	KEXPECT(!vmalloc(33UL << 40));
	KEXPECT(!vmalloc(~0UL));
	KEXPECT(!vmalloc(~0UL - PAGE_SIZE));
	KEXPECT_EQ(vmalloc_check(), 0);
}

/* Half of what is left, again and again until nothing is: refused, and all of it comes back. */
KTEST(vmalloc_until_exhausted_leaks_nothing)
{
	const u64 most = 256UL << 20;   /* of a large machine that is enough */
	static void *got[64];
	unsigned int n = 0;
	u64 before, size;

	vmalloc_purge();
	drain_local_pages();
	before = nr_free_pages();
	KEXPECT(!vmalloc((totalram_pages() + 1) << PAGE_SHIFT));
	for (size = min(before << PAGE_SHIFT, most); n < ARRAY_SIZE(got) && size >= 16 * PAGE_SIZE; size /= 2)
		if ((got[n] = vmalloc(size / 2)))
			n++;
	KEXPECT(n > 4);
	while (n)
		vfree(got[--n]);
	vmalloc_purge();
	drain_local_pages();
	KEXPECT(before - nr_free_pages() < 16 || nr_free_pages() >= before);    /* page tables stay */
	KEXPECT_EQ(vmalloc_check(), 0);
	KEXPECT_EQ(page_alloc_check(), 0);
}

KTEST(ioremap_of_what_cannot_be_is_refused)
{
	const phys_addr_t limit = 1UL << boot_cpu.phys_bits;

	KEXPECT(!ioremap(0xfed00000, 0));
	KEXPECT(!ioremap(limit - PAGE_SIZE, 2 * PAGE_SIZE));
	KEXPECT(!ioremap(limit, PAGE_SIZE));
	KEXPECT(!ioremap(~0UL - 100, 4096));    /* wraps */
	KEXPECT(!ioremap(0xfed00000, ~0UL));
	KEXPECT(!ioremap(__pa_symbol(_stext), PAGE_SIZE));
	KEXPECT(!ioremap_wc(page_to_phys(virt_to_page(__va(__pa_symbol(_stext)))) - PAGE_SIZE, 64UL << 20));   /* RAM in the middle */
	KEXPECT_EQ(vmalloc_check(), 0);
}
