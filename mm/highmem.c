/* SPDX-License-Identifier: MIT */
/*
 * Pages without a permanent kernel address (highmem= lab mode), and how the kernel reaches them.
 *
 * kmap_local: a stack of fixmap slots per CPU; the innermost mapping must go first. Low pages use their
 * direct-map address and no slot. Unmapping flushes, so that mapping need not.
 * kmap: the PKMAP window, 1,024 slots, one a page, counted; kunmap leaves the translation in place until the window
 * wraps around, when all unused slots are forgotten with one TLB flush. When all are in use the caller yields, and says
 * so; when that has not helped for long, whoever holds them waits for itself, which is a BUG.
 */
#include <asm/memory.h>
#include <asm/pageops.h>
#include <asm/percpu.h>
#include <asm/tlb.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/rwsem.h>
#include <lib/spinlock.h>
#include <mm/fixmap.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include "internal.h"

bool highmem_enabled;

/* kmap_local's slots; deeper ones have higher addresses. CPU 0's; another CPU starts elsewhere. */
#define KMAP_LOCAL_START (FIXADDR_TOP - ((FIX_KMAP_BEGIN + 1UL) << PAGE_SHIFT))
#define KMAP_LOCAL_END (KMAP_LOCAL_START + KM_DEPTH * PAGE_SIZE)

static DEFINE_PER_CPU(unsigned long, local_next) = KMAP_LOCAL_START;    /* [C] the free slot to be used next */
static pte_t *local_ptes;               /* [B] of KMAP_LOCAL_START */
static u64 local_prot;                  /* [B] */

#define NR_PKMAP ((PKMAP_END + 1 - PKMAP_BASE) >> PAGE_SHIFT)
#define PKMAP_HASH 256

struct pkmap_slot {
	struct page *page;      /* [k] NULL: never used since the last flush */
	unsigned int count;     /* [k] users; 0: may be forgotten at the next flush */
	u16 next;               /* [k] hash chain, index + 1 */
};

static spinlock_t kmap_lock = SPIN_LOCK_INIT(LOCK_KMAP);       /* [k] */
static struct pkmap_slot pkmap[NR_PKMAP];
static u16 pkmap_hash[PKMAP_HASH];
static unsigned int pkmap_cursor, pkmap_used;
struct kmap_stats kmap_stats;

static bool is_high(const struct page *page)
{
	return page_zone_id(page) == ZONE_HIGHMEM;
}

static pte_t *local_slot(unsigned long va)
{
	return &local_ptes[(va - KMAP_LOCAL_START) >> PAGE_SHIFT];
}

/* The slot was left empty and flushed: what was not present is in no TLB. SDM vol. 3, 4.10.4.3. */
void *kmap_local_high(struct page *page)
{
	unsigned long va = this_cpu_read(local_next);

	if (!is_high(page))
		return page_address(page);
	BUG_ON(va == KMAP_LOCAL_END);
	this_cpu_write(local_next, va + PAGE_SIZE);
	set_pte(local_slot(va), (pte_t){ page_to_phys(page) | local_prot });
	return (void *)va;
}

static noinline void kunmap_local_other(unsigned long va)
{
	if (va < PAGE_OFFSET || va > PAGE_OFFSET_END)
		BUG("kunmap_local(0x%lx): not the innermost mapping (depth %lu)", va,
		    (this_cpu_read(local_next) - KMAP_LOCAL_START) >> PAGE_SHIFT);
}

void kunmap_local_high(const void *addr)
{
	unsigned long va = (unsigned long)addr & PAGE_MASK;

	if (va != this_cpu_read(local_next) - PAGE_SIZE) {
		kunmap_local_other(va);
		return;
	}
	set_pte(local_slot(va), (pte_t){ 0 });
	tlb_flush_page(va);
	this_cpu_write(local_next, va);
}

static_assert(KMAP_SLOTS_MAX >= KM_DEPTH);

void kmap_local_save(struct kmap_slots *s)
{
	unsigned long end = this_cpu_read(local_next);

	s->nr = 0;
	for (unsigned long va = KMAP_LOCAL_START; va < end; va += PAGE_SIZE) {
		s->pte[s->nr++] = local_slot(va)->val;
		set_pte(local_slot(va), (pte_t){ 0 });
		tlb_flush_page(va);
	}
	this_cpu_write(local_next, KMAP_LOCAL_START);
}

/* Whoever ran meanwhile has put its own by, or taken them back. */
void kmap_local_restore(const struct kmap_slots *s)
{
	BUG_ON(this_cpu_read(local_next) != KMAP_LOCAL_START);
	for (unsigned int i = 0; i < s->nr; i++)
		set_pte(local_slot(KMAP_LOCAL_START + i * PAGE_SIZE), (pte_t){ s->pte[i] });
	this_cpu_write(local_next, KMAP_LOCAL_START + s->nr * PAGE_SIZE);
}

