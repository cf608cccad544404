// SPDX-License-Identifier: MIT
/*
 * Taking pages out of an address space, and the tables that nobody needs afterwards. One pass: entries of
 * [start, end) are cleared, and each table whose whole range lies in [floor, ceiling), where no other VMA
 * is, is freed on the way up. Freed tables are all zero (mm/pgtable.c keeps them for reuse).
 *
 * A PTE table shared by fork is let go of where the range covers all that this mm has in it; the caller
 * has unshared the others (unshare_edges), so nothing here can fail.
 * Order: references are dropped before the TLB is flushed, which one CPU that does not return to ring 3
 * in between makes safe.
 * Lock: mmap_lock for write (or the last user), page_table_lock.
 */
#include "vm_internal.h"

static void zap_page(struct mm_struct *mm, struct page *p)
{
	--*rss_of(mm, p);
	put_user_page(p);
}

/* rss of what a shared table has in [addr, end). */
static void uncount_shared(struct mm_struct *mm, pte_t *table, unsigned long addr, unsigned long end)
{
	unsigned int i = pte_index(addr), last = pte_index(end - 1);

	for (; i <= last; i++)
		if (table[i].val && !pte_is_special(table[i]))
			--*rss_of(mm, pte_page(table[i]));
}

/* => [addr, end) lies inside one table */
static void zap_ptes(const struct zap *z, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	pte_t *table = table_of(*pmd);
	unsigned long base = addr & PMD_MASK;
	unsigned int i = pte_index(addr), last = pte_index(end - 1);

	if (pmd_huge(*pmd)) {
		zap_huge_pmd(z->mm, pmd);       /* all of it: the edges were split */
		return;
	}
	if (unlikely(!pmd_write(*pmd)) && pte_table_shared(*pmd)) {
		if (!z->exit)
			uncount_shared(z->mm, table, addr, end);
		put_pte_table(pmd_table_page(*pmd));
		set_pmd(pmd, (pmd_t){ 0 });
		z->mm->nr_ptes--;
		return;
	}
	for (; i <= last; i++) {
		pte_t e = table[i];

		if (!e.val)
			continue;
		table[i].val = 0;
		if (!pte_is_special(e))
			zap_page(z->mm, pte_page(e));
	}
	if (base >= z->floor && base + PMD_SIZE <= z->ceiling) {
		table_free(pmd_table_page(*pmd));
		set_pmd(pmd, (pmd_t){ 0 });
		z->mm->nr_ptes--;
	}
}

static void zap_pmds(const struct zap *z, pud_t *pud, unsigned long addr, unsigned long end)
{
	unsigned long base = addr & PUD_MASK, next;
	pmd_t *pmd = (pmd_t *)table_of(*pud) + pmd_index(addr);

	for (; addr < end; addr = next, pmd++) {
		next = min((addr & PMD_MASK) + PMD_SIZE, end);
		if (!pmd_none(*pmd))
			zap_ptes(z, pmd, addr, next);
	}
	if (base >= z->floor && base + PUD_SIZE <= z->ceiling) {
		table_free(pfn_to_page(pud_pfn(*pud)));
		set_pud(pud, (pud_t){ 0 });
		z->mm->nr_ptes--;
	}
}

static void zap_puds(const struct zap *z, pgd_t *pgd, unsigned long addr, unsigned long end)
{
	unsigned long base = addr & ~(PGDIR_SIZE - 1), next;
	pud_t *pud = (pud_t *)table_of(*pgd) + pud_index(addr);

	for (; addr < end; addr = next, pud++) {
		next = min((addr & PUD_MASK) + PUD_SIZE, end);
		if (!pud_none(*pud))
			zap_pmds(z, pud, addr, next);
	}
	if (base >= z->floor && base + PGDIR_SIZE <= z->ceiling) {
		table_free(pfn_to_page(pgd_pfn(*pgd)));
		set_pgd(pgd, (pgd_t){ 0 });
		z->mm->nr_ptes--;
	}
}

static void zap_pgds(const struct zap *z, unsigned long addr, unsigned long end)
{
	pgd_t *pgd = mm_pgd(z->mm) + pgd_index(addr);
	unsigned long next;

	for (; addr < end; addr = next, pgd++) {
		next = min((addr & ~(PGDIR_SIZE - 1)) + PGDIR_SIZE, end);
		if (!pgd_none(*pgd))
			zap_puds(z, pgd, addr, next);
	}
}

void zap_range(const struct zap *z, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = z->mm;
	unsigned long base = start & PMD_MASK;
	pmd_t *pmd;

	if (mm_rss(mm) > mm->hiwater_rss)
		mm->hiwater_rss = mm_rss(mm);
	if (end - base > PMD_SIZE || (base >= z->floor && base + PMD_SIZE <= z->ceiling)) {
		zap_pgds(z, start, end);
	} else {                                /* in one table, which stays */
		pmd = pmd_lookup(mm, start);
		if (pmd && !pmd_none(*pmd))
			zap_ptes(z, pmd, start, end);
	}
	if (!z->exit)
		flush_range(mm, start, end);
}

int zap_vma_pages(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct zap z = { .mm = mm, .floor = start, .ceiling = end };
	int err;

	spin_lock(&mm->page_table_lock);
	err = unshare_edges(&z, start, end);
	if (!err)
		zap_range(&z, start, end);
	spin_unlock(&mm->page_table_lock);
	return err;
}
