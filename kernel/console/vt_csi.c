// SPDX-License-Identifier: MIT
/* What the terminal's control sequences do (CSI ...). The parser is vt.c, the grid vt_screen.c. */
#include "internal.h"
#include <lib/string.h>

void vt_soft_reset(struct vt *vt)
{
	vt->insert = vt->newline = vt->reverse_screen = false;
	vt->app_cursor_keys = vt->app_keypad = vt->bracketed_paste = false;
	vt->autowrap = vt->cursor_visible = true;
	vt->top = 0;
	vt->bottom = vt->rows;
	vt->c.origin = false;
	vt->c.fg = VT_DEFAULT_FG;
	vt->c.bg = VT_DEFAULT_BG;
	vt->c.attr = 0;
	vt->c.charset[0] = vt->c.charset[1] = 'B';
	vt->c.gl = 0;
	vt_cursor_reset(&vt->on->saved);
}

void vt_reply(struct vt *vt, const char *text)
{
	if (vt->reply)
		vt->reply(vt, text, strlen(text));
}

void vt_save_cursor(struct vt *vt)
{
	vt->on->saved = vt->c;
}

void vt_restore_cursor(struct vt *vt)
{
	vt->c = vt->on->saved;
	vt->c.row = min(vt->c.row, vt->rows - 1);
	vt->c.col = min(vt->c.col, vt->cols - 1);
}

/* Parameter @i, or @def when it is absent or 0. */
static unsigned int arg(const struct vt *vt, unsigned int i, unsigned int def)
{
	return i < vt->nr_params && vt->param[i] ? vt->param[i] : def;
}

/* 1-based addresses of the program, counted from the scroll region in origin mode. */
static void goto_row(struct vt *vt, unsigned int row, unsigned int col)
{
	row = row - 1;
	if (vt->c.origin)
		row = min(row + vt->top, vt->bottom - 1);
	vt_move_to(vt, row, col);
}

/* Up and down stop at the margin when they start inside the region. */
static void move_vertically(struct vt *vt, int by)
{
	unsigned int lo = vt->c.row >= vt->top ? vt->top : 0;
	unsigned int hi = vt->c.row < vt->bottom ? vt->bottom : vt->rows;
	int row = (int)vt->c.row + by;

	vt_move_to(vt, row < (int)lo ? lo : row >= (int)hi ? hi - 1 : (unsigned int)row, vt->c.col);
}

static void erase_display(struct vt *vt, unsigned int what)
{
	struct vt_cursor *c = &vt->c;

	c->wrap_pending = false;
	if (what == 0) {
		vt_clear_cells(vt, c->row, c->col, vt->cols);
		vt_clear_rows(vt, c->row + 1, vt->rows);
	} else if (what == 1) {
		vt_clear_rows(vt, 0, c->row);
		vt_clear_cells(vt, c->row, 0, c->col + 1);
	} else if (what == 2) {
		vt_clear_rows(vt, 0, vt->rows);
	}
}

static void erase_line(struct vt *vt, unsigned int what)
{
	struct vt_cursor *c = &vt->c;

	c->wrap_pending = false;
	if (what <= 2)
		vt_clear_cells(vt, c->row, what ? 0 : c->col, what == 1 ? c->col + 1 : vt->cols);
}

static void set_region(struct vt *vt)
{
	unsigned int top = arg(vt, 0, 1), bottom = min(arg(vt, 1, vt->rows), vt->rows);

	if (top >= bottom)
		return;
	vt->top = top - 1;
	vt->bottom = bottom;
	goto_row(vt, 1, 0);
}

static void alternate_screen(struct vt *vt, bool on, bool with_cursor)
{
	if (on == (vt->on == &vt->screen[1]))
		return;
	if (on && with_cursor)
		vt_save_cursor(vt);
	vt_show_screen(vt, on);
	if (on)
		vt_clear_rows(vt, 0, vt->rows);
	else if (with_cursor)
		vt_restore_cursor(vt);
}

static void private_mode(struct vt *vt, u32 mode, bool on)
{
	switch (mode) {
	case 1: vt->app_cursor_keys = on; break;
	case 5:
		vt->reverse_screen = on;
		vt_dirty_all(vt);
		break;
	case 6:
		vt->c.origin = on;
		goto_row(vt, 1, 0);
		break;
	case 7: vt->autowrap = on; break;
	case 25:
		vt->cursor_visible = on;
		__set_bit(vt->c.row, vt->dirty);
		break;
	case 47: case 1047: alternate_screen(vt, on, false); break;
	case 1048:
		if (on)
			vt_save_cursor(vt);
		else
			vt_restore_cursor(vt);
		break;
	case 1049: alternate_screen(vt, on, true); break;
	case 2004: vt->bracketed_paste = on; break;
	}
}

