/* SPDX-License-Identifier: MIT */
/*
 * The terminals of the machine: ttyS0..3 (16550 ports that answer), tty1 (screen and keyboard). /dev/console is
 * tty1 joined with the first serial port, so that a person at either one is heard and sees everything; the boot
 * option console=ttyS0 (or ttyS1 ...) makes it that port alone, console=tty1 the screen alone.
 */
#include "internal.h"
#include <console/console.h>
#include <lib/cmdline.h>
#include <x86/traps.h>

#define NR_SERIAL 4

static struct serial_tty { struct tty_struct tty; struct serial_port *port; char name[8]; } serial_ttys[NR_SERIAL];
static struct tty_struct screen_tty;
static bool console_on_screen, console_on_serial;       /* where tty1 writes */

static void serial_tty_write(struct tty_struct *tty, const char *text, size_t len)
{
	serial_write(tty->driver, text, len);
}

/* Bytes of COM1 belong to ttyS0 when somebody opened it, else to the console that shows itself there. */
static struct tty_struct *serial_reader(struct serial_tty *s)
{
	if (s == &serial_ttys[0] && console_on_serial && !s->tty.opens)
		return &screen_tty;
	return &s->tty;
}

static void serial_interrupt(unsigned int irq, void *arg)
{
	for (int i = 0; i < NR_SERIAL; i++) {
		struct serial_tty *s = &serial_ttys[i];
		u8 buf[32];
		size_t n = 0;
		int c;

		if (!s->port || serial_irq(s->port) != irq)
			continue;
		while (n < sizeof(buf) && (c = serial_getc(s->port)) >= 0) {
			buf[n++] = c;
			if (n == sizeof(buf)) {
				tty_receive(serial_reader(s), buf, n);
				n = 0;
			}
		}
		if (n)
			tty_receive(serial_reader(s), buf, n);
	}
}

static void serial_ttys_init(void)
{
	bool requested[16] = { false };

	for (int i = 0; i < NR_SERIAL; i++) {
		struct serial_tty *s = &serial_ttys[i];
		unsigned int irq;

		s->port = serial_probe(i);
		if (!s->port)
			continue;
		scnprintf(s->name, sizeof(s->name), "ttyS%d", i);
		s->tty.write = serial_tty_write;
		s->tty.driver = s->port;
		tty_setup(&s->tty, s->name, MKDEV(4, 64 + i));
		tty_register(&s->tty);
		devtmpfs_node(s->name, 0660, MKDEV(4, 64 + i));
		irq = serial_irq(s->port);
		if (irq < 16 && !requested[irq]) {
			int err = request_irq(irq, serial_interrupt, NULL);

			if (err)
				pr_warn("%s: no interrupt %u (%s): input will not be seen\n", s->name, irq, errno_name(-err));
			requested[irq] = true;
		}
		serial_enable_rx_irq(s->port);
	}
}

/* --- screen ---------------------------------------------------------------------------------- */

/* The mirrored port must not answer "where is the cursor?" as well: the screen's terminal has answered. */
static void mirror(const char *text, size_t len)
{
	static const char query[] = "\033[6n";

	for (size_t i = 0; i + 4 <= len; i++)
		if (!memcmp(text + i, query, 4)) {
			serial_write(serial_ttys[0].port, text, i);
			text += i + 4;
			len -= i + 4;
			i = -1UL;
		}
	serial_write(serial_ttys[0].port, text, len);
}

static void screen_write(struct tty_struct *tty, const char *text, size_t len)
{
	if (console_on_screen)
		fbcon_write(text, len);
	if (console_on_serial && console_on_screen)
		mirror(text, len);
	else if (console_on_serial)
		serial_write(serial_ttys[0].port, text, len);
}

/* Answers of the terminal emulator ("where is the cursor?") are input. */
static void screen_reply(struct vt *vt, const char *text, size_t len)
{
	tty_receive(&screen_tty, (const u8 *)text, len);
}

static void screen_resized(unsigned int cols, unsigned int rows)
{
	tty_resize(&screen_tty, cols, rows);
}

static void screen_init(void)
{
	unsigned int cols = 0, rows = 0;

	screen_tty.write = screen_write;
	tty_setup(&screen_tty, "tty1", MKDEV(4, 1));
	tty_register(&screen_tty);
	fbcon_size(&cols, &rows);
	if (cols && rows)
		screen_tty.winsize = (struct winsize_abi){ rows, cols, 0, 0 };
	console_on_screen = fbcon_present();
	fbcon_set_reply(screen_reply);
	fbcon_set_resized(screen_resized);
	devtmpfs_node("tty1", 0620, MKDEV(4, 1));
	devtmpfs_node("tty0", 0620, MKDEV(4, 0));
}

static struct tty_struct *choose_console(const char *name)
{
	if (name && !strncmp(name, "ttyS", 4) && name[4] >= '0' && name[4] < '0' + NR_SERIAL) {
		struct serial_tty *s = &serial_ttys[name[4] - '0'];

		if (s->port)
			return &s->tty;
		pr_warn("console=%s: no such serial port\n", name);
	}
	if (!name || strncmp(name, "tty", 3) || name[3] == 'S' || !console_on_screen)
		console_on_serial = serial_ttys[0].port && (!console_on_screen || serial_connected(serial_ttys[0].port));
	return &screen_tty;
}

void tty_init(const char *console)
{
	static struct chrdev tty_dev = { .major = 4, .minor = 0, .nr = 256, .fop = &tty_fops };
	static struct chrdev tty_aux = { .major = 5, .minor = 0, .nr = 2, .fop = &tty_fops };
	static char option[32];

	if (!console && cmdline_get("console", option, sizeof(option)) > 0)
		console = option;
	chrdev_register(&tty_dev);
	chrdev_register(&tty_aux);
	serial_ttys_init();
	screen_init();
	tty_keyboard = &screen_tty;
	tty_console = choose_console(console);
	devtmpfs_node("console", 0600, MKDEV(5, 1));
	devtmpfs_node("tty", 0666, MKDEV(5, 0));
	pty_init();
	tty_start_thread();
}
