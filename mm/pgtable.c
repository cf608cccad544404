// SPDX-License-Identifier: MIT
/*
 * User page tables: made, found, shared, freed.
 *
 * Sharing by fork. A PTE table (2 MiB of addresses) may serve several address spaces. struct page of the
 * table counts the users beyond the first in _mapcount. fork gives the child the parent's PTE tables and
 * clears RW in both pmd entries; the CPU ANDs RW over all levels, so one cleared bit write-protects 512
 * pages and no PTE is touched. Cost of fork: a few instructions per 2 MiB, whatever is in the tables.
 *
 *   T1  pmd entry writable        => its table has one user (the reverse need not hold).
 *   T2  a table with several users is never written by software, except by T4. (The CPU sets A bits.)
 *   T3  every user of a table has, for each non-empty PTE, a VMA over that page of the same kind.
 *   T4  who must change a shared table copies it first (pte_table_unshare). The copy write-protects the PTEs
 *       of private mappings in both tables and takes one page reference per copied PTE: from now on the
 *       page-wise copy-on-write rule (fault.c: write in place if the reference count is 1) holds.
 *   T5  a page's reference count has one reference per PTE slot; a shared table counts once. So an anonymous
 *       page with count 1 under a table with one user has one user.
 *   T6  who finds a read-only pmd entry whose table has no other user any more makes it writable again: the
 *       others have copied (then T4 has write-protected the PTEs) or have gone (then nobody else sees the pages).
 *   T7  munmap, DONTNEED, exit of a whole table only let go of it.
 *
 * rss_* count what a process sees, through shared tables too. VMAs that must not be inherited
 * (DONTFORK, WIPEONFORK) break T3; fork copies by VMA then (mm/fork.c).
 *
 * Free tables are zero and are kept in a short list, so a new process neither clears nor fills its tables;
 * a pgd keeps its kernel half, which never changes after boot.
 * Lock: page_table_lock. One CPU: page_table_lock of the other users of a table is not taken in T4.
 */
#include "vm_internal.h"
#include <mm/fault_inject.h>
#include <mm/init.h>

#define TABLE_CACHE_MAX 64
#define PGD_CACHE_MAX 16

static struct page *table_cache;        /* [C] linked by ->private, all zero */
static struct page *pgd_cache;          /* [C] linked by ->private, user half zero */
static unsigned int nr_cached_pgds;     /* [C] */
unsigned long nr_cached_tables;
unsigned long nr_user_tables;

struct page *table_alloc(void)
{
	struct page *p = table_cache;

	if (should_fail_alloc(GFP_KERNEL))
		return NULL;
	if (likely(p)) {
		table_cache = (struct page *)p->private;
		nr_cached_tables--;
	} else {
		p = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!p)
			return NULL;
		page_set(p, PG_table);
	}
	p->_mapcount.counter = 0;
	nr_user_tables++;
	return p;
}

void table_free(struct page *p)
{
	nr_user_tables--;
	if (nr_cached_tables < TABLE_CACHE_MAX) {
		p->private = (unsigned long)table_cache;
		table_cache = p;
		nr_cached_tables++;
		return;
	}
	page_clear(p, PG_table);
	free_page(p);
}

void put_pte_table(struct page *table)
{
	if (table->_mapcount.counter > 0)
		table->_mapcount.counter--;
	else
		table_free(table);
}

phys_addr_t pgd_alloc(void)
{
	struct page *p = pgd_cache;
	u64 *pgd;

	if (should_fail_alloc(GFP_KERNEL))
		return 0;
	if (likely(p)) {
		pgd_cache = (struct page *)p->private;
		nr_cached_pgds--;
		nr_cached_tables--;
	} else {
		p = alloc_page(GFP_KERNEL);
		if (!p)
			return 0;
		page_set(p, PG_table);
		pgd = page_address(p);
		memset(pgd, 0, PAGE_SIZE / 2);
		memcpy(pgd + USER_PGD_ENTRIES, (u64 *)__va(swapper_pg_dir_phys) + USER_PGD_ENTRIES, PAGE_SIZE / 2);
	}
	nr_user_tables++;
	return page_to_phys(p);
}

/* => user half is zero */
void pgd_free(phys_addr_t pgd)
{
	struct page *p = pfn_to_page(PFN_DOWN(pgd));

	nr_user_tables--;
	if (nr_cached_pgds < PGD_CACHE_MAX) {
		p->private = (unsigned long)pgd_cache;
		pgd_cache = p;
		nr_cached_pgds++;
		nr_cached_tables++;
		return;
	}
	page_clear(p, PG_table);
	free_page(p);
}

/* ---- walks ---- */

