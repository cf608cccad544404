/* SPDX-License-Identifier: MIT */
/*
 * The kernel log: formatted lines into a ring buffer, handed on to every registered console.
 *
 * Works from the first C instruction (the ring is static; consoles that register later get what is
 * in it). May be called from any context, never sleeps, never allocates. Lock: its own, innermost.
 * Formats: C's, without floats; also %pE (an errno as text).
 */
#ifndef LIB_PRINTK_H
#define LIB_PRINTK_H

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

enum loglevel { LOG_ERR = 3, LOG_WARN = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

int printk_level(enum loglevel level, const char *fmt, ...) __printf(2, 3);
int vprintk(enum loglevel level, const char *fmt, va_list ap);

#define pr_err(...) printk_level(LOG_ERR, __VA_ARGS__)
#define pr_warn(...) printk_level(LOG_WARN, __VA_ARGS__)
#define pr_notice(...) printk_level(LOG_NOTICE, __VA_ARGS__)
#define pr_info(...) printk_level(LOG_INFO, __VA_ARGS__)
#define pr_debug(...) printk_level(LOG_DEBUG, __VA_ARGS__)

/* A place that shows the log. write() gets whole chunks of UTF-8, '\n' ends a line. */
struct console {
	const char *name;
	void (*write)(struct console *con, const char *text, size_t len);
	enum loglevel level;      /* shows messages up to this level */
	struct list_head list;
};

void console_register(struct console *con, bool replay); /* replay: show what is in the ring first */
void console_unregister(struct console *con);

/* Copies at most @size bytes of the log from byte @pos on (dmesg); returns bytes copied, advances *pos. */
size_t printk_read(u64 *pos, char *buf, size_t size);

#endif
