/* SPDX-License-Identifier: MIT */
/*
 * The firmware maps of real machines in tests/machines (its README describes the formats), as arrays.
 * Run tests from the top of the tree, or set ATLAS_TOP.
 */
#ifndef TEST_MACHINES_H
#define TEST_MACHINES_H

#include <dirent.h>
#include <ctype.h>
#include "check.h"
#include <iomem/e820.h>

#define MACHINE_ENTRIES 600

struct machine {
	char name[64];
	struct efi_mem_desc efi[MACHINE_ENTRIES];
	size_t nr_efi;
	struct e820_entry e820[MACHINE_ENTRIES];        /* as published: neither sorted nor merged */
	size_t nr_e820;
	char *iomem;                                    /* text, NULL when there is none */
	bool e820_is_partial;
};

static FILE *machine_open(const char *machine, const char *file)
{
	const char *top = getenv("ATLAS_TOP");
	char path[512];

	snprintf(path, sizeof(path), "%s/tests/machines/%s/%s", top ? top : ".", machine, file);
	return fopen(path, "r");
}

static void machine_read_efi(struct machine *m, FILE *f)
{
	char line[256], end_text[40], attr[40];
	unsigned long long start;
	unsigned int type;

	while (fgets(line, sizeof(line), f)) {
		unsigned __int128 end = 0;

		if (line[0] == '#')
			continue;
		assert_int_equal(sscanf(line, "%u %llx %39s %39s", &type, &start, end_text, attr), 4);
		for (const char *p = end_text; isxdigit((unsigned char)*p); p++)
			end = end * 16 + (unsigned int)(isdigit((unsigned char)*p) ? *p - '0' : tolower(*p) - 'a' + 10);
		assert_true(m->nr_efi < MACHINE_ENTRIES);
		m->efi[m->nr_efi++] = (struct efi_mem_desc){ .type = type, .start = start,
			.nr_pages = strcmp(end_text, "empty") ? (u64)((end + 1 - start) >> 12) : 0,
			.attribute = attr[0] == '?' ? 0xf : strtoull(attr, NULL, 16) };
	}
}

static enum e820_type machine_e820_type(const char *word)
{
	static const struct { const char *word; enum e820_type type; } words[] = {
		{ "usable", E820_TYPE_RAM }, { "reserved", E820_TYPE_RESERVED }, { "ACPI data", E820_TYPE_ACPI },
		{ "ACPI NVS", E820_TYPE_NVS }, { "unusable", E820_TYPE_UNUSABLE },
		{ "soft reserved", E820_TYPE_SOFT_RESERVED }, { "persistent (type 12)", E820_TYPE_PRAM },
		{ "persistent (type 7)", E820_TYPE_PMEM },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i].word))
			return words[i].type;
	assert_memory_equal(word, "type ", 5);
	return (enum e820_type)atoi(word + 5);
}

static void machine_read_e820(struct machine *m, FILE *f)
{
	char line[256], *start, *end;

	while (fgets(line, sizeof(line), f)) {
		if (strstr(line, "INCOMPLETE"))
			m->e820_is_partial = true;
		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		end = strrchr(line, ' ');
		*end++ = '\0';
		start = strrchr(line, ' ');
		*start++ = '\0';
		assert_true(m->nr_e820 < MACHINE_ENTRIES);
		m->e820[m->nr_e820++] = (struct e820_entry){ { strtoull(start, NULL, 16), strtoull(end, NULL, 16) + 1 },
			machine_e820_type(line) };
	}
}

static inline __attribute__((unused)) void machine_load(struct machine *m, const char *name, const char *e820_file)
{
	FILE *f;

	memset(m, 0, sizeof(*m));
	snprintf(m->name, sizeof(m->name), "%s", name);
	if ((f = machine_open(name, "efi-memmap.txt"))) {
		machine_read_efi(m, f);
		fclose(f);
	}
	if ((f = machine_open(name, e820_file))) {
		machine_read_e820(m, f);
		fclose(f);
	}
	if ((f = machine_open(name, "iomem.txt"))) {
		m->iomem = calloc(1, 65536);
		assert_true(fread(m->iomem, 1, 65535, f) < 65535);
		fclose(f);
	}
}

/* Calls fn for every machine; returns how many there were. */
static inline __attribute__((unused)) int machines_each(void (*fn)(struct machine *m))
{
	static struct machine m;
	const char *top = getenv("ATLAS_TOP");
	struct dirent *d;
	char path[512];
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/tests/machines", top ? top : ".");
	dir = opendir(path);
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.' || strchr(d->d_name, '.'))
			continue;
		machine_load(&m, d->d_name, "e820.txt");
		fn(&m);
		free(m.iomem);
		n++;
	}
	closedir(dir);
	return n;
}

#endif
