// SPDX-License-Identifier: MIT
/*
 * mremap(2): shrink, grow in place, move. A move makes the new VMA first, then carries PTEs over, whole
 * tables at a time where both places are 2 MiB aligned alike, then unmaps the old range.
 * Lock: mmap_lock for write.
 */
#include <mm/userfaultfd.h>
#include "vm_internal.h"

struct move {
	struct mm_struct *mm;
	unsigned long old_addr, old_len, new_addr, new_len, flags;
	unsigned long asked_len;        /* old_len of the call */
	struct uffd_event **told_at;    /* behind what was unmapped to make place */
};

/* => page_table_lock. Entries of one source table to one target table. 0 or -ENOMEM */
static int move_ptes(struct mm_struct *mm, pmd_t *from_pmd, unsigned long from, unsigned long to, unsigned long len)
{
	pte_t *src, *dst;

	if (pmd_own_table(mm, from_pmd, from))
		return -ENOMEM;
	if (!pmd_alloc(mm, to))
		return -ENOMEM;
	dst = pte_alloc(mm, to);
	if (!dst)
		return -ENOMEM;
	src = (pte_t *)table_of(*from_pmd) + pte_index(from);
	for (; len; len -= PAGE_SIZE, src++, dst++) {
		if (!src->val)
			continue;
		dst->val = src->val;
		src->val = 0;
	}
	return 0;
}

/* A whole table changes its place: one pointer. False: not possible here. */
static bool move_table(struct mm_struct *mm, pmd_t *from_pmd, unsigned long to)
{
	pmd_t *to_pmd = pmd_alloc(mm, to);

	if (!to_pmd)
		return false;
	if (!pmd_none(*to_pmd)) {
		/* An empty table left over from earlier would be in the way. */
		return false;
	}
	set_pmd(to_pmd, *from_pmd);
	set_pmd(from_pmd, (pmd_t){ 0 });
	return true;
}

/* => page_table_lock. Moves what is mapped at [from, from + len) to @to. 0 or -ENOMEM (part has moved). */
static int move_page_tables(struct mm_struct *mm, unsigned long from, unsigned long to, unsigned long len)
{
	unsigned long end = from + len, next;

	for (; from < end; to += next - from, from = next) {
		pmd_t *pmd = pmd_lookup(mm, from);
		unsigned long in_target = PMD_SIZE - (to & ~PMD_MASK);

		if (!pmd) {
			next = min((from & PUD_MASK) + PUD_SIZE, end);
			continue;
		}
		next = min((from & PMD_MASK) + PMD_SIZE, end);
		if (pmd_none(*pmd))
			continue;
		if (next - from == PMD_SIZE && in_target == PMD_SIZE && move_table(mm, pmd, to))
			continue;
		next = min(next, from + in_target);
		if (move_ptes(mm, pmd, from, to, next - from))
			return -ENOMEM;
	}
	return 0;
}

/* The VMA at the new place: a copy of @vma's part. It is empty, nothing is counted yet. */
static struct vm_area_struct *new_place(const struct move *m, struct vm_area_struct *vma, unsigned long flags)
{
	struct vm_area_struct proto = *vma, *next, *prev = find_vma_prev(m->mm, m->new_addr, &next), *new;

	proto.vm_start = m->new_addr;
	proto.vm_end = m->new_addr + m->new_len;
	proto.vm_flags = flags;
	/* Pages that exist keep their offsets, as on Linux; untouched anonymous memory takes those of its new place. */
	proto.vm_pgoff = vma_is_anon(vma) && !vma->anon_id ? m->new_addr >> PAGE_SHIFT : vma_pgoff(vma, m->old_addr);
	new = vma_merge_new(m->mm, prev, next, &proto);
	if (new)
		return new;
	new = vma_alloc();
	if (!new)
		return NULL;
	*new = proto;
	vma_link(m->mm, new, prev);
	vma_file_link(new);
	if (new->vm_ops && new->vm_ops->open)
		new->vm_ops->open(new);
	return new;
}

static int move_pages(const struct move *m)
{
	unsigned long len = min(m->old_len, m->new_len);
	int err;

	spin_lock(&m->mm->page_table_lock);
	err = move_page_tables(m->mm, m->old_addr, m->new_addr, len);
	if (err) /* Back again; the way back needs no new tables. */
		WARN_ON(move_page_tables(m->mm, m->new_addr, m->old_addr, len));
	spin_unlock(&m->mm->page_table_lock);
	flush_range(m->mm, m->old_addr, m->old_addr + m->old_len);
	return err;
}

