// SPDX-License-Identifier: MIT
/*
 * mlock(2) and friends. Nothing is ever paged out here, so a lock is a promise that is easily kept: the
 * pages are faulted in and counted (locked_vm, RLIMIT_MEMLOCK), and MADV_DONTNEED is refused.
 */
#include "vm_internal.h"

static int mlock_fixup(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end,
		       unsigned long vm_flags)
{
	unsigned long old = (*vma)->vm_flags, flags = (old & ~VM_LOCKED_MASK) | vm_flags;
	long pages = (end - start) >> PAGE_SHIFT;
	struct vm_area_struct *new;

	if (flags == old)
		return 0;
	new = vma_modify(mm, *vma, start, end, flags);
	if (IS_ERR(new))
		return PTR_ERR(new);
	*vma = new;
	if ((flags ^ old) & VM_LOCKED)
		mm->locked_vm += flags & VM_LOCKED ? pages : -pages;
	return 0;
}

/* => mmap_lock for write. -ENOMEM when part of the range is not mapped (what comes before it is done). */
static int mlock_range(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned long vm_flags)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int err;

	if (!vma || vma->vm_start > start)
		return -ENOMEM;
	for (;;) {
		unsigned long next = min(vma->vm_end, end);

		err = mlock_fixup(mm, &vma, start, next, vm_flags);
		if (err)
			return err;
		start = next;
		if (start >= end)
			return 0;
		if (vma->vm_end <= start)
			vma = vma->vm_next;
		if (!vma || vma->vm_start > start)
			return -ENOMEM;
	}
}

/* Pages of [start, end) that are locked already: not counted twice. */
static unsigned long locked_pages(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	unsigned long pages = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		if (vma->vm_flags & VM_LOCKED)
			pages += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return pages;
}

int do_mlock(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long vm_flags)
{
	unsigned long start = addr & PAGE_MASK, end = PAGE_ALIGN(addr + len);
	int err = 0;

	if (vm_flags && !mm->can_mlock && !mm->rlimit_memlock)
		return -EPERM;
	if (addr + len < addr || (end < start))
		return -EINVAL;
	if (start == end)
		return 0;
	down_write(&mm->mmap_lock);
	if (vm_flags && !mlock_allowed(mm, (end - start) >> PAGE_SHIFT) &&
	    !mlock_allowed(mm, ((end - start) >> PAGE_SHIFT) - locked_pages(mm, start, end)))
		err = -ENOMEM;
	if (!err)
		err = mlock_range(mm, start, end, vm_flags);
	up_write(&mm->mmap_lock);
	if (err || (vm_flags & VM_LOCKED_MASK) != VM_LOCKED)
		return err;
	err = mm_populate(mm, start, end - start, false);
	/* mlock(2): pages that can't be faulted in. */
	return err == -EFAULT ? -ENOMEM : err;
}

int do_mlockall(struct mm_struct *mm, int flags)
{
	unsigned long lock = VM_LOCKED | (flags & MCL_ONFAULT ? VM_LOCKONFAULT : 0);
	struct vm_area_struct *vma;
	int err = 0;

	if ((flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (flags && !mm->can_mlock && !mm->rlimit_memlock)
		return -EPERM;
	if ((flags & MCL_CURRENT) && !mm->can_mlock && mm->total_vm > mm->rlimit_memlock >> PAGE_SHIFT)
		return -ENOMEM;
	down_write(&mm->mmap_lock);
	mm->def_flags &= ~VM_LOCKED_MASK;
	if (flags & MCL_FUTURE)
		mm->def_flags |= lock;
	if (!flags || (flags & MCL_CURRENT)) {
		for (vma = mm->mmap; vma; vma = vma->vm_next) {
			if (vma->vm_flags & VM_SPECIAL)
				continue;
			err = mlock_fixup(mm, &vma, vma->vm_start, vma->vm_end, flags ? lock : 0);
			if (err)
				break;
		}
	}
	up_write(&mm->mmap_lock);
	if (!err && (flags & MCL_CURRENT) && !(flags & MCL_ONFAULT))
		mm_populate(mm, 0, mm->task_size, false);
	return err;
}
