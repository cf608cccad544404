/* SPDX-License-Identifier: MIT */
/*
 * A document as a row of QR codes, for a phone to photograph. Each code's text is of QR's alphanumeric letters:
 *
 *     ATLAS/1 3/12 CBF43926 MFRGGZDF...
 *
 * the third of twelve codes; the CRC-32 of the whole document, so that codes of two reports are told apart; and a piece of the
 * gzip'ed document in base32 (RFC 4648, no padding; every code but the last holds whole groups of five bytes). So it is
 * put together again by tools/atlas-html, or by hand: the fourth words in order, base32 -d, gunzip.
 */
#ifndef ATLAS_QR_H
#define ATLAS_QR_H

#include <stdbool.h>
#include <stddef.h>

#define QR_MAX_TEXT 1900
#define QR_QUIET 4              /* light modules that must surround a code (ISO/IEC 18004) */

struct qr_set {
	int n;                  /* codes; 0: none */
	int version;            /* their size: 17 + 4 * version modules */
	char (*text)[QR_MAX_TEXT];
};

/* Makes the set with the largest codes that fit into @modules modules, quiet zone included. False: too small, or no memory. */
bool qr_set_make(struct qr_set *s, const char *document, size_t size, int modules);
void qr_set_free(struct qr_set *s);

/* Is the module dark? After qr_draw(); outside of the code: no. */
bool qr_is_dark(int x, int y);
/* Computes code @i. Modules on a side, 0: it can't be (never, for a set that was made). */
int qr_compute(const struct qr_set *s, int i);

#endif
