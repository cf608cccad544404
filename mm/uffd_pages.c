// SPDX-License-Identifier: MIT
/*
 * The pages of areas that are registered with a userfaultfd: put in by its owner (UFFDIO_COPY, ZEROPAGE, CONTINUE),
 * protected (WRITEPROTECT). Each page is one step under mmap_lock for read: between two of them everything may change, so each
 * step looks again. A page is there at once and whole, or -EEXIST says that another one is.
 * Lock: page_table_lock.
 */
#include <mm/userfaultfd.h>
#include "vm_internal.h"

/* ---- putting in ---- */

/* The area that [start, start + len) lies in. Whose it is does not matter, as on Linux. => mmap_lock */
static struct vm_area_struct *registered_area(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	if (!vma || !(vma->vm_flags & VM_UFFD_ANY) || start < vma->vm_start || len > vma->vm_end - start)
		return NULL;
	return vma;
}

/* The area for all of @f, or ERR_PTR. => mmap_lock */
static struct vm_area_struct *fill_area(const struct uffd_fill *f)
{
	struct vm_area_struct *vma;

	if (atomic_read(&f->ctx->changing))
		return ERR_PTR(-EAGAIN);
	vma = registered_area(f->ctx->mm, f->start, f->len);
	if (!vma)
		return ERR_PTR(-ENOENT);
	if ((f->wp && !(vma->vm_flags & VM_UFFD_WP)) || (f->kind == UFFD_CONTINUE && vma_is_anon(vma)))
		return ERR_PTR(-EINVAL);
	return vma;
}

int uffd_fill_check(const struct uffd_fill *f)
{
	struct mm_struct *mm = f->ctx->mm;
	struct vm_area_struct *vma;

	down_read(&mm->mmap_lock);
	vma = fill_area(f);
	up_read(&mm->mmap_lock);
	return IS_ERR(vma) ? PTR_ERR(vma) : 0;
}

/* What maps @p, NULL: the zero page. */
static u64 filled_pte(const struct vm_area_struct *vma, struct page *p, bool wp)
{
	u64 val = vma->vm_page_prot;

	if (!p)
		return val | page_to_phys(zero_page) | _PAGE_SPECIAL;
	if (page_test(p, PG_anon) && (vma->vm_flags & VM_WRITE))
		val |= _PAGE_RW | _PAGE_DIRTY;
	if (wp)
		val = (val & ~_PAGE_RW) | _PAGE_UFFD_WP;
	return val | page_to_phys(p);
}

/*
 * The page that @f's kind puts at @addr, with a reference for the PTE, in *p: @given of COPY, cleared here, or found in the
 * file; NULL: the zero page. => page_table_lock, no page is mapped there
 */
static int choose_page(const struct uffd_fill *f, struct vm_area_struct *vma, unsigned long addr, struct page **given, struct page **p)
{
	u64 index = vma_pgoff(vma, addr);
	int err = 0;

	*p = NULL;
	if (vma->vm_mapping && index >= PFN_UP(vma->vm_mapping->size))
		return -EFAULT;
	if (f->kind == UFFD_CONTINUE) {
		*p = find_get_page(vma->vm_mapping, index);
		return *p ? 0 : -EFAULT;
	}
	/* A private mapping of a file gets a page of its own: the hole in the file stays. */
	if (!(vma->vm_flags & VM_SHARED)) {
		*p = *given;
		*given = NULL;
		if (*p)
			page_set(*p, PG_anon);
		return 0;
	}
	*p = *given ? *given : alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	if (!*p)
		return -ENOMEM;
	err = filemap_add_page(vma->vm_mapping, index, *p);
	if (err) {
		if (!*given)
			put_page(*p);
		*p = NULL;
		return err == -ENOSPC ? -ENOMEM : err;
	}
	*given = NULL;
	return 0;
}

/* => mmap_lock */
static int fill_locked(const struct uffd_fill *f, struct vm_area_struct *vma, unsigned long addr, struct page **given)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *p;
	pmd_t *pmd;
	pte_t *pte;
	int err;

	if (!vma->anon_id && !(vma->vm_flags & VM_SHARED))
		anon_id_make(vma);
	pmd = pmd_lookup(mm, addr);
	if (pmd && pmd_huge(*pmd))
		return -EEXIST;
	pte = pte_alloc(mm, addr);
	if (!pte)
		return -ENOMEM;
	if (pte->val && !pte_is_marker(*pte))
		return -EEXIST;
	err = choose_page(f, vma, addr, given, &p);
	if (err)
		return err;
	if (p)
		++*rss_of(mm, p);
	pte->val = filled_pte(vma, p, f->wp);
	return 0;
}

