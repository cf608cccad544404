// SPDX-License-Identifier: MIT
/* ptrace(2): one tracee, its memory, registers, system calls, signals; what is refused. */
#include "ptrace.h"

static volatile int counter = 7;
static volatile unsigned long words[4] = { 1, 2, 3, 4 };
static const unsigned long constant[2] = { 0x1122334455667788, 5 };

__attribute__((noinline)) static int add_one(int v)
{
	__asm__ volatile("" : "+r"(v));
	return v + 1;
}

static void refusals(void)
{
	pid_t pid;
	unsigned long w;
	struct user_regs_struct r;
	/* Text, data and direct map of Atlas, and what is near. */
	static const unsigned long kernel[] = { 0x7fffffffe000 + PAGE, 0x0000800000000000, 0xffff880000000000, 0xffff880000100000, 0xffffc90000000000,
		0xffffea0000000000, 0xffffffff80000000, 0xffffffff80100000, 0xffffffff80101ff8, 0xffffffff801d9000, 0xfffffffffffff000 };

	say("-- refused");
	RESULT(pt(PTRACE_CONT, getpid(), 0, 0));
	RESULT(pt(PTRACE_ATTACH, getpid(), 0, 0));
	RESULT(pt(PTRACE_ATTACH, 999999, 0, 0));
	RESULT(pt(PTRACE_SEIZE, getppid(), 1, 0));
	TRACED_CHILD(pid, pause());
	RESULT(pt(PTRACE_ATTACH, pid, 0, 0));
	RESULT(pt(9999, pid, 0, 0));
	RESULT(pt(PTRACE_CONT, pid, 0, 65));
	RESULT(pt(PTRACE_SETOPTIONS, pid, 0, 0x40000000));
	RESULT(pt(PTRACE_PEEKDATA, pid, 8, (unsigned long)&w));
	RESULT(pt(PTRACE_POKEDATA, pid, 8, 1));
	RESULT(pt(PTRACE_PEEKDATA, pid, 0xffffffff80000000, (unsigned long)&w));
	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		int fd = open("/proc/self/mem", O_RDWR);

		say("kernel address %zu: %ld %ld %ld %ld", i, pt(PTRACE_PEEKDATA, pid, kernel[i], (unsigned long)&w),
		    pt(PTRACE_POKEDATA, pid, kernel[i], 0), pread(fd, &w, 8, (off_t)kernel[i]), pwrite(fd, &w, 8, (off_t)kernel[i]));
		close(fd);
	}
	RESULT(pt(PTRACE_PEEKDATA, pid, (unsigned long)&counter, 8));
	RESULT(pt(PTRACE_PEEKUSER, pid, 3, (unsigned long)&w));
	RESULT(pt(PTRACE_PEEKUSER, pid, 4096, (unsigned long)&w));
	RESULT(pt(PTRACE_POKEUSER, pid, offsetof(struct user, u_tsize), 1));
	RESULT(pt(PTRACE_GETREGS, pid, 0, 8));
	RESULT(pt(PTRACE_INTERRUPT, pid, 0, 0));
	RESULT(pt(PTRACE_LISTEN, pid, 0, 0));
	RESULT(pt(PTRACE_GETSIGMASK, pid, 4, (unsigned long)&w));
	RESULT(pt(PTRACE_SETSIGMASK, pid, 4, (unsigned long)&w));
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	RESULT(pt(PTRACE_GETREGS, pid, 0, (unsigned long)&r));  /* it runs */
	kill_traced(pid);
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	if (fork() == 0) {
		RESULT(pt(PTRACE_TRACEME, 0, 0, 0));
		RESULT(pt(PTRACE_TRACEME, 0, 0, 0));
		_exit(0);
	}
	wait(NULL);
}

