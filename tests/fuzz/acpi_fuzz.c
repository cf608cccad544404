// SPDX-License-Identifier: MIT
/* The input is the physical memory at 16 MiB, its RSDP at the start; sums of good tables are put right first. */
#include "check.h"
#include <drivers/acpi.h>

#define MEM_BASE 0x1000000ULL

static const uint8_t *mem;
static size_t mem_size;
static int nr_mapped;

/* Each piece a block of its own size: ASan sees every byte too far. */
static const void *map(u64 phys, size_t size)
{
	void *copy;

	if (phys < MEM_BASE || phys - MEM_BASE > mem_size || size > mem_size - (phys - MEM_BASE) || !size)
		return NULL;
	copy = malloc(size);
	memcpy(copy, mem + (phys - MEM_BASE), size);
	nr_mapped++;
	return copy;
}

static void unmap(const void *p)
{
	nr_mapped--;
	free((void *)p);
}

static void fix_sum(uint8_t *p, size_t len, size_t at)
{
	uint8_t sum = 0;

	p[at] = 0;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + p[i]);
	p[at] = (uint8_t)-sum;
}

/* Whatever has a plausible header at a multiple of 16 gets a good checksum, else nothing would be parsed. */
static void fix_tables(uint8_t *p, size_t size)
{
	if (size >= 36) {
		memcpy(p, "RSD PTR ", 8);
		fix_sum(p, 20, 8);
		fix_sum(p, 36, 32);
	}
	for (size_t at = 48; at + 36 <= size; at += 16) {
		uint32_t len;

		memcpy(&len, p + at + 4, 4);
		if (len >= 36 && len <= size - at)
			fix_sum(p + at, len, 9);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct acpi_access access = { map, unmap };
	static struct acpi_info info;
	uint8_t *copy;

	if (size < 36 || size > 16384)
		return 0;
	copy = malloc(size);
	memcpy(copy, data, size);
	fix_tables(copy, size);
	mem = copy;
	mem_size = size;
	if (acpi_scan(&info, MEM_BASE, &access) == 0)
		LAW(!info.problem);
	LAW(nr_mapped == 0);
	LAW(info.nr_tables <= ACPI_MAX_TABLES && info.nr_cpus_enabled <= info.nr_cpus);
	LAW(info.nr_ioapics <= ACPI_MAX_IOAPICS && info.nr_mcfg <= ACPI_MAX_MCFG && info.nr_hpets <= ACPI_MAX_HPETS);
	LAW(info.nr_mem_affinity <= ACPI_MAX_MEM_AFFINITY && info.nr_overrides <= ACPI_MAX_OVERRIDES);
	free(copy);
	return 0;
}
