// SPDX-License-Identifier: MIT
/* The firmware's memory map as a table: raw from Atlas, cleaned from /sys/firmware/memmap; and the MTRRs. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fw_source_name[NR_FW_SOURCES] = { "at exit", "as found", "cleaned" };

static void add(struct fw_map *m, const struct fw_entry *e)
{
	struct fw_entry *more = m->n % 64 ? m->e : realloc(m->e, (m->n + 64) * sizeof(*more));

	if (!more)
		return;
	m->e = more;
	m->e[m->n++] = *e;
}

/* "start-end type attribute name" */
static void load_raw(struct fw_map *m, const char *path)
{
	char *text = read_text(path), *at = text, *line;

	while (text && (line = next_line(&at))) {
		struct fw_entry e = { 0 };
		int name = 0;

		if (sscanf(line, "%lx-%lx %d %lx %n", &e.start, &e.end, &e.type, &e.attribute, &name) == 4 && name) {
			snprintf(e.name, sizeof(e.name), "%s", line + name);
			add(m, &e);
		}
	}
	free(text);
}

static uint64_t sysfs_value(int i, const char *file, char *word, size_t size)
{
	char path[64], *text;
	uint64_t v = UINT64_MAX;

	snprintf(path, sizeof(path), "/sys/firmware/memmap/%d/%s", i, file);
	text = read_text(path);
	if (text) {
		text[strcspn(text, "\n")] = '\0';
		if (word)
			snprintf(word, size, "%s", text);
		v = strtoull(text, NULL, 16);
	}
	free(text);
	return v;
}

static void load_cleaned(struct fw_map *m)
{
	struct fw_entry e = { .type = -1 };
	int i;

	for (i = 0; i < 4096; i++) {
		e.start = sysfs_value(i, "start", NULL, 0);
		e.end = sysfs_value(i, "end", NULL, 0);
		if (e.start == UINT64_MAX || e.end == UINT64_MAX)
			return;
		sysfs_value(i, "type", e.name, sizeof(e.name));
		add(m, &e);
	}
}

bool fw_load(struct fw_map *m, enum fw_source source)
{
	free(m->e);
	*m = (struct fw_map){ NULL, 0 };
	if (source == FW_CLEANED)
		load_cleaned(m);
	else
		load_raw(m, source == FW_FOUND ? "/proc/atlas/firmware_map_found" : "/proc/atlas/firmware_map");
	return m->n > 0;
}

const struct fw_entry *fw_find(const struct fw_map *m, uint64_t addr)
{
	int i;

	for (i = 0; i < m->n; i++)
		if (addr >= m->e[i].start && addr <= m->e[i].end)
			return &m->e[i];
	return NULL;
}

/* UEFI 2.10, 7.2.3 */
void fw_attributes(uint64_t attribute, char *buf, size_t size)
{
	static const struct { unsigned char bit; const char *name; } names[] = {
		{ 0, "UC" }, { 1, "WC" }, { 2, "WT" }, { 3, "WB" }, { 4, "UCE" }, { 12, "WP" }, { 13, "RP" }, { 14, "XP" },
		{ 15, "non-volatile" }, { 16, "more-reliable" }, { 17, "RO" }, { 18, "special-purpose" }, { 19, "crypto" },
		{ 62, "ISA" }, { 63, "runtime" },
	};
	size_t i, used = 0;

	snprintf(buf, size, "none");
	for (i = 0; i < sizeof(names) / sizeof(names[0]) && used < size; i++)
		if (attribute >> names[i].bit & 1)
			used += snprintf(buf + used, size - used, "%s%s", used ? " " : "", names[i].name);
}

enum colour fw_colour(const char *name)
{
	if (!strcmp(name, "conventional") || !strcmp(name, "System RAM"))
		return C_FREE;
	if (!strncmp(name, "boot services", 13) || !strncmp(name, "loader", 6))
		return C_UNTOUCHED;
	if (strstr(name, "unusable") || strstr(name, "Unusable"))
		return C_BAD;
	return strstr(name, "MMIO") || strstr(name, "ersistent") ? C_DEVICE : C_FIRMWARE;
}

/* "reg00: base=0x080000000 ( 2048MB), size= 2048MB, count=1: uncachable". Uncachable wins over any other. */
const char *mtrr_at(uint64_t addr)
{
	static char type[32];
	char *text = read_text("/proc/mtrr"), *at = text, *line, unit, word[32];
	uint64_t base, size;

	type[0] = '\0';
	while (text && (line = next_line(&at))) {
		if (sscanf(line, "reg%*u: base=0x%lx (%*uMB), size=%lu%cB, count=%*u: %31s", &base, &size, &unit, word) != 4)
			continue;
		size <<= unit == 'K' ? 10 : 20;
		if (addr >= base && addr - base < size && strcmp(type, "uncachable"))
			snprintf(type, sizeof(type), "%s", word);
	}
	free(text);
	return type[0] ? type : NULL;
}
