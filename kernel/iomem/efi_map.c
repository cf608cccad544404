// SPDX-License-Identifier: MIT
/*
 * From GetMemoryMap's table to e820. The table is hostile input: entries are read with memcpy at the
 * firmware's stride, refused when they make no sense, and counted.
 */
#include <iomem/e820.h>
#include <lib/string.h>
#include <uapi/errno.h>

/* UEFI 2.10, 7.2: EFI_MEMORY_DESCRIPTOR. Firmware may append to it. */
struct efi_memory_descriptor {
	u32 type;
	u32 pad;
	u64 physical_start;
	u64 virtual_start;
	u64 number_of_pages;
	u64 attribute;
};
static_assert(sizeof(struct efi_memory_descriptor) == 40);
static_assert(offsetof(struct efi_memory_descriptor, number_of_pages) == 24);

#define EFI_MEMORY_WB 0x8ULL            /* can be cached, write-back */
#define EFI_MEMORY_SP 0x40000ULL        /* specific purpose: keep for who asks for it */
#define EFI_PAGE_SHIFT 12
#define DESC_SIZE_MAX 4096              /* a stride beyond this is nonsense */

static const char *const names[NR_EFI_TYPES] = {
	[EFI_TYPE_RESERVED] = "reserved",
	[EFI_TYPE_LOADER_CODE] = "loader code",
	[EFI_TYPE_LOADER_DATA] = "loader data",
	[EFI_TYPE_BOOT_CODE] = "boot services code",
	[EFI_TYPE_BOOT_DATA] = "boot services data",
	[EFI_TYPE_RUNTIME_CODE] = "runtime services code",
	[EFI_TYPE_RUNTIME_DATA] = "runtime services data",
	[EFI_TYPE_CONVENTIONAL] = "conventional",
	[EFI_TYPE_UNUSABLE] = "unusable",
	[EFI_TYPE_ACPI_RECLAIM] = "ACPI reclaim",
	[EFI_TYPE_ACPI_NVS] = "ACPI NVS",
	[EFI_TYPE_MMIO] = "memory-mapped I/O",
	[EFI_TYPE_MMIO_PORT] = "MMIO port space",
	[EFI_TYPE_PAL] = "PAL code",
	[EFI_TYPE_PERSISTENT] = "persistent",
	[EFI_TYPE_UNACCEPTED] = "unaccepted",
};

const char *efi_type_name(u32 efi_type)
{
	return efi_type < NR_EFI_TYPES ? names[efi_type] : "unknown";
}

enum e820_type e820_type_of_efi(u32 efi_type, u64 attribute)
{
	switch (efi_type) {
	case EFI_TYPE_LOADER_CODE: case EFI_TYPE_LOADER_DATA:
	case EFI_TYPE_BOOT_CODE: case EFI_TYPE_BOOT_DATA:
	case EFI_TYPE_CONVENTIONAL:
		if (attribute & EFI_MEMORY_SP)
			return E820_TYPE_SOFT_RESERVED;
		return attribute & EFI_MEMORY_WB ? E820_TYPE_RAM : E820_TYPE_RESERVED;
	case EFI_TYPE_UNUSABLE:
		return E820_TYPE_UNUSABLE;
	case EFI_TYPE_ACPI_RECLAIM:
		return E820_TYPE_ACPI;
	case EFI_TYPE_ACPI_NVS:
		return E820_TYPE_NVS;
	case EFI_TYPE_PERSISTENT:
		return E820_TYPE_PMEM;
	default: /* unaccepted memory must be accepted from the hypervisor first: not ours to use */
		return E820_TYPE_RESERVED;
	}
}

static bool is_ram_type(u32 efi_type)
{
	return (efi_type >= EFI_TYPE_LOADER_CODE && efi_type <= EFI_TYPE_BOOT_DATA) || efi_type == EFI_TYPE_CONVENTIONAL;
}

bool efi_map_next(const void *map, size_t size, size_t desc_size, size_t *pos, struct efi_mem_desc *d)
{
	struct efi_memory_descriptor raw;

	if (desc_size < sizeof(raw) || *pos > size || size - *pos < desc_size)
		return false;
	memcpy(&raw, (const char *)map + *pos, sizeof(raw));
	*pos += desc_size;
	*d = (struct efi_mem_desc){ raw.type, raw.physical_start, raw.number_of_pages, raw.attribute };
	return true;
}

int e820_add_desc(struct e820_table *t, const struct efi_mem_desc *d, u64 *last_start)
{
	struct e820_stats *s = &t->stats;
	enum e820_type type = e820_type_of_efi(d->type, d->attribute);
	struct range r;

	s->nr_in++;
	if (!d->nr_pages) {
		s->nr_empty++;
		return 0;
	}
	if (d->nr_pages >> (64 - EFI_PAGE_SHIFT) || range_from_size(d->start, d->nr_pages << EFI_PAGE_SHIFT, &r)) {
		s->nr_wrapping++;
		return 0;
	}
	if (d->start & ((1UL << EFI_PAGE_SHIFT) - 1))
		s->nr_unaligned++;
	if (d->start < *last_start)
		s->nr_unsorted++;
	*last_start = max(*last_start, d->start);
	if (d->type >= NR_EFI_TYPES)
		s->nr_unknown_type++;
	if (type == E820_TYPE_RESERVED && is_ram_type(d->type))
		s->nr_uncached++;
	return e820_add(t, r.start, r.end, type);
}

int e820_from_efi(struct e820_table *t, const void *map, size_t size, size_t desc_size)
{
	struct efi_mem_desc d;
	size_t pos = 0;
	u64 last = 0;
	int ret = 0;

	t->nr = 0;
	t->stats = (struct e820_stats){ 0 };
	if (desc_size < sizeof(struct efi_memory_descriptor) || desc_size > DESC_SIZE_MAX || !size || size % desc_size)
		return -EINVAL;
	while (efi_map_next(map, size, desc_size, &pos, &d))
		if (e820_add_desc(t, &d, &last))
			ret = -ENOSPC;
	return ret;
}

int e820_from_descs(struct e820_table *t, const struct efi_mem_desc *d, size_t n)
{
	u64 last = 0;
	int ret = 0;

	t->nr = 0;
	t->stats = (struct e820_stats){ 0 };
	for (size_t i = 0; i < n; i++)
		if (e820_add_desc(t, &d[i], &last))
			ret = -ENOSPC;
	return ret;
}
