// SPDX-License-Identifier: MIT
/* Is it JSON (RFC 8259)? One pass, depth bounded, nothing allocated. */
#include "report_text.h"

#include <stdbool.h>
#include <string.h>

struct reader {
	const unsigned char *text;
	size_t at, size;
	const char *problem;
};

static bool fail(struct reader *r, const char *problem)
{
	if (!r->problem)
		r->problem = problem;
	return false;
}

/* The next byte, or -1. */
static int peek(const struct reader *r)
{
	return r->at < r->size ? r->text[r->at] : -1;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->size && r->text[r->at] && strchr(" \t\r\n", r->text[r->at]))
		r->at++;
}

static bool word(struct reader *r, const char *w)
{
	size_t n = strlen(w);

	if (r->size - r->at < n || memcmp(r->text + r->at, w, n))
		return fail(r, "a word that JSON does not have");
	r->at += n;
	return true;
}

static bool is_hex(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool escape(struct reader *r)
{
	int c = peek(r);

	if (c < 0 || !c || !strchr("\"\\/bfnrtu", c))
		return fail(r, "an escape that JSON does not have");
	r->at++;
	for (int i = 0; c == 'u' && i < 4; i++, r->at++)
		if (!is_hex(peek(r)))
			return fail(r, "\\u needs four hexadecimal digits");
	return true;
}

/* Unicode 15, table 3-7. */
static bool utf8(struct reader *r)
{
	unsigned int c = r->text[r->at++], n = c < 0x80 ? 0 : c >= 0xc2 && c <= 0xdf ? 1 : (c & 0xf0) == 0xe0 ? 2 : c >= 0xf0 && c <= 0xf4 ? 3 : 9;
	int next = peek(r);

	if (n == 9 || (c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f))
		return fail(r, "no valid UTF-8");
	for (; n; n--, r->at++)
		if ((peek(r) & ~0x3f) != 0x80)
			return fail(r, "no valid UTF-8");
	return true;
}

static bool string(struct reader *r)
{
	int c;

	if (peek(r) != '"')
		return fail(r, "a string is missing");
	r->at++;
	while ((c = peek(r)) != '"') {
		if (c < 0x20)
			return fail(r, c < 0 ? "it ends inside a string" : "a control character inside a string");
		if (c == '\\') {
			r->at++;
			if (!escape(r))
				return false;
		} else if (!utf8(r)) {
			return false;
		}
	}
	r->at++;
	return true;
}

static bool digits(struct reader *r)
{
	size_t start = r->at;

	while (peek(r) >= '0' && peek(r) <= '9')
		r->at++;
	return r->at > start || fail(r, "a number without digits");
}

static bool number(struct reader *r)
{
	if (peek(r) == '-')
		r->at++;
	if (peek(r) == '0')
		r->at++;
	else if (!digits(r))
		return false;
	if (peek(r) == '.' && (r->at++, !digits(r)))
		return false;
	if (peek(r) == 'e' || peek(r) == 'E') {
		r->at++;
		if (peek(r) == '+' || peek(r) == '-')
			r->at++;
		return digits(r);
	}
	return true;
}

static bool value(struct reader *r, unsigned int depth);

/* The items of an object or array, behind its first character. */
static bool items(struct reader *r, char end, unsigned int depth)
{
	skip_blanks(r);
	if (peek(r) == end) {
		r->at++;
		return true;
	}
	for (;;) {
		if (end == '}') {
			skip_blanks(r);
			if (!string(r))
				return false;
			skip_blanks(r);
			if (peek(r) != ':')
				return fail(r, "a colon is missing");
			r->at++;
		}
		if (!value(r, depth))
			return false;
		if (peek(r) == end) {
			r->at++;
			return true;
		}
		if (peek(r) != ',')
			return fail(r, r->at == r->size ? "it ends too early" : "a comma is missing");
		r->at++;
	}
}

static bool value(struct reader *r, unsigned int depth)
{
	bool good;
	int c;

	skip_blanks(r);
	c = peek(r);
	if (c == '{' || c == '[') {
		if (depth == REPORT_MAX_DEPTH)
			return fail(r, "it nests too deep");
		r->at++;
		good = items(r, c == '{' ? '}' : ']', depth + 1);
	} else if (c == '"') {
		good = string(r);
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		good = number(r);
	} else if (c < 0) {
		return fail(r, "it ends too early");
	} else {
		good = word(r, c == 't' ? "true" : c == 'f' ? "false" : "null");
	}
	skip_blanks(r);
	return good;
}

const char *json_check(const char *text, size_t size, size_t *at)
{
	struct reader r = { (const unsigned char *)text, 0, size, NULL };

	if (value(&r, 0) && r.at < size)
		fail(&r, "something follows behind the document");
	*at = r.at;
	return r.problem;
}
