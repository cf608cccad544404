// SPDX-License-Identifier: MIT
/* The resource tree, with folding and search. */
#include "atlas.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct iomem iomem;
static int cursor, top, visible;        /* in rows of the unfolded list */
static char search[32];
static bool searching;

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

	visible = s->rows - 6;
	row_at(0, &n);
	scroll_to(&cursor, &top, n, visible);
	put(s, 2, 2, C_DIM, "physical addresses                          size  what");
	for (y = 0; y < visible && top + y < n; y++) {
		const struct range *r;
		int x;

		i = row_at(top + y, &n);
		r = &iomem.r[i];
		x = put(s, y + 3, 2, top + y == cursor ? C_CURSOR : C_DIM, "%016lx-%016lx", r->start, r->end);
		put_right(s, y + 3, x + 13, C_PLAIN, "%s", human(r->end - r->start + 1));
		put(s, y + 3, x + 15 + r->depth * 2, matches(r) ? C_BRIGHT : iomem_colour(r->name), "%s%s%s",
		    r->folded ? "▸ " : has_children(i) ? "▾ " : "  ", r->name, matches(r) ? "  ◀" : "");
	}
	if (searching || search[0])
		put(s, s->rows - 3, 2, C_BRIGHT, "search: %s%s", search, searching ? "_" : "");
}

static void find_next(void)
{
	int n, i, row, first = cursor;

	row_at(0, &n);
	for (i = 1; i <= n; i++) {
		row = (first + i) % n;
		if (matches(&iomem.r[row_at(row, &n)])) {
			cursor = row;
			return;
		}
	}
}

static bool search_key(int key)
{
	size_t len = strlen(search);

	if (key == K_ENTER || key < 0) {
		searching = false;
		find_next();
	} else if (key == K_BACK) {
		search[len ? len - 1 : 0] = '\0';
	} else if (key < 256 && isprint(key) && len + 1 < sizeof(search)) {
		search[len] = key;
		search[len + 1] = '\0';
	}
	return true;
}

static bool key_pressed(int key)
{
	int n, i = row_at(cursor, &n);

	if (searching)
		return search_key(key);
	switch (key) {
	case K_UP: cursor--; break;
	case K_DOWN: cursor++; break;
	case K_PAGE_UP: cursor -= visible; break;
	case K_PAGE_DOWN: cursor += visible; break;
	case K_HOME: cursor = 0; break;
	case K_END: cursor = n - 1; break;
	case ' ': case K_LEFT: case K_RIGHT:
		if (i >= 0 && has_children(i))
			iomem.r[i].folded = key == ' ' ? !iomem.r[i].folded : key == K_LEFT;
		break;
	case '/': searching = true; search[0] = '\0'; break;
	case 'n': find_next(); break;
	case K_ENTER:
		if (i >= 0)
			show_page(iomem.r[i].start);
		break;
	default: return false;
	}
	return true;
}

const struct view view_iomem = { '3', "iomem tree", "arrows move, fold  Space fold  / search (a name or an address)  n next  Enter page",
	load, draw, key_pressed, NULL };
