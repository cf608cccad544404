// SPDX-License-Identifier: MIT
/*
 * Off and reset by ACPI's registers (ACPI 6.4, 4.8.3.2.1, 7.4.2.5, 4.8.3.6): what the CPU's floor falls back to when
 * the firmware's ResetSystem is not there or comes back.
 */
#include <asm/io.h>
#include <drivers/aml.h>
#include <lib/printk.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>
#include <x86/traps.h>
#include "../internal.h"

#define PM1_SCI_EN (1u << 0)
#define PM1_SLP_TYP_SHIFT 10
#define PM1_SLP_EN (1u << 13)
#define FADT_RESET_REG (1u << 10)

static u8 s5_a, s5_b;                           /* [B] */
static volatile u8 *reset_mmio;                 /* [B] NULL: the register is a port, or absent */

static void sleep_port(u16 port, u8 type)
{
	u16 v;

	if (!port)
		return;
	v = inw(port) & ~(7u << PM1_SLP_TYP_SHIFT | PM1_SLP_EN);
	outw(v | type << PM1_SLP_TYP_SHIFT | PM1_SLP_EN, port);
}

static void power_off(void)
{
	/* The registers work in ACPI mode only; some firmware leaves the switch to us. */
	if (!(inw(acpi_info.pm1a_control) & PM1_SCI_EN) && acpi_info.smi_command && acpi_info.acpi_enable) {
		outb(acpi_info.acpi_enable, acpi_info.smi_command);
		for (int i = 0; i < 300000 && !(inw(acpi_info.pm1a_control) & PM1_SCI_EN); i++)
			;
	}
	sleep_port(acpi_info.pm1a_control, s5_a);
	sleep_port(acpi_info.pm1b_control, s5_b);
	for (int i = 0; i < 1000000; i++)       /* about a second of port reads: the switch takes its time */
		inb(0x61);
}

static void restart(void)
{
	if (reset_mmio)
		*reset_mmio = acpi_info.reset_value;
	else
		outb(acpi_info.reset_value, acpi_info.reset.addr);
	for (int i = 0; i < 100000; i++)
		inb(0x61);
}

void acpi_power_init(struct aml_namespace *ns)
{
	const struct acpi_gas *r = &acpi_info.reset;
	struct aml_value s5;

	/* \_S5 (7.4.2): what to write to the two registers. */
	if (!aml_eval(ns, NULL, "_S5_", &s5) && s5.type == AML_PACKAGE && s5.size >= 2 && s5.slot[0].type == AML_INTEGER && acpi_info.pm1a_control) {
		s5_a = (u8)s5.slot[0].number;
		s5_b = (u8)(s5.slot[1].type == AML_INTEGER ? s5.slot[1].number : 0);
		x86_hooks.acpi_power_off = power_off;
	}
	if (!(acpi_info.fadt_flags & FADT_RESET_REG) || !r->addr)
		return;
	if (r->space == ACPI_SPACE_MEMORY)
		reset_mmio = ioremap(r->addr, 1);
	if (reset_mmio || (r->space == ACPI_SPACE_IO && r->addr < 0x10000))
		x86_hooks.acpi_restart = restart;
}
