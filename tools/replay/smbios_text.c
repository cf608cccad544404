// SPDX-License-Identifier: MIT
/* Reads smbios.txt. */
#include "record.h"

#include <lib/string.h>

#define LINE 512

/* As drivers/smbios.h promises of its strings: cut to the field, printable ASCII. */
static void take(char to[SMBIOS_STRING], const char *from, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < SMBIOS_STRING - 1; i++)
		to[i] = from[i] >= 0x20 && from[i] < 0x7f ? from[i] : '?';
	to[i] = '\0';
}

/* A number in front of @*s, which moves behind it. False: there is none, or too large a one. */
static bool number(const char **s, unsigned int base, u64 *v)
{
	const char *start = *s;

	for (*v = 0;; (*s)++) {
		unsigned int digit = **s >= '0' && **s <= '9' ? (unsigned int)(**s - '0') :
				     base == 16 && **s >= 'a' && **s <= 'f' ? (unsigned int)(**s - 'a' + 10) : 99;

		if (digit >= base)
			return *s != start;
		if (*v > (U64_MAX - digit) / base)
			return false;
		*v = *v * base + digit;
	}
}

/* Both words stand there with a blank between, and both can hold blanks. */
static void type_and_form(struct smbios_module *m, const char *text, size_t len)
{
	char both[80];

	for (unsigned int t = 0; t < 64; t++) {
		for (unsigned int f = 0; f < 32; f++) {
			if ((size_t)snprintf(both, sizeof(both), "%s %s", smbios_memory_type((u8)t), smbios_form_factor((u8)f)) == len &&
			    !strncmp(both, text, len)) {
				m->type = (u8)t;
				m->form_factor = (u8)f;
				return;
			}
		}
	}
}

/* "8192 MiB, DDR4 DIMM, 2400 MT/s, slot DIMM 0, bank BANK 0, Maker PART" */
static void module_line(struct smbios_info *s, const char *p)
{
	const char *words, *slot, *bank, *maker, *part;
	struct smbios_module m = { 0 };
	u64 v;

	if (s->nr_modules == SMBIOS_MAX_MODULES || !number(&p, 10, &v) || v >> 43 || strncmp(p, " MiB, ", 6))
		return;
	m.size = v << 20;
	words = p + 6;
	p = strstr(words, ", ");
	if (!p)
		return;
	type_and_form(&m, words, (size_t)(p - words));
	p += 2;
	if (!number(&p, 10, &v) || v >> 32 || strncmp(p, " MT/s, slot ", 12))
		return;
	m.speed = (u32)v;
	slot = p + 12;
	bank = strstr(slot, ", bank ");
	maker = bank ? strstr(bank + 7, ", ") : NULL;
	if (!maker)
		return;
	take(m.locator, slot, (size_t)(bank - slot));
	take(m.bank, bank + 7, (size_t)(maker - bank - 7));
	maker += 2;
	part = strrchr(maker, ' ');     /* where the maker's name ends, the text does not say */
	if (!part)
		part = maker + strlen(maker);
	take(m.manufacturer, maker, (size_t)(part - maker));
	take(m.part, *part ? part + 1 : part, strlen(*part ? part + 1 : part));
	s->module[s->nr_modules++] = m;
}

static void capacity_line(struct smbios_info *s, const char *p)
{
	u64 mib;

	if (!number(&p, 10, &mib) || mib >> 43)
		return;
	s->max_capacity = mib << 20;
	s->ecc = !strcmp(p, " MiB, ECC");
}

static void mapped_line(struct smbios_info *s, const char *p)
{
	struct range r;

	if (s->nr_ranges < SMBIOS_MAX_RANGES && number(&p, 16, &r.start) && *p++ == ' ' && number(&p, 16, &r.end) && r.end >= r.start &&
	    r.end != U64_MAX) {
		r.end++;
		s->range[s->nr_ranges++] = r;
	}
}

static void one_line(struct smbios_info *s, const char *line)
{
	const struct { const char *key; char *field; } texts[] = {
		{ "manufacturer: ", s->manufacturer }, { "product: ", s->product }, { "version: ", s->version },
		{ "board manufacturer: ", s->board_manufacturer }, { "board product: ", s->board_product },
		{ "bios vendor: ", s->bios_vendor }, { "bios version: ", s->bios_version }, { "bios date: ", s->bios_date },
		{ "processor: ", s->processor },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t n = strlen(texts[i].key);

		if (!strncmp(line, texts[i].key, n))
			take(texts[i].field, line + n, strlen(line + n));
	}
	if (!strncmp(line, "module: ", 8))
		module_line(s, line + 8);
	else if (!strncmp(line, "capacity: ", 10))
		capacity_line(s, line + 10);
	else if (!strncmp(line, "mapped: ", 8))
		mapped_line(s, line + 8);
}

void record_parse_smbios(struct smbios_info *s, const char *text, size_t size)
{
	const char *end = text + size;
	char line[LINE];

	*s = (struct smbios_info){ 0 };
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((nl ? nl : end) - text), used = min(len, sizeof(line) - 1);

		memcpy(line, text, used);
		while (used && line[used - 1] == '\r')
			used--;
		line[used] = '\0';
		one_line(s, line);
		text += len + (nl != NULL);
	}
}
