/* SPDX-License-Identifier: MIT */
/*
 * Looks at the vmemmap's own tables: which sections they call absent, untouched or online, against the sets in
 * sparse-vmemmap.c and the map of RAM. Also what the accounting and the report want to know of the templates.
 */
#include <asm/memory.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include "internal.h"
#include "sparse.h"

#define PUD_SPAN (SECTION_SIZE * PTRS_PER_TABLE)

static bool table_is(phys_addr_t table, u64 entry)
{
	const u64 *t = __va(table);

	for (unsigned int i = 0; table && i < PTRS_PER_TABLE; i++)
		/* The CPU sets accessed bits in tables that are shared, too. */
		if ((t[i] | _PAGE_ACCESSED | _PAGE_DIRTY) != (entry | _PAGE_ACCESSED | _PAGE_DIRTY))
			return false;
	return true;
}

static bool structs_say(const struct page *p, unsigned long n, unsigned long flags)
{
	u64 differ = 0;

	/* The two words that code tests and counts in; no branch a struct: this runs at every boot. */
	for (unsigned long i = 0; i < n; i++)
		differ |= (p[i].flags ^ flags) | *(const u64 *)&p[i]._refcount;
	return !differ;
}

static bool template_intact(const struct template *t, unsigned long flags)
{
	if (!t->page)
		return true;    /* no section of that kind on this machine */
	return structs_say(__va(t->page), (t->large ? PMD_SIZE : PAGE_SIZE) / sizeof(struct page), flags) && table_is(t->pmd, t->entry) &&
		(t->large || table_is(t->pte, t->page | kernel_prot(PAGE_KERNEL_RO).val));
}

static bool in_set(const struct memblock_type *set, u64 start)
{
	unsigned int i = memblock_type_search(set, start);

	return i < set->nr && set->r[i].start <= start;
}

static bool has_ram(u64 start, u64 end)
{
	unsigned int i = memblock_type_search(&memblock.memory, start);

	return i < memblock.memory.nr && memblock.memory.r[i].start < end;
}

/* [start, end) lies in one range of @set. */
static bool all_in_set(const struct memblock_type *set, u64 start, u64 end)
{
	unsigned int i = memblock_type_search(set, start);

	return i < set->nr && range_covers(set->r[i], (struct range){ start, end });
}

/* Sections [start, end), all of one zone, that have the same @pmd entry. */
static bool sections_ok(u64 start, u64 end, u64 pmd)
{
	phys_addr_t table = pmd & PTE_PFN_MASK;

	if (pmd == absent.entry)
		return !has_ram(start, end);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (pmd == untouched_tmpl[z].entry)
			return zone_of(start) == z && zone_of(end - 1) == z && all_in_set(&untouched, start, end);
	if (end - start != SECTION_SIZE || in_set(&untouched, start) || !has_ram(start, end))
		return false;
	/* Online: a large page, or a table of its own in a section of the boot. */
	if (pmd & _PAGE_PSE)
		return (pmd & _PAGE_RW) && has_ram(table, table + PMD_SIZE);
	return in_set(&boot_sections, start) && !vmemmap_is_template_table(table);
}

/* 64 GiB of sections in a table of their own, in runs of equal entries. */
static bool pmd_table_ok(u64 start, const u64 *pmd, u64 *bad)
{
	for (unsigned int i = 0, n; i < PTRS_PER_TABLE; i += n) {
		for (n = 1; i + n < PTRS_PER_TABLE && pmd[i + n] == pmd[i]; n++)
			;
		*bad = start + i * SECTION_SIZE;
		if (!(pmd[i] & _PAGE_PRESENT) || !sections_ok(*bad, *bad + n * SECTION_SIZE, pmd[i]))
			return false;
	}
	return true;
}

/* @n times 64 GiB of sections that have the same pud entry. */
static bool puds_ok(u64 start, u64 n, u64 pud, u64 *bad)
{
	phys_addr_t table = pud & PTE_PFN_MASK;

	*bad = start;
	if (!(pud & _PAGE_PRESENT))
		return false;
	if (table == absent.pmd)
		return !has_ram(start, start + n * PUD_SPAN);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (table == untouched_tmpl[z].pmd)
			return zone_of(start) == z && all_in_set(&untouched, start, start + n * PUD_SPAN);
	return n == 1 && pmd_table_ok(start, __va(table), bad);
}

static unsigned long struct_page_addr(u64 pa)
{
	return VMEMMAP_START + (pa >> PAGE_SHIFT) * sizeof(struct page);
}

bool vmemmap_check(unsigned long *where)
{
	const u64 *pgd = __va(swapper_pg_dir_phys);

	if (!template_intact(&absent, 1UL << PG_reserved))
		return false;
	for (unsigned long z = 0; z < MAX_NR_ZONES; z++)
		if (!template_intact(&untouched_tmpl[z], 1UL << PG_untouched | z << PAGE_ZONE_SHIFT))
			return false;
	for (u64 pa = 0, n; pa < PFN_PHYS(vmemmap_end_pfn); pa += n * PUD_SPAN) {
		u64 entry = pgd[pgd_index(struct_page_addr(pa))], bad = pa, max = (PFN_PHYS(vmemmap_end_pfn) - pa) / PUD_SPAN;
		unsigned int i = pud_index(struct_page_addr(pa));
		const u64 *pud = __va(entry & PTE_PFN_MASK);

		for (n = 1; n < max && i + n < PTRS_PER_TABLE && entry & _PAGE_PRESENT && pud[i + n] == pud[i]; n++)
			;
		if (!(entry & _PAGE_PRESENT) || !puds_ok(pa, n, pud[i], &bad)) {
			*where = struct_page_addr(bad);
			return false;
		}
	}
	return true;
}

bool vmemmap_is_template_table(phys_addr_t table)
{
	bool yes = table == absent.pte || table == absent.pmd;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		yes |= table == untouched_tmpl[z].pte || table == untouched_tmpl[z].pmd;
	return yes && table;
}

bool vmemmap_is_template_page(phys_addr_t pa)
{
	bool yes = pa == absent.page;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		yes |= pa == untouched_tmpl[z].page;
	return yes && pa;
}

bool vmemmap_template_is_large(u64 entry)
{
	return absent.large && (entry == absent.entry || (entry & PTE_PFN_MASK) == absent.pmd);
}

static void mark(phys_addr_t pa, enum pageflags flag)
{
	if (pa)
		page_set(pfn_to_page(pa >> PAGE_SHIFT), flag);
}

static void mark_template(const struct template *t)
{
	for (u64 o = 0; t->page && o < (t->large ? PMD_SIZE : PAGE_SIZE); o += PAGE_SIZE)
		mark(t->page + o, PG_vmemmap);
	mark(t->pte, PG_table);
	mark(t->pmd, PG_table);
}

void vmemmap_mark_templates(void)
{
	mark_template(&absent);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		mark_template(&untouched_tmpl[z]);
	mark(fill_page, PG_vmemmap);
}
