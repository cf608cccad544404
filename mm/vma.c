// SPDX-License-Identifier: MIT
/*
 * The set of VMAs of one address space: a red-black tree by address, each node also carrying the largest
 * free gap of its subtree, and a list in address order. Find, insert, remove and the search for a gap
 * are O(log n). A VMA's own gap is the free space below it (less the guard gap of a stack), GAP_CAP at most: the huge gap
 * that mmap fills from above keeps its value all the time, so that a new mapping there changes no summary up the tree.
 *
 * Lock: mmap_lock, for write where the set changes.
 */
#include <lib/rbtree_augmented.h>
#include "vm_internal.h"

static struct kmem_cache *vma_cache;

#define GAP_CAP (1UL << 40)

#define rb_vma(n) rb_entry(n, struct vm_area_struct, rb)

void vma_init(void)
{
	vma_cache = kmem_cache_create_boot("vm_area_struct", sizeof(struct vm_area_struct), 0);
}

struct vm_area_struct *vma_alloc(void)
{
	return kmem_cache_alloc(vma_cache, GFP_KERNEL);
}

void vma_free(struct vm_area_struct *vma)
{
	kmem_cache_free(vma_cache, vma);
}

/* ---- gaps ---- */

unsigned long vm_start_gap(const struct vm_area_struct *vma)
{
	if (likely(!(vma->vm_flags & VM_GROWSDOWN)))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP : 0;
}

unsigned long vma_own_gap(const struct vm_area_struct *vma)
{
	unsigned long start = vm_start_gap(vma);
	unsigned long prev_end = vma->vm_prev ? vma->vm_prev->vm_end : 0;

	return start > prev_end ? min(start - prev_end, GAP_CAP) : 0;
}

static __always_inline unsigned long vma_subtree_gap(const struct vm_area_struct *vma)
{
	unsigned long gap = vma->gap;

	if (vma->rb.left && rb_vma(vma->rb.left)->rb_subtree_gap > gap)
		gap = rb_vma(vma->rb.left)->rb_subtree_gap;
	if (vma->rb.right && rb_vma(vma->rb.right)->rb_subtree_gap > gap)
		gap = rb_vma(vma->rb.right)->rb_subtree_gap;
	return gap;
}

static __always_inline bool subtree_gap_update(struct vm_area_struct *vma)
{
	unsigned long gap = vma_subtree_gap(vma);

	if (vma->rb_subtree_gap == gap)
		return false;
	vma->rb_subtree_gap = gap;
	return true;
}

static bool vma_augment(struct rb_node *n)
{
	return subtree_gap_update(rb_vma(n));
}

/* The gap of @vma may have changed. */
static void vma_gap_update(struct vm_area_struct *vma)
{
	unsigned long gap = vma_own_gap(vma);
	struct rb_node *n = &vma->rb;

	if (gap == vma->gap)
		return;
	vma->gap = gap;
	while (n && subtree_gap_update(rb_vma(n)))
		n = n->parent;
}

/* @vma is a new leaf; @next, which is one of its ancestors or NULL, lost a part of its gap to it. */
static void vma_gap_insert(struct vm_area_struct *vma, struct vm_area_struct *next)
{
	struct rb_node *n = &vma->rb;

	vma->gap = vma->rb_subtree_gap = vma_own_gap(vma);
	if (next) {
		next->gap = vma_own_gap(next);
		while (n != &next->rb) {
			n = n->parent;
			subtree_gap_update(rb_vma(n));
		}
	}
	for (n = n->parent; n && subtree_gap_update(rb_vma(n)); n = n->parent)
		;
}

/* Start of the highest place for @len bytes in the gap right below @vma, inside [low, high); 0: none. */
static __always_inline unsigned long gap_place(const struct vm_area_struct *vma, unsigned long low, unsigned long high,
					       unsigned long len)
{
	unsigned long prev_end = vma->vm_prev ? vma->vm_prev->vm_end : 0;
	unsigned long end = min(vm_start_gap(vma), high), start = max(prev_end, low);

	return end > start && end - start >= len ? end - len : 0;
}

/*
 * Reverse in-order walk that enters only subtrees whose largest gap is big enough. What is big enough may turn out too
 * small: a gap that ends above @high (they lie on one path), and one of GAP_CAP or more (there are few).
 */
static unsigned long gap_search(struct mm_struct *mm, unsigned long low, unsigned long high, unsigned long len)
{
	unsigned long enough = min(len, GAP_CAP), place;
	struct rb_node *n = mm->mm_rb.node;
	bool from_right = false;

	for (;;) {
		struct vm_area_struct *vma = rb_vma(n);

		if (!from_right && n->right && vma->vm_end < high && rb_vma(n->right)->rb_subtree_gap >= enough) {
			n = n->right;
			continue;
		}
		place = vma->gap < enough ? 0 : gap_place(vma, low, high, len);
		if (place) {
			mm->vmacache = vma;     /* the caller asks for it next */
			return place;
		}
		if (vma->vm_start <= low)
			return -ENOMEM;
		if (n->left && rb_vma(n->left)->rb_subtree_gap >= enough) {
			n = n->left;
			from_right = false;
			continue;
		}
		/* Up: out of right subtrees we come to an unvisited node, out of left ones to a visited one. */
		for (;;) {
			struct rb_node *parent = n->parent;

			if (!parent)
				return -ENOMEM;
			from_right = n == parent->right;
			n = parent;
			if (from_right)
				break;
		}
	}
}

