// SPDX-License-Identifier: MIT
/*
 * Off and on again. First the firmware's ResetSystem (UEFI 2.10, 8.5.1) on page tables of its own: an
 * identity map of the first 4 GiB beside the kernel's half, writable and executable, loaded only for
 * the call. Then ACPI by hook, then the ways of old PCs.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/memory.h>
#include <asm/pgtable.h>
#include <lib/cmdline.h>
#include <lib/printk.h>
#include <lib/string.h>
#include "internal.h"

#define DEBUG_EXIT_PORT 0xf4
enum { EFI_RESET_COLD = 0, EFI_RESET_SHUTDOWN = 2 };
#define EFI_RUNTIME_SIGNATURE 0x56524553544e5552UL      /* "RUNTSERV" */
#define EFI_SYSTEM_SIGNATURE 0x5453595320494249UL       /* "IBI SYST" */
#define SYSTEM_TABLE_RUNTIME 88         /* offsets: UEFI 4.3.1, 4.5.1 */
#define RUNTIME_RESET_SYSTEM 104

static bool debug_exit_enabled;
static phys_addr_t efi_system_table;
static pgd_t efi_pgd[PTRS_PER_TABLE] __aligned(4096);
extern pud_t early_pud[PTRS_PER_TABLE];

void debug_exit_enable(void)
{
	debug_exit_enabled = true;
}

void debug_exit(unsigned int code)
{
	if (debug_exit_enabled)
		outl(code, DEBUG_EXIT_PORT);
}

void efi_runtime_init(const struct bootinfo *bi)
{
	efi_system_table = bi->efi_system_table;
}

typedef void __attribute__((ms_abi)) (*reset_system_fn)(u32 type, u64 status, u64 size, void *data);

static bool below_4g(u64 a)
{
	return a >= 4096 && a < (4UL << 30) - 4096;
}

/* Returns when there is no usable ResetSystem, or it came back. */
static void efi_reset(u32 type)
{
	const u64 *st = (const u64 *)efi_system_table, *rt;
	u64 reset = 0;

	if (!below_4g(efi_system_table))
		return;
	memcpy(efi_pgd, __va(read_cr3() & PTE_PFN_MASK), sizeof(efi_pgd));
	memset(efi_pgd, 0, sizeof(efi_pgd) / 2);
	efi_pgd[0].val = __pa_symbol(early_pud) | _KERNPG_TABLE;
	write_cr4(read_cr4() & ~(CR4_SMAP | CR4_SMEP | CR4_UMIP));
	write_cr3(__pa_symbol(efi_pgd));
	if (st[0] == EFI_SYSTEM_SIGNATURE) {
		rt = (const u64 *)st[SYSTEM_TABLE_RUNTIME / 8];
		if (below_4g((u64)rt) && rt[0] == EFI_RUNTIME_SIGNATURE)
			reset = rt[RUNTIME_RESET_SYSTEM / 8];
	}
	if (below_4g(reset))
		((reset_system_fn)reset)(type, 0, 0, NULL);
}

void __noreturn machine_halt(void)
{
	local_irq_disable();
	for (;;)
		__asm__ volatile("hlt");
}

/* reboot=efi (the default), acpi, pci, kbd: the first way to try, for firmware whose own hangs; also for power off. */
enum { WAY_EFI, WAY_ACPI, WAY_PCI, WAY_KBD };

static int first_way(void)
{
	static const char *const names[] = { "efi", "acpi", "pci", "kbd" };
	char want[8];

	if (cmdline_get("reboot", want, sizeof(want)) > 0)
		for (int i = 0; i < 4; i++)
			if (!strcmp(want, names[i]))
				return i;
	return WAY_EFI;
}

void __noreturn machine_restart(void)
{
	struct { u16 limit; u64 base; } __packed none = { 0, 0 };
	int way = first_way();

	local_irq_disable();
	if (way <= WAY_EFI)
		efi_reset(EFI_RESET_COLD);
	if (way <= WAY_ACPI && x86_hooks.acpi_restart)
		x86_hooks.acpi_restart();
	if (way <= WAY_PCI) {
		outb(0x02, 0xcf9);      /* chipset reset control: system, then full reset */
		outb(0x06, 0xcf9);
	}
	for (int i = 0; i < 100000 && inb(0x64) & 2; i++)
		;
	outb(0xfe, 0x64);       /* keyboard controller pulses the reset line */
	__asm__ volatile("lidt %0; int3" :: "m"(none));
	machine_halt();
}

void __noreturn machine_power_off(void)
{
	local_irq_disable();
	if (first_way() == WAY_EFI)
		efi_reset(EFI_RESET_SHUTDOWN);
	if (x86_hooks.acpi_power_off)
		x86_hooks.acpi_power_off();
	pr_emerg("The machine does not switch itself off: you can do it now.\n");
	machine_halt();
}
