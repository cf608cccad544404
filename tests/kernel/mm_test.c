// SPDX-License-Identifier: MIT
/* Physical memory on the real MMU: templates, sections, allocators, vmalloc, kmap; and what the hot paths cost. */
#include <asm/memory.h>
#include <lib/ktest.h>
#include <lib/printk.h>
#include <mm/accounting.h>
#include <mm/fixmap.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/ptdump.h>
#include <mm/slab.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>
#include <x86/probe.h>

static bool readable(const void *p)
{
	u64 v;

	return probe_read_u64(p, &v, NULL);
}

/* The same value goes back, so that a write that succeeds does no harm. */
static bool writable(void *p)
{
	u8 v;

	return probe_read_u8(p, &v, NULL) && probe_write_u8(p, v, NULL);
}

KTEST(vmemmap_reads_for_every_pfn_and_writes_only_online)
{
	const u64 top = vmemmap_end_pfn;

	for (u64 pfn = 1; pfn < top; pfn = pfn * 2 + 0x1357)
		KEXPECT(readable(pfn_to_page(pfn)));
	KEXPECT(readable(pfn_to_page(top - 1)));
	KEXPECT(page_test(pfn_to_page(top - 1), PG_reserved));
	KEXPECT(!writable(pfn_to_page(top - 1)));
	KEXPECT(writable(virt_to_page(kmalloc(64, GFP_KERNEL))));
}

KTEST(allocators_hold_their_invariants)
{
	KEXPECT_EQ(page_alloc_check(), 0);
	KEXPECT_EQ(slab_check(), 0);
	KEXPECT_EQ(vmalloc_check(), 0);
}

/* From the firmware's map to the last page, while the kernel runs. */
KTEST(accounting_closes_to_the_byte)
{
	static struct mem_account a;
	void *held[3];

	KEXPECT_EQ(account_check(&e820_table, &a), 0);
	KEXPECT_EQ(a.sum, a.total);
	held[0] = kmalloc(100000, GFP_KERNEL);
	held[1] = vmalloc(10UL << 20);
	held[2] = alloc_thread_stack();
	KEXPECT_EQ(account_check(&e820_table, &a), 0);
	kfree(held[0]);
	vfree(held[1]);
	free_thread_stack(held[2]);
	KEXPECT_EQ(account_check(&e820_table, &a), 0);
	KEXPECT_EQ(account_page(&e820_table, __pa_symbol(accounting_closes_to_the_byte)), MEM_IMAGE);
}

KTEST(verdict_passes_and_catches)
{
	static struct verdict v;
	char *p = vmalloc(PAGE_SIZE);
	pte_t *pte = kernel_pte((unsigned long)p);
	u64 t = rdtsc(), good = pte->val;

	kernel_verdict(&v);
	pr_info("# cost verdict: %lu (limit 20000000)\n", (unsigned long)(rdtsc() - t));
	KEXPECT_EQ(v.nr_broken, 0);
	if (boot_cpu.nx) {
		pte->val = good & ~_PAGE_NX;
		kernel_verdict(&v);
		KEXPECT(v.broken[VERDICT_WX]);
	}
	pte->val = good | _PAGE_USER;
	kernel_verdict(&v);
	KEXPECT(!v.broken[VERDICT_USER]);       /* the levels above withhold it */
	pte->val = good;
	vfree(p);
	KEXPECT_EQ(kernel_verdict(&v), 0);
}

/* Pages of every order, from every section that has any: written through the direct map and read back. */
KTEST(pages_of_all_sections_are_memory)
{
	static struct page *got[512];
	u64 before;
	unsigned int n = 0;

	drain_local_pages();
	before = nr_free_pages();
	while (n < ARRAY_SIZE(got) && (got[n] = alloc_pages(GFP_KERNEL, MAX_ORDER))) {
		*(u64 *)page_address(got[n]) = page_to_pfn(got[n]);
		*(u64 *)page_address(got[n] + 1023) = ~page_to_pfn(got[n]);
		n++;
	}
	pr_info("# %u blocks of 4 MiB\n", n);
	for (unsigned int i = 0; i < n; i++) {
		KEXPECT_EQ(*(u64 *)page_address(got[i]), page_to_pfn(got[i]));
		KEXPECT_EQ(*(u64 *)page_address(got[i] + 1023), ~page_to_pfn(got[i]));
	}
	while (n)
		free_pages(got[--n], MAX_ORDER);
	KEXPECT(before - nr_free_pages() < 4);  /* a page table a 64 GiB at most */
	KEXPECT_EQ(page_alloc_check(), 0);
}

