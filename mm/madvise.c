// SPDX-License-Identifier: MIT
/*
 * madvise(2), mincore(2), msync(2): what a process says and asks about its pages.
 *
 * MADV_FREE frees at once, which its contract allows ("at any time until the next write").
 * COLD, PAGEOUT, WILLNEED, RANDOM ... have nothing to do where nothing is paged, and say so by success.
 */
#include "vm_internal.h"

typedef int (*advise_fn)(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end,
			 int advice);

/* Flags that an advice sets and clears. */
static bool advice_flags(int advice, unsigned long *set, unsigned long *clear)
{
	static const struct { int advice; unsigned long set, clear; } table[] = {
		{ MADV_NORMAL, 0, VM_RAND_READ | VM_SEQ_READ },
		{ MADV_SEQUENTIAL, VM_SEQ_READ, VM_RAND_READ },
		{ MADV_RANDOM, VM_RAND_READ, VM_SEQ_READ },
		{ MADV_DONTFORK, VM_DONTCOPY, 0 },
		{ MADV_DOFORK, 0, VM_DONTCOPY },
		{ MADV_WIPEONFORK, VM_WIPEONFORK, 0 },
		{ MADV_KEEPONFORK, 0, VM_WIPEONFORK },
		{ MADV_DONTDUMP, VM_DONTDUMP, 0 },
		{ MADV_DODUMP, 0, VM_DONTDUMP },
		{ MADV_HUGEPAGE, VM_HUGEPAGE, VM_NOHUGEPAGE },
		{ MADV_NOHUGEPAGE, VM_NOHUGEPAGE, VM_HUGEPAGE },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].advice == advice) {
			*set = table[i].set;
			*clear = table[i].clear;
			return true;
		}
	}
	return false;
}

static int advise_flags(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end,
			int advice)
{
	unsigned long set, clear, flags;
	struct vm_area_struct *new;

	if (!advice_flags(advice, &set, &clear))
		return -EINVAL;
	if (advice == MADV_DOFORK && ((*vma)->vm_flags & VM_IO))
		return -EINVAL;
	if (advice == MADV_WIPEONFORK && (!vma_is_anon(*vma) || ((*vma)->vm_flags & VM_SHARED)))
		return -EINVAL;
	if (advice == MADV_DODUMP && ((*vma)->vm_flags & VM_SPECIAL))
		return -EINVAL;
	flags = ((*vma)->vm_flags & ~clear) | set;
	if (flags == (*vma)->vm_flags)
		return 0;
	new = vma_modify(mm, *vma, start, end, flags);
	if (IS_ERR(new))
		return PTR_ERR(new) == -ENOMEM ? -EAGAIN : PTR_ERR(new);
	*vma = new;
	return 0;
}

static int advise_drop(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end,
		       int advice)
{
	if (((*vma)->vm_flags & VM_LOCKED) && advice != MADV_DONTNEED_LOCKED)
		return -EINVAL;
	if ((*vma)->vm_flags & VM_PFNMAP)
		return -EINVAL;
	if (advice == MADV_FREE && (!vma_is_anon(*vma) || ((*vma)->vm_flags & VM_SHARED)))
		return -EINVAL;
	if (unlikely((*vma)->vm_flags & VM_UFFD_ANY)) {
		int err = uffd_removing(mm, vma, start, &end);

		if (err)
			return err;
		if (((*vma)->vm_flags & VM_LOCKED) && advice != MADV_DONTNEED_LOCKED)
			return -EINVAL;
		if (((*vma)->vm_flags & VM_UFFD_WP) && !vma_is_anon(*vma))
			return uffd_zap_pages(*vma, start, end);
	}
	return zap_vma_pages(mm, start, end);
}

static int advise_remove(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end,
			 int advice)
{
	struct vm_area_struct *v = *vma;
	u64 first = vma_pgoff(v, start);

	if (v->vm_flags & VM_LOCKED)
		return -EINVAL;
	if (!v->vm_mapping)
		return -EINVAL;
	if ((v->vm_flags & (VM_SHARED | VM_WRITE)) != (VM_SHARED | VM_WRITE))
		return -EACCES;
	if (unlikely(v->vm_flags & VM_UFFD_ANY)) {
		int err = uffd_removing(mm, vma, start, &end);

		if (err)
			return err;
		v = *vma;
		if (!v->vm_mapping || !(v->vm_flags & VM_SHARED))
			return -EINVAL;
		first = vma_pgoff(v, start);
	}
	filemap_punch_hole(v->vm_mapping, first << PAGE_SHIFT, (first << PAGE_SHIFT) + (end - start));
	return 0;
}

static int advise_nothing(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end,
			  int advice)
{
	if ((advice == MADV_COLD || advice == MADV_PAGEOUT) && ((*vma)->vm_flags & (VM_LOCKED | VM_PFNMAP)))
		return -EINVAL;
	return 0;
}

