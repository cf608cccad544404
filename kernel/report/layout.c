// SPDX-License-Identifier: MIT
/* Page and file: the kernel's virtual address space, region by region, with what is mapped in each. */
#include "internal.h"
#include <asm/vmlayout.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/pgwalk.h>
#include <mm/ptdump.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>
#include <proc/proc.h>

static int count_leaf(const struct pg_leaf *leaf, void *arg)
{
	struct region_use *u = arg;

	if (leaf->vaddr >= VMEMMAP_START && leaf->vaddr <= VMEMMAP_END && vmemmap_is_template_page(leaf->paddr))
		return 0;       /* one page, shown many times */
	u->bytes += pg_level_size(leaf->level);
	u->leaves[leaf->level]++;
	return 0;
}

static bool enter_table(phys_addr_t table, unsigned int level, unsigned long vaddr, void *arg)
{
	return !vmemmap_is_template_table(table);
}

void region_count(unsigned int id, struct region_use *u)
{
	const struct pgwalk_ops ops = { .leaf = count_leaf, .table = enter_table };
	const struct vm_region *g = &vm_layout[id];

	*u = (struct region_use){ 0 };
	if (id != VM_USER)
		pgwalk(swapper_pg_dir_phys, g->start, g->end + 1, &ops, u);
}

static const char *region_colour(unsigned int id)
{
	switch (id) {
	case VM_USER: return C_USER;
	case VM_DIRECT_MAP: return C_RAM;
	case VM_HOLE0: case VM_HOLE1: case VM_HOLE2: case VM_HOLE3: case VM_HOLE4: case VM_TOP: return C_DIM;
	default: return C_KERNEL;
	}
}

static void leaf_words(struct rpt *r, const struct region_use *u)
{
	static const char *const name[] = { "", "4K", "2M", "1G" };

	for (unsigned int level = 3; level; level--)
		if (u->leaves[level])
			rpt(r, " %llu x %s", (unsigned long long)u->leaves[level], name[level]);
}

static void region_line(struct rpt *r, unsigned int id, struct region_use *u)
{
	const struct vm_region *g = &vm_layout[id];
	const char *colour = region_colour(id);
	char size[SIZE_TEXT], used[SIZE_TEXT];

	region_count(id, u);
	rpt(r, "  %s%016lx-%016lx" C_END " %s %s%s%s%s" C_END "\n", colour, g->start, g->end, size_text(g->end - g->start + 1, size),
	    colour, u->bytes ? size_text(u->bytes, used) : "         ", r->cols < 100 ? "\n      " : "  ", g->purpose);
	if (u->bytes) {
		rpt(r, C_DIM "%*smapped by", r->cols < 100 ? 6 : 57, "");
		leaf_words(r, u);
		rpt(r, C_END "\n");
	}
}

static void vmalloc_line(struct rpt *r)
{
	char used[SIZE_TEXT], stacks[SIZE_TEXT], largest[SIZE_TEXT];
	struct vmalloc_stats s;

	vmalloc_stats(&s);
	rpt(r, "\n  vmalloc: %llu areas in %s of addresses, %s of it kernel stacks;\n  the largest free range is %s.\n",
	    (unsigned long long)s.nr_areas, size_word(s.used, used), size_word(s.nr_stack_pages << PAGE_SHIFT, stacks),
	    size_word(s.largest_free, largest));
}

/* What must be true of the tables, and whether it is (mm/ptdump.h). */
static void laws(struct rpt *r)
{
	static struct verdict v;

	kernel_verdict(&v);
	for (unsigned int i = 0; i < NR_VERDICT_LAWS; i++) {
		if (v.broken[i])
			rpt(r, "  " C_BAD "BROKEN  %s: %llu times, first at %016lx" C_END "\n", verdict_law_text[i],
			    (unsigned long long)v.broken[i], v.where[i]);
		else
			rpt(r, "  " C_RAM "true" C_END "  %s\n", verdict_law_text[i]);
	}
}

void page_layout(struct rpt *r)
{
	struct region_use u;
	char size[SIZE_TEXT];

	rpt_section(r, "The kernel's address space");
	rpt(r, "  " C_DIM "%-33s %9s %9s  what is there" C_END "\n", "virtual addresses", "size", "mapped");
	for (unsigned int id = 0; id < NR_VM_REGIONS; id++)
		region_line(r, id, &u);
	vmalloc_line(r);
	rpt(r, "  The tables of the kernel half take %s and are shared by every process.\n",
	    size_word(nr_kernel_table_pages << PAGE_SHIFT, size));
	rpt(r, "\n");
	laws(r);
}

/* /proc/atlas/layout: "start-end mapped-bytes NAME purpose", a line a region. */
static int layout_show(struct seq_file *m, void *arg)
{
	struct region_use u;

	for (unsigned int id = 0; id < NR_VM_REGIONS; id++) {
		const struct vm_region *g = &vm_layout[id];

		region_count(id, &u);
		seq_printf(m, "%016lx-%016lx %lu %s %s\n", g->start, g->end, (unsigned long)u.bytes, g->name, g->purpose);
	}
	return 0;
}

void layout_file_init(void)
{
	if (proc_create("atlas/layout", 0444, layout_show, NULL))
		pr_warn("no /proc/atlas/layout\n");
}
