// SPDX-License-Identifier: MIT
/*
 * A fuzzer of system calls from ring 3: random arguments and (fuzz_near.h) nearly valid ones from several processes at once, some of which
 * share memory and descriptors. The kernel must live, must not leak descriptors' or processes' worth of memory, and
 * the parent's checksummed memory must stay. Only for a guest.
 *     fuzz SEED CALLS [PROCESSES [THREADS]]    THREADS: besides each process' first; default 0, for two processes of three
 * Every child prints its seed if it finds its own checksummed page changed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LAST_CALL 452
#define CHILD_CALLS 1000        /* then a fresh child */
#define MIB (1UL << 20)

static __thread uint64_t state;

static uint64_t random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static unsigned int below(unsigned int n)
{
	return random64() % n;
}

/* Calls that would end the run rather than test something. */
static int left_out(long nr)
{
	switch (nr) {
	case SYS_reboot: case SYS_kexec_load: case SYS_kexec_file_load: case SYS_exit: case SYS_exit_group:
	case SYS_kill: case SYS_tkill: case SYS_tgkill: case SYS_rt_sigqueueinfo: case SYS_rt_tgsigqueueinfo:
	case SYS_pidfd_send_signal: case SYS_pause: case SYS_vhangup: case SYS_pidfd_getfd: /* the output of others */
	case SYS_setsid: case SYS_setpgid: /* the watchdog ends a child by its group */
	case SYS_timer_delete: case SYS_timer_settime: case SYS_alarm:
	case SYS_umount2: case SYS_pivot_root: case SYS_chroot:
		return 1;
	}
	return 0;
}

static char *area;      /* 64 pages of every right; its page 0 and 1 always readable and writable */
static char *strings[8];

static uint64_t address(void)
{
	switch (below(12)) {
	case 0: return 0;
	case 1: return below(4096);
	case 2: return 0xffff880000000000 + (random64() & 0x3fffffff);
	case 3: return 0xffffffff80100000 + below(1 << 20);
	case 4: return random64();
	case 5: return 0x00007ffffffff000 - below(8192);
	case 6: return (uint64_t)(area + 64 * 4096 - below(16));
	default: return (uint64_t)(area + below(64 * 4096) / (below(2) ? 1 : 4096) * (below(2) ? 1 : 4096) % (64 * 4096));
	}
}

static uint64_t number(void)
{
	static const uint64_t edges[] = { 0, 1, 2, 3, 4, 8, 16, 63, 64, 255, 256, 511, 4095, 4096, 4097, 65535, 65536,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, ~0ULL, ~0ULL - 1,
		~0ULL - 4095, 2 * MIB, 1UL << 30, 1UL << 40, 1UL << 47 };

	switch (below(4)) {
	case 0: return edges[below(sizeof(edges) / sizeof(*edges))];
	case 1: return below(64);
	case 2: return 1ULL << below(64);
	default: return random64() >> below(64);
	}
}

static uint64_t argument(void)
{
	switch (below(10)) {
	case 0: case 1: case 2: return address();
	case 3: case 4: return below(12);               /* a descriptor */
	case 5: return (uint64_t)strings[below(8)];
	case 6: return below(5) ? (uint64_t)-100 : 0x40000000 | below(1 << 16); /* AT_FDCWD */
	default: return number();
	}
}

/* Structures in the area: plausible and less plausible words. */
static void fill_area(void)
{
	int i;

	for (i = 0; i < 1024; i++) {
		uint64_t v = below(3) ? argument() : number();

		memcpy(area + 8 * i, &v, 8);
	}
}

/* Gets the child out of a call that waits for ever, if the calls before have left the timer alone. */
static void interrupt(int sig)
{
}

#include "fuzz_near.h"
/* What is traced: a child of this thread, that makes calls and touches the area. It can't stop anybody else. */
static __thread pid_t victim;

static void start_victim(void)
{
	victim = fork();
	if (victim == 0) {
		alarm(3);
		for (;;) {
			syscall(SYS_getppid, 1, 2, 3);
			*(volatile char *)area = 1;
			if (below(1000) == 0 && fork() == 0)
				_exit(0);
		}
	}
	if (below(2))
		ptrace(PTRACE_ATTACH, victim, 0, 0);
	else
		ptrace(PTRACE_SEIZE, victim, 0, random64() & 0x10007f);
}

