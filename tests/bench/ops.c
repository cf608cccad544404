// SPDX-License-Identifier: MIT
/*
 * What memory management and process calls cost: a few operations, in ticks of the time-stamp counter, which under
 * `tools/vmrun --icount` are instructions. Prints "ops NAME median=N" for each. The names and what one operation is are those
 * of linux-6.1.tsv. A plain Linux program.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 9
#define PAGE 4096UL
#define MIB (1UL << 20)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static inline uint64_t tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) :: "memory");
	return (uint64_t)hi << 32 | lo;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The first round warms up. */
static void measure(const char *name, uint64_t (*once)(void))
{
	uint64_t v[ROUNDS];
	int i;

	once();
	for (i = 0; i < ROUNDS; i++)
		v[i] = once();
	qsort(v, ROUNDS, sizeof(*v), compare);
	printf("ops %s median=%llu\n", name, (unsigned long long)v[ROUNDS / 2]);
	fflush(stdout);
}

static uint64_t getppid_cost(void)
{
	uint64_t t = tsc();
	int i;

	for (i = 0; i < 1000; i++)
		syscall(SYS_getppid);
	return (tsc() - t) / 1000;
}

static uint64_t anon_write(void)
{
	volatile char *p = mmap(NULL, 8 * MIB, RW, ANON, -1, 0);
	uint64_t t;
	size_t i;

	madvise((void *)p, 8 * MIB, MADV_NOHUGEPAGE);
	t = tsc();
	for (i = 0; i < 8 * MIB; i += PAGE)
		p[i] = 1;
	t = (tsc() - t) / 2048;
	munmap((void *)p, 8 * MIB);
	return t;
}

/* Measured in the child, handed over through shared memory. */
static uint64_t cow(void)
{
	volatile char *p = mmap(NULL, 8 * MIB, RW, ANON, -1, 0);
	uint64_t *result = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), cost;
	size_t i;

	madvise((void *)p, 8 * MIB, MADV_NOHUGEPAGE);
	memset((void *)p, 1, 8 * MIB);
	*result = 0;
	if (fork() == 0) {
		uint64_t t = tsc();

		for (i = 0; i < 8 * MIB; i += PAGE)
			p[i] = 2;
		*result = (tsc() - t) / 2048;
		_exit(0);
	}
	wait(NULL);
	cost = *result;
	munmap((void *)p, 8 * MIB);
	munmap(result, PAGE);
	return cost;
}

static uint64_t map_unmap(void)
{
	uint64_t t = tsc();
	int i;

	for (i = 0; i < 100; i++)
		munmap(mmap(NULL, PAGE, RW, ANON, -1, 0), PAGE);
	return (tsc() - t) / 100;
}

static uint64_t split_merge(void)
{
	static char *p;
	uint64_t t;
	int i;

	if (!p)
		p = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
	t = tsc();
	for (i = 0; i < 100; i++) {
		mprotect(p + 32 * PAGE, PAGE, PROT_READ);
		mprotect(p + 32 * PAGE, PAGE, RW);
	}
	return (tsc() - t) / 100;
}

static uint64_t fork_exit(void)
{
	uint64_t t = tsc();
	int i;

	for (i = 0; i < 10; i++) {
		if (fork() == 0)
			_exit(0);
		wait(NULL);
	}
	return (tsc() - t) / 10;
}

static uint64_t fork_64m(void)
{
	static char *big;

	if (!big) {
		big = mmap(NULL, 64 * MIB, RW, ANON, -1, 0);
		madvise(big, 64 * MIB, MADV_NOHUGEPAGE);
		memset(big, 1, 64 * MIB);
	}
	return fork_exit();
}

static uint64_t pipe_round_trip(void)
{
	int there[2], back[2], i;
	uint64_t t;
	char c = 0;

	if (pipe(there) || pipe(back))
		return 0;
	if (fork() == 0) {
		close(there[1]);
		while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
			;
		_exit(0);
	}
	close(there[0]);
	t = tsc();
	for (i = 0; i < 200; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			return 0;
	t = (tsc() - t) / 200;
	close(there[1]);
	close(back[0]);
	close(back[1]);
	wait(NULL);
	return t;
}

static void nothing(int sig)
{
}

static uint64_t signal_self(void)
{
	uint64_t t;
	int i;

	signal(SIGUSR1, nothing);
	t = tsc();
	for (i = 0; i < 200; i++)
		kill(getpid(), SIGUSR1);
	return (tsc() - t) / 200;
}

int main(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("ops boot_to_main median=%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
	measure("syscall_getppid", getppid_cost);
	measure("anon_write_fault", anon_write);
	measure("cow_fault", cow);
	measure("map_unmap_4k", map_unmap);
	measure("mprotect_split_merge", split_merge);
	measure("fork_exit_wait", fork_exit);
	measure("pipe_round_trip", pipe_round_trip);
	measure("signal_self", signal_self);
	measure("fork_exit_wait_64m", fork_64m);
	return 0;
}
