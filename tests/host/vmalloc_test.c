/* SPDX-License-Identifier: MIT */
/* vmalloc, vmap, ioremap, stacks: over page tables that the test machine's MMU walks. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <mm/fault_inject.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define MMIO 0xc0000000UL       /* a hole in the test machine's RAM */

static void boot(void)
{
	host_boot_mib(512);
	vmalloc_init();
}

static void areas_are_zeroable_memory_with_guards(void)
{
	char *a, *b;

	boot();
	a = vmalloc(10000);
	b = vzalloc(4096);
	CHECK(a && b);
	memset(a, 0xaa, 3 * PAGE_SIZE);
	CHECK_EQ(b[4095], 0);
	CHECK(host_try_read(a + 3 * PAGE_SIZE));
	CHECK(host_try_read(b + PAGE_SIZE));
	CHECK_EQ(vmalloc_check(), 0);
	vfree(a);
	vmalloc_purge();
	CHECK(host_try_read(a));
	vfree(b);
	vfree(NULL);
	CHECK_EQ(vmalloc_check(), 0);
}

static void sizes_that_cannot_be(void)
{
	boot();
	CHECK(!vmalloc(0));
	CHECK(!vmalloc(33UL << 40));
	CHECK(!vmalloc(~0UL));
	CHECK(!vmalloc(~0UL - PAGE_SIZE));
	CHECK(!vmalloc(1UL << 30));     /* more than the machine has */
	CHECK(!ioremap(MMIO, 0));
	CHECK(!ioremap(~0UL - 100, 4096));
	CHECK(!ioremap(1UL << 51, 4096));
	CHECK(!ioremap(0x200000, 4096)); /* System RAM */
	CHECK(!ioremap(MMIO, ~0UL - MMIO + 1));
	CHECK_EQ(vmalloc_check(), 0);
}

static void ioremap_keeps_offsets_and_uses_large_pages(void)
{
	struct pg_leaf leaf;
	char *p, *fb;

	boot();
	p = ioremap(MMIO + 0x123, 16);
	CHECK(p && ((unsigned long)p & 0xfff) == 0x123);
	CHECK(pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)p, &leaf));
	CHECK_EQ(leaf.paddr, MMIO);
	CHECK_EQ(leaf.flags & (_PAGE_PCD | _PAGE_PWT | _PAGE_NX | _PAGE_RW), _PAGE_PCD | _PAGE_PWT | _PAGE_NX | _PAGE_RW);
	fb = ioremap_wc(MMIO + 0x210000, 33UL << 20);
	CHECK(fb && pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)fb + (4UL << 20), &leaf));
	CHECK_EQ(leaf.level, 2);
	CHECK_EQ(leaf.paddr + (((unsigned long)fb + (4UL << 20)) - leaf.vaddr), MMIO + 0x210000 + (4UL << 20));
	CHECK_EQ(leaf.flags & (_PAGE_PCD | _PAGE_PWT), _PAGE_PWT);
	iounmap(p);
	iounmap(fb);
	vmalloc_purge();
	CHECK(!pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)fb, &leaf));
	CHECK_EQ(vmalloc_check(), 0);
}

static void stacks_have_guards_and_are_kept(void)
{
	void *s[40], *guarded;
	u64 before;

	boot();
	s[0] = alloc_thread_stack();
	memset(s[0], 1, THREAD_SIZE);
	CHECK(host_try_write((char *)s[0] - 1));
	CHECK(host_try_write((char *)s[0] + THREAD_SIZE));
	CHECK(is_stack_guard((unsigned long)s[0] - 8, &guarded) && guarded == s[0]);
	CHECK(!is_stack_guard((unsigned long)s[0], &guarded));
	free_thread_stack(s[0]);
	CHECK(alloc_thread_stack() == s[0]);
	free_thread_stack(s[0]);
	vmalloc_purge();
	drain_local_pages();
	before = nr_free_pages();
	for (int i = 0; i < 40; i++)
		CHECK(s[i] = alloc_thread_stack());
	for (int i = 0; i < 40; i++)
		free_thread_stack(s[i]);
	vmalloc_purge();
	CHECK_EQ(vmalloc_check(), 0);
	CHECK(nr_free_pages() + 4 >= before);
}

static void early_ioremap_survives(void)
{
	struct range ram[] = { { 0x100000, 64UL << 20 }, { 0, 0 } };
	struct pg_leaf leaf;
	char *p, *q;

	for (struct range *r = ram; r->end; r++)
		CHECK_EQ(memblock_add(&memblock, *r), 0);
	host_machine_init();
	CHECK_EQ(memblock_reserve(&memblock, (struct range){ 0x100000, 0x280000 }), 0);
	direct_map_init(&memblock, &(struct kernel_image_ranges){ { 0x100000, 0x180000 }, { 0x180000, 0x1c0000 },
			{ 0x1c0000, 0x1d0000 }, { 0x1d0000, 0x280000 } }, PHYS_ADDR_MAX);
	p = ioremap(0xfee00000, 4096);
	q = ioremap_wc(0xfd000000, 8UL << 20);
	CHECK(p && q);
	vmemmap_init(&memblock);
	page_alloc_init(&memblock, PHYS_ADDR_MAX);
	slab_init();
	vmalloc_init();
	CHECK_EQ(vmalloc_check(), 0);
	CHECK(pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)q, &leaf) && leaf.paddr == 0xfd000000 && leaf.level == 2);
	iounmap(p);
	CHECK(vmalloc(100) != p);
	vmalloc_purge();
	iounmap(q);
	vmalloc_purge();
	CHECK_EQ(vmalloc_check(), 0);
	CHECK(vmalloc(100));
}

