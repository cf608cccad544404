// SPDX-License-Identifier: MIT
/* The grid that views draw into: knows no terminal, so a view can be printed and tested as text. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool screen_resize(struct screen *s, int rows, int columns)
{
	struct cell *cells = calloc((size_t)rows * columns, sizeof(*cells));

	if (!cells)
		return false;
	free(s->cells);
	*s = (struct screen){ rows, columns, cells };
	screen_clear(s);
	return true;
}

void screen_clear(struct screen *s)
{
	int i;

	for (i = 0; i < s->rows * s->columns; i++)
		s->cells[i] = (struct cell){ ' ', C_PLAIN };
}

void put_cell(struct screen *s, int y, int x, uint32_t ch, enum colour c)
{
	if (y >= 0 && y < s->rows && x >= 0 && x < s->columns)
		s->cells[y * s->columns + x] = (struct cell){ ch, c };
}

/* One character of UTF-8; what is not UTF-8 becomes '?'. */
static uint32_t decode(const unsigned char **p)
{
	unsigned int c = *(*p)++;
	int more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : -1;
	uint32_t ch;

	if (more == 0)
		return c < ' ' ? '?' : c;
	if (more < 0)
		return '?';
	ch = c & (0x3f >> more);
	for (; more; more--) {
		if ((**p & 0xc0) != 0x80)
			return '?';
		ch = ch << 6 | (*(*p)++ & 0x3f);
	}
	return ch;
}

static int put_text(struct screen *s, int y, int x, enum colour c, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p)
		put_cell(s, y, x++, decode(&p), c);
	return x;
}

int put(struct screen *s, int y, int x, enum colour c, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return put_text(s, y, x, c, text);
}

void put_right(struct screen *s, int y, int x, enum colour c, const char *fmt, ...)
{
	char text[256];
	const unsigned char *p = (const unsigned char *)text;
	va_list ap;
	int n = 0;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (; *p; n++)
		decode(&p);
	put_text(s, y, x - n, c, text);
}

int put_wrapped(struct screen *s, int y, int x, int rows, int skip, enum colour c, const char *text)
{
	int width = s->columns - x - 1, row = 0;

	for (; *text; row++) {
		int len = (int)strcspn(text, "\n"), show = len;

		if (len > width) {
			for (show = width; show > width / 2 && text[show] != ' '; show--)
				;
			len = text[show] == ' ' ? show : (show = width);
		}
		if (row >= skip && row - skip < rows)
			put(s, y + row - skip, x, c, "%.*s", show, text);
		text += len;
		text += *text == '\n' || *text == ' ';
	}
	return row;
}

void put_bar(struct screen *s, int y, int x, int width, const struct piece *pieces, int n)
{
	uint64_t sum = 0, done = 0;
	int i, at = 0, left = 0;

	for (i = 0; i < n; i++) {
		sum += pieces[i].value;
		left += pieces[i].value > 0;
	}
	for (i = 0; i < n && sum; i++) {
		int end;

		if (!pieces[i].value)
			continue;
		done += pieces[i].value;
		left--;
		end = (int)((double)done / sum * width + 0.5);
		if (end <= at)
			end = at + 1;
		if (end > width - left)         /* the rest wants a cell each */
			end = width - left > at ? width - left : at + 1;
		for (; at < end && at < width; at++)
			put_cell(s, y, x + at, 0x2588, pieces[i].colour);
	}
}

static void print_utf8(uint32_t c)
{
	if (c < 0x80) {
		putchar(c);
	} else if (c < 0x800) {
		putchar(0xc0 | c >> 6);
		putchar(0x80 | (c & 0x3f));
	} else {
		putchar(0xe0 | c >> 12);
		putchar(0x80 | (c >> 6 & 0x3f));
		putchar(0x80 | (c & 0x3f));
	}
}

void screen_print(const struct screen *s)
{
	int y, x, end;

	for (y = 0; y < s->rows; y++) {
		const struct cell *row = s->cells + y * s->columns;

		for (end = s->columns; end && row[end - 1].ch == ' '; end--)
			;
		for (x = 0; x < end; x++)
			print_utf8(row[x].ch);
		putchar('\n');
	}
}

const char *human(uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	static char text[4][24];
	static int turn;
	char *buf = text[turn++ & 3];
	double v = bytes;
	int u = 0;

	while (v >= 1024 && u < 6) {
		v /= 1024;
		u++;
	}
	if (v == (uint64_t)v || v >= 1000)
		snprintf(buf, sizeof(text[0]), "%.0f %s", v, units[u]);
	else
		snprintf(buf, sizeof(text[0]), v >= 100 ? "%.0f %s" : v >= 10 ? "%.1f %s" : "%.2f %s", v, units[u]);
	return buf;
}

void list_fit(struct list *l, int n, int visible)
{
	l->n = n;
	l->visible = visible > 0 ? visible : 1;
	if (l->cursor >= n)
		l->cursor = n - 1;
	if (l->cursor < 0)
		l->cursor = 0;
	if (l->cursor < l->top)
		l->top = l->cursor;
	if (l->cursor >= l->top + l->visible)
		l->top = l->cursor - l->visible + 1;
	if (l->top > n - l->visible)
		l->top = n > l->visible ? n - l->visible : 0;
}

bool list_key(struct list *l, int key)
{
	switch (key) {
	case K_UP: l->cursor--; break;
	case K_DOWN: l->cursor++; break;
	case K_PAGE_UP: l->cursor -= l->visible; break;
	case K_PAGE_DOWN: l->cursor += l->visible; break;
	case K_HOME: l->cursor = 0; break;
	case K_END: l->cursor = l->n - 1; break;
	default: return false;
	}
	list_fit(l, l->n, l->visible);
	return true;
}
