// SPDX-License-Identifier: MIT
/*
 * The kernel log. ring[] holds the last PRINTK_RING_SIZE bytes of finished text; positions count all
 * bytes ever written, so position p lives at ring[p % size] and is lost once p < tail.
 *
 * log_lock guards ring, tail, head, line_open. Consoles are served by whoever wins `flushing`, one
 * line at a time, with log_lock dropped during their write; who loses leaves its lines to the winner.
 */
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/spinlock.h>
#include <lib/string.h>

#define MESSAGE_MAX 1024        /* one call's text; longer ones are cut */
#define LINE_MAX 1200

static char ring[PRINTK_RING_SIZE];
static u64 tail, head;
static bool line_open;          /* the last line has no '\n' yet */
static enum loglevel line_level;
static spinlock_t log_lock = SPIN_LOCK_INIT(LOCK_PRINTK);
static LIST_HEAD(consoles);
static u32 flushing;
static u64 (*clock)(void);

void printk_set_clock(u64 (*clock_ns)(void))
{
	clock = clock_ns;
}

static char ring_at(u64 pos)
{
	return ring[pos % PRINTK_RING_SIZE];
}

/* Makes room by forgetting whole lines. */
static void ring_put(char c)
{
	if (head - tail == PRINTK_RING_SIZE) {
		while (tail < head && ring_at(tail) != '\n')
			tail++;
		tail++;
	}
	ring[head++ % PRINTK_RING_SIZE] = c;
}

static void line_begin(enum loglevel level)
{
	u64 us = clock ? clock() / 1000 : 0;
	char stamp[32];

	snprintf(stamp, sizeof(stamp), "<%d>[%5llu.%06llu] ", (int)level,
		 (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
	for (const char *p = stamp; *p; p++)
		ring_put(*p);
	line_open = true;
	line_level = level;
}

static void line_end(void)
{
	ring_put('\n');
	line_open = false;
}

static void log_text(enum loglevel level, const char *text)
{
	if (level == LOG_CONT)
		level = line_level;
	else if (line_open)
		line_end();
	for (; *text; text++) {
		if (!line_open)
			line_begin(level);
		if (*text == '\n')
			line_end();
		else if ((u8)*text < ' ' && *text != '\t')
			ring_put('?');
		else
			ring_put(*text == 0x7f ? '?' : *text);
	}
}

/* Copies the line at con->pos, as @con shows it, and moves on. Its length; 0: no finished line. */
static size_t next_line(struct console *con, char *line, size_t size, bool *shown)
{
	const char *before = "", *after = "";
	int level = LOG_INFO;
	u64 pos, end;
	size_t n = 0;

	pos = max(con->pos, tail);
	for (end = pos; end < head && ring_at(end) != '\n'; end++)
		;
	if (end == head)
		return 0;
	con->pos = end + 1;
	if (end - pos >= 3 && ring_at(pos) == '<') {
		level = ring_at(pos + 1) - '0';
		pos += 3;
	}
	*shown = level <= (int)con->level;
	if (con->colour) {
		before = level <= LOG_ERR ? "\033[1;31m" : level == LOG_WARN ? "\033[33m" : "\033[32m";
		after = "\033[0m";
	}
	for (; *before; before++)
		line[n++] = *before;
	for (; pos < end && n < size - 8; pos++) {
		line[n++] = ring_at(pos);
		if (line[n - 1] == ']' && *after && level > LOG_WARN) { /* only the stamp is coloured */
			while (*after)
				line[n++] = *after++;
		}
	}
	while (*after)
		line[n++] = *after++;
	line[n++] = '\n';
	return n;
}

static bool flush_one(struct console *con)
{
	static char line[LINE_MAX];
	bool shown = false;
	unsigned long flags = spin_lock_irqsave(&log_lock);
	size_t n = next_line(con, line, sizeof(line), &shown);

	spin_unlock_irqrestore(&log_lock, flags);
	if (n && shown)
		con->write(con, line, n);
	return n != 0;
}

static bool flush_round(void)
{
	struct console *con;
	bool more = false;

	list_for_each_entry(con, &consoles, list)
		while (flush_one(con))
			more = true;
	return more;
}

/* A panic takes the flush over from whoever it interrupted. */
static void flush_consoles(void)
{
	bool more = true;

	while (more) {
		if (__atomic_exchange_n(&flushing, 1, __ATOMIC_ACQUIRE) && !panic_in_progress)
			return;
		more = flush_round();
		__atomic_store_n(&flushing, 0, __ATOMIC_RELEASE);
	}
}

void console_set_level(enum loglevel level)
{
	struct console *con;

	list_for_each_entry(con, &consoles, list)
		con->level = level;
}

enum loglevel console_level(void)
{
	enum loglevel most = LOG_EMERG;
	struct console *con;

	list_for_each_entry(con, &consoles, list)
		if (con->level > most)
			most = con->level;
	return most;
}

int vprintk(enum loglevel level, const char *fmt, va_list ap)
{
	static char message[MESSAGE_MAX];
	unsigned long flags = spin_lock_irqsave(&log_lock);
	int n = vscnprintf(message, sizeof(message), fmt, ap);

	log_text(level, message);
	spin_unlock_irqrestore(&log_lock, flags);
	flush_consoles();
	return n;
}

int printk_level(enum loglevel level, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintk(level, fmt, ap);
	va_end(ap);
	return n;
}

void console_register(struct console *con, bool replay)
{
	unsigned long flags = spin_lock_irqsave(&log_lock);

	con->pos = replay ? tail : head;
	list_add_tail(&con->list, &consoles);
	spin_unlock_irqrestore(&log_lock, flags);
	flush_consoles();
}

void console_unregister(struct console *con)
{
	unsigned long flags = spin_lock_irqsave(&log_lock);

	list_del(&con->list);
	spin_unlock_irqrestore(&log_lock, flags);
}

size_t printk_read(u64 *pos, char *buf, size_t size)
{
	unsigned long flags = spin_lock_irqsave(&log_lock);
	size_t n = 0;

	if (*pos < tail)
		*pos = tail;
	while (n < size && *pos < head)
		buf[n++] = ring_at((*pos)++);
	spin_unlock_irqrestore(&log_lock, flags);
	return n;
}
