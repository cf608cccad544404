/* SPDX-License-Identifier: MIT */
/*
 * The machine's physical memory as the firmware tells it, cleaned.
 *
 * e820_from_efi() turns the raw EFI map (hostile input: zero pages, wrapping, unsorted, overlapping,
 * unknown types, any stride) into a sorted, disjoint, merged table where the most restrictive type
 * wins; every entry that is refused or clipped is counted with its bytes. Nothing after it reads the
 * firmware's map again. The names and numbers are Linux's (E820_TYPE_*).
 *
 * Invariants (e820_check): 1 sorted by start; 2 disjoint; 3 no empty entry; 4 no two neighbours that
 * touch and share a type; 5 nr within capacity, and nothing is lost without stats.nr_dropped saying so.
 * Ranges are exact to the byte (old firmware ends RAM inside a page): users of pages round inwards.
 */
#ifndef IOMEM_E820_H
#define IOMEM_E820_H

#include <lib/compiler.h>
#include <lib/range.h>
#include <lib/types.h>

/* In Linux's numbers. Restrictiveness is e820_severity()'s order, not the number's. */
enum e820_type {
	E820_TYPE_RAM = 1,
	E820_TYPE_RESERVED = 2,
	E820_TYPE_ACPI = 3,             /* tables, reclaimable */
	E820_TYPE_NVS = 4,
	E820_TYPE_UNUSABLE = 5,
	E820_TYPE_PMEM = 7,
	E820_TYPE_PRAM = 12,            /* persistent memory of before the specification */
	E820_TYPE_SOFT_RESERVED = 0xefffffff,
};

struct e820_entry {
	struct range r;                 /* bytes, half-open */
	enum e820_type type;
};

/* UEFI 7.2 */
enum efi_memory_type {
	EFI_TYPE_RESERVED, EFI_TYPE_LOADER_CODE, EFI_TYPE_LOADER_DATA, EFI_TYPE_BOOT_CODE, EFI_TYPE_BOOT_DATA,
	EFI_TYPE_RUNTIME_CODE, EFI_TYPE_RUNTIME_DATA, EFI_TYPE_CONVENTIONAL, EFI_TYPE_UNUSABLE, EFI_TYPE_ACPI_RECLAIM,
	EFI_TYPE_ACPI_NVS, EFI_TYPE_MMIO, EFI_TYPE_MMIO_PORT, EFI_TYPE_PAL, EFI_TYPE_PERSISTENT, EFI_TYPE_UNACCEPTED,
	NR_EFI_TYPES,
};

#define E820_MAX_ENTRIES 1024

struct e820_stats {
	unsigned int nr_in;             /* entries read */
	unsigned int nr_empty, nr_wrapping, nr_unaligned, nr_unknown_type, nr_overlap, nr_unsorted, nr_dropped;
	unsigned int nr_uncached;       /* memory that can't be cached: Reserved */
	u64 bytes_dropped;              /* of usable memory */
};

struct e820_table {
	unsigned int nr;
	struct e820_entry e[E820_MAX_ENTRIES];
	struct e820_stats stats;
};

/* One EFI descriptor in our own terms, for feeding from places other than a raw map (tests, replay). */
struct efi_mem_desc {
	u32 type;                       /* UEFI 7.2, EFI_MEMORY_TYPE */
	u64 start;
	u64 nr_pages;
	u64 attribute;
};

/*
 * The table of @size bytes of raw EFI map, replacing what @t held. 0; -EINVAL when stride or size make
 * no sense (@t is empty); -ENOSPC when entries were dropped (@t is valid, stats say what is missing).
 */
int e820_from_efi(struct e820_table *t, const void *map, size_t size, size_t desc_size) __must_check;
/* The same from parsed descriptors. */
int e820_from_descs(struct e820_table *t, const struct efi_mem_desc *d, size_t n) __must_check;

/* One descriptor more. *last_start, 0 at first, carries the greatest start so far. Errors as e820_add, but what makes
 * no sense is counted, and 0. */
int e820_add_desc(struct e820_table *t, const struct efi_mem_desc *d, u64 *last_start) __must_check;

/*
 * Lays [start, end) of @type over the table: where two types meet the more restrictive one stays.
 * Any order of the same calls gives the same table, and all invariants hold after each. 0; -EINVAL
 * for an empty range; -ENOSPC when the table is full: then a RAM range is left out (counted), and for
 * any other type the RAM under it is given up, so that nothing restricted is ever taken for RAM.
 */
int e820_add(struct e820_table *t, u64 start, u64 end, enum e820_type type) __must_check;
/* RAM inside [start, end) becomes @type or, with @type 0, no entry at all. Errors as e820_add. */
int e820_retype_ram(struct e820_table *t, u64 start, u64 end, enum e820_type type) __must_check;
/*
 * What Linux takes from every PC (trim_bios_range): page 0 is Reserved, and between 640 KiB and 1 MiB
 * there is no RAM whatever the firmware says.
 */
int e820_trim_bios(struct e820_table *t) __must_check;

/* Linux's log words: "usable", "ACPI data" ... Never NULL. */
const char *e820_type_name(enum e820_type type);
/* The most restrictive has the greatest number. Unknown types sit just below Reserved. */
int e820_severity(enum e820_type type);
/* *found false: @addr belongs to no entry. */
enum e820_type e820_type_at(const struct e820_table *t, u64 addr, bool *found);
/* Bytes of @type. */
u64 e820_bytes(const struct e820_table *t, enum e820_type type);
/* The e820 type that an EFI descriptor means: UEFI 7.2, and Linux's rules for Soft Reserved and memory that can't be cached. */
enum e820_type e820_type_of_efi(u32 efi_type, u64 attribute);
/* UEFI's name of an EFI memory type ("boot services data"). Never NULL. */
const char *efi_type_name(u32 efi_type);
/* The table into the log, and one line for each kind of nonsense that was found. */
void e820_print(const struct e820_table *t);
/* 0 or the number of the violated invariant. */
int e820_check(const struct e820_table *t);

/* The raw map, one entry at a time: false at the end. Start with *pos = 0. For reports; e820 is made by e820_from_efi. */
bool efi_map_next(const void *map, size_t size, size_t desc_size, size_t *pos, struct efi_mem_desc *d);

/* The machine's own table. [B] written by main.c at boot only. */
extern struct e820_table e820_table;

#endif
