/* SPDX-License-Identifier: MIT */
/* The verdict passes on a sound address space, and catches one deliberate fault of each kind. The dump's text. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <asm/tlb.h>
#include <mm/fixmap.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/ptdump.h>
#include <mm/slab.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>

#define MIB (1UL << 20)
#define GIB (1UL << 30)

static const struct range ram[] = { { 0x1000, 0x9f000 }, { 0x100000, 0x7ff7b000 }, { 4 * GIB, 300 * GIB }, { 0, 0 } };

static void boot(void)
{
	host_boot(ram, PHYS_ADDR_MAX);
	vmalloc_init();
}

static void expect_broken(enum verdict_law law)
{
	struct verdict v;

	kernel_verdict(&v);
	if (!v.broken[law])
		for (unsigned int i = 0; i < NR_VERDICT_LAWS; i++)
			fprintf(stderr, "%s: %lu at 0x%lx\n", verdict_law_text[i], (unsigned long)v.broken[i], v.where[i]);
	CHECK(v.broken[law]);
	CHECK(kernel_verdict_log() == v.nr_broken);
}

static void expect_pass(void)
{
	struct verdict v;

	if (kernel_verdict(&v))
		for (unsigned int i = 0; i < NR_VERDICT_LAWS; i++)
			fprintf(stderr, "%s: %lu at 0x%lx\n", verdict_law_text[i], (unsigned long)v.broken[i], v.where[i]);
	CHECK_EQ(v.nr_broken, 0);
}

static void sound_passes(void)
{
	boot();
	expect_pass();
	/* While things are in use, too. */
	CHECK(vmalloc(5000) && vmalloc(3 * MIB) && alloc_thread_stack() && ioremap(0xfee00000, 4096) && ioremap_wc(0xc0000000, 16 * MIB) &&
	      memremap_ro(0x7ff7b123, 100));
	for (int i = 0; i < 100; i++)
		CHECK(alloc_pages(GFP_KERNEL, MAX_ORDER));
	vfree(vmalloc(10000));
	expect_pass();
}

static void sound_passes_with_highmem(void)
{
	struct page *p;

	host_boot(ram, 896 * MIB);
	vmalloc_init();
	p = alloc_page(GFP_HIGHUSER);
	CHECK(kmap(p) && kmap_local_page(p));
	expect_pass();
}

/* The leaf's slot of @vaddr, at whatever level it is. */
static u64 *leaf_slot(unsigned long vaddr)
{
	u64 *table = __va(swapper_pg_dir_phys);

	for (unsigned int l = 4; l > 1; l--) {
		u64 e = table[pg_level_index(vaddr, l)];

		if (l < 4 && e & _PAGE_PSE)
			return &table[pg_level_index(vaddr, l)];
		table = __va(e & PTE_PFN_MASK);
	}
	return &table[pg_level_index(vaddr, 1)];
}

#define IMAGE(pa) (__START_KERNEL_map + (pa))

