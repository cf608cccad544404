/* SPDX-License-Identifier: MIT */
/*
 * The vmemmap: struct page[pfn] for every pfn of the 64 TiB window, in memory that follows use.
 *
 *   pgd 2 entries -> pud: 64 GiB of RAM an entry -> pmd: a section (128 MiB) -> pte: a chunk (256 KiB)
 *
 * What an entry of the pmd level maps:
 *   absent     one shared, read-only 2 MiB page of PG_reserved struct pages
 *   untouched  a shared table that shows one read-only page of PG_untouched struct pages 512 times: a section of
 *              usable RAM, wholly free, never used (small, since each zone has its own)
 *   online     a 2 MiB page of the section's own first 2 MiB (or, when the section is only partly RAM, a
 *              table of its own whose entries map a real page a chunk of RAM and the absent page elsewhere)
 * Where 64 GiB or more are all absent or all untouched, the pmd table above is shared as well. So the cost at
 * boot is that of the map's entries, 2 MiB for the absent template (one page as above should no such block be
 * free), and online sections only where something is reserved or where RAM begins or ends inside a section.
 * Beyond the CPU's physical addresses nothing is mapped.
 *
 * Invariants: 1 untouched and boot_sections are section-aligned and disjoint; 2 a section of untouched lies
 * in one zone; 3 a struct page is writable if and only if its chunk is online; 4 shared tables are never
 * written after vmemmap_init().
 * Locking: boot only, then the zone's lock (one section belongs to one zone) for section_online().
 */
#include <asm/memory.h>
#include <asm/pageops.h>
#include <asm/pgtable.h>
#include <asm/tlb.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/pgwalk.h>
#include "internal.h"
#include "sparse.h"

#define STRUCTS_PER_PAGE (PAGE_SIZE / sizeof(struct page))      /* 64: a chunk of 256 KiB */
#define CHUNK_SIZE (STRUCTS_PER_PAGE * PAGE_SIZE)
#define SECTION_MEMMAP_PAGES (PAGES_PER_SECTION / STRUCTS_PER_PAGE)
/* A section with this many chunks of RAM gets a 2 MiB page even if the rest is a hole: one TLB entry. */
#define CHUNKS_FOR_LARGE 448

static_assert(PAGES_PER_SECTION * sizeof(struct page) == PMD_SIZE);
static_assert(((PAGE_OFFSET_END - PAGE_OFFSET + 1) >> PAGE_SHIFT) * sizeof(struct page) == VMEMMAP_END - VMEMMAP_START + 1);

struct memblock_type untouched = { .name = "untouched sections" };
struct memblock_type boot_sections = { .name = "boot sections" };

struct template absent, untouched_tmpl[MAX_NR_ZONES];
u64 vmemmap_end_pfn;
phys_addr_t fill_page;
static u64 fill_flags = ~0UL;           /* [z] what is in it */
static u64 nr_memmap_pages;             /* [z] */
static u64 nr_sections_online;          /* [z] */

static phys_addr_t boot_table(void)
{
	phys_addr_t pa = kernel_table_alloc();

	if (!pa)
		panic("not enough memory for struct page: give the machine at least 64 MiB");
	return pa;
}

static void fill_table(phys_addr_t table, u64 entry)
{
	u64 *t = __va(table);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		t[i] = entry;
}

/* 64 equal struct pages into the page at @pa. */
static void write_structs(phys_addr_t pa, unsigned long flags)
{
	struct page *p = __va(pa);

	for (unsigned int i = 0; i < STRUCTS_PER_PAGE; i++)
		p[i] = (struct page){ .flags = flags };
}

/* A 2 MiB page of equal struct pages. 0: no such block of memory. */
static phys_addr_t large_template(unsigned long flags)
{
	/* Not in ZONE_DMA, which is small. */
	phys_addr_t pa = memblock_alloc_range(&memblock, PMD_SIZE, PMD_SIZE, zone_range(ZONE_DMA32).start, high_memory);

	if (!pa)
		return 0;
	write_structs(pa, flags);
	for (phys_addr_t p = pa + PAGE_SIZE; p < pa + PMD_SIZE; p += PAGE_SIZE)
		copy_page(__va(p), __va(pa));
	nr_memmap_pages += SECTION_MEMMAP_PAGES;
	return pa;
}

