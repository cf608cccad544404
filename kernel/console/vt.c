// SPDX-License-Identifier: MIT
/*
 * The parser of the terminal emulator: bytes to characters, controls and sequences. After the state
 * machine that DEC's VT500 follows; what is not known is swallowed whole, never shown as garbage.
 */
#include "internal.h"
#include <lib/string.h>
#include <uapi/errno.h>

enum state { GROUND, ESCAPE, ESCAPE_SKIP, CHARSET0, CHARSET1, HASH, CSI, CSI_IGNORE, STRING, STRING_ESC };

#define PARAM_MAX 9999

void vt_cursor_reset(struct vt_cursor *c)
{
	*c = (struct vt_cursor){ .fg = VT_DEFAULT_FG, .bg = VT_DEFAULT_BG, .charset = { 'B', 'B' } };
}

static void default_tabs(struct vt *vt)
{
	bitmap_clear(vt->tabs, 0, VT_MAX_COLS);
	for (unsigned int i = 8; i < VT_MAX_COLS; i += 8)
		__set_bit(i, vt->tabs);
}

void vt_reset(struct vt *vt)
{
	vt_cursor_reset(&vt->c);
	for (int s = 1; s >= 0; s--) {
		for (unsigned int i = 0; i < vt->rows; i++)
			vt->screen[s].line[i] = (u16)i;
		vt->on = &vt->screen[s];
		vt_soft_reset(vt);
		vt_clear_rows(vt, 0, vt->rows);
	}
	default_tabs(vt);
	vt->state = GROUND;
	vt->utf8_left = 0;
	vt->last_ch = ' ';
	vt_dirty_all(vt);
}

int vt_init(struct vt *vt, unsigned int cols, unsigned int rows, struct vt_cell *cells)
{
	if (cols < 2 || rows < 2 || cols > VT_MAX_COLS || rows > VT_MAX_ROWS)
		return -EINVAL;
	memset(vt, 0, sizeof(*vt));
	vt->cols = cols;
	vt->rows = rows;
	for (size_t i = 0; i < 2 * (size_t)cols * rows; i++)
		cells[i].ch = ' ';
	vt->screen[0].cells = cells;
	vt->screen[1].cells = cells + (size_t)cols * rows;
	vt_reset(vt);
	return 0;
}

static void csi_byte(struct vt *vt, u8 b)
{
	u32 *p = &vt->param[vt->nr_params ? vt->nr_params - 1 : 0];

	if (b >= '0' && b <= '9') {
		if (!vt->nr_params)
			vt->nr_params = 1;
		*p = min(*p * 10 + (b - '0'), (u32)PARAM_MAX);
	} else if (b == ';' || b == ':') {
		if (!vt->nr_params)
			vt->nr_params = 1;
		if (vt->nr_params == VT_MAX_PARAMS)
			vt->state = CSI_IGNORE;
		else
			vt->param[vt->nr_params++] = 0;
	} else if (b >= '<' && b <= '?') {
		vt->prefix = b;
	} else if (b >= ' ' && b <= '/') {
		vt->intermediate = b;
	} else if (b >= '@' && b <= '~') {
		vt->state = GROUND;
		vt_csi_dispatch(vt, (char)b);
	}
}

static void alignment_test(struct vt *vt)
{
	for (unsigned int row = 0; row < vt->rows; row++)
		for (unsigned int col = 0; col < vt->cols; col++)
			vt_row(vt, row)[col] = (struct vt_cell){ 'E', VT_DEFAULT_FG, VT_DEFAULT_BG, 0 };
	vt_dirty_all(vt);
}

static void escape_byte(struct vt *vt, u8 b)
{
	vt->state = GROUND;
	switch (b) {
	case '[':
		vt->state = CSI;
		vt->nr_params = 0;
		vt->param[0] = 0;
		vt->prefix = vt->intermediate = 0;
		break;
	case ']': case 'P': case 'X': case '^': case '_': vt->state = STRING; break;
	case '(': vt->state = CHARSET0; break;
	case ')': vt->state = CHARSET1; break;
	case '#': vt->state = HASH; break;
	case '7': vt_save_cursor(vt); break;
	case '8': vt_restore_cursor(vt); break;
	case 'D': vt_linefeed(vt); break;
	case 'E':
		vt->c.col = 0;
		vt_linefeed(vt);
		break;
	case 'H': __set_bit(vt->c.col, vt->tabs); break;
	case 'M': vt_reverse_linefeed(vt); break;
	case 'Z': vt_reply(vt, "\033[?62;22c"); break;
	case 'c': vt_reset(vt); break;
	case '=': vt->app_keypad = true; break;
	case '>': vt->app_keypad = false; break;
	default:
		if (b >= ' ' && b <= '/')
			vt->state = ESCAPE_SKIP;
	}
}

