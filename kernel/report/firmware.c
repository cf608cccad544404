// SPDX-License-Identifier: MIT
/* Pages: the firmware's map by type, and the cleaned table. */
#include "internal.h"
#include <lib/string.h>

struct type_sum {
	u64 bytes;
	unsigned int entries;
};

static const char *efi_colour(u32 type)
{
	enum e820_type t = e820_type_of_efi(type, 0xf);

	if (type == EFI_TYPE_MMIO || type == EFI_TYPE_MMIO_PORT)
		return C_DEVICE;
	if (type == EFI_TYPE_CONVENTIONAL)
		return C_RAM;
	return t == E820_TYPE_RAM ? C_UNTOUCHED : e820_colour(t);
}

/* What becomes of a type, in a word or two. */
static const char *efi_fate(u32 type)
{
	switch (type) {
	case EFI_TYPE_CONVENTIONAL: return "usable";
	case EFI_TYPE_LOADER_CODE: case EFI_TYPE_LOADER_DATA: return "usable: was our loader";
	case EFI_TYPE_BOOT_CODE: case EFI_TYPE_BOOT_DATA: return "usable: firmware is done";
	case EFI_TYPE_RUNTIME_CODE: case EFI_TYPE_RUNTIME_DATA: return "kept: UEFI services";
	case EFI_TYPE_ACPI_RECLAIM: return "ACPI tables";
	case EFI_TYPE_ACPI_NVS: return "kept across sleep";
	case EFI_TYPE_MMIO: case EFI_TYPE_MMIO_PORT: return "devices, not memory";
	case EFI_TYPE_UNUSABLE: return "broken";
	case EFI_TYPE_PERSISTENT: return "non-volatile modules";
	case EFI_TYPE_UNACCEPTED: return "not given to us yet";
	default: return "kept by firmware";
	}
}

static void by_type(struct rpt *r, const struct type_sum *sum, u64 largest)
{
	unsigned int bar = r->cols - 70;
	char size[SIZE_TEXT];

	rpt(r, "  " C_DIM "%-22s %7s %9s  %-*s %s" C_END "\n", "EFI type", "entries", "size", (int)bar, "", "what becomes of it");
	for (u32 t = 0; t <= NR_EFI_TYPES; t++) {
		if (!sum[t].entries)
			continue;
		rpt(r, "  %s%-22s" C_END " %7u %s  ", efi_colour(t), efi_type_name(t), sum[t].entries, size_text(sum[t].bytes, size));
		rpt_bar(r, sum[t].bytes, largest, bar, efi_colour(t));
		rpt(r, " %s\n", efi_fate(t));
	}
}

static void map_by_type(struct rpt *r)
{
	struct type_sum sum[NR_EFI_TYPES + 1] = { { 0, 0 } };
	const struct e820_stats *s = &e820_table.stats;
	struct efi_mem_desc d;
	u64 largest = 0;
	size_t pos = 0;

	rpt_section(r, "What the firmware said: its memory map by type");
	while (report_efi_map && efi_map_next(report_efi_map, report_bootinfo.efi_map.size, report_bootinfo.efi_desc_size, &pos, &d)) {
		u32 t = min(d.type, (u32)NR_EFI_TYPES);

		sum[t].entries++;
		sum[t].bytes += d.nr_pages >> 40 ? 0 : d.nr_pages << 12;
		largest = max(largest, sum[t].bytes);
	}
	by_type(r, sum, largest);
	rpt(r, "\n  %u entries of %u bytes", s->nr_in, report_bootinfo.efi_desc_size);
	if (s->nr_empty || s->nr_unsorted || s->nr_wrapping || s->nr_overlap || s->nr_dropped)
		rpt(r, ": " C_BAD "%u empty, %u out of order, %u impossible, %u overlapping, %u lost" C_END, s->nr_empty,
		    s->nr_unsorted, s->nr_wrapping, s->nr_overlap, s->nr_dropped);
	else
		rpt(r, ", in order; none empty, overlapping or impossible");
	rpt(r, "\n\n");
}

void rpt_e820(struct rpt *r, const struct e820_table *t)
{
	unsigned int bar = r->cols - 66;
	u64 largest = 0, hole = 0;
	char size[SIZE_TEXT];

	for (unsigned int i = 0; i < t->nr; i++)
		largest = max(largest, range_size(t->e[i].r));
	rpt(r, "  " C_DIM "%-33s %9s  %s" C_END "\n", "physical addresses", "size", "type");
	for (unsigned int i = 0; i < t->nr; i++) {
		const struct e820_entry *e = &t->e[i];

		if (e->r.start > hole)
			rpt(r, "  " C_DIM "%33s %s  nothing here" C_END "\n", "", size_text(e->r.start - hole, size));
		hole = e->r.end;
		rpt(r, "  %016llx-%016llx %s  %s%-15s" C_END " ", (unsigned long long)e->r.start, (unsigned long long)e->r.end - 1,
		    size_text(range_size(e->r), size), e820_colour(e->type), e820_type_name(e->type));
		rpt_bar(r, range_size(e->r), largest, bar, e820_colour(e->type));
		rpt(r, "\n");
	}
}

void page_firmware(struct rpt *r)
{
	map_by_type(r);
	rpt_section(r, "The map, cleaned: sorted, merged, the most restrictive type wins (e820)");
	rpt_e820(r, &e820_table);
}
