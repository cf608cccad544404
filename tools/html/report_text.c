// SPDX-License-Identifier: MIT
/* See report_text.h. */
#define _GNU_SOURCE
#include "report_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BEGIN "-----BEGIN ATLAS REPORT-----\n"
#define END "-----END ATLAS REPORT-----\n"
#define CODE "ATLAS/1 "
#define MAX_CODES 9999

static char problem_text[300];

#define PROBLEM(...) (snprintf(problem_text, sizeof(problem_text), __VA_ARGS__), problem_text)

/* Without carriage returns: a serial port puts them in, and JSON of ours has none. Allocated, NUL-ended. */
static char *without_returns(const char *text, size_t *size)
{
	char *out = malloc(*size + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < *size; i++)
		if (text[i] != '\r')
			out[n++] = text[i];
	if (out)
		out[n] = '\0';
	*size = n;
	return out;
}

/* ---- QR codes ---- */

struct codes {
	unsigned int n;                 /* of the set; 0: none seen */
	char crc[9];
	struct piece { const char *data; size_t len; } *piece; /* [n] */
};

/* One line: "ATLAS/1 I/N CRC DATA". True: it is a code of this set (or the first one). */
static bool take_code(struct codes *c, const char *line, size_t len, const char **problem)
{
	unsigned int i, n;
	int data = 0;
	char text[64], crc[9];

	snprintf(text, sizeof(text), "%.*s", (int)(len < 63 ? len : 63), line);
	if (sscanf(text, CODE "%4u/%4u %8[0-9A-F] %n", &i, &n, crc, &data) < 3 || !data || strlen(crc) != 8 || i == 0 || i > n || n > MAX_CODES)
		return false;
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	if (!c->n) {
		c->n = n;
		memcpy(c->crc, crc, sizeof(crc));
		c->piece = calloc(n, sizeof(*c->piece));
	}
	if (!c->piece) {
		*problem = "no memory";
		return false;
	}
	if (c->n != n || strcmp(c->crc, crc)) {
		*problem = PROBLEM("codes of two reports: one is %u codes with the sum %s, another %u with %s", c->n, c->crc, n, crc);
		return false;
	}
	c->piece[i - 1] = (struct piece){ line + data, len - (size_t)data };
	return true;
}

/* RFC 4648 without padding. The bytes, or 0 where a character is not of its alphabet. */
static size_t base32(const char *text, size_t len, uint8_t *out)
{
	uint64_t bits = 0;
	unsigned int nr_bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		int v = c >= 'A' && c <= 'Z' ? c - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;

		if (v < 0)
			return 0;
		bits = bits << 5 | (unsigned int)v;
		nr_bits += 5;
		if (nr_bits >= 8) {
			nr_bits -= 8;
			out[n++] = (uint8_t)(bits >> nr_bits);
		}
	}
	return n;
}

/* gzip's stream, allocated; zeros may follow it. */
static char *expand(uint8_t *data, size_t len, size_t *size, const char **problem)
{
	z_stream z = { .next_in = data, .avail_in = (unsigned int)len };
	size_t room = 1 << 16;
	char *out = malloc(room), *more;
	int ret;

	*problem = "the codes' data can't be expanded: one of them was read wrong";
	if (!out || inflateInit2(&z, 15 + 16) != Z_OK) {
		free(out);
		return NULL;
	}
	for (;;) {
		z.next_out = (unsigned char *)out + z.total_out;
		z.avail_out = (unsigned int)(room - z.total_out);
		ret = inflate(&z, Z_NO_FLUSH);
		if (ret != Z_OK || z.avail_out)
			break;
		more = room < REPORT_MAX ? realloc(out, room *= 2) : NULL;
		if (!more)
			break;
		out = more;
	}
	*size = z.total_out;
	inflateEnd(&z);
	if (ret != Z_STREAM_END) {
		free(out);
		return NULL;
	}
	*problem = NULL;
	return out;
}