static void control(struct vt *vt, u8 b)
{
	switch (b) {
	case '\a': vt->bells++; break;
	case '\b':
		if (vt->c.col)
			vt->c.col--;
		vt->c.wrap_pending = false;
		break;
	case '\t': vt_tab(vt, 1); break;
	case '\n': case '\v': case '\f':
		if (vt->newline)
			vt->c.col = 0;
		vt_linefeed(vt);
		break;
	case '\r':
		vt->c.col = 0;
		vt->c.wrap_pending = false;
		break;
	case 0x0e: vt->c.gl = 1; break;
	case 0x0f: vt->c.gl = 0; break;
	case 0x18: case 0x1a: vt->state = GROUND; break;
	case 0x1b: vt->state = ESCAPE; break;
	}
}

/* DEC special graphics: what ` to ~ show. */
static u32 line_drawing(u32 ch)
{
	static const u16 graphics[] = {
		0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b, 0x2518, 0x2510, 0x250c, 0x2514, 0x253c,
		0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
	};

	return ch >= '`' && ch <= '~' ? graphics[ch - '`'] : ch;
}

static void ascii(struct vt *vt, u8 b)
{
	if (b < ' ')
		control(vt, b);
	else if (b != 0x7f)
		vt_put_char(vt, vt->c.charset[vt->c.gl] == '0' ? line_drawing(b) : b);
}

static void ground_byte(struct vt *vt, u8 b)
{
	if (vt->utf8_left) {
		if ((b & 0xc0) == 0x80) {
			vt->utf8_ch = vt->utf8_ch << 6 | (b & 0x3f);
			if (--vt->utf8_left == 0) {
				bool bad = vt->utf8_ch < vt->utf8_min || vt->utf8_ch > 0x10ffff ||
					   (vt->utf8_ch >= 0xd800 && vt->utf8_ch < 0xe000) ||
					   (vt->utf8_ch >= 0x80 && vt->utf8_ch < 0xa0);

				vt_put_char(vt, bad ? 0xfffd : vt->utf8_ch);
			}
			return;
		}
		vt->utf8_left = 0;
		vt_put_char(vt, 0xfffd);
	}
	if (b < 0x80) {
		ascii(vt, b);
	} else if (b >= 0xc2 && b < 0xf5) {
		vt->utf8_left = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
		vt->utf8_min = b < 0xe0 ? 0x80 : b < 0xf0 ? 0x800 : 0x10000;
		vt->utf8_ch = b & (0x3f >> vt->utf8_left);
	} else {
		vt_put_char(vt, 0xfffd);
	}
}

/* Inside a sequence, controls act as if they came before it, and CAN, SUB, ESC end it. */
static void sequence_byte(struct vt *vt, u8 b)
{
	if (vt->state == STRING || vt->state == STRING_ESC) {
		if (b == 0x07 || b == 0x18 || b == 0x1a || (vt->state == STRING_ESC && b == '\\'))
			vt->state = GROUND;
		else
			vt->state = b == 0x1b ? STRING_ESC : STRING;
		return;
	}
	if (b < ' ') {
		control(vt, b);
		return;
	}
	switch (vt->state) {
	case ESCAPE: escape_byte(vt, b); break;
	case ESCAPE_SKIP:
		if (b >= '0')
			vt->state = GROUND;
		break;
	case CHARSET0: case CHARSET1:
		vt->c.charset[vt->state == CHARSET1] = b == '0' ? '0' : 'B';
		vt->state = GROUND;
		break;
	case HASH:
		vt->state = GROUND;
		if (b == '8')
			alignment_test(vt);
		break;
	case CSI: csi_byte(vt, b); break;
	case CSI_IGNORE:
		if (b >= '@' && b <= '~')
			vt->state = GROUND;
		break;
	}
}

void vt_write(struct vt *vt, const char *text, size_t len)
{
	__set_bit(vt->c.row, vt->dirty); /* the cursor leaves ... */
	for (; len; len--, text++) {
		if (vt->state == GROUND)
			ground_byte(vt, (u8)*text);
		else
			sequence_byte(vt, (u8)*text);
	}
	__set_bit(vt->c.row, vt->dirty); /* ... and arrives */
}

int vt_check(const struct vt *vt)
{
	DECLARE_BITMAP(seen, VT_MAX_ROWS) = { 0 };

	if (vt->c.row >= vt->rows || vt->c.col >= vt->cols)
		return 1;
	if (vt->top + 1 >= vt->bottom || vt->bottom > vt->rows)
		return 2;
	for (int s = 0; s < 2; s++) {
		bitmap_clear(seen, 0, VT_MAX_ROWS);
		for (unsigned int i = 0; i < vt->rows; i++) {
			if (vt->screen[s].line[i] >= vt->rows || test_bit(vt->screen[s].line[i], seen))
				return 3;
			__set_bit(vt->screen[s].line[i], seen);
		}
		for (size_t i = 0; i < (size_t)vt->rows * vt->cols; i++)
			if (vt->screen[s].cells[i].ch && vt->screen[s].cells[i].ch < ' ')
				return 4;
	}
	return 0;
}
