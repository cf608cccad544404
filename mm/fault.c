// SPDX-License-Identifier: MIT
/*
 * Page faults: what a missing or read-only PTE means and what replaces it.
 *
 *   no PTE, anonymous    read: the zero page; write: a zeroed page
 *   no PTE, file         read: the cached page, and its cached neighbours in the same 64 KiB (fault-around);
 *                        write, shared: the cached page; write, private: a copy of it
 *   read-only, write     shared: made writable; private: in place when the page has no other user, else a copy
 *   registered           with a userfaultfd: the reader is asked first (FAULT_USERFAULT), what is missing or protected
 *   nothing wrong        the TLB was behind (rights had been widened): forget that address, try again
 *
 * The order is look first, allocate with page_table_lock held (allocation never sleeps), publish, flush.
 * Lock: mmap_lock for read; for write to grow a stack.
 */
#include "vm_internal.h"

#define FAULT_AROUND_PAGES 16

struct fault {
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long addr;             /* page-aligned */
	unsigned int access;
	pte_t *pte;                     /* in a table that only mm uses */
};

struct page *alloc_anon_page(bool zero)
{
	struct page *p = alloc_page(GFP_HIGHUSER);

	if (unlikely(!p))
		return NULL;
	if (zero)
		clear_highpage(p);
	page_set(p, PG_anon);
	return p;
}

static u64 page_pte(const struct page *p, u64 prot)
{
	return page_to_phys(p) | prot;
}

/* A private page that may be written: RW only if the mapping allows it. */
static u64 anon_pte(const struct fault *f, const struct page *p)
{
	u64 prot = f->vma->vm_page_prot;

	if (f->vma->vm_flags & VM_WRITE)
		prot |= _PAGE_RW | _PAGE_DIRTY;
	return page_pte(p, prot);
}

static enum fault_result anon_fault(const struct fault *f)
{
	struct page *p;

	if (unlikely(f->vma->vm_flags & VM_UFFD_MISSING))
		return FAULT_USERFAULT;
	if (!(f->access & FAULT_WRITE)) {
		f->pte->val = page_pte(zero_page, f->vma->vm_page_prot | _PAGE_SPECIAL);
		return FAULT_OK;
	}
	p = alloc_anon_page(true);
	if (unlikely(!p))
		return FAULT_OOM;
	f->mm->rss_anon++;
	f->pte->val = anon_pte(f, p);
	return FAULT_OK;
}

/* Puts a private copy of @from in place of what is there. @from: NULL for zeroes. */
static enum fault_result copy_fault(const struct fault *f, struct page *from)
{
	struct page *p = alloc_anon_page(!from);

	if (unlikely(!p))
		return FAULT_OOM;
	if (from)
		copy_highpage(p, from);
	f->mm->rss_anon++;
	f->pte->val = anon_pte(f, p);
	flush_page(f->mm, f->addr);
	return FAULT_OK;
}

/* The file's times change, as on Linux's tmpfs: at the fault, not with each write. */
static inline void tell_written(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->written)
		vma->vm_ops->written(vma);
}

static enum fault_result wp_fault(const struct fault *f)
{
	pte_t old = *f->pte;
	enum fault_result res;
	struct page *p;

	if (f->vma->vm_flags & (VM_SHARED | VM_UFFD_WP)) {
		if (unlikely(old.val & _PAGE_UFFD_WP))
			return pte_is_marker(old) ? uffd_marker_fault(f->vma, f->pte, f->addr) : FAULT_USERFAULT;
		if (f->vma->vm_flags & VM_SHARED) {
			tell_written(f->vma);
			f->pte->val |= _PAGE_RW | _PAGE_DIRTY;
			return FAULT_OK;
		}
	}
	if (pte_is_special(old))
		return copy_fault(f, NULL);
	p = pte_page(old);
	if (page_test(p, PG_anon) && atomic_read(&p->_refcount) == 1) {
		f->pte->val |= _PAGE_DIRTY | _PAGE_ACCESSED;
		if (likely(f->vma->vm_flags & VM_WRITE))
			f->pte->val |= _PAGE_RW;
		return FAULT_OK;
	}
	res = copy_fault(f, p);
	if (likely(res == FAULT_OK)) {
		--*rss_of(f->mm, p);
		put_user_page(p);
	}
	return res;
}

/* ---- files ---- */

/* Maps the cached pages around f->addr (which itself is done by the caller). */
static void fault_around(const struct fault *f, u64 pgoff)
{
	struct vm_area_struct *vma = f->vma;
	unsigned long start = f->addr & ~(FAULT_AROUND_PAGES * PAGE_SIZE - 1);
	unsigned long end = min(start + FAULT_AROUND_PAGES * PAGE_SIZE, vma->vm_end);
	struct page *pages[FAULT_AROUND_PAGES];
	unsigned int nr, want, i;
	pte_t *pte;
	long *rss;

	start = max(start, vma->vm_start);
	want = (end - start) >> PAGE_SHIFT;
	pgoff -= (f->addr - start) >> PAGE_SHIFT;
	nr = filemap_peek(vma->vm_mapping, pgoff, want, pages);
	if (nr && nr < want)            /* at most two nodes hold them */
		nr += filemap_peek(vma->vm_mapping, pgoff + nr, want - nr, pages + nr);
	pte = f->pte - ((f->addr - start) >> PAGE_SHIFT);
	rss = vma->vm_mapping->is_shmem ? &f->mm->rss_shmem : &f->mm->rss_file;
	for (i = 0; i < nr; i++) {
		if (!pages[i] || pte[i].val)
			continue;
		get_page(pages[i]);
		++*rss;
		pte[i].val = page_pte(pages[i], vma->vm_page_prot);
	}
}

