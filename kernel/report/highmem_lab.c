// SPDX-License-Identifier: MIT
/*
 * The highmem lab: the project's document asks how a 32-bit kernel reaches physical 1.5 GiB on a machine with
 * 2 GiB. With the boot option highmem=896M this kernel is in the same place, and /proc/atlas/highmem_lab walks
 * through it: reading the file does every step, on a real page, and tells what was found. `lab highmem` in
 * ring 3 shows it and adds the process's side.
 */
#include "internal.h"
#include <asm/memory.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/fixmap.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/vmalloc.h>
#include <proc/proc.h>
#include <report/report.h>
#include <x86/probe.h>

#define MIB (1UL << 20)
/* The document's example is 1.5 GiB. A section begins there, whose first 2 MiB are its own struct pages. */
#define WANTED (1536 * MIB)
#define NEXT_BEST (1538 * MIB)

/* Linux on i386, 3G/1G split, no PAE: arch/x86/include/asm/pgtable_32_types.h and its boot log's "virtual kernel memory layout". */
#define I386_PAGE_OFFSET 0xc0000000UL
#define I386_VMALLOC_OFFSET (8 * MIB)
#define I386_PKMAP_BASE 0xff800000UL
#define I386_FIXADDR_START 0xfff17000UL
#define I386_FIXADDR_TOP 0xfffff000UL

/* One line: an address of the 32-bit picture, its name, and what this kernel has in its place. */
static void picture_line(struct seq_file *m, u64 addr32, const char *name, unsigned long addr64, const char *what)
{
	seq_printf(m, "  %08lx  %-14s %016lx  %s\n", (unsigned long)addr32, name, addr64, what);
}

static void show_picture(struct seq_file *m)
{
	u64 top = memblock.memory.r[memblock.memory.nr - 1].end, low32 = min(top, 896 * MIB), high32 = I386_PAGE_OFFSET + low32;
	u64 vmalloc32 = ALIGN_DOWN(high32 + 2 * I386_VMALLOC_OFFSET - 1, I386_VMALLOC_OFFSET);

	seq_printf(m, "This machine's RAM ends at %lu MiB. On the left a 32-bit Linux on it (3G/1G split), on the right this kernel.\n\n",
		   (unsigned long)(top / MIB));
	seq_puts(m, "  32 bits   name           64 bits           what it is\n");
	picture_line(m, 0, "user space", 0, "one page table a process");
	picture_line(m, I386_PAGE_OFFSET, "PAGE_OFFSET", PAGE_OFFSET, "direct map of low memory: physical 0");
	picture_line(m, high32, "high_memory", PAGE_OFFSET + high_memory,
		     highmem_enabled ? "end of the direct map: what is above has no address" : "end of the direct map: all RAM is in it");
	seq_printf(m, "  %8lu  %s\n", (unsigned long)((vmalloc32 - high32) / MIB), "MiB gap (8 to 16): a wild pointer past the direct map faults");
	picture_line(m, vmalloc32, "VMALLOC_START", VMALLOC_START, "vmalloc, vmap, ioremap, kernel stacks");
	picture_line(m, I386_PKMAP_BASE - 2 * PAGE_SIZE, "VMALLOC_END", VMALLOC_END + 1, "two pages nobody may touch, then kmap's window");
	picture_line(m, I386_PKMAP_BASE, "PKMAP_BASE", PKMAP_BASE, "kmap: 1,024 slots of one page");
	picture_line(m, I386_FIXADDR_START, "FIXADDR_START", FIXADDR_START, "fixmap, with kmap_atomic's slots");
	picture_line(m, I386_FIXADDR_TOP, "FIXADDR_TOP", FIXADDR_TOP, "the last page is never mapped");
	seq_printf(m, "\nOf 4 GiB the 32-bit kernel has 1 GiB of addresses, of which %lu MiB map RAM one to one; %lu MiB of RAM\n"
		   "are left without one. That is high memory: a property of physical memory, not of addresses.\n",
		   (unsigned long)(low32 / MIB), (unsigned long)((top - low32) / MIB));
}

