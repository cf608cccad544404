/* SPDX-License-Identifier: MIT */
/*
 * Page tables, built and read. The four levels differ only in the shift of their index and in whether
 * an entry may be a leaf, so the loops run over a level number and u64 entries; pte_t, pmd_t... are for
 * code that knows its level.
 */
#include <asm/memory.h>
#include <asm/pageops.h>
#include <lib/err.h>
#include <lib/spinlock.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/pgwalk.h>
#include "internal.h"

u64 nr_kernel_table_pages;
u64 supported_pte_mask = ~0UL;
static spinlock_t kernel_table_lock = SPIN_LOCK_INIT(LOCK_PGTABLE);

phys_addr_t kernel_table_alloc(void)
{
	phys_addr_t pa;

	if (page_alloc_ready) {
		struct page *p = alloc_page(GFP_KERNEL | __GFP_ZERO);

		if (!p)
			return 0;
		page_set(p, PG_table);
		pa = page_to_phys(p);
	} else {
		/* Only the first 4 GiB can be written until the direct map is there. */
		pa = memblock_alloc_range(&memblock, PAGE_SIZE, PAGE_SIZE, 1UL << 20, min(4UL << 30, high_memory));
		if (!pa && direct_map_ready)
			pa = memblock_alloc_range(&memblock, PAGE_SIZE, PAGE_SIZE, 1UL << 20, high_memory);
		if (!pa)
			return 0;
		clear_page(__va(pa));
	}
	nr_kernel_table_pages++;
	return pa;
}

pgprot_t kernel_prot(pgprot_t prot)
{
	return __pgprot(prot.val & supported_pte_mask);
}

static bool is_leaf(u64 e, unsigned int level)
{
	return level == 1 || (level < 4 && (e & _PAGE_PSE));
}

static u64 *table_of(u64 e)
{
	return __va(e & PTE_PFN_MASK);
}

/* Links a new table into @slot unless somebody was faster. 0 or -ENOMEM. */
static int link_table(u64 *slot)
{
	phys_addr_t pa = kernel_table_alloc();

	if (!pa)
		return -ENOMEM;
	spin_lock(&kernel_table_lock);
	WRITE_ONCE(*slot, pa | _KERNPG_TABLE);
	spin_unlock(&kernel_table_lock);
	return 0;
}

/* The table whose entries map @level-sized pieces around @vaddr. NULL + *err: 0 not there, -ENOMEM, -EEXIST (leaf). */
static u64 *kernel_table(unsigned long vaddr, unsigned int level, bool alloc, int *err)
{
	u64 *table = __va(swapper_pg_dir_phys);

	*err = 0;
	for (unsigned int l = 4; l > level; l--) {
		u64 *slot = &table[pg_level_index(vaddr, l)];

		if (!(*slot & _PAGE_PRESENT)) {
			if (!alloc || (*err = link_table(slot)))
				return NULL;
		} else if (is_leaf(*slot, l)) {
			*err = -EEXIST;
			return NULL;
		}
		table = table_of(*slot);
	}
	return table;
}

pte_t *kernel_pte_alloc(unsigned long vaddr)
{
	int err;
	u64 *table = kernel_table(vaddr, 1, true, &err);

	return table ? (pte_t *)&table[pte_index(vaddr)] : NULL;
}

pte_t *kernel_pte(unsigned long vaddr)
{
	int err;
	u64 *table = kernel_table(vaddr, 1, false, &err);

	return table ? (pte_t *)&table[pte_index(vaddr)] : NULL;
}

/* Fills entries of one table of @level; returns bytes mapped, or -errno. A table in the way ends the run. */
static long fill_entries(u64 *table, unsigned int level, unsigned long vaddr, phys_addr_t paddr, u64 size, u64 bits)
{
	u64 step = pg_level_size(level), done = 0;
	unsigned int i = pg_level_index(vaddr, level);

	if (level > 1)
		bits |= _PAGE_PSE;
	for (; i < PTRS_PER_TABLE && size - done >= step; i++, done += step) {
		if (table[i] & _PAGE_PRESENT) {
			if (is_leaf(table[i], level))
				return -EEXIST;
			break;
		}
		WRITE_ONCE(table[i], (paddr + done) | bits);
	}
	return done;
}

int kernel_map_range(unsigned long vaddr, phys_addr_t paddr, u64 size, pgprot_t prot, unsigned int max_level)
{
	u64 bits = kernel_prot(prot).val;

	if (((vaddr | paddr | size) & ~PAGE_MASK) || max_level < 1 || max_level > 3 || vaddr + size - 1 < vaddr)
		return size ? -EINVAL : 0;
	while (size) {
		unsigned int level = max_level;
		long done = 0;

		while (level > 1 && (((vaddr | paddr) & (pg_level_size(level) - 1)) || size < pg_level_size(level)))
			level--;
		/* Where smaller pages have been before, their table stays: go through it. */
		for (; done == 0; level--) {
			int err;
			u64 *table = kernel_table(vaddr, level, true, &err);

			if (!table)
				return err;
			done = fill_entries(table, level, vaddr, paddr, size, bits);
			if (done < 0)
				return done;
		}
		vaddr += done;
		paddr += done;
		size -= done;
	}
	return 0;
}