static void mapping_in_a_hole(void) { boot(); CHECK_EQ(kernel_map_range(VMALLOC_END + 1 + GIB, 0x200000, PAGE_SIZE, PAGE_KERNEL, 1), 0); expect_broken(VERDICT_REGIONS); }
static void writable_and_executable(void) { boot(); *leaf_slot(IMAGE(0x1c0000)) &= ~_PAGE_NX; expect_broken(VERDICT_WX); }
static void text_writable(void) { boot(); *leaf_slot(IMAGE(0x100000)) |= _PAGE_RW | _PAGE_NX; expect_broken(VERDICT_TEXT); }
static void text_alias_writable(void) { boot(); *leaf_slot(PAGE_OFFSET + 0x17f000) |= _PAGE_RW; expect_broken(VERDICT_TEXT); }
static void text_writable_by_vmap(void)
{
	struct page *p;

	boot();
	p = pfn_to_page(0x190000 >> 12);
	CHECK(vmap(&p, 1, PAGE_KERNEL));
	expect_broken(VERDICT_TEXT);
}
static void rodata_executable(void) { boot(); *leaf_slot(IMAGE(0x180000)) &= ~_PAGE_NX; expect_broken(VERDICT_IMAGE); }
static void image_elsewhere(void) { boot(); *leaf_slot(IMAGE(0x1c0000)) += PAGE_SIZE; expect_broken(VERDICT_IMAGE); }
static void image_page_lost(void) { boot(); *leaf_slot(IMAGE(0x1c1000)) = 0; expect_broken(VERDICT_IMAGE); }
static void user_bit(void)
{
	unsigned long a = VMALLOC_START;
	u64 *table = __va(swapper_pg_dir_phys);

	boot();
	CHECK(vmalloc(100) == (void *)a);
	table = __va(swapper_pg_dir_phys);
	for (unsigned int l = 4; l > 1; l--) {
		table[pg_level_index(a, l)] |= _PAGE_USER;
		table = __va(table[pg_level_index(a, l)] & PTE_PFN_MASK);
	}
	table[pg_level_index(a, 1)] |= _PAGE_USER;
	expect_broken(VERDICT_USER);
}
static void direct_map_shifted(void) { boot(); *leaf_slot(PAGE_OFFSET + 8 * GIB) += GIB; expect_broken(VERDICT_DIRECT); }
static void direct_map_hole(void) { boot(); *leaf_slot(PAGE_OFFSET + 9 * GIB) = 0; expect_broken(VERDICT_DIRECT); }
static void direct_map_of_mmio(void)
{
	boot();
	CHECK_EQ(kernel_map_range(PAGE_OFFSET + 0xfee00000, 0xfee00000, PAGE_SIZE, PAGE_KERNEL, 1), 0);
	expect_broken(VERDICT_DIRECT);
	expect_broken(VERDICT_CACHE);
}
static void device_cached(void)
{
	char *p;

	boot();
	p = ioremap(0xfee00000, 100);
	*leaf_slot((unsigned long)p) &= ~(_PAGE_PCD | _PAGE_PWT);
	expect_broken(VERDICT_CACHE);
}
static void ram_uncached(void) { boot(); *leaf_slot(PAGE_OFFSET + 20 * GIB) |= _PAGE_PCD; expect_broken(VERDICT_CACHE); }
static void guard_page_mapped(void)
{
	char *p;

	boot();
	p = vmalloc(PAGE_SIZE);
	CHECK_EQ(kernel_map_range((unsigned long)p + PAGE_SIZE, 0x400000, PAGE_SIZE, PAGE_KERNEL, 1), 0);
	expect_broken(VERDICT_GUARDS);
}
static void freed_area_still_mapped(void)
{
	char *p;

	boot();
	p = vmalloc(PAGE_SIZE);
	vfree(p);
	CHECK_EQ(kernel_map_range((unsigned long)p, 0x400000, PAGE_SIZE, PAGE_KERNEL, 1), 0);
	expect_broken(VERDICT_GUARDS);
}
static void not_global(void) { boot(); *leaf_slot(PAGE_OFFSET + 20 * GIB) &= ~_PAGE_GLOBAL; expect_broken(VERDICT_GLOBAL); }
static void section_lost(void)
{
	boot();
	CHECK(alloc_page(GFP_KERNEL));          /* 4 GiB's section is online */
	*leaf_slot((unsigned long)pfn_to_page(4 * GIB >> 12)) = 0;
	expect_broken(VERDICT_VMEMMAP);
}
static void section_counted_wrong(void)
{
	boot();
	CHECK(alloc_page(GFP_KERNEL));
	/* The next section's pmd is put back over the one that is online. */
	*leaf_slot((unsigned long)pfn_to_page(4 * GIB >> 12)) = *(leaf_slot((unsigned long)pfn_to_page(4 * GIB >> 12)) - 1);
	expect_broken(VERDICT_VMEMMAP);
}
static void template_writable(void)
{
	struct pg_leaf l;

	boot();
	CHECK(pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)pfn_to_page(3 * GIB >> 12), &l));
	*leaf_slot((unsigned long)pfn_to_page(3 * GIB >> 12)) |= _PAGE_RW;
	expect_broken(VERDICT_VMEMMAP);
}
static void template_overwritten(void)
{
	struct pg_leaf l;

	boot();
	CHECK(pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)pfn_to_page(200 * GIB >> 12), &l));
	((struct page *)__va(l.paddr))[5]._refcount.counter = 1;
	expect_broken(VERDICT_VMEMMAP);
}
static void upper_half_differs(void)
{
	phys_addr_t mine;

	boot();
	mine = page_to_phys(alloc_page(GFP_KERNEL));
	memcpy(__va(mine), __va(swapper_pg_dir_phys), PAGE_SIZE);
	load_pgd(mine);
	expect_pass();
	((u64 *)__va(mine))[pgd_index(VMALLOC_START) + 3] = 0;
	expect_broken(VERDICT_SHARED);
}

static unsigned int lines, markers, writable_text;
static unsigned long prev_end;

static void a_line(const char *line, void *arg)
{
	unsigned long start, end;

	lines++;
	if (!strncmp(line, "---[", 4)) {
		markers++;
		return;
	}
	CHECK(sscanf(line, "0x%lx-0x%lx", &start, &end) == 2);
	CHECK(!prev_end || start == prev_end);
	prev_end = end;
	if (start >= IMAGE(0x100000) && end <= IMAGE(0x180000))
		writable_text += !strstr(line, "ro ") || !strstr(line, "x  ");
}

static void dump_is_gapless_and_marked(void)
{
	boot();
	for (int i = 0; i < 50; i++)
		CHECK(vmalloc(5000 * i + 1));
	ptdump(swapper_pg_dir_phys, KERNEL_HALF_START, 0x0000360000000000UL, false, a_line, NULL);
	CHECK(markers >= 7 && lines > 100 && lines < 2000);
	CHECK_EQ(writable_text, 0);
	prev_end = 0;
	ptdump(swapper_pg_dir_phys, PAGE_OFFSET, PAGE_OFFSET + 16 * GIB, true, a_line, NULL);
}

#define EVERY(X) X(mapping_in_a_hole) X(writable_and_executable) X(text_writable) X(text_alias_writable) X(text_writable_by_vmap) \
	X(rodata_executable) X(image_elsewhere) X(image_page_lost) X(user_bit) X(direct_map_shifted) X(direct_map_hole) \
	X(direct_map_of_mmio) X(device_cached) X(ram_uncached) X(guard_page_mapped) X(freed_area_still_mapped) X(not_global) \
	X(section_lost) X(section_counted_wrong) X(template_writable) X(template_overwritten) X(upper_half_differs) \
	X(sound_passes) X(sound_passes_with_highmem) X(dump_is_gapless_and_marked)
#define ISOLATED(fn) static void test_##fn(void **state) { assert_int_equal(host_isolated(fn), 0); }
EVERY(ISOLATED)
#define UNIT(fn) cmocka_unit_test(test_##fn),

int main(void)
{
	const struct CMUnitTest tests[] = { EVERY(UNIT) };

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
