// SPDX-License-Identifier: MIT
/*
 * exec of damaged programs: this file's own headers with a few bytes changed, or cut short, again and again. What the
 * kernel accepts may run and die; the kernel must live, and this process' checksummed memory must stay. Only for a guest.
 *     exec_fuzz SEED TRIES
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "/tmp/damaged"
#define MOST (1 << 20)

static uint64_t state;
static unsigned char good[MOST], bad[MOST];
static size_t good_size;

static uint64_t random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

/* A word of the headers becomes an edge, a neighbour or noise. */
static size_t damage(void)
{
	static const uint64_t edges[] = { 0, 1, 0xfff, 0x1000, 0x7ffffffff000, 0x800000000000, 0xffffffff80000000, ~0ULL, ~0xfffULL, 1ULL << 63 };
	size_t headers = sizeof(Elf64_Ehdr) + ((Elf64_Ehdr *)good)->e_phnum * sizeof(Elf64_Phdr), size = good_size;
	int n = 1 + random64() % 4;

	memcpy(bad, good, good_size);
	while (n--) {
		size_t at = 16 + random64() % (headers - 24) / 8 * 8, width = 1 << random64() % 4;
		uint64_t word;

		memcpy(&word, bad + at, 8);
		switch (random64() % 4) {
		case 0: word = edges[random64() % (sizeof(edges) / sizeof(*edges))]; break;
		case 1: word += (random64() % 3 - 1) << random64() % 40; break;
		case 2: word ^= 1ULL << random64() % 64; break;
		default: word = random64(); break;
		}
		memcpy(bad + at, &word, width);
	}
	if (random64() % 8 == 0)
		size = random64() % good_size;
	return size;
}

static int write_file(size_t size)
{
	int fd;

	unlink(NAME);
	fd = open(NAME, O_CREAT | O_WRONLY, 0755);
	if (fd < 0 || write(fd, bad, size) != (ssize_t)size)
		return -1;
	return close(fd);
}

static void run(void)
{
	char *argv[] = { NAME, "child", NULL }, *env[] = { NULL };
	struct rlimit none = { 0, 0 }, space = { 256 << 20, 256 << 20 };

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_AS, &space);
	alarm(2);
	execve(NAME, argv, env);
	_exit(100);
}

int main(int argc, char **argv)
{
	unsigned long tries = argc > 2 ? strtoul(argv[2], NULL, 0) : 1000, refused = 0, ran = 0, died = 0, i;
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	int fd, status;

	if (argc > 1 && !strcmp(argv[1], "child"))
		return 42;
	fd = open("/proc/self/exe", O_RDONLY);
	good_size = read(fd, good, MOST);
	if (fd < 0 || good_size < 4096 || good_size == MOST)
		return 2;
	state = seed * 1000003 + 1;
	for (i = 0; i < tries; i++) {
		pid_t pid;

		if (write_file(damage()))
			return 3;
		pid = fork();
		if (pid == 0)
			run();
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return 4;
		refused += WIFEXITED(status) && WEXITSTATUS(status) == 100;
		ran += WIFEXITED(status) && WEXITSTATUS(status) == 42;
		died += WIFSIGNALED(status);
	}
	memcpy(bad, good, good_size); /* and the undamaged one still runs */
	if (write_file(good_size))
		return 5;
	if (fork() == 0)
		run();
	wait(&status);
	printf("seed %llu: %lu damaged programs, %lu refused, %lu ran, %lu died; the kernel lives\n", (unsigned long long)seed, tries,
	       refused, ran, died);
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 42 && refused && died);
}