/* The pages are at their new place, whose VMA has lost @lost of its flags. */
static noinline void moved_uffd(const struct move *m, unsigned long lost, struct uffd_event *event)
{
	struct vm_area_struct *vma = find_vma(m->mm, m->new_addr);

	if (lost & VM_UFFD_WP)
		WARN_ON(uffd_wp_range(vma, m->new_addr, m->new_addr + m->new_len, false)); /* its tables are its own already */
	if (!event)
		return;
	event->arg[0] = m->old_addr;
	event->arg[1] = m->new_addr;
	event->arg[2] = m->asked_len;
	uffd_event_queue(m->mm, m->told_at, event);
}

/* => mmap_lock; the new range is free, limits are checked. New address or -errno. */
static unsigned long move_vma(const struct move *m, struct vm_area_struct *vma)
{
	struct mm_struct *mm = m->mm;
	unsigned long flags = vma->vm_flags, new_flags = flags, pages = m->new_len >> PAGE_SHIFT;
	struct uffd_event *event = NULL;
	int err;

	if (mm->map_count >= sysctl_max_map_count - 3)
		return -ENOMEM;
	if (unlikely(flags & VM_UFFD_ANY)) {
		err = uffd_moving(vma, &new_flags, &event);
		if (err)
			return err;
	}
	if (flags & VM_ACCOUNT) {
		err = vm_commit(pages);
		if (err)
			goto no_event;
	}
	err = -ENOMEM;
	if (!new_place(m, vma, new_flags)) {
		if (flags & VM_ACCOUNT)
			vm_uncommit(pages);
		goto no_event;
	}
	vm_stat_account(mm, flags, pages);
	if (flags & VM_LOCKED)
		mm->locked_vm += pages;
	err = move_pages(m);
	if (err) {
		if (unmap_locked(mm, m->new_addr, m->new_len))
			WARN_ON("mremap: no memory to undo");
		goto no_event;
	}
	if (unlikely(flags & VM_UFFD_ANY))
		moved_uffd(m, flags & ~new_flags, event);
	if (m->flags & MREMAP_DONTUNMAP) {
		/* The old VMA stays, empty and no longer locked. */
		vma = find_vma(mm, m->old_addr);
		if (vma && (flags & VM_LOCKED)) {
			mm->locked_vm -= m->old_len >> PAGE_SHIFT;
			vma = vma_modify(mm, vma, m->old_addr, m->old_addr + m->old_len, flags & ~VM_LOCKED_MASK);
			if (IS_ERR(vma))
				mm->locked_vm += m->old_len >> PAGE_SHIFT;
		}
		return m->new_addr;
	}
	/* When memory lacks to split the old VMA it stays, empty, as on Linux: the pages are at the new place. */
	err = unmap_locked(mm, m->old_addr, m->old_len);
	return m->new_addr;
no_event:
	if (event)
		uffd_event_free(event);
	return err;
}

/* May [addr, addr + old_len) become new_len long? The VMA, or ERR_PTR. */
static struct vm_area_struct *vma_to_resize(const struct move *m)
{
	struct mm_struct *mm = m->mm;
	struct vm_area_struct *vma = find_vma(mm, m->old_addr);
	unsigned long grow = m->new_len > m->old_len ? (m->new_len - m->old_len) >> PAGE_SHIFT : 0;

