// SPDX-License-Identifier: MIT
/* ptrace(2): whatever a tracer writes into registers is the tracee's trouble alone. Debug registers, FPU state. */
#include "ptrace.h"
#include <elf.h>

#define DR(n) (offsetof(struct user, u_debugreg) + 8 * (n))
#define XSTATE 0x202
#define PTRACE_OLDSETOPTIONS 21
enum { ARCH_SET_GS = 0x1001, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS };
#ifndef PTRACE_ARCH_PRCTL
#define PTRACE_ARCH_PRCTL 30
#endif

static volatile unsigned long cell[8] __attribute__((aligned(64)));
static unsigned char image[16384] __attribute__((aligned(64)));

__attribute__((noinline)) static void target(void)
{
	__asm__ volatile("nop");
}

static unsigned long dr(pid_t pid, int n)
{
	unsigned long v = 0;

	if (pt(PTRACE_PEEKUSER, pid, DR(n), (unsigned long)&v))
		say("DR%d: %s", n, name_of_errno(errno));
	return v;
}

/* One register set wildly while the tracee is in a system call's stop or a signal's: how does it end? */
static void wild(const char *what, size_t reg, unsigned long value)
{
	for (int in_call = 0; in_call < 2; in_call++) {
		int status, n = 0;
		long r;
		pid_t pid;

		TRACED_CHILD(pid, for (;;) syscall(SYS_getppid));
		if (in_call) {
			pt(PTRACE_SYSCALL, pid, 0, 0);
			waitpid(pid, &status, 0);
			pt(PTRACE_SYSCALL, pid, 0, 0);
			waitpid(pid, &status, 0);
		}
		errno = 0;
		r = pt(PTRACE_POKEUSER, pid, reg, value);
		say("%s%s: %s", what, in_call ? " in a call" : "", r ? name_of_errno(errno) : "taken");
		for (pt(PTRACE_CONT, pid, 0, 0); !r && n < 3; n++) {
			waitpid(pid, &status, 0);
			if (!WIFSTOPPED(status))
				break;
			say_stop("then", status);
			pt(PTRACE_CONT, pid, 0, WSTOPSIG(status));
		}
		if (!r && n < 3)
			say_status("end", status);
		kill_traced(pid);
	}
}

static void hostile(void)
{
	say("-- wild registers");
	wild("rip not canonical", offsetof(struct user_regs_struct, rip), 0x8000000000000000);
	wild("rip beyond ring 3", offsetof(struct user_regs_struct, rip), 0x00007ffffffff000);
	wild("rip in the kernel", offsetof(struct user_regs_struct, rip), 0xffffffff80000000);
	wild("cs of the kernel", offsetof(struct user_regs_struct, cs), 0x10);
	wild("cs 0", offsetof(struct user_regs_struct, cs), 0);
	wild("cs of nothing", offsetof(struct user_regs_struct, cs), 0xfff3);
	wild("ss of the kernel", offsetof(struct user_regs_struct, ss), 0x18);
	wild("fs_base in the kernel", offsetof(struct user_regs_struct, fs_base), 0xffff800000000000);
	wild("gs_base not canonical", offsetof(struct user_regs_struct, gs_base), 0x1234000000000000);
	wild("ds of ring 0", offsetof(struct user_regs_struct, ds), 0x28);
}

