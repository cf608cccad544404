/* SPDX-License-Identifier: MIT */
/*
 * What the page tables say: as text, and as a verdict.
 *
 * The dump is Linux's (/sys/kernel/debug/page_tables): runs of entries with equal attributes, the regions of
 * asm/vmlayout.h as markers. The verdict walks the kernel half once and holds it against what must be true;
 * every law that is broken says how often and where first.
 */
#ifndef MM_PTDUMP_H
#define MM_PTDUMP_H

#include <lib/types.h>

/* One line without newline. Addresses are the run's; attributes as the CPU enforces them over all levels. */
typedef void (*ptdump_line_fn)(const char *line, void *arg);
/*
 * Dumps [start, end) (end 0: to the top) of @pgd. @with_phys: also the physical address, and runs end where it
 * jumps. Tables must not change meanwhile (=> the mm's lock, or the kernel's own).
 */
void ptdump(phys_addr_t pgd, unsigned long start, unsigned long end, bool with_phys, ptdump_line_fn fn, void *arg);

#define VERDICT_LAWS(LAW) \
	LAW(REGIONS,  "mappings lie in regions that may have them, none in holes") \
	LAW(WX,       "nothing is writable and executable") \
	LAW(USER,     "no user bit above TASK_SIZE") \
	LAW(TEXT,     "text and rodata are writable nowhere") \
	LAW(DIRECT,   "direct map is phys + PAGE_OFFSET and covers RAM exactly") \
	LAW(IMAGE,    "image: phys + __START_KERNEL_map - phys_base, text RX, rodata R, data RW") \
	LAW(VMEMMAP,  "struct pages: sections as counted, templates intact and read-only") \
	LAW(GUARDS,   "vmalloc: mappings inside areas, guard pages and freed areas empty") \
	LAW(CACHE,    "cacheable means RAM (or firmware tables), device memory is uncached") \
	LAW(GLOBAL,   "kernel translations are global") \
	LAW(SHARED,   "this process's upper half is the kernel's")

#define VERDICT_ENUM(id, text) VERDICT_##id,
enum verdict_law { VERDICT_LAWS(VERDICT_ENUM) NR_VERDICT_LAWS };
#undef VERDICT_ENUM
extern const char *const verdict_law_text[NR_VERDICT_LAWS];

struct verdict {
	u64 leaves[4];                                  /* by level 1..3, templates not counted */
	u64 tables;                                     /* page-table pages seen, templates once */
	u64 broken[NR_VERDICT_LAWS];                    /* how often */
	unsigned long where[NR_VERDICT_LAWS];           /* first address */
	unsigned int nr_broken;                         /* laws */
};

/* Fills @v; returns v->nr_broken. After vmalloc_init(). */
unsigned int kernel_verdict(struct verdict *v);
/* The same, and one line in the log: PASS, or a line in red for each broken law. */
unsigned int kernel_verdict_log(void);

#endif
