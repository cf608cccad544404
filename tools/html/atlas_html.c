// SPDX-License-Identifier: MIT
/*
 * atlas-html [--json] DIR|FILE|-: a recorded machine (DIR, see tools/replay/record.h) or a report (report_text.h) as one HTML
 * page on standard output that needs nothing else: the document inside, and the script that draws it (page.html, page.css,
 * page.js). --json: the document itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../kernel/report/internal.h"
#include "../../kernel/report/json_report.h"
#include "../replay/record.h"
#include "report_text.h"

extern const char page_html[], page_css[], page_js[];

/* What kernel/report's pages are made from, in report.c's place. */
struct bootinfo report_bootinfo;
const void *report_efi_map;

static void __noreturn die(const char *name, const char *problem)
{
	fprintf(stderr, "atlas-html: %s: %s\n", name, problem);
	_exit(1);       /* what is allocated is not asked for */
}

/* ---- a recorded machine ---- */

static void record_body(struct json *j, const struct record *r)
{
	json_long_object(j, NULL);
	json_string(j, "source", "record");
	json_string(j, "name", r->name);
	json_word(j, "origin", r->origin);
	if (r->has_smbios)
		json_machine(j);
	json_account(j);
	json_firmware_map(j);
	json_e820(j, &e820_table);
	json_iomem(j, &iomem_resource);
	json_zones(j);
	json_sections(j);
	json_end(j);
}

static char *document_of_record(const char *dir, size_t *size)
{
	static struct record r;
	char head[JSON_HEAD_SIZE], *body = malloc(REPORT_MAX), *document = malloc(REPORT_MAX + 200);
	const char *problem = record_read(&r, dir);
	struct json j;

	if (!problem)
		problem = record_boot();
	if (problem || !body || !document)
		die(dir, problem ? problem : "no memory");
	report_efi_map = r.has_efi ? r.efi_map : NULL;
	report_bootinfo.efi_map.size = r.efi_size;
	report_bootinfo.efi_desc_size = EFI_DESC_SIZE;
	json_init(&j, body, REPORT_MAX);
	record_body(&j, &r);
	if (j.overflow)
		die(dir, "its report is larger than this tool takes");
	*size = (size_t)json_head(head, body, j.len);
	memcpy(document, head, *size);
	memcpy(document + *size, body, j.len);
	memcpy(document + *size + j.len, JSON_TAIL, sizeof(JSON_TAIL));
	*size += j.len + sizeof(JSON_TAIL) - 1;
	free(body);
	return document;
}

/* ---- a report ---- */

static char *document_of_file(const char *name, size_t *size)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "rb") : stdin;
	char *text = malloc(REPORT_MAX), *document;
	const char *problem;
	size_t n;

	if (!f)
		die(name, "it can't be opened");
	n = text ? fread(text, 1, REPORT_MAX, f) : 0;
	if (!text || n == REPORT_MAX)
		die(name, "it is larger than this tool takes");
	if (f != stdin)
		fclose(f);
	document = report_unwrap(text, n, size, &problem);
	free(text);
	if (document)
		problem = report_check(document, *size);
	if (problem)
		die(name, problem);
	return document;
}

/* ---- the page ---- */

/* In a script element nothing but "<" could end it; JSON has it in strings only, where it may be written so. */
static void put_document(const char *document, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (document[i] == '<')
			fputs("\\u003c", stdout);
		else
			putchar(document[i]);
	}
}

static void put_page(const char *document, size_t size)
{
	static const struct { const char *mark, *text; } parts[] = { { "/*STYLE*/", page_css }, { "/*REPORT*/", NULL }, { "/*SCRIPT*/", page_js } };
	const char *at = page_html;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *mark = strstr(at, parts[i].mark);

		fwrite(at, 1, (size_t)(mark - at), stdout);
		if (parts[i].text)
			fputs(parts[i].text, stdout);
		else
			put_document(document, size);
		at = mark + strlen(parts[i].mark);
	}
	fputs(at, stdout);
}

int main(int argc, char **argv)
{
	bool as_json = argc > 2 && !strcmp(argv[1], "--json");
	const char *name = argv[argc - 1];
	struct stat st;
	char *document;
	size_t size;

	if (argc != 2 + as_json || (name[0] == '-' && name[1])) {
		fputs("usage: atlas-html [--json] DIR|FILE|- > page.html\n"
		      "DIR: a recorded machine (\\atlas\\machines\\NAME of a stick, tests/machines/NAME).\n"
		      "FILE, or - for standard input: report.json, a log of the serial port with it, or texts of the report's QR codes.\n"
		      "--json: prints the report as JSON, not as a page.\n", stderr);
		return 2;
	}
	document = !stat(name, &st) && S_ISDIR(st.st_mode) ? document_of_record(name, &size) : document_of_file(name, &size);
	if (as_json)
		fwrite(document, 1, size, stdout);
	else
		put_page(document, size);
	free(document);
	if (fflush(stdout) || ferror(stdout))
		die("standard output", "it can't be written");
	return 0;
}
