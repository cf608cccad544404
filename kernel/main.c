// SPDX-License-Identifier: MIT
/*
 * The boot, one call a line. Comments say what works from there on. A failure stops with a sentence that
 * says what to change.
 */
#include <asm/memory.h>
#include <asm/percpu.h>
#include <asm/sections.h>
#include <boot/bootinfo.h>
#include <lib/bug.h>
#include <lib/cmdline.h>
#include <lib/crc32.h>
#include <lib/printk.h>
#include <x86/cpu.h>
#include <x86/traps.h>

void __noreturn start_kernel(phys_addr_t bootinfo_phys);

static struct bootinfo bootinfo;        /* our copy */

/* The loader's struct, checked field by field: it may be another version's. */
static void take_bootinfo(phys_addr_t phys)
{
	const struct bootinfo *bi = __va(phys);
	u32 crc;

	if (bi->magic != BOOTINFO_MAGIC)
		panic("bootinfo at %#lx has magic %#lx: the kernel was not started by the Atlas loader", (unsigned long)phys,
		      (unsigned long)bi->magic);
	if (bi->version != BOOTINFO_VERSION || bi->size != sizeof(*bi))
		panic("loader and kernel differ (bootinfo version %u, %u bytes; this kernel wants %u, %zu): copy both EFI/BOOT/BOOTX64.EFI and atlas/kernel.elf of one build to the stick",
		      bi->version, bi->size, BOOTINFO_VERSION, sizeof(*bi));
	bootinfo = *bi;
	bootinfo.checksum = 0;
	crc = crc32(0, &bootinfo, sizeof(bootinfo));
	if (crc != bi->checksum)
		panic("bootinfo's checksum is %#x, computed %#x: memory was overwritten between loader and kernel; try other memory",
		      bi->checksum, crc);
}

void __noreturn start_kernel(phys_addr_t bootinfo_phys)
{
	cpu_early_init();               /* exceptions are shown, W^X, SMEP and SMAP hold, per-CPU data */
	oops_init();                    /* panic shows where */
	take_bootinfo(bootinfo_phys);   /* what the loader knows is ours */
	time_init(&bootinfo);           /* ktime_get_ns counts */
	cpu_late_init(&bootinfo);       /* timer and interrupt controller */
	panic("nothing more is built in yet");
}
