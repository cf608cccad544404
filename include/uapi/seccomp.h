/* SPDX-License-Identifier: MIT */
/* seccomp(2) and the classic BPF programs that it takes. */
#ifndef UAPI_SECCOMP_H
#define UAPI_SECCOMP_H

#include <lib/compiler.h>
#include <lib/types.h>

enum { SECCOMP_MODE_DISABLED, SECCOMP_MODE_STRICT, SECCOMP_MODE_FILTER };
enum { SECCOMP_SET_MODE_STRICT, SECCOMP_SET_MODE_FILTER, SECCOMP_GET_ACTION_AVAIL, SECCOMP_GET_NOTIF_SIZES };
#define SECCOMP_FILTER_FLAG_TSYNC       1u
#define SECCOMP_FILTER_FLAG_LOG         2u
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW  4u
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH 16u

/* What a filter returns: an action, and 16 bits for it. As signed numbers, the lowest of all filters' wins. */
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_KILL_THREAD  0x00000000u
#define SECCOMP_RET_TRAP         0x00030000u
#define SECCOMP_RET_ERRNO        0x00050000u
#define SECCOMP_RET_TRACE        0x7ff00000u
#define SECCOMP_RET_LOG          0x7ffc0000u
#define SECCOMP_RET_ALLOW        0x7fff0000u
#define SECCOMP_RET_ACTION_FULL  0xffff0000u
#define SECCOMP_RET_DATA         0x0000ffffu

/* What a filter sees; loads are of aligned 32-bit words. */
struct seccomp_data {
	s32 nr;
	u32 arch;
	u64 instruction_pointer;
	u64 args[6];
};
static_assert(sizeof(struct seccomp_data) == 64);

struct sock_filter { u16 code; u8 jt, jf; u32 k; };
static_assert(sizeof(struct sock_filter) == 8);
struct sock_fprog { u16 len; u64 filter; };
static_assert(sizeof(struct sock_fprog) == 16);

#define BPF_MAXINSNS 4096
#define BPF_MEMWORDS 16
#define BPF_CLASS(code) ((code) & 7)
#define BPF_OP(code)    ((code) & 0xf0)
#define BPF_MODE(code)  ((code) & 0xe0)
#define BPF_SIZE(code)  ((code) & 0x18)
#define BPF_X 8
enum { BPF_LD, BPF_LDX, BPF_ST, BPF_STX, BPF_ALU, BPF_JMP, BPF_RET, BPF_MISC };
enum { BPF_IMM = 0x00, BPF_ABS = 0x20, BPF_MEM = 0x60, BPF_LEN = 0x80 };
enum { BPF_ADD = 0x00, BPF_SUB = 0x10, BPF_MUL = 0x20, BPF_DIV = 0x30, BPF_OR = 0x40, BPF_AND = 0x50, BPF_LSH = 0x60,
       BPF_RSH = 0x70, BPF_NEG = 0x80, BPF_XOR = 0xa0 };
enum { BPF_JA = 0x00, BPF_JEQ = 0x10, BPF_JGT = 0x20, BPF_JGE = 0x30, BPF_JSET = 0x40 };
enum { BPF_RET_K = 0x00, BPF_RET_A = 0x10, BPF_TAX = 0x00, BPF_TXA = 0x80 };

#endif
