// SPDX-License-Identifier: MIT
/* The boot options. The text is hostile only in its length and quoting; see lib/cmdline.h. */
#include <lib/cmdline.h>
#include <lib/string.h>
#include <uapi/errno.h>

static char text[CMDLINE_MAX];
static const char *init_args = "";

/* One word: [name, name_end) and, behind '=', [value, value_end); value NULL without one. */
struct word {
	const char *name, *name_end;
	const char *value, *value_end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Parses the word at or after @p; returns what follows it, NULL at the end. */
static const char *next_word(const char *p, struct word *w)
{
	while (is_blank(*p))
		p++;
	if (!*p)
		return NULL;
	w->name = p;
	w->value = NULL;
	while (*p && *p != '=' && !is_blank(*p))
		p++;
	w->name_end = p;
	if (*p != '=')
		return p;
	p++;
	if (*p == '"') {
		w->value = ++p;
		while (*p && *p != '"')
			p++;
		w->value_end = p;
		return *p ? p + 1 : p;
	}
	w->value = p;
	while (*p && !is_blank(*p))
		p++;
	w->value_end = p;
	return p;
}

static bool name_is(const struct word *w, const char *name, size_t len)
{
	return (size_t)(w->name_end - w->name) == len && !memcmp(w->name, name, len);
}

int cmdline_set(const char *new_text)
{
	ssize_t n = strscpy(text, new_text, sizeof(text));
	struct word w;

	init_args = "";
	for (const char *p = text; (p = next_word(p, &w)) != NULL;) {
		if (name_is(&w, "--", 2) && !w.value) {
			while (is_blank(*p))
				p++;
			init_args = p;
			break;
		}
	}
	return n < 0 ? -E2BIG : 0;
}

const char *cmdline_text(void)
{
	return text;
}

const char *cmdline_init_args(void)
{
	return init_args;
}

static bool find_option(const char *name, struct word *found)
{
	size_t len = strlen(name);
	struct word w;
	bool any = false;

	for (const char *p = text; (p = next_word(p, &w)) != NULL;) {
		if (name_is(&w, "--", 2) && !w.value)
			break;
		if (name_is(&w, name, len)) {
			*found = w;
			any = true;
		}
	}
	return any;
}

ssize_t cmdline_get(const char *name, char *buf, size_t size)
{
	struct word w;
	size_t len;

	if (!find_option(name, &w))
		return -ENOENT;
	len = w.value ? (size_t)(w.value_end - w.value) : 0;
	if (len >= size) {
		if (size) {
			memcpy(buf, w.value, size - 1);
			buf[size - 1] = '\0';
		}
		return -E2BIG;
	}
	if (len)
		memcpy(buf, w.value, len);
	buf[len] = '\0';
	return (ssize_t)len;
}

bool cmdline_has(const char *name)
{
	char value[4];
	ssize_t n = cmdline_get(name, value, sizeof(value));

	if (n == -ENOENT)
		return false;
	return strcmp(value, "0") && strcmp(value, "no") && strcmp(value, "off");
}

u64 cmdline_get_size(const char *name, u64 fallback)
{
	const char *end;
	char value[32];
	u64 v;

	if (cmdline_get(name, value, sizeof(value)) <= 0 || memparse(value, &end, &v) || *end)
		return fallback;
	return v;
}
