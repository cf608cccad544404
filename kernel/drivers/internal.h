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

/* acpi/parse.c: one checked table of @len bytes (header included) into @info. */
void acpi_parse_table(struct acpi_info *info, const char *sig, const u8 *t, u32 len);

/* iommu.c: the register bases of the IOMMUs that a DMAR or IVRS table of @n bytes names; how many (at most @max). Pure. */
unsigned int iommu_units(const u8 *table, size_t n, u64 *base, unsigned int max);

struct resource;
/* devices.c: a node below @root; NULL when it did not fit (said) or memory lacks. */
struct resource *iomem_node(struct resource *root, u64 start, u64 end, const char *name, unsigned long flags);

struct pci_root { u16 segment; u8 bus; };
struct host_bridges {
	unsigned int nr;
	struct pci_root root[64];
};

/* acpi/devices.c: what the AML says. Between open and close the tables are mapped and their namespace is there. */
void acpi_devices_open(void);
void acpi_host_bridges(struct host_bridges *roots);     /* their windows into iomem, their buses into *roots */
void acpi_platform_devices(void);
void acpi_devices_close(void);

/* pci_config.c: makes the segments behind the first reachable. After ioremap works and the tables are known. */
void pci_config_init(void);

struct aml_namespace;
/* acpi/power.c: tells the CPU's floor how to switch off and reset. */
void acpi_power_init(struct aml_namespace *ns);

#endif
