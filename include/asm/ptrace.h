/* SPDX-License-Identifier: MIT */
/*
 * The registers that every entry into the kernel saves, at the top of the kernel stack, in the order
 * that entry.S pushes them (offsets are asserted there through the numbers below).
 */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

#define PT_REGS_SIZE 168

#ifndef __ASSEMBLY__
#include <lib/compiler.h>
#include <lib/types.h>

struct pt_regs {
	u64 r15, r14, r13, r12, rbp, rbx;          /* callee-saved */
	u64 r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u64 orig_rax;                               /* system call number, error code, or -1 */
	u64 rip, cs, rflags, rsp, ss;               /* the CPU's frame: SDM vol. 3, 6.14.2 */
};
static_assert(sizeof(struct pt_regs) == PT_REGS_SIZE);
static_assert(offsetof(struct pt_regs, orig_rax) == 120);
static_assert(offsetof(struct pt_regs, rip) == 128);

static inline bool user_mode(const struct pt_regs *r)
{
	return (r->cs & 3) == 3;
}
#endif

#endif
