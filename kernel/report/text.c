// SPDX-License-Identifier: MIT
/* Lines, sizes and bars of the report. Pure. */
#include "internal.h"
#include <lib/string.h>

static void append(struct rpt *r, const char *text, size_t len)
{
	struct rpt_section *s = r->nr_sections ? &r->section[r->nr_sections - 1] : NULL;

	if (r->overflow || len >= r->size - r->len) {
		r->overflow = true;
		return;
	}
	memcpy(r->buf + r->len, text, len);
	r->len += len;
	r->buf[r->len] = '\0';
	for (size_t i = 0; s && i < len; i++)
		s->nr_lines += text[i] == '\n';
}

void rpt_section(struct rpt *r, const char *title)
{
	if (r->nr_sections == RPT_MAX_SECTIONS) {
		r->overflow = true;
		return;
	}
	r->section[r->nr_sections++] = (struct rpt_section){ title, r->len, 0 };
}

size_t rpt_section_end(const struct rpt *r, unsigned int i)
{
	return i + 1 < r->nr_sections ? r->section[i + 1].start : r->len;
}

static void vrpt(struct rpt *r, const char *fmt, va_list ap)
{
	char line[512];
	int n = vscnprintf(line, sizeof(line), fmt, ap);

	append(r, line, (size_t)n);
}

void rpt(struct rpt *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vrpt(r, fmt, ap);
	va_end(ap);
}

void rpt_field(struct rpt *r, const char *label, const char *fmt, ...)
{
	va_list ap;

	rpt(r, "  " C_DIM "%-12s" C_END " ", label);
	va_start(ap, fmt);
	vrpt(r, fmt, ap);
	va_end(ap);
	append(r, "\n", 1);
}

const char *size_word(u64 bytes, char *buf)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int u = 0;
	u64 n;                  /* hundredths of the unit, rounded */

	while (u < ARRAY_SIZE(unit) - 1 && bytes >> (10 * u) >= 1024)
		u++;
	if (u == 0 || !(bytes & ((1UL << (10 * u)) - 1))) {
		snprintf(buf, SIZE_TEXT, "%llu %s", (unsigned long long)(bytes >> (10 * u)), unit[u]);
		return buf;
	}
	/* From the upper bits only, so that nothing overflows. */
	n = ((bytes >> (10 * (u - 1))) * 100 + 512) >> 10;
	if (n >= 102350 && u < ARRAY_SIZE(unit) - 1) {
		n = 100;
		u++;
	}
	if (n < 1000)
		snprintf(buf, SIZE_TEXT, "%u.%02u %s", (u32)(n / 100), (u32)(n % 100), unit[u]);
	else if (n < 9995)
		snprintf(buf, SIZE_TEXT, "%u.%u %s", (u32)((n + 5) / 100), (u32)((n + 5) / 10 % 10), unit[u]);
	else
		snprintf(buf, SIZE_TEXT, "%u %s", (u32)((n + 50) / 100), unit[u]);
	return buf;
}

const char *size_text(u64 bytes, char *buf)
{
	char word[SIZE_TEXT];

	snprintf(buf, SIZE_TEXT, "%9s", size_word(bytes, word));
	return buf;
}

const char *percent_text(u64 part, u64 whole, char *buf)
{
	u64 permille;

	/* 54 bits of bytes times 1000 is too much: count pages then. */
	if (whole >> 50) {
		whole >>= 12;
		part >>= 12;
	}
	permille = whole ? (part * 1000 + whole / 2) / whole : 0;
	snprintf(buf, SIZE_TEXT, "%3u.%u%%", (u32)(permille / 10), (u32)(permille % 10));
	return buf;
}

void rpt_bar(struct rpt *r, u64 part, u64 whole, unsigned int width, const char *colour)
{
	unsigned int filled = 0;

	if (whole >> 50) {
		whole >>= 12;
		part >>= 12;
	}
	if (whole)
		filled = (unsigned int)min((part * width + whole / 2) / whole, (u64)width);
	rpt(r, "%s", colour);
	for (unsigned int i = 0; i < filled; i++)
		append(r, "■", 3);
	if (part && !filled)
		append(r, "·", 2);              /* there, but less than half a cell */
	rpt(r, C_END "%*s", (int)(width - max(filled, (unsigned int)(part != 0))), "");
}

void rpt_parts(struct rpt *r, const struct rpt_part *part, unsigned int nr, unsigned int width)
{
	unsigned int used = 0;
	u64 whole = 0, sum = 0;

	for (unsigned int i = 0; i < nr; i++)
		whole += part[i].bytes >> 12;
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int end;

		sum += part[i].bytes >> 12;
		end = whole ? (unsigned int)(sum * width / whole) : 0;
		if (part[i].bytes && end <= used && used < width)
			end = used + 1;         /* what is there is seen */
		rpt(r, "%s", part[i].colour);
		for (; used < end; used++)
			append(r, "█", 3);
	}
	rpt(r, C_END);
}

unsigned int text_width(const char *text, size_t len)
{
	unsigned int n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\033') {
			while (i < len && text[i] != 'm')
				i++;
		} else if (((u8)text[i] & 0xc0) != 0x80) {
			n++;
		}
	}
	return n;
}

const char *e820_colour(enum e820_type type)
{
	switch (type) {
	case E820_TYPE_RAM: return C_RAM;
	case E820_TYPE_UNUSABLE: return C_BAD;
	default: return C_FIRMWARE;
	}
}

const char *name_colour(const char *name)
{
	static const struct { const char *name, *colour; } known[] = {
		{ "System RAM", C_RAM }, { "Kernel ", C_KERNEL }, { "Reserved", C_FIRMWARE }, { "ACPI ", C_FIRMWARE },
		{ "Soft Reserved", C_FIRMWARE }, { "Persistent", C_FIRMWARE }, { "Unusable", C_BAD }, { "Unknown", C_BAD },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
		if (!strncmp(name, known[i].name, strlen(known[i].name)))
			return known[i].colour;
	return C_DEVICE;
}
