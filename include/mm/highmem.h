/* SPDX-License-Identifier: MIT */
/*
 * How the kernel touches a page that belongs to a user or a file: always through these verbs, since with
 * highmem= such a page may have no permanent address. Without highmem they are page_address() and a NOP.
 *
 * kmap_local_page: per CPU, LIFO (checked), at most KM_DEPTH (mm/fixmap.h) deep, cheap, not across sleeping.
 * kmap: PKMAP window, for longer; may sleep until a slot is free.
 */
#ifndef MM_HIGHMEM_H
#define MM_HIGHMEM_H

#include <asm/static_key.h>
#include <lib/string.h>
#include <mm/page.h>

extern bool highmem_enabled;                    /* [B] the same as the key, to be read anywhere */
void *kmap_local_high(struct page *page);       /* mm/highmem.c */
void kunmap_local_high(const void *addr);
void highmem_init(void);                        /* after page_alloc_init(); nothing to do without highmem= */

/* Low memory only. */
static inline void *page_address(const struct page *p)
{
	return (void *)(((unsigned long)p << 6) + (PAGE_OFFSET - (VMEMMAP_START << 6)));        /* __va(page_to_phys(p)) in two steps */
}

static inline void *kmap_local_page(struct page *p)
{
	if (static_key(KEY_HIGHMEM))
		return kmap_local_high(p);
	return page_address(p);
}

static inline void kunmap_local(const void *addr)
{
	if (static_key(KEY_HIGHMEM))
		kunmap_local_high(addr);
}

#define kmap_atomic(p) kmap_local_page(p)
#define kunmap_atomic(a) kunmap_local(a)
void *kmap(struct page *p);
void kunmap(struct page *p);

void clear_highpage(struct page *p);
void copy_highpage(struct page *to, struct page *from);

/* For a sleep in between after all (a user copy that waits for long): this CPU's slots are put by, and back. */
#define KMAP_SLOTS_MAX 16
struct kmap_slots { unsigned int nr; u64 pte[KMAP_SLOTS_MAX]; };
void kmap_local_save(struct kmap_slots *s);
void kmap_local_restore(const struct kmap_slots *s);

/* PKMAP's history, for the report. */
struct kmap_stats { u64 flushes, waits; };
extern struct kmap_stats kmap_stats;

#endif
