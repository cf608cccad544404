// SPDX-License-Identifier: MIT
/* The frame around the views: title, help, keys that work everywhere; or one view as plain text. */
#include "atlas.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct view *const views[] = {
	&view_overview, &view_physmap, &view_iomem, &view_zones, &view_page, &view_layout, &view_processes, &view_firmware, &view_lab,
	&view_qr,
};
#define NR_VIEWS (int)(sizeof(views) / sizeof(views[0]))
#define REFRESH 1000            /* milliseconds */

static const struct view *current = &view_overview, *previous = &view_overview;
static struct screen screen;
static bool paused, helping, snapped;

static struct { const char *text; void (*done)(const char *answer); char answer[40]; } question;

void open_view(const struct view *v)
{
	if (v != current)
		previous = current;
	current = v;
	v->load();
}

void ask(const char *text, void (*done)(const char *answer))
{
	question.text = text;
	question.done = done;
	question.answer[0] = '\0';
}

static void draw_title(void)
{
	int i, x, need = 8;
	bool narrow, unnamed = screen.columns < 100;

	for (i = 0; i < NR_VIEWS; i++)
		need += (int)strlen(views[i]->name) + 4;
	narrow = screen.columns < need;
	x = unnamed ? 0 : put(&screen, 0, 1, C_TITLE, "ATLAS") + 2;

	for (i = x; i < screen.columns; i++)
		put_cell(&screen, 0, i, ' ', C_TITLE);
	if (!unnamed)
		put(&screen, 0, 0, C_TITLE, " ATLAS  ");
	for (i = 0; i < NR_VIEWS; i++)
		x = put(&screen, 0, x, views[i] == current ? C_CURSOR : C_TITLE, "%c %s", views[i]->key, narrow ? views[i]->brief : views[i]->name) +
		    (narrow ? 1 : 2);
}

static void draw_foot(void)
{
	int y = screen.rows - 1;

	if (question.text)
		put(&screen, y, 1, C_BRIGHT, "%s: %s_", question.text, question.answer);
	else
		put(&screen, y, 1, C_DIM, "? help  %s", current->keys);
	if (paused && !question.text)
		put_right(&screen, y, screen.columns - 1, C_BRIGHT, " paused");
	else if (snapped && !question.text)
		put_right(&screen, y, screen.columns - 1, C_DIM, " compared with s");
}

static void draw_help(void)
{
	static const char frame_keys[] =
		"1 .. 9   the views, x QR     Tab     the next one       Backspace   back\n"
		"g        go to a physical address, e.g. fed00000: what is there?\n"
		"s        snapshot: from now on, what changed is shown (s again: anew)\n"
		".        stop and go on refreshing (once a second)\n"
		"!        a shell; exit comes back       q   quit";
	int y = 2;

	put(&screen, y++, 2, C_BRIGHT, "%s", current->name);
	y += put_wrapped(&screen, y, 4, 99, 0, C_PLAIN, current->help) + 1;
	put(&screen, y++, 2, C_BRIGHT, "Keys here");
	y += put_wrapped(&screen, y, 4, 99, 0, C_PLAIN, current->keys) + 1;
	put(&screen, y++, 2, C_BRIGHT, "Keys everywhere");
	y += put_wrapped(&screen, y, 4, 99, 0, C_PLAIN, frame_keys) + 1;
	put(&screen, y, 2, C_DIM, "Any key closes this.");
}

static void draw(void)
{
	screen_clear(&screen);
	draw_title();
	if (helping)
		draw_help();
	else
		current->draw(&screen);
	draw_foot();
}

static void answer_key(int key)
{
	size_t len = strlen(question.answer);

	if (key == K_ENTER) {
		question.text = NULL;
		question.done(question.answer);
	} else if (key == K_BACK && !len) {
		question.text = NULL;
	} else if (key == K_BACK) {
		question.answer[len - 1] = '\0';
	} else if (key < 256 && isprint(key) && len + 1 < sizeof(question.answer)) {
		question.answer[len] = (char)key;
		question.answer[len + 1] = '\0';
	}
}

static void go_to(const char *text)
{
	if (*text)
		show_page(strtoull(text, NULL, 16));
}