/* @page: 2 MiB of equal struct pages, or 0 for a single page, mapped 512 times. */
static void template_init(struct template *t, phys_addr_t page, unsigned long flags)
{
	if (t->pmd)
		return;
	t->page = page;
	t->large = page != 0;
	if (t->large) {
		t->entry = t->page | kernel_prot(PAGE_KERNEL_RO).val | _PAGE_PSE;
	} else {
		t->page = boot_table();
		nr_kernel_table_pages--;        /* it is no table, though it comes from the same place */
		nr_memmap_pages++;
		write_structs(t->page, flags);
		t->pte = boot_table();
		fill_table(t->pte, t->page | kernel_prot(PAGE_KERNEL_RO).val);
		t->entry = t->pte | _KERNPG_TABLE;
	}
	t->pmd = boot_table();
	fill_table(t->pmd, t->entry);
}

/* The slot's table, a copy of its own if it was a shared one; @spare is used for it (0: from the boot's memory). */
static u64 *own_table(u64 *slot, phys_addr_t *spare)
{
	phys_addr_t table = *slot & PTE_PFN_MASK;

	if (vmemmap_is_template_table(table)) {
		phys_addr_t copy = *spare;

		if (copy) {
			*spare += PAGE_SIZE;
			nr_kernel_table_pages++;
		} else {
			copy = boot_table();
		}
		copy_page(__va(copy), __va(table));
		WRITE_ONCE(*slot, copy | _KERNPG_TABLE);
		table = copy;
	}
	return __va(table);
}

/* Slot of the pud (64 GiB of RAM) or pmd (a section) level for @pfn, in tables that are ours to write. */
static u64 *pud_slot(u64 pfn)
{
	unsigned long addr = (unsigned long)VMEMMAP_START + pfn * sizeof(struct page);
	u64 *pgd = __va(swapper_pg_dir_phys);

	return (u64 *)__va(pgd[pgd_index(addr)] & PTE_PFN_MASK) + pud_index(addr);
}

static u64 *pmd_slot(u64 pfn, phys_addr_t *spare)
{
	unsigned long addr = (unsigned long)VMEMMAP_START + pfn * sizeof(struct page);

	return own_table(pud_slot(pfn), spare) + pmd_index(addr);
}

/* Writes the struct pages of [start, end), all online: fresh, with @flags. */
static void fill_structs(u64 start_pfn, u64 end_pfn, unsigned long flags)
{
	if (flags != fill_flags) {
		write_structs(fill_page, flags);
		fill_flags = flags;
	}
	while (start_pfn < end_pfn) {
		u64 n = min(end_pfn - start_pfn, STRUCTS_PER_PAGE);

		copy_qwords(pfn_to_page(start_pfn), __va(fill_page), n * sizeof(struct page) / 8);
		start_pfn += n;
	}
}

static unsigned long zone_flags(phys_addr_t pa)
{
	return (unsigned long)zone_of(pa) << PAGE_ZONE_SHIFT;
}

/* As fill_structs, over zone borders. */
static void fill_zoned(u64 start_pfn, u64 end_pfn, unsigned long flags)
{
	const struct range all = { PFN_PHYS(start_pfn), PFN_PHYS(end_pfn) };

	for (unsigned long z = 0; z < MAX_NR_ZONES; z++) {
		struct range r = range_clip(all, zone_range(z));

		fill_structs(r.start >> PAGE_SHIFT, r.end >> PAGE_SHIFT, flags | z << PAGE_ZONE_SHIFT);
	}
}

void vmemmap_fill_free(u64 start_pfn, u64 end_pfn)
{
	fill_zoned(start_pfn, end_pfn, 0);
}

bool page_is_online(const struct page *page)
{
	struct pg_leaf leaf;

	return pgwalk_lookup(swapper_pg_dir_phys, (unsigned long)page, &leaf) && (leaf.flags & _PAGE_RW);
}

