// SPDX-License-Identifier: MIT
/*
 * Programs that do what they may not: each ends by the right signal, and nothing else is disturbed. Left out is what
 * QEMU's TCG answers otherwise than a CPU does (int1, far returns and IRET to ring 0, alignment checks).
 */
#include "t.h"

static unsigned char *code;

/* Copies instructions to an executable page and runs them in a child. */
static void run_bytes(const char *what, const void *bytes, size_t n)
{
	memset(code, 0xc3, PAGE);
	memcpy(code, bytes, n);
	CHILD(what, ((void (*)(void))code)());
}
#define RUN(what, bytes) run_bytes(what, bytes, sizeof(bytes) - 1)

static void privileged(void)
{
	RUN("cli", "\xfa");
	RUN("sti", "\xfb");
	RUN("hlt", "\xf4");
	RUN("in al, 0x60", "\xe4\x60");
	RUN("out 0x80, al", "\xe6\x80");
	RUN("out 0xf4, eax", "\xe7\xf4");
	RUN("mov rax, cr0", "\x0f\x20\xc0");
	RUN("mov rax, cr3", "\x0f\x20\xd8");
	RUN("mov cr3, rax", "\x0f\x22\xd8");
	RUN("mov rax, cr4", "\x0f\x20\xe0");
	RUN("mov rax, dr7", "\x0f\x21\xf8");
	RUN("clts", "\x0f\x06");
	RUN("invd", "\x0f\x08");
	RUN("wbinvd", "\x0f\x09");
	RUN("invlpg [rax]", "\x0f\x01\x38");
	RUN("rdmsr", "\xb9\x80\x00\x00\xc0\x0f\x32");
	RUN("wrmsr", "\xb9\x80\x00\x00\xc0\x0f\x30");
	RUN("lgdt [rsp]", "\x0f\x01\x14\x24");
	RUN("lidt [rsp]", "\x0f\x01\x1c\x24");
	RUN("lldt ax", "\x0f\x00\xd0");
	RUN("ltr ax", "\x0f\x00\xd8");
	RUN("swapgs", "\x0f\x01\xf8");
	RUN("sysretq", "\x48\x0f\x07");
	RUN("int 0x20", "\xcd\x20");
	RUN("int 14", "\xcd\x0e");
	RUN("int 8", "\xcd\x08");
	RUN("popfq without IF", "\x6a\x02\x9d");
	RUN("popfq with IOPL 3", "\x68\x02\x32\x00\x00\x9d\xfa");
	RUN("popfq with TF", "\x68\x02\x03\x00\x00\x9d\x90");
	RUN("popfq with NT", "\x68\x02\x42\x00\x00\x9d");
	RUN("ds = 0x1234", "\xb8\x34\x12\x00\x00\x8e\xd8");
	RUN("ss = kernel's", "\xb8\x10\x00\x00\x00\x8e\xd0");
	RUN("fs = 0x18", "\xb8\x18\x00\x00\x00\x8e\xe0");
	RUN("prefixes only", "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x90");
}

static void __attribute__((noinline, used)) jump(void *to)
{
	((void (*)(void))to)();
}

static void addresses(void)
{
	static int data[1024];
	void *own_text = (void *)jump;

	CHILD("jump to 0", jump(NULL));
	CHILD("jump to the kernel's text", jump((void *)0xffffffff80100000));
	CHILD("jump to the direct map", jump((void *)0xffff880000001000));
	CHILD("jump to a non-canonical address", jump((void *)0x0000900000000000));
	CHILD("jump into data", { data[0] = 0xc3; jump(data); });
	CHILD("write to the kernel's text", *(volatile char *)0xffffffff80100000 = 1);
	CHILD("write to the direct map", *(volatile char *)0xffff880000100000 = 1);
	CHILD("read vmemmap", (void)*(volatile char *)0xffffea0000000000);
	CHILD("read the last page", (void)*(volatile char *)~0xfffUL);
	CHILD("read a non-canonical address", (void)*(volatile char *)0x8000000000000000);
	CHILD("write to own text", *(volatile char *)own_text = 1);
	CHILD("stack pointer in the kernel", __asm__ volatile("mov $0xffff880000002000, %rsp; push %rax"));
	CHILD("stack pointer 0", __asm__ volatile("xor %esp, %esp; push %rax"));
	CHILD("system call on a wild stack", __asm__ volatile("mov $0xffff880000002000, %rsp; mov $39, %eax; syscall; mov %rsp, %rsp; mov $60, %eax; mov $7, %edi; syscall"));
}

/* rt_sigreturn from nowhere, and with what a handler has spoilt. */
static void spoil(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	switch (sig) {
	case SIGUSR1: u->uc_mcontext.gregs[REG_RIP] = 0xffffffff80100000; break;
	case SIGUSR2: u->uc_mcontext.gregs[REG_RIP] = 0x0000900000000000; break;
	case SIGALRM: u->uc_mcontext.gregs[REG_CSGSFS] = 0x0010000000000008; break;
	case SIGTERM: u->uc_mcontext.gregs[REG_EFL] |= 0x3200; break; /* IOPL 3: must be ignored */
	case SIGHUP: u->uc_mcontext.fpregs = (void *)0xffff880000000000; break;
	}
}

static void sigreturns(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGHUP };
	char label[40];
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct sigaction action = { .sa_sigaction = spoil, .sa_flags = SA_SIGINFO };

		sigaction(signals[i], &action, NULL);
		snprintf(label, sizeof(label), "handler %zu spoils its frame", i);
		CHILD(label, raise(signals[i]));
	}
	CHILD("rt_sigreturn from nowhere", syscall(SYS_rt_sigreturn));
}

int main(void)
{
	static volatile unsigned int mine = 0x12345678;

	code = mmap(NULL, PAGE, RW | PROT_EXEC, ANON, -1, 0);
	privileged();
	addresses();
	sigreturns();
	RESULT(syscall(100000, 1, 2, 3));
	RESULT(syscall(-1L, 1, 2, 3));
	RESULT(syscall(0x40000000 + 1, 1, 2, 3));
	RESULT(syscall(0xffffffffL, 1, 2, 3));
	ASK(syscall(0x7fffffff00000000 | SYS_getppid) == getppid()); /* the upper half of the number is nobody's business */
	ASK(syscall((long)0xffffffff00000000 | SYS_getppid) == getppid());
	ASK(mine == 0x12345678);
	return 0;
}
