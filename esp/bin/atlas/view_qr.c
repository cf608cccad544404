// SPDX-License-Identifier: MIT
/* The report as QR codes, one a screen, dark on light, two modules a cell, one above the other. */
#include "atlas.h"
#include "qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT "/proc/atlas/report.json"
#define TURN 3                  /* loads (seconds) that a code stays while they turn by themselves */

static char *document;
static struct qr_set set;
static int current, modules, side, seconds;
static bool turning;

static void show(int i)
{
	current = i;
	seconds = 0;
	side = qr_compute(&set, current);
}

static void split(int room)
{
	modules = room;
	current = side = 0;
	if (document && qr_set_make(&set, document, strlen(document), modules))
		show(0);
	else
		qr_set_free(&set);
}

/* The report is another one each time it is read: it is read once, and again by 'r' only. */
static void load(void)
{
	if (!document) {
		document = read_text(REPORT);
		modules = 0;
	}
	if (turning && set.n > 1 && ++seconds >= TURN)
		show((current + 1) % set.n);
}

/* The code and its quiet zone; its upper left corner is cell (@y, @x). */
static void draw_code(struct screen *s, int y, int x)
{
	int size = side + 2 * QR_QUIET;

	for (int row = 0; row < (size + 1) / 2; row++) {
		for (int column = 0; column < size; column++) {
			bool up = qr_is_dark(column - QR_QUIET, 2 * row - QR_QUIET), low = qr_is_dark(column - QR_QUIET, 2 * row + 1 - QR_QUIET);

			put_cell(s, y + row, x + column, up && low ? 0x2588 : up ? 0x2580 : low ? 0x2584 : ' ', C_PAPER);
		}
	}
}

static void draw_words(struct screen *s, int x)
{
	char text[400];
	int y = 2;

	if (s->columns - x < 16)
		return;
	put(s, y++, x, C_BRIGHT, "code %d of %d", current + 1, set.n);
	snprintf(text, sizeof(text), "Photograph each code, then %s\n\nRight, Enter: next\nLeft: the one before\np: they turn by themselves%s\nr: reads the report again",
		 "tools/atlas-html CODES.txt > page.html makes a page of their texts (zbarimg reads pictures).", turning ? " (now)" : "");
	put_wrapped(s, y + 1, x, s->rows - y - 2, 0, C_DIM, text);
}

static void draw(struct screen *s)
{
	int room = 2 * (s->rows - 2) < s->columns ? 2 * (s->rows - 2) : s->columns;

	if (room != modules)
		split(room);
	if (!side) {
		put_wrapped(s, 2, 2, s->rows - 3, 0, C_PLAIN, !document ? "This kernel has no " REPORT "." :
			    "The screen is too small for codes: 42 columns and 23 rows are the least. A smaller font (boot option font=12) helps.");
		return;
	}
	draw_code(s, 1, 0);
	draw_words(s, side + 2 * QR_QUIET + 2);
}

static bool key_pressed(int key)
{
	if (key == 'r') {
		free(document);
		document = NULL;
		load();
	} else if (key == 'p') {
		turning = !turning;
	} else if (set.n && (key == K_RIGHT || key == K_DOWN || key == K_ENTER || key == ' ')) {
		show((current + 1) % set.n);
	} else if (set.n && (key == K_LEFT || key == K_UP)) {
		show((current + set.n - 1) % set.n);
	} else {
		return false;
	}
	return true;
}

const struct view view_qr = { 'x', "Take home", "QR", "Right next  Left back  p turn by themselves  r read again",
	"The report of this machine as QR codes: the JSON document of /proc/atlas/report.json, compressed. A phone or camera takes them "
	"home; their texts, in any order, make the document again. The more characters the screen has, the fewer codes.",
	load, draw, key_pressed, NULL };