/* NULL: not an advice (-EINVAL). */
static advise_fn advise_function(int advice)
{
	unsigned long set, clear;

	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return advise_drop;
	case MADV_REMOVE:
		return advise_remove;
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return advise_nothing;
	default:
		return advice_flags(advice, &set, &clear) ? advise_flags : NULL;
	}
}

/* Holes are skipped, the rest is advised, and the answer is -ENOMEM: madvise(2). */
static int madvise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int advice, advise_fn fn)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int err, unmapped = 0;

	if (vma && start < vma->vm_start) {
		unmapped = -ENOMEM;
		start = vma->vm_start;
	}
	while (vma && start < end) {
		unsigned long next = min(vma->vm_end, end);

		err = fn(mm, &vma, start, next, advice);
		if (err)
			return err;
		start = next;
		if (start >= end)
			return unmapped;
		while (vma && vma->vm_end <= start)     /* one step, unless the set has changed meanwhile */
			vma = vma->vm_next;
		if (vma && start < vma->vm_start) {
			unmapped = -ENOMEM;
			start = vma->vm_start;
		}
	}
	return start < end ? -ENOMEM : unmapped;
}

static int madvise_populate(struct mm_struct *mm, unsigned long start, unsigned long end, int advice)
{
	bool write = advice == MADV_POPULATE_WRITE;
	struct vm_area_struct *vma;
	unsigned long addr = start;
	int err = 0;

	down_read(&mm->mmap_lock);
	for (vma = find_vma(mm, start); addr < end && !err; addr = vma->vm_end, vma = vma->vm_next) {
		if (!vma || vma->vm_start > addr) {
			err = -ENOMEM;
			break;
		}
		if ((vma->vm_flags & VM_SPECIAL) || !(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
			err = -EINVAL;
	}
	up_read(&mm->mmap_lock);
	return err ? err : mm_populate(mm, start, end - start, write);
}

int do_madvise(struct mm_struct *mm, unsigned long addr, unsigned long len, int advice)
{
	advise_fn fn = advise_function(advice);
	bool populate = advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE;
	unsigned long end;
	int err;

	if (!fn && !populate)
		return -EINVAL;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	end = addr + PAGE_ALIGN(len);
	if ((len && !PAGE_ALIGN(len)) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	if (populate)
		return madvise_populate(mm, addr, end, advice);
	down_write(&mm->mmap_lock);
	err = madvise_range(mm, addr, end, advice, fn);
	up_write(&mm->mmap_lock);
	return err;
}

/* ---- mincore ---- */

static bool page_resident(struct mm_struct *mm, const struct vm_area_struct *vma, unsigned long addr)
{
	pmd_t *pmd = pmd_lookup(mm, addr);
	pte_t *pte = pte_lookup(mm, addr);
	struct page *p;

	if (pmd && pmd_huge(*pmd))
		return true;            /* a 2 MiB page */
	if (pte && pte->val && !pte_is_marker(*pte))
		return true;
	if (!vma->vm_mapping)
		return false;
	p = find_get_page(vma->vm_mapping, vma_pgoff(vma, addr));
	if (!p)
		return false;
	put_page(p);
	return true;
}

int do_mincore(struct mm_struct *mm, unsigned long addr, unsigned long nr_pages, u8 *vec)
{
	unsigned long end = addr + (nr_pages << PAGE_SHIFT);
	struct vm_area_struct *vma;
	int err = 0;

	down_read(&mm->mmap_lock);
	for (vma = find_vma(mm, addr); addr < end; addr += PAGE_SIZE) {
		if (vma && addr >= vma->vm_end)
			vma = vma->vm_next;
		if (!vma || addr < vma->vm_start) {
			err = -ENOMEM;
			break;
		}
		*vec++ = page_resident(mm, vma, addr);
	}
	up_read(&mm->mmap_lock);
	return err;
}

/* ---- msync ---- */

/* Every file lives in memory: there is nowhere to write to, only the arguments to check. */
int do_msync(struct mm_struct *mm, unsigned long addr, unsigned long len, int flags)
{
	struct vm_area_struct *vma;
	unsigned long end;
	int err = 0;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || (addr & ~PAGE_MASK) ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	end = addr + PAGE_ALIGN(len);
	if (end < addr || (len && !PAGE_ALIGN(len)))
		return -ENOMEM;
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, addr);
	while (addr < end) {
		if (!vma || vma->vm_start >= end) {
			err = -ENOMEM;
			break;
		}
		if (vma->vm_start > addr)
			err = -ENOMEM;          /* a hole; go on with what is mapped */
		if ((flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED)) {
			err = -EBUSY;
			break;
		}
		addr = vma->vm_end;
		vma = vma->vm_next;
	}
	up_read(&mm->mmap_lock);
	return err;
}
