/* SPDX-License-Identifier: MIT */
/*
 * vmalloc and vmap: address space from vmap_area.c, page tables from pgwalk.c. ioremap.c and thread_stack.c build
 * on the same areas.
 *
 * Freeing unmaps at once and flushes late: the addresses wait on the lazy list until there are enough of them for
 * one flush of the whole TLB, and only then can be given out again. Which pages belong to an area is read from
 * its page tables; nobody keeps a second list.
 *
 * Invariants (vmalloc_check): 1-5 those of vmap_area_check(); 6 each area's guard page is unmapped; 7 lazy
 * areas are unmapped; 8 counters match.
 * Locking: vmap_lock [v] (LOCK_VMALLOC) for both trees and the lists. Page tables: an area belongs to its owner.
 */
#include <asm/memory.h>
#include <asm/tlb.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/spinlock.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include "internal.h"
#include "vmap_area.h"

#define LAZY_MAX_AREAS 512
#define LAZY_MAX_BYTES (64UL << 20)
#define NR_EARLY 16

static spinlock_t vmap_lock = SPIN_LOCK_INIT(LOCK_VMALLOC);    /* [v] */
static LIST_HEAD(lazy_list);                                    /* [v] */
static unsigned int nr_lazy;                                    /* [v] */
static unsigned long lazy_bytes;                                /* [v] */
static u64 nr_areas, used_bytes, nr_vmalloc_pages;             /* [v] */
static struct kmem_cache *va_cache;                             /* [B] NULL: not initialised yet */
static struct vmap_area early_areas[NR_EARLY];                  /* [B] ioremap before vmalloc_init() */
static unsigned int nr_early;                                   /* [B] */
static unsigned long early_next = VMALLOC_START;                /* [B] */

/* Address space. */

static void free_structs(struct list_head *unused)
{
	struct vmap_area *va, *next;

	list_for_each_entry_safe(va, next, unused, lazy)
		if (va < early_areas || va >= early_areas + NR_EARLY)
			kmem_cache_free(va_cache, va);
}

/* => vmap_lock held. */
static void purge_lazy(struct list_head *unused)
{
	struct vmap_area *va, *next;

	if (list_empty(&lazy_list))
		return;
	tlb_flush_all();
	list_for_each_entry_safe(va, next, &lazy_list, lazy) {
		list_del(&va->lazy);
		vmap_area_give(va, unused);
	}
	nr_lazy = 0;
	lazy_bytes = 0;
}

static bool take_area(struct vmap_area *va, unsigned long size, unsigned long align)
{
	struct vmap_area *spare = align > PAGE_SIZE ? kmem_cache_alloc(va_cache, GFP_KERNEL) : NULL;
	LIST_HEAD(unused);
	bool ok = false;

	if (align > PAGE_SIZE && !spare)
		return false;
	if (spare)
		INIT_LIST_HEAD(&spare->lazy);
	spin_lock(&vmap_lock);
	ok = vmap_area_take(va, size, align, &spare);
	if (!ok) {
		purge_lazy(&unused);
		ok = vmap_area_take(va, size, align, &spare);
	}
	if (ok) {
		nr_areas++;
		used_bytes += size;
	}
	spin_unlock(&vmap_lock);
	if (spare) {
		/* An extent that was used up whole may hang on it. */
		if (align > PAGE_SIZE)
			list_splice_init(&spare->lazy, &unused);
		list_add(&spare->lazy, &unused);
	}
	free_structs(&unused);
	return ok;
}

struct vmap_area *vmap_get(unsigned long size, unsigned long align, const char *kind, const void *caller)
{
	struct vmap_area *va;

	if (!size || size > VMALLOC_END - VMALLOC_START)
		return NULL;
	if (!va_cache) {
		if (nr_early == NR_EARLY)
			return NULL;
		va = &early_areas[nr_early++];
		*va = (struct vmap_area){ .start = ALIGN(early_next, align), .kind = kind, .caller = caller };
		va->end = early_next = va->start + size + PAGE_SIZE;
		return va;
	}
	va = kmem_cache_alloc(va_cache, GFP_KERNEL);
	if (!va)
		return NULL;
	va->kind = kind;
	va->caller = caller;
	va->phys = 0;
	va->nr_pages = 0;
	if (take_area(va, size + PAGE_SIZE, align))
		return va;
	kmem_cache_free(va_cache, va);
	return NULL;
}

void vmap_put(struct vmap_area *va)
{
	LIST_HEAD(unused);

	if (!va_cache) {        /* early: address space is plenty, the struct stays used up */
		va->start = va->end - PAGE_SIZE;
		return;
	}
	spin_lock(&vmap_lock);
	vmap_area_unlink(va);
	nr_areas--;
	used_bytes -= va->end - va->start;
	list_add_tail(&va->lazy, &lazy_list);
	lazy_bytes += va->end - va->start;
	if (++nr_lazy >= LAZY_MAX_AREAS || lazy_bytes >= LAZY_MAX_BYTES)
		purge_lazy(&unused);
	spin_unlock(&vmap_lock);
	free_structs(&unused);
}

