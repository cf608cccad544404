// SPDX-License-Identifier: MIT
/* Parses boot.cfg: key=value lines, # comments, CRLF or LF, an optional UTF-8 byte order mark. */
#include "config.h"

#include <lib/string.h>

#define MAX_WARNINGS 8
#define LINE_SHOWN 40

struct parser {
	struct boot_config *c;
	config_warn_fn warn;
	unsigned int line, nr_warnings;
};

void config_defaults(struct boot_config *c)
{
	*c = (struct boot_config){ .video = VIDEO_NATIVE, .error_wait = 30, .record = true };
	strscpy(c->kernel, "\\atlas\\kernel.elf", sizeof(c->kernel));
	strscpy(c->initramfs, "\\atlas\\initramfs.cpio", sizeof(c->initramfs));
}

/* "what: the beginning of the line", so that noise cannot fill the screen or move the cursor. */
static void complain(struct parser *p, const char *what, const char *s, size_t len)
{
	char shown[LINE_SHOWN + 4], text[160];
	size_t n = min(len, (size_t)LINE_SHOWN);

	if (++p->nr_warnings > MAX_WARNINGS)
		return;
	for (size_t i = 0; i < n; i++)
		shown[i] = s[i] >= ' ' && s[i] <= '~' ? s[i] : '?';
	strscpy(shown + n, len > n ? "..." : "", 4);
	scnprintf(text, sizeof(text), "%s: %s", what, shown);
	p->warn(p->line, text);
}

static bool append(char *dst, size_t size, const char *s, size_t len)
{
	size_t have = strlen(dst), blank = have && len;

	if (have + blank + len >= size)
		return false;
	if (blank)
		dst[have++] = ' ';
	memcpy(dst + have, s, len);
	dst[have + len] = '\0';
	return true;
}

static bool parse_u32(const char *s, size_t len, u32 max_value, u32 *out)
{
	u32 v = 0;

	if (len == 0 || len > 8)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (u32)(s[i] - '0');
	}
	if (v > max_value)
		return false;
	*out = v;
	return true;
}

static bool equals(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

static bool set_video(struct boot_config *c, const char *s, size_t len)
{
	const char *x = memchr(s, 'x', len);
	u32 width, height;

	if (equals(s, len, "native")) {
		c->video = VIDEO_NATIVE;
	} else if (equals(s, len, "keep")) {
		c->video = VIDEO_KEEP;
	} else if (equals(s, len, "none")) {
		c->video = VIDEO_NONE;
	} else {
		if (!x || !parse_u32(s, (size_t)(x - s), 65535, &width) ||
		    !parse_u32(x + 1, len - (size_t)(x - s) - 1, 65535, &height))
			return false;
		c->video = VIDEO_SIZE;
		c->width = width;
		c->height = height;
	}
	return true;
}

/* Slashes may be written either way; a path starts at the volume's root. */
static bool set_path(char *dst, const char *s, size_t len)
{
	size_t lead = len && s[0] != '\\' && s[0] != '/';

	if (len + lead >= CONFIG_PATH_MAX)
		return false;
	if (lead)
		dst[0] = '\\';
	for (size_t i = 0; i < len; i++)
		dst[lead + i] = s[i] == '/' ? '\\' : s[i];
	dst[lead + len] = '\0';
	return true;
}

static bool set_flag(bool *flag, const char *s, size_t len)
{
	bool yes = equals(s, len, "yes") || equals(s, len, "1");

	if (!yes && !equals(s, len, "no") && !equals(s, len, "0"))
		return false;
	*flag = yes;
	return true;
}

/* 1: done; 0: value refused; -1: no such key. */
static int set_key(struct boot_config *c, const char *key, size_t key_len, const char *v, size_t len)
{
	if (equals(key, key_len, "options"))
		return append(c->cmdline, sizeof(c->cmdline), v, len);
	if (equals(key, key_len, "kernel"))
		return len && set_path(c->kernel, v, len);
	if (equals(key, key_len, "initramfs"))
		return set_path(c->initramfs, v, equals(v, len, "none") ? 0 : len);
	if (equals(key, key_len, "video"))
		return set_video(c, v, len);
	if (equals(key, key_len, "error_wait"))
		return parse_u32(v, len, 3600, &c->error_wait);
	if (equals(key, key_len, "record"))
		return set_flag(&c->record, v, len);
	if (equals(key, key_len, "test_take_1mib"))
		return set_flag(&c->take_1mib, v, len);
	return -1;
}

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

static void parse_line(struct parser *p, const char *s, size_t len)
{
	const char *eq, *key = s, *value;
	size_t key_len, value_len;

	while (len && (is_blank(s[len - 1]) || s[len - 1] == '\r'))
		len--;
	while (len && is_blank(*s)) {
		s++;
		len--;
	}
	if (len == 0 || *s == '#')
		return;
	for (size_t i = 0; i < len; i++) {
		if ((s[i] < ' ' || s[i] > '~') && s[i] != '\t') {
			complain(p, "not printable ASCII, line ignored", s, len);
			return;
		}
	}
	eq = memchr(s, '=', len);
	if (!eq) {
		complain(p, "no '=' in it, line ignored", s, len);
		return;
	}
	key = s;
	key_len = (size_t)(eq - s);
	while (key_len && is_blank(key[key_len - 1]))
		key_len--;
	value = eq + 1;
	value_len = len - (size_t)(value - s);
	while (value_len && is_blank(*value)) {
		value++;
		value_len--;
	}
	switch (set_key(p->c, key, key_len, value, value_len)) {
	case 0:
		complain(p, "value not understood or too long, line ignored", s, len);
		break;
	case -1:
		complain(p, "unknown key, line ignored", s, len);
	}
}

void config_parse(struct boot_config *c, const void *file, size_t size, config_warn_fn warn)
{
	struct parser p = { .c = c, .warn = warn };
	const char *s = file, *end = s + size;

	if (size >= 2 && (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0)) {
		warn(0, "it is UTF-16 text; save it as plain text (ASCII or UTF-8). Ignored");
		return;
	}
	if (size >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t len = (size_t)((nl ? nl : end) - s);

		p.line++;
		parse_line(&p, s, len);
		s += len + 1;
	}
	if (p.nr_warnings > MAX_WARNINGS) {
		char text[64];

		scnprintf(text, sizeof(text), "%u more lines not understood", p.nr_warnings - MAX_WARNINGS);
		warn(0, text);
	}
}

static u16 lower(u16 ch)
{
	return ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch;
}

/* Is @word the name that the loader was started by: the same file name, with or without ".efi"? */
static bool is_program_name(const char *word, size_t len, const u16 *program)
{
	const u16 *base = program;
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (word[i] == '\\' || word[i] == '/' || word[i] == ':') {
			word += i + 1;
			len -= i + 1;
			i = (size_t)-1;
		}
	}
	if (len > 4 && lower(word[len - 4]) == '.' && lower(word[len - 3]) == 'e' &&
	    lower(word[len - 2]) == 'f' && lower(word[len - 1]) == 'i')
		return true;
	for (i = 0; program && program[i]; i++) {
		if (program[i] == '\\' || program[i] == '/')
			base = program + i + 1;
	}
	while (base && base[n])
		n++;
	if (n != len + 4)       /* the name without its .efi */
		return false;
	for (i = 0; i < len; i++) {
		if (lower(base[i]) != lower((u16)word[i]))
			return false;
	}
	return true;
}

