/* SPDX-License-Identifier: MIT */
/* The verdict on the kernel's address space: one walk of the real tables, each leaf held against the laws. */
#include <asm/memory.h>
#include <asm/tlb.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/memblock.h>
#include <mm/pgwalk.h>
#include <mm/ptdump.h>
#include <mm/vmalloc.h>
#include "internal.h"
#include "vmap_area.h"

#define LAW_TEXT(id, text) [VERDICT_##id] = text,
const char *const verdict_law_text[NR_VERDICT_LAWS] = { VERDICT_LAWS(LAW_TEXT) };
#undef LAW_TEXT

struct walk_state {
	struct verdict *v;
	u64 direct_bytes;
	u64 image_bytes;
	/* Leaves come in address order: what the last one was in is the first guess for the next. */
	unsigned int region;            /* enum vm_region_id */
	struct range ram;               /* of memblock.memory */
};

static void broken(struct verdict *v, enum verdict_law law, unsigned long where)
{
	if (!v->broken[law]++) {
		v->where[law] = where;
		v->nr_broken++;
	}
}

static enum vm_region_id region_of(struct walk_state *w, unsigned long addr)
{
	while (w->region + 1 < NR_VM_REGIONS && vm_layout[w->region + 1].start <= addr)
		w->region++;
	return w->region;
}

static bool is_ram(struct walk_state *w, struct range r)
{
	if (!range_covers(w->ram, r)) {
		unsigned int i = memblock_type_search(&memblock.memory, r.start);

		w->ram = i < memblock.memory.nr ? memblock.memory.r[i] : (struct range){ 0, 0 };
	}
	return range_covers(w->ram, r);
}

static bool touches_ram(struct range r)
{
	unsigned int i = memblock_type_search(&memblock.memory, r.start);

	return i < memblock.memory.nr && range_overlaps(memblock.memory.r[i], r);
}

static struct range pages_of(struct range r)
{
	return (struct range){ ALIGN_DOWN(r.start, PAGE_SIZE), PAGE_ALIGN(r.end) };
}

static void judge_direct(struct walk_state *w, const struct pg_leaf *l, struct range pa)
{
	if (l->paddr != l->vaddr - PAGE_OFFSET || !is_ram(w, pa) || pa.end > high_memory)
		broken(w->v, VERDICT_DIRECT, l->vaddr);
	w->direct_bytes += range_size(pa);
}

static void judge_image(struct walk_state *w, const struct pg_leaf *l, struct range pa)
{
	const u64 wx = l->flags & (_PAGE_RW | _PAGE_NX) & supported_pte_mask;
	struct range rodata = pages_of(kernel_image.rodata);
	u64 want;

	if (!(supported_pte_mask & _PAGE_NX))   /* text and rodata look the same then: one run */
		rodata.start = pages_of(kernel_image.code).start;

	if (range_covers(pages_of(kernel_image.code), pa))
		want = 0;
	else if (range_covers(rodata, pa))
		want = _PAGE_NX;
	else
		want = _PAGE_RW | _PAGE_NX;
	if (l->vaddr - __START_KERNEL_map + phys_base != l->paddr || wx != (want & supported_pte_mask) ||
	    pa.start < ALIGN_DOWN(kernel_image.code.start, PAGE_SIZE) || pa.end > PAGE_ALIGN(kernel_image.bss.end))
		broken(w->v, VERDICT_IMAGE, l->vaddr);
	w->image_bytes += range_size(pa);
}

/* Which area has it? Firmware tables are the one thing besides RAM that may be cached. */
static bool judge_vmalloc(struct walk_state *w, const struct pg_leaf *l, u64 size)
{
	const struct vmap_area *va = vmap_area_find(l->vaddr);

	if (!va || l->vaddr + size > va->end - PAGE_SIZE) {
		broken(w->v, VERDICT_GUARDS, l->vaddr);
		return false;
	}
	return !strcmp(va->kind, "memremap");
}

