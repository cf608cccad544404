/* SPDX-License-Identifier: MIT */
/*
 * The kernel log: formatted lines into a ring buffer, handed on to every registered console.
 *
 * Works from the first C instruction (the ring is static; consoles that register later get what is
 * in it). May be called from any context, never sleeps, never allocates. Locks: the ring's own,
 * innermost; consoles are written outside of it, so an interrupt that logs while a console is being
 * written leaves its line to the interrupted writer.
 *
 * Each call begins a line (pr_cont goes on with the last one); a missing '\n' at the end is forgiven.
 * In the ring a line is "<6>[    1.234567] text\n", the text of syslog(2): level, seconds since boot.
 * Control characters come out as '?', so that nobody's name can move the cursor of a console.
 * Formats: C's, without floats; also %pE (an errno as text).
 */
#ifndef LIB_PRINTK_H
#define LIB_PRINTK_H

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

enum loglevel { LOG_EMERG = 0, LOG_ERR = 3, LOG_WARN = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7, LOG_CONT = 0x80 };

int printk_level(enum loglevel level, const char *fmt, ...) __printf(2, 3);
int vprintk(enum loglevel level, const char *fmt, va_list ap);

#define pr_emerg(...) printk_level(LOG_EMERG, __VA_ARGS__)
#define pr_err(...) printk_level(LOG_ERR, __VA_ARGS__)
#define pr_warn(...) printk_level(LOG_WARN, __VA_ARGS__)
#define pr_notice(...) printk_level(LOG_NOTICE, __VA_ARGS__)
#define pr_info(...) printk_level(LOG_INFO, __VA_ARGS__)
#define pr_debug(...) printk_level(LOG_DEBUG, __VA_ARGS__)
#define pr_cont(...) printk_level(LOG_CONT, __VA_ARGS__) /* goes on with the unfinished line */

/* A place that shows the log. write() gets whole lines of UTF-8, '\n' ends each. */
struct console {
	const char *name;
	void (*write)(struct console *con, const char *text, size_t len);
	enum loglevel level;      /* shows messages up to this level */
	bool colour;              /* understands ANSI colours */
	u64 pos;                  /* printk's own: what it has seen of the ring */
	struct list_head list;    /* printk's own */
};

void console_register(struct console *con, bool replay); /* replay: show what is in the ring first */
void console_unregister(struct console *con);
/* For all consoles at once; reading tells the most talkative one's. */
void console_set_level(enum loglevel level);
enum loglevel console_level(void);

/* Nanoseconds since boot for the stamps, from now on; 0 before. Any context calls it. */
void printk_set_clock(u64 (*clock_ns)(void));

/*
 * Copies at most @size bytes of the log from byte @pos on (dmesg); returns bytes copied, advances *pos.
 * Start with 0; bytes that the ring lost are skipped up to a line's start. 0: nothing new.
 */
size_t printk_read(u64 *pos, char *buf, size_t size);
#define PRINTK_RING_SIZE (128 * 1024)

#endif