/* One page in the middle of each section that is still untouched; at most 1,024 (128 GiB). */
KTEST(every_section_can_come_online)
{
	struct section_stats before, after;
	phys_addr_t start, end;
	u64 n = 0;

	section_stats(&before);
	while (n < 1024 && untouched_range(0, &start, &end)) {
		phys_addr_t pa = start + SECTION_SIZE / 2;
		struct page *p = alloc_this_page(pa >> PAGE_SHIFT);

		KEXPECT(p && page_is_online(p) && page_to_phys(p) == pa);
		if (!p)
			return;
		clear_highpage(p);
		free_page(p);
		n++;
	}
	section_stats(&after);
	KEXPECT_EQ(after.nr_online, before.nr_online + n);
	KEXPECT_EQ(page_alloc_check(), 0);
}

KTEST(vmalloc_is_guarded_and_flushed)
{
	char *p = vmalloc(3 * PAGE_SIZE), *q;
	struct page *pages[2] = { alloc_page(GFP_HIGHUSER), alloc_page(GFP_HIGHUSER) };

	KEXPECT(p && writable(p) && writable(p + 2 * PAGE_SIZE) && !readable(p + 3 * PAGE_SIZE));
	q = vmap(pages, 2, PAGE_KERNEL_RO);
	KEXPECT(q && readable(q + PAGE_SIZE) && !writable(q) && !readable(q + 2 * PAGE_SIZE));
	vfree(p);
	vunmap(q);
	vmalloc_purge();
	KEXPECT(!readable(p) && !readable(q));
	free_page(pages[0]);
	free_page(pages[1]);
	KEXPECT_EQ(vmalloc_check(), 0);
}

KTEST(stack_guard_is_not_mapped)
{
	char *stack = alloc_thread_stack();
	void *found = NULL;

	KEXPECT(stack && writable(stack) && writable(stack + THREAD_SIZE - 8));
	KEXPECT(!readable(stack - 8) && !readable(stack + THREAD_SIZE));
	KEXPECT(is_stack_guard((unsigned long)stack - 8, &found) && found == stack);
	free_thread_stack(stack);
}

KTEST(kmap_reaches_every_page)
{
	struct page *p = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	u64 *a = kmap(p), *b = kmap_local_page(p);

	*a = 0x41746c6173UL;
	KEXPECT_EQ(*b, 0x41746c6173UL);
	kunmap_local(b);
	kunmap(p);
	if (highmem_enabled)
		KEXPECT(page_zone_id(p) == ZONE_HIGHMEM && !readable(__va(page_to_phys(p))) && !readable(b));
	else
		KEXPECT((void *)a == page_address(p));
	free_page(p);
}

/* Instructions, when the machine counts them (QEMU -icount shift=0); else time stamp ticks. */
static u64 overhead;

#define COST(what, limit, setup, code) do { \
	u64 best = ~0UL, total = 0; \
	for (int __i = 0; __i < 100; __i++) { \
		u64 t; \
		setup; \
		t = rdtsc(); \
		code; \
		t = rdtsc() - t; \
		best = t < best ? t : best; \
		total += t; \
	} \
	pr_info("# cost %s: best %lu, mean %lu (limit %lu)\n", what, (unsigned long)(best - overhead), \
		(unsigned long)(total / 100 - overhead), (unsigned long)(limit)); \
	} while (0)

KTEST(costs_of_hot_paths)
{
	struct page *p = alloc_page(GFP_HIGHUSER);
	static void *many[10000];
	void *a;

	overhead = ~0UL;
	for (int i = 0; i < 10; i++) {
		u64 t = rdtsc();

		t = rdtsc() - t;
		overhead = t < overhead ? t : overhead;
	}
	COST("alloc_page+free_page", 60, , free_page(alloc_page(GFP_KERNEL)));
	COST("alloc_pages+free_pages order 3", 0, , free_pages(alloc_pages(GFP_KERNEL, 3), 3));
	COST("zeroed page", 600, , free_page(alloc_page(GFP_KERNEL | __GFP_ZERO)));
	COST("kmalloc(64)+kfree", 50, , kfree(kmalloc(64, GFP_KERNEL)));
	COST("kmalloc(variable)+kfree", 0, size_t n = 64 + best % 2, kfree(kmalloc(n, GFP_KERNEL)));
	COST("page_address", 0, , __asm__ volatile("" : "+r"(p)); a = page_address(p); __asm__ volatile("" :: "r"(a)));
	COST("kmap_local+kunmap_local (page_address and two NOPs without highmem=)", highmem_enabled ? 60 : 5, , a = kmap_local_page(p); kunmap_local(a));
	COST("thread stack, kept", 0, , free_thread_stack(alloc_thread_stack()));
	COST("vmalloc+vfree 16K", 3000, , vfree(vmalloc(16384)));
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		KEXPECT(many[i] = vmalloc(4096));
	COST("vmalloc+vfree 16K, 10000 areas", 3000, , vfree(vmalloc(16384)));
	COST("ioremap+iounmap 4K, 10000 areas", 3000, , iounmap(ioremap(0xfed00000, 4096)));
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		vfree(many[i]);
	vmalloc_purge();
	free_page(p);
}
