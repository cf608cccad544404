// SPDX-License-Identifier: MIT
/* The report as a whole: made into one buffer, then shown page by page on the screen (pager.c), or as plain text. */
#include <console/console.h>
#include <drivers/smbios.h>
#include <lib/cmdline.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/vmalloc.h>
#include <proc/proc.h>
#include <report/report.h>
#include <uapi/errno.h>
#include "internal.h"
#include "json_report.h"

#define TEXT_SIZE (256 * 1024)

struct bootinfo report_bootinfo;
struct kernel_image_ranges report_image;
const void *report_efi_map;

static void make(struct rpt *r, unsigned int cols, unsigned int rows)
{
	r->rows = pager_body_rows(rows);
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
		write_plain(r->buf + s->start, rpt_section_end(r, i) - s->start, out, arg);
	}
	if (r->overflow)
		out(arg, "(the report is longer than its buffer: the rest is missing)\n", 60);
}

/* report=json: the document on serial in place of the text. */
static bool wants_json(void)
{
	char value[32];

	return cmdline_get("report", value, sizeof(value)) >= 4 && !strncmp(value, "json", 4) && (!value[4] || value[4] == ',');
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
		pager_show(r);
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
	size_t entry_size;
	const u8 *p;

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
	entry_size = p[3] == '3' ? p[6] : p[5];        /* "_SM3_", "_SM_": its own length */
	iounmap(p);
	p = memremap_ro(entry.table, entry.size);
	if (!p)
		return;
	dmi_files(entry_phys, entry_size, entry.table, entry.size);
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
