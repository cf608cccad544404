/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON (RFC 8259) into a buffer. The writer puts the commas, quotes and newlines; the caller names keys and opens
 * and closes what it nests. Strings are any bytes (SMBIOS, file names): what must be escaped is, and what is no UTF-8
 * becomes U+FFFD, so that whatever goes in, JSON comes out. Pure.
 *
 * Numbers: JSON readers keep 53 bits. Addresses and what firmware may have made up are json_hex() strings; counts and
 * bytes that we have counted are numbers.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <lib/compiler.h>
#include <lib/types.h>

#define JSON_MAX_DEPTH 40       /* deeper nesting is left out, with ->overflow set */

struct json {
	char *buf;
	size_t size, len;
	bool overflow;          /* the buffer, or JSON_MAX_DEPTH, was too small: what is there is no document */
	unsigned int depth;
	struct { bool is_array, is_long, has_items; } level[JSON_MAX_DEPTH];
};

void json_init(struct json *j, char *buf, size_t size);
/* @key NULL: an item of an array, or the document itself. "long": each item on a line of its own. */
void json_object(struct json *j, const char *key);
void json_long_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_long_array(struct json *j, const char *key);
void json_end(struct json *j);  /* closes the innermost of these */

void json_string(struct json *j, const char *key, const char *value);
/* The same, left out when @value is "". */
void json_word(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, u64 value);
void json_hex(struct json *j, const char *key, u64 value);      /* "0x1f" */
void json_bool(struct json *j, const char *key, bool value);

#endif
