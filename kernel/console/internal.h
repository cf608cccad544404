/* SPDX-License-Identifier: MIT */
/* Between the files of kernel/console: screen operations (vt_screen.c) for the parser (vt.c), and the fonts. */
#ifndef CONSOLE_INTERNAL_H
#define CONSOLE_INTERNAL_H

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
extern const struct font *const builtin_fonts[];
extern const unsigned int nr_builtin_fonts;

#endif
