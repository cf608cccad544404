// SPDX-License-Identifier: MIT
/* Page: the kernel's virtual address space, region by region, with what is mapped in each. */
#include "internal.h"
#include <asm/pgtable.h>
#include <asm/vmlayout.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/pgwalk.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>

struct region_use {
	u64 bytes;
	u64 leaves[4];          /* by level: 1 4K, 2 2M, 3 1G */
	u64 writable_code;      /* leaves that may be written and executed: must be none */
	u64 user;               /* leaves that ring 3 may touch: must be none */
};

static int count_leaf(const struct pg_leaf *leaf, void *arg)
{
	struct region_use *u = arg;

	u->bytes += pg_level_size(leaf->level);
	u->leaves[leaf->level]++;
	u->writable_code += (leaf->flags & _PAGE_RW) && !(leaf->flags & _PAGE_NX);
	u->user += (leaf->flags & _PAGE_USER) != 0;
	return 0;
}

static bool enter_table(phys_addr_t table, unsigned int level, unsigned long vaddr, void *arg)
{
	return !vmemmap_is_template_table(table);
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
			rpt(r, " %llu*%s", (unsigned long long)u->leaves[level], name[level]);
}

static void region_line(struct rpt *r, unsigned int id, struct region_use *u)
{
	const struct vm_region *g = &vm_layout[id];
	const struct pgwalk_ops ops = { count_leaf, enter_table };
	const char *colour = region_colour(id);
	char size[SIZE_TEXT], used[SIZE_TEXT];

	rpt(r, "  %016lx-%016lx %s ", g->start, g->end, size_text(g->end - g->start + 1, size));
	*u = (struct region_use){ 0 };
	if (id == VM_USER) {
		rpt(r, " %sone table a process%s", colour, C_END);
	} else {
		pgwalk(swapper_pg_dir_phys, g->start, g->end + 1, &ops, u);
		rpt(r, "%s%s%s", u->bytes ? colour : C_DIM, u->bytes ? size_text(u->bytes, used) : "        -", C_END);
		leaf_words(r, u);
	}
	rpt(r, "\n    %s%s%s\n", colour, g->purpose, C_END);
}

static void vmalloc_line(struct rpt *r)
{
	char used[SIZE_TEXT], stacks[SIZE_TEXT], largest[SIZE_TEXT];
	struct vmalloc_stats s;

	vmalloc_stats(&s);
	rpt(r, "\n  vmalloc: %llu areas in %s of addresses, %s of it kernel stacks; the largest free range is %s.\n",
	    (unsigned long long)s.nr_areas, size_word(s.used, used), size_word(s.nr_stack_pages << PAGE_SHIFT, stacks),
	    size_word(s.largest_free, largest));
}

void page_layout(struct rpt *r)
{
	u64 writable_code = 0, user = 0, bytes = 0;
	struct region_use u;
	char size[SIZE_TEXT];

	rpt_section(r, "The kernel's address space", true);
	rpt(r, "  " C_DIM "%-33s %9s %9s  pages" C_END "\n", "virtual addresses", "size", "mapped");
	for (unsigned int id = 0; id < NR_VM_REGIONS; id++) {
		region_line(r, id, &u);
		writable_code += u.writable_code;
		user += u.user;
		bytes += u.bytes;
	}
	vmalloc_line(r);
	rpt(r, "  The tables of the kernel half take %s and are shared by every process.\n",
	    size_word(nr_kernel_table_pages << PAGE_SHIFT, size));
	if (writable_code || user)
		rpt(r, "  " C_BAD "%llu pages are writable and executable, %llu are open to ring 3!" C_END "\n",
		    (unsigned long long)writable_code, (unsigned long long)user);
	else
		rpt(r, "  " C_RAM "No page is both writable and executable, none is open to ring 3" C_END " (%s looked at).\n",
		    size_word(bytes, size));
}
