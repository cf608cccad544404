// SPDX-License-Identifier: MIT
/*
 * The report as a whole: made into one buffer, then shown page by page on the screen, or as plain text.
 *
 * Paging: sections that fit together share a page, one that is longer than a page goes on on the next.
 * The first line names the machine and the page, the last but one the colours; the very last stays free
 * for whoever writes next, so that the last page is not scrolled away.
 */
#include <console/console.h>
#include <drivers/smbios.h>
#include <lib/cmdline.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/vmalloc.h>
#include <proc/proc.h>
#include <report/report.h>
#include <task/wait.h>
#include <uapi/errno.h>
#include <x86/cpu.h>
#include "internal.h"
#include "json_report.h"

#define TEXT_SIZE (256 * 1024)
#define DEFAULT_SECONDS 8
#define FRAME_LINES 5           /* title, blank, ..., blank, legend, free line */

struct bootinfo report_bootinfo;
struct kernel_image_ranges report_image;
const void *report_efi_map;

static void make(struct rpt *r, unsigned int cols, unsigned int rows)
{
	r->rows = rows > FRAME_LINES ? rows - FRAME_LINES : 0;
	r->cols = max(cols, (unsigned int)RPT_MIN_COLS);
	page_machine(r);
	page_firmware(r);
	page_iomem(r);
	page_zones(r);
	page_layout(r);
	page_processes(r);
	page_replay(r);
	page_balance(r);        /* last: it stays on the screen */
}

/* NULL: no memory. */
static struct rpt *rpt_new(unsigned int cols, unsigned int rows)
{
	struct rpt *r = vzalloc(sizeof(*r) + TEXT_SIZE);

	if (!r)
		return NULL;
	r->buf = (char *)(r + 1);
	r->size = TEXT_SIZE;
	make(r, cols, rows);
	return r;
}

/* Plain text: what is left without the escapes. Gives @out pieces. */
static void write_plain(const char *text, size_t len, void (*out)(void *arg, const char *text, size_t len), void *arg)
{
	const char *end = text + len, *esc;

	while (text < end) {
		esc = memchr(text, '\033', (size_t)(end - text));
		if (!esc)
			esc = end;
		if (esc > text)
			out(arg, text, (size_t)(esc - text));
		for (text = esc; text < end && *text != 'm'; text++)
			;
		if (text < end)
			text++;
	}
}

static size_t section_end(const struct rpt *r, unsigned int i)
{
	return i + 1 < r->nr_sections ? r->section[i + 1].start : r->len;
}

