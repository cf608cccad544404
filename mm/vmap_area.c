/* SPDX-License-Identifier: MIT */
/*
 * Two red-black trees over the vmalloc window: areas in use, and free extents augmented with the largest
 * extent below each node, so that the lowest fitting place is found in one descent. Taking from the front of an
 * extent, the common case, changes no tree shape, only sizes up the path.
 */
#include <asm/vmlayout.h>
#include <lib/compiler.h>
#include <asm/page.h>
#include <lib/rbtree_augmented.h>
#include "vmap_area.h"

struct rb_root vmap_busy = RB_ROOT;
static struct rb_root vmap_free = RB_ROOT;

#define node_va(n) rb_entry(n, struct vmap_area, rb)

static unsigned long subtree_max(const struct rb_node *n)
{
	return n ? node_va(n)->subtree_max : 0;
}

static unsigned long computed_max(const struct vmap_area *va)
{
	return max(va->end - va->start, max(subtree_max(va->rb.left), subtree_max(va->rb.right)));
}

static bool augment(struct rb_node *n)
{
	unsigned long old = node_va(n)->subtree_max;

	node_va(n)->subtree_max = computed_max(node_va(n));
	return node_va(n)->subtree_max != old;
}

static void link_by_address(struct rb_root *root, struct vmap_area *va)
{
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = va->start < node_va(parent)->start ? &parent->left : &parent->right;
	}
	rb_link_node(&va->rb, parent, link);
}

static void link_free(struct vmap_area *va)
{
	link_by_address(&vmap_free, va);
	augment(&va->rb);
	rb_augment_path(va->rb.parent, augment);
	rb_insert_augmented(&vmap_free, &va->rb, augment);
}

void vmap_area_link_busy(struct vmap_area *va)
{
	link_by_address(&vmap_busy, va);
	rb_insert(&vmap_busy, &va->rb);
}

void vmap_area_unlink(struct vmap_area *va)
{
	rb_erase(&vmap_busy, &va->rb);
}

/* Lowest extent of at least @len bytes. */
static struct vmap_area *find_fit(unsigned long len)
{
	struct rb_node *n = vmap_free.node;

	if (subtree_max(n) < len)
		return NULL;
	for (;;) {
		struct vmap_area *va = node_va(n);

		if (subtree_max(n->left) >= len)
			n = n->left;
		else if (va->end - va->start >= len)
			return va;
		else
			n = n->right;
	}
}

bool vmap_area_take(struct vmap_area *va, unsigned long size, unsigned long align, struct vmap_area **spare)
{
	struct vmap_area *ext = find_fit(size + align - PAGE_SIZE);
	unsigned long start;

	if (!ext)
		return false;
	start = ALIGN(ext->start, align);
	va->start = start;
	va->end = start + size;
	if (start > ext->start && va->end < ext->end) {
		struct vmap_area *tail = *spare;

		*spare = NULL;
		tail->start = va->end;
		tail->end = ext->end;
		ext->end = start;
		rb_augment_path(&ext->rb, augment);
		link_free(tail);
	} else if (start > ext->start) {
		ext->end = start;
		rb_augment_path(&ext->rb, augment);
	} else if (va->end < ext->end) {
		ext->start = va->end;
		rb_augment_path(&ext->rb, augment);
	} else {
		rb_erase_augmented(&vmap_free, &ext->rb, NULL, augment);
		if (*spare)
			list_add(&ext->lazy, &(*spare)->lazy);
		else
			*spare = ext;
	}
	vmap_area_link_busy(va);
	return true;
}

void vmap_area_give(struct vmap_area *va, struct list_head *unused)
{
	struct rb_node *n = vmap_free.node;
	struct vmap_area *prev = NULL, *next = NULL;

	while (n) {
		if (node_va(n)->start < va->start) {
			prev = node_va(n);
			n = n->right;
		} else {
			next = node_va(n);
			n = n->left;
		}
	}
	if (next && next->start == va->end) {
		if (prev && prev->end == va->start) {
			rb_erase_augmented(&vmap_free, &next->rb, NULL, augment);
			prev->end = next->end;
			rb_augment_path(&prev->rb, augment);
			list_add(&next->lazy, unused);
		} else {
			next->start = va->start;
			rb_augment_path(&next->rb, augment);
		}
		list_add(&va->lazy, unused);
	} else if (prev && prev->end == va->start) {
		prev->end = va->end;
		rb_augment_path(&prev->rb, augment);
		list_add(&va->lazy, unused);
	} else {
		link_free(va);
	}
}

struct vmap_area *vmap_area_find(unsigned long addr)
{
	struct rb_node *n = vmap_busy.node;

	while (n) {
		struct vmap_area *va = node_va(n);

		if (addr < va->start)
			n = n->left;
		else if (addr >= va->end)
			n = n->right;
		else
			return va;
	}
	return NULL;
}

unsigned long vmap_area_largest(void)
{
	return subtree_max(vmap_free.node);
}

int vmap_area_check(const struct list_head *lazy)
{
	unsigned long total = 0, end = 0;
	const struct vmap_area *va;

	for (struct rb_node *n = rb_first(&vmap_busy); n; n = rb_next(n)) {
		if (node_va(n)->start >= node_va(n)->end || node_va(n)->start < end)
			return node_va(n)->start < end ? 2 : 1;
		end = node_va(n)->end;
		total += end - node_va(n)->start;
	}
	end = 0;
	for (struct rb_node *n = rb_first(&vmap_free); n; n = rb_next(n)) {
		if (node_va(n)->start <= end)
			return 3;
		if (node_va(n)->subtree_max != computed_max(node_va(n)))
			return 4;
		end = node_va(n)->end;
		total += end - node_va(n)->start;
	}
	list_for_each_entry(va, lazy, lazy)
		total += va->end - va->start;
	return total == VMALLOC_END - VMALLOC_START + 1 ? 0 : 5;
}
