/* SPDX-License-Identifier: MIT */
/*
 * Who has each byte of memory: one function walks everything and sorts it into slices whose sum is the
 * firmware's map, to the byte. RAM is told page by page from struct page (whole untouched sections at once), the
 * rest by the map's types. What the map does not show (graphics memory, SMM) is installed minus `total`: the
 * report's business, which knows SMBIOS.
 *
 * The walk reads flags; the allocators keep counters of their own. account_check() holds the two against each other.
 */
#ifndef MM_ACCOUNTING_H
#define MM_ACCOUNTING_H

#include <iomem/e820.h>
#include <lib/types.h>

/* SLICE(id, name, what it is, who could give it back) */
#define MEM_SLICES(SLICE) \
	SLICE(FREE,       "free",                 "in the free lists",                                "nobody has it") \
	SLICE(PCP,        "free, per CPU",        "freed lately, kept at hand",                       "nobody has it") \
	SLICE(UNTOUCHED,  "free, untouched",      "sections that nobody has allocated from",          "nobody has it") \
	SLICE(ANON,       "anonymous",            "processes' own memory",                            "you: end the process") \
	SLICE(SHMEM,      "tmpfs and shared",     "files in memory, shared anonymous memory",         "you: remove the file") \
	SLICE(FILE,       "page cache",           "files' pages",                                     "you: drop_caches") \
	SLICE(USER_TABLE, "user page tables",     "the map of each process",                          "you: end the process") \
	SLICE(SLAB,       "slab",                 "the kernel's small objects",                       "the kernel") \
	SLICE(VMALLOC,    "vmalloc",              "the kernel's big objects",                         "the kernel") \
	SLICE(STACK,      "kernel stacks",        "16 KiB a task, a few kept",                        "you: end the process") \
	SLICE(KERNEL,     "other kernel pages",   "buffers of whole pages",                           "the kernel") \
	SLICE(IMAGE,      "kernel image",         "text, rodata, data, bss",                          "the kernel's makers") \
	SLICE(MEMMAP,     "struct pages",         "64 bytes for each page that is online",            "the kernel's makers") \
	SLICE(KERNEL_TABLE, "kernel page tables", "direct map, vmemmap, vmalloc",                     "the kernel's makers") \
	SLICE(BOOT,       "loader's data",        "what the loader handed over, still in use",        "the kernel") \
	SLICE(LOW,        "first 64 KiB",         "left alone: firmware writes there",                "the firmware's makers") \
	SLICE(POISONED,   "bad pages",            "taken out of use",                                 "a new module") \
	SLICE(CRUMBS,     "parts of pages",       "RAM that does not fill a page",                    "the firmware's makers") \
	SLICE(UNREACHABLE, "out of reach",        "RAM above the 64 TiB window, or too many ranges",  "the kernel's makers") \
	SLICE(RESERVED,   "firmware: reserved",   "runtime services, tables, MMIO listed as memory",  "firmware setup") \
	SLICE(ACPI,       "firmware: ACPI data",  "ACPI tables",                                      "the kernel, once read") \
	SLICE(NVS,        "firmware: ACPI NVS",   "kept for the firmware while we run",               "nobody") \
	SLICE(UNUSABLE,   "firmware: unusable",   "the firmware found errors there",                  "a new module") \
	SLICE(PMEM,       "persistent memory",    "not used as RAM",                                  "you") \
	SLICE(SOFT_RESERVED, "special purpose",   "set aside by EFI_MEMORY_SP",                       "firmware setup")

#define MEM_SLICE_ENUM(id, name, what, who) MEM_##id,
enum mem_slice { MEM_SLICES(MEM_SLICE_ENUM) NR_MEM_SLICES };
#undef MEM_SLICE_ENUM

/* Slices before this one are RAM that the map calls usable; from here on, what the firmware keeps. */
#define MEM_FIRST_FIRMWARE MEM_RESERVED

struct mem_slice_info { const char *name, *what, *who; };
extern const struct mem_slice_info mem_slice_info[NR_MEM_SLICES];

struct mem_account {
	u64 bytes[NR_MEM_SLICES];
	u64 usable;             /* bytes of E820_TYPE_RAM */
	u64 firmware;           /* bytes of all other entries */
	u64 total;              /* of the whole map = usable + firmware */
	u64 sum;                /* of bytes[]: must be total */
};

/* Instructions: about ten a page that is online. Any time after page_alloc_init(). */
void account_memory(const struct e820_table *t, struct mem_account *a);

/*
 * 0 or the law that is broken: 1 slices sum to the map; 2 free lists; 3 per-CPU lists; 4 untouched; 5 slab;
 * 6 vmalloc; 7 kernel stacks; 8 kernel page tables; 9 struct pages; 10 page cache: flags and counters agree.
 * @a is filled in any case.
 */
int account_check(const struct e820_table *t, struct mem_account *a);

/* What has [pa, pa + 4096)? For a page view; MEM_* or -1 when the map does not know the address. */
int account_page(const struct e820_table *t, phys_addr_t pa);

#endif
