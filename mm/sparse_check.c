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

static bool page_says(phys_addr_t page, unsigned long flags)
{
	const struct page *p = __va(page);

	for (unsigned int i = 0; page && i < PAGE_SIZE / sizeof(*p); i++)
		if (p[i].flags != flags || p[i]._refcount.counter || p[i]._mapcount.counter)
			return false;
	return true;
}

static bool template_intact(const struct template *t, unsigned long flags)
{
	return page_says(t->page, flags) && table_is(t->pte, t->page | kernel_prot(PAGE_KERNEL_RO).val) &&
		table_is(t->pmd, t->pte | _KERNPG_TABLE);
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

/* One section by its pmd entry. */
static bool section_ok(u64 start, u64 pmd)
{
	phys_addr_t table = pmd & PTE_PFN_MASK;

	if (table == absent.pte)
		return !has_ram(start, start + SECTION_SIZE);
	if (table == untouched_tmpl[zone_of(start)].pte && table)
		return in_set(&untouched, start);
	if (in_set(&untouched, start) || !has_ram(start, start + SECTION_SIZE))
		return false;
	/* Online: a large page, or a table of its own in a section of the boot. */
	if (pmd & _PAGE_PSE)
		return (pmd & _PAGE_RW) && has_ram(table, table + PMD_SIZE);
	return in_set(&boot_sections, start) && !vmemmap_is_template_table(table);
}

/* 64 GiB of sections by their pud entry. */
static bool pud_ok(u64 start, u64 pud, u64 *bad)
{
	phys_addr_t table = pud & PTE_PFN_MASK;
	const u64 *pmd = __va(table);

	*bad = start;
	if (table == absent.pmd)
		return !has_ram(start, start + PUD_SPAN);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (table && table == untouched_tmpl[z].pmd)
			return in_set(&untouched, start) && untouched.r[memblock_type_search(&untouched, start)].end >= start + PUD_SPAN;
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		*bad = start + i * SECTION_SIZE;
		if (!(pmd[i] & _PAGE_PRESENT) || !section_ok(*bad, pmd[i]))
			return false;
	}
	return true;
}

static unsigned long struct_page_addr(u64 pa)
{
	return VMEMMAP_START + (pa >> PAGE_SHIFT) * sizeof(struct page);
}

bool vmemmap_check(unsigned long *where)
{
	const u64 *pgd = __va(swapper_pg_dir_phys);
	u64 pa = 0;

	if (!template_intact(&absent, 1UL << PG_reserved) || !table_is(absent_pud, absent.pmd | _KERNPG_TABLE))
		return false;
	for (unsigned long z = 0; z < MAX_NR_ZONES; z++)
		if (!template_intact(&untouched_tmpl[z], 1UL << PG_untouched | z << PAGE_ZONE_SHIFT))
			return false;
	for (unsigned int i = pgd_index(VMEMMAP_START); i <= pgd_index(VMEMMAP_END); i++) {
		phys_addr_t table = pgd[i] & PTE_PFN_MASK;
		const u64 *pud = __va(table);

		if (table == absent_pud) {
			if (has_ram(pa, pa + PUD_SPAN * PTRS_PER_TABLE))
				return false;
			pa += PUD_SPAN * PTRS_PER_TABLE;
			continue;
		}
		for (unsigned int j = 0; j < PTRS_PER_TABLE; j++, pa += PUD_SPAN) {
			u64 bad = pa;

			if (!(pud[j] & _PAGE_PRESENT) || !pud_ok(pa, pud[j], &bad)) {
				*where = struct_page_addr(bad);
				return false;
			}
		}
	}
	return true;
}

bool vmemmap_is_template_table(phys_addr_t table)
{
	if (table == absent.pte || table == absent.pmd || table == absent_pud)
		return true;
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (table == untouched_tmpl[z].pte || table == untouched_tmpl[z].pmd)
			return table != 0;
	return false;
}

static void mark(phys_addr_t pa, enum pageflags flag)
{
	if (pa)
		page_set(pfn_to_page(pa >> PAGE_SHIFT), flag);
}

void vmemmap_mark_templates(void)
{
	const struct template *all[MAX_NR_ZONES + 1] = { &absent };

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		all[z + 1] = &untouched_tmpl[z];
	for (unsigned int i = 0; i <= MAX_NR_ZONES; i++) {
		mark(all[i]->page, PG_vmemmap);
		mark(all[i]->pte, PG_table);
		mark(all[i]->pmd, PG_table);
	}
	mark(absent_pud, PG_table);
	mark(fill_page, PG_vmemmap);
}