static void set_modes(struct vt *vt, bool on)
{
	for (unsigned int i = 0; i < vt->nr_params; i++) {
		if (vt->prefix == '?')
			private_mode(vt, vt->param[i], on);
		else if (vt->param[i] == 4)
			vt->insert = on;
		else if (vt->param[i] == 20)
			vt->newline = on;
	}
}

static void report_status(struct vt *vt)
{
	char text[32];

	if (arg(vt, 0, 0) == 5)
		vt_reply(vt, "\033[0n");
	if (arg(vt, 0, 0) != 6)
		return;
	snprintf(text, sizeof(text), "\033[%u;%uR", vt->c.row + 1 - (vt->c.origin ? vt->top : 0), vt->c.col + 1);
	vt_reply(vt, text);
}

static void clear_tabs(struct vt *vt)
{
	if (arg(vt, 0, 0) == 0)
		__clear_bit(vt->c.col, vt->tabs);
	else if (arg(vt, 0, 0) == 3)
		bitmap_clear(vt->tabs, 0, VT_MAX_COLS);
}

static void insert_or_delete_lines(struct vt *vt, bool insert)
{
	if (vt->c.row < vt->top || vt->c.row >= vt->bottom)
		return;
	if (insert)
		vt_scroll_down(vt, vt->c.row, vt->bottom, arg(vt, 0, 1));
	else
		vt_scroll_up(vt, vt->c.row, vt->bottom, arg(vt, 0, 1));
	vt_move_to(vt, vt->c.row, 0);
}

/* Cursor motion; false: not one of these. */
static bool csi_motion(struct vt *vt, char final)
{
	struct vt_cursor *c = &vt->c;
	unsigned int n = arg(vt, 0, 1);

	switch (final) {
	case 'A': move_vertically(vt, -(int)n); break;
	case 'B': case 'e': move_vertically(vt, (int)n); break;
	case 'C': case 'a': vt_move_to(vt, c->row, c->col + n); break;
	case 'D': vt_move_to(vt, c->row, c->col > n ? c->col - n : 0); break;
	case 'E': move_vertically(vt, (int)n); c->col = 0; break;
	case 'F': move_vertically(vt, -(int)n); c->col = 0; break;
	case 'G': case '`': vt_move_to(vt, c->row, n - 1); break;
	case 'H': case 'f': goto_row(vt, n, arg(vt, 1, 1) - 1); break;
	case 'd': goto_row(vt, n, c->col); break;
	case 'I': vt_tab(vt, n); break;
	case 'Z': vt_back_tab(vt, n); break;
	default: return false;
	}
	return true;
}

static void csi_plain(struct vt *vt, char final)
{
	struct vt_cursor *c = &vt->c;
	unsigned int n = arg(vt, 0, 1);

	if (csi_motion(vt, final))
		return;
	switch (final) {
	case '@': vt_insert_cells(vt, n); break;
	case 'J': erase_display(vt, arg(vt, 0, 0)); break;
	case 'K': erase_line(vt, arg(vt, 0, 0)); break;
	case 'L': insert_or_delete_lines(vt, true); break;
	case 'M': insert_or_delete_lines(vt, false); break;
	case 'P': vt_delete_cells(vt, n); break;
	case 'S': vt_scroll_up(vt, vt->top, vt->bottom, n); break;
	case 'T': vt_scroll_down(vt, vt->top, vt->bottom, n); break;
	case 'X': vt_clear_cells(vt, c->row, c->col, min(c->col + n, vt->cols)); break;
	case 'b':
		for (n = min(n, vt->cols * vt->rows); n; n--)
			vt_put_char(vt, vt->last_ch);
		break;
	case 'c': vt_reply(vt, "\033[?62;22c"); break;
	case 'g': clear_tabs(vt); break;
	case 'h': set_modes(vt, true); break;
	case 'l': set_modes(vt, false); break;
	case 'm': vt_sgr(vt); break;
	case 'n': report_status(vt); break;
	case 'r': set_region(vt); break;
	case 's': vt_save_cursor(vt); break;
	case 'u': vt_restore_cursor(vt); break;
	}
}

void vt_csi_dispatch(struct vt *vt, char final)
{
	if (vt->intermediate == '!' && final == 'p')
		vt_soft_reset(vt);
	else if (vt->intermediate)
		return;
	else if (!vt->prefix)
		csi_plain(vt, final);
	else if (vt->prefix == '?' && (final == 'h' || final == 'l'))
		set_modes(vt, final == 'h');
	else if (vt->prefix == '?' && (final == 'J' || final == 'K'))
		csi_plain(vt, final);
	else if (vt->prefix == '>' && final == 'c')
		vt_reply(vt, "\033[>1;10;0c");
}
