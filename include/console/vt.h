/* SPDX-License-Identifier: MIT */
/*
 * The terminal emulator: bytes in, cells out. It knows no pixels and no device, allocates nothing and
 * runs on the host. What a program may rely on is xterm's behaviour as the terminfo entry
 * xterm-256color names it (ECMA-48, DEC STD 070):
 *
 *   UTF-8; BEL BS HT LF VT FF CR SO SI;  ESC 7 8 D E H M Z c = > ( ) #8
 *   CSI @ A B C D E F G H I J K L M P S T X Z ` a b c d e f g h l m n r s u !p
 *   modes 4 (insert) 20 (newline); ?1 ?5 ?6 ?7 ?25 ?47 ?1047 ?1048 ?1049 ?2004
 *   SGR 0-9 21-29 30-49 90-107, 38/48;5;n, 38/48;2;r;g;b (nearest of the 256); DEC line drawing
 *   OSC, DCS, APC, PM, SOS strings are swallowed.
 *
 * Every byte sequence is legal input. Locking: the owner's.
 *
 * Invariants (vt_check): 1 cursor inside the screen; 2 scroll region inside the screen, at least two
 * lines; 3 line[] of each screen is a permutation; 4 every cell holds a printable character or 0
 * (right half of a wide one).
 */
#ifndef CONSOLE_VT_H
#define CONSOLE_VT_H

#include <lib/bitmap.h>
#include <lib/compiler.h>
#include <lib/types.h>

#define VT_MAX_COLS 512
#define VT_MAX_ROWS 160
#define VT_MAX_PARAMS 16

enum vt_attr {
	VT_BOLD = 1, VT_DIM = 2, VT_ITALIC = 4, VT_UNDERLINE = 8, VT_BLINK = 16, VT_REVERSE = 32,
	VT_INVISIBLE = 64, VT_STRIKE = 128,
};

#define VT_DEFAULT_FG 7
#define VT_DEFAULT_BG 0

struct vt_cell {
	u32 ch;                 /* Unicode; 0: right half of a wide character */
	u8 fg, bg;              /* index into the 256 colours */
	u16 attr;               /* enum vt_attr */
};
static_assert(sizeof(struct vt_cell) == 8);

struct vt_cursor {
	unsigned int col, row;
	bool wrap_pending;      /* the last column was written: the next character starts a line */
	bool origin;            /* DECOM: addresses count from the scroll region */
	u8 fg, bg;
	u16 attr;
	u8 charset[2], gl;      /* 'B' or '0' each; which one is in use */
};

struct vt_screen {
	struct vt_cell *cells;          /* rows * cols, owner's memory */
	u16 line[VT_MAX_ROWS];          /* where in cells each row of the screen lies */
	struct vt_cursor saved;
};

/* A ring of lines. */
struct vt_history {
	struct vt_cell *cells;          /* nr_lines * cols, owner's memory */
	unsigned int nr_lines, used, next; /* 0 lines: nothing is kept; next: where the next one goes */
};

struct vt {
	unsigned int cols, rows;        /* [I] */
	struct vt_screen screen[2], *on; /* main and alternate; the one that is shown */
	struct vt_cursor c;
	unsigned int top, bottom;       /* scroll region, rows [top, bottom) */
	struct vt_history history;
	unsigned int scrolled_back;     /* lines that the view is above the screen */
	DECLARE_BITMAP(tabs, VT_MAX_COLS);
	DECLARE_BITMAP(dirty, VT_MAX_ROWS); /* rows changed since the renderer looked; it clears them */
	bool insert, newline, autowrap, cursor_visible, reverse_screen;
	bool app_cursor_keys, app_keypad, bracketed_paste; /* for the keyboard */
	u32 last_ch;                    /* for REP */
	unsigned int bells;

	/* the parser */
	u8 state;
	u8 prefix, intermediate;        /* '?', '>', ... and ' ', '!', ... of a CSI; 0: none */
	unsigned int nr_params;
	u32 param[VT_MAX_PARAMS];
	u32 utf8_ch;
	unsigned int utf8_left, utf8_min;

	/* Answers to questions of the program (DA, DSR): bytes as if typed. May be NULL. */
	void (*reply)(struct vt *vt, const char *text, size_t len);
};

/* @cells: 2 * cols * rows of them. 0, or -EINVAL for a size outside [2, VT_MAX_*]. */
int vt_init(struct vt *vt, unsigned int cols, unsigned int rows, struct vt_cell *cells) __must_check;
void vt_write(struct vt *vt, const char *text, size_t len);
/* Everything as after vt_init, the screen blank. */
void vt_reset(struct vt *vt);

static inline struct vt_cell *vt_row(const struct vt *vt, unsigned int row)
{
	return vt->on->cells + (size_t)vt->on->line[row] * vt->cols;
}

/* Keeps what scrolls off the main screen in @cells (as many lines as fit). After vt_init; none: nothing is kept. */
void vt_set_history(struct vt *vt, struct vt_cell *cells, size_t nr_cells);
/* Looks @lines further back, or forward when negative. True: the view moved, all rows are dirty. */
bool vt_scroll_view(struct vt *vt, int lines);
/* What a row of the view shows: of the screen, or of the history when scrolled back. */
const struct vt_cell *vt_shown_row(const struct vt *vt, unsigned int row);

/* 0xRRGGBB of a colour index: 16 ANSI colours, the 6x6x6 cube, 24 greys. */
u32 vt_palette(u8 index);
/* Columns that a character takes: 0, 1 or 2. */
unsigned int vt_char_width(u32 ch);
/* 0 or the number of the violated invariant. */
int vt_check(const struct vt *vt);

#endif
