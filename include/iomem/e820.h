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
 * touch and share type and attributes; 5 nothing above the table's capacity is lost uncounted.
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
	E820_TYPE_SOFT_RESERVED = 0xefffffff,
};

struct e820_entry {
	struct range r;                 /* bytes, half-open */
	enum e820_type type;
};

#define E820_MAX_ENTRIES 1024

struct e820_stats {
	unsigned int nr_in;             /* entries read */
	unsigned int nr_empty, nr_wrapping, nr_unaligned, nr_unknown_type, nr_overlap, nr_unsorted, nr_dropped;
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

/* The table E820 of @size bytes of raw EFI map. 0; -EINVAL when stride or size make no sense; -ENOSPC
 * when entries were dropped (the table is valid and stats say what is missing). */
int e820_from_efi(struct e820_table *t, const void *map, size_t size, size_t desc_size) __must_check;
/* The same from parsed descriptors. */
int e820_from_descs(struct e820_table *t, const struct efi_mem_desc *d, size_t n) __must_check;
/* Adds [start, end) with @type; call e820_sanitise() afterwards. */
int e820_add(struct e820_table *t, u64 start, u64 end, enum e820_type type) __must_check;
int e820_sanitise(struct e820_table *t) __must_check;

const char *e820_type_name(enum e820_type type);        /* Linux's log words: "usable", "ACPI data" ... */
enum e820_type e820_type_at(const struct e820_table *t, u64 addr, bool *found);
/* 0 or the number of the violated invariant. */
int e820_check(const struct e820_table *t);

/* The machine's own table. [B] written by main.c at boot only. */
extern struct e820_table e820_table;

#endif
