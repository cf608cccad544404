/* SPDX-License-Identifier: MIT */
/* Between the files of kernel/console: screen operations (vt_screen.c) for the parser (vt.c), and the fonts. */
#ifndef CONSOLE_INTERNAL_H
#define CONSOLE_INTERNAL_H

#include <boot/bootinfo.h>
#include <console/vt.h>

/* Rows and columns are inside the screen, ends exclusive. */
void vt_clear_cells(struct vt *vt, unsigned int row, unsigned int col, unsigned int end_col);
void vt_clear_rows(struct vt *vt, unsigned int row, unsigned int end_row);
void vt_scroll_up(struct vt *vt, unsigned int top, unsigned int bottom, unsigned int n);
void vt_scroll_down(struct vt *vt, unsigned int top, unsigned int bottom, unsigned int n);
void vt_insert_cells(struct vt *vt, unsigned int n);
void vt_delete_cells(struct vt *vt, unsigned int n);
void vt_put_char(struct vt *vt, u32 ch);
void vt_linefeed(struct vt *vt);
void vt_reverse_linefeed(struct vt *vt);
void vt_move_to(struct vt *vt, unsigned int row, unsigned int col);
void vt_tab(struct vt *vt, unsigned int n);
void vt_back_tab(struct vt *vt, unsigned int n);
void vt_show_screen(struct vt *vt, bool alternate);
void vt_dirty_all(struct vt *vt);
/* CSI ... m */
void vt_sgr(struct vt *vt);
/* vt_history.c: the @n first rows leave the main screen upwards. */
void vt_history_push(struct vt *vt, unsigned int n);
/* vt_csi.c: CSI ... @final; modes and cursor as ESC c and DECSTR leave them. */
void vt_csi_dispatch(struct vt *vt, char final);
void vt_soft_reset(struct vt *vt);
void vt_cursor_reset(struct vt_cursor *c);
void vt_save_cursor(struct vt *vt);
void vt_restore_cursor(struct vt *vt);
void vt_reply(struct vt *vt, const char *text);

/* Made at build time by tools/psf2c.c. A glyph is height rows of bytes_per_row bytes, leftmost pixel highest bit. */
struct font {
	unsigned int width, height, bytes_per_row, nr_glyphs;
	const u8 *glyphs;
	unsigned int nr_chars;
	const u32 *chars;       /* sorted Unicode */
	const u16 *glyph_of;    /* glyph of chars[i] */
};
/* A block element or Braille pattern drawn for @f; valid until the next call. NULL: not one of them. */
const u8 *block_glyph(const struct font *f, u32 ch);

/* fb_font.c */
struct fb_layout {
	const struct font *font;
	unsigned int scale;
	unsigned int cols, rows;
};
/* The best font for @width x @height pixels as the reader sees them; boot option font=. False: too small for text. */
bool fb_choose_layout(u32 width, u32 height, struct fb_layout *l);
#define FB_MAX_GLYPH_BYTES 128
/* The bitmap of @ch, turned by @turn quarters clockwise (then its width is the font's height); valid until the next call. */
const u8 *fb_glyph(const struct font *f, u32 ch, unsigned int turn, unsigned int *bytes_per_row);

/* fb_draw.c */
#define FB_MAX_SCALE 8
#define FB_NR_TABLES 16
struct fb_target {
	u8 *base;
	u32 width, height, pitch;       /* of the panel; bytes */
	struct fb_layout l;             /* as the reader sees it */
	unsigned int turn;              /* quarters clockwise */
	unsigned int cell_width, cell_height; /* pixels on the panel; both even */
	u8 *screen;                     /* the panel's first cell */
	u32 pixel[256];                 /* the palette in the screen's format */
	u32 dim_mask;                   /* pixel bits that survive a shift by one */
	struct colour_table {
		u32 fg, bg;
		bool valid;
		u64 px[16 * 2 * FB_MAX_SCALE]; /* nibble n begins at n * 2 * scale */
	} table[FB_NR_TABLES];
};
void fb_target_init(struct fb_target *t, const struct bootinfo_fb *d, void *vaddr);
/* Clears the panel for this layout. */
void fb_target_layout(struct fb_target *t, const struct fb_layout *l, unsigned int turn);
void fb_draw_cell(struct fb_target *t, unsigned int row, unsigned int col, struct vt_cell c);

extern const struct font *const builtin_fonts[];
extern const unsigned int nr_builtin_fonts;

#endif
