// SPDX-License-Identifier: MIT
/*
 * The report on the screen, page by page. Sections that fit together share a page, one that is longer than a page goes on
 * on the next. The first line names the machine and the page, the last but one the colours; the very last says which
 * keys turn pages, and stays free on the last page for whoever writes next, so that it is not scrolled away.
 *
 * Pages turn by themselves until a key is pressed: whoever turns pages by hand is reading.
 */
#include <console/console.h>
#include <drivers/smbios.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <tty/tty.h>
#include <uapi/time.h>
#include <x86/cpu.h>
#include "internal.h"

#define DEFAULT_SECONDS 8
#define READING_SECONDS 600     /* a page stays so long after a key was pressed */
#define SEQUENCE_NS 50000000UL  /* the bytes of an arrow key come this close together, on serial lines too */
#define FRAME_LINES 5           /* title, blank, ..., blank, legend, free line */
#define KEYS_TEXT C_DIM " any key: next page   b: back   q: last page" C_END

unsigned int pager_body_rows(unsigned int rows)
{
	return rows > FRAME_LINES ? rows - FRAME_LINES : 0;
}

/* One page: whole or partial sections. */
struct pager {
	const struct rpt *r;
	unsigned int section;   /* the next one to show */
	size_t at;              /* its first byte not shown yet */
	unsigned int rows;      /* of a page's body */
};

static unsigned int lines_left(const struct pager *p)
{
	unsigned int n = 0;

	for (size_t i = p->at; i < rpt_section_end(p->r, p->section); i++)
		n += p->r->buf[i] == '\n';
	return n;
}

static bool pager_done(const struct pager *p)
{
	return p->section == p->r->nr_sections;
}

/* Does section @i want a heading where section @i - 1 came right before it? */
static bool new_title(const struct rpt *r, unsigned int i)
{
	return i == 0 || strcmp(r->section[i].title, r->section[i - 1].title);
}

static void heading(const char *title, bool continued, unsigned int cols)
{
	char line[256];

	scnprintf(line, sizeof(line), "\033[1;97m %s%s" C_END "\r\n", title, continued ? C_DIM " (continued)" : "");
	fbcon_write(line, strlen(line));
}

/* @n lines of the current section. */
static void body(struct pager *p, unsigned int n)
{
	const char *text = p->r->buf;

	while (n--) {
		const char *nl = memchr(text + p->at, '\n', p->r->len - p->at);
		size_t end = nl ? (size_t)(nl - text) : p->r->len;

		fbcon_write(text + p->at, end - p->at);
		fbcon_write(C_END "\r\n", sizeof(C_END "\r\n") - 1);
		p->at = min(end + 1, p->r->len);
	}
}

/* Shows as much as a page holds (dry: only moves on). */
static void one_page(struct pager *p, bool dry)
{
	unsigned int room = p->rows;
	bool fresh = true;

	while (!pager_done(p)) {
		const struct rpt_section *s = &p->r->section[p->section];
		bool begins = p->at == s->start;
		bool titled = fresh || !begins || new_title(p->r, p->section);
		unsigned int head = titled ? (fresh ? 2 : 3) : 1, lines = lines_left(p), show;

		if (!fresh && head + lines > room)
			return;
		show = min(lines, room - head);
		if (dry) {
			const char *nl = p->r->buf + p->at;

			for (unsigned int i = 0; i < show; i++)
				nl = (const char *)memchr(nl, '\n', (size_t)(p->r->buf + p->r->len - nl)) + 1;
			p->at = (size_t)(nl - p->r->buf);
		} else {
			if (!fresh)
				fbcon_write("\r\n", 2);
			if (titled) {
				heading(s->title, !begins || (fresh && !new_title(p->r, p->section)), p->r->cols);
				fbcon_write("\r\n", 2);
			}
			body(p, show);
		}
		room -= head + show;
		if (show < lines)
			return;
		p->section++;
		fresh = false;
		if (!pager_done(p))
			p->at = p->r->section[p->section].start;
	}
}

