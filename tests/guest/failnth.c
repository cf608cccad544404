// SPDX-License-Identifier: MIT
/*
 * Every allocation of a system call fails once: for each call of the table, with n = 1, 2, ... the n-th
 * allocation fails (/proc/self/fail-nth) until the call needs fewer than n. The answer must be success, ENOMEM or
 * another errno that the table names, and afterwards all slabs hold the objects that they held before and as many
 * pages are in use: each row runs several times, and what grows with the number of runs is a leak.
 *     failnth [-v] [PART OF A ROW'S NAME]
 */
#include "failnth_files.h"
#include "failnth_memory.h"
#include "failnth_proc.h"
#include "failnth_sockets.h"
#include "failnth_tasks.h"
#include "failnth_uffd.h"

/* ---- the counter ---- */

static void arm(unsigned int n)
{
	char text[16];
	int len = sprintf(text, "%u", n);

	if (pwrite(fail_fd, text, len, 0) != len)
		_exit(98);
}

static unsigned int left(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) <= 0)
		_exit(97);
	return strtoul(text, NULL, 10);
}

/* ---- what the kernel holds ---- */

#define MAX_CACHES 128
#define LAZY_AREAS 512          /* freed vmalloc areas wait for each other */

struct held {
	long pages;                     /* neither free nor in slabs */
	int nr;
	struct { char name[32]; long objects; } cache[MAX_CACHES];
};

static int slab_fd, meminfo_fd;

static long meminfo(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtol(p + strlen(name), NULL, 10) / 4 : 0;
}

static void look(struct held *h)
{
	static char text[32768];
	ssize_t n = pread(meminfo_fd, text, sizeof(text) - 1, 0);
	char *line, *save;

	text[n > 0 ? n : 0] = 0;
	h->pages = meminfo(text, "MemTotal:") - meminfo(text, "MemFree:") - meminfo(text, "Slab:");
	n = pread(slab_fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = 0;
	h->nr = 0;
	for (line = strtok_r(text, "\n", &save); line && h->nr < MAX_CACHES; line = strtok_r(NULL, "\n", &save))
		if (*line != '#' && sscanf(line, "%31s %ld", h->cache[h->nr].name, &h->cache[h->nr].objects) == 2)
			h->nr++;
}

/* How many things grew by at least @least; @say: it is said, too. */
static int grown(const struct held *a, const struct held *b, long least, const char *row, int say)
{
	int things = 0;

	if (b->pages - a->pages >= least) {
		things++;
		if (say)
			printf("LEAK %s: %ld pages\n", row, b->pages - a->pages);
	}
	for (int i = 0; i < b->nr && i < a->nr; i++) {
		long more = b->cache[i].objects - a->cache[i].objects;

		if (more < (strcmp(b->cache[i].name, "vmap_area") ? least : LAZY_AREAS))
			continue;
		things++;
		if (say)
			printf("LEAK %s: %ld of %s\n", row, more, b->cache[i].name);
	}
	return things;
}

/* ---- running rows ---- */

#define TABLE(t) { t, ARRAY_SIZE(t) }
static const struct { const struct row *rows; size_t nr; } tables[] = {
	TABLE(file_rows), TABLE(proc_rows), TABLE(socket_rows), TABLE(memory_rows), TABLE(task_rows), TABLE(uffd_rows),
};
static int bad;

/* One call with the n-th allocation failing. False: the call needs fewer. */
static int one(const struct row *r, unsigned int n)
{
	int consumed;
	long result;

	errno = 0;
	exec_nth = n;
	if (!r->exec)
		arm(n);
	result = r->call();
	consumed = r->exec ? result != 1 : left() == 0;
	if (!r->exec)
		arm(0);
	if (verbose > 1)
		printf("%s, %u: %ld%s\n", r->name, n, result, consumed ? "" : " (not consumed)");
	if (result >= 0 || -result > 4095) {
		if (r->undo)
			r->undo(result);
	} else if (-result != ENOMEM && -result != r->also) {
		printf("BAD %s: allocation %u failed: %s\n", r->name, n, strerror(-result));
		bad++;
	}
	return consumed;
}

static unsigned int all(const struct row *r)
{
	unsigned int n = 1;

	if (r->setup)
		r->setup();
	while (n < MAX_NTH && one(r, n))
		n++;
	if (r->teardown)
		r->teardown();
	if (n == MAX_NTH) {
		printf("BAD %s: no end after %u allocations\n", r->name, n);
		bad++;
	}
	return n - 1;
}

static unsigned int run(const struct row *r)
{
	static struct held before, after;
	unsigned int n;

	fflush(stdout);
	n = all(r);                     /* caches fill */
	look(&before);
	all(r);
	look(&after);
	if (verbose)
		printf("%-34s %4u allocations\n", r->name, n);
	if (!memcmp(&before, &after, sizeof(before)))
		return n;
	/* What waits somewhere to be used again comes to an end; a leak goes on. */
	for (int tries = 1; tries <= 4; tries++) {
		look(&before);
		for (int i = 0; i < REPEATS; i++)
			all(r);
		look(&after);
		if (!grown(&before, &after, REPEATS, r->name, tries == 4))
			return n;
	}
	bad++;
	return n;
}

int main(int argc, char **argv)
{
	unsigned int total = 0, done = 0;

	if (argc > 1 && !strcmp(argv[argc > 2 && !strcmp(argv[2], "--left") ? 2 : 1], "--left")) {
		fail_fd = 200;
		return left() ? 1 : 0;
	}
	self_path = argv[0];
	while (argc > 1 && !strcmp(argv[1], "-v")) {
		verbose++;
		argc--;
		argv++;
	}
	signal(SIGALRM, SIG_IGN);
	for (int i = 0; i < 32; i++)
		iov[i] = (struct iovec){ buf + i * 1000, 1000 };
	memset(buf, 'x', sizeof(buf) - 1);
	mkdir("/tmp", 0777);
	mkdir(D, 0755);
	mkdir(D "sub", 0755);
	fd = open(D "old", O_CREAT | O_WRONLY, 0644);
	if (fd < 0 || write(fd, buf, 10000) != 10000 || close(fd))
		return 2;
	fail_fd = open("/proc/self/fail-nth", O_RDWR);
	slab_fd = open("/proc/slabinfo", O_RDONLY);
	meminfo_fd = open("/proc/meminfo", O_RDONLY);
	if (fail_fd < 0 || slab_fd < 0 || meminfo_fd < 0) {
		perror("/proc");
		return 2;
	}
	look(&(struct held){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (size_t j = 0; j < tables[i].nr; j++) {
			if (argc > 1 && !strstr(tables[i].rows[j].name, argv[1]))
				continue;
			total += run(&tables[i].rows[j]);
			done++;
		}
	}
	printf("%u system calls, %u allocations were made to fail, %d wrong\n", done, total, bad);
	return bad ? 1 : 0;
}
