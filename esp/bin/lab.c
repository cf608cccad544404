// SPDX-License-Identifier: MIT
/*
 * lab highmem: how does a kernel reach memory that it has no address for? The kernel's half of the walk is
 * /proc/atlas/highmem_lab; this program adds the document's other example, a file that is mapped into a process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char text[] = "a file's contents, put here by the kernel";

static int copy_out(const char *path)
{
	char buf[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		fprintf(stderr, "lab: %s: %s (this is a program for Atlas)\n", path, strerror(errno));
		return 1;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, n, stdout);
	close(fd);
	return n < 0;
}

/* Physical address behind @p, 0: unknown. Documentation/admin-guide/mm/pagemap.rst. */
static uint64_t physical(const void *p)
{
	uint64_t e = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (fd < 0 || pread(fd, &e, 8, (uintptr_t)p / 4096 * 8) != 8)
		e = 0;
	if (fd >= 0)
		close(fd);
	return e >> 63 ? (e & ((1ULL << 55) - 1)) << 12 : 0;
}

static int file_example(void)
{
	const char *path = "/tmp/lab-file";
	volatile char *map;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, sizeof(text)) != (ssize_t)sizeof(text)) {
		perror("lab: /tmp/lab-file");
		return 1;
	}
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		perror("lab: mmap");
		return 1;
	}
	printf("\n5. A file in a process. write() put the text into a page of alloc_pages(GFP_HIGHUSER), high memory\n"
	       "   where there is any; the kernel reached it with kmap_atomic, copied, and let go again. mmap() then made it this process's:\n");
	printf("  user address %p reads \"%s\"\n", (void *)map, (const char *)map);
	printf("  its page is physical %09llx: the process has an address for it; the kernel has none, if that is high memory\n", (unsigned long long)physical((void *)map));
	munmap((void *)map, 4096);
	close(fd);
	unlink(path);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "highmem")) {
		fprintf(stderr, "usage: lab highmem\n  walks through the document's question: how does a kernel reach physical 1.5 GiB?\n"
			"  (boot with highmem=896M and 2 GiB of RAM)\n");
		return 2;
	}
	if (copy_out("/proc/atlas/highmem_lab"))
		return 1;
	return file_example();
}