struct vmap_area *vmap_find(const void *addr)
{
	struct vmap_area *va = NULL;

	if (!va_cache) {
		for (unsigned int i = 0; i < nr_early && !va; i++)
			if ((unsigned long)addr >= early_areas[i].start && (unsigned long)addr < early_areas[i].end)
				va = &early_areas[i];
		return va;
	}
	spin_lock(&vmap_lock);
	va = vmap_area_find((unsigned long)addr);
	spin_unlock(&vmap_lock);
	return va;
}

/* Pages. */

/* Gives the page behind @addr (4 KiB slot) back; returns how many pages that were (a block goes as a whole). */
static unsigned long free_mapped(struct page *page)
{
	unsigned int order = page_test(page, PG_head) ? page->order : 0;

	free_pages(page, order);
	return 1UL << order;
}

void vmap_unmap_pages(unsigned long start, unsigned long end, bool free_them)
{
	while (start < end) {
		unsigned long stop = min(end, (start & PMD_MASK) + PMD_SIZE), skip = 0;
		pte_t *pte = kernel_pte(start);
		struct pg_leaf leaf;

		if (!pte && pgwalk_lookup(swapper_pg_dir_phys, start, &leaf)) {
			if (kernel_unmap_range(leaf.vaddr, pg_level_size(leaf.level)))
				BUG("vmalloc: 0x%lx: a large page is not the area's", start);
			stop = leaf.vaddr + pg_level_size(leaf.level);
			if (free_them)
				free_mapped(pfn_to_page(leaf.paddr >> PAGE_SHIFT));
		}
		for (; pte && start < stop; start += PAGE_SIZE, pte++) {
			struct page *page = pfn_to_page(pte_pfn(*pte));

			if (!pte_present(*pte))
				continue;
			set_pte(pte, (pte_t){ 0 });
			if (skip)
				skip--;
			else if (free_them)
				skip = free_mapped(page) - 1;
		}
		start = stop;
	}
}

int vmap_map_small(unsigned long start, unsigned long nr, enum pageflags flag, gfp_t gfp)
{
	const u64 prot = kernel_prot(PAGE_KERNEL).val;
	pte_t *pte = NULL;

	for (unsigned long i = 0; i < nr; i++, start += PAGE_SIZE) {
		struct page *page = alloc_page(gfp);

		if (!pte || pte_index(start) == 0)
			pte = kernel_pte_alloc(start);
		if (!page || !pte) {
			if (page)
				free_page(page);
			return -ENOMEM;
		}
		page_set(page, flag);
		set_pte(pte++, (pte_t){ page_to_phys(page) | prot });
	}
	return 0;
}

/* 2 MiB pages as long as they last. Returns how many bytes are mapped. */
static unsigned long map_large(unsigned long start, unsigned long size, gfp_t gfp)
{
	unsigned long done = 0;

	while (size - done >= PMD_SIZE) {
		struct page *page = alloc_pages(gfp | __GFP_NOWARN, PMD_SHIFT - PAGE_SHIFT);

		if (!page)
			break;
		page_set(page, PG_vmalloc);     /* with PG_head it speaks for the whole block */
		if (kernel_map_range(start + done, page_to_phys(page), PMD_SIZE, PAGE_KERNEL, 2)) {
			vmap_unmap_pages(start + done, start + done + PMD_SIZE, false);
			free_pages(page, PMD_SHIFT - PAGE_SHIFT);
			break;
		}
		done += PMD_SIZE;
	}
	return done;
}

static void *vmalloc_caller(size_t size, gfp_t gfp, const void *caller)
{
	unsigned long bytes = PAGE_ALIGN(size), large = 0;
	struct vmap_area *va;

	if (!size || bytes < size || bytes >> PAGE_SHIFT > totalram_pages())
		return NULL;
	va = vmap_get(bytes, bytes >= PMD_SIZE ? PMD_SIZE : PAGE_SIZE, "vmalloc", caller);
	if (!va)
		return NULL;
	if (bytes >= PMD_SIZE)
		large = map_large(va->start, bytes, gfp);
	if (vmap_map_small(va->start + large, (bytes - large) >> PAGE_SHIFT, PG_vmalloc, gfp)) {
		vmap_unmap_pages(va->start, va->end, true);
		vmap_put(va);
		return NULL;
	}
	va->nr_pages = bytes >> PAGE_SHIFT;
	nr_vmalloc_pages += va->nr_pages;
	return (void *)va->start;
}

void *vmalloc(size_t size)
{
	return vmalloc_caller(size, __GFP_HIGHMEM, __builtin_return_address(0));
}

void *vzalloc(size_t size)
{
	return vmalloc_caller(size, __GFP_HIGHMEM | __GFP_ZERO, __builtin_return_address(0));
}

struct vmap_area *vmap_to_free(const void *addr, const char *what)
{
	struct vmap_area *va = vmap_find(addr);

	if (!va || va->start != ((unsigned long)addr & PAGE_MASK))
		BUG("%s(0x%lx): no area starts there", what, (unsigned long)addr);
	return va;
}