static void memory(void)
{
	unsigned long addr = (unsigned long)&words[1], text = (unsigned long)add_one, old;
	char path[64];
	pid_t pid;
	int fd;

	say("-- memory");
	TRACED_CHILD(pid, { say("child: %lu %lu %lx", words[1], words[2], constant[0]); _exit(add_one(counter)); });
	say("peek %lu", peek(pid, addr));
	RESULT(pt(PTRACE_POKEDATA, pid, addr, 77));
	say("peek %lu, here %lu", peek(pid, addr), words[1]);
	old = peek(pid, addr + 5);
	RESULT(pt(PTRACE_POKEDATA, pid, addr + 5, old));        /* not aligned */
	/* Read-only data and text: its own copy, as /proc/PID/mem does. */
	RESULT(pt(PTRACE_POKEDATA, pid, (unsigned long)constant, 0xabc));
	say("here %lx", constant[0]);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	old = 88;
	RESULT(pwrite(fd, &old, 8, (off_t)&words[2]));
	RESULT(pread(fd, &old, 8, (off_t)constant));
	say("read %lx", old);
	RESULT(pread(fd, &old, 8, 0));
	RESULT(pwrite(fd, &old, 8, 16));
	old = (peek(pid, text) & ~0xffUL) | 0xcc;
	RESULT(pwrite(fd, &old, 8, (off_t)text));
	ASK((peek(pid, text) & 0xff) == 0xcc);
	ASK(*(volatile unsigned char *)add_one != 0xcc);
	say("add_one here: %d", add_one(1));
	close(fd);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("breakpoint", pid);
	ASK(regs_of(pid).rip == text + 1);
	{
		struct user_regs_struct r = regs_of(pid);
		siginfo_t info;

		RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
		say("signal %d code %d", info.si_signo, info.si_code);
		r.rip = text;
		r.rdi = 40;
		RESULT(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
		old = *(volatile unsigned long *)add_one;
		RESULT(pt(PTRACE_POKETEXT, pid, text, old));
	}
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
}

/* Shared, huge and forbidden memory. */
static void mappings(void)
{
	unsigned long *shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), w;
	unsigned long *ro = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long *none = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
	unsigned long *priv = mmap(NULL, PAGE, PROT_READ, ANON, -1, 0);
	char *big = mmap(NULL, 6UL << 20, RW, ANON, -1, 0);
	unsigned long *huge = (unsigned long *)(((unsigned long)big + (2UL << 20) - 1) & ~((2UL << 20) - 1));
	pid_t pid;

	say("-- mappings");
	memset(huge, 0x11, 2UL << 20);
	mprotect(huge, 2UL << 20, PROT_READ);
	TRACED_CHILD(pid, _exit(huge[1000] == 5 && priv[0] == 6 && huge[1001] == 0x1111111111111111 ? 42 : 1));
	RESULT(pt(PTRACE_POKEDATA, pid, (unsigned long)shared, 9));
	say("shared here: %lu", shared[0]);
	RESULT(pt(PTRACE_POKEDATA, pid, (unsigned long)ro, 9));
	RESULT(pt(PTRACE_POKEDATA, pid, (unsigned long)none, 0x33));
	RESULT(pt(PTRACE_PEEKDATA, pid, (unsigned long)none, (unsigned long)&w));
	say("forbidden: %lx", w);
	RESULT(pt(PTRACE_POKEDATA, pid, (unsigned long)priv, 6));
	RESULT(pt(PTRACE_POKEDATA, pid, (unsigned long)&huge[1000], 5));
	say("huge here: %lx %lx, there: %lx", huge[1000], huge[1001], peek(pid, (unsigned long)&huge[1000]));
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("child saw all", pid);
	munmap(big, 6UL << 20);
}

