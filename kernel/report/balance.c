// SPDX-License-Identifier: MIT
/* Page: installed memory = what the firmware keeps + what the kernel and the programs have + what is free. */
#include "internal.h"
#include <lib/string.h>

/* One slice: name, size, share of @whole, bar, explanation. */
static void line(struct rpt *r, const char *name, u64 bytes, u64 whole, const char *colour, const char *who)
{
	char size[SIZE_TEXT], percent[SIZE_TEXT];

	if (!bytes)
		return;
	rpt(r, "    %s%-22s" C_END " %s %s  ", colour, name, size_text(bytes, size), percent_text(bytes, whole, percent));
	rpt_bar(r, bytes, whole, r->cols - 76, colour);
	rpt(r, " " C_DIM "%s" C_END "\n", who);
}

static void total(struct rpt *r, const char *name, u64 bytes)
{
	char size[SIZE_TEXT];

	rpt(r, "  " C_HEAD "%-24s %s" C_END C_DIM "  %llu bytes" C_END "\n", name, size_text(bytes, size), (unsigned long long)bytes);
}

/* The whole machine in one bar. */
static void picture(struct rpt *r, const struct account *a, u64 whole)
{
	const struct { u64 bytes; const char *colour; } part[] = {
		{ whole - a->usable, C_FIRMWARE },
		{ a->slice[SLICE_KERNEL_IMAGE] + a->slice[SLICE_MEMMAP] + a->slice[SLICE_TABLES] + a->slice[SLICE_SLAB] +
		  a->slice[SLICE_VMALLOC] + a->slice[SLICE_STACKS] + a->slice[SLICE_BOOT] + a->slice[SLICE_OTHER_KERNEL] + a->partial, C_KERNEL },
		{ a->slice[SLICE_FILE] + a->slice[SLICE_SHMEM] + a->slice[SLICE_ANON], C_USER },
		{ a->slice[SLICE_FREE], C_RAM },
		{ a->slice[SLICE_UNTOUCHED], C_UNTOUCHED },
	};
	unsigned int width = r->cols - 4, used = 0;

	rpt(r, "  ");
	for (unsigned int i = 0; i < ARRAY_SIZE(part); i++) {
		unsigned int n = (unsigned int)((part[i].bytes >> 12) * width / max(whole >> 12, 1UL));

		if (part[i].bytes && !n)
			n = 1;
		if (i == ARRAY_SIZE(part) - 1 || n > width - used)
			n = width - used;
		used += n;
		rpt(r, "%s", part[i].colour);
		while (n--)
			rpt(r, "█");
		rpt(r, C_END);
	}
	rpt(r, "\n  " C_FIRMWARE "█" C_END " firmware  " C_KERNEL "█" C_END " kernel  " C_USER "█" C_END " processes, files  "
	    C_RAM "█" C_END " free  " C_UNTOUCHED "█" C_END " untouched\n\n");
}

static const char *keeper(u32 efi_type)
{
	switch (efi_type) {
	case EFI_TYPE_RUNTIME_CODE: case EFI_TYPE_RUNTIME_DATA: return "UEFI services";
	case EFI_TYPE_ACPI_RECLAIM: return "could be reclaimed";
	case EFI_TYPE_ACPI_NVS: return "firmware, sleep";
	case EFI_TYPE_UNUSABLE: return "broken";
	default: return "firmware, graphics";
	}
}

void page_balance(struct rpt *r)
{
	static struct account a;
	u64 whole, kept = 0;

	account_all(&a);
	for (u32 t = 0; t < NR_EFI_TYPES; t++)
		kept += a.firmware[t];
	whole = a.usable + kept + a.unlisted;
	rpt_section(r, "Where the memory is: installed, usable, and who has it", true);
	picture(r, &a, whole);
	if (a.installed)
		total(r, "installed (SMBIOS)", a.installed);
	else
		rpt(r, "  " C_DIM "The firmware does not say how much is installed; this is what its map lists." C_END "\n");
	if (a.over)
		total(r, "listed beyond that", a.over);
	for (u32 t = 0; t < NR_EFI_TYPES; t++)
		line(r, efi_type_name(t), a.firmware[t], whole, C_FIRMWARE, keeper(t));
	line(r, "not in the map", a.unlisted, whole, C_FIRMWARE, "ROM shadow, chipset");
	total(r, "usable (System RAM)", a.usable);
	line(r, "parts of pages", a.partial, whole, C_DIM, "no whole page");
	for (unsigned int s = 0; s < NR_SLICES; s++)
		line(r, slice_name[s], a.slice[s], whole, slice_colour[s], slice_who[s]);
	{
		u64 sum = a.partial;

		for (unsigned int s = 0; s < NR_SLICES; s++)
			sum += a.slice[s];
		if (sum == a.usable)
			rpt(r, "  " C_RAM "The slices add up to the byte." C_END "\n");
		else
			rpt(r, "  " C_BAD "The slices add up to %llu bytes, not %llu." C_END "\n", (unsigned long long)sum,
			    (unsigned long long)a.usable);
	}
}