static bool has_ram(const struct memblock *mb, u64 start, u64 end)
{
	unsigned int i = memblock_type_search(&mb->memory, start);

	return i < mb->memory.nr && mb->memory.r[i].start < end;
}

/* Memory for struct pages of the section at @start: its own if possible. */
static phys_addr_t memmap_alloc(struct memblock *mb, u64 start, u64 size, u64 align)
{
	phys_addr_t pa = memblock_alloc_range(mb, size, align, max(start, 1UL << 20), start + SECTION_SIZE);

	return pa ? pa : memblock_alloc_range(mb, size, align, 1UL << 20, high_memory);
}

static unsigned int chunks_with_ram(const struct memblock *mb, u64 start)
{
	unsigned int n = 0;

	for (u64 c = start; c < start + SECTION_SIZE; c += CHUNK_SIZE)
		n += has_ram(mb, c, c + CHUNK_SIZE);
	return n;
}

/* Small pages: a real one for each chunk with RAM, the absent template's elsewhere. */
static void map_section_by_chunks(struct memblock *mb, u64 start, unsigned int nr, u64 *pmd)
{
	phys_addr_t table = boot_table(), block = memmap_alloc(mb, start, nr * PAGE_SIZE, PAGE_SIZE);
	u64 *pte = __va(table);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		u64 chunk = start + i * CHUNK_SIZE;
		phys_addr_t pa = block;

		pte[i] = absent.page | kernel_prot(PAGE_KERNEL_RO).val;
		if (!has_ram(mb, chunk, chunk + CHUNK_SIZE))
			continue;
		if (block)
			block += PAGE_SIZE;
		else
			pa = memmap_alloc(mb, start, PAGE_SIZE, PAGE_SIZE);
		if (!pa)
			panic("not enough memory for struct page: give the machine at least 64 MiB");
		pte[i] = pa | kernel_prot(PAGE_KERNEL).val;
	}
	nr_memmap_pages += nr;
	WRITE_ONCE(*pmd, table | _KERNPG_TABLE);
}

static void map_boot_section(struct memblock *mb, u64 start)
{
	phys_addr_t none = 0, pa = 0;
	u64 *pmd = pmd_slot(start >> PAGE_SHIFT, &none);
	unsigned int chunks = chunks_with_ram(mb, start);

	if (chunks >= CHUNKS_FOR_LARGE)
		pa = memmap_alloc(mb, start, PMD_SIZE, PMD_SIZE);
	if (pa) {
		WRITE_ONCE(*pmd, pa | kernel_prot(PAGE_KERNEL).val | _PAGE_PSE);
		nr_memmap_pages += SECTION_MEMMAP_PAGES;
	} else {
		map_section_by_chunks(mb, start, chunks, pmd);
	}
	nr_sections_online++;
}

/* Maps those sections of [start, end) that are not mapped yet. True: there was one. */
static bool map_boot_sections(struct memblock *mb, u64 start, u64 end)
{
	bool any = false;

	start = ALIGN_DOWN(start, SECTION_SIZE);
	while (start < end) {
		unsigned int i = memblock_type_search(&boot_sections, start);

		if (i < boot_sections.nr && boot_sections.r[i].start <= start) {
			start = boot_sections.r[i].end;
			continue;
		}
		if (memblock_type_add(&boot_sections, (struct range){ start, start + SECTION_SIZE }))
			panic("the memory map has too many pieces for struct page: %u sections", boot_sections.nr);
		map_boot_section(mb, start);
		any = true;
		start += SECTION_SIZE;
	}
	return any;
}

