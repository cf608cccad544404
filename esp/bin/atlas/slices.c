// SPDX-License-Identifier: MIT
/* Who has the memory: Atlas's own accounting (adds up to the byte), else what /proc/meminfo tells. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; enum colour colour; const char *who; } known[] = {
	{ "free, untouched",      C_UNTOUCHED, "free: nobody has needed it since power-on" },
	{ "free, per CPU",        C_FREE,      "free" },
	{ "free",                 C_FREE,      "free" },
	{ "anonymous",            C_PROCESS,   "programs: ends with them" },
	{ "tmpfs and shared",     C_CACHE,     "files in memory: delete them" },
	{ "page cache",           C_CACHE,     "files in memory" },
	{ "user page tables",     C_PROCESS,   "programs: ends with them" },
	{ "firmware",             C_FIRMWARE,  "firmware setup: graphics memory, TSEG, runtime services" },
	{ "persistent memory",    C_DEVICE,    "a device" },
	{ "special purpose",      C_DEVICE,    "a device (CXL, high-bandwidth memory)" },
	{ "bad pages",            C_BAD,       "broken memory: replace the module" },
	{ "",                     C_KERNEL,    "the kernel" },
};

static void add_slice(struct slices *s, const char *name, uint64_t bytes)
{
	struct slice *e = &s->s[s->n];
	int i = 0;

	if (s->n == MAX_SLICES)
		return;
	while (strncmp(name, known[i].name, strlen(known[i].name)))
		i++;
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->bytes = bytes;
	e->colour = known[i].colour;
	e->who = known[i].who;
	s->sum += bytes;
	s->n++;
}

/* "NAME   BYTES" a line, up to the line "sum". */
static void from_accounting(struct slices *s, char *text)
{
	char *line, *number;

	while ((line = next_line(&text))) {
		number = strrchr(line, ' ');
		if (!number)
			continue;
		*number++ = '\0';
		while (strlen(line) && line[strlen(line) - 1] == ' ')
			line[strlen(line) - 1] = '\0';
		if (!strcmp(line, "total"))
			s->total = strtoull(number, NULL, 10);
		else if (!s->total && strcmp(line, "sum"))
			add_slice(s, line, strtoull(number, NULL, 10));
	}
	s->exact = true;
}

static void from_meminfo(struct slices *s, const char *text)
{
	uint64_t total = field_kb(text, "MemTotal"), other = total, v;
	static const struct { const char *field, *name; } parts[] = {
		{ "MemFree", "free" }, { "AnonPages", "anonymous" }, { "Shmem", "tmpfs and shared" },
		{ "Buffers", "page cache: buffers" }, { "Slab", "slab" }, { "KernelStack", "kernel stacks" },
		{ "PageTables", "user page tables" },
	};
	uint64_t cached = field_kb(text, "Cached") - field_kb(text, "Shmem");
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		v = field_kb(text, parts[i].field);
		add_slice(s, parts[i].name, v << 10);
		other -= v < other ? v : other;
	}
	add_slice(s, "page cache", cached << 10);
	add_slice(s, "other kernel memory", (other > cached ? other - cached : 0) << 10);
	s->total = total << 10;
}

bool slices_load(struct slices *s)
{
	char *text = read_text("/proc/atlas/accounting");

	memset(s, 0, sizeof(*s));
	if (text) {
		from_accounting(s, text);
	} else {
		text = read_text("/proc/meminfo");
		if (!text)
			return false;
		from_meminfo(s, text);
	}
	free(text);
	return s->n > 0;
}
