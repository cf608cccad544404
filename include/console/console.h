/* SPDX-License-Identifier: MIT */
/*
 * The two consoles. fbcon draws text with the built-in Terminus font, scaled by whole numbers, into a
 * shadow buffer in RAM and copies changed cells to the screen (video memory is never read).
 * Escape sequences: what console/vt.h names. serial is 16550 polled output, 115200 8N1.
 * Both work before memory management does; neither allocates.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <boot/bootinfo.h>
#include <lib/printk.h>
#include <lib/types.h>

/* Probes the 16550 at COM1..COM4 (@index 0..3) and sets it to 115200 8N1; NULL when there is none. Again: the same. */
struct serial_port;
struct serial_port *serial_probe(unsigned int index);
void serial_write(struct serial_port *port, const char *text, size_t len);      /* raw, bounded wait a byte */
int serial_getc(struct serial_port *port);              /* next byte or -1 */
void serial_enable_rx_irq(struct serial_port *port);
/* Somebody is at the other end: a modem line is up. A bare port costs 87 us a byte for nobody. */
bool serial_connected(const struct serial_port *port);
unsigned int serial_irq(const struct serial_port *port); /* ISA line: 4 or 3 */
/* To be given to console_register: the log with "\r\n" on @port. */
struct console *serial_console(struct serial_port *port);

#define FBCON_MAX_CELLS 65536

/* Bytes that fbcon_init wants for @fb; 0: it can't be drawn on. */
size_t fbcon_memory(const struct bootinfo_fb *fb);
/* @fb's memory is mapped at @vaddr, @memory is fbcon_memory() bytes, for good; boot options font=HEIGHT (a cell of that
 * many pixels) and rotate=90, 180, 270. 0; -ENODEV: there is none; -EINVAL (the log says why): can't be drawn on. */
int fbcon_init(const struct bootinfo_fb *fb, void *vaddr, void *memory) __must_check;
/* The text turns by a quarter, clockwise; what was on the screen is lost. Any context. */
void fbcon_rotate(void);
/* Called by fbcon_rotate with the new size, in its context. */
void fbcon_set_resized(void (*resized)(unsigned int cols, unsigned int rows));
/* Looks back by half screens, forward when negative. Any context. */
void fbcon_scroll(int pages);
/* To be given to console_register after fbcon_init. */
extern struct console fbcon_console;
bool fbcon_present(void);
void fbcon_size(unsigned int *columns, unsigned int *rows);     /* 0, 0 without a screen */
/* Bytes for the terminal (vt.h). Any context; draws at most 25 times a second once there is a clock. */
void fbcon_write(const char *text, size_t len);
void fbcon_clear(void);
/* Draws what is still undrawn: now / when it is time (from the timer interrupt, every tick). */
void fbcon_flush(void);
void fbcon_tick(void);
/* Nanoseconds, monotonic. */
void fbcon_set_clock(u64 (*clock_ns)(void));
/* Where the terminal's answers go (as if typed; called at the end of fbcon_write, no lock of ours held), and what arrow keys must send. */
struct vt;
void fbcon_set_reply(void (*reply)(struct vt *vt, const char *text, size_t len));
bool fbcon_app_cursor_keys(void);

#endif
