// SPDX-License-Identifier: MIT
/* One page of physical memory, wholly: what it is, who says so, and every virtual address that maps it. */
#include "atlas.h"

#include <stdio.h>
#include <string.h>

static uint64_t phys;
static struct iomem iomem;
static struct fw_map firmware;
static struct mapping mappings[MAX_MAPPINGS];
static struct kernel_mapping kernel[MAX_KERNEL_MAPPINGS];
static int nr_mappings, nr_kernel;
static char record[513];
static bool has_record;

static void load(void)
{
	iomem_load(&iomem);
	if (!fw_load(&firmware, FW_EXIT))
		fw_load(&firmware, FW_CLEANED);
	has_record = page_record(phys / PAGE, record);
	nr_kernel = kernel_mappings_of(phys, kernel);
	nr_mappings = mappings_of(phys, mappings);
}

static int line(struct screen *s, int y, const char *label, enum colour c, const char *text)
{
	put(s, y, 2, C_DIM, "%s", label);
	put(s, y, 16, c, "%s", text);
	return y + 1;
}

/* A value of the record, "?" where this kernel has none. */
static const char *value(const char *name, char *buf, size_t size)
{
	if (!has_record || !record_line(record, name, buf, size))
		snprintf(buf, size, "?");
	return buf;
}

static int draw_firmware(struct screen *s, int y)
{
	const struct fw_entry *e = fw_find(&firmware, phys);
	char text[200], attributes[100] = "";

	if (!firmware.n)
		return y;
	if (!e)
		return line(s, y, "firmware", C_DIM, "no entry of its map has this address");
	if (e->type >= 0)
		fw_attributes(e->attribute, attributes, sizeof(attributes));
	snprintf(text, sizeof(text), "%s, %lx-%lx (%s)  %s", e->name, e->start, e->end, human(e->end - e->start + 1), attributes);
	return line(s, y, "firmware", fw_colour(e->name), text);
}

/* What struct page says, by Atlas's record or by Linux's /proc/kpageflags. */
static int draw_struct_page(struct screen *s, int y)
{
	uint64_t flags, count;
	char a[200], b[60], c[60], d[60], e[60], text[600];

	if (has_record && record_line(record, "kind", a, sizeof(a))) {
		if (record_line(record, "cache", b, sizeof(b)))
			snprintf(a + strlen(a), sizeof(a) - strlen(a), " of the cache %s", b);
		if (record_line(record, "section", b, sizeof(b)) && strstr(b, "absent"))
			return line(s, y, "struct page", C_DIM, "a shared one: not RAM, so nothing to keep count of");
		y = line(s, y, "used for", C_BRIGHT, a);
		snprintf(text, sizeof(text), "at %s  section %s", value("struct_page", a, sizeof(a)), value("section", b, sizeof(b)));
		y = line(s, y, "struct page", C_PLAIN, text);
		snprintf(text, sizeof(text), "flags %s (%s)", value("flags", a, sizeof(a))[0] ? a : "none", value("raw", b, sizeof(b)));
		y = line(s, y, "", C_PLAIN, text);
		snprintf(text, sizeof(text), "refcount %s  mapcount %s  users %s  owner %s", value("refcount", b, sizeof(b)), value("mapcount", c, sizeof(c)),
			 value("users", d, sizeof(d)), value("owner", e, sizeof(e)));
		if (record_line(record, "order", a, sizeof(a)))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "  order %s", a);
		if (record_line(record, "index", a, sizeof(a)))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "  page %s of the file", a);
		y = line(s, y, "", C_PLAIN, text);
	}
	if (!page_flags(phys / PAGE, &flags, &count))
		return has_record ? y : line(s, y, "struct page", C_DIM, "none: beyond the memory that this kernel manages, or you are not root");
	page_flags_text(flags, a, sizeof(a));
	snprintf(text, sizeof(text), "%s (%lx), mapped %lu times", a, flags, count);
	return line(s, y, "kpageflags", page_colour(flags), text);
}

static int draw_cache_type(struct screen *s, int y)
{
	char a[60], text[200];
	const char *mtrr = mtrr_at(phys);

	if (has_record)
		mtrr = value("mtrr", a, sizeof(a));
	snprintf(text, sizeof(text), "%s by MTRR%s%s", mtrr ? mtrr : "the default type", nr_kernel > 0 ? "; PAT as the mappings below say" : "",
		 has_record ? "" : " (/proc/mtrr)");
	return line(s, y, "caching", C_PLAIN, text);
}

static int draw_kernel_mappings(struct screen *s, int y)
{
	int i;

	put(s, y++, 2, C_BRIGHT, nr_kernel < 0 ? "this kernel does not tell which of its addresses map it" :
	    nr_kernel ? "kernel addresses that map it" : "no kernel address maps it");
	for (i = 0; i < nr_kernel && y < s->rows - 2; i++, y++) {
		put(s, y, 4, C_KERNEL, "%016lx", kernel[i].vaddr);
		put(s, y, 22, C_PLAIN, "%-12s", kernel[i].region);
		put(s, y, 35, C_DIM, "%s, %s", kernel[i].flags, kernel[i].level);
	}
	return y;
}

static void draw(struct screen *s)
{
	char text[300], a[60];
	int i, y = 2;

	put(s, y++, 2, C_BRIGHT, "physical address %012lx", phys);
	put(s, y - 1, 34, C_DIM, "page frame %lu (%lx), at %s", phys / PAGE, phys / PAGE, human(phys));
	iomem_path(&iomem, phys, text, sizeof(text));
	i = iomem_find(&iomem, phys);
	y = line(s, y, "what is here", i < 0 ? C_DIM : iomem_colour(iomem.r[i].name), text);
	y = draw_firmware(s, y);
	if (has_record)
		y = line(s, y, "zone", C_PLAIN, value("zone", a, sizeof(a)));
	y = draw_cache_type(s, y);
	y = draw_struct_page(s, y);
	y = draw_kernel_mappings(s, y);
	put(s, y++, 2, C_BRIGHT, "%s", nr_mappings ? "processes that map it" : "no process maps it");
	for (i = 0; i < nr_mappings && y < s->rows - 1; i++, y++) {
		put(s, y, 4, C_PROCESS, "%016lx", mappings[i].vaddr);
		put(s, y, 22, C_PROCESS, "%d %s", mappings[i].pid, mappings[i].comm);
		put(s, y, 45, C_DIM, "%s", mappings[i].segment);
	}
}

static void go_by(int64_t bytes)
{
	if (bytes > 0 || phys >= (uint64_t)-bytes)
		phys += bytes;
	load();
}

static bool key_pressed(int key)
{
	switch (key) {
	case K_LEFT: case K_UP: go_by(-(int64_t)PAGE); return true;
	case K_RIGHT: case K_DOWN: go_by(PAGE); return true;
	case K_PAGE_UP: go_by(-(int64_t)(PAGE << 9)); return true;
	case K_PAGE_DOWN: go_by(PAGE << 9); return true;
	}
	return false;
}

void show_page(uint64_t at)
{
	phys = at & ~(PAGE - 1);
	open_view(&view_page);
}

const struct view view_page = { '5', "Page", "Page", "g go to an address  arrows next page  PgUp/PgDn 2 MiB  Backspace back",
	"Everything about one page of physical memory: the device or RAM that is there, "
	"what the firmware said of it, its zone and struct page, and every virtual "
	"address, the kernel's and each process's, that leads to it.",
	load, draw, key_pressed, NULL };
