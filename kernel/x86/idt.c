// SPDX-License-Identifier: MIT
/* 256 interrupt gates into entry.S's stubs; all of them clear IF. SDM vol. 3, 6.14.1. */
#include <asm/segment.h>
#include "internal.h"

struct gate {
	u16 offset0, selector;
	u8 ist, type;           /* type: 0x8e interrupt gate, | 0x60 open to ring 3 */
	u16 offset1;
	u32 offset2, reserved;
};
static_assert(sizeof(struct gate) == 16);

#define STUB_SIZE 16
extern const char idt_stubs[256][STUB_SIZE];
extern const char page_fault_entry[];

static struct gate idt[256] __aligned(4096);

static void set_gate(unsigned int vector, const void *entry, unsigned int ist, bool user)
{
	u64 a = (u64)entry;

	idt[vector] = (struct gate){ a, KERNEL_CS, ist, user ? 0xee : 0x8e, a >> 16, a >> 32, 0 };
}

void idt_init(void)
{
	struct { u16 limit; u64 base; } __packed idtr = { sizeof(idt) - 1, (u64)idt };

	for (unsigned int v = 0; v < 256; v++)
		set_gate(v, idt_stubs[v], 0, v == X86_TRAP_BP || v == X86_TRAP_OF);
	set_gate(X86_TRAP_PF, page_fault_entry, 0, false);
	set_gate(X86_TRAP_DF, idt_stubs[X86_TRAP_DF], IST_DF, false);
	set_gate(X86_TRAP_NMI, idt_stubs[X86_TRAP_NMI], IST_NMI, false);
	set_gate(X86_TRAP_MC, idt_stubs[X86_TRAP_MC], IST_MC, false);
	set_gate(X86_TRAP_DB, idt_stubs[X86_TRAP_DB], IST_DB, false);
	__asm__ volatile("lidt %0" :: "m"(idtr));
}
