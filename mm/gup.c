// SPDX-License-Identifier: MIT
/*
 * Reaching the pages of an address space from the kernel: one by one, faulted in as if the process had
 * touched them. Used for populate, mlock, process_vm_readv, /proc/PID/mem and exec's arguments.
 */
#include <mm/userfaultfd.h>
#include "vm_internal.h"

/* Part of a 2 MiB page that several processes have: no reference can be given to it alone. */
static bool is_huge_part(const struct page *p)
{
	return page_test(p, PG_tail) || (page_test(p, PG_head) && page_test(p, PG_anon));
}

/* @addr's part of such a page is copied. => page_table_lock. What fails leaves it as it is. */
static void own_huge_part(struct mm_struct *mm, unsigned long addr)
{
	pte_t *pte = pte_alloc(mm, addr);
	struct page *old, *new;

	if (!pte)
		return;
	old = pte_page(*pte);
	new = alloc_anon_page(false);
	if (!new)
		return;
	copy_highpage(new, old);
	pte->val = (pte->val & PTE_FLAGS_MASK) | page_to_phys(new);
	flush_page(mm, addr);
	put_user_page(old);
}

/* PROT_NONE pages are there for a debugger. */
static bool is_mapped(const pte_t *pte, unsigned int access)
{
	return pte && (pte_present(*pte) || (pte->val && (access & FAULT_FORCE) && !pte_is_marker(*pte)));
}

/* May the page behind *pte be written? A debugger writes to a read-only one too, if it is this process's alone. */
static bool writable(pmd_t pmd, pte_t pte, unsigned int access)
{
	if (!pmd_write(pmd))
		return false;
	if (pte_write(pte))
		return true;
	return (access & FAULT_FORCE) && !(pte.val & (_PAGE_SPECIAL | _PAGE_UFFD_WP)) && page_test(pte_page(pte), PG_anon) && page_count(pte_page(pte)) == 1;
}

static struct page *mapped_page(struct mm_struct *mm, unsigned long addr, unsigned int access)
{
	struct page *p = NULL;
	pmd_t *pmd;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	pmd = pmd_lookup(mm, addr);
	if (pmd && pmd_huge(*pmd))
		split_huge_pmd(mm, pmd, addr);  /* a reference to a part needs pages of their own */
	pte = pte_lookup(mm, addr);
	if (is_mapped(pte, access) && !pte_is_special(*pte) && is_huge_part(pte_page(*pte))) {
		own_huge_part(mm, addr);
		pte = pte_lookup(mm, addr);
	}
	if (is_mapped(pte, access) && !(!pte_is_special(*pte) && is_huge_part(pte_page(*pte))) &&
	    (!(access & FAULT_WRITE) || writable(*pmd, *pte, access))) {
		p = pte_page(*pte);
		get_page(p);            /* the zero page too: the caller puts it */
	}
	spin_unlock(&mm->page_table_lock);
	return p;
}

struct page *get_user_page(struct mm_struct *mm, unsigned long addr, unsigned int access)
{
	if (addr >= mm->task_size)      /* the kernel's half of the tables is no user's */
		return NULL;
	for (int tries = 0; tries < 3; tries++) {
		struct page *p = mapped_page(mm, addr, access);
		enum fault_result res;

		if (p)
			return p;
		res = handle_mm_fault(mm, addr, access, 0);
		while (unlikely(res == FAULT_USERFAULT)) {
			/* A debugger does not wait for it, as on Linux. */
			if ((access & FAULT_FORCE) || uffd_hooks.wait(mm, addr, access))
				return NULL;
			res = handle_mm_fault(mm, addr, access, 0);
		}
		if (res != FAULT_OK)
			return NULL;
	}
	return NULL;
}

size_t access_mm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len, unsigned int access)
{
	size_t done = 0;

	while (done < len) {
		size_t off = addr & ~PAGE_MASK, chunk = min(len - done, PAGE_SIZE - off);
		struct page *p = get_user_page(mm, addr, access);
		char *va;

		if (!p)
			break;
		va = kmap_local_page(p);
		if (access & FAULT_WRITE)
			memcpy(va + off, (char *)buf + done, chunk);
		else
			memcpy((char *)buf + done, va + off, chunk);
		kunmap_local(va);
		put_page(p);
		done += chunk;
		addr += chunk;
	}
	return done;
}

static int populate_error(enum fault_result res)
{
	return res == FAULT_BUS ? -EFAULT : res == FAULT_OOM ? -ENOMEM : -EFAULT;
}

/* @write: as if written, where the mapping is writable and private; else as if read. */
int mm_populate(struct mm_struct *mm, unsigned long addr, unsigned long len, bool write)
{
	unsigned long end = addr + len;
	int err = 0;

	while (addr < end) {
		struct vm_area_struct *vma;
		enum fault_result res;
		unsigned long stop;
		unsigned int access;

		down_read(&mm->mmap_lock);
		vma = find_vma_intersection(mm, addr, end);
		if (!vma) {
			up_read(&mm->mmap_lock);
			return -ENOMEM;
		}
		addr = max(addr, vma->vm_start);
		stop = min(vma->vm_end, end);
		/* Writable private memory is made now, not shared zeroes that a write would have to replace. */
		access = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE ? FAULT_WRITE : 0;
		if (!(vma->vm_flags & VM_ACCESS_FLAGS) || (vma->vm_flags & VM_SPECIAL)) {
			if (!(vma->vm_flags & VM_SPECIAL))
				err = -EFAULT;
			up_read(&mm->mmap_lock);
			addr = stop;
			continue;
		}
		up_read(&mm->mmap_lock);
		if (write)
			access = FAULT_WRITE;
		for (; addr < stop; addr += PAGE_SIZE) {
			pmd_t *pmd = pmd_lookup(mm, addr);
			pte_t *pte = pte_lookup(mm, addr);

			if (pte && pte_present(*pte) && !access)
				continue;
			if (pmd && pmd_huge(*pmd) && (!access || pmd_write(*pmd))) {
				addr |= PMD_SIZE - PAGE_SIZE;   /* its last page */
				continue;
			}
			do
				res = handle_mm_fault(mm, addr, access, 0);
			while (res == FAULT_USERFAULT && !uffd_hooks.wait(mm, addr, access));
			if (res != FAULT_OK)
				return populate_error(res);
		}
	}
	return err;
}
