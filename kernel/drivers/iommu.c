// SPDX-License-Identifier: MIT
/*
 * Where the IOMMUs are: ACPI's DMAR (Intel VT-d 3.3, 8.1 and 8.3) and IVRS (AMD I/O Virtualization 3.05, 5.2).
 * The table's checksum was verified; nothing else is believed.
 */
#include <lib/string.h>

#include "internal.h"

#define FIRST_STRUCTURE 48      /* in both */

unsigned int iommu_units(const u8 *t, size_t n, u64 *base, unsigned int max)
{
	bool amd = n >= 4 && !memcmp(t, "IVRS", 4);
	unsigned int found = 0;

	for (size_t at = FIRST_STRUCTURE, len; n >= 16 && at <= n - 16 && found < max; at += len) {
		unsigned int type = amd ? t[at] : (unsigned int)get_le(t + at, 2);

		len = get_le(t + at + 2, 2);
		if (len < 16 || len > n - at)
			break;
		/* DRHD; IVHD, of which newer forms repeat what older ones said. */
		if (amd ? type == 0x10 || type == 0x11 || type == 0x40 : type == 0)
			base[found++] = get_le(t + at + 8, 8);
	}
	return found;
}
