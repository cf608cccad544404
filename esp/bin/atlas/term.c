// SPDX-License-Identifier: MIT
/* The grid on a terminal, by ncurses: only what changed goes out. */
#define _XOPEN_SOURCE_EXTENDED 1
#include "atlas.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

/* Foreground by meaning: with 256 colours, and with 8. */
static const struct { short full, few; attr_t attr; } palette[NR_COLOURS] = {
	[C_PLAIN]     = { -1, -1, A_NORMAL },
	[C_DIM]       = { 245, COLOR_WHITE, A_DIM },
	[C_BRIGHT]    = { 231, COLOR_WHITE, A_BOLD },
	[C_TITLE]     = { 231, COLOR_WHITE, A_BOLD },
	[C_CURSOR]    = { -1, -1, A_REVERSE },
	[C_FREE]      = { 114, COLOR_GREEN, A_BOLD },
	[C_UNTOUCHED] = { 71, COLOR_GREEN, A_NORMAL },
	[C_KERNEL]    = { 80, COLOR_CYAN, A_NORMAL },
	[C_PROCESS]   = { 221, COLOR_YELLOW, A_BOLD },
	[C_CACHE]     = { 179, COLOR_YELLOW, A_NORMAL },
	[C_FIRMWARE]  = { 176, COLOR_MAGENTA, A_NORMAL },
	[C_DEVICE]    = { 75, COLOR_BLUE, A_BOLD },
	[C_WINDOW]    = { 25, COLOR_BLUE, A_NORMAL },
	[C_HOLE]      = { 240, COLOR_BLACK, A_BOLD },
	[C_BAD]       = { 203, COLOR_RED, A_BOLD },
	[C_PAPER]     = { 16, COLOR_BLACK, A_NORMAL },
};

bool term_open(void)
{
	SCREEN *s;
	int i;

	setlocale(LC_CTYPE, "C.UTF-8");
	s = newterm(NULL, stdout, stdin);
	if (!s && !setenv("TERM", "xterm-256color", 1))
		s = newterm(NULL, stdout, stdin);
	if (!s)
		return false;
	set_escdelay(50);
	start_color();
	use_default_colors();
	for (i = 0; i < NR_COLOURS; i++)
		init_pair(i + 1, COLORS >= 256 ? palette[i].full : palette[i].few, i == C_TITLE ? COLOR_BLUE :
			  i != C_PAPER ? -1 : COLORS >= 256 ? 231 : COLOR_WHITE);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	curs_set(0);
	return true;
}

void term_close(void)
{
	endwin();
}

/* ^C and ^\ are the shell's, not ours, while it runs. */
void term_shell(void)
{
	const char *shell = getenv("SHELL");
	pid_t pid;

	endwin();
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	printf("Type exit to come back to atlas.\n");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execl(shell && *shell ? shell : "/bin/sh", "sh", (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	clearok(curscr, TRUE);
	refresh();
}

void term_size(int *rows, int *columns)
{
	getmaxyx(stdscr, *rows, *columns);
}

void term_show(const struct screen *s)
{
	int y, x;

	for (y = 0; y < s->rows; y++)
		for (x = 0; x < s->columns; x++) {
			const struct cell *c = &s->cells[y * s->columns + x];
			wchar_t text[2] = { (wchar_t)c->ch, 0 };
			cchar_t out;

			setcchar(&out, text, palette[c->colour].attr & ~(COLORS >= 256 ? A_DIM : 0), c->colour + 1, NULL);
			mvadd_wch(y, x, &out);
		}
	refresh();
}

int term_key(int milliseconds)
{
	static const struct { int curses, ours; } keys[] = {
		{ KEY_UP, K_UP }, { KEY_DOWN, K_DOWN }, { KEY_LEFT, K_LEFT }, { KEY_RIGHT, K_RIGHT },
		{ KEY_PPAGE, K_PAGE_UP }, { KEY_NPAGE, K_PAGE_DOWN }, { KEY_HOME, K_HOME }, { KEY_END, K_END },
		{ KEY_ENTER, K_ENTER }, { '\r', K_ENTER }, { '\n', K_ENTER }, { KEY_BACKSPACE, K_BACK }, { 127, K_BACK },
		{ 8, K_BACK }, { 27, K_BACK }, { KEY_RESIZE, K_RESIZE },
	};
	size_t i;
	int c;

	timeout(milliseconds);
	c = getch();
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].curses == c)
			return keys[i].ours;
	return c == ERR ? -1 : c < 256 ? c : 0;
}
