// SPDX-License-Identifier: MIT
/*
 * mm_check(), the VMA set's part: 1 list sorted, disjoint, aligned, inside task_size; 2 tree equals list, balanced;
 * 3 gaps; 4 map_count and the *_vm counters; 5 who is registered with a userfaultfd has
 * its number; 10 and up: page tables (mm/pgtable_check.c).
 * => mmap_lock held
 */
#include "vm_internal.h"

#define rb_vma(n) rb_entry(n, struct vm_area_struct, rb)

static unsigned long subtree_gap(const struct rb_node *n)
{
	return n ? rb_vma(n)->rb_subtree_gap : 0;
}

struct vma_totals {
	unsigned long total, locked, data, exec, stack;
};

static int check_list(struct mm_struct *mm, struct vma_totals *t)
{
	struct vm_area_struct *vma, *prev = NULL;
	struct mm_struct sum = { 0 };
	int count = 0;

	for (vma = mm->mmap; vma; prev = vma, vma = vma->vm_next) {
		if (vma->vm_prev != prev || vma->vm_mm != mm || vma->vm_start >= vma->vm_end ||
		    ((vma->vm_start | vma->vm_end) & ~PAGE_MASK) || vma->vm_end > TASK_SIZE ||
		    (prev && prev->vm_end > vma->vm_start))
			return 1;
		if (vma->gap != vma_own_gap(vma) ||
		    vma->rb_subtree_gap != max(vma->gap, max(subtree_gap(vma->rb.left), subtree_gap(vma->rb.right))))
			return 3;
		if (vma->vm_page_prot != vm_page_prot(vma->vm_flags))
			return 4;
		if (!(vma->vm_flags & VM_UFFD_ANY) != !(vma->vm_flags & VM_UFFD_ID))
			return 5;
		vm_stat_account(&sum, vma->vm_flags, vma_pages(vma));
		if (vma->vm_flags & VM_LOCKED)
			sum.locked_vm += vma_pages(vma);
		count++;
	}
	if (mm->highest_end != (prev ? prev->vm_end : 0))
		return 1;
	*t = (struct vma_totals){ sum.total_vm, sum.locked_vm, sum.data_vm, sum.exec_vm, sum.stack_vm };
	return count == mm->map_count ? 0 : 4;
}

int vma_check(struct mm_struct *mm)
{
	struct vm_area_struct *vma = mm->mmap;
	struct vma_totals t;
	struct rb_node *n;
	int err = check_list(mm, &t);

	if (err)
		return err;
	if (rb_check(&mm->mm_rb))
		return 2;
	for (n = rb_first(&mm->mm_rb); n; n = rb_next(n), vma = vma->vm_next)
		if (!vma || rb_vma(n) != vma)
			return 2;
	if (vma)
		return 2;
	if (t.total != mm->total_vm || t.locked != mm->locked_vm || t.data != mm->data_vm || t.exec != mm->exec_vm ||
	    t.stack != mm->stack_vm)
		return 4;
	return 0;
}

int mm_check(struct mm_struct *mm)
{
	int err = vma_check(mm);

	return err ? err : pgtable_check(mm);
}