static void title_line(unsigned int page, unsigned int pages, unsigned int cols)
{
	char left[160], right[40], line[400];
	int n = scnprintf(left, sizeof(left), " ATLAS   memory map of %s %s", smbios_info.manufacturer, smbios_info.product);
	int m = scnprintf(right, sizeof(right), "page %u of %u ", page, pages);

	n = min(n, (int)cols - m - 1);
	scnprintf(line, sizeof(line), "\033[2J\033[H\033[1;97;48;5;24m%.*s%*s%s" C_END "\r\n\r\n", n, left, (int)cols - n - m, "", right);
	fbcon_write(line, strlen(line));
}

static void legend(unsigned int cols, unsigned int rows)
{
	char line[400];

	scnprintf(line, sizeof(line), "\033[%u;1H " C_RAM "usable " C_UNTOUCHED "untouched " C_KERNEL "kernel " C_USER "processes "
		  C_FIRMWARE "firmware " C_DEVICE "devices " C_BAD "trouble" C_END C_DIM "%s" C_END
		  "\033[%u;1H", rows - 1, cols < 100 ? "" : "   KiB = 1024 bytes, addresses in hex", rows);
	fbcon_write(line, strlen(line));
}

/* report=page,SECONDS or report=json,SECONDS */
static unsigned int seconds_a_page(void)
{
	char value[32];
	const char *comma;
	u64 v;

	if (cmdline_get("report", value, sizeof(value)) < 0)
		return DEFAULT_SECONDS;
	comma = strchr(value, ',');
	if (!comma || kstrtou64(comma + 1, 10, &v))
		return DEFAULT_SECONDS;
	return (unsigned int)min(v, (u64)3600);
}

/* One key, with all bytes of its escape sequence. 0: none before @deadline. */
static size_t read_key(u8 *key, size_t size, u64 deadline)
{
	size_t n = tty_read_key(tty_console, key, size, deadline), more = n;

	while (more && n < size && key[0] == '\033') {
		more = tty_read_key(tty_console, key + n, size - n, ktime_get_ns() + SEQUENCE_NS);
		n += more;
	}
	return n;
}

/* The page to show behind page @page of @pages, once a key says so or @seconds are over: they are longer from the first key on. */
static unsigned int turn(unsigned int page, unsigned int pages, unsigned int *seconds)
{
	u8 key[8];
	size_t n = read_key(key, sizeof(key), ktime_get_ns() + *seconds * NSEC_PER_SEC);
	bool left = n >= 3 && !memcmp(key, "\033[D", 3), up = n >= 4 && !memcmp(key, "\033[5~", 4);

	if (n)
		*seconds = READING_SECONDS;
	if (n == 1 && key[0] == 'q')
		return pages;
	if (left || up || (n == 1 && (key[0] == 'b' || key[0] == 0177)))
		return max(page, 2U) - 1;
	return page + 1;
}

void pager_show(const struct rpt *r)
{
	unsigned int cols, rows, pages = 0, seconds = seconds_a_page();
	enum loglevel level = fbcon_console.level;
	struct pager p, start = { r, 0, 0, 0 };

	fbcon_size(&cols, &rows);
	if (rows < FRAME_LINES + 4)
		return;
	start.rows = pager_body_rows(rows);
	for (p = start; !pager_done(&p); pages++)
		one_page(&p, true);
	fbcon_console.level = LOG_EMERG;        /* the log would tear the pages */
	fbcon_write("\033c\033[?25l\033[?7l", 13);
	for (unsigned int page = 1; page <= pages; page = page < pages && seconds ? turn(page, pages, &seconds) : page + 1) {
		p = start;
		for (unsigned int i = 1; i < page; i++)
			one_page(&p, true);
		title_line(page, pages, cols);
		one_page(&p, false);
		legend(cols, rows);
		if (page < pages)
			fbcon_write(KEYS_TEXT, sizeof(KEYS_TEXT) - 1);
		fbcon_flush();
	}
	fbcon_write("\033[?25h\033[?7h", 11);
	fbcon_flush();
	fbcon_console.level = level;
}
