/* SPDX-License-Identifier: MIT */
/*
 * The viewer: what the machine's memory is, on one terminal, live. An ordinary program: all it knows it reads
 * from /proc and /sys (below --root, so that recorded files can be shown), so it runs on any Linux as well;
 * what only Atlas tells (/proc/atlas) is left out there.
 *
 *   source.c   files to text            iomem.c, slices.c   text to tables (pure, no terminal)
 *   screen.c   a grid of cells          term.c              the grid on a real terminal (ncurses)
 *   view_*.c   one view each: draws into the grid, takes keys
 */
#ifndef ATLAS_H
#define ATLAS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- screen.c ---- */

/* Colours have one meaning everywhere. */
enum colour {
	C_PLAIN, C_DIM, C_BRIGHT, C_TITLE, C_CURSOR,
	C_FREE, C_UNTOUCHED, C_KERNEL, C_PROCESS, C_CACHE, C_FIRMWARE, C_DEVICE, C_WINDOW, C_HOLE, C_BAD,
	C_PAPER,                /* black on white: QR codes */
	NR_COLOURS
};

struct cell {
	uint32_t ch;            /* Unicode */
	uint8_t colour;         /* enum colour */
};

struct screen {
	int rows, columns;
	struct cell *cells;     /* rows * columns */
};

