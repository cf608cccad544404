// SPDX-License-Identifier: MIT
/*
 * What kind each piece of the physical address space is. Outside RAM /proc/iomem says it; inside, the pages' flags,
 * all of them where cells are small, samples where they are large (a read is a system call, so there is a budget).
 */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SAMPLES 8192        /* system calls for one picture */
#define WHOLE_SHIFT 18          /* cells up to 256 KiB are read wholly, a row at a time */
#define MAX_UNTOUCHED 64

static struct iomem iomem;
static struct { uint64_t start, end; } untouched[MAX_UNTOUCHED];
static int nr_untouched;

static void load_untouched(void)
{
	char *text = read_text("/proc/atlas/sections"), *at = text, *line;

	nr_untouched = 0;
	while (text && (line = next_line(&at)) && nr_untouched < MAX_UNTOUCHED)
		nr_untouched += sscanf(line, "untouched %lx-%lx", &untouched[nr_untouched].start, &untouched[nr_untouched].end) == 2;
	free(text);
}

void picture_load(void)
{
	iomem_load(&iomem);
	load_untouched();
}

uint64_t picture_end(void)
{
	uint64_t end = ram_end(&iomem);

	return end > 1ULL << 32 ? end : 1ULL << 32;
}

void picture_path(uint64_t addr, char *buf, size_t size)
{
	iomem_path(&iomem, addr, buf, size);
}

uint64_t picture_border(uint64_t from, uint64_t cell, bool forward)
{
	uint64_t best = forward ? UINT64_MAX : 0, at;
	int i, side;

	for (i = 0; i < iomem.n; i++)
		for (side = 0; side < 2; side++) {
			at = (side ? iomem.r[i].end + 1 : iomem.r[i].start) & ~(cell - 1);
			if (forward ? at > from && at < best : at < from && at > best)
				best = at;
		}
	return best == UINT64_MAX ? from : best;
}

/* The deepest range that begins in, or covers, [addr, addr + cell), RAM only when nothing else does: -1 for a hole. */
static int range_of(uint64_t addr, uint64_t cell)
{
	int i, found = -1;

	for (i = 0; i < iomem.n && iomem.r[i].start <= addr + cell - 1; i++)
		if (iomem.r[i].end >= addr && (found < 0 || iomem.r[i].depth > iomem.r[found].depth ||
					       (iomem.r[i].depth == iomem.r[found].depth && !is_ram(&iomem.r[i]))))
			found = i;
	return found;
}

static bool is_untouched(uint64_t addr, uint64_t cell)
{
	int i;

	for (i = 0; i < nr_untouched; i++)
		if (addr >= untouched[i].start && addr + cell - 1 <= untouched[i].end)
			return true;
	return false;
}

/* The kind of most of @n pages; a tie goes to who uses memory. */
static enum colour majority(const uint64_t *flags, int n)
{
	int count[NR_COLOURS] = { 0 }, i, best = C_FREE;

	for (i = 0; i < n; i++)
		count[page_colour(flags[i])]++;
	for (i = 0; i < NR_COLOURS; i++)
		if (count[i] > count[best] || (count[i] == count[best] && count[i] && best == C_FREE))
			best = i;
	return best;
}

static enum colour ram_colour(uint64_t addr, int shift, int samples)
{
	static uint64_t flags[1 << (WHOLE_SHIFT - 12)];
	int nr_pages = 1 << (shift > WHOLE_SHIFT ? 0 : shift - 12), n = 0, i;
	uint64_t step;

	if (shift <= WHOLE_SHIFT) {
		long got = read_at("/proc/kpageflags", addr / PAGE * 8, flags, nr_pages * 8UL);

		return got < 8 ? C_FREE : majority(flags, (int)(got / 8));
	}
	step = (1ULL << shift) / samples;
	for (i = 0; i < samples; i++)
		n += read_at("/proc/kpageflags", (addr + i * step) / PAGE * 8, &flags[n], 8) == 8;
	return n ? majority(flags, n) : C_FREE;
}

bool picture_make(struct picture *p, uint64_t base, int shift, int n)
{
	uint8_t *kind = realloc(p->kind, n ? n : 1);
	uint64_t cell = 1ULL << shift;
	int i, ram = 0, samples;

	if (!kind)
		return false;
	*p = (struct picture){ base, shift, n, kind };
	for (i = 0; i < n; i++) {
		uint64_t addr = base + i * cell;
		int r = range_of(addr, cell);

		kind[i] = r < 0 ? C_HOLE : iomem_colour(iomem.r[r].name);
		if (r >= 0 && is_ram(&iomem.r[r]))
			kind[i] = is_untouched(addr, cell) ? C_UNTOUCHED : C_FREE;
		ram += kind[i] == C_FREE;
	}
	samples = ram ? MAX_SAMPLES / ram : 0;
	samples = samples > 16 ? 16 : samples;
	for (i = 0; i < n && samples; i++)
		if (kind[i] == C_FREE)
			kind[i] = ram_colour(base + i * cell, shift, samples);
	return true;
}
