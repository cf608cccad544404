// SPDX-License-Identifier: MIT
/*
 * What a terminal does to its grid of cells. Scrolling turns line[] instead of moving cells, so a line
 * feed costs a blank line whatever the size of the screen.
 */
#include "internal.h"

/* Erased cells keep the current background (back colour erase, as xterm-256color has it). */
static struct vt_cell blank(const struct vt *vt)
{
	return (struct vt_cell){ ' ', VT_DEFAULT_FG, vt->c.bg, 0 };
}

void vt_dirty_all(struct vt *vt)
{
	bitmap_set(vt->dirty, 0, vt->rows);
}

/* A wide character that loses one half loses both. */
static void heal_wide(struct vt *vt, struct vt_cell *row, unsigned int col)
{
	if (col < vt->cols && row[col].ch == 0) {
		row[col].ch = ' ';
		if (col)
			row[col - 1].ch = ' ';
	}
}

void vt_clear_cells(struct vt *vt, unsigned int row, unsigned int col, unsigned int end_col)
{
	struct vt_cell *r = vt_row(vt, row), b = blank(vt);

	heal_wide(vt, r, col);
	heal_wide(vt, r, end_col);
	for (; col < end_col; col++)
		r[col] = b;
	__set_bit(row, vt->dirty);
}

void vt_clear_rows(struct vt *vt, unsigned int row, unsigned int end_row)
{
	for (; row < end_row; row++)
		vt_clear_cells(vt, row, 0, vt->cols);
}

/* Turns line[top..bottom) left by @n. */
static void rotate_lines(u16 *line, unsigned int top, unsigned int bottom, unsigned int n)
{
	u16 moved[VT_MAX_ROWS];
	unsigned int size = bottom - top;

	for (unsigned int i = 0; i < size; i++)
		moved[i] = line[top + (i + n) % size];
	for (unsigned int i = 0; i < size; i++)
		line[top + i] = moved[i];
}

void vt_scroll_up(struct vt *vt, unsigned int top, unsigned int bottom, unsigned int n)
{
	n = min(n, bottom - top);
	if (top == 0 && bottom == vt->rows && vt->on == &vt->screen[0])
		vt_history_push(vt, n);
	rotate_lines(vt->on->line, top, bottom, n);
	bitmap_set(vt->dirty, top, bottom - top);
	vt_clear_rows(vt, bottom - n, bottom);
}

void vt_scroll_down(struct vt *vt, unsigned int top, unsigned int bottom, unsigned int n)
{
	n = min(n, bottom - top);
	rotate_lines(vt->on->line, top, bottom, bottom - top - n);
	bitmap_set(vt->dirty, top, bottom - top);
	vt_clear_rows(vt, top, top + n);
}

void vt_insert_cells(struct vt *vt, unsigned int n)
{
	struct vt_cell *r = vt_row(vt, vt->c.row);
	unsigned int at = vt->c.col;

	n = min(n, vt->cols - at);
	heal_wide(vt, r, at);
	heal_wide(vt, r, vt->cols - n);
	for (unsigned int i = vt->cols; i-- > at + n;)
		r[i] = r[i - n];
	vt_clear_cells(vt, vt->c.row, at, at + n);
}

void vt_delete_cells(struct vt *vt, unsigned int n)
{
	struct vt_cell *r = vt_row(vt, vt->c.row);
	unsigned int at = vt->c.col;

	n = min(n, vt->cols - at);
	heal_wide(vt, r, at);
	heal_wide(vt, r, at + n);
	for (unsigned int i = at; i + n < vt->cols; i++)
		r[i] = r[i + n];
	vt_clear_cells(vt, vt->c.row, vt->cols - n, vt->cols);
}

void vt_move_to(struct vt *vt, unsigned int row, unsigned int col)
{
	vt->c.row = min(row, vt->rows - 1);
	vt->c.col = min(col, vt->cols - 1);
	vt->c.wrap_pending = false;
}

void vt_linefeed(struct vt *vt)
{
	vt->c.wrap_pending = false;
	if (vt->c.row + 1 == vt->bottom)
		vt_scroll_up(vt, vt->top, vt->bottom, 1);
	else if (vt->c.row + 1 < vt->rows)
		vt->c.row++;
}

void vt_reverse_linefeed(struct vt *vt)
{
	vt->c.wrap_pending = false;
	if (vt->c.row == vt->top)
		vt_scroll_down(vt, vt->top, vt->bottom, 1);
	else if (vt->c.row)
		vt->c.row--;
}

void vt_tab(struct vt *vt, unsigned int n)
{
	n = min(n, vt->cols);
	while (n-- && vt->c.col < vt->cols - 1)
		vt->c.col = (unsigned int)find_next_bit(vt->tabs, vt->cols - 1, vt->c.col + 1);
	vt->c.wrap_pending = false;
}

void vt_back_tab(struct vt *vt, unsigned int n)
{
	n = min(n, vt->cols);
	while (n-- && vt->c.col)
		while (--vt->c.col && !test_bit(vt->c.col, vt->tabs))
			;
	vt->c.wrap_pending = false;
}

void vt_put_char(struct vt *vt, u32 ch)
{
	unsigned int width = ch < 0x300 ? 1 : vt_char_width(ch);
	struct vt_cursor *c = &vt->c;
	struct vt_cell *cell;

	if (!width)
		return;
	if (vt->autowrap && (c->wrap_pending || c->col + width > vt->cols)) {
		c->col = 0;
		vt_linefeed(vt);
	}
	if (c->col + width > vt->cols)
		c->col = vt->cols - width;
	if (vt->insert)
		vt_insert_cells(vt, width);
	cell = vt_row(vt, c->row);
	heal_wide(vt, cell, c->col);
	heal_wide(vt, cell, c->col + width);
	cell += c->col;
	*cell = (struct vt_cell){ ch, c->fg, c->bg, c->attr };
	if (width == 2)
		cell[1] = (struct vt_cell){ 0, c->fg, c->bg, c->attr };
	__set_bit(c->row, vt->dirty);
	vt->last_ch = ch;
	c->col += width;
	if (c->col >= vt->cols) {
		c->col = vt->cols - 1;
		c->wrap_pending = true;
	}
}

void vt_show_screen(struct vt *vt, bool alternate)
{
	vt->on = &vt->screen[alternate];
	vt->scrolled_back = 0;
	vt_dirty_all(vt);
}

struct char_range {
	u32 first, last;
};

static bool in_ranges(u32 ch, const struct char_range *r, size_t n)
{
	for (; n; n--, r++)
		if (ch >= r->first && ch <= r->last)
			return true;
	return false;
}

/* Unicode 15: the blocks of combining marks and of East Asian wide characters, coarsely. */
unsigned int vt_char_width(u32 ch)
{
	static const struct char_range zero[] = {
		{ 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x1ab0, 0x1aff },
		{ 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 }, { 0x20d0, 0x20ff },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
	};
	static const struct char_range wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff },
		{ 0xa000, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	if (ch < 0x300)
		return 1;
	if (in_ranges(ch, zero, ARRAY_SIZE(zero)))
		return 0;
	return in_ranges(ch, wide, ARRAY_SIZE(wide)) ? 2 : 1;
}
