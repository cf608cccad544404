// SPDX-License-Identifier: MIT
/*
 * mm_check(), the page tables' part: a walk of everything that is mapped below task_size.
 *
 * 10 nr_ptes counts the tables; 11 a writable pmd entry's table has one user (T1); 12 each PTE lies in a VMA
 * (T3); 13 no PTE allows what its VMA does not; 14 a private page that is writable is anonymous and has one
 * reference; 15 rss_anon, rss_file, rss_shmem; 16 a special PTE is the zero page, read-only; 17 a page
 * of a file mapping is the one that the cache has there; 18 an entry has bits that no rule gives;
 * 19 what a userfaultfd protects lies in an area of one, and is not writable.
 * Pages that somebody else holds a reference to at the moment break 14: call it when nobody does.
 */
#include "vm_internal.h"

struct check {
	struct mm_struct *mm;
	struct vm_area_struct *vma;     /* lowest with vm_end > addr */
	long tables, anon, file, shmem;
};

static int check_counted(struct check *c, pte_t e, unsigned long addr, bool writable)
{
	struct page *p = pte_page(e), *head = user_page_head(p);
	struct vm_area_struct *vma = c->vma;

	if (page_test(p, PG_anon))
		c->anon++;
	else if (page_test(p, PG_shmem))
		c->shmem++;
	else
		c->file++;
	if (page_count(head) < 1)
		return 14;
	if (writable && !(vma->vm_flags & VM_SHARED) && (!page_test(p, PG_anon) || page_count(head) != 1))
		return 14;
	if (!page_test(p, PG_anon) && vma->vm_mapping &&
	    (p->mapping != vma->vm_mapping || p->index != vma_pgoff(vma, addr)))
		return 17;
	return 0;
}

static int check_pte(struct check *c, pte_t e, unsigned long addr, bool pmd_rw)
{
	bool writable = pmd_rw && pte_write(e);

	while (c->vma && c->vma->vm_end <= addr)
		c->vma = c->vma->vm_next;
	if (!c->vma || addr < c->vma->vm_start)
		return 12;
	if (e.val & _PAGE_UFFD_WP && (!(c->vma->vm_flags & VM_UFFD_WP) || pte_write(e)))
		return 19;
	if (pte_is_marker(e))
		return vma_is_anon(c->vma) ? 19 : 0;
	if (!(e.val & (_PAGE_PRESENT | _PAGE_PROTNONE)) || !(e.val & _PAGE_USER))
		return 18;
	if (pte_present(e) != !!(c->vma->vm_flags & VM_ACCESS_FLAGS) || (pte_write(e) && !(c->vma->vm_flags & VM_WRITE)))
		return 13;
	if ((c->vma->vm_page_prot & _PAGE_NX) != (e.val & _PAGE_NX))
		return 13;
	if (pte_is_special(e))
		return pte_write(e) || pte_page(e) != zero_page ? 16 : 0;
	return check_counted(c, e, addr, writable);
}

static int check_pte_table(struct check *c, pmd_t pmd, unsigned long base)
{
	pte_t *table = table_of(pmd);
	int err;

	if (pmd_write(pmd) && pmd_table_page(pmd)->_mapcount.counter)
		return 11;
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		if (!table[i].val)
			continue;
		err = check_pte(c, table[i], base + i * PAGE_SIZE, pmd_write(pmd));
		if (err)
			return err;
	}
	return 0;
}

static int check_huge(struct check *c, pmd_t pmd, unsigned long base)
{
	struct page *p = pmd_table_page(pmd);

	while (c->vma && c->vma->vm_end <= base)
		c->vma = c->vma->vm_next;
	if (!c->vma || base < c->vma->vm_start || base + PMD_SIZE > c->vma->vm_end)
		return 12;
	if (pmd_present(pmd) != !!(c->vma->vm_flags & VM_ACCESS_FLAGS) || (pmd_write(pmd) && !(c->vma->vm_flags & VM_WRITE)))
		return 13;
	if (!page_test(p, PG_head) || !page_test(p, PG_anon) || page_count(p) < 1 || (pmd_write(pmd) && page_count(p) != 1))
		return 14;
	c->anon += PTRS_PER_TABLE;
	return 0;
}

static int check_pmds(struct check *c, pmd_t *pmd, unsigned long base)
{
	int err = 0;

	for (unsigned int i = 0; i < PTRS_PER_TABLE && !err; i++, base += PMD_SIZE) {
		if (pmd_none(pmd[i]))
			continue;
		if (pmd_huge(pmd[i])) {
			err = check_huge(c, pmd[i], base);
			continue;
		}
		c->tables++;
		err = check_pte_table(c, pmd[i], base);
	}
	return err;
}

static int check_puds(struct check *c, pud_t *pud, unsigned long base)
{
	int err = 0;

	for (unsigned int i = 0; i < PTRS_PER_TABLE && !err; i++, base += PUD_SIZE) {
		if (pud_none(pud[i]))
			continue;
		c->tables++;
		err = check_pmds(c, table_of(pud[i]), base);
	}
	return err;
}

int pgtable_check(struct mm_struct *mm)
{
	struct check c = { .mm = mm, .vma = mm->mmap, .tables = 1 };
	pgd_t *pgd = mm_pgd(mm);
	int err;

	for (unsigned long i = 0; i < USER_PGD_ENTRIES; i++) {
		if (pgd_none(pgd[i]))
			continue;
		c.tables++;
		err = check_puds(&c, table_of(pgd[i]), i << PGDIR_SHIFT);
		if (err)
			return err;
	}
	if (c.tables != mm->nr_ptes)
		return 10;
	if (c.anon != mm->rss_anon || c.file != mm->rss_file || c.shmem != mm->rss_shmem)
		return 15;
	return 0;
}
