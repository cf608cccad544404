// SPDX-License-Identifier: MIT
/* See qr.h. Compression is zlib's, the codes are libqrcodegen's. */
#include "qr.h"

#include <qrcodegen/qrcodegen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MIN_VERSION 4
#define MAX_VERSION 25          /* larger ones are hard for phones */
#define HEAD_MAX 27             /* "ATLAS/1 1234/1234 CBF43926 " */

/* Alphanumeric letters in a code of this version, error correction L (ISO/IEC 18004, table 7). */
static const int capacity[MAX_VERSION + 1] = { 0, 25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535, 619, 667, 758, 854, 938,
	1046, 1153, 1249, 1352, 1460, 1588, 1704, 1853 };

static uint8_t code[qrcodegen_BUFFER_LEN_FOR_VERSION(MAX_VERSION)];

static uint8_t *compress_document(const char *document, size_t size, size_t *packed)
{
	z_stream z = { .next_in = (unsigned char *)document, .avail_in = (unsigned int)size };
	uint8_t *out;

	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	*packed = deflateBound(&z, size);
	out = calloc(1, *packed + 5);
	if (out) {
		z.next_out = out;
		z.avail_out = (unsigned int)*packed;
		if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
			free(out);
			out = NULL;
		}
		*packed = z.total_out;
	}
	deflateEnd(&z);
	return out;
}

/* Five bytes are eight letters; the last group may be shorter. */
static char *base32(char *to, const uint8_t *from, size_t n)
{
	for (; n; from += 5, n -= n < 5 ? n : 5) {
		uint64_t bits = 0;

		for (size_t i = 0; i < 5; i++)
			bits = bits << 8 | (i < n ? from[i] : 0);
		for (size_t i = 0; i < (n < 5 ? (n * 8 + 4) / 5 : 8); i++)
			*to++ = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits >> (35 - 5 * i) & 31];
	}
	*to = '\0';
	return to;
}

bool qr_set_make(struct qr_set *s, const char *document, size_t size, int modules)
{
	size_t packed, room;
	uint8_t *data;

	qr_set_free(s);
	s->version = (modules - 2 * QR_QUIET - 17) / 4;
	if (modules < 0 || s->version < MIN_VERSION)
		return false;
	if (s->version > MAX_VERSION)
		s->version = MAX_VERSION;
	data = compress_document(document, size, &packed);
	if (!data)
		return false;
	room = (size_t)(capacity[s->version] - HEAD_MAX) / 8 * 5;
	s->n = (int)((packed + room - 1) / room);
	s->text = s->n <= 9999 ? calloc((size_t)s->n, sizeof(*s->text)) : NULL;
	if (!s->text)
		s->n = 0;
	for (int i = 0; i < s->n; i++) {
		size_t at = (size_t)i * room, n = packed - at < room ? packed - at : room;

		base32(s->text[i] + sprintf(s->text[i], "ATLAS/1 %d/%d %08lX ", i + 1, s->n, crc32(0, (const unsigned char *)document, (unsigned int)size)),
		       data + at, n);
	}
	free(data);
	return s->n > 0;
}

void qr_set_free(struct qr_set *s)
{
	free(s->text);
	*s = (struct qr_set){ 0 };
}

int qr_compute(const struct qr_set *s, int i)
{
	static uint8_t scratch[sizeof(code)];

	if (!qrcodegen_encodeText(s->text[i], scratch, code, qrcodegen_Ecc_LOW, s->version, s->version, qrcodegen_Mask_AUTO, true))
		return 0;
	return qrcodegen_getSize(code);
}

bool qr_is_dark(int x, int y)
{
	return qrcodegen_getModule(code, x, y);
}
