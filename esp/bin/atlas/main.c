// SPDX-License-Identifier: MIT
/* The frame around the views: title, help line, keys that work everywhere; or one view as plain text. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct view *const views[] = {
	&view_overview, &view_physmap, &view_iomem, &view_zones, &view_page, &view_layout, &view_processes,
};
#define NR_VIEWS (int)(sizeof(views) / sizeof(views[0]))
#define REFRESH 1000            /* milliseconds */

static const struct view *current = &view_overview;
static struct screen screen;
static bool paused;

void open_view(const struct view *v)
{
	current = v;
	v->load();
}

static void draw(void)
{
	int i, x;

	screen_clear(&screen);
	for (i = 0; i < screen.columns; i++)
		put_cell(&screen, 0, i, ' ', C_TITLE);
	x = put(&screen, 0, 1, C_TITLE, "ATLAS") + 2;
	for (i = 0; i < NR_VIEWS && x < screen.columns; i++)
		x = put(&screen, 0, x, views[i] == current ? C_CURSOR : C_TITLE, "%c %s", views[i]->key, views[i]->name) + 2;
	current->draw(&screen);
	put(&screen, screen.rows - 1, 1, C_DIM, "1-%d views  s snapshot  . pause  q quit   %s", NR_VIEWS, current->keys);
	if (paused)
		put_right(&screen, screen.rows - 1, screen.columns - 1, C_BRIGHT, "paused");
}

static void frame_key(int key, bool *done)
{
	int i;

	if (key == 'q')
		*done = true;
	if (key == '.')
		paused = !paused;
	if (key == 's')
		for (i = 0; i < NR_VIEWS; i++)
			if (views[i]->snapshot)
				views[i]->snapshot();
	for (i = 0; i < NR_VIEWS; i++)
		if (views[i]->key == key)
			open_view(views[i]);
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
		if (key < 0 && !paused)
			current->load();
		else if (key >= 0 && !current->key_pressed(key))
			frame_key(key, &done);
	}
	term_close();
	return 0;
}

/* One view as text, for people without a terminal and for tests. */
static int print_view(const char *name, int rows, int columns)
{
	int i;

	for (i = 0; i < NR_VIEWS; i++)
		if (views[i]->key == name[0] || !strncasecmp(views[i]->name, name, strlen(name))) {
			if (!screen_resize(&screen, rows, columns))
				return 1;
			open_view(views[i]);
			draw();
			screen_print(&screen);
			return 0;
		}
	fprintf(stderr, "atlas: there is no view '%s'\n", name);
	return 2;
}

static int usage(void)
{
	int i;

	fputs("usage: atlas [--root DIR] [--print VIEW [--size COLUMNSxROWS] [--page ADDRESS]]\n"
	      "Shows where this machine's memory is, live.\n"
	      "  --root DIR     reads DIR/proc and DIR/sys: a recorded machine\n"
	      "  --print VIEW   prints one view as text and ends; VIEW is one of:\n", stderr);
	for (i = 0; i < NR_VIEWS; i++)
		fprintf(stderr, "                 %c  %s\n", views[i]->key, views[i]->name);
	return 2;
}

int main(int argc, char **argv)
{
	const char *print = NULL;
	int i, rows = 48, columns = 128;

	for (i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (!strcmp(argv[i], "--root") && more)
			root = argv[++i];
		else if (!strcmp(argv[i], "--print") && more)
			print = argv[++i];
		else if (!strcmp(argv[i], "--page") && more)
			show_page(strtoull(argv[++i], NULL, 16));
		else if (!strcmp(argv[i], "--size") && more && sscanf(argv[i + 1], "%dx%d", &columns, &rows) == 2 &&
			 columns >= 20 && rows >= 10 && columns < 2000 && rows < 1000)
			i++;
		else
			return usage();
	}
	if (print)
		return print_view(print, rows, columns);
	open_view(current);
	return run();
}