static char *join_codes(const struct codes *c, size_t *size, const char **problem)
{
	unsigned int missing = 0, first = 0;
	size_t len = 0, at = 0;
	uint8_t *data;
	char *out;

	for (unsigned int i = c->n; i--;) {
		len += c->piece[i].len;
		if (!c->piece[i].data) {
			missing++;
			first = i + 1;
		}
	}
	if (missing) {
		*problem = PROBLEM("%u of the report's %u codes are missing, the first is %u/%u", missing, c->n, first, c->n);
		return NULL;
	}
	data = malloc(len + 1);
	if (!data) {
		*problem = "no memory";
		return NULL;
	}
	for (unsigned int i = 0; i < c->n; i++) {
		size_t n = base32(c->piece[i].data, c->piece[i].len, data + at);

		if (!n) {
			*problem = PROBLEM("code %u/%u holds characters that no code has: read it again", i + 1, c->n);
			free(data);
			return NULL;
		}
		at += n;
	}
	out = expand(data, at, size, problem);
	free(data);
	if (out) {
		char crc[9];

		snprintf(crc, sizeof(crc), "%08lX", crc32(0, (unsigned char *)out, (unsigned int)*size));
		if (!strcmp(crc, c->crc))
			return out;
		*problem = "the codes' checksum does not hold: one of them was read wrong";
		free(out);
	}
	return NULL;
}

/* The report of the codes in @text; NULL with *problem NULL: there are none. */
static char *from_codes(const char *text, size_t *size, const char **problem)
{
	struct codes c = { 0 };
	char *out = NULL;

	*problem = NULL;
	for (const char *line = text; line && *line && !*problem; line = strchr(line, '\n'), line += line != NULL) {
		size_t len = strcspn(line, "\n");
		const char *code = memmem(line, len, CODE, sizeof(CODE) - 1); /* zbarimg says "QR-Code:" in front */

		if (code)
			take_code(&c, code, len - (size_t)(code - line), problem);
	}
	if (c.n && !*problem)
		out = join_codes(&c, size, problem);
	free(c.piece);
	return out;
}

char *report_unwrap(const char *text, size_t text_size, size_t *size, const char **problem)
{
	char *clean, *begin, *end, *codes;

	*problem = NULL;
	*size = text_size;
	clean = without_returns(text, size);
	if (!clean) {
		*problem = "no memory";
		return NULL;
	}
	begin = memmem(clean, *size, BEGIN, sizeof(BEGIN) - 1);
	if (begin) {
		begin += sizeof(BEGIN) - 1;
		end = memmem(begin, *size - (size_t)(begin - clean), END, sizeof(END) - 1);
		if (!end) {
			*problem = "the report begins, but does not end";
			free(clean);
			return NULL;
		}
		*size = (size_t)(end - begin);
		memmove(clean, begin, *size);
		clean[*size] = '\0';
		return clean;
	}
	if (clean[strspn(clean, " \t\n")] == '{')
		return clean;
	codes = from_codes(clean, size, problem);
	free(clean);
	if (!codes && !*problem)
		*problem = "it is no report: neither JSON, nor a log with one, nor texts of its QR codes";
	return codes;
}

/* ---- the document ---- */

static size_t line_of(const char *text, size_t at)
{
	size_t n = 1;

	for (size_t i = 0; i < at; i++)
		n += text[i] == '\n';
	return n;
}

const char *report_check(const char *document, size_t size)
{
	const char *first_end = memchr(document, '\n', size), *problem;
	unsigned int version = 0;
	char crc[9] = "", head[100];
	size_t at, body_size;

	problem = json_check(document, size, &at);
	if (problem)
		return PROBLEM("it is no JSON: line %zu: %s", line_of(document, at), problem);
	snprintf(head, sizeof(head), "%.*s", (int)(first_end ? first_end - document : 0) < 99 ? (int)(first_end ? first_end - document : 0) : 99,
		 document);
	if (sscanf(head, "{\"format\":\"atlas-report\",\"version\":%6u,\"crc32\":\"%8[0-9a-f]\",\"body\":", &version, crc) < 1)
		return "it is JSON, but no report: its first line has no \"format\":\"atlas-report\"";
	if (version != 1)
		return PROBLEM("its version is %u, this tool knows version 1", version);
	at = size;
	while (at && document[at - 1] == '\n')
		at--;
	while (at && document[at - 1] != '\n')
		at--;
	body_size = at > (size_t)(first_end + 1 - document) ? at - (size_t)(first_end + 1 - document) : 0;
	snprintf(head, sizeof(head), "%08lx", crc32(0, (const unsigned char *)first_end + 1, (unsigned int)body_size));
	if (strcmp(head, crc))
		return PROBLEM("its checksum does not hold (%s; its body's is %s): it was changed or damaged on the way", crc, head);
	return NULL;
}