static void flags(void)
{
	struct user_regs_struct r;
	pid_t pid;

	say("-- flags");
	TRACED_CHILD(pid, pause());
	r = regs_of(pid);
	r.eflags = ~0UL;
	r.rsp = 0x8000000000000000;     /* no matter until it is used */
	RESULT(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
	r = regs_of(pid);
	say("IF %d IOPL %d VM %d CF %d DF %d TF %d", !!(r.eflags & 0x200), !!(r.eflags & 0x3000), !!(r.eflags & 0x20000),
	    !!(r.eflags & 1), !!(r.eflags & 0x400), !!(r.eflags & 0x100));
	r.eflags = 0;
	RESULT(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
	r = regs_of(pid);
	say("IF %d CF %d", !!(r.eflags & 0x200), !!(r.eflags & 1));
	kill_traced(pid);
}

/* arch_prctl(2) on behalf of the tracee, and the options' old number: User Mode Linux wants both. */
static void bases(void)
{
	unsigned long base = 0;
	pid_t pid;

	say("-- bases");
	TRACED_CHILD(pid, for (;;) syscall(SYS_getppid));
	RESULT(pt(PTRACE_ARCH_PRCTL, pid, 0x123000, ARCH_SET_FS));
	RESULT(pt(PTRACE_ARCH_PRCTL, pid, 0x456000, ARCH_SET_GS));
	RESULT(pt(PTRACE_ARCH_PRCTL, pid, (unsigned long)&base, ARCH_GET_FS));
	say("fs %lx %lx, gs %lx", base, (unsigned long)regs_of(pid).fs_base, (unsigned long)regs_of(pid).gs_base);
	RESULT(pt(PTRACE_ARCH_PRCTL, pid, (unsigned long)&base, ARCH_GET_GS));
	say("gs %lx", base);
	RESULT(pt(PTRACE_ARCH_PRCTL, pid, 0xffff800000000000, ARCH_SET_FS));
	RESULT(pt(PTRACE_ARCH_PRCTL, pid, 8, ARCH_GET_FS));
	RESULT(pt(PTRACE_ARCH_PRCTL, pid, (unsigned long)&base, 0x4711));
	RESULT(pt(PTRACE_OLDSETOPTIONS, pid, 0, 0x40000000));
	RESULT(pt(PTRACE_OLDSETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	pt(PTRACE_SYSCALL, pid, 0, 0);
	wait_say("its option", pid);
	kill_traced(pid);
}

static void regsets(void)
{
	struct iovec iov = { image, sizeof(image) };
	struct user_regs_struct r;
	struct user_fpregs_struct fp;
	pid_t pid;
	long have;
	unsigned int mxcsr;

	say("-- register sets");
	TRACED_CHILD(pid, { double x = 1.5, y; __asm__ volatile("movsd %1, %%xmm5; int3; movsd %%xmm5, %0" : "=m"(y) : "m"(x) : "xmm5");
		    _exit((int)y); });
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("int3", pid);
	RESULT(pt(PTRACE_GETFPREGS, pid, 0, (unsigned long)&fp));
	{
		double x;

		memcpy(&x, &fp.xmm_space[5 * 4], 8);
		say("xmm5 %g mxcsr %x cwd %x", x, fp.mxcsr, fp.cwd);
		x = 77.0;
		memcpy(&fp.xmm_space[5 * 4], &x, 8);
	}
	RESULT(pt(PTRACE_SETFPREGS, pid, 0, (unsigned long)&fp));
	mxcsr = fp.mxcsr;
	fp.mxcsr = 0xffffffff;
	RESULT(pt(PTRACE_SETFPREGS, pid, 0, (unsigned long)&fp));
	fp.mxcsr = mxcsr;
	iov.iov_base = &r;
	iov.iov_len = 4096;
	RESULT(pt(PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&iov));
	say("general: %zu", iov.iov_len);
	iov.iov_len = 16;
	r.r15 = 15;
	r.r14 = 14;
	RESULT(pt(PTRACE_SETREGSET, pid, NT_PRSTATUS, (unsigned long)&iov));
	r = regs_of(pid);
	say("r15 %d r14 %d", (int)r.r15, (int)r.r14);
	iov.iov_len = 12;
	RESULT(pt(PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&iov));
	iov.iov_len = 512;
	iov.iov_base = &fp;
	RESULT(pt(PTRACE_GETREGSET, pid, NT_PRFPREG, (unsigned long)&iov));
	RESULT(pt(PTRACE_GETREGSET, pid, 0x7777, (unsigned long)&iov));
	iov.iov_base = image;
	iov.iov_len = sizeof(image);
	have = pt(PTRACE_GETREGSET, pid, XSTATE, (unsigned long)&iov);
	if (!have) {                    /* the CPU has XSAVE */
		unsigned long bad = 1UL << 63, v, len = iov.iov_len;

		memcpy(&v, image + 464, 8);
		if ((v & 3) != 3)
			say("no XCR0 in the image");
		iov.iov_len = len - 8;
		if (pt(PTRACE_SETREGSET, pid, XSTATE, (unsigned long)&iov) != -1 || errno != EFAULT)
			say("a short image: %s", name_of_errno(errno));
		iov.iov_len = len;
		memcpy(image + 528, &bad, 8);
		if (pt(PTRACE_SETREGSET, pid, XSTATE, (unsigned long)&iov) != -1 || errno != EINVAL)
			say("a compacted image: %s", name_of_errno(errno));
		memset(image + 528, 0, 8);
		memcpy(&v, image + 512, 8);
		memcpy(image + 512, &bad, 8);
		if (pt(PTRACE_SETREGSET, pid, XSTATE, (unsigned long)&iov) != -1 || errno != EINVAL)
			say("a state that is not there: %s", name_of_errno(errno));
		memcpy(image + 512, &v, 8);
		memset(image + 24, 0xff, 4);
		if (pt(PTRACE_SETREGSET, pid, XSTATE, (unsigned long)&iov) != -1 || errno != EINVAL)
			say("a wild MXCSR: %s", name_of_errno(errno));
		memcpy(image + 24, &mxcsr, 4);
		if (pt(PTRACE_SETREGSET, pid, XSTATE, (unsigned long)&iov))
			say("its own image: %s", name_of_errno(errno));
	}
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
}

static void debug_stop(const char *what, pid_t pid)
{
	siginfo_t info;

	pt(PTRACE_CONT, pid, 0, 0);
	wait_say(what, pid);
	if (pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info))
		say("GETSIGINFO: %s", name_of_errno(errno));
	say("signal %d code %d, DR6 hits %lx", info.si_signo, info.si_code, dr(pid, 6) & 15);
}

static void breakpoints(void)
{
	pid_t pid;

	say("-- debug registers");
	TRACED_CHILD(pid, { target(); cell[0] = 1; cell[1] = cell[2]; *(volatile char *)&cell[3] = 9; raise(SIGSTOP);
		    cell[4] = cell[0]; target(); });
	say("DR7 %lx", dr(pid, 7));
	RESULT(pt(PTRACE_POKEUSER, pid, DR(0), 0xffff888000000000));
	RESULT(pt(PTRACE_POKEUSER, pid, DR(4), 1));
	RESULT(pt(PTRACE_POKEUSER, pid, DR(0), (unsigned long)&cell[0]));
	RESULT(pt(PTRACE_POKEUSER, pid, DR(7), 0x000e0001));    /* I/O */
	RESULT(pt(PTRACE_POKEUSER, pid, DR(7), 0x000d0001));    /* write, 4 bytes */
	RESULT(pt(PTRACE_POKEUSER, pid, DR(1), (unsigned long)target));
	RESULT(pt(PTRACE_POKEUSER, pid, DR(2), (unsigned long)&cell[2]));
	RESULT(pt(PTRACE_POKEUSER, pid, DR(3), (unsigned long)&cell[3]));
	RESULT(pt(PTRACE_POKEUSER, pid, DR(7), 0x1b0d0055));    /* 3: write 1 byte; 2: access 8; 1: execute; 0: write 4 */
	ASK(dr(pid, 0) == (unsigned long)&cell[0]);
	debug_stop("executes", pid);
	ASK(regs_of(pid).rip == (unsigned long)target);
	debug_stop("writes 0", pid);
	debug_stop("reads 2", pid);
	debug_stop("writes 3", pid);
	debug_stop("raise", pid);
	RESULT(pt(PTRACE_POKEUSER, pid, DR(7), 0));
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
}

int main(void)
{
	hostile();
	flags();
	bases();
	regsets();
	breakpoints();
	return 0;
}
