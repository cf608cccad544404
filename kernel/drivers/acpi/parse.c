// SPDX-License-Identifier: MIT
/*
 * The tables that tell of memory, interrupts and reset: MADT (ACPI 6.4, 5.2.12), FADT (5.2.9), SRAT (5.2.16),
 * MCFG (PCI Firmware 3.2, 4.1.2), HPET (IA-PC HPET 1.0a, 3.2.4), SPCR. Length and checksum were checked; sub-entries
 * are followed only as long as they lie inside the table.
 */
#include <lib/string.h>

#include "../internal.h"

static void take_cpu(struct acpi_info *info, u32 apic_id, u32 flags)
{
	info->nr_cpus++;
	if (!(flags & 1))
		return;
	if (info->nr_cpus_enabled < ACPI_MAX_CPUS)
		info->apic_id[info->nr_cpus_enabled++] = apic_id;
	else
		info->nr_lost++;
}

static void take_ioapic(struct acpi_info *info, const u8 *e)
{
	if (info->nr_ioapics == ACPI_MAX_IOAPICS) {
		info->nr_lost++;
		return;
	}
	info->ioapic[info->nr_ioapics++] = (struct acpi_ioapic){
		.id = e[2], .addr = (u32)get_le(e + 4, 4), .gsi_base = (u32)get_le(e + 8, 4),
	};
}

static void take_override(struct acpi_info *info, const u8 *e)
{
	if (info->nr_overrides == ACPI_MAX_OVERRIDES) {
		info->nr_lost++;
		return;
	}
	info->override[info->nr_overrides++] = (struct acpi_override){
		.bus = e[2], .irq = e[3], .gsi = (u32)get_le(e + 4, 4), .flags = (u16)get_le(e + 8, 2),
	};
}

/* Calls fn for each sub-entry (type and length, a byte each) from @at on. */
static void each_entry(struct acpi_info *info, const u8 *t, u32 len, u32 at, void (*fn)(struct acpi_info *, const u8 *, u8))
{
	while (at + 2 <= len) {
		u8 entry_len = t[at + 1];

		if (entry_len < 2 || entry_len > len - at)
			return;
		fn(info, t + at, entry_len);
		at += entry_len;
	}
}

static void madt_entry(struct acpi_info *info, const u8 *e, u8 len)
{
	if (e[0] == 0 && len >= 8 && e[3] != 0xff)      /* processor's local APIC; ff: none */
		take_cpu(info, e[3], (u32)get_le(e + 4, 4));
	else if (e[0] == 1 && len >= 12)
		take_ioapic(info, e);
	else if (e[0] == 2 && len >= 10)
		take_override(info, e);
	else if (e[0] == 5 && len >= 12)                /* 64-bit address of the local APICs */
		info->lapic_addr = get_le(e + 4, 8);
	else if (e[0] == 9 && len >= 16)                /* x2APIC */
		take_cpu(info, (u32)get_le(e + 4, 4), (u32)get_le(e + 8, 4));
}

static void parse_madt(struct acpi_info *info, const u8 *t, u32 len)
{
	if (len < 44 || info->lapic_addr)
		return;
	info->lapic_addr = get_le(t + 36, 4);
	info->has_8259 = t[40] & 1;
	each_entry(info, t, len, 44, madt_entry);
}

static void parse_mcfg(struct acpi_info *info, const u8 *t, u32 len)
{
	for (u32 at = 44; at + 16 <= len; at += 16) {
		struct acpi_mcfg m = {
			.base = get_le(t + at, 8), .segment = (u16)get_le(t + at + 8, 2),
			.bus_start = t[at + 10], .bus_end = t[at + 11],
		};

		if (!m.base || m.base % (1U << 20) || m.bus_end < m.bus_start)
			continue;
		if (info->nr_mcfg == ACPI_MAX_MCFG)
			info->nr_lost++;
		else
			info->mcfg[info->nr_mcfg++] = m;
	}
}

static void parse_hpet(struct acpi_info *info, const u8 *t, u32 len)
{
	if (len < 56 || t[40] != ACPI_SPACE_MEMORY || !get_le(t + 44, 8))
		return;
	if (info->nr_hpets == ACPI_MAX_HPETS)
		info->nr_lost++;
	else
		info->hpet[info->nr_hpets++] = (struct acpi_hpet){ .base = get_le(t + 44, 8), .number = t[52] };
}

static void srat_entry(struct acpi_info *info, const u8 *e, u8 len)
{
	struct acpi_mem_affinity m;
	u32 flags;

	if ((e[0] == 0 && len >= 16) || (e[0] == 2 && len >= 24))
		info->nr_cpu_affinity++;
	if (e[0] != 1 || len < 40)
		return;
	flags = (u32)get_le(e + 28, 4);
	m = (struct acpi_mem_affinity){
		.domain = (u32)get_le(e + 2, 4), .start = get_le(e + 8, 8), .size = get_le(e + 16, 8),
		.hotplug = flags & 2, .nonvolatile = flags & 4,
	};
	if (!(flags & 1) || !m.size || m.start + m.size < m.start)
		return;
	if (info->nr_mem_affinity == ACPI_MAX_MEM_AFFINITY)
		info->nr_lost++;
	else
		info->mem_affinity[info->nr_mem_affinity++] = m;
}

static struct acpi_gas get_gas(const u8 *p)
{
	return (struct acpi_gas){ .space = p[0], .width = p[1], .offset = p[2], .access = p[3], .addr = get_le(p + 4, 8) };
}

static void parse_fadt(struct acpi_info *info, const u8 *t, u32 len)
{
	if (len < 116 || info->dsdt)
		return;
	info->facs = get_le(t + 36, 4);
	info->dsdt = get_le(t + 40, 4);
	info->preferred_profile = t[45];
	info->smi_command = (u32)get_le(t + 48, 4);
	info->acpi_enable = t[52];
	info->pm1a_control = (u16)get_le(t + 64, 4);
	info->pm1b_control = (u16)get_le(t + 68, 4);
	info->pm_timer_port = (u32)get_le(t + 76, 4);
	info->boot_flags = (u16)get_le(t + 109, 2);
	info->fadt_flags = (u32)get_le(t + 112, 4);
	if (len >= 129) {
		info->reset = get_gas(t + 116);
		info->reset_value = t[128];
	}
	if (len >= 148) {       /* the 64-bit addresses win where they are set */
		if (get_le(t + 132, 8))
			info->facs = get_le(t + 132, 8);
		if (get_le(t + 140, 8))
			info->dsdt = get_le(t + 140, 8);
	}
}

static void parse_spcr(struct acpi_info *info, const u8 *t, u32 len)
{
	if (len < 52)
		return;
	info->spcr_type = t[36];
	info->spcr = get_gas(t + 40);
}

void acpi_parse_table(struct acpi_info *info, const char *sig, const u8 *t, u32 len)
{
	if (!strcmp(sig, "APIC"))
		parse_madt(info, t, len);
	else if (!strcmp(sig, "MCFG"))
		parse_mcfg(info, t, len);
	else if (!strcmp(sig, "HPET"))
		parse_hpet(info, t, len);
	else if (!strcmp(sig, "SRAT"))
		each_entry(info, t, len, 48, srat_entry);
	else if (!strcmp(sig, "FACP"))
		parse_fadt(info, t, len);
	else if (!strcmp(sig, "SPCR"))
		parse_spcr(info, t, len);
}
