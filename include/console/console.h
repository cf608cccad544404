/* SPDX-License-Identifier: MIT */
/*
 * The two consoles. fbcon draws text with the built-in Terminus font, scaled by whole numbers, into a
 * shadow buffer in RAM and copies changed cells to the screen (video memory is never read).
 * Escape sequences: the ANSI subset that console/vt.h names. serial is 16550 polled output, 115200 8N1.
 * Both work before memory management does; neither allocates before its *_late() call.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <boot/bootinfo.h>
#include <lib/printk.h>
#include <lib/types.h>

/* Probes the 16550 at I/O @port; NULL when there is none (scratch register test). */
struct serial_port;
struct serial_port *serial_probe(unsigned int index); /* 0..3: COM1..COM4 */
void serial_write(struct serial_port *port, const char *text, size_t len);      /* raw, bounded wait a byte */
int serial_getc(struct serial_port *port);              /* next byte or -1 */
void serial_enable_rx_irq(struct serial_port *port);

/* @fb's memory is mapped at @vaddr. 0, or -EINVAL (says why in the log) when it can't be drawn on. */
int fbcon_init(const struct bootinfo_fb *fb, void *vaddr);
bool fbcon_present(void);
void fbcon_size(unsigned int *columns, unsigned int *rows);
void fbcon_write(const char *text, size_t len);
void fbcon_clear(void);

#endif
