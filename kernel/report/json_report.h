/* SPDX-License-Identifier: MIT */
/*
 * The report as one JSON document; include/report/report.schema.json describes it. Two sources make it: this kernel of its
 * own machine, and tools/atlas-html of a recorded one, on the host, with the same code.
 *
 *     {"format":"atlas-report","version":1,"crc32":"cbf43926","body":
 *     {
 *      "source":"live", ...
 *     }
 *     }
 *
 * The body stands on lines of its own. crc32 is that of the lines between the first and the last one, newlines included, as
 * gzip computes it:
 *
 *     sed '1d;$d' report.json | gzip | tail -c 8 | od -An -N4 -tx4
 */
#ifndef REPORT_JSON_REPORT_H
#define REPORT_JSON_REPORT_H

#include <iomem/e820.h>
#include <iomem/resource.h>
#include "json.h"

#define JSON_REPORT_VERSION 1
#define JSON_REPORT_BEGIN "-----BEGIN ATLAS REPORT-----\n"
#define JSON_REPORT_END "-----END ATLAS REPORT-----\n"

/* Pure, or of what mm knows: json_memory.c. */
void json_machine(struct json *j);                      /* smbios_info */
void json_firmware_map(struct json *j);                 /* report_efi_map; nothing without */
void json_e820(struct json *j, const struct e820_table *t);
void json_iomem(struct json *j, struct resource *root);
void json_account(struct json *j);                      /* who has each byte */
void json_zones(struct json *j);
void json_sections(struct json *j);

/* Of a running kernel: json_live.c. */
void json_boot(struct json *j);
void json_layout(struct json *j);
void json_processes(struct json *j);

/* The first and the last line around @body, @len bytes that end with a newline. */
#define JSON_HEAD_SIZE 96
int json_head(char head[JSON_HEAD_SIZE], const char *body, size_t len); /* its length */
#define JSON_TAIL "}\n"

/* /proc/atlas/report.json. */
void report_json_init(void);
/* The document between the two marks to @out, in pieces. 0, -ENOMEM. */
int report_json_write(void (*out)(void *arg, const char *text, size_t len), void *arg);

#endif
