/* SPDX-License-Identifier: MIT */
/*
 * Signals: numbers and layouts of the Linux x86-64 ABI, as the kernel sees them (the libc's own
 * struct sigaction has the members in another order). signal(7), sigaction(2), rt_sigreturn(2).
 */
#ifndef UAPI_SIGNAL_H
#define UAPI_SIGNAL_H

#include <lib/compiler.h>
#include <lib/types.h>

#define _NSIG 64        /* signals are 1..64 */

#ifndef SIGHUP          /* host tests may have the libc's */
#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPWR    30
#define SIGSYS    31

/* Signal n is bit n - 1. */
typedef u64 sigset_t;

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO   0x00000004u
#define SA_RESTORER  0x04000000u
#define SA_ONSTACK   0x08000000u
#define SA_RESTART   0x10000000u
#define SA_NODEFER   0x40000000u
#define SA_RESETHAND 0x80000000u

#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ   2048

/* si_code: > 0 is the kernel's, <= 0 a process's. */
#define SI_USER     0
#define SI_KERNEL   0x80
#define SI_QUEUE    (-1)
#define SI_TIMER    (-2)
#define SI_MESGQ    (-3)
#define SI_ASYNCIO  (-4)
#define SI_SIGIO    (-5)
#define SI_TKILL    (-6)
#define ILL_ILLOPC  1
#define ILL_ILLOPN  2
#define ILL_PRVOPC  5
#define FPE_INTDIV  1
#define FPE_INTOVF  2
#define FPE_FLTDIV  3
#define FPE_FLTOVF  4
#define FPE_FLTUND  5
#define FPE_FLTRES  6
#define FPE_FLTINV  7
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN  1
#define BUS_ADRERR  2
#define BUS_OBJERR  3
#define TRAP_BRKPT  1
#define TRAP_TRACE  2
#define TRAP_HWBKPT 4
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6
#define SYS_SECCOMP 1

#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD    2
#define SIGEV_THREAD_ID 4
#endif

#define SIGRTMIN_ABI 32
#define SIG_DFL_ABI  0UL
#define SIG_IGN_ABI  1UL

/* struct kernel_sigaction: what rt_sigaction(2) takes. */
struct sigaction_abi {
	u64 handler;            /* address, SIG_DFL_ABI or SIG_IGN_ABI */
	u64 flags;              /* SA_* */
	u64 restorer;
	u64 mask;               /* sigset_t */
};
static_assert(sizeof(struct sigaction_abi) == 32);

typedef struct {
	u64 ss_sp;
	s32 ss_flags;
	u32 pad;
	u64 ss_size;
} stack_t_abi;
static_assert(sizeof(stack_t_abi) == 24);

/*
 * siginfo_t without the tail that nobody uses yet: ring 3's has SIGINFO_SIZE bytes, the rest zero. Which member
 * of the union holds depends on si_signo and si_code.
 */
#define SIGINFO_SIZE 128
typedef struct {
	s32 si_signo;
	s32 si_errno;
	s32 si_code;
	s32 pad0;
	union {
		struct { s32 pid; u32 uid; u64 value; } rt;             /* kill, tkill, sigqueue */
		struct { s32 tid; s32 overrun; u64 value; s32 sys_private; } timer;
		struct { s32 pid; u32 uid; s32 status; s32 pad; s64 utime, stime; } chld; /* clock ticks */
		struct { u64 addr; s16 addr_lsb; } fault;
		struct { s64 band; s32 fd; } poll;
		struct { u64 call_addr; s32 syscall; u32 arch; } sys;
		u8 bytes[32];
	};
} siginfo_abi;
static_assert(sizeof(siginfo_abi) == 48);
static_assert(offsetof(siginfo_abi, rt.value) == 24);
static_assert(offsetof(siginfo_abi, chld.utime) == 32);
static_assert(offsetof(siginfo_abi, fault.addr) == 16);

/* struct sigcontext: the registers in a signal frame. */
struct sigcontext_abi {
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
	u16 cs, gs, fs, ss;
	u64 err, trapno, oldmask, cr2;
	u64 fpstate;            /* user address of the FXSAVE/XSAVE image, 0: none */
	u64 reserved1[8];
};
static_assert(sizeof(struct sigcontext_abi) == 256);

#define UC_FP_XSTATE         1u
#define UC_SIGCONTEXT_SS     2u
#define UC_STRICT_RESTORE_SS 4u

struct ucontext_abi {
	u64 uc_flags;
	u64 uc_link;
	stack_t_abi uc_stack;
	struct sigcontext_abi uc_mcontext;
	u64 uc_sigmask;
};
static_assert(sizeof(struct ucontext_abi) == 304);

/* What is on the user stack when a handler starts: rsp points at pretcode. */
struct rt_sigframe_abi {
	u64 pretcode;
	struct ucontext_abi uc;
	siginfo_abi info;
	u8 info_tail[SIGINFO_SIZE - sizeof(siginfo_abi)];
};
static_assert(sizeof(struct rt_sigframe_abi) == 440);

/* Software bytes 464..511 of the FXSAVE image in a frame: says that XSAVE state follows. */
#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u
struct fpx_sw_bytes_abi {
	u32 magic1;
	u32 extended_size;      /* of the whole image with magic2 */
	u64 xfeatures;
	u32 xstate_size;        /* of the XSAVE image */
	u32 padding[7];
};
static_assert(sizeof(struct fpx_sw_bytes_abi) == 48);

struct sigevent_abi {
	u64 value;
	s32 signo;
	s32 notify;             /* SIGEV_* */
	s32 tid;
	u32 pad[11];
};
static_assert(sizeof(struct sigevent_abi) == 64);

#endif
