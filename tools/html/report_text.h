/* SPDX-License-Identifier: MIT */
/*
 * A report as it reaches the host: the document itself, a log of the serial port with the document between its two marks, or the
 * texts of photographed QR codes (esp/bin/atlas/qr.h describes them), in any order and with other lines between. All of it is
 * somebody's file: what is wrong is said in a sentence. Pure but for malloc.
 */
#ifndef HTML_REPORT_TEXT_H
#define HTML_REPORT_TEXT_H

#include <stddef.h>

#define REPORT_MAX (32UL << 20)         /* bytes of a document */
#define REPORT_MAX_DEPTH 64             /* how deep JSON may nest here */

/* The document in @text, allocated; *size its bytes. NULL: *problem is a sentence. */
char *report_unwrap(const char *text, size_t text_size, size_t *size, const char **problem);

/* NULL, or what is wrong with the document: no JSON, no report, another version, damaged. */
const char *report_check(const char *document, size_t size);

/* RFC 8259, all of it and nothing else, valid UTF-8. NULL, or what is wrong; *at is where. */
const char *json_check(const char *text, size_t size, size_t *at);

#endif
