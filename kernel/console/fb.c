// SPDX-License-Identifier: MIT
/*
 * The terminal on the framebuffer. drawn[] is what the screen shows, cell by cell, so that a flush touches only what
 * changed and video memory is never read (reads from it are very slow). fb_draw.c makes the pixels.
 *
 * Writing is cheap and drawing is not: with a clock, the screen follows the text at most FLUSH_HZ times
 * a second (fbcon_tick draws the rest); without one, and after a panic, every write draws.
 */
#include "internal.h"
#include <console/console.h>
#include <lib/bug.h>
#include <lib/cmdline.h>
#include <lib/spinlock.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define FLUSH_HZ 25
#define HISTORY_CELLS 65536

static struct {
	struct fb_target target;
	struct vt vt;
	struct vt_cell *cells;          /* the owner's memory: two screens, what is drawn, history */
	size_t nr_cells;                /* of one screen, at most, whichever way it is turned */
	struct vt_cell *drawn;
	u64 (*clock)(void);
	u64 last_flush;
	bool stale;                     /* the screen is behind the cells */
	bool present;
	void (*reply)(struct vt *vt, const char *text, size_t len);
	void (*resized)(unsigned int cols, unsigned int rows);
	char answer[64];                /* what the terminal replied while the lock was held */
	size_t nr_answer;
} fb;

static spinlock_t fb_lock = SPIN_LOCK_INIT(LOCK_CONSOLE);

static int check_fb(const struct bootinfo_fb *d)
{
	if (!d->base || d->format == BOOTINFO_FB_NONE || d->format > BOOTINFO_FB_MASK)
		return -ENODEV;
	if (!d->width || !d->height || d->width > 32768 || d->height > 32768 || d->pitch < (u64)d->width * 4 ||
	    d->pitch % 4 || (u64)d->pitch * d->height > d->size) {
		pr_warn("framebuffer: %ux%u, pitch %u, %llu bytes make no sense: not used\n", d->width, d->height,
			d->pitch, (unsigned long long)d->size);
		return -EINVAL;
	}
	if (d->format == BOOTINFO_FB_MASK && (!d->red_mask || !d->green_mask || !d->blue_mask)) {
		pr_warn("framebuffer: colour masks %08x %08x %08x make no sense: not used\n", d->red_mask,
			d->green_mask, d->blue_mask);
		return -EINVAL;
	}
	return 0;
}

static bool layout_of(const struct bootinfo_fb *d, unsigned int turn, struct fb_layout *l)
{
	return fb_choose_layout(turn & 1 ? d->height : d->width, turn & 1 ? d->width : d->height, l);
}

/* Cells of one screen, the larger of upright and turned. */
static size_t cells_wanted(const struct bootinfo_fb *d)
{
	size_t most = 0;

	for (unsigned int turn = 0; turn < 2; turn++) {
		struct fb_layout l;

		if (layout_of(d, turn, &l))
			most = max(most, (size_t)l.cols * l.rows);
	}
	return most;
}

size_t fbcon_memory(const struct bootinfo_fb *d)
{
	return check_fb(d) ? 0 : (3 * cells_wanted(d) + HISTORY_CELLS) * sizeof(struct vt_cell);
}

/* The cell as the screen should show it: cursor and reverse video are both a swap. */
static struct vt_cell shown_cell(const struct vt_cell *row, unsigned int col, bool cursor)
{
	struct vt_cell c = row[col];

	if (cursor)
		c.attr ^= VT_REVERSE;
	if (fb.vt.reverse_screen)
		c.attr ^= VT_REVERSE;
	return c;
}

static bool same_cell(struct vt_cell a, struct vt_cell b)
{
	return a.ch == b.ch && a.fg == b.fg && a.bg == b.bg && a.attr == b.attr;
}

static void flush_row(unsigned int row)
{
	const struct vt_cell *cells_of_row = vt_shown_row(&fb.vt, row);
	struct vt_cell *was = &fb.drawn[row * fb.vt.cols];
	bool cursor_row = fb.vt.cursor_visible && fb.vt.c.row + fb.vt.scrolled_back == row;

	for (unsigned int col = 0; col < fb.vt.cols; col++) {
		struct vt_cell c = shown_cell(cells_of_row, col, cursor_row && fb.vt.c.col == col);

		if (same_cell(c, was[col]))
			continue;
		was[col] = c;
		fb_draw_cell(&fb.target, row, col, c);
	}
}

static void flush(void)
{
	size_t row = 0;

	while ((row = find_next_bit(fb.vt.dirty, fb.vt.rows, row)) < fb.vt.rows) {
		__clear_bit(row, fb.vt.dirty);
		flush_row((unsigned int)row);
	}
	fb.stale = false;
	if (fb.clock)
		fb.last_flush = fb.clock();
}

/* The terminal answers inside vt_write, where fb_lock forbids the tty's: kept until it is dropped. */
static void collect_answer(struct vt *vt, const char *text, size_t len)
{
	if (len > sizeof(fb.answer) - fb.nr_answer)
		return;
	memcpy(fb.answer + fb.nr_answer, text, len);
	fb.nr_answer += len;
}