/* One pass over everything that makes a section mixed. Mapping reserves memory, which may make more. */
static bool map_mixed_sections(struct memblock *mb)
{
	bool any = false;

	for (unsigned int i = 0; i < mb->reserved.nr; i++) {
		struct range res = mb->reserved.r[i];
		unsigned int m = memblock_type_search(&mb->memory, res.start);

		for (; m < mb->memory.nr && mb->memory.r[m].start < res.end; m++) {
			struct range r = range_clip(res, mb->memory.r[m]);

			any |= map_boot_sections(mb, r.start, r.end);
		}
	}
	for (unsigned int m = 0; m < mb->memory.nr; m++) {
		struct range r = mb->memory.r[m];

		if (!IS_ALIGNED(r.start, SECTION_SIZE))
			any |= map_boot_sections(mb, r.start, r.start + 1);
		if (!IS_ALIGNED(r.end, SECTION_SIZE))
			any |= map_boot_sections(mb, r.end - 1, r.end);
		if (r.start < SECTION_SIZE)     /* ZONE_DMA ends inside section 0 */
			any |= map_boot_sections(mb, 0, 1);
		if (range_contains(r, highmem_boundary) && !IS_ALIGNED(highmem_boundary, SECTION_SIZE))
			any |= map_boot_sections(mb, highmem_boundary, highmem_boundary + 1);
	}
	return any;
}

/* What is left of RAM: whole free sections. */
static void find_untouched(struct memblock *mb)
{
	for (unsigned int m = 0; m < mb->memory.nr; m++) {
		struct range r = range_align_inner(mb->memory.r[m], SECTION_SIZE);

		if (memblock_type_add(&untouched, r))
			panic("the memory map has too many pieces: %u untouched ranges", untouched.nr);
	}
	for (unsigned int i = 0; i < boot_sections.nr; i++)
		if (memblock_type_remove(&untouched, boot_sections.r[i]))
			panic("the memory map has too many pieces: %u untouched ranges", untouched.nr);
}

/* Shows [start, end) of one zone as untouched. Highmem's pmd tables are made now: later none could be. */
static void map_untouched(u64 start, u64 end, enum zone_type zone)
{
	struct template *t = &untouched_tmpl[zone];
	const u64 pud_span = SECTION_SIZE * PTRS_PER_TABLE;
	phys_addr_t none = 0;

	template_init(t, 0, 1UL << PG_untouched | (unsigned long)zone << PAGE_ZONE_SHIFT);
	while (start < end) {
		if (IS_ALIGNED(start, pud_span) && end - start >= pud_span && zone != ZONE_HIGHMEM) {
			*pud_slot(start >> PAGE_SHIFT) = t->pmd | _KERNPG_TABLE;
			start += pud_span;
		} else {
			u64 *pmd = pmd_slot(start >> PAGE_SHIFT, &none);

			do {    /* to the table's end */
				*pmd++ = t->entry;
				start += SECTION_SIZE;
			} while (start < end && !IS_ALIGNED(start, pud_span));
		}
	}
}

static void map_all_untouched(void)
{
	for (unsigned int i = 0; i < untouched.nr; i++) {
		struct range r = untouched.r[i];

		for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
			struct range part = range_clip(r, zone_range(z));

			if (!range_is_empty(part))
				map_untouched(part.start, part.end, z);
		}
	}
}

/* Struct pages of the hole or reserved range [start, end) in a boot section; chunks without RAM are not ours. */
static void fill_reserved(u64 start, u64 end)
{
	while (start < end) {
		u64 next = min(end, ALIGN(start + 1, CHUNK_SIZE));

		if (page_is_online(pfn_to_page(start >> PAGE_SHIFT)))
			fill_zoned(start >> PAGE_SHIFT, next >> PAGE_SHIFT, 1UL << PG_reserved);
		start = next;
	}
}

static void fill_boot_sections(const struct memblock *mb)
{
	for (unsigned int i = 0; i < boot_sections.nr; i++) {
		u64 pos = boot_sections.r[i].start, end = boot_sections.r[i].end, cursor = pos;
		struct range r;

		while (pos < end && memblock_next_free(mb, &cursor, &r)) {
			r = range_clip(r, (struct range){ pos, end });
			if (range_is_empty(r))
				break;
			fill_reserved(pos, r.start);
			vmemmap_fill_free(r.start >> PAGE_SHIFT, r.end >> PAGE_SHIFT);
			pos = cursor = r.end;
		}
		fill_reserved(pos, end);
	}
}

