/* SPDX-License-Identifier: MIT */
/*
 * A stopped task's registers, as its tracer reads and writes them. They lie in its pt_regs (at the top of its kernel
 * stack), its saved segment bases and its FPU area; debug registers belong to kernel/x86. Nothing that a tracer writes
 * can make the kernel fault: selectors that IRETQ refuses become the tracee's own fault, as after rt_sigreturn.
 */
#include <asm/segment.h>
#include "ptrace.h"

#define REG(name) (offsetof(struct user_regs_struct, name) / 8)
static_assert(offsetof(struct user_regs_struct, ss) == offsetof(struct pt_regs, ss));

/* TF of the tracer's single step is not the program's business. */
static u64 get_flags(struct task_struct *t)
{
	u64 flags = task_pt_regs(t)->rflags;

	return t->ptrace & PT_STEP ? flags & ~RFLAGS_TF : flags;
}

static void set_flags(struct task_struct *t, u64 value)
{
	struct pt_regs *r = task_pt_regs(t);

	if (value & RFLAGS_TF)
		t->ptrace &= ~PT_STEP;
	else if (t->ptrace & PT_STEP)
		value |= RFLAGS_TF;
	r->rflags = (r->rflags & ~USER_RFLAGS) | (value & USER_RFLAGS);
}

u64 ptrace_get_reg(struct task_struct *t, unsigned int word)
{
	switch (word) {
	case REG(flags): return get_flags(t);
	case REG(fs_base): return t->thread.fsbase;
	case REG(gs_base): return t->thread.gsbase;
	case REG(ds): case REG(es): case REG(fs): case REG(gs): return 0;
	}
	return ((u64 *)task_pt_regs(t))[word];
}

int ptrace_set_reg(struct task_struct *t, unsigned int word, u64 value)
{
	bool selector_ok = (u16)value == 0 || (value & 3) == 3;

	switch (word) {
	case REG(cs): case REG(ss):
		if (!selector_ok || !(u16)value)
			return -EIO;
		value = (u16)value;
		break;
	case REG(ds): case REG(es): case REG(fs): case REG(gs):
		return selector_ok ? 0 : -EIO;  /* not kept: CAVEATS.md */
	case REG(flags):
		set_flags(t, value);
		return 0;
	case REG(fs_base): case REG(gs_base):
		if (value >= TASK_SIZE)
			return -EIO;
		*(word == REG(fs_base) ? &t->thread.fsbase : &t->thread.gsbase) = value;
		return 0;
	}
	((u64 *)task_pt_regs(t))[word] = value;
	return 0;
}

void ptrace_single_step(struct task_struct *t, bool on)
{
	struct pt_regs *r = task_pt_regs(t);

	if (on && !(r->rflags & RFLAGS_TF)) {
		r->rflags |= RFLAGS_TF;
		t->ptrace |= PT_STEP;
	} else if (!on && (t->ptrace & PT_STEP)) {
		r->rflags &= ~RFLAGS_TF;
		t->ptrace &= ~PT_STEP;
	}
}

#define FXSAVE_SIZE 512

size_t ptrace_regset_size(unsigned int type)
{
	switch (type) {
	case NT_PRSTATUS: return sizeof(struct user_regs_struct);
	case NT_PRFPREG: return FXSAVE_SIZE;
	case NT_X86_XSTATE: return fpu_xfeatures() ? fpu_size() : 0;
	}
	return 0;
}

void ptrace_get_regset(struct task_struct *t, unsigned int type, void *to)
{
	u64 *regs = to;

	if (type == NT_PRFPREG)
		memcpy(to, t->thread.fpu, FXSAVE_SIZE);
	else if (type == NT_X86_XSTATE)
		fpu_copy_image(t->thread.fpu, to);
	else
		for (unsigned int i = 0; i < sizeof(struct user_regs_struct) / 8; i++)
			regs[i] = ptrace_get_reg(t, i);
}

int ptrace_set_regset(struct task_struct *t, unsigned int type, const void *from, size_t size)
{
	const u64 *regs = from;
	int err = 0;

	if (type == NT_PRFPREG)
		return size == FXSAVE_SIZE ? fpu_set_fxsave(t->thread.fpu, from) : -EINVAL;
	if (type == NT_X86_XSTATE)
		return size == fpu_size() ? fpu_set_image(t->thread.fpu, from) : -EFAULT;
	for (unsigned int i = 0; i < size / 8 && !err; i++)
		err = ptrace_set_reg(t, i, regs[i]);
	return err;
}

/* Words of struct user: registers and debug registers; the rest reads as 0 and can't be written. */
static bool in_user_area(u64 addr)
{
	return !(addr & 7) && addr < USER_AREA_SIZE;
}

static bool is_debugreg(u64 addr)
{
	return addr >= USER_AREA_DEBUGREG && addr < USER_AREA_DEBUGREG + 8 * 8;
}

int ptrace_peek_user(struct task_struct *t, u64 addr, u64 *value)
{
	if (!in_user_area(addr))
		return -EIO;
	*value = 0;
	if (addr < sizeof(struct user_regs_struct))
		*value = ptrace_get_reg(t, (unsigned int)addr / 8);
	else if (is_debugreg(addr))
		*value = thread_get_debugreg(&t->thread, (unsigned int)(addr - USER_AREA_DEBUGREG) / 8);
	return 0;
}

int ptrace_poke_user(struct task_struct *t, u64 addr, u64 value)
{
	if (!in_user_area(addr))
		return -EIO;
	if (addr < sizeof(struct user_regs_struct))
		return ptrace_set_reg(t, (unsigned int)addr / 8, value);
	if (is_debugreg(addr))
		return thread_set_debugreg(&t->thread, (unsigned int)(addr - USER_AREA_DEBUGREG) / 8, value);
	return -EIO;
}
