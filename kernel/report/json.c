// SPDX-License-Identifier: MIT
/* The JSON writer (json.h). Pure. */
#include "json.h"
#include <lib/string.h>

void json_init(struct json *j, char *buf, size_t size)
{
	*j = (struct json){ .buf = buf, .size = size };
}

static void add(struct json *j, const char *text, size_t len)
{
	if (j->overflow || len >= j->size - j->len) {
		j->overflow = true;
		return;
	}
	memcpy(j->buf + j->len, text, len);
	j->len += len;
	j->buf[j->len] = '\0';
}

/* Length of the UTF-8 character at @s, 0: it is none (Unicode 15, table 3-7). */
static unsigned int utf8_len(const u8 *s)
{
	unsigned int n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;

	for (unsigned int i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void add_quoted(struct json *j, const char *value)
{
	const u8 *s = (const u8 *)value;
	char escape[8];
	unsigned int n;

	add(j, "\"", 1);
	for (; *s; s += n ? n : 1) {
		n = utf8_len(s);
		if (*s == '"' || *s == '\\') {
			add(j, "\\", 1);
			add(j, (const char *)s, 1);
		} else if (*s < 0x20 || *s == 0x7f) {
			snprintf(escape, sizeof(escape), "\\u%04x", *s);
			add(j, escape, 6);
		} else if (n) {
			add(j, (const char *)s, n);
		} else {
			add(j, "\xef\xbf\xbd", 3);
		}
	}
	add(j, "\"", 1);
}

static void newline(struct json *j)
{
	add(j, "\n", 1);
	for (unsigned int i = 0; i < j->depth; i++)
		add(j, " ", 1);
}

/* What stands in front of an item: comma, newline, key. */
static void begin_item(struct json *j, const char *key)
{
	if (j->depth) {
		if (j->level[j->depth - 1].has_items)
			add(j, ",", 1);
		j->level[j->depth - 1].has_items = true;
		if (j->level[j->depth - 1].is_long)
			newline(j);
	}
	if (key) {
		add_quoted(j, key);
		add(j, ":", 1);
	}
}

static void open(struct json *j, const char *key, bool is_array, bool is_long)
{
	if (j->depth == JSON_MAX_DEPTH)
		j->overflow = true;
	if (j->overflow)
		return;
	begin_item(j, key);
	add(j, is_array ? "[" : "{", 1);
	j->level[j->depth].is_array = is_array;
	j->level[j->depth].is_long = is_long;
	j->level[j->depth++].has_items = false;
}

void json_object(struct json *j, const char *key)
{
	open(j, key, false, false);
}

void json_long_object(struct json *j, const char *key)
{
	open(j, key, false, true);
}

void json_array(struct json *j, const char *key)
{
	open(j, key, true, false);
}

void json_long_array(struct json *j, const char *key)
{
	open(j, key, true, true);
}

void json_end(struct json *j)
{
	if (j->overflow || !j->depth)
		return;
	j->depth--;
	if (j->level[j->depth].is_long && j->level[j->depth].has_items)
		newline(j);
	add(j, j->level[j->depth].is_array ? "]" : "}", 1);
	if (!j->depth)
		add(j, "\n", 1);
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin_item(j, key);
	add_quoted(j, value);
}

void json_word(struct json *j, const char *key, const char *value)
{
	if (*value)
		json_string(j, key, value);
}

void json_number(struct json *j, const char *key, u64 value)
{
	char text[24];

	begin_item(j, key);
	add(j, text, (size_t)scnprintf(text, sizeof(text), "%llu", (unsigned long long)value));
}

void json_hex(struct json *j, const char *key, u64 value)
{
	char text[24];

	begin_item(j, key);
	add(j, text, (size_t)scnprintf(text, sizeof(text), "\"0x%llx\"", (unsigned long long)value));
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin_item(j, key);
	if (value)
		add(j, "true", 4);
	else
		add(j, "false", 5);
}
