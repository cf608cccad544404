/* SPDX-License-Identifier: MIT */
/*
 * Areas of the vmalloc window: which parts are free (mm/vmap_area.c, touches no page table), and what vmalloc.c does for
 * those who map something else there.
 */
#ifndef MM_VMAP_AREA_H
#define MM_VMAP_AREA_H

#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>
#include <mm/gfp.h>
#include <mm/page.h>

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

/*
 * mm/vmalloc.c, for ioremap.c and thread_stack.c. An area of @size bytes (page-aligned) and its guard page; NULL: no room or
 * no memory. Before vmalloc_init() a few can be had.
 */
struct vmap_area *vmap_get(unsigned long size, unsigned long align, const char *kind, const void *caller);
/* The area goes to the lazy list; its pages are unmapped already. */
void vmap_put(struct vmap_area *va);
/* The area that contains @addr, or NULL; the one that starts there, or a BUG on behalf of @what. */
struct vmap_area *vmap_find(const void *addr);
struct vmap_area *vmap_to_free(const void *addr, const char *what);
/* Maps fresh pages of @flag at [start, start + nr pages). On -ENOMEM what was mapped stays for vmap_unmap_pages(). */
int vmap_map_small(unsigned long start, unsigned long nr, enum pageflags flag, gfp_t gfp);
/* Unmaps [start, end); with @free_them the pages go too. Large pages are there only where vmalloc or ioremap put them. */
void vmap_unmap_pages(unsigned long start, unsigned long end, bool free_them);

/* mm/thread_stack.c */
extern u64 nr_stack_pages;
void thread_stack_purge(void);

/* mm/vmap_area.c. => vmap_lock held for all. */
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