static void snapshot(void)
{
	int i;

	for (i = 0; i < NR_VIEWS; i++)
		if (views[i]->snapshot)
			views[i]->snapshot();
	snapped = true;
}

static int index_of_current(void)
{
	int i;

	for (i = 0; views[i] != current; i++)
		;
	return i;
}

static void frame_key(int key, bool *done)
{
	int i;

	switch (key) {
	case 'q': *done = true; break;
	case '.': paused = !paused; break;
	case 's': snapshot(); break;
	case '?': helping = true; break;
	case '!': term_shell(); break;
	case 'g': ask("physical address (hex)", go_to); break;
	case '\t': open_view(views[(index_of_current() + 1) % NR_VIEWS]); break;
	case K_BACK: open_view(previous); break;
	default:
		for (i = 0; i < NR_VIEWS; i++)
			if (views[i]->key == key)
				open_view(views[i]);
	}
}

static void key_pressed(int key, bool *done)
{
	if (question.text)
		answer_key(key);
	else if (helping)
		helping = false;
	else if (!current->key_pressed(key))
		frame_key(key, done);
}

static int run(void)
{
	bool done = false;
	int key, rows, columns;

	if (!term_open()) {
		fprintf(stderr, "atlas: this terminal can't be used (TERM=%s); try atlas --print overview\n", getenv("TERM"));
		return 1;
	}
	while (!done) {
		term_size(&rows, &columns);
		if ((rows != screen.rows || columns != screen.columns) && !screen_resize(&screen, rows, columns))
			break;
		draw();
		term_show(&screen);
		key = term_key(REFRESH);
		if (key >= 0)
			key_pressed(key, &done);
		else if (!paused)
			current->load();
	}
	term_close();
	return 0;
}

/* Keys for --keys: Emacs's control characters are the arrows. */
static int key_of(char c)
{
	switch (c) {
	case '\n': return K_ENTER;
	case '\b': return K_BACK;
	case 'P' & 31: return K_UP;
	case 'N' & 31: return K_DOWN;
	case 'B' & 31: return K_LEFT;
	case 'F' & 31: return K_RIGHT;
	}
	return c;
}

/* One view as text, after some keys: for people without a terminal and for tests. */
static int print_view(const char *name, int rows, int columns, const char *keys)
{
	bool done;
	int i;

	for (i = 0; i < NR_VIEWS; i++)
		if (views[i]->key == name[0] || !strncasecmp(views[i]->name, name, strlen(name))) {
			if (!screen_resize(&screen, rows, columns))
				return 1;
			open_view(views[i]);
			draw();
			for (; *keys; keys++) {
				key_pressed(key_of(*keys), &done);
				draw();
			}
			screen_print(&screen);
			return 0;
		}
	fprintf(stderr, "atlas: there is no view '%s'\n", name);
	return 2;
}

static int usage(void)
{
	int i;

	fputs("usage: atlas [--root DIR] [--print VIEW [--size COLUMNSxROWS] [--page ADDRESS] [--keys KEYS]]\n"
	      "Shows where this machine's memory is, live.\n"
	      "  --root DIR     reads DIR/proc and DIR/sys: a recorded machine\n"
	      "  --print VIEW   prints one view as text and ends; VIEW is one of:\n", stderr);
	for (i = 0; i < NR_VIEWS; i++)
		fprintf(stderr, "                 %c  %s\n", views[i]->key, views[i]->name);
	return 2;
}

int main(int argc, char **argv)
{
	const char *print = NULL, *keys = "";
	int i, rows = 48, columns = 128;

	for (i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (!strcmp(argv[i], "--root") && more)
			root = argv[++i];
		else if (!strcmp(argv[i], "--print") && more)
			print = argv[++i];
		else if (!strcmp(argv[i], "--keys") && more)
			keys = argv[++i];
		else if (!strcmp(argv[i], "--page") && more)
			show_page(strtoull(argv[++i], NULL, 16));
		else if (!strcmp(argv[i], "--size") && more && sscanf(argv[i + 1], "%dx%d", &columns, &rows) == 2 &&
			 columns >= 20 && rows >= 10 && columns < 2000 && rows < 1000)
			i++;
		else
			return usage();
	}
	if (print)
		return print_view(print, rows, columns, keys);
	open_view(current);
	return run();
}
