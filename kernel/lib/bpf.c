/* SPDX-License-Identifier: MIT */
/* Classic BPF: see lib/bpf.h. */
#include <lib/bpf.h>
#include <uapi/errno.h>

/* ALU and jump codes: which second operands are taken is in BPF_X. */
static bool alu_ok(const struct sock_filter *f)
{
	bool x = f->code & BPF_X;

	switch (BPF_OP(f->code)) {
	case BPF_ADD: case BPF_SUB: case BPF_MUL: case BPF_OR: case BPF_AND: case BPF_XOR: return true;
	case BPF_DIV: return x || f->k;
	case BPF_LSH: case BPF_RSH: return x || f->k < 32;
	case BPF_NEG: return !x;
	}
	return false;
}

/* Jumps go to the next instruction plus so many, @left being how many there are after this one. */
static bool jump_ok(const struct sock_filter *f, unsigned int left)
{
	switch (BPF_OP(f->code)) {
	case BPF_JA: return !(f->code & BPF_X) && f->k < left;
	case BPF_JEQ: case BPF_JGT: case BPF_JGE: case BPF_JSET: return f->jt < left && f->jf < left;
	}
	return false;
}

static bool load_ok(const struct sock_filter *f, u32 data_size)
{
	switch (f->code & ~BPF_CLASS(0xffff)) {
	case BPF_IMM: case BPF_LEN: return true;
	case BPF_MEM: return f->k < BPF_MEMWORDS;
	case BPF_ABS: return BPF_CLASS(f->code) == BPF_LD && !(f->k & 3) && f->k < data_size;
	}
	return false;
}

static bool insn_ok(const struct sock_filter *f, unsigned int left, u32 data_size)
{
	if (f->code & 0xff00)
		return false;
	switch (BPF_CLASS(f->code)) {
	case BPF_LD: case BPF_LDX: return load_ok(f, data_size);
	case BPF_ST: return f->code == BPF_ST && f->k < BPF_MEMWORDS;
	case BPF_STX: return f->code == BPF_STX && f->k < BPF_MEMWORDS;
	case BPF_ALU: return alu_ok(f);
	case BPF_JMP: return jump_ok(f, left);
	case BPF_RET: return f->code == (BPF_RET | BPF_RET_K) || f->code == (BPF_RET | BPF_RET_A);
	}
	return f->code == (BPF_MISC | BPF_TAX) || f->code == (BPF_MISC | BPF_TXA);
}

/*
 * Memory that may be unwritten at an instruction: what it was on every way to it. Going through in order is enough, for
 * all jumps go forward; @unwritten[i] gathers what the jumps to i bring.
 */
static int check_memory(const struct sock_filter *prog, unsigned int len, u16 *unwritten)
{
	u16 now = 0xffff;

	for (unsigned int i = 0; i < len; i++) {
		const struct sock_filter *f = &prog[i];

		now = i ? now | unwritten[i] : 0xffff;
		switch (BPF_CLASS(f->code)) {
		case BPF_ST: case BPF_STX:
			now &= (u16)~(1u << f->k);
			break;
		case BPF_LD: case BPF_LDX:
			if (BPF_MODE(f->code) == BPF_MEM && now >> f->k & 1)
				return -EINVAL;
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA) {
				unwritten[i + 1 + f->k] |= now;
			} else {
				unwritten[i + 1 + f->jt] |= now;
				unwritten[i + 1 + f->jf] |= now;
			}
			now = 0;        /* nobody falls through */
			break;
		case BPF_RET:
			now = 0;
			break;
		}
	}
	return 0;
}

int bpf_check(const struct sock_filter *prog, unsigned int len, u32 data_size)
{
	static u16 unwritten[BPF_MAXINSNS];     /* the kernel is not preemptible, and nothing here sleeps */

	if (!len || len > BPF_MAXINSNS || BPF_CLASS(prog[len - 1].code) != BPF_RET)
		return -EINVAL;
	for (unsigned int i = 0; i < len; i++) {
		if (!insn_ok(&prog[i], len - 1 - i, data_size))
			return -EINVAL;
		unwritten[i] = 0;
	}
	return check_memory(prog, len, unwritten);
}

static u32 alu(u16 op, u32 a, u32 v)
{
	switch (op) {
	case BPF_ADD: return a + v;
	case BPF_SUB: return a - v;
	case BPF_MUL: return a * v;
	case BPF_DIV: return a / v;
	case BPF_OR: return a | v;
	case BPF_AND: return a & v;
	case BPF_XOR: return a ^ v;
	case BPF_LSH: return v < 32 ? a << v : 0;
	case BPF_RSH: return v < 32 ? a >> v : 0;
	}
	return -a;
}

static bool jumps(u16 op, u32 a, u32 v)
{
	switch (op) {
	case BPF_JEQ: return a == v;
	case BPF_JGT: return a > v;
	case BPF_JGE: return a >= v;
	}
	return a & v;
}

u32 bpf_run(const struct sock_filter *f, const u32 *data, u32 data_size)
{
	u32 a = 0, x = 0, mem[BPF_MEMWORDS] = { 0 }, v;

	for (;; f++) {
		switch (BPF_CLASS(f->code)) {
		case BPF_LD: case BPF_LDX:
			switch (BPF_MODE(f->code)) {
			case BPF_ABS: v = data[f->k / 4]; break;
			case BPF_LEN: v = data_size; break;
			case BPF_MEM: v = mem[f->k]; break;
			default: v = f->k; break;
			}
			*(BPF_CLASS(f->code) == BPF_LD ? &a : &x) = v;
			break;
		case BPF_ST: mem[f->k] = a; break;
		case BPF_STX: mem[f->k] = x; break;
		case BPF_ALU:
			v = f->code & BPF_X ? x : f->k;
			if (BPF_OP(f->code) == BPF_DIV && !v)
				return 0;
			a = alu(BPF_OP(f->code), a, v);
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				f += f->k;
			else
				f += jumps(BPF_OP(f->code), a, f->code & BPF_X ? x : f->k) ? f->jt : f->jf;
			break;
		case BPF_RET:
			return BPF_OP(f->code) == BPF_RET_A ? a : f->k;
		default:
			if (f->code == (BPF_MISC | BPF_TAX))
				x = a;
			else
				a = x;
		}
	}
}