int uffd_fill_page(const struct uffd_fill *f, unsigned long addr, struct page **page)
{
	struct mm_struct *mm = f->ctx->mm;
	struct vm_area_struct *vma;
	int err;

	down_read(&mm->mmap_lock);
	vma = fill_area(f);
	if (IS_ERR(vma)) {
		err = PTR_ERR(vma);
	} else {
		spin_lock(&mm->page_table_lock);
		err = fill_locked(f, vma, addr, page);
		spin_unlock(&mm->page_table_lock);
	}
	up_read(&mm->mmap_lock);
	return err;
}

/* ---- protecting ---- */

static void protect_ptes(pte_t *pte, unsigned int nr, bool markers)
{
	for (; nr; nr--, pte++) {
		if (pte->val)
			pte->val = (pte->val & ~_PAGE_RW) | _PAGE_UFFD_WP;
		else if (markers)
			pte->val = PTE_MARKER;
	}
}

void uffd_wp_clear(pte_t *table, unsigned long start, unsigned long end)
{
	unsigned int i = pte_index(start), last = pte_index(end - 1);

	for (; i <= last; i++)
		table[i].val = pte_is_marker(table[i]) ? 0 : table[i].val & ~_PAGE_UFFD_WP;
}

/* [addr, next) lies in one table. */
static int protect_part(struct vm_area_struct *vma, unsigned long addr, unsigned long next)
{
	bool markers = !vma_is_anon(vma);
	pmd_t *pmd = pmd_lookup(vma->vm_mm, addr);
	pte_t *pte;

	if (!markers && (!pmd || pmd_none(*pmd)))
		return 0;
	pte = pte_alloc(vma->vm_mm, addr);
	if (!pte)
		return -ENOMEM;
	protect_ptes(pte, (next - addr) >> PAGE_SHIFT, markers);
	return 0;
}

int uffd_wp_range(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool protect)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = start, next;
	int err = 0;

	spin_lock(&mm->page_table_lock);
	for (; addr < end && !err; addr = next) {
		pmd_t *pmd = pmd_lookup(mm, addr);

		next = min((addr & PMD_MASK) + PMD_SIZE, end);
		if (protect)
			err = protect_part(vma, addr, next);
		else if (pmd && pmd_table_owned(*pmd))  /* only such tables have protected pages */
			uffd_wp_clear(table_of(*pmd), addr, next);
	}
	spin_unlock(&mm->page_table_lock);
	flush_range(mm, start, end);
	return err;
}

int uffd_writeprotect(struct uffd_ctx *ctx, unsigned long start, unsigned long len, bool protect)
{
	struct mm_struct *mm = ctx->mm;
	struct vm_area_struct *vma;
	int err = -EAGAIN;

	down_read(&mm->mmap_lock);
	if (!atomic_read(&ctx->changing)) {
		vma = registered_area(mm, start, len);
		err = vma && (vma->vm_flags & VM_UFFD_WP) ? uffd_wp_range(vma, start, start + len, protect) : -ENOENT;
	}
	up_read(&mm->mmap_lock);
	return err;
}

enum fault_result uffd_marker_fault(struct vm_area_struct *vma, pte_t *pte, unsigned long addr)
{
	u64 index = vma_pgoff(vma, addr);
	struct page *p;

	if (uffd_reason(vma, *pte, addr, 0))
		return FAULT_USERFAULT;
	if (index >= PFN_UP(vma->vm_mapping->size))
		return FAULT_BUS;
	p = find_or_create_page(vma->vm_mapping, index);
	if (IS_ERR(p))
		return PTR_ERR(p) == -ENOMEM ? FAULT_OOM : FAULT_BUS;
	++*rss_of(vma->vm_mm, p);
	pte->val = (vma->vm_page_prot & ~_PAGE_RW) | _PAGE_UFFD_WP | page_to_phys(p);
	return FAULT_OK;
}

int uffd_zap_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;

	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		pte_t *pte = pte_lookup(mm, addr);
		bool protected = pte && (pte->val & _PAGE_UFFD_WP);

		if (!pte || !pte->val || pte_is_marker(*pte))
			continue;
		if (zap_vma_pages(mm, addr, addr + PAGE_SIZE))
			return -ENOMEM;
		if (protected) {
			spin_lock(&mm->page_table_lock);
			pte_lookup(mm, addr)->val = PTE_MARKER; /* a protected page's table is owned, and stays for one page's zap */
			spin_unlock(&mm->page_table_lock);
		}
	}
	return 0;
}
