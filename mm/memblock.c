/* SPDX-License-Identifier: MIT */
/*
 * Boot-time memory: two sets of ranges, kept sorted, disjoint and merged.
 *
 * memory is what the firmware calls usable, reserved is what somebody has; the free memory is the
 * difference. A change that would overflow an array changes nothing and says so.
 */
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <asm/page.h>
#include <asm/vmlayout.h>
#include <mm/init.h>
#include <mm/memblock.h>

/* Firmware of the last twenty years scribbles below 64 KiB at resume or SMI; Linux keeps off too (X86_RESERVE_LOW). */
#define RESERVE_LOW 0x10000

struct memblock memblock = { .memory.name = "memory", .reserved.name = "reserved" };
u64 memblock_bytes_unreachable;

unsigned int memblock_type_search(const struct memblock_type *t, u64 addr)
{
	unsigned int lo = 0, hi = t->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (t->r[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Replaces entries [from, to) by the @n in @with. */
static int splice(struct memblock_type *t, unsigned int from, unsigned int to, const struct range *with, unsigned int n)
{
	if (t->nr - (to - from) + n > MEMBLOCK_MAX) {
		pr_warn("memblock: more than %d ranges of %s\n", MEMBLOCK_MAX, t->name);
		return -ENOMEM;
	}
	memmove(&t->r[from + n], &t->r[to], (t->nr - to) * sizeof(t->r[0]));
	memcpy(&t->r[from], with, n * sizeof(t->r[0]));
	t->nr = t->nr - (to - from) + n;
	return 0;
}

int memblock_type_add(struct memblock_type *t, struct range r)
{
	unsigned int from, to;

	if (range_is_empty(r))
		return 0;
	/* Touching counts as overlapping here: it merges. */
	from = memblock_type_search(t, r.start);
	if (from > 0 && t->r[from - 1].end == r.start)
		from--;
	for (to = from; to < t->nr && t->r[to].start <= r.end; to++) {
		r.start = min(r.start, t->r[to].start);
		r.end = max(r.end, t->r[to].end);
	}
	return splice(t, from, to, &r, 1);
}

int memblock_type_remove(struct memblock_type *t, struct range r)
{
	unsigned int from = memblock_type_search(t, r.start), to, n = 0;
	struct range keep[2];

	if (range_is_empty(r))
		return 0;
	for (to = from; to < t->nr && t->r[to].start < r.end; to++) {
		if (t->r[to].start < r.start)
			keep[n++] = (struct range){ t->r[to].start, r.start };
		if (t->r[to].end > r.end)
			keep[n++] = (struct range){ r.end, t->r[to].end };
	}
	return to == from ? 0 : splice(t, from, to, keep, n);
}

int memblock_type_check(const struct memblock_type *t)
{
	for (unsigned int i = 0; i < t->nr; i++) {
		if (range_is_empty(t->r[i]))
			return 4;
		if (i == 0)
			continue;
		if (t->r[i].start < t->r[i - 1].start)
			return 1;
		if (t->r[i].start < t->r[i - 1].end)
			return 2;
		if (t->r[i].start == t->r[i - 1].end)
			return 3;
	}
	return 0;
}

u64 memblock_type_size(const struct memblock_type *t)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < t->nr; i++)
		sum += range_size(t->r[i]);
	return sum;
}

int memblock_add(struct memblock *mb, struct range r)
{
	return memblock_type_add(&mb->memory, r);
}

int memblock_remove(struct memblock *mb, struct range r)
{
	return memblock_type_remove(&mb->memory, r);
}

int memblock_reserve(struct memblock *mb, struct range r)
{
	return memblock_type_add(&mb->reserved, r);
}

int memblock_free(struct memblock *mb, struct range r)
{
	return memblock_type_remove(&mb->reserved, r);
}

bool memblock_next_free(const struct memblock *mb, u64 *i, struct range *r)
{
	u64 pos = *i;

	for (;;) {
		unsigned int m = memblock_type_search(&mb->memory, pos), v;

		if (m == mb->memory.nr)
			return false;
		pos = max(pos, mb->memory.r[m].start);
		v = memblock_type_search(&mb->reserved, pos);
		if (v < mb->reserved.nr && mb->reserved.r[v].start <= pos) {
			pos = mb->reserved.r[v].end;
			continue;
		}
		r->start = pos;
		r->end = mb->memory.r[m].end;
		if (v < mb->reserved.nr)
			r->end = min(r->end, mb->reserved.r[v].start);
		*i = r->end;
		return true;
	}
}

u64 memblock_free_size(const struct memblock *mb)
{
	struct range r;
	u64 i = 0, sum = 0;

	while (memblock_next_free(mb, &i, &r))
		sum += range_size(r);
	return sum;
}

phys_addr_t memblock_alloc_range(struct memblock *mb, u64 size, u64 align, phys_addr_t min, phys_addr_t max)
{
	u64 i = min > PAGE_SIZE ? min : PAGE_SIZE;
	struct range r;

	if (size == 0)
		return 0;
	while (memblock_next_free(mb, &i, &r)) {
		struct range fit;

		if (r.start >= max)
			break;
		r = range_clip(r, (struct range){ min > PAGE_SIZE ? min : PAGE_SIZE, max });
		if (r.start > U64_MAX - (align - 1))
			break;
		fit.start = ALIGN(r.start, align);
		if (fit.start >= r.end || r.end - fit.start < size)
			continue;
		fit.end = fit.start + size;
		return memblock_reserve(mb, fit) ? 0 : fit.start;
	}
	return 0;
}

int memblock_check(const struct memblock *mb)
{
	int bad = memblock_type_check(&mb->memory);

	return bad ? bad : memblock_type_check(&mb->reserved);
}

struct mm_cpu_features mm_cpu;  /* here because memblock is the first to ask */

int memblock_from_e820(struct memblock *mb, const struct e820_table *t)
{
	/* What the direct map has room for and the CPU can address: a page-table entry beyond would fault. */
	const struct range window = { 0, min(PAGE_OFFSET_END - PAGE_OFFSET + 1, mm_cpu.phys_bits ? 1UL << mm_cpu.phys_bits : U64_MAX) };
	int err = 0;

	memblock_bytes_unreachable = 0;
	for (unsigned int i = 0; i < t->nr; i++) {
		struct range r = range_align_inner(t->e[i].r, PAGE_SIZE);
		struct range in = range_clip(r, window);
		int e;

		if (t->e[i].type != E820_TYPE_RAM)
			continue;
		memblock_bytes_unreachable += range_size(r) - range_size(in);
		e = memblock_add(mb, in);
		err = err ? err : e;
	}
	if (memblock_bytes_unreachable)
		pr_warn("memblock: %lu MiB of RAM beyond the CPU's addresses or the 64 TiB direct map are not used\n",
			(unsigned long)(memblock_bytes_unreachable >> 20));
	return err ? err : memblock_reserve(mb, (struct range){ 0, RESERVE_LOW });
}

static int reserve_pages(struct memblock *mb, u64 addr, u64 size)
{
	struct range r;

	if (size == 0)
		return 0;
	if (range_from_size(addr, size, &r))
		return -EINVAL;
	r.start = ALIGN_DOWN(r.start, PAGE_SIZE);
	r.end = PAGE_ALIGN(r.end);
	return memblock_reserve(mb, r);
}

int memblock_reserve_boot(struct memblock *mb, const struct bootinfo *bi, phys_addr_t bi_phys)
{
	int err = reserve_pages(mb, bi_phys, bi->size);

	err = err ? err : reserve_pages(mb, bi->efi_map.addr, bi->efi_map.size);
	err = err ? err : reserve_pages(mb, bi->efi_map_found.addr, bi->efi_map_found.size);
	err = err ? err : reserve_pages(mb, bi->kernel.addr, bi->kernel.size);
	err = err ? err : reserve_pages(mb, bi->replay.addr, bi->replay.size);
	err = err ? err : reserve_pages(mb, bi->initramfs.addr, bi->initramfs.size);
	return err ? err : reserve_pages(mb, bi->cmdline.addr, bi->cmdline.addr ? bi->cmdline.size + 1 : 0);
}
