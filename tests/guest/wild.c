// SPDX-License-Identifier: MIT
/*
 * Every system call with wild pointers in every argument, each in a child of its own. Nothing is expected of
 * the answers; the kernel must live, and this process' memory must stay as it was. Not for the build host: some of
 * these calls, by mistake or not, could do what they say.
 *     wild [FIRST [LAST]]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST_CALL 460
#define NR_VALUES 9
#define MIB (1UL << 20)

static unsigned long values[NR_VALUES];

/* Calls that end or stop the machine or the test itself whatever the arguments. */
static int left_out(int nr)
{
	switch (nr) {
	case SYS_reboot: case SYS_kexec_load: case SYS_kexec_file_load:
	case SYS_kill: case SYS_tkill: case SYS_tgkill: /* -1 and 0 reach vmrun's own processes */
	case SYS_rt_sigqueueinfo: case SYS_rt_tgsigqueueinfo: case SYS_pidfd_send_signal:
		return 1;
	}
	return 0;
}

static void call(int nr, const unsigned long *a)
{
	pid_t self = getpid();

	syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (getpid() != self)
		_exit(0);               /* fork, clone: children of children are more than a machine holds */
}

/* All arguments alike, then each alone wild, the rest small. */
static void try_all(int nr)
{
	int i, v;

	for (v = 0; v < NR_VALUES; v++)
		call(nr, (unsigned long[6]){ values[v], values[v], values[v], values[v], values[v], values[v] });
	for (i = 0; i < 6; i++) {
		for (v = 0; v < NR_VALUES; v++) {
			unsigned long a[6] = { 1, 1, 1, 1, 1, 1 };

			a[i] = values[v];
			call(nr, a);
		}
	}
}

static void in_child(int nr, const unsigned char *mine, unsigned long *ended)
{
	struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	if (pid < 0) {
		printf("fork before call %d: %s\n", nr, strerror(errno));
		exit(1);
	}
	if (pid == 0) {
		setpgid(0, 0);
		setrlimit(RLIMIT_CORE, &none);
		setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 100000 }, { 0, 300000 } }, NULL); /* ends it */
		close(0);
		try_all(nr);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid) {
		printf("wait after call %d: %s\n", nr, strerror(errno));
		exit(1);
	}
	if (!WIFEXITED(status))
		(*ended)++;
	if (mine[nr] != 0x5a) {
		printf("memory was changed by call %d\n", nr);
		exit(1);
	}
}

static int whole(const unsigned char *p, size_t n)
{
	while (n--)
		if (*p++ != 0x5a)
			return 0;
	return 1;
}

int main(int argc, char **argv)
{
	int nr, first = argc > 1 ? atoi(argv[1]) : 0, last = argc > 2 ? atoi(argv[2]) : argc > 1 ? first : LAST_CALL;
	unsigned char *mine = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *gone = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long ended = 0;

	memset(mine, 0x5a, MIB);
	munmap(gone + 8192, 8192);
	mprotect(gone, 4096, PROT_READ);
	values[0] = 0;
	values[1] = 8;
	values[2] = (unsigned long)gone + 8192 + 16;    /* not mapped */
	values[3] = (unsigned long)gone + 8192 - 3;     /* straddles the end of a mapping */
	values[4] = (unsigned long)gone;                /* read-only */
	values[5] = 0xffff880000100000;                 /* direct map */
	values[6] = 0xffffffff80100000;                 /* kernel text */
	values[7] = 0x0000900000000000;                 /* not canonical */
	values[8] = ~0UL;
	for (nr = first; nr <= last; nr++)
		if (!left_out(nr))
			in_child(nr, mine, &ended);
	if (!whole(mine, MIB)) {
		printf("memory was changed\n");
		return 1;
	}
	printf("calls %d to %d: the kernel lives; %lu children were ended by a signal\n", first, last, ended);
	return 0;
}