/* Every section that the CPU can address is absent, to begin with. */
static void map_all_absent(void)
{
	const u64 pud_pfns = PAGES_PER_SECTION * PTRS_PER_TABLE, window = (PAGE_OFFSET_END - PAGE_OFFSET + 1) >> PAGE_SHIFT;
	u64 *pgd = __va(swapper_pg_dir_phys);

	vmemmap_end_pfn = min(window, mm_cpu.phys_bits ? 1UL << (mm_cpu.phys_bits - PAGE_SHIFT) : window);
	vmemmap_end_pfn = ALIGN(vmemmap_end_pfn, pud_pfns);
	template_init(&absent, large_template(1UL << PG_reserved), 1UL << PG_reserved);
	for (u64 pfn = 0; pfn < vmemmap_end_pfn; pfn += pud_pfns * PTRS_PER_TABLE) {
		u64 n = min((vmemmap_end_pfn - pfn) / pud_pfns, (u64)PTRS_PER_TABLE), *pud;

		pgd[pgd_index((unsigned long)VMEMMAP_START + pfn * sizeof(struct page))] = boot_table() | _KERNPG_TABLE;
		pud = pud_slot(pfn);
		while (n--)
			pud[n] = absent.pmd | _KERNPG_TABLE;
	}
}

void vmemmap_init(struct memblock *mb)
{
	map_all_absent();
	fill_page = boot_table();
	nr_kernel_table_pages--;
	nr_memmap_pages++;

	/* Tables for untouched ranges reserve memory too, so: until nothing new turns up. */
	do {
		while (map_mixed_sections(mb))
			;
		untouched.nr = 0;
		find_untouched(mb);
		map_all_untouched();
	} while (map_mixed_sections(mb));
	tlb_flush_all();
	fill_boot_sections(mb);
	pr_info("vmemmap: %lu sections online, %lu untouched, %lu KiB of struct page\n", (unsigned long)nr_sections_online,
		(unsigned long)(memblock_type_size(&untouched) / SECTION_SIZE), (unsigned long)(nr_memmap_pages << 2));
}

void section_online(phys_addr_t start, u64 *first_free_pfn)
{
	u64 pfn = start >> PAGE_SHIFT, used = pfn + SECTION_MEMMAP_PAGES;
	unsigned long zone = zone_flags(start);
	phys_addr_t spare = PFN_PHYS(used);
	u64 *pmd;

	BUG_ON(!IS_ALIGNED(start, SECTION_SIZE));
	pmd = pmd_slot(pfn, &spare);
	BUG_ON(*pmd != untouched_tmpl[zone_of(start)].entry);
	WRITE_ONCE(*pmd, start | kernel_prot(PAGE_KERNEL).val | _PAGE_PSE);
	tlb_flush_all();        /* 512 small translations of the template may be cached */

	fill_structs(pfn, used, zone | 1UL << PG_vmemmap);
	*first_free_pfn = spare >> PAGE_SHIFT;
	if (used < *first_free_pfn)
		fill_structs(used, *first_free_pfn, zone | 1UL << PG_table);
	fill_structs(*first_free_pfn, pfn + PAGES_PER_SECTION, zone);
	nr_memmap_pages += SECTION_MEMMAP_PAGES;
	nr_sections_online++;
}

void section_stats(struct section_stats *s)
{
	s->nr_online = nr_sections_online;
	s->nr_untouched = memblock_type_size(&untouched) / SECTION_SIZE;
	s->memmap_pages = nr_memmap_pages;
}

bool untouched_range(unsigned int i, phys_addr_t *start, phys_addr_t *end)
{
	if (i >= untouched.nr)
		return false;
	*start = untouched.r[i].start;
	*end = untouched.r[i].end;
	return true;
}

bool vmemmap_explain_fault(unsigned long addr)
{
	u64 pfn = (addr - VMEMMAP_START) / sizeof(struct page);

	if (addr < VMEMMAP_START || addr > VMEMMAP_END)
		return false;
	if (pfn >= vmemmap_end_pfn) {
		pr_err("struct page of pfn 0x%lx, which the CPU can't address\n", (unsigned long)pfn);
		return true;
	}
	pr_err("write to the struct page of pfn 0x%lx, which is a template: this memory is %s\n", (unsigned long)pfn,
	       page_test((struct page *)ALIGN_DOWN(addr, sizeof(struct page)), PG_untouched) ? "not online" : "not RAM");
	return true;
}
