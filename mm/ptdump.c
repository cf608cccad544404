/* SPDX-License-Identifier: MIT */
/*
 * The page-table dump. A walk of its own, not pgwalk(): it wants what is absent as well, and shows each of the
 * vmemmap's shared template tables as the one run that it is instead of walking it a thousand times.
 */
#include <asm/memory.h>
#include <asm/pgtable.h>
#include <lib/string.h>
#include <mm/pgwalk.h>
#include <mm/ptdump.h>
#include <mm/sparse.h>
#include "internal.h"

#define SHOWN (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_PWT | _PAGE_PCD | _PAGE_PSE | _PAGE_GLOBAL | _PAGE_NX)

#define TEMPLATE _PAGE_SOFT1    /* the run shows one shared page of struct pages again and again */
#define TEMPLATE_FLAGS (_PAGE_PRESENT | _PAGE_GLOBAL | _PAGE_NX | TEMPLATE)

struct dump {
	ptdump_line_fn line;
	void *arg;
	bool with_phys;
	unsigned int region;            /* next marker */
	/* The run so far; level 0: none. */
	unsigned long start;
	phys_addr_t pa, next_pa;
	u64 flags;
	unsigned int level;
};

static void format_flags(char *buf, size_t size, u64 f, unsigned int level)
{
	if (!(f & _PAGE_PRESENT)) {
		scnprintf(buf, size, "%26s", "");
		return;
	}
	scnprintf(buf, size, "%s%s%s%s%s    %s%s", f & _PAGE_USER ? "USR " : "    ", f & _PAGE_RW ? "RW " : "ro ",
		  f & _PAGE_PWT ? "PWT " : "    ", f & _PAGE_PCD ? "PCD " : "    ", level > 1 && f & _PAGE_PSE ? "PSE " : "    ",
		  f & _PAGE_GLOBAL ? "GLB " : "    ", f & _PAGE_NX ? "NX " : "x  ");
}

/* The run [d->start, end). */
static void flush_run(struct dump *d, unsigned long end)
{
	static const char *const names[] = { "", "pte", "pmd", "pud", "pgd" };
	static const char units[] = "KMGTPE";
	unsigned long size = (end - d->start) >> 10;
	char flags[40], phys[32] = "", line[160];
	unsigned int u = 0;

	if (!d->level)
		return;
	while (size && !(size & 1023) && u + 1 < sizeof(units) - 1) {
		size >>= 10;
		u++;
	}
	format_flags(flags, sizeof(flags), d->flags, d->level);
	if (d->with_phys && d->flags & TEMPLATE)
		scnprintf(phys, sizeof(phys), "%-16s", "(template)");
	else if (d->with_phys && d->flags & _PAGE_PRESENT)
		scnprintf(phys, sizeof(phys), "0x%013lx ", (unsigned long)d->pa);
	else if (d->with_phys)
		scnprintf(phys, sizeof(phys), "%16s", "");
	scnprintf(line, sizeof(line), "0x%016lx-0x%016lx %s  %9lu%c %s %s", d->start, end, phys, size, units[u], flags, names[d->level]);
	d->line(line, d->arg);
}

static void mark_regions(struct dump *d, unsigned long addr)
{
	while (d->region < NR_VM_REGIONS && vm_layout[d->region].start <= addr) {
		char line[160];

		/* Regions that were jumped over in one entry have no line of their own. */
		if (vm_layout[d->region].end >= addr) {
			scnprintf(line, sizeof(line), "---[ %s: %s ]---", vm_layout[d->region].name, vm_layout[d->region].purpose);
			d->line(line, d->arg);
		}
		d->region++;
	}
}

static void note(struct dump *d, unsigned long addr, phys_addr_t pa, u64 size, u64 flags, unsigned int level)
{
	bool new_region = d->region < NR_VM_REGIONS && vm_layout[d->region].start <= addr;
	bool jump = d->with_phys && flags & _PAGE_PRESENT && !(flags & TEMPLATE) && pa != d->next_pa;

	if (d->level == level && d->flags == flags && !new_region && !jump) {
		d->next_pa += size;
		return;
	}
	flush_run(d, addr);
	mark_regions(d, addr);
	d->start = addr;
	d->pa = pa;
	d->next_pa = pa + size;
	d->flags = flags;
	d->level = level;
}

/* An entry of the vmemmap that shows a template: a shared table, or the shared 2 MiB page itself. */
static bool is_template(unsigned long addr, u64 e, unsigned int level)
{
	if (level == 2 && e & _PAGE_PSE)
		return addr >= VMEMMAP_START && addr <= VMEMMAP_END && vmemmap_is_template_page(e & PTE_PFN_MASK & PMD_MASK);
	return level > 1 && !(e & _PAGE_PSE) && vmemmap_is_template_table(e & PTE_PFN_MASK);
}

static void dump_table(struct dump *d, phys_addr_t table, unsigned int level, unsigned long base, unsigned long start, unsigned long last,
		       u64 and, u64 or)
{
	u64 size = pg_level_size(level);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		unsigned long addr = base + i * size;
		u64 e = ((u64 *)__va(table))[i], pfn_mask = PTE_PFN_MASK & ~(size - 1), f;

		if (addr + (size - 1) < start || addr > last)
			continue;
		f = ((e & SHOWN & ~(_PAGE_RW | _PAGE_USER)) | (e & and) | or) & SHOWN;
		if (!(e & _PAGE_PRESENT))
			note(d, addr, 0, size, 0, level);
		else if (is_template(addr, e, level))
			note(d, addr, 0, size, TEMPLATE_FLAGS | (vmemmap_template_is_large(e) ? _PAGE_PSE : 0), vmemmap_template_is_large(e) ? 2 : 1);
		else if (level == 1 || (level < 4 && e & _PAGE_PSE))
			note(d, addr, e & pfn_mask, size, f, level);
		else
			dump_table(d, e & PTE_PFN_MASK, level - 1, addr, start, last, and & e, or | (e & _PAGE_NX));
	}
}

void ptdump(phys_addr_t pgd, unsigned long start, unsigned long end, bool with_phys, ptdump_line_fn fn, void *arg)
{
	struct dump d = { .line = fn, .arg = arg, .with_phys = with_phys };
	const u64 entry = pg_level_size(4), and = _PAGE_RW | _PAGE_USER;
	unsigned long last = end - 1;
	u64 *top = __va(pgd);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		unsigned long addr = i * entry;

		if (i >= PTRS_PER_TABLE / 2)
			addr |= ~0UL << 48;     /* canonical */
		if (addr + (entry - 1) < start || addr > last)
			continue;
		if (top[i] & _PAGE_PRESENT)
			dump_table(&d, top[i] & PTE_PFN_MASK, 3, addr, start, last, and & top[i], top[i] & _PAGE_NX);
		else
			note(&d, addr, 0, entry, 0, 4);
	}
	flush_run(&d, end);
}