int kernel_unmap_range(unsigned long vaddr, u64 size)
{
	unsigned long last = vaddr + size - 1;

	if (((vaddr | size) & ~PAGE_MASK) || (size && last < vaddr))
		return -EINVAL;
	while (size) {
		u64 *table = __va(swapper_pg_dir_phys), step = 0;

		for (unsigned int l = 4; l >= 1; l--) {
			u64 *slot = &table[pg_level_index(vaddr, l)];

			step = pg_level_size(l) - (vaddr & (pg_level_size(l) - 1));
			if (!(*slot & _PAGE_PRESENT))
				break;
			if (is_leaf(*slot, l)) {
				if (step != pg_level_size(l) || size < step)
					return -EINVAL;
				WRITE_ONCE(*slot, 0);
				break;
			}
			table = table_of(*slot);
		}
		if (step >= size)
			break;
		vaddr += step;
		size -= step;
	}
	return 0;
}

bool pgwalk_lookup(phys_addr_t pgd, unsigned long vaddr, struct pg_leaf *leaf)
{
	u64 and = _PAGE_RW | _PAGE_USER, or = 0, *table = __va(pgd);

	for (unsigned int l = 4; l >= 1; l--) {
		u64 e = READ_ONCE(table[pg_level_index(vaddr, l)]);

		if (!(e & _PAGE_PRESENT))
			return false;
		and &= e;
		or |= e & _PAGE_NX;
		if (is_leaf(e, l)) {
			u64 mask = pg_level_size(l) - 1;

			leaf->vaddr = vaddr & ~mask;
			leaf->paddr = e & PTE_PFN_MASK & ~mask;
			leaf->level = l;
			leaf->flags = (e & ~(PTE_PFN_MASK & ~mask) & ~(_PAGE_RW | _PAGE_USER)) | and | or;
			return true;
		}
		table = table_of(e);
	}
	return false;
}

struct walk {
	const struct pgwalk_ops *ops;
	void *arg;
};

/* How many entries from @slot on follow the one before by @step, up to @max. */
static u64 run_length(const u64 *slot, u64 max, u64 step)
{
	u64 n = 1, expected = slot[0] + step;

	for (; n < max && slot[n] == expected; n++)
		expected += step;
	return n;
}

/*
 * [vaddr, last], inclusive since the top of the address space has no end. Entries that are empty, or lead to a table
 * that the caller does not want to see, are passed over in runs.
 */
static int walk_table(const struct walk *w, phys_addr_t table, unsigned int level, unsigned long vaddr,
		      unsigned long last, u64 and, u64 or)
{
	const u64 mask = pg_level_size(level) - 1;

	for (;;) {
		const unsigned long start = vaddr & ~mask;
		const u64 *slot = (u64 *)__va(table) + pg_level_index(vaddr, level), e = READ_ONCE(*slot);
		const u64 max = min((last - start) / (mask + 1) + 1, (u64)PTRS_PER_TABLE - pg_level_index(vaddr, level));
		u64 nr = 1;
		int ret = 0;

		if (!(e & _PAGE_PRESENT)) {
			nr = run_length(slot, max, 0);
		} else if (is_leaf(e, level)) {
			const u64 pfn_mask = PTE_PFN_MASK & ~mask;
			const struct pg_leaf leaf = { start, e & pfn_mask, level,
				(e & ~pfn_mask & ~(_PAGE_RW | _PAGE_USER)) | (and & e) | or };

			if (w->ops->run)
				nr = run_length(slot, max, mask + 1);
			ret = w->ops->run ? w->ops->run(&leaf, nr, w->arg) : w->ops->leaf(&leaf, w->arg);
		} else if (w->ops->table && !w->ops->table(e & PTE_PFN_MASK, level - 1, start, w->arg)) {
			nr = run_length(slot, max, 0);
		} else {
			ret = walk_table(w, e & PTE_PFN_MASK, level - 1, vaddr, min(vaddr | mask, last), and & e, or | (e & _PAGE_NX));
		}
		vaddr = start + nr * (mask + 1);        /* 0 behind the last page */
		if (ret || vaddr - 1 >= last)
			return ret;
	}
}

int pgwalk(phys_addr_t pgd, unsigned long start, unsigned long end, const struct pgwalk_ops *ops, void *arg)
{
	const struct walk w = { ops, arg };
	const unsigned long half = 1UL << 47;
	unsigned long last = end - 1;
	int ret;

	if (start < half && last >= half) {
		/* Over the hole between the canonical halves. */
		ret = walk_table(&w, pgd, 4, start, half - 1, _PAGE_RW | _PAGE_USER, 0);
		if (ret || last < -half)
			return ret;
		start = -half;
	}
	return walk_table(&w, pgd, 4, start, last, _PAGE_RW | _PAGE_USER, 0);
}

int pgwalk_range(phys_addr_t pgd, unsigned long start, unsigned long end,
		 int (*fn)(const struct pg_leaf *leaf, void *arg), void *arg)
{
	const struct pgwalk_ops ops = { .leaf = fn };

	return pgwalk(pgd, start, end, &ops, arg);
}