/* A run of equal leaves, next to each other by both addresses. */
static int judge(const struct pg_leaf *l, u64 nr, void *arg)
{
	struct walk_state *w = arg;
	const u64 size = nr * pg_level_size(l->level);
	const struct range pa = { l->paddr, l->paddr + size };
	bool cached = !(l->flags & (_PAGE_PCD | _PAGE_PWT)), firmware_table = false;
	const enum vm_region_id region = region_of(w, l->vaddr);

	if (region == VM_VMEMMAP && !(l->flags & _PAGE_RW) && vmemmap_is_template_page(l->paddr))
		return 0;       /* shared by thousands of sections: vmemmap_check() looks at it once */
	w->v->leaves[l->level] += nr;
	switch (region) {
	case VM_DIRECT_MAP: judge_direct(w, l, pa); break;
	case VM_VMALLOC: firmware_table = judge_vmalloc(w, l, size); break;
	case VM_KERNEL: judge_image(w, l, pa); break;
	case VM_VMEMMAP: case VM_PKMAP: case VM_FIXMAP: break;
	default: broken(w->v, VERDICT_REGIONS, l->vaddr);
	}
	if (l->vaddr + (size - 1) > vm_layout[region].end)
		broken(w->v, VERDICT_REGIONS, l->vaddr);
	if (l->flags & _PAGE_RW && !(l->flags & _PAGE_NX) && supported_pte_mask & _PAGE_NX)
		broken(w->v, VERDICT_WX, l->vaddr);
	if (l->flags & _PAGE_USER)
		broken(w->v, VERDICT_USER, l->vaddr);
	if (l->flags & _PAGE_RW && range_overlaps(pa, (struct range){ kernel_image.code.start, kernel_image.rodata.end }))
		broken(w->v, VERDICT_TEXT, l->vaddr);
	if (cached ? !is_ram(w, pa) && !firmware_table : touches_ram(pa))
		broken(w->v, VERDICT_CACHE, l->vaddr);
	if (!(l->flags & _PAGE_GLOBAL) && mm_cpu.has_pge)
		broken(w->v, VERDICT_GLOBAL, l->vaddr);
	return 0;
}

static bool enter_table(phys_addr_t table, unsigned int level, unsigned long vaddr, void *arg)
{
	struct walk_state *w = arg;

	if (vmemmap_is_template_table(table))
		return false;   /* vmemmap_check() looks into each once */
	w->v->tables++;
	return true;
}

static u64 low_ram(void)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < memblock.memory.nr; i++)
		sum += range_size(range_clip(memblock.memory.r[i], (struct range){ 0, high_memory }));
	return sum;
}

static void judge_shared_half(struct verdict *v)
{
	const u64 *kernel = __va(swapper_pg_dir_phys), *current = __va(current_pgd());

	for (unsigned int i = pgd_index(KERNEL_HALF_START); i < PTRS_PER_TABLE; i++)
		if ((kernel[i] ^ current[i]) & ~(_PAGE_ACCESSED | _PAGE_DIRTY))
			broken(v, VERDICT_SHARED, KERNEL_HALF_START + (i - pgd_index(KERNEL_HALF_START)) * PGDIR_SIZE);
}

unsigned int kernel_verdict(struct verdict *v)
{
	const struct pgwalk_ops ops = { .run = judge, .table = enter_table };
	struct walk_state w = { .v = v };
	unsigned long where = VMEMMAP_START;
	struct range image = { kernel_image.code.start, kernel_image.bss.end };

	memset(v, 0, sizeof(*v));
	v->tables = 1;
	pgwalk(swapper_pg_dir_phys, KERNEL_HALF_START, 0, &ops, &w);
	if (w.direct_bytes != low_ram())
		broken(v, VERDICT_DIRECT, PAGE_OFFSET);
	if (w.image_bytes != range_size(pages_of(image)))
		broken(v, VERDICT_IMAGE, __START_KERNEL_map);
	if (!vmemmap_check(&where))
		broken(v, VERDICT_VMEMMAP, where);
	if (vmalloc_check())
		broken(v, VERDICT_GUARDS, VMALLOC_START);
	judge_shared_half(v);
	return v->nr_broken;
}

unsigned int kernel_verdict_log(void)
{
	struct verdict v;

	if (!kernel_verdict(&v)) {
		pr_info("address space: PASS: %u laws hold for %lu + %lu + %lu pages of 4 KiB, 2 MiB, 1 GiB in %lu tables\n", NR_VERDICT_LAWS,
			(unsigned long)v.leaves[1], (unsigned long)v.leaves[2], (unsigned long)v.leaves[3], (unsigned long)v.tables);
		return 0;
	}
	for (unsigned int i = 0; i < NR_VERDICT_LAWS; i++)
		if (v.broken[i])
			pr_err("address space: FAIL: %s: broken %lu times, first at 0x%016lx\n", verdict_law_text[i],
			       (unsigned long)v.broken[i], v.where[i]);
	return v.nr_broken;
}
