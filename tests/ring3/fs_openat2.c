/* SPDX-License-Identifier: MIT */
/* openat2(2): what it refuses that open(2) ignores; structs from the future; and clone3(2), sched_setattr(2) of such sizes. */
#include "t.h"

struct how {
	uint64_t flags, mode, resolve;
};

#define BENEATH  0x08
#define IN_ROOT  0x10
#define CACHED   0x20

static const char *result(long r)
{
	return r < 0 ? name_of_errno(errno) : "0";
}

static void try(const char *name, struct how how)
{
	long fd = syscall(SYS_openat2, AT_FDCWD, how.flags & O_CREAT ? "file" : ".", &how, sizeof(how));

	if (fd < 0) {
		say("%s: %s", name, name_of_errno(errno));
		return;
	}
	/* O_LARGEFILE is put in by the kernel, O_CREAT taken out */
	say("%s: 0%o", name, fcntl((int)fd, F_GETFL) & ~0100000);
	close((int)fd);
	unlink("file");
}

static void flags(void)
{
	try("O_PATH | O_CLOEXEC", (struct how){ O_PATH | O_CLOEXEC, 0, 0 });
	try("O_PATH | O_DIRECTORY | O_NOFOLLOW", (struct how){ O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, 0 });
	try("O_PATH | O_RDWR", (struct how){ O_PATH | O_RDWR, 0, 0 });
	try("O_PATH | O_CREAT", (struct how){ O_PATH | O_CREAT, 0, 0 });
	try("O_PATH | O_EXCL", (struct how){ O_PATH | O_EXCL, 0, 0 });
	try("O_PATH | O_DIRECT", (struct how){ O_PATH | O_DIRECT, 0, 0 });
	try("O_PATH | O_TMPFILE | O_RDWR", (struct how){ O_PATH | O_TMPFILE | O_RDWR, 0, 0 });
	try("O_TMPFILE | O_CREAT | O_RDWR", (struct how){ O_TMPFILE | O_CREAT | O_RDWR, 0600, 0 });
	try("O_TMPFILE", (struct how){ O_TMPFILE, 0600, 0 });
	try("O_TMPFILE without O_DIRECTORY", (struct how){ (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600, 0 });
	try("O_TMPFILE | O_RDWR", (struct how){ O_TMPFILE | O_RDWR, 0600, 0 });
	try("O_CREAT", (struct how){ O_CREAT | O_WRONLY, 0600, 0 });
	try("mode without O_CREAT", (struct how){ O_RDONLY, 0600, 0 });
	try("a mode of 0xffff", (struct how){ O_CREAT, 0xffff, 0 });
	try("a large mode", (struct how){ O_CREAT, 0xc000000000000000, 0 });
	try("bit 2", (struct how){ O_RDONLY | 4, 0, 0 });
	try("bit 30", (struct how){ O_RDONLY | 1UL << 30, 0, 0 });
	try("bit 63", (struct how){ O_RDONLY | 1UL << 63, 0, 0 });
	try("BENEATH | IN_ROOT", (struct how){ O_RDONLY, 0, BENEATH | IN_ROOT });
	try("resolve 0x40", (struct how){ O_RDONLY, 0, 0x40 });
	try("CACHED", (struct how){ O_PATH, 0, CACHED });
	try("CACHED and O_TRUNC", (struct how){ O_WRONLY | O_TRUNC, 0, CACHED });
	say("open, O_TMPFILE | O_CREAT: %s", result(open(".", O_TMPFILE | O_CREAT | O_RDWR, 0600)));
	say("open, O_TMPFILE without O_DIRECTORY: %s", result(open(".", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600)));
}

/* A struct that ends where a page does, @size bytes long, with one byte set at @odd if that is not 0. */
static void *future(const void *known, size_t known_size, size_t size, size_t odd)
{
	static char *page;

	if (!page) {
		page = mmap(NULL, 3 * PAGE, RW, ANON, -1, 0);
		munmap(page + 2 * PAGE, PAGE);
	}
	memset(page, 0xff, 2 * PAGE);   /* what lies in front is nobody's business */
	memset(page + 2 * PAGE - size, 0, size);
	memcpy(page + 2 * PAGE - size, known, known_size < size ? known_size : size);
	if (odd)
		page[2 * PAGE - size + odd] = 1;
	return page + 2 * PAGE - size;
}

static void sizes(void)
{
	static const size_t open_sizes[] = { 0, 23, 24, 25, 31, 63, 100, 1000, 4096, 4097 };
	struct how how = { O_RDONLY, 0, 0 };
	uint64_t args[11] = { [4] = SIGCHLD };       /* exit_signal */
	uint32_t attr[12] = { 0 };

	for (size_t i = 0; i < sizeof(open_sizes) / sizeof(*open_sizes); i++) {
		size_t size = open_sizes[i];
		long fd = syscall(SYS_openat2, AT_FDCWD, ".", future(&how, sizeof(how), size, 0), size);

		say("openat2 with %zu bytes: %s", size, result(fd));
		if (fd >= 0)
			close((int)fd);
	}
	say("last byte set: %s", result(syscall(SYS_openat2, AT_FDCWD, ".", future(&how, sizeof(how), 35, 34), 35)));
	say("byte 24 set: %s", result(syscall(SYS_openat2, AT_FDCWD, ".", future(&how, sizeof(how), 99, 24), 99)));
	say("beyond the page: %s", result(syscall(SYS_openat2, AT_FDCWD, ".", future(&how, sizeof(how), 99, 0), 100)));
	for (size_t size = 63; size <= 4097; size = size < 100 ? size + 9 : size * 2 + 1) {
		long pid = syscall(SYS_clone3, future(args, sizeof(args), size, 0), size);

		if (!pid)
			_exit(0);
		say("clone3 with %zu bytes: %s", size, result(pid));
		if (pid > 0)
			waitpid((pid_t)pid, NULL, 0);
	}
	say("last byte set: %s", result(syscall(SYS_clone3, future(args, sizeof(args), 99, 98), 99)));
	attr[0] = 61;
	say("sched_setattr: %s", result(syscall(SYS_sched_setattr, 0, future(attr, sizeof(attr), 61, 0), 0)));
	say("last byte set: %s", result(syscall(SYS_sched_setattr, 0, future(attr, sizeof(attr), 61, 60), 0)));
}

int main(void)
{
	char dir[] = "/tmp/openat2.XXXXXX";

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	umask(022);
	flags();
	sizes();
	chdir("/");
	rmdir(dir);
	return 0;
}
