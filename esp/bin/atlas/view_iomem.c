// SPDX-License-Identifier: MIT
/* The resource tree, with folding and search. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct iomem iomem;
static struct list list;        /* of the rows that no fold hides */
static char search[40];

static void load(void)
{
	iomem_load(&iomem);
}

/* Index in iomem.r of the @nth row that no fold hides; *n: how many rows there are. */
static int row_at(int nth, int *n)
{
	int i, hidden_below = -1, row = 0, found = -1;

	for (i = 0; i < iomem.n; i++) {
		if (hidden_below >= 0 && iomem.r[i].depth > hidden_below)
			continue;
		hidden_below = iomem.r[i].folded ? iomem.r[i].depth : -1;
		if (row++ == nth)
			found = i;
	}
	*n = row;
	return found;
}

static bool has_children(int i)
{
	return i + 1 < iomem.n && iomem.r[i + 1].depth > iomem.r[i].depth;
}

static bool matches(const struct range *r)
{
	char *end;
	uint64_t addr = strtoull(search, &end, 16);

	return search[0] && (strcasestr(r->name, search) || (!*end && addr >= r->start && addr <= r->end));
}

static void draw(struct screen *s)
{
	int n, y, i;

	row_at(0, &n);
	list_fit(&list, n, s->rows - 5);
	put(s, 2, 2, C_DIM, "physical addresses                          size  what");
	if (search[0])
		put_right(s, 2, s->columns - 2, C_BRIGHT, "search: %s", search);
	for (y = 0; y < list.visible && list.top + y < n; y++) {
		const struct range *r;
		int x;

		i = row_at(list.top + y, &n);
		r = &iomem.r[i];
		x = put(s, y + 3, 2, list.top + y == list.cursor ? C_CURSOR : C_DIM, "%016lx-%016lx", r->start, r->end);
		put_right(s, y + 3, x + 13, C_PLAIN, "%s", human(r->end - r->start + 1));
		put(s, y + 3, x + 15 + r->depth * 2, matches(r) ? C_BRIGHT : iomem_colour(r->name), "%s%s%s",
		    r->folded ? "▸ " : has_children(i) ? "▾ " : "  ", r->name, matches(r) ? "  ◀" : "");
	}
}

static void find_next(void)
{
	int n, i, row;

	row_at(0, &n);
	for (i = 1; i <= n; i++) {
		row = (list.cursor + i) % n;
		if (matches(&iomem.r[row_at(row, &n)])) {
			list.cursor = row;
			return;
		}
	}
}

/* The deepest range that holds an address, or the next name that matches. */
static void search_for(const char *text)
{
	snprintf(search, sizeof(search), "%s", text);
	find_next();
}

static bool key_pressed(int key)
{
	int n, i = row_at(list.cursor, &n);

	if (list_key(&list, key))
		return true;
	switch (key) {
	case ' ': case K_LEFT: case K_RIGHT:
		if (i >= 0 && has_children(i))
			iomem.r[i].folded = key == ' ' ? !iomem.r[i].folded : key == K_LEFT;
		break;
	case '/': ask("name, or address in hex", search_for); break;
	case 'n': find_next(); break;
	case K_ENTER:
		if (i >= 0)
			show_page(iomem.r[i].start);
		break;
	default: return false;
	}
	return true;
}

const struct view view_iomem = { '3', "iomem tree", "iomem", "/ search  n next  Space fold  Enter page",
	"Who owns which physical addresses (/proc/iomem): RAM, the kernel in it, what the "
	"firmware keeps, the windows of the PCI bridges, each device's registers.\n"
	"/ finds a name, or an address: everything that holds it is marked.",
	load, draw, key_pressed, NULL };