/* Everything blank, drawn for a screen turned by @turn quarters. */
static int start(const struct fb_layout *l, unsigned int turn)
{
	int err = vt_init(&fb.vt, l->cols, l->rows, fb.cells);

	if (err)
		return err;
	fb.vt.reply = collect_answer;
	vt_set_history(&fb.vt, fb.cells + 3 * fb.nr_cells, HISTORY_CELLS);
	fb_target_layout(&fb.target, l, turn);
	for (unsigned int i = 0; i < l->cols * l->rows; i++)
		fb.drawn[i] = (struct vt_cell){ ' ', VT_DEFAULT_FG, VT_DEFAULT_BG, 0 };
	return 0;
}

/* Boot option rotate=90: the text is turned so far clockwise on the panel. */
static unsigned int turn_by_option(void)
{
	u64 degrees = cmdline_get_size("rotate", 0);

	if (degrees % 90 || degrees > 270)
		pr_warn("rotate=%lu: 0, 90, 180 or 270\n", (unsigned long)degrees);
	return degrees % 90 || degrees > 270 ? 0 : (unsigned int)degrees / 90;
}

int fbcon_init(const struct bootinfo_fb *d, void *vaddr, void *memory)
{
	unsigned int turn = turn_by_option();
	struct fb_layout l;
	int err = check_fb(d);

	if (err)
		return err;
	if (!layout_of(d, turn, &l)) {
		pr_warn("framebuffer: %ux%u is too small for text\n", d->width, d->height);
		return -EINVAL;
	}
	fb.nr_cells = cells_wanted(d);
	fb.cells = memory;
	fb.drawn = fb.cells + 2 * fb.nr_cells;
	fb_target_init(&fb.target, d, vaddr);
	err = start(&l, turn);
	fb.present = !err;
	return err;
}

void fbcon_rotate(void)
{
	unsigned int turn = (fb.target.turn + 1) % 4;
	struct fb_layout l;
	unsigned long flags;
	bool odd = turn & 1;

	if (!fb.present || !fb_choose_layout(odd ? fb.target.height : fb.target.width, odd ? fb.target.width : fb.target.height, &l))
		return;
	flags = spin_lock_irqsave(&fb_lock);
	if (start(&l, turn))
		fb.present = false;     /* can't be: it fitted at boot */
	fb.stale = true;
	spin_unlock_irqrestore(&fb_lock, flags);
	if (fb.resized)
		fb.resized(l.cols, l.rows);
}

void fbcon_scroll(int pages)
{
	unsigned long flags;

	if (!fb.present)
		return;
	flags = spin_lock_irqsave(&fb_lock);
	fb.stale |= vt_scroll_view(&fb.vt, pages * (int)(fb.vt.rows / 2));
	spin_unlock_irqrestore(&fb_lock, flags);
}

void fbcon_set_resized(void (*resized)(unsigned int cols, unsigned int rows))
{
	fb.resized = resized;
}

bool fbcon_present(void)
{
	return fb.present;
}

void fbcon_size(unsigned int *columns, unsigned int *rows)
{
	*columns = fb.present ? fb.vt.cols : 0;
	*rows = fb.present ? fb.vt.rows : 0;
}

void fbcon_set_clock(u64 (*clock_ns)(void))
{
	fb.clock = clock_ns;
}

static bool flush_is_due(void)
{
	return !fb.clock || panic_in_progress || fb.clock() - fb.last_flush >= 1000000000UL / FLUSH_HZ;
}

void fbcon_write(const char *text, size_t len)
{
	char answer[sizeof(fb.answer)];
	unsigned long flags;
	size_t n;

	if (!fb.present)
		return;
	flags = spin_lock_irqsave(&fb_lock);
	vt_write(&fb.vt, text, len);
	if (fb.vt.scrolled_back)
		vt_dirty_all(&fb.vt);
	n = fb.nr_answer;
	memcpy(answer, fb.answer, n);
	fb.nr_answer = 0;
	fb.stale = true;
	if (flush_is_due())
		flush();
	spin_unlock_irqrestore(&fb_lock, flags);
	if (n && fb.reply)
		fb.reply(&fb.vt, answer, n);
}

void fbcon_flush(void)
{
	unsigned long flags;

	if (!fb.present || !fb.stale)
		return;
	flags = spin_lock_irqsave(&fb_lock);
	flush();
	spin_unlock_irqrestore(&fb_lock, flags);
}

/* From the timer interrupt: it may have come while somebody writes, then the next tick draws. */
void fbcon_tick(void)
{
	if (!fb.present || !fb.stale || spin_is_locked(&fb_lock) || !flush_is_due())
		return;
	fbcon_flush();
}

void fbcon_clear(void)
{
	fbcon_write("\033c", 2);
}

void fbcon_set_reply(void (*reply)(struct vt *vt, const char *text, size_t len))
{
	fb.reply = reply;
}

bool fbcon_app_cursor_keys(void)
{
	return fb.vt.app_cursor_keys;
}

static void console_write(struct console *con, const char *text, size_t len)
{
	const char *nl;

	for (; (nl = memchr(text, '\n', len)); len -= (size_t)(nl + 1 - text), text = nl + 1) {
		fbcon_write(text, (size_t)(nl - text));
		fbcon_write("\r\n", 2);
	}
	if (len)
		fbcon_write(text, len);
}

struct console fbcon_console = {
	.name = "screen",
	.write = console_write,
	.level = LOG_INFO,
	.colour = true,
};
