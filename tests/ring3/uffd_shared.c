// SPDX-License-Identifier: MIT
/* userfaultfd(2) on shared memory: minor faults, pages put into files, protection that outlives the page tables. */
#include "uffd.h"

static void minor(void)
{
	int fd = uffd_open(O_NONBLOCK, UFFD_FEATURE_MINOR_SHMEM), m = memfd_create("m", 0);
	struct toucher t;
	char *p, *q;

	RESULT(ftruncate(m, NR * PAGE));
	p = map_area(RW, MAP_SHARED, m);
	q = mmap(NULL, NR * PAGE, RW, MAP_SHARED, m, 0);
	RESULT(reg(fd, p, 8 * PAGE, MINOR));
	q[0] = 'q';
	start_touch(&t, p, false);
	next_message(fd);
	DONE(copy(fd, p, from, PAGE, 0));
	DONE(cont(fd, p, PAGE, 4));
	DONE(cont(fd, p + PAGE, PAGE, 0));
	DONE(cont(fd, p, PAGE + 1, 0));
	DONE(cont(fd, p + 8 * PAGE, PAGE, 0));
	RESULT(ioctl(fd, UFFDIO_CONTINUE, 8));
	DONE(cont(fd, p, PAGE, 0));
	end_touch(&t);
	DONE(cont(fd, p, PAGE, 0));
	p[2 * PAGE] = 'n';      /* no page in the file: none is asked for */
	ASK(q[2 * PAGE] == 'n');
	q[3 * PAGE] = 'q';
	start_touch(&t, p + 3 * PAGE, true);
	next_message(fd);
	q[3 * PAGE + 1] = 'r';
	DONE(cont(fd, p + 3 * PAGE, PAGE, 0));
	end_touch(&t);
	ASK(p[3 * PAGE + 1] == 'r' && q[3 * PAGE] == 'w');
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
	close(m);
	close(fd);
}

static void shared_copy(void)
{
	int fd = uffd_open(O_NONBLOCK, 0), m = memfd_create("m", 0);
	char *p, *q;

	RESULT(ftruncate(m, 6 * PAGE));
	p = map_area(RW, MAP_SHARED, m);
	q = mmap(NULL, NR * PAGE, RW, MAP_SHARED, m, 0);
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	q[0] = 'q';
	ASK(p[0] == 'q');       /* in the file: not missing */
	DONE(copy(fd, p + PAGE, from, PAGE, 0));
	ASK(q[PAGE] == 'c');
	q[2 * PAGE] = 'q';
	DONE(copy(fd, p + 2 * PAGE, from, PAGE, 0));
	DONE(zero(fd, p + 3 * PAGE, PAGE, 0));
	p[3 * PAGE] = 'z';
	ASK(q[3 * PAGE] == 'z');
	DONE(copy(fd, p + 5 * PAGE, from, 3 * PAGE, 0));
	DONE(zero(fd, p + 7 * PAGE, PAGE, 0));
	FAULT("beyond the end", p, *(volatile char *)(p + 8 * PAGE));
	munmap(p, NR * PAGE);
	p = map_area(RW, MAP_PRIVATE, m);
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	DONE(copy(fd, p + 4 * PAGE, from, PAGE, 0));
	p[4 * PAGE]++;
	say("private: %d here, %zd bytes in the file", p[4 * PAGE], (ssize_t)lseek(m, 4 * PAGE, SEEK_DATA) == (ssize_t)(5 * PAGE) ? 0 : (ssize_t)PAGE);
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
	close(m);
	close(fd);
}

static void shared_protection(void)
{
	int fd = uffd_open(0, 0), m = memfd_create("m", 0);
	unsigned char vec[NR];
	char *p, *q;

	RESULT(ftruncate(m, NR * PAGE));
	p = map_area(RW, MAP_SHARED, m);
	q = mmap(NULL, NR * PAGE, RW, MAP_SHARED, m, 0);
	p[0] = 'p';
	q[2 * PAGE] = 'q';
	RESULT(reg(fd, p, 8 * PAGE, WP));
	RESULT(protect(fd, p, 4 * PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	mincore(p, 4 * PAGE, vec);
	say("resident: %d%d%d%d", vec[0], vec[1], vec[2], vec[3]);
	write_protected(fd, p);
	write_protected(fd, p + PAGE);          /* no page yet */
	ASK(p[2 * PAGE] == 'q');
	write_protected(fd, p + 2 * PAGE);      /* a page that was not mapped */
	RESULT(protect(fd, p, PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	q[0] = 'o';                             /* another mapping is another matter */
	RESULT(madvise(p, PAGE, MADV_DONTNEED));
	write_protected(fd, p);
	CHILD("a child's is not", say("  child: %d %d", pagemap_wp(p + 3 * PAGE), p[3 * PAGE]); p[3 * PAGE] = 'k');
	ASK(q[3 * PAGE] == 'k');
	write_protected(fd, p + 3 * PAGE);
	munmap(p, NR * PAGE);
	p = map_area(RW, MAP_PRIVATE, m);
	RESULT(reg(fd, p, NR * PAGE, WP));
	RESULT(protect(fd, p, 6 * PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	write_protected(fd, p);
	write_protected(fd, p + 5 * PAGE);
	ASK(q[0] == 'w' && q[5 * PAGE] == 0);
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
	close(m);
	close(fd);
}

int main(void)
{
	alarm(50);
	memset(from, 'c', sizeof(from));
	catch_signal(SIGBUS);
	minor();
	shared_copy();
	shared_protection();
	return 0;
}