static void plain_report(const struct rpt *r, void (*out)(void *arg, const char *text, size_t len), void *arg)
{
	const char *last = "";

	for (unsigned int i = 0; i < r->nr_sections; i++) {
		const struct rpt_section *s = &r->section[i];

		if (strcmp(s->title, last)) {
			out(arg, "\n== ", 4);
			out(arg, s->title, strlen(s->title));
			out(arg, "\n\n", 2);
		}
		last = s->title;
		write_plain(r->buf + s->start, section_end(r, i) - s->start, out, arg);
	}
	if (r->overflow)
		out(arg, "(the report is longer than its buffer: the rest is missing)\n", 60);
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

	for (size_t i = p->at; i < section_end(p->r, p->section); i++)
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

/* report=json: the document on serial in place of the text. */
static bool wants_json(void)
{
	char value[32];

	return cmdline_get("report", value, sizeof(value)) >= 4 && !strncmp(value, "json", 4) && (!value[4] || value[4] == ',');
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

static void sleep_seconds(unsigned int seconds)
{
	u64 deadline = ktime_get_ns() + seconds * 1000000000UL;

	while (ktime_get_ns() < deadline && !signal_pending()) {
		set_current_sleeping();
		schedule_until(deadline);
	}
}

static void show_on_screen(const struct rpt *r)
{
	unsigned int cols, rows, pages = 0, seconds = seconds_a_page();
	enum loglevel level = fbcon_console.level;
	struct pager p;

	fbcon_size(&cols, &rows);
	if (rows < FRAME_LINES + 4)
		return;
	for (p = (struct pager){ r, 0, 0, rows - FRAME_LINES }; !pager_done(&p); pages++)
		one_page(&p, true);
	fbcon_console.level = LOG_EMERG;        /* the log would tear the pages */
	fbcon_write("\033c\033[?25l\033[?7l", 13);
	p = (struct pager){ r, 0, 0, rows - FRAME_LINES };
	for (unsigned int page = 1; !pager_done(&p); page++) {
		title_line(page, pages, cols);
		one_page(&p, false);
		legend(cols, rows);
		fbcon_flush();
		if (!pager_done(&p))
			sleep_seconds(seconds);
	}
	fbcon_write("\033[?25h\033[?7h", 11);
	fbcon_flush();
	fbcon_console.level = level;
}

static void to_serial(void *arg, const char *text, size_t len)
{
	struct console *serial = arg;

	serial->write(serial, text, len);
}

static void json_to_serial(struct console *serial)
{
	to_serial(serial, "\n" JSON_REPORT_BEGIN, sizeof(JSON_REPORT_BEGIN));
	if (report_json_write(to_serial, serial))
		pr_warn("no memory for the report as JSON\n");
	to_serial(serial, JSON_REPORT_END, sizeof(JSON_REPORT_END) - 1);
}

int report_show(void)
{
	struct serial_port *port = serial_probe(0);
	unsigned int cols = 0, rows = 0;
	struct rpt *r;

	fbcon_size(&cols, &rows);
	r = rpt_new(cols, rows);
	if (!r)
		return -ENOMEM;
	if (port && wants_json())
		json_to_serial(serial_console(port));
	else if (port)
		plain_report(r, to_serial, serial_console(port));
	if (cols)
		show_on_screen(r);
	vfree(r);
	return 0;
}

static void to_seq(void *arg, const char *text, size_t len)
{
	seq_write(arg, text, len);
}

static int proc_show(struct seq_file *m, void *arg)
{
	struct rpt *r = rpt_new(RPT_MIN_COLS, 0);

	if (!r)
		return -ENOMEM;
	plain_report(r, to_seq, m);
	vfree(r);
	return 0;
}

static ssize_t proc_write(const char *buf, size_t n, void *arg)
{
	int err;

	if (strncmp(buf, "show", 4) || (buf[4] && buf[4] != '\n'))
		return -EINVAL;
	err = report_show();
	return err ? err : (ssize_t)n;
}

/* The SMBIOS table, from the entry point that the loader found. */
static void read_smbios(u64 entry_phys)
{
	struct smbios_entry entry;
	const void *p;

	if (!entry_phys)
		return;
	p = memremap_ro(entry_phys, 32);
	if (!p)
		return;
	if (smbios_parse_entry(p, 32, &entry)) {
		pr_warn("SMBIOS: no valid entry point at %#llx\n", (unsigned long long)entry_phys);
		iounmap(p);
		return;
	}
	iounmap(p);
	p = memremap_ro(entry.table, entry.size);
	if (!p)
		return;
	smbios_parse(&smbios_info, &entry, p, entry.size);
	iounmap(p);
}

void report_init(const struct bootinfo *bi, const struct kernel_image_ranges *image)
{
	const void *map;
	void *copy;

	report_bootinfo = *bi;
	report_image = *image;
	map = memremap_ro(bi->efi_map.addr, bi->efi_map.size);
	copy = map ? vmalloc(bi->efi_map.size) : NULL;
	if (copy) {
		memcpy(copy, map, bi->efi_map.size);
		report_efi_map = copy;
	}
	if (map)
		iounmap(map);
	replay_init(bi);
	read_smbios(bi->smbios3 ? bi->smbios3 : bi->smbios);
	if (proc_create_rw("atlas/report", 0600, proc_show, proc_write, NULL))
		pr_warn("no /proc/atlas/report\n");
	report_json_init();
}
