// SPDX-License-Identifier: MIT
/* seccomp(2): strict mode, filters and their answers, what is no program, who inherits, threads, tracers. */
#include "ptrace.h"
#include <pthread.h>
#include <sys/prctl.h>

/* The kernel's headers are not there for every libc. */
enum { SECCOMP_MODE_STRICT = 1, SECCOMP_MODE_FILTER = 2 };
enum { SECCOMP_SET_MODE_STRICT, SECCOMP_SET_MODE_FILTER, SECCOMP_GET_ACTION_AVAIL };
#define SECCOMP_FILTER_FLAG_TSYNC 1
#define SECCOMP_RET_KILL_PROCESS 0x80000000
#define SECCOMP_RET_KILL_THREAD 0
#define SECCOMP_RET_TRAP 0x30000
#define SECCOMP_RET_ERRNO 0x50000
#define SECCOMP_RET_TRACE 0x7ff00000
#define SECCOMP_RET_LOG 0x7ffc0000
#define SECCOMP_RET_ALLOW 0x7fff0000
struct seccomp_data { int nr; uint32_t arch; uint64_t ip, args[6]; };
struct sock_filter { uint16_t code; uint8_t jt, jf; uint32_t k; };
struct sock_fprog { unsigned short len; struct sock_filter *filter; };
enum { BPF_LD, BPF_LDX, BPF_ST, BPF_STX, BPF_ALU, BPF_JMP, BPF_RET, BPF_MISC };
enum { BPF_W = 0, BPF_H = 8, BPF_IMM = 0, BPF_ABS = 0x20, BPF_IND = 0x40, BPF_MEM = 0x60, BPF_K = 0, BPF_X = 8, BPF_A = 0x10 };
enum { BPF_SUB = 0x10, BPF_MUL = 0x20, BPF_DIV = 0x30, BPF_OR = 0x40, BPF_AND = 0x50, BPF_LSH = 0x60, BPF_MOD = 0x90 };
enum { BPF_JA = 0, BPF_JEQ = 0x10, BPF_JGE = 0x30, BPF_TAX = 0, BPF_TXA = 0x80 };
#define BPF_STMT(code, k) { (code), 0, 0, (k) }
#define BPF_JUMP(code, k, jt, jf) { (code), (jt), (jf), (k) }
#ifndef PTRACE_O_TRACESECCOMP
#define PTRACE_O_TRACESECCOMP 0x80
#endif

#define NR BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ARG(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (n))
#define RET(v) BPF_STMT(BPF_RET | BPF_K, v)
#define IF(v) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, v, 0, 1)      /* else skip one */
#define PROG(...) (struct sock_filter[]){ __VA_ARGS__ }, sizeof((struct sock_filter[]){ __VA_ARGS__ }) / 8

static char *self;

static long install(unsigned int flags, struct sock_filter *f, size_t n)
{
	struct sock_fprog p = { (unsigned short)n, f };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}

static void answer(long nr, unsigned int value)
{
	if (install(0, PROG(NR, IF(nr), RET(value), RET(SECCOMP_RET_ALLOW))))
		say("install: %s", name_of_errno(errno));
}

static void say_mode(void)
{
	char text[4096] = "", *p;
	int fd = open("/proc/self/status", O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) < 0)
		say("status: %s", name_of_errno(errno));
	close(fd);
	p = strstr(text, "NoNewPrivs:");
	if (p) {
		p[strcspn(p, "S") - 1] = ' ';
		say("%.*s", (int)strcspn(p, "\n"), p);
	}
	p = strstr(text, "Seccomp_filters:");
	if (p)
		say("%.*s", (int)strcspn(p, "\n"), p);
}

static void strict(void)
{
	say("-- strict");
	CHILD("writes and exits", {
		RESULT(prctl(PR_GET_SECCOMP));
		RESULT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
		say("still writes");
		syscall(SYS_exit, 3);
	});
	CHILD("asks for its pid", { RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL)); syscall(SYS_getpid); });
	CHILD("wants a filter", { syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL); answer(SYS_getppid, SECCOMP_RET_ALLOW); });
}

static volatile int thread_ready, thread_go;
static volatile long thread_said;

static void *worker(void *unused)
{
	thread_ready = 1;
	while (!thread_go)
		;
	thread_said = syscall(SYS_getppid) == -1 ? errno : 0;
	return unused;
}

static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	say("handler: signal %d code %d errno %d call %d arch %x, rax %lld", sig, info->si_code, info->si_errno, info->si_syscall,
	    info->si_arch, (long long)uc->uc_mcontext.gregs[REG_RAX]);
	uc->uc_mcontext.gregs[REG_RAX] = 555;
}

