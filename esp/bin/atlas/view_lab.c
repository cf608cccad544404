// SPDX-License-Identifier: MIT
/*
 * The 32-bit picture: how a 32-bit kernel (3G/1G split) would see this machine's RAM, beside this one; and the
 * highmem lab, which puts this kernel into the same place (boot option highmem=896M) and shows its steps live.
 */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1UL << 20)
/* i386 Linux without PAE: its boot log's "virtual kernel memory layout". */
#define PAGE_OFFSET32 0xc0000000UL
#define LOWMEM32 (896 * MIB)
#define PKMAP32 0xff800000UL
#define FIXADDR32 0xfff17000UL
#define TOP32 0xfffff000UL

static uint64_t ram;            /* its end */
static uint64_t high_kb, high_start; /* ZONE_HIGHMEM here: more than 0 in the lab; its first address */
static char *steps;
static struct list list;

static void load(void)
{
	static struct iomem iomem;
	char *text = read_text("/proc/zoneinfo"), *zone = text ? strstr(text, "HighMem") : NULL, *managed = zone ? strstr(zone, "managed") : NULL, *start;

	iomem_load(&iomem);
	ram = ram_end(&iomem);
	start = zone ? strstr(zone, "start_pfn:") : NULL;
	high_start = start ? strtoull(start + 10, NULL, 10) * PAGE : 0;
	high_kb = managed ? strtoull(managed + 7, NULL, 10) * 4 : 0;
	free(text);
	free(steps);
	steps = read_text("/proc/atlas/highmem_lab");
}

struct row { uint64_t addr32; const char *name; uint64_t addr64; enum colour colour; const char *what; };

static int draw_rows(struct screen *s, int y)
{
	uint64_t low = ram < LOWMEM32 ? ram : LOWMEM32, high = PAGE_OFFSET32 + low, vmalloc = (high + 16 * MIB - 1) & ~(8 * MIB - 1);
	uint64_t end64 = high_kb ? high_start : ram;
	const struct row rows[] = {
		{ TOP32, "FIXADDR_TOP", 0xfffffffffffff000, C_HOLE, "never mapped" },
		{ FIXADDR32, "FIXADDR_START", 0xffffffffff400000, C_KERNEL, "fixmap, kmap_atomic" },
		{ PKMAP32, "PKMAP_BASE", 0xffffffffff000000, C_PROCESS, "kmap's window" },
		{ vmalloc, "VMALLOC_START", 0xffffc90000000000, C_KERNEL, "vmalloc, ioremap" },
		{ high, "high_memory", 0xffff880000000000 + end64, C_HOLE, "8 MiB gap, no RAM" },
		{ PAGE_OFFSET32, "PAGE_OFFSET", 0xffff880000000000, C_FREE, "physical 0 and on" },
		{ 0, "user space", 0, C_PROCESS, "a table a process" },
	};
	size_t i;

	put(s, y++, 2, C_DIM, "a 32-bit kernel        name            Atlas, 64 bits     what begins there");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++, y++) {
		uint64_t end = i ? rows[i - 1].addr32 : 1UL << 32;

		put_cell(s, y, 2, colour_glyph(rows[i].colour), rows[i].colour);
		put(s, y, 4, C_PLAIN, "%08lx", rows[i].addr32);
		put_right(s, y, 23, C_DIM, "%s", human(end - rows[i].addr32));
		put(s, y, 25, C_BRIGHT, "%s", rows[i].name);
		put(s, y, 41, C_PLAIN, "%016lx", rows[i].addr64);
		put(s, y, 60, C_DIM, "%.*s", s->columns - 61, rows[i].what);
	}
	return y;
}

/* The 4 GiB of addresses to scale, and the RAM under the kernel's quarter. */
static int draw_scale(struct screen *s, int y)
{
	uint64_t low = ram < LOWMEM32 ? ram : LOWMEM32;
	struct piece addresses[] = { { 3072 * MIB, C_PROCESS }, { low, C_FREE }, { 1024 * MIB - low, C_KERNEL } };
	struct piece memory[] = { { low, C_FREE }, { ram - low, C_FIRMWARE } };
	int width = s->columns - 14;

	put(s, y, 2, C_DIM, "addresses");
	put_bar(s, y++, 12, width, addresses, 3);
	put(s, y, 2, C_DIM, "RAM");
	put_bar(s, y++, 12, width, memory, 2);
	put(s, y++, 2, C_PLAIN, "%s of RAM have a kernel address for good, %s are high memory", human(low), human(ram - low));
	return y + 1;
}

/* Behind the kernel's own copy of the table above: from "The task" or "This kernel" on. */
static void draw_steps(struct screen *s, int y)
{
	const char *from = steps ? strstr(steps, "\nThe task") : NULL;
	int rows;

	if (!from)
		from = steps ? strstr(steps, "\nThis kernel") : NULL;
	if (!from)
		return;
	rows = put_wrapped(s, y, 2, -1, 0, C_PLAIN, from + 1);
	list_fit(&list, rows - (s->rows - 1 - y) + 1, 1);
	put_wrapped(s, y, 2, s->rows - 1 - y, list.top, C_PLAIN, from + 1);
}

static void draw(struct screen *s)
{
	int y = draw_rows(s, 2) + 1;

	if (!ram) {
		put(s, y, 2, C_DIM, "No System RAM in /proc/iomem (root sees it).");
		return;
	}
	y = draw_scale(s, y);
	if (high_kb)
		put(s, y++, 2, C_BRIGHT, "The highmem lab is on: ZONE_HIGHMEM has %s here too. Live:", human(high_kb << 10));
	draw_steps(s, y);
}

static bool key_pressed(int key)
{
	return list_key(&list, key);
}

const struct view view_lab = { '9', "32-bit picture", "32-bit", "Up/Down scroll the steps",
	"A 32-bit kernel has 1 GiB of addresses for itself, and at most 896 MiB of RAM fit "
	"into it one to one. What is above is high memory: it has no kernel address until "
	"kmap gives it one. Booted with highmem=896M, this kernel does the same, and the "
	"steps below are real: each look at this view does them again.",
	load, draw, key_pressed, NULL };
