/* SPDX-License-Identifier: MIT */
/*
 * The memory-map report: what the firmware said, what each physical address is, where the kernel maps
 * it and which process uses it, as pages of text for a person. On the screen it turns its pages by
 * itself (boot option report=page,SECONDS; 8 by default, 0: at once), or by keys of /dev/console if that gives single ones
 * (no ICANON), and leaves the last one; the whole text goes to the serial console once, without colours. /proc/atlas/report: reading gives the text,
 * writing "show" shows it and returns when the last page is up.
 *
 * /proc/atlas/report.json is the same as one JSON document with a checksum, described by report.schema.json next to this
 * file. report=json: it goes to serial in place of the text, between two lines "-----BEGIN ATLAS REPORT-----" and
 * "-----END ATLAS REPORT-----".
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <boot/bootinfo.h>
#include <iomem/resource.h>

/* Boot, once the slab, vmalloc and procfs work. Copies what it needs; the firmware's map is read now. */
void report_init(const struct bootinfo *bi, const struct kernel_image_ranges *image);
/* Makes the report and shows it. Sleeps between pages: task context. 0 or -ENOMEM. */
int report_show(void);

/* /proc/atlas/{accounting,verdict,sections} and /sys/kernel/debug/page_tables; after vfs_init(). */
void memory_files_init(void);

/* /proc/atlas/highmem_lab: the document's example, done on a real page each time it is read. */
void highmem_lab_init(void);

#endif
