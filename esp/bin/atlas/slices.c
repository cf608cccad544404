// SPDX-License-Identifier: MIT
/* Who has the memory: Atlas's own accounting (adds up to the byte), else what /proc/meminfo and /proc/iomem tell. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; enum colour colour; const char *who; } known[] = {
	{ "free, untouched",      C_UNTOUCHED, "free, never needed" },
	{ "free, per CPU",        C_FREE,      "free" },
	{ "free",                 C_FREE,      "free" },
	{ "anonymous",            C_PROCESS,   "programs" },
	{ "tmpfs and shared",     C_CACHE,     "files in memory" },
	{ "page cache",           C_CACHE,     "files in memory" },
	{ "user page tables",     C_PROCESS,   "programs" },
	{ "bad pages",            C_BAD,       "broken memory" },
	{ "runtime services",     C_FIRMWARE,  "UEFI runtime services" },
	{ "ACPI",                 C_FIRMWARE,  "firmware's tables" },
	{ "unusable",             C_BAD,       "errors found" },
	{ "in no entry",          C_FIRMWARE,  "ROMs, chipset, graphics" },
	{ "reserved",             C_FIRMWARE,  "firmware: graphics, SMM" },
	{ "persistent",           C_DEVICE,    "a device" },
	{ "",                     C_KERNEL,    "the kernel" },
};

static void add_slice(struct slices *s, const char *name, uint64_t bytes)
{
	struct slice *e = &s->s[s->n];
	int i = 0;

	if (s->n == MAX_SLICES || !bytes)
		return;
	while (strncmp(name, known[i].name, strlen(known[i].name)))
		i++;
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->bytes = bytes;
	e->colour = known[i].colour;
	e->who = known[i].who;
	s->n++;
}

/* "name   number": cuts the line behind the name. */
static bool name_and_number(char *line, uint64_t *number)
{
	char *p = strrchr(line, ' ');

	if (!p)
		return false;
	*number = strtoull(p, NULL, 10);
	while (p > line && p[-1] == ' ')
		p--;
	*p = '\0';
	return true;
}

/* /proc/atlas/installed: installed, its parts that the firmware keeps, usable. */
static void from_installed(struct slices *s, char *text)
{
	uint64_t bytes;
	char *line;

	while ((line = next_line(&text))) {
		if (!name_and_number(line, &bytes))
			continue;
		if (!strcmp(line, "installed"))
			s->installed = bytes;
		else if (!strcmp(line, "usable"))
			s->usable = bytes;
		else if (!strcmp(line, "listed, not installed"))
			s->installed += bytes;
		else
			add_slice(s, line, bytes);
	}
	s->installed_says = "by SMBIOS";
	s->usable_from = s->n;
}

/* /proc/atlas/accounting: the slices of usable memory come first, the firmware's behind them are in the other file. */
static void from_accounting(struct slices *s, char *text)
{
	uint64_t bytes;
	char *line;

	while ((line = next_line(&text)) && name_and_number(line, &bytes) && strncmp(line, "firmware:", 9) && strcmp(line, "sum"))
		add_slice(s, line, bytes);
	s->exact = true;
}

/* Linux: what is installed nobody says; the firmware's System RAM is the next best. */
static void from_meminfo(struct slices *s, const char *text)
{
	static const struct { const char *field, *name; } parts[] = {
		{ "MemFree", "free" }, { "AnonPages", "anonymous" }, { "Shmem", "tmpfs and shared" },
		{ "Buffers", "page cache: buffers" }, { "Slab", "slab" }, { "KernelStack", "kernel stacks" },
		{ "PageTables", "user page tables" },
	};
	uint64_t cached = field_kb(text, "Cached") - field_kb(text, "Shmem"), other, v;
	static struct iomem iomem;
	size_t i;
	int k;

	s->usable = field_kb(text, "MemTotal") << 10;
	if (iomem_load(&iomem))
		for (k = 0; k < iomem.n; k++)
			s->installed += is_ram(&iomem.r[k]) ? iomem.r[k].end - iomem.r[k].start + 1 : 0;
	if (s->installed < s->usable)
		s->installed = 0;       /* /proc/iomem is all zeroes for others than root */
	s->installed_says = "System RAM in iomem";
	if (s->installed)
		add_slice(s, "kept at boot", s->installed - s->usable);
	s->usable_from = s->n;
	other = s->usable;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		v = field_kb(text, parts[i].field) << 10;
		add_slice(s, parts[i].name, v);
		other -= v < other ? v : other;
	}
	cached = cached << 10 < other ? cached << 10 : other;
	add_slice(s, "page cache", cached);
	add_slice(s, "other kernel memory", other - cached);
}

bool slices_load(struct slices *s)
{
	char *installed = read_text("/proc/atlas/installed"), *text = read_text("/proc/atlas/accounting");

	memset(s, 0, sizeof(*s));
	if (installed && text) {
		from_installed(s, installed);
		from_accounting(s, text);
	} else {
		free(text);
		text = read_text("/proc/meminfo");
		if (text)
			from_meminfo(s, text);
	}
	free(installed);
	free(text);
	return s->n > 0;
}

static uint64_t sum(const struct slices *s, int from, int to)
{
	uint64_t bytes = 0;

	for (; from < to; from++)
		bytes += s->s[from].bytes;
	return bytes;
}

bool slices_add_up(const struct slices *s)
{
	uint64_t kept = sum(s, 0, s->usable_from);

	return sum(s, s->usable_from, s->n) == s->usable && (!s->installed || kept + s->usable == s->installed);
}
