/* SPDX-License-Identifier: MIT */
/* ptrace(2) of x86-64: requests, options, events, and the layouts that debuggers read and write. */
#ifndef UAPI_PTRACE_H
#define UAPI_PTRACE_H

#include <lib/compiler.h>
#include <lib/types.h>

enum {
	PTRACE_TRACEME = 0, PTRACE_PEEKTEXT = 1, PTRACE_PEEKDATA = 2, PTRACE_PEEKUSR = 3, PTRACE_POKETEXT = 4,
	PTRACE_POKEDATA = 5, PTRACE_POKEUSR = 6, PTRACE_CONT = 7, PTRACE_KILL = 8, PTRACE_SINGLESTEP = 9,
	PTRACE_GETREGS = 12, PTRACE_SETREGS = 13, PTRACE_GETFPREGS = 14, PTRACE_SETFPREGS = 15, PTRACE_ATTACH = 16,
	PTRACE_DETACH = 17, PTRACE_OLDSETOPTIONS = 21, PTRACE_SYSCALL = 24, PTRACE_ARCH_PRCTL = 30, PTRACE_SYSEMU = 31,
	PTRACE_SYSEMU_SINGLESTEP = 32, PTRACE_SETOPTIONS = 0x4200, PTRACE_GETEVENTMSG = 0x4201,
	PTRACE_GETSIGINFO = 0x4202, PTRACE_SETSIGINFO = 0x4203, PTRACE_GETREGSET = 0x4204, PTRACE_SETREGSET = 0x4205,
	PTRACE_SEIZE = 0x4206, PTRACE_INTERRUPT = 0x4207, PTRACE_LISTEN = 0x4208, PTRACE_PEEKSIGINFO = 0x4209,
	PTRACE_GETSIGMASK = 0x420a, PTRACE_SETSIGMASK = 0x420b, PTRACE_GET_SYSCALL_INFO = 0x420e,
	PTRACE_GET_RSEQ_CONFIGURATION = 0x420f,
};

/* Options: bit n enables event n, bit 0 marks system-call stops. */
#define PTRACE_O_TRACESYSGOOD 0x00000001u
#define PTRACE_O_EVENTS       0x000000feu       /* fork .. seccomp */
#define PTRACE_O_EXITKILL     0x00100000u
#define PTRACE_O_MASK         (PTRACE_O_TRACESYSGOOD | PTRACE_O_EVENTS | PTRACE_O_EXITKILL)

enum {
	PTRACE_EVENT_FORK = 1, PTRACE_EVENT_VFORK, PTRACE_EVENT_CLONE, PTRACE_EVENT_EXEC, PTRACE_EVENT_VFORK_DONE,
	PTRACE_EVENT_EXIT, PTRACE_EVENT_SECCOMP, PTRACE_EVENT_STOP = 128,
};
#define PTRACE_EVENTMSG_SYSCALL_ENTRY 1
#define PTRACE_EVENTMSG_SYSCALL_EXIT  2

#define PTRACE_PEEKSIGINFO_SHARED 1u
struct ptrace_peeksiginfo_args { u64 off; u32 flags; s32 nr; };
static_assert(sizeof(struct ptrace_peeksiginfo_args) == 16);

#define NT_PRSTATUS   1
#define NT_PRFPREG    2
#define NT_X86_XSTATE 0x202

/* The first 21 words are struct pt_regs. */
struct user_regs_struct {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
	u64 fs_base, gs_base, ds, es, fs, gs;
};
static_assert(sizeof(struct user_regs_struct) == 27 * 8);

/* struct user, as PTRACE_PEEKUSR addresses it: registers, then what only old core files have, then debug registers. */
#define USER_AREA_SIZE    928
#define USER_AREA_DEBUGREG 848

enum { PTRACE_SYSCALL_INFO_NONE, PTRACE_SYSCALL_INFO_ENTRY, PTRACE_SYSCALL_INFO_EXIT, PTRACE_SYSCALL_INFO_SECCOMP };
#define AUDIT_ARCH_X86_64 0xc000003eu
struct ptrace_syscall_info {
	u8 op;
	u8 pad[3];
	u32 arch;
	u64 instruction_pointer, stack_pointer;
	union {
		struct { u64 nr; u64 args[6]; } entry;
		struct { s64 rval; u8 is_error; } exit;
		struct { u64 nr; u64 args[6]; u32 ret_data; } seccomp;
	};
};
static_assert(sizeof(struct ptrace_syscall_info) == 88);

struct ptrace_rseq_configuration { u64 pointer; u32 size, signature, flags, pad; };
static_assert(sizeof(struct ptrace_rseq_configuration) == 24);

#endif
