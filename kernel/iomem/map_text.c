// SPDX-License-Identifier: MIT
/* Reads a recorded memory map. The text is somebody's file: every field is checked. */
#include <iomem/map_text.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define MAX_LINE 200

/* END may have more than 16 digits: the kernel that printed it did not wrap. False: not all hexadecimal. */
static bool parse_hex(const char *s, unsigned __int128 *v)
{
	*v = 0;
	if (!*s || strlen(s) > 31)
		return false;
	for (; *s; s++) {
		int c = *s | 0x20;

		if (*s >= '0' && *s <= '9')
			*v = *v << 4 | (unsigned int)(*s - '0');
		else if (c >= 'a' && c <= 'f')
			*v = *v << 4 | (unsigned int)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Cuts the last word off @line; NULL when there is no blank in front of it. */
static char *last_word(char *line)
{
	char *blank = strrchr(line, ' ');

	if (!blank)
		return NULL;
	*blank = '\0';
	return blank + 1;
}

static bool is_decimal(const char *s)
{
	for (; *s >= '0' && *s <= '9'; s++)
		;
	return *s == ' ';
}

static int efi_line(char *line, struct efi_mem_desc *d)
{
	char *attr = last_word(line), *end = last_word(line), *start = last_word(line);
	unsigned __int128 first, last, attribute = 0xf;
	u64 type;

	if (!attr || !end || !start || kstrtou64(line, 10, &type) || type >> 32 || !parse_hex(start, &first) || first >> 64)
		return -EINVAL;
	/* "?": not published */
	if (strcmp(attr, "?") && (!parse_hex(attr, &attribute) || attribute >> 64))
		return -EINVAL;
	*d = (struct efi_mem_desc){ .type = (u32)type, .start = (u64)first, .attribute = (u64)attribute };
	if (strcmp(end, "empty")) {
		if (!parse_hex(end, &last) || last < first)
			return -EINVAL;
		last = (last + 1 - first) >> 12;
		d->nr_pages = last >> 64 ? U64_MAX : (u64)last;
	}
	return 0;
}

/* Linux's words, and what else its log can hold; a number that nobody knows is reserved. */
static enum e820_type type_of(const char *word)
{
	static const struct { const char *word; enum e820_type type; } words[] = {
		{ "usable", E820_TYPE_RAM }, { "reserved", E820_TYPE_RESERVED }, { "ACPI data", E820_TYPE_ACPI },
		{ "ACPI NVS", E820_TYPE_NVS }, { "unusable", E820_TYPE_UNUSABLE }, { "soft reserved", E820_TYPE_SOFT_RESERVED },
		{ "persistent (type 12)", E820_TYPE_PRAM }, { "persistent (type 7)", E820_TYPE_PMEM },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(word, words[i].word))
			return words[i].type;
	}
	return E820_TYPE_RESERVED;
}

static int e820_line(struct e820_table *t, char *line)
{
	char *end = last_word(line), *start = last_word(line);
	unsigned __int128 first, last;

	if (!end || !start || !parse_hex(start, &first) || !parse_hex(end, &last) || last >> 64 || last < first || last == U64_MAX)
		return -EINVAL;
	t->stats.nr_in++;
	return e820_add(t, (u64)first, (u64)last + 1, type_of(line));
}

struct lines {
	const char *text, *end;
	unsigned int number;            /* of the line, from 1 */
};

/* The next line that says something, into @line: 1; 0: no more; -EINVAL: too long. */
static int next_line(struct lines *l, char line[MAX_LINE])
{
	while (l->text < l->end) {
		const char *nl = memchr(l->text, '\n', (size_t)(l->end - l->text));
		size_t len = (size_t)((nl ? nl : l->end) - l->text);

		l->number++;
		if (len >= MAX_LINE)
			return -EINVAL;
		memcpy(line, l->text, len);
		line[len] = '\0';
		l->text += len + (nl != NULL);
		while (len && (line[len - 1] == '\r' || line[len - 1] == ' '))
			line[--len] = '\0';
		if (len && line[0] != '#')
			return 1;
	}
	return 0;
}

bool map_text_next_desc(const char *text, size_t size, size_t *pos, struct efi_mem_desc *d)
{
	struct lines l = { text + *pos, text + size, 0 };
	char line[MAX_LINE];

	if (next_line(&l, line) != 1 || !is_decimal(line) || efi_line(line, d))
		return false;
	*pos = (size_t)(l.text - text);
	return true;
}

int map_text_parse(struct e820_table *t, const char *text, size_t size, unsigned int *bad_line)
{
	struct lines l = { text, text + size, 0 };
	bool is_known = false, is_efi = false;
	struct efi_mem_desc d;
	char line[MAX_LINE];
	u64 last_start = 0;
	int ret = 0, more;

	*t = (struct e820_table){ .nr = 0 };
	while ((more = next_line(&l, line)) == 1) {
		int err;

		if (!is_known) {
			is_known = true;
			is_efi = is_decimal(line);
		}
		err = is_efi ? efi_line(line, &d) : e820_line(t, line);
		if (!err && is_efi)
			err = e820_add_desc(t, &d, &last_start);
		*bad_line = l.number;
		if (err == -EINVAL)
			return err;
		if (err)
			ret = err;
	}
	*bad_line = more ? l.number : 0;
	return is_known && !more ? ret : -EINVAL;
}
