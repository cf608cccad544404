/* SPDX-License-Identifier: MIT */
/*
 * Writing report pages. A page function prints lines into a struct rpt; colours are ANSI escapes, which
 * are taken out again for plain text. Everything must read well at 80 columns; what is wider only makes
 * bars longer. Colours mean kinds of memory, the same on every page.
 */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include <boot/bootinfo.h>
#include <iomem/e820.h>
#include <iomem/resource.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <mm/accounting.h>

#define RPT_MAX_SECTIONS 64
#define RPT_MIN_COLS 80

struct rpt_section {
	const char *title;
	size_t start;           /* in buf */
	unsigned int nr_lines;
};

struct rpt {
	char *buf;
	size_t size, len;
	bool overflow;          /* more text than @size: nothing behind it is there */
	unsigned int cols;      /* of the screen, at least RPT_MIN_COLS */
	unsigned int rows;      /* of a page's body; 0: endless paper */
	unsigned int nr_sections;
	struct rpt_section section[RPT_MAX_SECTIONS];
};

/* Meaning of colours. */
#define C_END "\033[0m"
#define C_HEAD "\033[1;97m"             /* headings */
#define C_DIM "\033[90m"                /* explanations, nothing there */
#define C_RAM "\033[92m"                /* usable, free */
#define C_KERNEL "\033[96m"             /* the kernel's own */
#define C_USER "\033[93m"               /* processes */
#define C_FIRMWARE "\033[95m"           /* the firmware keeps it */
#define C_DEVICE "\033[94m"             /* not memory: devices */
#define C_BAD "\033[91m"                /* unusable, or something is wrong */
#define C_UNTOUCHED "\033[32m"          /* usable, nobody has looked at it yet */

void rpt_section(struct rpt *r, const char *title);
/* The first byte behind section @i. */
size_t rpt_section_end(const struct rpt *r, unsigned int i);
void rpt(struct rpt *r, const char *fmt, ...) __printf(2, 3);
/* "label   text" with the labels in one column. */
void rpt_field(struct rpt *r, const char *label, const char *fmt, ...) __printf(3, 4);

#define SIZE_TEXT 12
/* Right-aligned, 9 columns: "   64 KiB", " 3.91 GiB". Returns @buf (SIZE_TEXT bytes). */
const char *size_text(u64 bytes, char *buf);
/* The same without blanks in front. */
const char *size_word(u64 bytes, char *buf);
/* Tenths of a percent of @part in @whole, as "12.3%" in 6 columns. */
const char *percent_text(u64 part, u64 whole, char *buf);
/* A bar of @width cells, @part of @whole filled, in @colour; a dot for what is too little to draw. */
void rpt_bar(struct rpt *r, u64 part, u64 whole, unsigned int width, const char *colour);
/* One bar of @width cells divided among the parts. */
struct rpt_part {
	u64 bytes;
	const char *colour;
};
void rpt_parts(struct rpt *r, const struct rpt_part *part, unsigned int nr, unsigned int width);
/* Columns of @text on the screen: escapes take none, UTF-8 one a character. */
unsigned int text_width(const char *text, size_t len);

/* The colour of an iomem node or e820 type. */
const char *name_colour(const char *name);
const char *e820_colour(enum e820_type type);

/* What the pages are made from. */
extern struct bootinfo report_bootinfo;
extern struct kernel_image_ranges report_image;
extern const void *report_efi_map;      /* a copy */

/* Where the machine's memory is. Bytes. */
struct account {
	struct mem_account m;   /* who has what is usable */
	int broken_law;         /* account_check()'s answer */
	u64 firmware[NR_EFI_TYPES]; /* memory that stays the firmware's, by EFI type */
	u64 listed;             /* usable + firmware[] */
	u64 devices;            /* in the map, but no memory */
	u64 installed;          /* SMBIOS; 0: unknown */
	u64 unlisted;           /* installed, but in no entry of the map */
	u64 over;               /* the map lists this much more memory than is installed */
};
void account_all(struct account *a);
/* The whole machine as one bar with its key; lines in front of it must not be needed. */
void account_picture(struct rpt *r, const struct account *a);

/* What of a region of the kernel half is mapped; nothing of user space. */
struct region_use {
	u64 bytes;
	u64 leaves[4];          /* by level: 1 4K, 2 2M, 3 1G */
};
void region_count(unsigned int id, struct region_use *u);

/* What the document calls a segment: "code", "data", "heap" ... */
struct mm_struct;
struct vm_area_struct;
const char *segment_word(const struct mm_struct *mm, const struct vm_area_struct *v);
/* The file's path or the special name ("[stack]"), "" without. */
const char *vma_name(const struct mm_struct *mm, struct vm_area_struct *v, char *buf, size_t size);

/* A table, a tree, without heading. */
void rpt_e820(struct rpt *r, const struct e820_table *t);
void rpt_resources(struct rpt *r, struct resource *root);
/* replay=NAME: reads the recorded map that the loader brought. */
void replay_init(const struct bootinfo *bi);

/* The files of balance.c, layout.c, map_files.c and page_file.c. */
void installed_file_init(void);
void layout_file_init(void);
void map_files_init(void);
/* table_files.c: the firmware's tables below /sys/firmware. Physical addresses, sizes in bytes. */
void table_files_init(void);
void dmi_files(u64 entry, size_t entry_size, u64 table, size_t table_size);
void page_file_init(void);

/* pager.c: lines of text on a page of a screen of @rows; shows the pages, returns when the last one is up. Sleeps. */
unsigned int pager_body_rows(unsigned int rows);
void pager_show(const struct rpt *r);

void page_machine(struct rpt *r);
void page_balance(struct rpt *r);
void page_firmware(struct rpt *r);
void page_iomem(struct rpt *r);
void page_zones(struct rpt *r);
void page_layout(struct rpt *r);
void page_processes(struct rpt *r);
void page_replay(struct rpt *r);        /* nothing without replay= */

#endif
