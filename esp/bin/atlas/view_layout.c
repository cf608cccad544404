// SPDX-License-Identifier: MIT
/* The kernel's address space: its regions to scale, the verdict, and its page tables merged into runs. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dump, *verdict, *layout;
static struct list list;
static bool tables;             /* the dump instead of the regions */

static void load(void)
{
	free(dump);
	free(verdict);
	free(layout);
	dump = read_text("/sys/kernel/debug/page_tables/kernel");
	verdict = read_text("/proc/atlas/verdict");
	layout = read_text("/proc/atlas/layout");
	if (!layout)
		tables = true;
}

static int count_lines(const char *text)
{
	int n = 0;

	for (; text && *text; text++)
		n += *text == '\n';
	return n;
}

/* Which kind of line: a region's title, something writable, executable, or plain. */
static enum colour line_colour(const char *line)
{
	if (!strncmp(line, "---[", 4))
		return C_BRIGHT;
	if (strstr(line, " RW ") && strstr(line, " x "))
		return C_BAD;
	if (strstr(line, " RW "))
		return C_PROCESS;
	if (strstr(line, " ro "))
		return C_KERNEL;
	return C_DIM;
}

static int draw_verdict(struct screen *s, int y)
{
	char *text = verdict ? strdup(verdict) : NULL, *at = text, *line;

	while (text && (line = next_line(&at)) && y < s->rows - 2)
		put(s, y++, 2, !strncmp(line, "PASS", 4) || !strncmp(line, "ok", 2) ? C_FREE :
		    !strncmp(line, "pages", 5) ? C_DIM : C_BAD, "%s", line);
	free(text);
	return y + 1;
}

static void draw_tables(struct screen *s, int y)
{
	char *text = dump ? strdup(dump) : NULL, *at = text, *line;
	int i;

	list_fit(&list, count_lines(dump), s->rows - 2 - y);
	if (!text)
		put(s, y, 2, C_DIM, "This kernel shows no /sys/kernel/debug/page_tables/kernel.");
	for (i = 0; text && (line = next_line(&at)); i++)
		if (i >= list.top && i < list.top + list.visible)
			put(s, y + i - list.top, 2, i == list.cursor ? C_CURSOR : line_colour(line), "%s", line);
	free(text);
}

static enum colour region_colour(const char *name)
{
	return !strncmp(name, "HOLE", 4) || !strcmp(name, "TOP") ? C_HOLE : !strcmp(name, "USER") ? C_PROCESS :
		!strcmp(name, "DIRECT_MAP") ? C_FREE : C_KERNEL;
}

/* "start-end mapped NAME purpose" a line; the bar is log2 of the size, 4 KiB to 128 TiB. */
static int draw_regions(struct screen *s, int y)
{
	char *text = strdup(layout), *at = text, *line;

	put(s, y++, 2, C_DIM, "virtual addresses                     size    mapped%s", s->columns >= 140 ? "  what                                    each cell of a bar: twice the size" : "  what");
	while (text && (line = next_line(&at)) && y < s->rows - 2) {
		uint64_t start, end, mapped, size;
		char name[24];
		int what = 0, width = 0;
		struct piece bar;

		if (sscanf(line, "%lx-%lx %lu %23s %n", &start, &end, &mapped, name, &what) != 4 || !what)
			continue;
		for (size = end - start + 1; size >> 12; size >>= 1)
			width++;
		bar = (struct piece){ 1, region_colour(name) };
		put(s, y, 2, bar.colour == C_HOLE ? C_DIM : C_PLAIN, "%016lx-%016lx", start, end);
		put_right(s, y, 46, C_DIM, "%s", human(end - start + 1));
		put_right(s, y, 56, bar.colour, "%s", mapped ? human(mapped) : "");
		put(s, y, 58, bar.colour == C_HOLE ? C_DIM : bar.colour, "%s", line + what);
		if (s->columns >= 140)
			put_bar(s, y, 98, width, &bar, 1);
		y++;
	}
	free(text);
	return y + 1;
}

static void draw(struct screen *s)
{
	int y = 2;

	if (!tables)
		draw_verdict(s, draw_regions(s, y));
	else
		draw_tables(s, y);
}

static bool key_pressed(int key)
{
	if (tables && list_key(&list, key))
		return true;
	if (key != K_ENTER || !layout)
		return false;
	tables = !tables;
	return true;
}

const struct view view_layout = { '6', "Kernel layout", "Kernel", "Enter regions / page tables  arrows scroll",
	"The kernel's half of the address space: each region, its size, what of it is "
	"mapped, and whether the page tables keep the laws (nothing writable and "
	"executable, the direct map covers RAM exactly ...). Enter: the tables themselves.",
	load, draw, key_pressed, NULL };
