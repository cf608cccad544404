// SPDX-License-Identifier: MIT
/*
 * The demonstration programs: small processes whose memory is worth looking at in the report and in
 * /proc/PID/maps. One program under several names; what it shows is in the table at the end. Each says
 * on descriptor 3 that it is ready and then sleeps until it is killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READY_FD 3
#define MIB (1UL << 20)

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void ready_and_sleep(void)
{
	if (write(READY_FD, "", 1) != 1)
		give_up("ready");
	close(READY_FD);
	for (;;)
		pause();
}

/* A parent, two children and a grandchild; all share what they have not written since the forks. */
static void show_tree(void)
{
	size_t size = 2 * MIB;
	char *shared_by_cow = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int child;

	if (shared_by_cow == MAP_FAILED)
		give_up("mmap");
	memset(shared_by_cow, 'a', size);
	for (child = 0; child < 2; child++) {
		pid_t pid = fork();

		if (pid < 0)
			give_up("fork");
		if (pid > 0)
			continue;
		close(READY_FD);
		memset(shared_by_cow, 'b' + child, size / 4); /* a quarter of its own */
		if (child == 1)
			fork();
		for (;;)
			pause();
	}
	ready_and_sleep();
}

/* The break moved up by 3 MiB, of which 1 MiB is written. */
static void show_heap(void)
{
	char *heap = (char *)syscall(SYS_brk, 0); /* musl's sbrk() only tells */

	if ((char *)syscall(SYS_brk, heap + 3 * MIB) != heap + 3 * MIB)
		give_up("brk");
	memset(heap, 1, MIB);
	ready_and_sleep();
}

/* Anonymous mappings of every protection, with holes between them. */
static void show_mmap(void)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC };
	unsigned char *area = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (area == MAP_FAILED)
		give_up("mmap");
	for (i = 0; i < 4; i++) {
		unsigned char *part = area + 2 * i * MIB;

		memset(part, 0x90, MIB / 2);
		if (mprotect(part, MIB, prots[i]) || munmap(part + MIB, MIB))
			give_up("mprotect, munmap");
	}
	ready_and_sleep();
}

/* Frames of 16 KiB each, 24 deep: the stack grows to about 400 KiB and stays that large. */
static int __attribute__((noinline)) go_down(int depth)
{
	volatile char frame[16384];

	frame[0] = depth;
	return depth > 0 ? go_down(depth - 1) + frame[0] : 0;
}

static void show_stack(void)
{
	if (go_down(24) > 0)
		ready_and_sleep();
}

/* One file mapped three ways: read only, private and written (copies), shared and written. */
static void show_file(void)
{
	static const char name[] = "/tmp/demo-file";
	size_t size = MIB, i;
	char *map[3], page[4096];
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		give_up(name);
	memset(page, 'f', sizeof(page));
	for (i = 0; i < size; i += sizeof(page))
		if (write(fd, page, sizeof(page)) != sizeof(page))
			give_up(name);
	map[0] = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	map[1] = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	map[2] = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (i = 0; i < 3; i++)
		if (map[i] == MAP_FAILED)
			give_up("mmap");
	for (i = 0; i < size / 4; i += 4096) {
		map[1][i] = 'p';
		map[2][i] = map[0][i + size / 2];
	}
	ready_and_sleep();
}

static const struct {
	const char *name;
	void (*show)(void);
} demos[] = {
	{ "demo-tree", show_tree }, { "demo-heap", show_heap }, { "demo-mmap", show_mmap },
	{ "demo-stack", show_stack }, { "demo-file", show_file },
};

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
	size_t i;

	name = name ? name + 1 : argc > 0 ? argv[0] : "";
	for (i = 0; i < sizeof(demos) / sizeof(*demos); i++)
		if (!strcmp(name, demos[i].name))
			demos[i].show();
	fprintf(stderr, "demo: one of demo-tree, demo-heap, demo-mmap, demo-stack, demo-file\n");
	return 1;
}
