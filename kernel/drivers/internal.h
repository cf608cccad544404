/* SPDX-License-Identifier: MIT */
/* Shared inside kernel/drivers. */
#ifndef DRIVERS_INTERNAL_H
#define DRIVERS_INTERNAL_H

#include <drivers/acpi.h>
#include <lib/types.h>

#define ACPI_HEADER_SIZE 36

/* Little-endian numbers at any alignment. */
static inline u64 get_le(const u8 *p, unsigned int bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

/* acpi_parse.c: one checked table of @len bytes (header included) into @info. */
void acpi_parse_table(struct acpi_info *info, const char *sig, const u8 *t, u32 len);

/* iommu.c: the register bases of the IOMMUs that a DMAR or IVRS table of @n bytes names; how many (at most @max). Pure. */
unsigned int iommu_units(const u8 *table, size_t n, u64 *base, unsigned int max);

struct aml_namespace;
/* acpi_power.c: tells the CPU's floor how to switch off and reset. */
void acpi_power_init(const struct aml_namespace *ns);

#endif
