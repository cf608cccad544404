// SPDX-License-Identifier: MIT
/* Shared and private mappings of memory and files over one page cache; SIGBUS beyond the end; truncation. */
#include "t.h"

static char *map(int fd, size_t pages, int prot, int flags)
{
	return mmap(NULL, pages * PAGE, prot, flags, fd, 0);
}

/* Pages of a shared mapping in another order, remap_file_pages(2): within what is mapped, and after all else of it went. */
static void reordered(int fd)
{
	char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = (char)('a' + i);
	for (int i = 0; i < 4; i++)
		RESULT(syscall(SYS_remap_file_pages, p + i * PAGE, PAGE, 0, 3 - i, 0));
	say("%c%c%c%c", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	munmap(p + PAGE, 3 * PAGE);
	RESULT(syscall(SYS_remap_file_pages, p, PAGE, 0, 1, 0));
	say("%c", p[0]);
	RESULT(syscall(SYS_remap_file_pages, p, PAGE, PROT_READ, 1, 0));
	RESULT(syscall(SYS_remap_file_pages, p + PAGE, PAGE, 0, 1, 0));
	RESULT(syscall(SYS_remap_file_pages, p, 2 * PAGE, 0, 1, 0));
	RESULT(syscall(SYS_remap_file_pages, p, 0, 0, 1, 0));
	munmap(p, PAGE);
}

static int times_change(int fd, volatile char *at)
{
	struct stat before, after;

	fstat(fd, &before);
	usleep(20000);                  /* Linux's file times are as coarse as its tick */
	*at = 1;
	fstat(fd, &after);
	return (before.st_mtim.tv_nsec != after.st_mtim.tv_nsec) + 2 * (before.st_ctim.tv_nsec != after.st_ctim.tv_nsec);
}

/* What is written through a shared mapping changes the file's times when the page comes, and when it may be written again. */
static void times(int fd)
{
	char *p, *q;

	RESULT(ftruncate(fd, 4 * (off_t)PAGE));
	p = map(fd, 4, RW, MAP_SHARED);
	RESULT(times_change(fd, p));
	RESULT(times_change(fd, p));
	RESULT(times_change(fd, p + PAGE));
	RESULT(mprotect(p, PAGE, PROT_READ));
	RESULT(mprotect(p, PAGE, RW));
	RESULT(times_change(fd, p + 1));
	q = map(fd, 4, RW, MAP_PRIVATE);
	RESULT(times_change(fd, q));
	munmap(p, 4 * PAGE);
	munmap(q, 4 * PAGE);
}

int main(void)
{
	char *p, *q, buf[PAGE], *empty;
	char path[] = "/tmp/shared_map.XXXXXX";
	int fd, ro;

	catch_signal(SIGSEGV);
	catch_signal(SIGBUS);
	p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHILD("child writes shared memory", { p[0] = 'c'; p[3 * PAGE] = 'd'; });
	ASK(p[0] == 'c' && p[3 * PAGE] == 'd' && p[PAGE] == 0);
	p[PAGE] = 'p';
	CHILD("child sees the parent's write", { _exit(p[PAGE] == 'p' ? 0 : 1); });

	fd = mkstemp(path);
	ASK(fd >= 0);
	RESULT(ftruncate(fd, 3 * PAGE + 100));
	p = map(fd, 8, RW, MAP_SHARED);
	q = map(fd, 8, RW, MAP_PRIVATE);
	ASK(p != MAP_FAILED && q != MAP_FAILED);
	ASK(p[0] == 0 && p[3 * PAGE + 4000] == 0);
	p[10] = 'S';
	RESULT(pread(fd, buf, 1, 10));
	ASK(buf[0] == 'S' && q[10] == 'S'); /* one page cache */
	q[10] = 'P';
	ASK(p[10] == 'S' && q[10] == 'P'); /* a private copy */
	RESULT(pwrite(fd, "W", 1, 20));
	ASK(p[20] == 'W' && q[20] == 0); /* the copy does not follow */
	RESULT(pwrite(fd, "V", 1, PAGE + 20));
	ASK(q[PAGE + 20] == 'V'); /* what was not copied does */
	FAULT("read beyond the end", p, (void)*(volatile char *)(p + 4 * PAGE));
	FAULT("write beyond the end", p, *(volatile char *)(p + 5 * PAGE) = 1);
	FAULT("private beyond the end", q, *(volatile char *)(q + 4 * PAGE) = 1);
	RESULT(ftruncate(fd, 6 * PAGE));
	p[5 * PAGE] = 'n';
	ASK(q[5 * PAGE] == 'n');
	q[5 * PAGE] = 'o';
	p[3 * PAGE + 200] = 't';
	RESULT(ftruncate(fd, 3 * PAGE + 100));
	FAULT("truncated shared page", p, (void)*(volatile char *)(p + 5 * PAGE));
	FAULT("truncated private copy", q, (void)*(volatile char *)(q + 5 * PAGE));
	ASK(p[3 * PAGE + 200] == 0); /* the tail of the last page is cleared */
	RESULT(msync(p, 4 * PAGE, MS_SYNC));
	RESULT(msync(p, PAGE, MS_SYNC | MS_ASYNC));
	RESULT(msync(p + 1, PAGE, MS_SYNC));
	RESULT(msync(p, PAGE, 64));
	RESULT(munmap(q, 8 * PAGE));
	RESULT(msync(q, PAGE, MS_SYNC));

	ro = open(path, O_RDONLY);
	WORKS(map(ro, 1, RW, MAP_SHARED));
	q = map(ro, 1, RW, MAP_PRIVATE);
	ASK(q != MAP_FAILED);
	q[0] = 'x';
	q = map(ro, 1, PROT_READ, MAP_SHARED);
	RESULT(mprotect(q, PAGE, RW));
	FAULT("write to a read-only shared map", q, *(volatile char *)q = 1);
	close(ro);
	ro = open(path, O_WRONLY);
	WORKS(map(ro, 1, PROT_WRITE, MAP_SHARED));
	close(ro);
	WORKS(mmap(NULL, PAGE, RW, MAP_SHARED, fd, (off_t)1 << 62));
	WORKS(mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x200000, fd, 0));
	RESULT(unlink(path));
	close(fd);
	p[0] = 'z'; /* the mapping keeps the file alive */
	ASK(p[0] == 'z' && p[10] == 'S');
	CHILD("child keeps it too", { _exit(p[10] == 'S' ? 0 : 1); });
	RESULT(munmap(p, 8 * PAGE));

	empty = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	RESULT(madvise(empty, PAGE, MADV_DONTNEED));
	empty[5] = 9;
	RESULT(madvise(empty, PAGE, MADV_DONTNEED));
	ASK(empty[5] == 9); /* shared: comes back from the cache */
	RESULT(madvise(empty, PAGE, MADV_REMOVE));
	ASK(empty[5] == 0);
	reordered(-1);
	fd = (int)syscall(SYS_memfd_create, "pages", 0);
	RESULT(ftruncate(fd, 4 * (off_t)PAGE));
	reordered(fd);
	times(fd);
	return 0;
}