static void answers(void)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

	say("-- answers");
	CHILD("errno", { answer(SYS_getppid, SECCOMP_RET_ERRNO | ENOLCK); RESULT(getppid()); say_mode(); RESULT(prctl(PR_GET_SECCOMP));
		answer(SYS_getppid, SECCOMP_RET_ERRNO | 5000); errno = 0; say("%ld", syscall(SYS_getppid)); say_mode(); });
	CHILD("the most severe", { answer(SYS_getppid, SECCOMP_RET_ERRNO | ENOLCK); answer(SYS_getppid, SECCOMP_RET_ALLOW);
		answer(SYS_getppid, SECCOMP_RET_ERRNO | EDOM); answer(SYS_getppid, SECCOMP_RET_LOG); RESULT(getppid()); });
	CHILD("trap", { sigaction(SIGSYS, &sa, NULL); answer(SYS_getppid, SECCOMP_RET_TRAP | 77); say("%ld", syscall(SYS_getppid)); });
	CHILD("trap, nobody there", { answer(SYS_getppid, SECCOMP_RET_TRAP); getppid(); });
	CHILD("kill", { sigaction(SIGSYS, &sa, NULL); answer(SYS_getppid, SECCOMP_RET_KILL_PROCESS); getppid(); });
	CHILD("kill thread", { answer(SYS_getppid, SECCOMP_RET_KILL_THREAD); getppid(); });
	CHILD("trace, nobody there", { answer(SYS_getppid, SECCOMP_RET_TRACE); RESULT(getppid()); });
	CHILD("arguments", {
		install(0, PROG(NR, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 4), ARG(0), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 700, 0, 2),
				BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIDRM),
				RET(SECCOMP_RET_ALLOW)));
		RESULT(close(699)); RESULT(close(700)); RESULT(close(-1)); });
	CHILD("arithmetic", {
		install(0, PROG(NR, IF(SYS_getppid), BPF_STMT(BPF_JMP | BPF_JA, 1), RET(SECCOMP_RET_ALLOW), BPF_STMT(BPF_LD | BPF_IMM, 7),
				BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LDX | BPF_IMM, 6), BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0),
				BPF_STMT(BPF_LDX | BPF_MEM, 3), BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0), BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 1),
				BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 2), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
				BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), BPF_STMT(BPF_RET | BPF_A, 0)));
		RESULT(getppid()); });
}

static void no_programs(void)
{
	struct sock_fprog empty = { 0, NULL }, wild = { 3, (void *)8 };
	unsigned int action = SECCOMP_RET_TRAP;

	say("-- no programs");
	RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &empty));
	RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &wild));
	RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 8));
	RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x4000, &wild));
	RESULT(syscall(SYS_seccomp, 99, 0, NULL));
	RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
	RESULT(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	action = 0x12340000;
	RESULT(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	RESULT(install(0, PROG(NR)));
	RESULT(install(0, PROG(BPF_STMT(BPF_JMP | BPF_JA, 1), RET(0))));
	RESULT(install(0, PROG(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2), RET(0), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_LD | BPF_MEM, 0), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(BPF_ST, 16), RET(0))));
	RESULT(install(0, PROG(NR, IF(1), BPF_STMT(BPF_ST, 2), BPF_STMT(BPF_LD | BPF_MEM, 2), RET(0))));
	RESULT(install(0, PROG(BPF_STMT(0xffff, 0), RET(0))));
	CHILD("without a right to", { if (setgid(65534) || setuid(65534)) _exit(9); RESULT(install(0, PROG(RET(SECCOMP_RET_ALLOW))));
		RESULT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); RESULT(install(0, PROG(RET(SECCOMP_RET_ALLOW)))); });
}

static void heirs(void)
{
	char *args[] = { self, "ask", NULL };
	pthread_t t;

	say("-- heirs");
	CHILD("exec", { answer(SYS_getppid, SECCOMP_RET_ERRNO | EXDEV); if (fork() == 0) execv(self, args); wait(NULL); });
	CHILD("a thread", { pthread_create(&t, NULL, worker, NULL); while (!thread_ready) ; answer(SYS_getppid, SECCOMP_RET_ERRNO | EXDEV);
		thread_go = 1; pthread_join(t, NULL); say("it got %s", name_of_errno((int)thread_said)); });
	CHILD("all threads", { pthread_create(&t, NULL, worker, NULL); while (!thread_ready) ;
		RESULT(install(SECCOMP_FILTER_FLAG_TSYNC, PROG(NR, IF(SYS_getppid), RET(SECCOMP_RET_ERRNO | EXDEV), RET(SECCOMP_RET_ALLOW))));
		thread_go = 1; pthread_join(t, NULL); say("it got %s", name_of_errno((int)thread_said)); });
}

static void tracers(void)
{
	struct { uint8_t op, pad[3]; uint32_t arch; uint64_t ip, sp, nr, args[6]; uint32_t data, tail; } info = { 0 };
	struct user_regs_struct r;
	pid_t pid;

	say("-- tracers");
	TRACED_CHILD(pid, { answer(SYS_getppid, SECCOMP_RET_TRACE | 321); RESULT(getppid()); RESULT(getppid()); ASK(getppid() > 0); });
	RESULT(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP));
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("first", pid);
	RESULT(pt(0x420e, pid, sizeof(info), (unsigned long)&info));
	say("op %d call %ld data %u", info.op, (long)info.nr, info.data);
	r = regs_of(pid);
	r.orig_rax = (unsigned long long)-1;
	r.rax = (unsigned long long)-EDOM;
	pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("second", pid);
	r = regs_of(pid);
	r.orig_rax = SYS_close;
	r.rdi = 999;
	pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("third", pid);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
	TRACED_CHILD(pid, { answer(SYS_getppid, SECCOMP_RET_KILL_PROCESS); getppid(); });
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("no tracer stops it", pid);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1) {
		RESULT(getppid());
		return 0;
	}
	strict();
	answers();
	no_programs();
	heirs();
	tracers();
	return 0;
}