	if (!vma || vma->vm_start > m->old_addr)
		return ERR_PTR(-EFAULT);
	/* old_len 0 duplicates a shared mapping; a private one has nothing to share. */
	if (!m->old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return ERR_PTR(-EINVAL);
	if ((m->flags & MREMAP_DONTUNMAP) && (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP)))
		return ERR_PTR(-EINVAL);
	if (m->old_len > vma->vm_end - m->old_addr)
		return ERR_PTR(-EFAULT);
	if (m->new_len == m->old_len)
		return vma;
	if (vma_pgoff(vma, m->old_addr) + (m->new_len >> PAGE_SHIFT) < vma_pgoff(vma, m->old_addr))
		return ERR_PTR(-EINVAL);
	if (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return ERR_PTR(-EFAULT);
	if ((vma->vm_flags & VM_LOCKED) && !mlock_allowed(mm, grow))
		return ERR_PTR(-EAGAIN);
	if (!may_expand_vm(mm, vma->vm_flags, grow))
		return ERR_PTR(-ENOMEM);
	return vma;
}

static unsigned long mremap_to(struct move *m)
{
	struct mm_struct *mm = m->mm;
	struct vm_area_struct *vma;
	int err;

	if (m->flags & MREMAP_FIXED) {
		if (m->new_addr & ~PAGE_MASK)
			return -EINVAL;
		if (m->new_len > mm->task_size || m->new_addr > mm->task_size - m->new_len)
			return -EINVAL;
		if (m->old_addr + m->old_len > m->new_addr && m->new_addr + m->new_len > m->old_addr)
			return -EINVAL;
		if (m->new_addr < sysctl_mmap_min_addr && !mm->can_map_low)
			return -EPERM;
		if (mm->map_count + 2 >= sysctl_max_map_count - 3)
			return -ENOMEM;
		err = unmap_locked(mm, m->new_addr, m->new_len);
		if (err)
			return err;
		m->told_at = uffd_event_tail(mm);
	}
	if (m->old_len > m->new_len) {
		err = unmap_locked(mm, m->old_addr + m->new_len, m->old_len - m->new_len);
		if (err)
			return err;
		m->old_len = m->new_len;
	}
	vma = vma_to_resize(m);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	if (!(m->flags & MREMAP_FIXED)) {
		m->new_addr = get_unmapped_area(mm, m->new_addr, m->new_len, 0);
		if (IS_ERR_VALUE(m->new_addr))
			return m->new_addr;
	}
	return move_vma(m, vma);
}

/* In place: the VMA ends here and the space behind it is free. 1 done, 0 not possible, -errno. */
static int grow_in_place(const struct move *m, struct vm_area_struct *vma)
{
	struct mm_struct *mm = m->mm;
	unsigned long new_end = m->old_addr + m->new_len;
	struct vm_area_struct proto = *vma;
	long pages = (m->new_len - m->old_len) >> PAGE_SHIFT;
	int err;

	if (m->old_len != vma->vm_end - m->old_addr || new_end < vma->vm_end || new_end > mm->task_size)
		return 0;
	if (vma->vm_next && new_end > vm_start_gap(vma->vm_next))
		return 0;
	if (vma->vm_flags & VM_ACCOUNT) {
		err = vm_commit(pages);
		if (err)
			return err;
	}
	proto.vm_start = vma->vm_end;
	proto.vm_end = new_end;
	proto.vm_pgoff = vma->vm_pgoff + vma_pages(vma);
	if (!vma_merge_new(mm, vma, vma->vm_next, &proto))
		return -EFAULT;
	vm_stat_account(mm, proto.vm_flags, pages);
	if (proto.vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 1;
}

static unsigned long mremap_locked(struct move *m)
{
	struct mm_struct *mm = m->mm;
	struct vm_area_struct *vma = find_vma(mm, m->old_addr);
	int err;

	if (!vma || vma->vm_start > m->old_addr)
		return -EFAULT;
	if (m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return mremap_to(m);
	if (m->old_len >= m->new_len) {
		err = m->old_len == m->new_len ? 0 :
		      unmap_locked(mm, m->old_addr + m->new_len, m->old_len - m->new_len);
		return err ? (unsigned long)err : m->old_addr;
	}
	vma = vma_to_resize(m);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	err = grow_in_place(m, vma);
	if (err)
		return err < 0 ? (unsigned long)err : m->old_addr;
	if (!(m->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	m->new_addr = get_unmapped_area(mm, 0, m->new_len, 0);
	if (IS_ERR_VALUE(m->new_addr))
		return m->new_addr;
	return move_vma(m, vma);
}

unsigned long do_mremap(struct mm_struct *mm, unsigned long addr, unsigned long old_len, unsigned long new_len,
			unsigned long flags, unsigned long new_addr)
{
	struct move m = { mm, addr, PAGE_ALIGN(old_len), new_addr, PAGE_ALIGN(new_len), flags, PAGE_ALIGN(old_len), &mm->uffd_events };
	unsigned long ret, grown, locked;

	if (flags & ~(unsigned long)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && (!(flags & MREMAP_MAYMOVE) || old_len != new_len))
		return -EINVAL;
	if ((addr & ~PAGE_MASK) || !m.new_len || (old_len && !m.old_len))
		return -EINVAL;
	if (addr > mm->task_size || m.old_len > mm->task_size - addr)
		return -EFAULT;
	if (!(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)))
		m.new_addr = 0;
	grown = m.new_len > m.old_len ? m.new_len - m.old_len : 0;
	old_len = m.old_len;
	down_write(&mm->mmap_lock);
	locked = mm->locked_vm;
	ret = mremap_locked(&m);
	locked = locked && mm->locked_vm > locked;
	mmap_unlock_events(mm);
	if (!IS_ERR_VALUE(ret) && grown && locked)
		mm_populate(mm, ret + old_len, grown, false);
	return ret;
}