void vfree(const void *addr)
{
	struct vmap_area *va;

	if (!addr)
		return;
	va = vmap_to_free(addr, "vfree");
	vmap_unmap_pages(va->start, va->end, true);
	nr_vmalloc_pages -= va->nr_pages;
	vmap_put(va);
}

void *kvmalloc(size_t size)
{
	return size <= PAGE_SIZE ? kmalloc(size, GFP_KERNEL) : vmalloc(size);
}

void kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}

void *vmap(struct page **pages, unsigned int nr, pgprot_t prot)
{
	const u64 bits = kernel_prot(prot).val;
	struct vmap_area *va = vmap_get((unsigned long)nr << PAGE_SHIFT, PAGE_SIZE, "vmap", __builtin_return_address(0));
	pte_t *pte = NULL;

	if (!va)
		return NULL;
	for (unsigned int i = 0; i < nr; i++) {
		unsigned long addr = va->start + ((unsigned long)i << PAGE_SHIFT);

		if (!pte || pte_index(addr) == 0)
			pte = kernel_pte_alloc(addr);
		if (!pte) {
			vmap_unmap_pages(va->start, va->end, false);
			vmap_put(va);
			return NULL;
		}
		set_pte(pte++, (pte_t){ page_to_phys(pages[i]) | bits });
	}
	va->nr_pages = nr;
	return (void *)va->start;
}

void vunmap(const void *addr)
{
	struct vmap_area *va;

	if (!addr)
		return;
	va = vmap_to_free(addr, "vunmap");
	vmap_unmap_pages(va->start, va->end, false);
	vmap_put(va);
}

struct page *vmalloc_to_page(const void *addr)
{
	struct pg_leaf leaf;

	if (!pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)addr, &leaf))
		return NULL;
	return pfn_to_page((leaf.paddr + ((unsigned long)addr - leaf.vaddr)) >> PAGE_SHIFT);
}

void vmalloc_purge(void)
{
	LIST_HEAD(unused);

	thread_stack_purge();
	spin_lock(&vmap_lock);
	purge_lazy(&unused);
	spin_unlock(&vmap_lock);
	free_structs(&unused);
}

void vmalloc_init(void)
{
	struct vmap_area *rest;
	LIST_HEAD(unused);

	va_cache = kmem_cache_create("vmap_area", sizeof(struct vmap_area), 0);
	rest = va_cache ? kmem_cache_alloc(va_cache, GFP_KERNEL) : NULL;
	if (!rest)
		panic("not enough memory for vmalloc: give the machine at least 64 MiB");
	spin_lock(&vmap_lock);
	for (unsigned int i = 0; i < nr_early; i++) {
		vmap_area_link_busy(&early_areas[i]);
		nr_areas++;
		used_bytes += early_areas[i].end - early_areas[i].start;
	}
	*rest = (struct vmap_area){ .start = early_next, .end = VMALLOC_END + 1 };
	vmap_area_give(rest, &unused);
	/* Gaps that alignment left between the early ones. */
	early_next = VMALLOC_START;
	for (unsigned int i = 0; i < nr_early; i++) {
		if (early_areas[i].start > early_next) {
			/* Too small to be worth a struct: counted as the later area's. */
			used_bytes += early_areas[i].start - early_next;
			early_areas[i].start = early_next;
		}
		early_next = early_areas[i].end;
	}
	spin_unlock(&vmap_lock);
}

void vmalloc_for_each(void (*fn)(const struct vmap_area_info *i, void *arg), void *arg)
{
	for (struct rb_node *n = rb_first(&vmap_busy); n; n = rb_next(n)) {
		const struct vmap_area *va = rb_entry(n, struct vmap_area, rb);
		struct vmap_area_info info = { va->start, va->end, va->kind, va->caller, va->nr_pages, va->phys };

		fn(&info, arg);
	}
}

void vmalloc_stats(struct vmalloc_stats *s)
{
	*s = (struct vmalloc_stats){ nr_areas, used_bytes, vmap_area_largest(), nr_vmalloc_pages, nr_stack_pages, lazy_bytes };
}

int vmalloc_check(void)
{
	int bad = vmap_area_check(&lazy_list);
	const struct vmap_area *va;
	struct pg_leaf leaf;
	u64 n_areas = 0, n_pages = 0, n_stacks = 0;

	if (bad)
		return bad;
	for (struct rb_node *n = rb_first(&vmap_busy); n; n = rb_next(n)) {
		va = rb_entry(n, struct vmap_area, rb);
		if (pgwalk_lookup(swapper_pg_dir_phys, va->end - PAGE_SIZE, &leaf))
			return 6;
		n_areas++;
		if (!strcmp(va->kind, "vmalloc"))
			n_pages += va->nr_pages;
		if (!strcmp(va->kind, "stack"))
			n_stacks += va->nr_pages;
	}
	list_for_each_entry(va, &lazy_list, lazy)
		for (unsigned long a = va->start; a < va->end; a += PAGE_SIZE)
			if (pgwalk_lookup(swapper_pg_dir_phys, a, &leaf))
				return 7;
	return n_areas == nr_areas && n_pages == nr_vmalloc_pages && n_stacks == nr_stack_pages ? 0 : 8;
}
