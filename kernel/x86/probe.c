// SPDX-License-Identifier: MIT
/* x86/probe.h, on the exception table. */
#include <asm/extable.h>
#include <x86/probe.h>
#include "internal.h"

/* Filled by every fixup: traps.c. One CPU, and nothing that faults lies between a probe and its look here. */
struct probe_fault last_fixup;
const void *probe_exec_target;

static bool failed(struct probe_fault *fault)
{
	if (fault)
		*fault = last_fixup;
	return false;
}

static bool done(struct probe_fault *fault)
{
	if (fault)
		*fault = (struct probe_fault){ .vector = -1 };
	return true;
}

bool probe_read_u64(const void *addr, u64 *val, struct probe_fault *fault)
{
	u64 v;

	__asm__ goto("1: movq (%1), %0\n" EXTABLE_ASM("1b", "%l[bad]") : "=r"(v) : "r"(addr) : "memory" : bad);
	*val = v;
	return done(fault);
bad:
	return failed(fault);
}

bool probe_read_u8(const void *addr, u8 *val, struct probe_fault *fault)
{
	u32 v;

	__asm__ goto("1: movzbl (%1), %0\n" EXTABLE_ASM("1b", "%l[bad]") : "=r"(v) : "r"(addr) : "memory" : bad);
	*val = v;
	return done(fault);
bad:
	return failed(fault);
}

bool probe_write_u8(void *addr, u8 val, struct probe_fault *fault)
{
	__asm__ goto("1: movb %0, (%1)\n" EXTABLE_ASM("1b", "%l[bad]") :: "q"(val), "r"(addr) : "memory" : bad);
	return done(fault);
bad:
	return failed(fault);
}

/* The fault strikes at @addr itself, so there is no table entry: traps.c returns from the call instead. */
bool probe_exec(const void *addr, struct probe_fault *fault)
{
	last_fixup.vector = -1;
	probe_exec_target = addr;
	__asm__ volatile("call *%0" :: "r"(addr) : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
	probe_exec_target = NULL;
	return last_fixup.vector == -1 ? done(fault) : failed(fault);
}
