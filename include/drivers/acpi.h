/* SPDX-License-Identifier: MIT */
/*
 * What the firmware's ACPI tables say about memory and interrupts (ACPI 6.4, chapter 5). The tables are
 * hostile input: signature, length and checksum are checked before anything else is read; a bad table is
 * listed with what is wrong with it, and skipped. AML is drivers/aml.h's.
 *
 * acpi_scan() is pure: it reads physical memory only through @access, so the host tests and the replay of
 * a recorded machine run the same code. acpi_info is written once at boot [B], constant afterwards.
 */
#ifndef DRIVERS_ACPI_H
#define DRIVERS_ACPI_H

#include <lib/compiler.h>
#include <lib/types.h>

#define ACPI_MAX_TABLES 64
#define ACPI_MAX_CPUS 1024
#define ACPI_MAX_IOAPICS 32
#define ACPI_MAX_OVERRIDES 32
#define ACPI_MAX_MCFG 16
#define ACPI_MAX_HPETS 8
#define ACPI_MAX_MEM_AFFINITY 128
#define ACPI_MAX_TABLE_SIZE (16U << 20) /* bytes; a longer one is not believed */

/* A place in physical memory made readable; NULL when it is not memory. */
struct acpi_access {
	const void *(*map)(u64 phys, size_t size);
	void (*unmap)(const void *p);
};

struct acpi_table {
	char sig[5];
	u64 phys;
	u32 length;             /* bytes, 0 when not even the header could be read */
	u8 revision;
	char oem_id[7], oem_table_id[9];
	const char *problem;    /* NULL: good */
};

struct acpi_ioapic { u8 id; u32 addr, gsi_base; };
struct acpi_override { u8 bus, irq; u16 flags; u32 gsi; };      /* flags: MPS INTI */
struct acpi_mcfg { u64 base; u16 segment; u8 bus_start, bus_end; };
struct acpi_hpet { u64 base; u8 number; };
struct acpi_mem_affinity { u64 start, size; u32 domain; bool hotplug, nonvolatile; };

/* A register as FADT describes it (Generic Address Structure, 5.2.3.2). */
struct acpi_gas { u8 space, width, offset, access; u64 addr; };
#define ACPI_SPACE_MEMORY 0
#define ACPI_SPACE_IO 1

struct acpi_info {
	u64 rsdp, root;                 /* physical; root: XSDT or RSDT */
	u8 rsdp_revision;
	char oem_id[7];
	const char *problem;            /* why there are no tables at all; NULL: there are */
	unsigned int nr_tables;
	struct acpi_table tables[ACPI_MAX_TABLES];

	u64 lapic_addr;                 /* MADT; 0: no MADT */
	bool has_8259;
	unsigned int nr_cpus, nr_cpus_enabled;
	u32 apic_id[ACPI_MAX_CPUS];     /* of the enabled ones */
	unsigned int nr_ioapics, nr_overrides, nr_mcfg, nr_hpets, nr_mem_affinity, nr_cpu_affinity;
	struct acpi_ioapic ioapic[ACPI_MAX_IOAPICS];
	struct acpi_override override[ACPI_MAX_OVERRIDES];
	struct acpi_mcfg mcfg[ACPI_MAX_MCFG];
	struct acpi_hpet hpet[ACPI_MAX_HPETS];
	struct acpi_mem_affinity mem_affinity[ACPI_MAX_MEM_AFFINITY];
	unsigned int nr_lost;           /* entries beyond the arrays above */

	/* FADT */
	u64 dsdt, facs;
	u32 smi_command;
	u8 acpi_enable;                 /* to write there for ACPI mode; 0: it is always on */
	u16 boot_flags;                 /* IAPC_BOOT_ARCH: bit 1 8042 there, bit 2 no VGA */
	u16 pm1a_control, pm1b_control; /* I/O ports */
	u32 pm_timer_port;
	u32 fadt_flags;                 /* bit 10 reset register supported, bit 20 hardware-reduced */
	u8 preferred_profile;           /* 1 desktop, 2 mobile, 4 server ... */
	u8 reset_value;
	struct acpi_gas reset;
	/* SPCR */
	struct acpi_gas spcr;           /* addr 0: none */
	u8 spcr_type;
};

/* Fills @info from the tables that the RSDP at @rsdp leads to. 0, or -ENODEV (info->problem says why). */
int acpi_scan(struct acpi_info *info, u64 rsdp, const struct acpi_access *access) __must_check;
/* First good table with that signature, or NULL. */
const struct acpi_table *acpi_find(const struct acpi_info *info, const char *sig);

/* The machine's own. acpi_init() logs what it found; without a usable RSDP acpi_info stays empty. */
extern struct acpi_info acpi_info;
extern const struct acpi_access acpi_kernel_access;
void acpi_init(u64 rsdp);

#endif
