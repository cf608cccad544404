// SPDX-License-Identifier: MIT
/*
 * The set of VMAs of one address space: a red-black tree by address, each node also carrying the largest
 * free gap of its subtree, and a list in address order. Find, insert, remove and the search for a gap
 * are O(log n). A VMA's own gap is the free space below it (less the guard gap of a stack).
 *
 * Neighbours that could be one VMA are one: flags, file, private data equal and page offsets
 * contiguous. Linux also looks at anon_vma, the object through which it finds all processes that map a page.
 * Nobody is searched for here, but which mappings merge is visible to programs, so anon_id plays its part: 0
 * until the first private page, then a number that parts of a split share, neighbours that may merge take
 * over, and a forked child replaces by one that says so (bit 0).
 *
 * Lock: mmap_lock, for write where the set changes.
 */
#include "vm_internal.h"

static struct kmem_cache *vma_cache;

#define rb_vma(n) rb_entry(n, struct vm_area_struct, rb)

void vma_init(void)
{
	vma_cache = kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), 0);
	BUG_ON(!vma_cache);
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

	return start > prev_end ? start - prev_end : 0;
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

/*
 * Reverse in-order walk that enters only subtrees whose largest gap is big enough. A gap that is big
 * enough but ends above @high is clipped, which can make it too small; such gaps lie on one path.
 */
static unsigned long gap_search(struct mm_struct *mm, unsigned long low, unsigned long high, unsigned long len)
{
	struct rb_node *n = mm->mm_rb.node;
	bool from_right = false;

	for (;;) {
		struct vm_area_struct *vma = rb_vma(n);
		unsigned long prev_end, end;

		if (!from_right && n->right && vma->vm_end < high && rb_vma(n->right)->rb_subtree_gap >= len) {
			n = n->right;
			continue;
		}
		if (vma->gap < len)
			goto next;
		prev_end = vma->vm_prev ? vma->vm_prev->vm_end : 0;
		end = min(vm_start_gap(vma), high);
		if (end >= low && end - low >= len && end > prev_end && end - prev_end >= len) {
			mm->vmacache = vma;     /* the caller asks for it next */
			return end - len;
		}
next:
		if (vma->vm_start <= low)
			return -ENOMEM;
		if (n->left && rb_vma(n->left)->rb_subtree_gap >= len) {
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

unsigned long vma_find_gap_topdown(struct mm_struct *mm, unsigned long low, unsigned long high, unsigned long len)
{
	bool below_base = high == mm->mmap_base;
	unsigned long found;

	if (high < len || high - len < low)
		return -ENOMEM;
	if (mm->highest_end <= high && high - max(mm->highest_end, low) >= len)
		return high - len;
	if (below_base && mm->gap_high && len >= mm->gap_len)
		high = min(high, mm->gap_high);
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
		vma_gap_update(next);
	} else {
		mm->highest_end = prev ? prev->vm_end : 0;
	}
	gap_grows(mm, vma->vm_end);
	rb_erase(&mm->mm_rb, &vma->rb, vma_augment);
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

static void vma_set_end(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long end)
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

/* ---- split and merge ---- */

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

static u64 next_anon_id;

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