/* Sometimes in the order that makes sense: a stop, some requests, a way out of it. */
static void random_ptrace(void)
{
	int n = below(20);

	if (victim <= 0 || kill(victim, 0))
		start_victim();
	if (below(2))
		syscall(SYS_ptrace, PTRACE_INTERRUPT, victim, 0, 0);
	waitpid(victim, NULL, WNOHANG | __WALL);
	while (n-- > 0) {
		long request = below(2) ? below(34) : 0x4200 + below(16);
		uint64_t where = below(3) ? argument() : below(2) ? below(116) * 8 : 1 + below(2) * 0x201;

		if (request == PTRACE_TRACEME)
			continue; /* its parent does not expect it to stop */
		syscall(SYS_ptrace, request, below(20) ? (uint64_t)victim : number() | 1U << 20, where, argument());
	}
	syscall(SYS_ptrace, below(2) ? PTRACE_CONT : below(2) ? PTRACE_SYSCALL : PTRACE_SINGLESTEP, victim, 0, below(8) ? 0 : below(65));
}

static void random_calls(unsigned int calls)
{
	unsigned int i;

	for (i = 0; i < calls; i++) {
		long nr = below(8) ? below(LAST_CALL) : (long)number();

		if (below(3) == 0) {
			near_call();
			continue;
		}
		if (left_out(nr))
			continue;
		if (i % 16 == 0) {
			mmap(area, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
			fill_area();
		}
		if (nr == SYS_rt_sigreturn && below(50))
			continue; /* jumps to wherever the stack says */
		if ((nr == SYS_fork || nr == SYS_vfork || nr == SYS_clone || nr == SYS_clone3) && below(20))
			continue; /* few of these */
		if (nr == SYS_ptrace || below(100) == 0) {
			random_ptrace();
			continue;
		}
		syscall(nr, argument(), argument(), argument(), argument(), argument(), argument());
	}
}

static void *more_calls(void *seed)
{
	state = (uint64_t)seed;
	random_calls(CHILD_CALLS);
	return NULL;
}

static void fuzz(uint64_t seed, unsigned int calls, int threads)
{
	static uint64_t witness[512];
	uint64_t sum = 0, again = 0;
	unsigned int i;

	state = seed;
	for (i = 0; i < 512; i++)
		sum += witness[i] = random64();
	while (seed % 3 && threads-- > 0) {
		pthread_t t;

		pthread_create(&t, NULL, more_calls, (void *)(seed * 31 + threads));
	}
	random_calls(calls);
	for (i = 0; i < 512; i++)
		again += witness[i];
	_exit(sum == again ? 0 : 9);
}

static void prepare(void)
{
	static const char *const names[] = { "/tmp/f/a", "/tmp/f/b", "/tmp/f/dir", "/tmp/f", "a", "../f/b", "", "/proc/self/maps" };
	int i;

	mkdir("/tmp/f", 0777);
	mkdir("/tmp/f/dir", 0777);
	if (chdir("/tmp/f"))
		perror("/tmp/f");
	close(open("/tmp/f/a", O_CREAT | O_RDWR, 0666));
	area = mmap((void *)0x10000000, 64 * 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (i = 0; i < 8; i++)
		strings[i] = (char *)names[i];
	mprotect(area + 16 * 4096, 16 * 4096, PROT_READ);
	mprotect(area + 32 * 4096, 8 * 4096, PROT_NONE);
}

static pid_t start_child(uint64_t seed, unsigned int calls, int threads)
{
	struct rlimit none = { 0, 0 }, files = { 256 << 10, 256 << 10 }, space = { 512 * MIB, 512 * MIB }, tasks = { 40, 40 };
	pid_t pid = fork();
	timer_t timer;
	int ends[2], fd;

	if (pid)
		return pid;
	setpgid(0, 0);
	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &files);
	setrlimit(RLIMIT_AS, &space);
	setrlimit(RLIMIT_NPROC, &tasks);
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (!strchr((char[]){ SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGALRM, SIGCHLD, 0 }, sig))
			signal(sig, SIG_IGN);
	alarm(5);
	sigaction(SIGVTALRM, &(struct sigaction){ .sa_handler = interrupt }, NULL);
	timer_create(CLOCK_MONOTONIC, &(struct sigevent){ .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM }, &timer);
	timer_settime(timer, 0, &(struct itimerspec){ { 0, 20000000 }, { 0, 20000000 } }, NULL);
	close(0);
	syscall(SYS_close_range, 3, ~0U, 0);
	fd = open("/dev/null", O_RDWR); /* 0; outputs go there as well */
	dup2(fd, 1);
	dup2(fd, 2);
	open("/tmp/f/a", O_RDWR);
	if (pipe(ends) == 0)
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	open("/tmp/f/dir", O_RDONLY);
	open("/dev/zero", O_RDWR);      /* 7 */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends))
		_exit(0);
	syscall(SYS_memfd_create, "m", 2);
	epoll_create1(0);
	inotify_init1(O_NONBLOCK);
	mmap(ARENA, ARENA_PAGES * 4096UL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (seed % 4 == 0 && syscall(SYS_setresuid, 1000, 1000, 1000))
		_exit(0);
	fuzz(seed, calls, threads);
	return 0;
}