pmd_t *pmd_lookup(const struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = mm_pgd(mm) + pgd_index(addr);
	pud_t *pud;

	if (pgd_none(*pgd))
		return NULL;
	pud = (pud_t *)table_of(*pgd) + pud_index(addr);
	if (pud_none(*pud))
		return NULL;
	return (pmd_t *)table_of(*pud) + pmd_index(addr);
}

/* An empty table goes into *entry. Counted in nr_ptes as every user table of the mm. */
static noinline bool fill_entry(struct mm_struct *mm, u64 *entry)
{
	struct page *p = table_alloc();

	if (!p)
		return false;
	WRITE_ONCE(*entry, page_to_phys(p) | _USERPG_TABLE);
	mm->nr_ptes++;
	return true;
}

pmd_t *pmd_alloc(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = mm_pgd(mm) + pgd_index(addr);
	pud_t *pud;

	if (unlikely(pgd_none(*pgd)) && !fill_entry(mm, &pgd->val))
		return NULL;
	pud = (pud_t *)table_of(*pgd) + pud_index(addr);
	if (unlikely(pud_none(*pud)) && !fill_entry(mm, &pud->val))
		return NULL;
	return (pmd_t *)table_of(*pud) + pmd_index(addr);
}

pte_t *pte_alloc(struct mm_struct *mm, unsigned long addr)
{
	pmd_t *pmd = pmd_alloc(mm, addr);

	if (unlikely(!pmd))
		return NULL;
	if (unlikely(!pmd_table_owned(*pmd))) {
		if (pmd_none(*pmd)) {
			if (!fill_entry(mm, &pmd->val))
				return NULL;
		} else if (pmd_own_table(mm, pmd, addr)) {
			return NULL;
		}
	}
	return (pte_t *)table_of(*pmd) + pte_index(addr);
}

pte_t *pte_lookup(const struct mm_struct *mm, unsigned long addr)
{
	pmd_t *pmd = pmd_lookup(mm, addr);

	if (!pmd || pmd_none(*pmd) || pmd_huge(*pmd))
		return NULL;
	return (pte_t *)table_of(*pmd) + pte_index(addr);
}

/* ---- unsharing ---- */

/* T4 for one VMA's pages [start, end) of the table. */
void copy_ptes(pte_t *to, pte_t *from, const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	u64 keep = vma->vm_flags & VM_SHARED ? ~0UL : ~_PAGE_RW;
	unsigned int i = pte_index(start), last = pte_index(end - 1);

	for (; i <= last; i++) {
		u64 val = from[i].val;

		if (!val)
			continue;
		if (!(val & _PAGE_SPECIAL))
			get_user_ref(pte_page((pte_t){ val }));
		val &= keep;
		from[i].val = val;
		to[i].val = val;
	}
}

int pte_table_unshare(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	struct page *old = pmd_table_page(*pmd), *new;
	unsigned long start = addr & PMD_MASK, end = start + PMD_SIZE;
	struct vm_area_struct *vma;

	if (old->_mapcount.counter == 0) {              /* T6 */
		set_pmd(pmd, (pmd_t){ pmd->val | _PAGE_RW });
		return 0;
	}
	new = table_alloc();
	if (!new)
		return -ENOMEM;
	vma = find_vma(mm, addr);
	while (vma && vma->vm_prev && vma->vm_prev->vm_end > start)
		vma = vma->vm_prev;
	if (!vma)
		vma = find_vma(mm, start);
	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		copy_ptes(page_address(new), page_address(old), vma, max(vma->vm_start, start), min(vma->vm_end, end));
	old->_mapcount.counter--;
	set_pmd(pmd, (pmd_t){ page_to_phys(new) | _USERPG_TABLE });
	flush_page(mm, addr);                           /* drops the cached way to the old table */
	return 0;
}

int pmd_own_table(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	if (pmd_table_owned(*pmd))
		return 0;
	return pmd_huge(*pmd) ? split_huge_pmd(mm, pmd, addr) : pte_table_unshare(mm, pmd, addr);
}

static int unshare_at(struct mm_struct *mm, unsigned long addr)
{
	pmd_t *pmd = pmd_lookup(mm, addr);

	return !pmd || pmd_none(*pmd) ? 0 : pmd_own_table(mm, pmd, addr);
}

int unshare_edges(const struct zap *z, unsigned long start, unsigned long end)
{
	unsigned long last = (end - 1) & PMD_MASK;
	int err = 0;

	if ((start & PMD_MASK) < z->floor || (start & PMD_MASK) + PMD_SIZE > z->ceiling)
		err = unshare_at(z->mm, start);
	if (!err && last > start && last + PMD_SIZE > z->ceiling)
		err = unshare_at(z->mm, last);
	return err;
}

void flush_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	if (mm->pgd != current_pgd())
		return;
	if (end - start > 32 * PAGE_SIZE) {
		tlb_flush_user();
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		tlb_flush_page(start);
}