static void syscalls(void)
{
	struct __ptrace_syscall_info { uint8_t op, pad[3]; uint32_t arch; uint64_t ip, sp; union {
		struct { uint64_t nr, args[6]; } entry; struct { int64_t rval; uint8_t is_error; } exit; }; uint32_t tail; } info;
	struct user_regs_struct r;
	pid_t pid;
	int n = 0, status;

	say("-- system calls");
	TRACED_CHILD(pid, { n = (int)syscall(SYS_getppid); syscall(SYS_close, 77); syscall(SYS_getppid); syscall(SYS_getppid);
		    _exit(syscall(SYS_getuid) == 12345 ? 3 : 4); });
	RESULT(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	RESULT(pt(0x420e, pid, sizeof(info), (unsigned long)&info));
	say("op %d arch %x", info.op, info.arch);
	pt(PTRACE_SYSCALL, pid, 0, 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && n < 40) {
		long size;

		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			say_stop("other", status);
			pt(PTRACE_SYSCALL, pid, 0, 0);
			continue;
		}
		memset(&info, 0, sizeof(info));
		size = pt(0x420e, pid, sizeof(info), (unsigned long)&info);
		r = regs_of(pid);
		if (info.op == 1) {
			n++;
			say("enter %ld (size %ld): %d, args[0] %lu, rax %ld", (long)info.entry.nr, size, (int)(info.entry.nr == r.orig_rax),
			    info.entry.nr == SYS_close ? (unsigned long)info.entry.args[0] : 0, (long)r.rax);
			if (n == 3) {   /* another call instead */
				r.orig_rax = SYS_getuid;
				RESULT(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
			} else if (n == 4) { /* none */
				r.orig_rax = -1;
				RESULT(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
			}
		} else {
			say("exit %d (size %ld): error %d, negative %ld", info.op, size, info.exit.is_error,
			    info.exit.rval < 0 ? (long)info.exit.rval : 0);
			if (n == 6) {
				r.rax = 12345;
				RESULT(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
			}
		}
		pt(PTRACE_SYSCALL, pid, 0, 0);
	}
	say_status("end", status);
}

static void handler(int sig)
{
	counter = sig;
}

static void signals(void)
{
	siginfo_t info;
	sigset_t set;
	unsigned long mask;
	pid_t pid;
	int status;

	say("-- signals");
	TRACED_CHILD(pid, { signal(SIGUSR1, handler); signal(SIGUSR2, SIG_IGN); raise(SIGUSR1); say("usr1: %d", counter); raise(SIGUSR1);
		    say("other: %d", counter); raise(SIGUSR2); raise(SIGTERM); sigemptyset(&set); sigaddset(&set, SIGUSR1);
		    sigprocmask(SIG_BLOCK, &set, NULL); raise(SIGSTOP); say("unblocked: %d", counter); raise(SIGABRT); });
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("usr1", pid);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	say("signo %d code %d from itself: %d", info.si_signo, info.si_code, info.si_pid == pid);
	pt(PTRACE_CONT, pid, 0, SIGUSR1);
	wait_say("usr1 again", pid);
	signal(SIGUSR1, SIG_DFL);
	pt(PTRACE_CONT, pid, 0, 0);             /* taken away */
	wait_say("ignored usr2", pid);
	pt(PTRACE_CONT, pid, 0, SIGUSR2);
	wait_say("term", pid);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("stop", pid);
	RESULT(pt(PTRACE_GETSIGMASK, pid, 8, (unsigned long)&mask));
	say("mask %lx", mask);
	mask = 0;
	RESULT(pt(PTRACE_SETSIGMASK, pid, 8, (unsigned long)&mask));
	counter = 0;
	kill(pid, SIGUSR1);
	pt(PTRACE_CONT, pid, 0, 0);
	status = wait_say("usr1 from here", pid);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	ASK(info.si_pid == getpid());
	pt(PTRACE_CONT, pid, 0, WSTOPSIG(status));
	wait_say("abort", pid);
	pt(PTRACE_CONT, pid, 0, SIGABRT);
	wait_say("end", pid);
}

static void steps(void)
{
	unsigned long last = 0;
	struct user_regs_struct r;
	pid_t pid;
	int n, same = 0, tf = 0;

	say("-- steps");
	TRACED_CHILD(pid, { __asm__ volatile("int3"); __asm__ volatile(".rept 20; nop; .endr"); syscall(SYS_getppid); });
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("int3", pid);
	for (n = 0; n < 20; n++) {
		int status;

		pt(PTRACE_SINGLESTEP, pid, 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			break;
		r = regs_of(pid);
		same += last && r.rip != last + 1;
		tf += !!(r.eflags & 0x100);
		last = r.rip;
	}
	say("%d steps, %d of another length, %d with TF", n, same, tf);
	r = regs_of(pid);
	for (n = 0; n < 2000; n++) {    /* over the system call: one stop right behind it */
		unsigned long at = r.rip;
		unsigned long code = peek(pid, at);
		int status;

		pt(PTRACE_SINGLESTEP, pid, 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			break;
		r = regs_of(pid);
		if ((code & 0xffff) == 0x050f) {
			say("over a system call: +%lu, its number was %ld", (unsigned long)r.rip - at, (long)r.orig_rax);
			break;
		}
	}
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
	/* Into a handler: a stop at its first instruction. */
	TRACED_CHILD(pid, { signal(SIGUSR1, handler); raise(SIGUSR1); _exit(counter); });
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("usr1", pid);
	pt(PTRACE_SINGLESTEP, pid, 0, SIGUSR1);
	wait_say("stepped", pid);
	ASK(regs_of(pid).rip == (unsigned long)handler);
	ASK(!(regs_of(pid).eflags & 0x100));
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 5;
	setvbuf(stdout, NULL, _IONBF, 0);
	refusals();
	memory();
	mappings();
	syscalls();
	signals();
	steps();
	return argv[0] == NULL;
}