/* The four entries that translate @addr, as far as they exist. */
static void show_walk(struct seq_file *m, unsigned long addr)
{
	static const char *const names[] = { "", "pte", "pmd", "pud", "pgd" };
	const u64 *table = __va(swapper_pg_dir_phys);

	for (unsigned int l = 4; l >= 1; l--) {
		u64 e = table[pg_level_index(addr, l)];

		seq_printf(m, "      %s[%3u] = %016lx", names[l], pg_level_index(addr, l), (unsigned long)e);
		if (!(e & _PAGE_PRESENT)) {
			seq_puts(m, "  not present: the walk ends here\n");
			return;
		}
		if (l == 1 || e & _PAGE_PSE) {
			seq_printf(m, "  -> physical %09lx, %s, %s\n", (unsigned long)(e & PTE_PFN_MASK), e & _PAGE_RW ? "writable" : "read-only",
				   e & _PAGE_NX ? "not executable" : "executable");
			return;
		}
		seq_printf(m, "  -> table at %09lx\n", (unsigned long)(e & PTE_PFN_MASK));
		table = __va(e & PTE_PFN_MASK);
	}
}

static void show_contents(struct seq_file *m, const char *how, const void *addr)
{
	seq_printf(m, "  %s is %016lx; it reads \"%.40s\"\n", how, (unsigned long)addr, (const char *)addr);
	show_walk(m, (unsigned long)addr);
}

static void try_direct(struct seq_file *m, phys_addr_t pa)
{
	struct probe_fault f;
	u64 v;

	seq_printf(m, "\n1. Physical %09lx by its direct-map address, %016lx (phys + PAGE_OFFSET):\n", (unsigned long)pa, (unsigned long)__va(pa));
	if (probe_read_u64(__va(pa), &v, &f))
		seq_puts(m, "  the read succeeded: this page is low memory\n");
	else
		seq_printf(m, "  the CPU raised exception %d (page fault), error code %lx, CR2 %016lx; survived\n", f.vector, f.error_code, f.addr);
	show_walk(m, (unsigned long)__va(pa));
}

static void walk_through(struct seq_file *m, struct page *page)
{
	const phys_addr_t pa = page_to_phys(page);
	void *k, *a, *v;

	try_direct(m, pa);

	seq_puts(m, "\n2. kmap(page): a slot of the PKMAP window, for as long as one likes; it may sleep for a free slot.\n");
	k = kmap(page);
	strscpy(k, "written through kmap", PAGE_SIZE);
	show_contents(m, "kmap's address", k);

	seq_puts(m, "\n3. kmap_atomic(page): this CPU's fixmap slot, for a moment, never sleeping.\n");
	a = kmap_atomic(page);
	show_contents(m, "kmap_atomic's address", a);
	strscpy(a, "written through kmap_atomic", PAGE_SIZE);
	kunmap_atomic(a);
	seq_puts(m, "  after kunmap_atomic:\n");
	show_walk(m, (unsigned long)a);

	seq_puts(m, "\n4. vmap(&page, 1): the vmalloc range, where pages from anywhere become one array.\n");
	v = vmap(&page, 1, PAGE_KERNEL);
	if (v) {
		show_contents(m, "vmap's address", v);
		seq_printf(m, "  kmap's address reads the same: \"%.40s\". Three addresses, one page.\n", (const char *)k);
		vunmap(v);
		seq_puts(m, "  after vunmap:\n");
		show_walk(m, (unsigned long)v);
	}
	kunmap(page);
	if (highmem_enabled)
		seq_puts(m, "  after kunmap the slot keeps its translation until the window is used up (one flush for 1,024 slots):\n");
	show_walk(m, (unsigned long)k);
}

static int lab_show(struct seq_file *m, void *arg)
{
	struct page *page;

	show_picture(m);
	if (!highmem_enabled) {
		seq_puts(m, "\nThis kernel has all RAM in its direct map. Boot with highmem=896M (and 2 GiB of RAM) to stand where the\n"
			 "32-bit kernel stands, and read this again.\n");
		return 0;
	}
	seq_printf(m, "\nThe task: this machine has RAM at physical 1.5 GiB, and the kernel wants to read and write it.\n"
		   "The direct map ends at high_memory = %lu MiB.\n", (unsigned long)(high_memory / MIB));
	page = alloc_this_page(WANTED >> PAGE_SHIFT);
	if (!page) {
		page = alloc_this_page(NEXT_BEST >> PAGE_SHIFT);
		if (!page)
			page = alloc_page(GFP_HIGHUSER);
		if (!page)
			return -ENOMEM;
		seq_printf(m, "The page at 1.5 GiB sharp is in use (struct pages); the one at %lu MiB does as well.\n",
			   (unsigned long)(page_to_phys(page) / MIB));
	}
	walk_through(m, page);
	free_page(page);
	return 0;
}

void highmem_lab_init(void)
{
	if (proc_create("atlas/highmem_lab", 0444, lab_show, NULL))
		pr_warn("no /proc/atlas/highmem_lab\n");
}
