// SPDX-License-Identifier: MIT
/*
 * Cutting pages out of a file: first nobody maps them any more, then the cache lets go of them.
 * Private copies (COW) of truncated pages go too, as POSIX wants SIGBUS there; a punched hole leaves them.
 */
#include "vm_internal.h"

/* Private anonymous copies stay: only pages that are in the cache are unmapped. */
static void unmap_cached(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	for (; start < end; start += PAGE_SIZE) {
		pte_t *pte = pte_lookup(mm, start);

		if (!pte || !pte->val || pte_is_special(*pte) || page_test(pte_page(*pte), PG_anon))
			continue;
		if (zap_vma_pages(mm, start, start + PAGE_SIZE))
			WARN_ON("no memory to unmap a hole");
	}
}

static void unmap_from(struct vm_area_struct *vma, u64 first, u64 last, bool private_too)
{
	u64 vma_last = vma->vm_pgoff + vma_pages(vma) - 1;
	unsigned long start, end;

	if (first > vma_last || last < vma->vm_pgoff)
		return;
	start = vma->vm_start + ((max(first, vma->vm_pgoff) - vma->vm_pgoff) << PAGE_SHIFT);
	end = vma->vm_start + ((min(last, vma_last) - vma->vm_pgoff + 1) << PAGE_SHIFT);
	if (!private_too && !(vma->vm_flags & VM_SHARED))
		unmap_cached(vma->vm_mm, start, end);
	else if (unlikely(vma->vm_flags & VM_UFFD_WP) && !private_too ? uffd_zap_pages(vma, start, end) : zap_vma_pages(vma->vm_mm, start, end))
		WARN_ON("no memory to unmap a truncated file");
}

void unmap_mapping_pages(struct address_space *m, u64 first, u64 last, bool private_too)
{
	struct vm_area_struct *vma;

	spin_lock(&m->i_mmap_lock);
	list_for_each_entry(vma, &m->i_mmap, mapping_node)
		unmap_from(vma, first, last, private_too);
	spin_unlock(&m->i_mmap_lock);
}

/* Zeroes bytes [from, to) of the cached page that holds them all. */
static void zero_part(struct address_space *m, u64 from, u64 to)
{
	struct page *p = find_get_page(m, from >> PAGE_SHIFT);
	char *va;

	if (!p)
		return;
	va = kmap_local_page(p);
	memset(va + (from & ~PAGE_MASK), 0, to - from);
	kunmap_local(va);
	put_page(p);
}

void truncate_pagecache(struct address_space *m, u64 new_size)
{
	u64 old_size = m->size, first = PFN_UP(new_size);

	m->size = new_size;
	if (new_size >= old_size)
		return;
	unmap_mapping_pages(m, first, U64_MAX, true);
	filemap_drop_pages(m, first, U64_MAX);
	if (new_size & ~PAGE_MASK)
		zero_part(m, new_size, PAGE_ALIGN(new_size));
}

void filemap_punch_hole(struct address_space *m, u64 start, u64 end)
{
	u64 first = PFN_UP(start), past = PFN_DOWN(end);

	if (start >= end)
		return;
	if (first > past) {
		zero_part(m, start, end);
		return;
	}
	if (start & ~PAGE_MASK)
		zero_part(m, start, PAGE_ALIGN(start));
	if (end & ~PAGE_MASK)
		zero_part(m, end & PAGE_MASK, end);
	if (first == past)
		return;
	unmap_mapping_pages(m, first, past - 1, false);
	filemap_drop_pages(m, first, past - 1);
}