bool config_add_load_options(struct boot_config *c, const u16 *options, size_t size, const u16 *program)
{
	size_t nr = size / sizeof(u16), start = strlen(c->cmdline), at, len, word;

	if (size % sizeof(u16) || nr == 0)
		return true;
	for (len = 0; len < nr && options[len]; len++) {
		if (options[len] < ' ' || options[len] > '~')
			return true;
	}
	for (at = 0; at < len && options[at] == ' '; at++)
		;
	while (len > at && options[len - 1] == ' ')
		len--;
	if (at == len)
		return true;
	if (start + (start > 0) + (len - at) >= sizeof(c->cmdline))
		return false;
	if (start)
		c->cmdline[start++] = ' ';
	for (size_t i = at; i < len; i++)
		c->cmdline[start + i - at] = (char)options[i];
	c->cmdline[start + len - at] = '\0';

	for (word = 0; word < len - at && c->cmdline[start + word] != ' '; word++)
		;
	if (is_program_name(c->cmdline + start, word, program)) {
		size_t skip = word;

		while (c->cmdline[start + skip] == ' ')
			skip++;
		memmove(c->cmdline + start, c->cmdline + start + skip, len - at - skip + 1);
		if (c->cmdline[start] == '\0' && start)
			c->cmdline[start - 1] = '\0';
	}
	return true;
}

bool config_has_word(const struct boot_config *c, const char *word)
{
	size_t len = strlen(word);

	for (const char *s = c->cmdline; (s = strstr(s, word)); s += len) {
		if ((s == c->cmdline || s[-1] == ' ') && (s[len] == ' ' || !s[len]))
			return true;
	}
	return false;
}

bool config_option(const struct boot_config *c, const char *name, char *value, size_t size)
{
	size_t len = strlen(name);
	bool found = false;

	for (const char *s = c->cmdline; (s = strstr(s, name)); s += len) {
		size_t n = 0;

		if ((s != c->cmdline && s[-1] != ' ') || s[len] != '=')
			continue;
		while (s[len + 1 + n] && s[len + 1 + n] != ' ' && n < size - 1) {
			value[n] = s[len + 1 + n];
			n++;
		}
		value[n] = '\0';
		found = true;
	}
	return found;
}