/* A child that has blocked its signals and waits for ever is ended from here. */
#define MAX_PROCESSES 8
#define CHILD_SECONDS 8
static struct { pid_t pid; time_t since; } child[MAX_PROCESSES];

/* Not time(NULL): the children set the clock. */
static time_t seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void watch(int sig)
{
	time_t now = seconds();
	int i;

	for (i = 0; i < MAX_PROCESSES; i++) {
		if (!child[i].pid || now < child[i].since + CHILD_SECONDS)
			continue;
		if (now > child[i].since + 3 * CHILD_SECONDS) {
			char command[200];

			snprintf(command, sizeof(command), "echo %d does not die by SIGKILL; ps -o pid,ppid,pgid,stat,comm; cd /proc/%d; "
				 "for i in task/*; do grep . $i/status $i/stat $i/syscall $i/wchan $i/stack; done", child[i].pid, child[i].pid);
			_exit(system(command) ? 3 : 2);
		}
		kill(-child[i].pid, SIGKILL);
		kill(child[i].pid, SIGKILL);
	}
}

/* The slot of @pid; 0 finds a free one. */
static int slot_of(pid_t pid)
{
	int i;

	for (i = 0; i < MAX_PROCESSES; i++)
		if (child[i].pid == pid)
			return i;
	return -1;
}

/* Starts children until all calls are spoken for or all slots are taken. */
static void fill_slots(uint64_t seed, unsigned long *children, unsigned long wanted, int processes, int threads)
{
	int i;

	while (*children < wanted && (i = slot_of(0)) >= 0 && i < processes) {
		pid_t pid = start_child(seed * 1000003 + ++*children, CHILD_CALLS, threads);

		if (pid < 0)
			return;
		child[i].since = seconds();
		child[i].pid = pid;
	}
}

static int run(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned long calls = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000, signalled = 0, children = 0;
	int processes = argc > 3 ? atoi(argv[3]) : 3, threads = argc > 4 ? atoi(argv[4]) : 0, status;
	unsigned char *mine = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	size_t i;

	memset(mine, 0x5a, MIB);
	prepare();
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = watch, .sa_flags = SA_RESTART }, NULL);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 1, 0 }, { 1, 0 } }, NULL);
	for (fill_slots(seed, &children, calls / CHILD_CALLS, processes, threads); (pid = wait(&status)) > 0;
	     fill_slots(seed, &children, calls / CHILD_CALLS, processes, threads)) {
		int slot = slot_of(pid);

		if (slot < 0)
			continue; /* an orphan's orphan */
		kill(-pid, SIGKILL); /* what it has left running */
		child[slot].pid = 0;
		signalled += WIFSIGNALED(status);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 9)
			printf("a child's memory was changed (seed %llu)\n", (unsigned long long)seed);
	}
	for (i = 0; i < MIB; i++) {
		if (mine[i] != 0x5a) {
			printf("this process' memory was changed\n");
			return 1;
		}
	}
	printf("seed %llu: %lu processes of up to %d calls, %lu of them ended by a signal; the kernel lives\n",
	       (unsigned long long)seed, children, CHILD_CALLS, signalled);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--leave"))
		return 0;       /* a child's exec */
	return run(argc, argv);
}
