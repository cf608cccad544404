// SPDX-License-Identifier: MIT
/*
 * From installed to usable: what of the firmware's map is memory that the firmware keeps, by its own
 * types, and what of the installed memory no entry mentions. Who has the usable part is mm/accounting.h's.
 */
#include "internal.h"
#include <drivers/smbios.h>

/*
 * Does [r.start, r.end), which is not RAM, look like memory? Firmware marks device windows "reserved" too.
 * Memory is what lies below the end of low RAM and ACPI ranges and what directly continues them (graphics
 * and SMM memory sit there), likewise above 4 GiB.
 */
static bool is_memory(struct range r)
{
	u64 top_low = 0, top_high = 0;

	for (unsigned int i = 0; i < e820_table.nr; i++) {
		const struct e820_entry *e = &e820_table.e[i];
		u64 *top = e->r.start < 1UL << 32 ? &top_low : &top_high;

		if (e->type != E820_TYPE_RESERVED || e->r.start == *top)
			*top = e->r.end;
	}
	return r.start < top_low || (r.start >= 1UL << 32 && r.start < top_high);
}

static void count_firmware(struct account *a)
{
	struct efi_mem_desc d;
	size_t pos = 0;

	while (report_efi_map && efi_map_next(report_efi_map, report_bootinfo.efi_map.size, report_bootinfo.efi_desc_size, &pos, &d)) {
		struct range r;
		u32 type = d.type < NR_EFI_TYPES ? d.type : EFI_TYPE_RESERVED;

		if (d.nr_pages >> 40 || range_from_size(d.start, d.nr_pages << 12, &r) ||
		    e820_type_of_efi(d.type, d.attribute) == E820_TYPE_RAM)
			continue;
		if (type == EFI_TYPE_MMIO || type == EFI_TYPE_MMIO_PORT || !is_memory(r))
			a->devices += range_size(r);
		else
			a->firmware[type] += range_size(r);
	}
}

void account_all(struct account *a)
{
	u64 known;

	*a = (struct account){ .installed = smbios_installed_bytes(&smbios_info) };
	a->broken_law = account_check(&e820_table, &a->m);
	count_firmware(a);
	known = a->m.usable;
	for (unsigned int t = 0; t < NR_EFI_TYPES; t++)
		known += a->firmware[t];
	a->listed = known;
	if (a->installed > known)
		a->unlisted = a->installed - known;
	else if (a->installed)
		a->over = known - a->installed;
}
