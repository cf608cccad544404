// SPDX-License-Identifier: MIT
/* The kernel's address space: its page tables merged into runs (as the kernel dumps them), and the verdict. */
#include "atlas.h"

#include <stdlib.h>
#include <string.h>

static char *dump, *verdict;
static int cursor, top, visible;

static void load(void)
{
	free(dump);
	free(verdict);
	dump = read_text("/sys/kernel/debug/page_tables/kernel");
	verdict = read_text("/proc/atlas/verdict");
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

	while (text && (line = next_line(&at)) && y < s->rows / 2)
		put(s, y++, 2, !strncmp(line, "PASS", 4) || !strncmp(line, "ok", 2) ? C_FREE :
		    !strncmp(line, "pages", 5) ? C_DIM : C_BAD, "%s", line);
	free(text);
	return y + 1;
}

static void draw(struct screen *s)
{
	char *text = dump ? strdup(dump) : NULL, *at = text, *line;
	int i, y = draw_verdict(s, 2), first;

	visible = s->rows - 3 - y;
	scroll_to(&cursor, &top, count_lines(dump), visible);
	if (!text)
		put(s, y, 2, C_DIM, "This kernel shows no /sys/kernel/debug/page_tables/kernel.");
	for (i = 0, first = y; text && (line = next_line(&at)); i++)
		if (i >= top && first + i - top < s->rows - 2)
			put(s, first + i - top, 2, i == cursor ? C_CURSOR : line_colour(line), "%s", line);
	free(text);
}

static bool key_pressed(int key)
{
	switch (key) {
	case K_UP: cursor--; break;
	case K_DOWN: cursor++; break;
	case K_PAGE_UP: cursor -= visible; break;
	case K_PAGE_DOWN: cursor += visible; break;
	case K_HOME: cursor = 0; break;
	case K_END: cursor = count_lines(dump) - 1; break;
	default: return false;
	}
	return true;
}

const struct view view_layout = { '6', "Kernel layout", "arrows scroll", load, draw, key_pressed, NULL };
