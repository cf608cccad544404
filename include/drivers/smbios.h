/* SPDX-License-Identifier: MIT */
/*
 * What the machine says of itself: SMBIOS 2.x and 3.x (DMTF DSP0134 3.7), types 0, 1, 2, 4, 16, 17, 19.
 *
 * Entry point and table are hostile input: lengths, counts, string numbers and checksums are checked,
 * nothing outside the given bytes is read, what is refused is counted. Strings are cut to their field
 * and anything but printable ASCII becomes '?'. Serial numbers and UUIDs are never read. Pure, no lock.
 */
#ifndef DRIVERS_SMBIOS_H
#define DRIVERS_SMBIOS_H

#include <lib/compiler.h>
#include <lib/range.h>
#include <lib/types.h>

#define SMBIOS_STRING 48
#define SMBIOS_MAX_MODULES 96
#define SMBIOS_MAX_RANGES 32

struct smbios_module {          /* type 17 */
	u64 size;               /* bytes; 0: empty slot */
	bool size_unknown;
	u8 type, form_factor;   /* smbios_memory_type(), smbios_form_factor() */
	u32 speed;              /* MT/s, configured if known; 0: unknown */
	char locator[SMBIOS_STRING], bank[SMBIOS_STRING], manufacturer[SMBIOS_STRING], part[SMBIOS_STRING];
};

struct smbios_info {
	u8 major, minor;        /* of the specification */
	char bios_vendor[SMBIOS_STRING], bios_version[SMBIOS_STRING], bios_date[SMBIOS_STRING];
	char manufacturer[SMBIOS_STRING], product[SMBIOS_STRING], version[SMBIOS_STRING];
	char board_manufacturer[SMBIOS_STRING], board_product[SMBIOS_STRING];
	char processor[SMBIOS_STRING];
	unsigned int nr_modules;
	struct smbios_module module[SMBIOS_MAX_MODULES];
	unsigned int nr_ranges;
	struct range range[SMBIOS_MAX_RANGES];  /* type 19: where modules appear, physical */
	u64 max_capacity;       /* of all system memory arrays (type 16), bytes */
	bool ecc;
	unsigned int nr_structures, nr_bad;     /* refused: truncated, too short, too many */
};

/* Where the table lies, from @size bytes of an entry point. 0; -EINVAL: no entry point, or a bad checksum. */
struct smbios_entry {
	u64 table;              /* physical */
	u32 size;               /* bytes at most */
	u32 count;              /* structures; 0: until the end-of-table structure */
	u8 major, minor;
};
int smbios_parse_entry(const void *entry, size_t size, struct smbios_entry *out) __must_check;
/* Fills @info (all of it). Stops at the first structure that does not fit. */
void smbios_parse(struct smbios_info *info, const struct smbios_entry *e, const void *table, size_t size);

/* Sum of the modules; of the mapped ranges when no module says its size; 0: unknown. */
u64 smbios_installed_bytes(const struct smbios_info *info);
const char *smbios_memory_type(u8 type);        /* "DDR4"; never NULL */
const char *smbios_form_factor(u8 form_factor); /* "SODIMM"; never NULL */

/* The machine's own. [B] */
extern struct smbios_info smbios_info;

#endif
