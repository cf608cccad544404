// SPDX-License-Identifier: MIT
/* One page of physical memory: what it is, what struct page says, and every virtual address that maps it. */
#include "atlas.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Atlas's kernel layout (README); Linux has others. */
#define PAGE_OFFSET 0xffff880000000000UL
#define VMEMMAP_START 0xffffea0000000000UL

static bool on_atlas;
static uint64_t phys;
static char input[20];
static bool typing;

#define MAX_MAPPINGS 64
static struct mapping { int pid; char comm[32]; uint64_t vaddr; char segment[96]; } mappings[MAX_MAPPINGS];
static int nr_mappings;

/* Looks through one segment's pagemap, 4096 entries at a time. */
static void search_segment(const struct process *p, const struct segment *g)
{
	static uint64_t entries[4096];
	uint64_t page = g->start / PAGE, end = g->end / PAGE;
	char path[64];
	long got, i;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", p->pid);
	for (; page < end && nr_mappings < MAX_MAPPINGS; page += got / 8) {
		uint64_t want = end - page < 4096 ? end - page : 4096;

		got = read_at(path, page * 8, entries, want * 8);
		if (got < 8)
			return;
		for (i = 0; i < got / 8 && nr_mappings < MAX_MAPPINGS; i++) {
			struct mapping *m = &mappings[nr_mappings];

			if (!(entries[i] >> 63) || (entries[i] & ((1ULL << 55) - 1)) != phys / PAGE)
				continue;
			m->pid = p->pid;
			m->vaddr = (page + i) * PAGE;
			snprintf(m->comm, sizeof(m->comm), "%s", p->comm);
			snprintf(m->segment, sizeof(m->segment), "%s %.80s", g->perm, g->name);
			nr_mappings++;
		}
	}
}

static void load(void)
{
	struct process *list = NULL;
	struct segment *segments = NULL;
	char *verdict = read_text("/proc/atlas/verdict");
	int n, i, j, nr;

	free(verdict);
	on_atlas = verdict != NULL;
	nr_mappings = 0;
	n = processes_load(&list);
	for (i = 0; i < n; i++) {
		nr = segments_load(list[i].pid, &segments);
		for (j = 0; j < nr; j++)
			search_segment(&list[i], &segments[j]);
	}
	free(list);
	free(segments);
}

static void draw(struct screen *s)
{
	static struct iomem iomem;
	uint64_t flags, count;
	char text[300];
	int i, y = 2;

	put(s, y++, 2, C_BRIGHT, "physical %016lx, page %lu", phys, phys / PAGE);
	if (typing)
		put(s, y, 2, C_CURSOR, "address (hex): %s_", input);
	y += 1;
	if (iomem_load(&iomem)) {
		iomem_path(&iomem, phys, text, sizeof(text));
		put(s, y, 2, C_DIM, "resource");
		put(s, y++, 16, C_PLAIN, "%s", text);
	}
	if (on_atlas) {
		put(s, y, 2, C_DIM, "direct map");
		put(s, y++, 16, C_PLAIN, "%016lx, if it is RAM", PAGE_OFFSET + phys);
		put(s, y, 2, C_DIM, "struct page");
		put(s, y++, 16, C_PLAIN, "%016lx", VMEMMAP_START + phys / PAGE * 64);
	}
	if (page_flags(phys / PAGE, &flags, &count)) {
		page_flags_text(flags, text, sizeof(text));
		put(s, y, 2, C_DIM, "flags");
		put(s, y++, 16, page_colour(flags), "%s (%lx)", text, flags);
		put(s, y, 2, C_DIM, "mapped");
		put(s, y++, 16, C_PLAIN, "%lu times", count);
	} else {
		put(s, y++, 2, C_DIM, "no struct page is shown for this address");
	}
	put(s, ++y, 2, C_BRIGHT, "%s", nr_mappings ? "processes that map it" : "no process maps it");
	for (i = 0, y++; i < nr_mappings && y < s->rows - 2; i++, y++) {
		put(s, y, 2, C_PROCESS, "%6d %s", mappings[i].pid, mappings[i].comm);
		put(s, y, 30, C_PLAIN, "%016lx", mappings[i].vaddr);
		put(s, y, 48, C_DIM, "%s", mappings[i].segment);
	}
}

static bool type_key(int key)
{
	size_t len = strlen(input);

	if (key == K_ENTER) {
		typing = false;
		phys = strtoull(input, NULL, 16) & ~(PAGE - 1);
		load();
	} else if (key == K_BACK) {
		typing = len > 0;
		input[len ? len - 1 : 0] = '\0';
	} else if (key < 256 && (isxdigit(key) || key == 'x') && len + 1 < sizeof(input)) {
		input[len] = key;
		input[len + 1] = '\0';
	}
	return true;
}

static bool key_pressed(int key)
{
	if (typing)
		return type_key(key);
	switch (key) {
	case K_LEFT: case K_UP: phys -= phys ? PAGE : 0; load(); return true;
	case K_RIGHT: case K_DOWN: phys += PAGE; load(); return true;
	case 'g': typing = true; input[0] = '\0'; return true;
	}
	return false;
}

void show_page(uint64_t at)
{
	phys = at & ~(PAGE - 1);
	open_view(&view_page);
}

const struct view view_page = { '5', "Page", "arrows previous/next page  g go to an address", load, draw, key_pressed, NULL };