/* The search goes on where the last one ended: mostly right below the VMA that it made, or that is above its place now. */
static unsigned long gap_search_again(struct mm_struct *mm, unsigned long low, unsigned long len)
{
	const struct vm_area_struct *vma = mm->vmacache;
	unsigned long high = mm->gap_high, place;

	if (vma && vma->vm_start <= high && vma->vm_end >= high) {
		place = gap_place(vma, low, high, len);
		if (place)
			return place;
	}
	return gap_search(mm, low, high, len);
}

unsigned long vma_find_gap_topdown(struct mm_struct *mm, unsigned long low, unsigned long high, unsigned long len)
{
	bool below_base = high == mm->mmap_base;
	unsigned long found;

	if (high < len || high - len < low)
		return -ENOMEM;
	if (mm->highest_end <= high && high - max(mm->highest_end, low) >= len)
		return high - len;
	if (below_base && mm->gap_high && len >= mm->gap_len)
		found = gap_search_again(mm, low, len);
	else
		found = gap_search(mm, low, high, len);
	if (below_base && !IS_ERR_VALUE(found)) {
		mm->gap_high = found + len;
		mm->gap_len = len;
	}
	return found;
}

/* Space that ends at @end, or merges with some that does, becomes free. */
static inline void gap_grows(struct mm_struct *mm, unsigned long end)
{
	if (end >= mm->gap_high)
		mm->gap_high = 0;
}

/* ---- find ---- */

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->vmacache, *best = NULL;
	struct rb_node *n;

	/* The right answer is the one that ends above addr while its predecessor does not. */
	if (vma && addr < vma->vm_end && (vma->vm_start <= addr || !vma->vm_prev || vma->vm_prev->vm_end <= addr))
		return vma;
	for (n = mm->mm_rb.node; n;) {
		vma = rb_vma(n);
		if (vma->vm_end > addr) {
			best = vma;
			if (vma->vm_start <= addr)
				break;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	if (best)
		mm->vmacache = best;
	return best;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr, struct vm_area_struct **next)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	struct rb_node *last;

	*next = vma;
	if (vma)
		return vma->vm_prev;
	last = mm->mm_rb.node;
	while (last && last->right)
		last = last->right;
	return last ? rb_vma(last) : NULL;
}

bool range_is_mapped(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	for (; start < end; start = vma->vm_end, vma = vma->vm_next)
		if (!vma || vma->vm_start > start)
			return false;
	return true;
}

/* ---- link and unlink ---- */

void vma_file_link(struct vm_area_struct *vma)
{
	struct address_space *m = vma->vm_mapping;

	if (!m)
		return;
	spin_lock(&m->i_mmap_lock);
	list_add(&vma->mapping_node, &m->i_mmap);
	spin_unlock(&m->i_mmap_lock);
}

void vma_file_unlink(struct vm_area_struct *vma)
{
	struct address_space *m = vma->vm_mapping;

	if (!m)
		return;
	spin_lock(&m->i_mmap_lock);
	list_del(&vma->mapping_node);
	spin_unlock(&m->i_mmap_lock);
}

/* The place in the tree right after @prev is the right child of @prev, or the left child of its successor. */
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev)
{
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap;
	struct rb_node *parent = NULL, **link = &mm->mm_rb.node;

	if (prev && !prev->rb.right) {
		parent = &prev->rb;
		link = &prev->rb.right;
	} else if (next) {
		parent = &next->rb;
		link = &next->rb.left;
	}
	vma->vm_prev = prev;
	vma->vm_next = next;
	if (prev)
		prev->vm_next = vma;
	else
		mm->mmap = vma;
	if (next)
		next->vm_prev = vma;
	else
		mm->highest_end = vma->vm_end;
	rb_link_node(&vma->rb, parent, link);
	vma_gap_insert(vma, next);
	rb_insert_augmented(&mm->mm_rb, &vma->rb, vma_augment);
	mm->map_count++;
}

void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;

	if (prev)
		prev->vm_next = next;
	else
		mm->mmap = next;
	if (next) {
		next->vm_prev = prev;
		next->gap = vma_own_gap(next);
	} else {
		mm->highest_end = prev ? prev->vm_end : 0;
	}
	/* Right below @next nothing merges. */
	if (vma->vm_end != mm->gap_high || !next || vm_start_gap(next) > vma->vm_end)
		gap_grows(mm, vma->vm_end);
	rb_erase_augmented(&mm->mm_rb, &vma->rb, next ? &next->rb : NULL, vma_augment);
	mm->vmacache = next;
	mm->map_count--;
}

void vma_destroy(struct vm_area_struct *vma)
{
	vma_file_unlink(vma);
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	vma_free(vma);
}

void vma_set_end(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long end)
{
	vma->vm_end = end;
	if (vma->vm_next)
		vma_gap_update(vma->vm_next);
	else
		mm->highest_end = end;
}

void vma_set_bounds(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (start != vma->vm_start) {
		gap_grows(mm, start);
		vma->vm_pgoff += (long)(start - vma->vm_start) >> PAGE_SHIFT;
		vma->vm_start = start;
		vma_gap_update(vma);
	}
	if (end != vma->vm_end) {
		gap_grows(mm, vma->vm_end);
		vma_set_end(mm, vma, end);
	}
}

/* ---- accounting ---- */

void vm_stat_account(struct mm_struct *mm, unsigned long flags, long pages)
{
	mm->total_vm += pages;
	if (mm->total_vm > mm->hiwater_vm)
		mm->hiwater_vm = mm->total_vm;
	if ((flags & (VM_EXEC | VM_WRITE | VM_STACK)) == VM_EXEC)
		mm->exec_vm += pages;
	else if (flags & VM_STACK)
		mm->stack_vm += pages;
	else if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		mm->data_vm += pages;
}
