// SPDX-License-Identifier: MIT
/*
 * Splitting and merging of VMAs.
 *
 * Neighbours that could be one VMA are one: flags, file, private data equal and page offsets
 * contiguous. Linux also looks at anon_vma, the object through which it finds all processes that map a page.
 * Nobody is searched for here, but which mappings merge is visible to programs, so anon_id plays its part: 0
 * until the first private page, then a number that parts of a split share, neighbours that may merge take
 * over, and a forked child replaces by one that says so (bit 0).
 *
 * Lock: mmap_lock for write.
 */
#include "vm_internal.h"

/* @vma becomes [start, addr), a new one [addr, end). */
int vma_split(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct vm_area_struct *upper;

	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	upper = vma_alloc();
	if (!upper)
		return -ENOMEM;
	*upper = *vma;
	upper->vm_start = addr;
	upper->vm_pgoff = vma_pgoff(vma, addr);
	vma->vm_end = addr;
	vma_link(mm, upper, vma);
	vma_file_link(upper);
	if (upper->vm_ops && upper->vm_ops->open)
		upper->vm_ops->open(upper);
	return 0;
}

/* Two VMAs with their private pages may be one: the same pages' owner, or one has none and the other was not forked. */
static bool anon_can_join(u64 a, u64 b)
{
	if (a && b)
		return a == b;
	return !((a | b) & 1);
}

static u64 next_anon_id;        /* [1] */

u64 anon_id_forked(u64 id)
{
	return id ? (next_anon_id += 2) | 1 : 0;
}

/* Flags apart from the access bits that neighbours must share to take over an anon_id. */
static bool anon_id_fits(const struct vm_area_struct *low, const struct vm_area_struct *high)
{
	return low->vm_end == high->vm_start && low->vm_file == high->vm_file &&
	       !((low->vm_flags ^ high->vm_flags) & ~VM_ACCESS_FLAGS) && low->vm_pgoff + vma_pages(low) == high->vm_pgoff;
}

void anon_id_make(struct vm_area_struct *vma)
{
	const struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;

	if (next && next->anon_id && !(next->anon_id & 1) && anon_id_fits(vma, next))
		vma->anon_id = next->anon_id;
	else if (prev && prev->anon_id && !(prev->anon_id & 1) && anon_id_fits(prev, vma))
		vma->anon_id = prev->anon_id;
	else
		vma->anon_id = next_anon_id += 2;
}

/* Could @low, ending where @high starts, be one VMA with it, if both had @low_flags and @high_flags? */
static bool vma_can_join(const struct vm_area_struct *low, unsigned long low_flags,
			 const struct vm_area_struct *high, unsigned long high_flags)
{
	return low->vm_end == high->vm_start && low_flags == high_flags && low->vm_file == high->vm_file &&
	       low->vm_mapping == high->vm_mapping && low->vm_ops == high->vm_ops &&
	       low->vm_private == high->vm_private && !(low_flags & VM_SPECIAL) &&
	       anon_can_join(low->anon_id, high->anon_id) &&
	       low->vm_pgoff + vma_pages(low) == high->vm_pgoff;
}

/* @high goes away, @low takes its range. */
static void vma_absorb(struct mm_struct *mm, struct vm_area_struct *low, struct vm_area_struct *high)
{
	unsigned long end = high->vm_end;

	low->anon_id |= high->anon_id;          /* equal, or one is 0 */
	vma_unlink(mm, high);
	vma_set_end(mm, low, end);
	vma_destroy(high);
}

struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev, struct vm_area_struct *next,
				     const struct vm_area_struct *proto)
{
	bool with_next = next && vma_can_join(proto, proto->vm_flags, next, next->vm_flags);

	if (prev && vma_can_join(prev, prev->vm_flags, proto, proto->vm_flags)) {
		if (with_next && anon_can_join(prev->anon_id, next->anon_id))
			vma_absorb(mm, prev, next);
		else
			vma_set_bounds(mm, prev, prev->vm_start, proto->vm_end);
		return prev;
	}
	if (with_next) {
		vma_set_bounds(mm, next, proto->vm_start, next->vm_end);
		return next;
	}
	return NULL;
}

static void vma_set_flags(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long flags)
{
	vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
	vma->vm_flags = flags;
	vma->vm_page_prot = vm_page_prot(flags);
	vm_stat_account(mm, flags, vma_pages(vma));
}

/* The border between neighbours @low and @high moves to @addr. The pages in between change their flags. */
static void vma_move_border(struct mm_struct *mm, struct vm_area_struct *low, struct vm_area_struct *high,
			    unsigned long addr)
{
	long pages = (long)(addr - high->vm_start) >> PAGE_SHIFT;       /* low grows by */

	vm_stat_account(mm, high->vm_flags, -pages);
	vm_stat_account(mm, low->vm_flags, pages);
	if (pages > 0)
		low->anon_id |= high->anon_id;
	else
		high->anon_id |= low->anon_id;
	low->vm_end = addr;
	vma_set_bounds(mm, high, addr, high->vm_end);
}

struct vm_area_struct *vma_modify(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
				  unsigned long end, unsigned long flags)
{
	struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;
	bool to_prev = start == vma->vm_start && prev && vma_can_join(prev, prev->vm_flags, vma, flags);
	bool to_next = end == vma->vm_end && next && vma_can_join(vma, flags, next, next->vm_flags);
	int err;

	if (to_prev && end < vma->vm_end) {
		vma_move_border(mm, prev, vma, end);
		return prev;
	}
	if (to_next && start > vma->vm_start) {
		vma_move_border(mm, vma, next, start);
		return next;
	}
	if (start > vma->vm_start) {
		err = vma_split(mm, vma, start);
		if (err)
			return ERR_PTR(err);
		vma = vma->vm_next;
	}
	if (end < vma->vm_end) {
		err = vma_split(mm, vma, end);
		if (err) {
			/* Undo the first split: the lower part has the same flags still. */
			if (vma->vm_prev && vma_can_join(vma->vm_prev, vma->vm_prev->vm_flags, vma, vma->vm_flags))
				vma_absorb(mm, vma->vm_prev, vma);
			return ERR_PTR(err);
		}
	}
	vma_set_flags(mm, vma, flags);
	if (to_next && !(to_prev && !anon_can_join(prev->anon_id, next->anon_id)))
		vma_absorb(mm, vma, next);
	if (to_prev) {
		vma_absorb(mm, prev, vma);
		return prev;
	}
	return vma;
}
