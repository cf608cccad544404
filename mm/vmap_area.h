/* SPDX-License-Identifier: MIT */
/*
 * Address space management for vmalloc: which parts of a window are free. mm/vmap_area.c.
 * Nothing here touches page tables.
 */
#ifndef MM_VMAP_AREA_H
#define MM_VMAP_AREA_H

#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>

/* An area in use (in the busy tree), or a free extent (in the free tree, between calls). */
struct vmap_area {
	unsigned long start, end;       /* exclusive; in use: the guard page is inside */
	struct rb_node rb;
	unsigned long subtree_max;      /* free: the largest extent in this subtree */
	struct list_head lazy;          /* freed, not flushed yet */
	const char *kind;               /* "vmalloc", "vmap", "ioremap", "memremap", "stack" */
	const void *caller;
	phys_addr_t phys;
	unsigned int nr_pages;
};

/* => vmap_lock held for all. */
extern struct rb_root vmap_busy;        /* by address */
/* Lowest free place of @size at a multiple of @align. @va is filled and linked as busy; @spare is used when an
 * extent must be cut in two (set to NULL then). False: no such place. */
bool vmap_area_take(struct vmap_area *va, unsigned long size, unsigned long align, struct vmap_area **spare);
void vmap_area_unlink(struct vmap_area *va);    /* from busy */
/* Makes [va->start, va->end) free, merged with its neighbours; structs no longer needed go to @unused. */
void vmap_area_give(struct vmap_area *va, struct list_head *unused);
void vmap_area_link_busy(struct vmap_area *va);
struct vmap_area *vmap_area_find(unsigned long addr);   /* area that contains @addr */
unsigned long vmap_area_largest(void);
/* 0; 1 busy tree out of order; 2 overlap; 3 free extents touch; 4 subtree_max wrong; 5 busy and free together are not the window. */
int vmap_area_check(const struct list_head *lazy);

#endif
