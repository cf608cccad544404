// SPDX-License-Identifier: MIT
/* The kernel half as the page tables say it and as the CPU enforces it. */
#include <asm/memory.h>
#include <asm/sections.h>
#include <lib/ktest.h>
#include <mm/init.h>
#include <mm/memblock.h>
#include <mm/page.h>
#include <mm/pgwalk.h>
#include <mm/sparse.h>
#include <x86/cpu.h>
#include <x86/probe.h>

static bool in_image(phys_addr_t pa, const char *start, const char *end)
{
	return pa >= __pa_symbol(start) && pa < __pa_symbol(end);
}

static void check_direct(phys_addr_t pa)
{
	struct pg_leaf leaf;
	unsigned long va = (unsigned long)__va(pa);
	phys_addr_t at;
	u64 v;

	if (!pgwalk_lookup(swapper_pg_dir_phys, va, &leaf)) {
		KEXPECT(!"RAM is in the direct map");
		return;
	}
	at = leaf.paddr + (va - leaf.vaddr);
	KEXPECT_EQ(at, pa);
	KEXPECT(!boot_cpu.nx || leaf.flags & _PAGE_NX);
	KEXPECT(!(leaf.flags & _PAGE_USER));
	KEXPECT_EQ(!!(leaf.flags & _PAGE_RW), !in_image(pa, _stext, __end_rodata));
	KEXPECT(probe_read_u64((void *)va, &v, NULL));
}

/* The borders and the middle of every range of RAM. */
KTEST(direct_map_is_phys_plus_page_offset)
{
	for (unsigned int i = 0; i < memblock.memory.nr; i++) {
		struct range r = memblock.memory.r[i];

		if (r.end > high_memory)
			r.end = high_memory;
		if (range_is_empty(r))
			continue;
		check_direct(r.start);
		check_direct((r.start + r.end) / 2 & PAGE_MASK);
		check_direct(r.end - PAGE_SIZE);
	}
	check_direct(__pa_symbol(_stext));
	check_direct(__pa_symbol(__start_rodata));
	check_direct(__pa_symbol(_sdata));
}

/* Text's alias in the direct map can't be written either. */
KTEST(direct_map_alias_of_text_is_not_writable)
{
	struct probe_fault f;

	KEXPECT(!probe_write_u8(__va(__pa_symbol(_stext)), 0x90, &f));
	KEXPECT_EQ(f.error_code, 3);
	KEXPECT(!probe_write_u8(__va(__pa_symbol(__start_rodata)), 0, &f));
}

KTEST(image_window_is_virt_minus_map_plus_phys_base)
{
	for (const char *p = _stext; p < _end; p += PAGE_SIZE) {
		struct pg_leaf leaf;
		unsigned long va = (unsigned long)p;

		if (!pgwalk_lookup(swapper_pg_dir_phys, va, &leaf))
			continue;
		KEXPECT_EQ(leaf.paddr + (va - leaf.vaddr), __pa_symbol(p));
		KEXPECT_EQ(!!(leaf.flags & _PAGE_RW), p >= _sdata);
		KEXPECT(!boot_cpu.nx || !!(leaf.flags & _PAGE_NX) == (p >= _etext));
	}
}

/* Every pfn that the CPU can address has a readable struct page; one that nobody allocated can't be written. */
KTEST(vmemmap_is_readable_and_templates_are_not_writable)
{
	struct probe_fault f;
	u64 v, pfn;

	for (pfn = 1; pfn < vmemmap_end_pfn; pfn = pfn * 3 + 1)
		KEXPECT(probe_read_u64(pfn_to_page(pfn), &v, NULL));
	KEXPECT(probe_read_u64(pfn_to_page(vmemmap_end_pfn - 1), &v, NULL));
	pfn = vmemmap_end_pfn - 1;      /* no machine's RAM ends just there */
	KEXPECT(page_test(pfn_to_page(pfn), PG_reserved));
	KEXPECT(!probe_write_u8(pfn_to_page(pfn), 1, &f));
	KEXPECT_EQ(f.error_code, 3);
}
