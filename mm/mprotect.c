// SPDX-License-Identifier: MIT
/*
 * mprotect(2). VMAs first (split, flags, merge), then the PTEs of each piece. A private page becomes
 * writable at once when it has no other user, which saves the fault; the others stay read-only and are
 * copied on write. PROT_NONE pages keep their PTE without PRESENT.
 */
#include "vm_internal.h"

static u64 changed_pte(pte_t e, const struct vm_area_struct *vma)
{
	u64 val = (e.val & (PTE_PFN_MASK | _PAGE_SPECIAL | _PAGE_DIRTY)) | vma->vm_page_prot;

	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE && !(e.val & _PAGE_SPECIAL)) {
		struct page *p = pte_page(e);

		if (page_test(p, PG_anon) && atomic_read(&p->_refcount) == 1)
			val |= _PAGE_RW | _PAGE_DIRTY;
	}
	return val;
}

/* => page_table_lock; VMA's flags are the new ones. 0 or -ENOMEM */
static int change_ptes(struct mm_struct *mm, const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	unsigned long addr = start, next;

	for (; addr < end; addr = next) {
		pmd_t *pmd = pmd_lookup(mm, addr);
		unsigned int i = pte_index(addr), last;
		pte_t *table;

		next = min((addr & PMD_MASK) + PMD_SIZE, end);
		if (!pmd) {
			next = min((addr & PUD_MASK) + PUD_SIZE, end);
			continue;
		}
		if (pmd_none(*pmd))
			continue;
		if (pmd_huge(*pmd) && next - addr == PMD_SIZE) {
			set_pmd(pmd, (pmd_t){ changed_pte((pte_t){ pmd->val & ~_PAGE_PSE }, vma) | _PAGE_PSE });
			continue;
		}
		if (pmd_own_table(mm, pmd, addr))
			return -ENOMEM;
		table = table_of(*pmd);
		for (last = pte_index(next - 1); i <= last; i++)
			if (table[i].val)
				table[i].val = changed_pte(table[i], vma);
	}
	return 0;
}

/* The same where a userfaultfd protects pages: they stay so. */
static noinline int change_uffd_ptes(struct mm_struct *mm, const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		pmd_t *pmd = pmd_lookup(mm, addr);
		pte_t *pte;

		if (!pmd || pmd_none(*pmd)) {
			addr = (addr & PMD_MASK) + PMD_SIZE - PAGE_SIZE;
			continue;
		}
		if (pmd_own_table(mm, pmd, addr))
			return -ENOMEM;
		pte = (pte_t *)table_of(*pmd) + pte_index(addr);
		if (pte->val & _PAGE_UFFD_WP && !pte_is_marker(*pte))
			pte->val = (changed_pte(*pte, vma) & ~_PAGE_RW) | _PAGE_UFFD_WP;
		else if (pte->val && !pte_is_marker(*pte))
			pte->val = changed_pte(*pte, vma);
	}
	return 0;
}

/* Promises or gives back what the new flags need. Updates VM_ACCOUNT in *flags. */
static int mprotect_commit(struct mm_struct *mm, const struct vm_area_struct *vma, unsigned long pages, unsigned long *flags)
{
	if (!(*flags & VM_WRITE))
		return 0;
	if (!may_expand_vm(mm, *flags, pages) && may_expand_vm(mm, vma->vm_flags, pages))
		return -ENOMEM;
	if (vma->vm_flags & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE))
		return 0;
	*flags |= VM_ACCOUNT;
	return vm_commit(pages);
}

/* One VMA's part [start, end). Returns the VMA that now covers it, or ERR_PTR. */
static struct vm_area_struct *mprotect_fixup(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
					     unsigned long end, unsigned long prot)
{
	unsigned long old = vma->vm_flags, flags = (old & ~VM_ACCESS_FLAGS) | prot;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	int err;

	if (flags == old)
		return vma;
	err = mprotect_commit(mm, vma, pages, &flags);
	if (err)
		return ERR_PTR(err);
	vma = vma_modify(mm, vma, start, end, flags);
	if (IS_ERR(vma)) {
		if ((flags ^ old) & VM_ACCOUNT)
			vm_uncommit(pages);
		return vma;
	}
	spin_lock(&mm->page_table_lock);
	err = unlikely(flags & VM_UFFD_WP) ? change_uffd_ptes(mm, vma, start, end) : change_ptes(mm, vma, start, end);
	spin_unlock(&mm->page_table_lock);
	flush_range(mm, start, end);
	return err ? ERR_PTR(err) : vma;
}

static int mprotect_locked(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned long prot, unsigned long grows)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	if (!vma)
		return -ENOMEM;
	if (grows & PROT_GROWSDOWN) {
		if (vma->vm_start >= end)
			return -ENOMEM;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
		start = vma->vm_start;
	} else if (vma->vm_start > start) {
		return -ENOMEM;
	} else if (grows & PROT_GROWSUP) {
		return -EINVAL;                 /* no mapping grows upwards on this machine */
	}
	for (;;) {
		unsigned long next = min(vma->vm_end, end);

		/* VM_MAY* are VM_* shifted by 4. */
		if (prot & ~(vma->vm_flags >> 4) & VM_ACCESS_FLAGS)
			return -EACCES;
		vma = mprotect_fixup(mm, vma, start, next, prot);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		start = next;
		if (start >= end)
			return 0;
		if (vma->vm_end <= start)
			vma = vma->vm_next;
		if (!vma || vma->vm_start > start)
			return -ENOMEM;
	}
}

int do_mprotect(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long prot)
{
	unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	int err;

	prot &= ~(PROT_GROWSDOWN | PROT_GROWSUP);
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (addr & ~PAGE_MASK))
		return -EINVAL;
	if (!len)
		return 0;
	len = PAGE_ALIGN(len);
	if (addr + len <= addr)
		return -ENOMEM;
	if (prot & ~(unsigned long)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
		return -EINVAL;
	down_write(&mm->mmap_lock);
	err = mprotect_locked(mm, addr, addr + len, prot & VM_ACCESS_FLAGS, grows);
	up_write(&mm->mmap_lock);
	return err;
}