/* The page behind @pgoff with a reference, or an error as in vm_operations_struct.fault. */
static struct page *file_page(const struct vm_area_struct *vma, u64 pgoff)
{
	struct address_space *m = vma->vm_mapping;

	if (vma->vm_ops && vma->vm_ops->fault)
		return vma->vm_ops->fault((struct vm_area_struct *)vma, pgoff);
	if (unlikely(pgoff >= PFN_UP(m->size)))
		return ERR_PTR(-EFAULT);
	return find_or_create_page(m, pgoff);
}

static enum fault_result file_fault(const struct fault *f)
{
	struct vm_area_struct *vma = f->vma;
	u64 pgoff = vma_pgoff(vma, f->addr);
	bool write = f->access & FAULT_WRITE;
	enum fault_result res;
	struct page *p;

	if (unlikely(vma->vm_flags & VM_UFFD_ANY) && uffd_reason(vma, (pte_t){ 0 }, f->addr, f->access))
		return FAULT_USERFAULT;
	p = file_page(vma, pgoff);
	if (IS_ERR(p))
		return PTR_ERR(p) == -ENOMEM ? FAULT_OOM : FAULT_BUS;
	if (write && !(vma->vm_flags & VM_SHARED)) {
		res = copy_fault(f, p);
		put_page(p);
		return res;
	}
	if (write)
		tell_written(vma);
	++*rss_of(f->mm, p);
	f->pte->val = page_pte(p, vma->vm_page_prot);
	if (vma->vm_mapping && !write && !(vma->vm_ops && vma->vm_ops->fault) && !(vma->vm_flags & (VM_UFFD_WP | VM_UFFD_MINOR)))
		fault_around(f, pgoff);
	return FAULT_OK;
}

/* ---- the front ---- */

/* Can the fault be answered with 2 MiB at once? */
static noinline bool huge_fault(struct fault *f, pmd_t *pmd)
{
	bool write = f->access & FAULT_WRITE;

	if (write && !(f->vma->vm_flags & VM_WRITE))
		return false;           /* a debugger's write: to a small page of its own */
	if (pmd_huge(*pmd))
		return !write || pmd_write(*pmd) || huge_reuse(pmd);
	if (!pmd_none(*pmd) && !(write && pmd_is_zero_table(*pmd)))
		return false;
	if (!huge_allowed(f->mm, f->vma, f->addr))
		return false;
	return write ? huge_write_fault(f->mm, f->vma, pmd, f->addr) : huge_read_fault(f->mm, f->vma, pmd);
}

static enum fault_result pte_fault(struct fault *f)
{
	struct mm_struct *mm = f->mm;
	enum fault_result res = FAULT_OK;
	pmd_t *pmd;

	if (unlikely(!f->vma->anon_id) && (f->access & FAULT_WRITE) && !(f->vma->vm_flags & VM_SHARED))
		anon_id_make(f->vma);
	spin_lock(&mm->page_table_lock);
	pmd = pmd_alloc(mm, f->addr);
	if (unlikely(!pmd)) {
		res = FAULT_OOM;
		goto out;
	}
	if (unlikely(!pmd_table_owned(*pmd))) {
		if (huge_fault(f, pmd))
			goto out;
		if (!pte_alloc(mm, f->addr)) {
			res = FAULT_OOM;
			goto out;
		}
	}
	f->pte = (pte_t *)table_of(*pmd) + pte_index(f->addr);
	if (f->pte->val == 0)
		res = vma_is_anon(f->vma) ? anon_fault(f) : file_fault(f);
	else if ((f->access & FAULT_WRITE) && !pte_write(*f->pte))
		res = wp_fault(f);
	else if (unlikely(pte_is_marker(*f->pte)))
		res = uffd_marker_fault(f->vma, f->pte, f->addr);
out:
	spin_unlock(&mm->page_table_lock);
	return res;
}

/* The VMA for an access to @addr, grown if it is a stack. => mmap_lock for read, dropped and retaken to grow */
static struct vm_area_struct *fault_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	int err;

	if (unlikely(!vma))
		return NULL;
	if (likely(vma->vm_start <= addr))
		return vma;
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return NULL;
	up_read(&mm->mmap_lock);
	down_write(&mm->mmap_lock);
	vma = find_vma(mm, addr);
	err = vma ? expand_stack(mm, vma, addr) : -ENOMEM;
	downgrade_write(&mm->mmap_lock);
	return err ? NULL : vma;
}

static bool access_allowed(const struct vm_area_struct *vma, unsigned int access)
{
	unsigned long flags = vma->vm_flags;

	if (unlikely(access & FAULT_FORCE)) {
		if (flags & (VM_IO | VM_PFNMAP))
			return false;
		if (access & FAULT_WRITE)
			return flags & VM_WRITE || (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
		return flags & (VM_ACCESS_FLAGS | VM_MAYREAD);
	}
	if (access & FAULT_WRITE)
		return vma->vm_flags & VM_WRITE;
	if (access & FAULT_EXEC)
		return vma->vm_flags & VM_EXEC;
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

enum fault_result handle_mm_fault(struct mm_struct *mm, unsigned long addr, unsigned int access, unsigned long user_sp)
{
	struct fault f = { .mm = mm, .addr = addr & PAGE_MASK, .access = access };
	enum fault_result res;

	if (unlikely(addr >= mm->task_size))
		return FAULT_MAPERR;
	down_read(&mm->mmap_lock);
	f.vma = fault_vma(mm, addr);
	if (unlikely(!f.vma))
		res = FAULT_MAPERR;
	else if (unlikely(!access_allowed(f.vma, access)))
		res = FAULT_ACCERR;
	else
		res = pte_fault(&f);
	up_read(&mm->mmap_lock);
	return res;
}
