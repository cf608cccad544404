// SPDX-License-Identifier: MIT
/* Segments and the task state segment of this CPU: where the CPU finds stacks. */
#include <asm/segment.h>
#include <lib/string.h>
#include "internal.h"

DEFINE_PER_CPU(unsigned long, this_cpu_off) = 0;
DEFINE_PER_CPU(struct tss, cpu_tss) __aligned(64);
static DEFINE_PER_CPU(u64, cpu_gdt)[GDT_ENTRIES];

extern const u64 boot_gdt[GDT_ENTRIES];
extern char boot_stack_top[];

/*
 * Stacks for what can strike while the current stack is unusable. A page apart from each other with the
 * page below each left to the linker's neighbour: they hold no recursion.
 */
static u8 ist_stacks[NR_IST][IST_STACK_SIZE] __section(".bss..page_aligned") __aligned(4096);
static const char *const ist_names[NR_IST] = { "double fault", "NMI", "machine check", "debug" };

const char *ist_stack_name(unsigned long addr)
{
	for (int i = 0; i < NR_IST; i++)
		if (addr >= (unsigned long)ist_stacks[i] && addr < (unsigned long)(ist_stacks[i] + 1))
			return ist_names[i];
	return NULL;
}

/* SDM vol. 3, 7.2.3: 16 bytes, type 9 (available 64-bit TSS). */
static void set_tss_descriptor(u64 *slot, const struct tss *t)
{
	u64 base = (u64)t, limit = sizeof(*t) - 1;

	slot[0] = limit | (base & 0xffffff) << 16 | 0x89UL << 40 | (base >> 24 & 0xff) << 56;
	slot[1] = base >> 32;
}

void gdt_init(void)
{
	u64 *gdt = (u64 *)cpu_gdt;
	struct tss *t = &cpu_tss;
	struct { u16 limit; u64 base; } __packed gdtr = { sizeof(cpu_gdt) - 1, (u64)gdt };

	t->sp[0] = (u64)boot_stack_top;
	t->io_bitmap = TSS_NO_PORTS;
	t->ports_end = 0xff;
	for (int i = 0; i < NR_IST; i++)
		t->ist[i] = (u64)(ist_stacks[i] + 1);
	memcpy(gdt, boot_gdt, sizeof(cpu_gdt));
	set_tss_descriptor(&gdt[TSS_SEL / 8], t);

	/* Selectors are head.S's already and mean the same in the copy. */
	__asm__ volatile("lgdt %0" :: "m"(gdtr));
	__asm__ volatile("ltr %w0" :: "r"(TSS_SEL));
	__asm__ volatile("lldt %w0" :: "r"(0));
	wrmsr(MSR_FS_BASE, 0);
	wrmsr(MSR_GS_BASE, this_cpu_off);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
}
