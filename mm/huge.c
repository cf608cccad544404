// SPDX-License-Identifier: MIT
/*
 * 2 MiB anonymous pages: one pmd entry, one block of order 9, one reference count (in its first struct page)
 * for the whole. A write fault in an empty, aligned 2 MiB inside an anonymous private VMA gets one if it may
 * and memory is not scarce.
 *
 * Whoever needs less than the whole splits the entry into a PTE table first (split_huge_pmd):
 *   count 1    the block becomes 512 pages of their own
 *   count > 1  (fork) the block stays one: its pages become PG_tail, each PTE holds a reference to the first
 *              page, and the block is freed when the last of all goes. Such PTEs are never written through.
 *
 * A read fault there maps the zero table: 512 PTEs of the zero page, one table for everybody, shared by
 * the rules of mm/pgtable.c.
 * Lock: page_table_lock.
 */
#include "vm_internal.h"

#define HUGE_ORDER 9
#define HUGE_PAGES (1UL << HUGE_ORDER)
#define HUGE_RESERVE (16UL << 20 >> PAGE_SHIFT) /* leave so much free for small pages */

enum thp_mode thp_enabled = THP_ALWAYS;
static struct page *zero_table;         /* user count of its own, so it is never freed */

void huge_init(void)
{
	u64 *pte;

	zero_table = table_alloc();
	if (!zero_table)
		panic("out of memory at boot (for a page table): give the machine more");
	nr_user_tables--;                       /* no user's yet */
	pte = page_address(zero_table);
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		pte[i] = page_to_phys(zero_page) | protection_map[VM_READ] | _PAGE_SPECIAL;
}

bool pmd_is_zero_table(pmd_t e)
{
	return pmd_pfn(e) == page_to_pfn(zero_table);
}

/* May the 2 MiB around @addr be one page? */
bool huge_allowed(const struct mm_struct *mm, const struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long start = addr & PMD_MASK;

	if (thp_enabled == THP_NEVER || mm->thp_disabled || (vma->vm_flags & (VM_NOHUGEPAGE | VM_UFFD_ANY)) || !vma_is_anon(vma))
		return false;
	if (thp_enabled == THP_MADVISE && !(vma->vm_flags & VM_HUGEPAGE))
		return false;
	return start >= vma->vm_start && start + PMD_SIZE <= vma->vm_end;
}

/* *pmd is empty or the zero table. False: no memory to spare, use small pages. */
bool huge_write_fault(struct mm_struct *mm, const struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct page *p;

	if (nr_free_pages() < HUGE_PAGES + HUGE_RESERVE)
		return false;
	p = alloc_pages(GFP_HIGHUSER | __GFP_ZERO | __GFP_NOWARN, HUGE_ORDER);
	if (!p)
		return false;
	page_set(p, PG_anon);
	if (!pmd_none(*pmd)) {
		put_pte_table(pmd_table_page(*pmd));
		mm->nr_ptes--;
	}
	set_pmd(pmd, (pmd_t){ page_to_phys(p) | vma->vm_page_prot | _PAGE_RW | _PAGE_DIRTY | _PAGE_PSE });
	mm->rss_anon += HUGE_PAGES;
	flush_page(mm, addr);
	return true;
}

/* *pmd is empty. The zero table fits where pages are readable and not executable. */
bool huge_read_fault(struct mm_struct *mm, const struct vm_area_struct *vma, pmd_t *pmd)
{
	if ((vma->vm_page_prot | _PAGE_ACCESSED) != protection_map[VM_READ])
		return false;
	zero_table->_mapcount.counter++;
	set_pmd(pmd, (pmd_t){ page_to_phys(zero_table) | (_USERPG_TABLE & ~_PAGE_RW) });
	mm->nr_ptes++;
	return true;
}

/* A write to a present but read-only 2 MiB page. True: it is writable now; false: it must be split. */
bool huge_reuse(pmd_t *pmd)
{
	if (page_count(pmd_table_page(*pmd)) != 1)
		return false;
	set_pmd(pmd, (pmd_t){ pmd->val | _PAGE_RW | _PAGE_DIRTY });
	return true;
}

/* ---- splitting ---- */

static void split_block(struct page *head)
{
	page_clear(head, PG_head);
	head->order = 0;
	for (unsigned int i = 1; i < HUGE_PAGES; i++) {
		page_clear(head + i, PG_tail);  /* left from a sharer that is gone */
		page_set(head + i, PG_anon);
		head[i].private = 0;
		head[i]._refcount.counter = 1;
	}
}

static void mark_tails(struct page *head)
{
	if (page_test(head + 1, PG_tail))
		return;
	for (unsigned int i = 1; i < HUGE_PAGES; i++) {
		page_set(head + i, PG_anon);
		page_set(head + i, PG_tail);
		head[i].private = (unsigned long)head;
	}
}

int split_huge_pmd(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	struct page *head = pmd_table_page(*pmd), *table = table_alloc();
	u64 val, *pte;

	if (!table)
		return -ENOMEM;
	val = pmd->val & ~_PAGE_PSE;
	if (page_count(head) == 1) {
		split_block(head);
	} else {
		mark_tails(head);
		head->_refcount.counter += HUGE_PAGES - 1;
		val &= ~_PAGE_RW;
	}
	pte = page_address(table);
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		pte[i] = val + i * PAGE_SIZE;
	set_pmd(pmd, (pmd_t){ page_to_phys(table) | _USERPG_TABLE });
	mm->nr_ptes++;
	flush_page(mm, addr);
	return 0;
}

/* ---- references ---- */

/* The last reference to a block that may have tails. */
void free_huge_page(struct page *head)
{
	if (page_test(head + 1, PG_tail)) {
		for (unsigned int i = 1; i < HUGE_PAGES; i++) {
			page_clear(head + i, PG_tail);
			page_clear(head + i, PG_anon);
			head[i].private = 0;
		}
	}
	head->_refcount.counter = 1;
	put_page(head);
}

void zap_huge_pmd(struct mm_struct *mm, pmd_t *pmd)
{
	struct page *head = pmd_table_page(*pmd);

	set_pmd(pmd, (pmd_t){ 0 });
	mm->rss_anon -= HUGE_PAGES;
	put_user_page(head);
}
