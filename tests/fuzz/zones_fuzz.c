// SPDX-License-Identifier: MIT
/*
 * A firmware map of any bytes through the whole boot of memory, on the simulated machine: e820, iomem, memblock, direct map,
 * struct pages, zones, slab, vmalloc (tools/replay/record.c's order). A map that can't be booted ends in a sentence, by return
 * or panic. Laws of one that can: the accounting closes, the allocators' own checks, page tables as the verdict wants them,
 * no warning; what is allocated is RAM, aligned, and comes back; struct page is readable everywhere.
 *
 * Input: as memmap_fuzz.c's; and bits 1 to 3 of byte 1 are how wide the CPU's physical addresses are, 33 to 40 bits: the simulated
 * MMU maps page by page, and what is above is only counted, so that a map takes milliseconds.
 */
#define _GNU_SOURCE
#include "check.h"
#include <setjmp.h>

#include <iomem/e820.h>
#include <iomem/resource.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/accounting.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/ptdump.h>
#include <mm/slab.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>

#include "../../tools/replay/record.h"
#include "../host/machine.h"

#define SMALL_MASK 0x3ffffffffULL       /* 16 GiB */

/* The kernel's variables (fuzz.mk). */
extern u64 __start_zones_bss[], __stop_zones_bss[], __start_zones_data[], __stop_zones_data[];

static jmp_buf stopped;
static bool is_bug;

/* Between variables lie red zones: not by memcpy. */
__attribute__((no_sanitize("address", "undefined", "coverage")))
static void copy(volatile u64 *to, const volatile u64 *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i];
}

static void kernel_as_built(void)
{
	static u64 *bss, *data;
	size_t nr_bss = (size_t)(__stop_zones_bss - __start_zones_bss), nr_data = (size_t)(__stop_zones_data - __start_zones_data);

	if (!bss) {
		bss = malloc(nr_bss * 8);
		data = malloc(nr_data * 8);
		copy(bss, __start_zones_bss, nr_bss);
		copy(data, __start_zones_data, nr_data);
	}
	copy(__start_zones_bss, bss, nr_bss);
	copy(__start_zones_data, data, nr_data);
}

static void on_stop(void)
{
	longjmp(stopped, 1);
}

static void hear(struct console *con, const char *text, size_t len)
{
	if (memmem(text, len, "BUG at", 6)) {
		fwrite(text, 1, len, stderr);
		is_bug = true;
	}
}

static bool is_ram(u64 start, u64 size)
{
	bool found;

	for (u64 at = start; at < start + size; at += 4096)
		if (e820_type_at(&e820_table, at, &found) != E820_TYPE_RAM || !found)
			return false;
	return true;
}

static void check_all(void)
{
	struct mem_account a;

	LAW(account_check(&e820_table, &a) == 0);
	LAW(a.sum == a.total && a.usable == e820_bytes(&e820_table, E820_TYPE_RAM));
	LAW(page_alloc_check() == 0);
	LAW(vmalloc_check() == 0);
	LAW(resource_check(&iomem_resource) == 0);
}

static void check_zones(void)
{
	u64 last = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &zones[i];

		if (z->start_pfn == z->end_pfn)
			continue;
		LAW(z->start_pfn >= last && z->end_pfn > z->start_pfn);
		LAW(z->present_pages <= z->end_pfn - z->start_pfn && z->managed_pages <= z->present_pages);
		LAW(z->nr_free + z->nr_untouched <= z->managed_pages);
		last = z->end_pfn;
	}
}

/* struct page of each edge of the map, and around it. */
static void check_struct_pages(void)
{
	for (unsigned int i = 0; i < e820_table.nr; i++) {
		u64 pfn[] = { e820_table.e[i].r.start >> 12, (e820_table.e[i].r.end - 1) >> 12, e820_table.e[i].r.end >> 12 };

		for (int j = 0; j < 3; j++)
			if (pfn[j] < vmemmap_end_pfn)
				LAW(host_try_read(pfn_to_page(pfn[j])) == 0);
	}
}

static void check_allocating(void)
{
	struct page *got[12];
	void *slab, *area;
	int n = 0;

	for (unsigned int order = 0; order <= MAX_ORDER; order++) {
		struct page *p = alloc_pages(GFP_KERNEL, order);
		u64 start;

		if (!p)
			break;
		got[n++] = p;
		start = page_to_phys(p);
		LAW(!(start & ((4096UL << order) - 1)) && is_ram(start, 4096UL << order));
		memset(__va(start), 0x5a, 4096);
	}
	slab = kmalloc(100, GFP_KERNEL);
	area = vmalloc(20000);
	if (area)
		memset(area, 0x5a, 20000);
	check_all();
	vfree(area);
	kfree(slab);
	while (n--)
		free_pages(got[n], (unsigned int)n);
	check_all();
}

static void boot_and_check(void)
{
	struct console con = { .name = "fuzz", .write = hear, .level = LOG_EMERG };
	struct verdict v;

	console_register(&con, false);
	if (record_boot())
		return;
	check_all();
	check_zones();
	check_struct_pages();
	check_allocating();
	LAW(kernel_verdict(&v) == 0);
	LAW(warn_count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t stride, len;
	u8 *map;

	if (size < 2 || size > 16384)
		return 0;
	stride = 40 + data[0] % 32;
	len = (size - 2) / stride * stride;
	if (!len)
		return 0;
	map = malloc(len);
	memcpy(map, data + 2, len);
	for (size_t at = 0; data[1] & 1 && at < len; at += stride) {
		u64 v;

		memcpy(&v, map + at + 8, 8);
		v &= SMALL_MASK;
		memcpy(map + at + 8, &v, 8);
		memcpy(&v, map + at + 24, 8);
		v &= SMALL_MASK >> 12;
		memcpy(map + at + 24, &v, 8);
	}
	kernel_as_built();
	host_machine_reset();
	mm_cpu.phys_bits = 33 + (data[1] >> 1 & 7);
	bug_set_hooks(NULL, on_stop);
	is_bug = false;
	if (!setjmp(stopped)) {
		(void)!e820_from_efi(&e820_table, map, len, stride);
		(void)!e820_trim_bios(&e820_table);
		boot_and_check();
	}
	LAW(!is_bug);
	free(map);
	return 0;
}