bool screen_resize(struct screen *s, int rows, int columns);
void screen_clear(struct screen *s);
void put_cell(struct screen *s, int y, int x, uint32_t ch, enum colour c);
/* UTF-8 text, cut at the right edge. Returns the column behind it. */
int put(struct screen *s, int y, int x, enum colour c, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same, ending before column @x. */
void put_right(struct screen *s, int y, int x, enum colour c, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Text of several lines from (@y, @x) to the right edge, long lines broken at blanks; only @rows of it from row @skip on.
 * Returns how many rows all of it takes. */
int put_wrapped(struct screen *s, int y, int x, int rows, int skip, enum colour c, const char *text);
/* @width cells: one piece a value, sharing the width by value; every value above 0 that can gets a cell. */
struct piece { uint64_t value; enum colour colour; };
void put_bar(struct screen *s, int y, int x, int width, const struct piece *pieces, int n);
void screen_print(const struct screen *s);      /* as plain text on standard output */
/* "1.25 GiB", "640 KiB", "17 B" in a static buffer of four. */
const char *human(uint64_t bytes);

/* ---- source.c ---- */

extern const char *root;        /* prefix of every path, "" by default */
/* A file's text, NUL-terminated, or NULL; the caller frees. */
char *read_text(const char *path);
/* Reads @n bytes at @offset of a binary file: bytes read, or -1. */
long read_at(const char *path, uint64_t offset, void *buf, size_t n);
/* The next line of *text (ended by NUL in place), or NULL. */
char *next_line(char **text);
/* "Name:   123 kB" in a text like /proc/meminfo; 0 when it is not there. */
uint64_t field_kb(const char *text, const char *name);

/* ---- iomem.c ---- */

struct range {
	uint64_t start, end;    /* end inclusive, as /proc/iomem has it */
	int depth;
	bool folded;
	char name[64];
};

struct iomem {
	struct range *r;        /* in the file's order: a parent before its children */
	int n;
};

bool iomem_load(struct iomem *m);
/* The deepest range that holds @addr, or -1. */
int iomem_find(const struct iomem *m, uint64_t addr);
/* "System RAM / Kernel code" */
void iomem_path(const struct iomem *m, uint64_t addr, char *buf, size_t size);
enum colour iomem_colour(const char *name);
bool is_ram(const struct range *r);
/* What a piece of the address space looks like in a picture. */
uint32_t colour_glyph(enum colour c);
/* The end of the highest System RAM; 0: none. */
uint64_t ram_end(const struct iomem *m);

/* ---- picture.c: the physical address space in cells ---- */

struct picture {
	uint64_t base;          /* of the first cell */
	int shift, n;           /* log2 bytes of a cell; cells */
	uint8_t *kind;          /* enum colour of each */
};

void picture_load(void);
bool picture_make(struct picture *p, uint64_t base, int shift, int n);
/* Behind the last address that is worth a cell: RAM's end, at least 4 GiB. */
uint64_t picture_end(void);
void picture_path(uint64_t addr, char *buf, size_t size);
/* The next or previous cell where something begins or ends. */
uint64_t picture_border(uint64_t from, uint64_t cell, bool forward);

/* ---- slices.c: who has the memory ---- */

#define MAX_SLICES 48
struct slice {
	char name[40];
	uint64_t bytes;
	enum colour colour;
	const char *who;        /* has it */
};

struct slices {
	int n, usable_from;             /* s[0 .. usable_from) never becomes usable, the rest is who has what is */
	struct slice s[MAX_SLICES];
	uint64_t installed, usable;     /* what the two parts must add up to; installed 0: nobody says */
	const char *installed_says;     /* who says so */
	bool exact;                     /* Atlas's accounting, to the byte; else what /proc/meminfo can tell */
};

bool slices_load(struct slices *s);
/* Do both parts add up to the byte? */
bool slices_add_up(const struct slices *s);

/* ---- firmware.c: the firmware's own map ---- */

struct fw_entry {
	uint64_t start, end;    /* inclusive */
	int type;               /* EFI; -1: from Linux's /sys/firmware/memmap, which has names only */
	uint64_t attribute;
	char name[32];
};

struct fw_map { struct fw_entry *e; int n; };

enum fw_source { FW_EXIT, FW_FOUND, FW_CLEANED, NR_FW_SOURCES };
extern const char *const fw_source_name[NR_FW_SOURCES];
bool fw_load(struct fw_map *m, enum fw_source source);
const struct fw_entry *fw_find(const struct fw_map *m, uint64_t addr);
/* "UC WC WT WB runtime" */
void fw_attributes(uint64_t attribute, char *buf, size_t size);
enum colour fw_colour(const char *name);
/* The memory type that the MTRRs give @addr, by /proc/mtrr; NULL: not known. */
const char *mtrr_at(uint64_t addr);

/* ---- pages: /proc/kpageflags, /proc/kpagecount ---- */

#define PAGE 4096UL
bool page_flags(uint64_t pfn, uint64_t *flags, uint64_t *count);
/* The value of "name value" in Atlas's record of a page frame; false: no such line, or not Atlas. */
bool page_record(uint64_t pfn, char record[513]);
bool record_line(const char *record, const char *name, char *value, size_t size);
void page_flags_text(uint64_t flags, char *buf, size_t size);
enum colour page_colour(uint64_t flags);

/* ---- processes ---- */

struct process { int pid; char comm[32]; uint64_t rss_kb, size_kb, pte_kb; };
int processes_load(struct process **list);
struct segment { uint64_t start, end; char perm[8]; char name[128]; };
int segments_load(int pid, struct segment **list);
/* pagemap entry of @vaddr: present, and its pfn (0 when not told). */
bool page_of(int pid, uint64_t vaddr, bool *present, uint64_t *pfn);

/* Page-table entries pgd, pud, pmd, pte that translate @vaddr; false: this kernel does not show them. */
bool entries_of(int pid, uint64_t vaddr, uint64_t e[4]);
/* An entry in words: "present, writable, user ... -> 3e6f2000". @level 4 (pgd) to 1 (pte). */
void entry_text(uint64_t entry, int level, char *buf, size_t size);
/* A process that maps a page, and where. */
struct mapping { int pid; char comm[32]; uint64_t vaddr; char segment[96]; };
#define MAX_MAPPINGS 64
int mappings_of(uint64_t phys, struct mapping m[MAX_MAPPINGS]);
/* A run of the kernel's page tables that maps the page: its line's parts. */
struct kernel_mapping { uint64_t vaddr; char region[24], flags[48], level[8]; };
#define MAX_KERNEL_MAPPINGS 8
int kernel_mappings_of(uint64_t phys, struct kernel_mapping m[MAX_KERNEL_MAPPINGS]);

/* ---- views ---- */

/* A list that scrolls. */
struct list { int cursor, top, n, visible; };
/* @n rows, @visible of them on the screen: keeps the cursor among both. */
void list_fit(struct list *l, int n, int visible);
/* Arrows, PgUp, PgDn, Home, End: true. */
bool list_key(struct list *l, int key);

struct view {
	char key;               /* opens it */
	const char *name, *brief; /* brief: on a narrow screen */
	const char *keys;       /* what keys do in it, for the last line */
	const char *help;       /* what one sees, a few lines */
	void (*load)(void);     /* reads its files again */
	void (*draw)(struct screen *s); /* rows 1 .. rows - 2 are its own */
	bool (*key_pressed)(int key);   /* true: it was for the view */
	void (*snapshot)(void); /* keeps today's numbers to compare with; may be NULL */
};

extern const struct view view_overview, view_physmap, view_iomem, view_zones, view_page, view_layout, view_processes, view_firmware,
	view_lab, view_qr;
/* Opens the view of one page at a physical address. */
void show_page(uint64_t phys);
void open_view(const struct view *v);
/* The last line: asks for text (an address, a name) on behalf of @done. One question at a time. */
void ask(const char *question, void (*done)(const char *text));

enum key { K_UP = 1000, K_DOWN, K_LEFT, K_RIGHT, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END, K_ENTER, K_BACK, K_RESIZE };

/* ---- term.c ---- */

bool term_open(void);
void term_close(void);
void term_size(int *rows, int *columns);
void term_show(const struct screen *s);
/* The next key (a character or enum key), or -1 after @milliseconds. */
int term_key(int milliseconds);
/* A shell in place of the grid until it ends. */
void term_shell(void);

#endif
