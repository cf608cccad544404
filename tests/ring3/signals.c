// SPDX-License-Identifier: MIT
/* Signals: handlers, masks, pending, alternate stack, restart, faults with their code, kill by group. */
#include "t.h"

#include <sys/time.h>

static volatile sig_atomic_t order[8], nr_order;

static void note(int sig)
{
	if (nr_order < 8)
		order[nr_order++] = sig;
}

static void masks(void)
{
	sigset_t set, old, pending;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	RESULT(sigprocmask(SIG_BLOCK, &set, &old));
	signal(SIGUSR1, note);
	signal(SIGUSR2, note);
	raise(SIGUSR2);
	raise(SIGUSR1);
	raise(SIGUSR1);
	RESULT(sigpending(&pending));
	ASK(sigismember(&pending, SIGUSR1) == 1 && sigismember(&pending, SIGUSR2) == 1);
	ASK(nr_order == 0);
	RESULT(sigprocmask(SIG_SETMASK, &old, NULL));
	ASK(nr_order == 2); /* one of the two SIGUSR1 was lost */
	say("order %d %d", (int)order[0], (int)order[1]);
	RESULT(sigprocmask(17, &set, NULL));
	RESULT(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 7));
	signal(SIGUSR1, SIG_IGN);
	RESULT(raise(SIGUSR1));
	RESULT(kill(getpid(), 65));
	RESULT(kill(getpid(), -1));
	RESULT(sigaction(SIGKILL, &(struct sigaction){ .sa_handler = note }, NULL));
}

static void real_time(void)
{
	sigset_t set;
	siginfo_t info;
	union sigval value = { .sival_int = 40 };
	int i;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (i = 0; i < 3; i++, value.sival_int++)
		sigqueue(getpid(), SIGRTMIN + 1, value);
	for (i = 0; i < 3; i++) { /* queued, in order, each with its value */
		int sig = sigtimedwait(&set, &info, &(struct timespec){ 1, 0 });

		say("real-time %d value %d code %d", sig == SIGRTMIN + 1, info.si_value.sival_int, info.si_code);
	}
	RESULT(sigtimedwait(&set, &info, &(struct timespec){ 0, 1000000 }));
}

static void on_stack(int sig, siginfo_t *info, void *context)
{
	stack_t now;
	char here;

	sigaltstack(NULL, &now);
	say("on the alternate stack: %s", now.ss_flags == SS_ONSTACK && &here > (char *)now.ss_sp &&
	    &here < (char *)now.ss_sp + now.ss_size ? "yes" : "no");
	_exit(44);
}

static int run_off(volatile char *before)
{
	volatile char frame[4096];

	frame[0] = before ? before[0] : 1;
	return run_off(frame) + frame[0];
}

static void alternate_stack(void)
{
	stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
	struct sigaction action = { .sa_sigaction = on_stack, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	RESULT(sigaltstack(&(stack_t){ .ss_sp = stack.ss_sp, .ss_size = 10 }, NULL));
	RESULT(sigaltstack(&stack, NULL));
	sigaction(SIGSEGV, &action, NULL);
	CHILD("stack overflow with a handler", run_off(NULL));
	signal(SIGSEGV, SIG_DFL);
	CHILD("stack overflow without", run_off(NULL));
}

static void interrupted(int flags, const char *what)
{
	struct sigaction action = { .sa_handler = note, .sa_flags = flags };
	struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
	int ends[2];
	char byte;
	pid_t pid;

	sigaction(SIGALRM, &action, NULL);
	if (pipe(ends))
		return;
	pid = fork();
	if (pid == 0) {
		usleep(150000);
		_exit(write(ends[1], "z", 1) != 1);
	}
	setitimer(ITIMER_REAL, &soon, NULL);
	say("%s", what);
	RESULT(read(ends[0], &byte, 1));
	while (waitpid(pid, NULL, 0) < 0)
		;
	close(ends[0]);
	close(ends[1]);
}

static void faults(void)
{
	static const unsigned char divide[] = { 0x31, 0xc0, 0x31, 0xd2, 0xf7, 0xf0, 0xc3 };
	unsigned char *code = mmap(NULL, PAGE, RW | PROT_EXEC, ANON, -1, 0);

	catch_signal(SIGSEGV);
	catch_signal(SIGILL);
	catch_signal(SIGFPE);
	catch_signal(SIGTRAP);
	memcpy(code, divide, sizeof(divide));
	FAULT("divide by zero", code, ((void (*)(void))code)());
	memcpy(code, "\x0f\x0b", 2);
	FAULT("ud2", code, ((void (*)(void))code)());
	memcpy(code, "\xf4", 1);
	FAULT("hlt", NULL, ((void (*)(void))code)());
	memcpy(code, "\xcc\xc3", 2);
	FAULT("int3", NULL, ((void (*)(void))code)());
	FAULT("non-canonical", NULL, *(volatile char *)0x8000000000000000 = 1);
}

/* A handler starts with fresh x87 and SSE registers; the interrupted ones come back. */
static volatile uint32_t handler_xmm, handler_mxcsr;
static volatile uint16_t handler_fcw;

static void fresh_registers(int sig)
{
	uint32_t xmm, mxcsr;
	uint16_t fcw;

	(void)sig;
	__asm__ volatile("movd %%xmm7, %0; stmxcsr %1; fnstcw %2" : "=r"(xmm), "=m"(mxcsr), "=m"(fcw));
	handler_xmm = xmm;
	handler_mxcsr = mxcsr;
	handler_fcw = fcw;
	__asm__ volatile("pcmpeqd %%xmm7, %%xmm7; fninit" ::: "xmm7");
}

static void floating_point(void)
{
	uint32_t xmm, mxcsr = 0x9fc0, value = 0x12345678;       /* DAZ, FTZ */
	uint16_t fcw = 0x27f;

	signal(SIGUSR2, fresh_registers);
	__asm__ volatile("movd %3, %%xmm7; ldmxcsr %1; fldcw %2; mov $39, %%eax; syscall; mov %%eax, %%edi; mov $62, %%eax; mov $12, %%esi; syscall\n"
			 "movd %%xmm7, %0; stmxcsr %1; fnstcw %2"
			 : "=&r"(xmm), "+m"(mxcsr), "+m"(fcw) : "r"(value) : "rax", "rcx", "rdi", "rsi", "r11", "xmm7", "memory");
	say("handler: xmm7 %x mxcsr %x fcw %x", handler_xmm, handler_mxcsr, handler_fcw);
	say("after: xmm7 %x mxcsr %x fcw %x", xmm, mxcsr, fcw);
	__asm__ volatile("ldmxcsr %0; fninit" :: "m"((uint32_t){ 0x1f80 }));
}

int main(void)
{
	masks();
	floating_point();
	real_time();
	alternate_stack();
	interrupted(0, "without SA_RESTART");
	interrupted(SA_RESTART, "with SA_RESTART");
	faults();
	CHILD("SIGTERM's default", raise(SIGTERM));
	CHILD("SIGCHLD's default", raise(SIGCHLD));
	CHILD("SIGQUIT's default", raise(SIGQUIT));
	CHILD("a group of its own", { setpgid(0, 0); signal(SIGUSR2, SIG_DFL); kill(0, SIGUSR2); });
	return 0;
}