static unsigned int hash_page(const struct page *page)
{
	return page_to_pfn(page) * 0x9e3779b97f4a7c15UL >> 56;
}

static struct pkmap_slot *pkmap_find(const struct page *page)
{
	for (unsigned int i = pkmap_hash[hash_page(page)]; i; i = pkmap[i - 1].next)
		if (pkmap[i - 1].page == page)
			return &pkmap[i - 1];
	return NULL;
}

static unsigned long pkmap_addr(const struct pkmap_slot *s)
{
	return PKMAP_BASE + ((unsigned long)(s - pkmap) << PAGE_SHIFT);
}

/* Forgets every unused slot. => kmap_lock held. */
static void pkmap_flush(void)
{
	memset(pkmap_hash, 0, sizeof(pkmap_hash));
	for (unsigned int i = 0; i < NR_PKMAP; i++) {
		struct pkmap_slot *s = &pkmap[i];

		if (!s->page)
			continue;
		if (!s->count) {
			set_pte(kernel_pte(pkmap_addr(s)), (pte_t){ 0 });
			s->page = NULL;
			continue;
		}
		s->next = pkmap_hash[hash_page(s->page)];
		pkmap_hash[hash_page(s->page)] = i + 1;
	}
	tlb_flush_all();
	kmap_stats.flushes++;
}

/* A slot that no page has, or NULL when all are in use. => kmap_lock held. */
static struct pkmap_slot *pkmap_take(void)
{
	if (pkmap_used == NR_PKMAP)
		return NULL;
	for (;;) {
		if (pkmap_cursor == NR_PKMAP) {
			pkmap_flush();
			pkmap_cursor = 0;
		}
		if (!pkmap[pkmap_cursor++].page)
			return &pkmap[pkmap_cursor - 1];
	}
}

/* => kmap_lock held. NULL: the window is full. */
static void *pkmap_map(struct page *page)
{
	struct pkmap_slot *s = pkmap_find(page);

	if (!s) {
		pte_t *pte;

		s = pkmap_take();
		if (!s)
			return NULL;
		pte = kernel_pte(pkmap_addr(s));
		set_pte(pte, pfn_pte(page_to_pfn(page), kernel_prot(PAGE_KERNEL)));
		s->page = page;
		s->next = pkmap_hash[hash_page(page)];
		pkmap_hash[hash_page(page)] = s - pkmap + 1;
	}
	if (!s->count++)
		pkmap_used++;
	return (void *)pkmap_addr(s);
}

#define KMAP_MAX_YIELDS (1UL << 22)

void *kmap(struct page *page)
{
	unsigned long yields = 0;
	void *addr;

	if (!is_high(page))
		return page_address(page);
	for (;;) {
		spin_lock(&kmap_lock);
		addr = pkmap_map(page);
		spin_unlock(&kmap_lock);
		if (addr)
			return addr;
		if (yields == KMAP_MAX_YIELDS)
			BUG("kmap: none of the %lu slots of the PKMAP window came free: they are held by one who wants more", (unsigned long)NR_PKMAP);
		if (!yields++ && !kmap_stats.waits++)
			pr_warn("kmap: all %lu slots of the PKMAP window are in use; waiting\n", (unsigned long)NR_PKMAP);
		lock_yield();
	}
}

void kunmap(struct page *page)
{
	struct pkmap_slot *s;

	if (!is_high(page))
		return;
	spin_lock(&kmap_lock);
	s = pkmap_find(page);
	BUG_ON(!s || !s->count);
	if (!--s->count)
		pkmap_used--;
	spin_unlock(&kmap_lock);
}

void highmem_init(void)
{
	if (!highmem_enabled)
		return;
	local_ptes = kernel_pte(KMAP_LOCAL_START);
	local_prot = kernel_prot(PAGE_KERNEL).val;
	for (unsigned long a = PKMAP_BASE; a < PKMAP_END; a += PMD_SIZE)
		if (!kernel_pte_alloc(a))
			panic("not enough memory for the PKMAP window's page tables: give the machine more, or take highmem= away");
}

void clear_highpage(struct page *page)
{
	void *addr = kmap_local_page(page);

	clear_page(addr);
	kunmap_local(addr);
}

void copy_highpage(struct page *to, struct page *from)
{
	void *src = kmap_local_page(from), *dst = kmap_local_page(to);

	copy_page(dst, src);
	kunmap_local(dst);
	kunmap_local(src);
}