/* Random areas of all kinds; each holds a tag in every page; nothing may move, overlap, or leak. */
static void random_ops(void)
{
	static struct { char *p; u64 size, tag; int kind; } held[600];
	struct page *pages[16];
	unsigned int n = 0;
	u64 before;

	boot();
	for (int i = 0; i < 16; i++)
		CHECK(pages[i] = alloc_page(GFP_KERNEL));
	/* Page tables stay: make those that will be needed now. */
	for (int i = 0; i < 100; i++)
		CHECK(held[i].p = vmalloc(3UL << 20));
	for (int i = 0; i < 100; i++)
		vfree(held[i].p);
	vmalloc_purge();
	slab_shrink_all();
	drain_local_pages();
	before = nr_free_pages();
	for (int step = 0; step < 20000; step++) {
		if (n < ARRAY_SIZE(held) && test_below(2)) {
			int kind = test_below(8);
			u64 size = test_below(40) ? 1 + test_below(60000) : 1 + test_below(5UL << 20);
			char *p = kind == 0 ? vmap(pages, 1 + test_below(16), PAGE_KERNEL) : kind == 1 ? alloc_thread_stack() :
				kind == 2 ? ioremap(MMIO + test_below(1UL << 28), size) : vmalloc(size);

			CHECK(p);
			held[n].p = p;
			held[n].size = kind == 1 ? THREAD_SIZE : PAGE_ALIGN(size);
			held[n].tag = test_random();
			held[n].kind = kind;
			if (kind == 1 || kind > 2)
				for (u64 o = 0; o < held[n].size; o += PAGE_SIZE)
					*(u64 *)(p + o) = held[n].tag + o;
			n++;
		} else if (n) {
			unsigned int i = test_below(n);

			if (held[i].kind == 1 || held[i].kind > 2)
				for (u64 o = 0; o < held[i].size; o += PAGE_SIZE)
					CHECK_EQ(*(u64 *)(held[i].p + o), held[i].tag + o);
			if (held[i].kind == 0)
				vunmap(held[i].p);
			else if (held[i].kind == 1)
				free_thread_stack(held[i].p);
			else if (held[i].kind == 2)
				iounmap(held[i].p);
			else
				vfree(held[i].p);
			held[i] = held[--n];
		}
		if (step % 2000 == 0)
			CHECK_EQ(vmalloc_check(), 0);
	}
	while (n--) {
		if (held[n].kind == 0)
			vunmap(held[n].p);
		else if (held[n].kind == 1)
			free_thread_stack(held[n].p);
		else if (held[n].kind == 2)
			iounmap(held[n].p);
		else
			vfree(held[n].p);
	}
	vmalloc_purge();
	slab_shrink_all();
	drain_local_pages();
	CHECK_EQ(vmalloc_check(), 0);
	CHECK_EQ(page_alloc_check(), 0);
	CHECK_EQ(slab_check(), 0);
	/* What may differ: page tables for addresses used for the first time. */
	CHECK(before - nr_free_pages() < 64);
}

static void failures_leak_nothing(void)
{
	boot();
	for (u64 n = 1; n < 40; n++) {
		struct vmalloc_stats s;
		void *p, *st;

		fail_alloc_at(n);
		p = vmalloc(20 * PAGE_SIZE);
		st = alloc_thread_stack();
		fail_alloc_at(0);
		CHECK(p || st || n > 0);
		vfree(p);
		free_thread_stack(st);
		vmalloc_purge();
		vmalloc_stats(&s);
		CHECK_EQ(s.nr_areas, 0);
		CHECK_EQ(s.nr_pages, 0);
		CHECK_EQ(s.nr_stack_pages, 0);
		CHECK_EQ(vmalloc_check(), 0);
		CHECK_EQ(page_alloc_check(), 0);
	}
}

#define ISOLATED(fn) static void test_##fn(void **state) { assert_int_equal(host_isolated(fn), 0); }
ISOLATED(areas_are_zeroable_memory_with_guards)
ISOLATED(sizes_that_cannot_be)
ISOLATED(ioremap_keeps_offsets_and_uses_large_pages)
ISOLATED(stacks_have_guards_and_are_kept)
ISOLATED(early_ioremap_survives)
ISOLATED(failures_leak_nothing)
static void test_random_ops(void **state)
{
	test_seed_init("vmalloc");
	assert_int_equal(host_isolated(random_ops), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_areas_are_zeroable_memory_with_guards),
		cmocka_unit_test(test_sizes_that_cannot_be),
		cmocka_unit_test(test_ioremap_keeps_offsets_and_uses_large_pages),
		cmocka_unit_test(test_stacks_have_guards_and_are_kept),
		cmocka_unit_test(test_early_ioremap_survives),
		cmocka_unit_test(test_failures_leak_nothing),
		cmocka_unit_test(test_random_ops),
	};

	return cmocka_run_group_tests_name("vmalloc", tests, NULL, NULL);
}
