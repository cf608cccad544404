// SPDX-License-Identifier: MIT
/*
 * account SEED TURNS: where every byte is, from ring 3, after each of TURNS random operations and while two other processes do theirs:
 * the lines of /proc/atlas/accounting add up and no law is broken. Each 50 turns /proc/kpageflags and kpagecount are added up page by
 * page and must tell the same, to the page, as the accounting and meminfo (read again when they changed meanwhile).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define KPF(n) (1ULL << (n))
#define SLAB KPF(7)
#define BUDDY KPF(10)
#define ANON KPF(12)
#define SWAPBACKED KPF(14)
#define NOPAGE KPF(20)
#define PGTABLE KPF(26)
#define MAX_AREAS 40

static uint64_t seed;
static struct { char *at; size_t size; } area[MAX_AREAS];
static int files[8];

static unsigned int below(unsigned int n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(seed >> 33) % n;
}

static void die(const char *what, const char *detail)
{
	printf("BROKEN: %s\n%s\n", what, detail);
	exit(1);
}

static size_t slurp(const char *name, char *buf, size_t size)
{
	int fd = open(name, O_RDONLY);
	size_t n = 0;
	ssize_t got;

	while (fd >= 0 && n < size - 1 && (got = read(fd, buf + n, size - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	buf[n] = '\0';
	return n;
}

/* The number behind @name at the start of a line; a name with blanks ends before two of them. */
static uint64_t line_of(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = text; p && *p; p = strchr(p, '\n'), p += p != NULL)
		if (!strncmp(p, name, len) && (p[len] == ' ' || p[len] == ':') && strspn(p + len, " :") + len >= 10)
			return strtoull(p + len + strspn(p + len, " :"), NULL, 10);
	die("no such line", name);
	return 0;
}

static void check_sums(char *text, size_t size)
{
	uint64_t sum = 0, total;

	slurp("/proc/atlas/accounting", text, size);
	total = line_of(text, "total");
	for (char *p = text; *p && strncmp(p, "sum ", 4); p = strchr(p, '\n') + 1)
		sum += strtoull(p + 22, NULL, 10);
	if (sum != total || line_of(text, "sum") != total || line_of(text, "law") || total % 4096)
		die("the slices do not add up", text);
}

struct pages { uint64_t slab, buddy, anon, table, shmem, wrong; };

static struct pages count_pages(void)
{
	static uint64_t flags[8192], counts[8192];
	int f = open("/proc/kpageflags", O_RDONLY), c = open("/proc/kpagecount", O_RDONLY);
	struct pages p = { 0 };
	ssize_t n;

	memset(flags, 1, sizeof(flags));        /* their pages are there before anything is counted */
	memset(counts, 1, sizeof(counts));
	while ((n = read(f, flags, sizeof(flags))) > 0) {
		if (read(c, counts, (size_t)n) != n)
			die("kpagecount is shorter than kpageflags", "");
		for (ssize_t i = 0; i < n / 8; i++) {
			uint64_t v = flags[i];

			p.slab += !!(v & SLAB);
			p.buddy += !!(v & BUDDY);
			p.anon += !!(v & ANON);
			p.table += !!(v & PGTABLE);
			p.shmem += (v & (SWAPBACKED | ANON)) == SWAPBACKED;
			/* Two things at once, or what nobody can map is mapped. */
			p.wrong += !!(v & SLAB) + !!(v & BUDDY) + !!(v & ANON) + !!(v & PGTABLE) > 1 || (v & NOPAGE && v != NOPAGE) ||
				(v & (BUDDY | SLAB | PGTABLE | NOPAGE) && counts[i]);
		}
	}
	close(f);
	close(c);
	return p;
}

/* Page by page, against what the accounting said before and after. False: it changed meanwhile. */
static int check_pages(void)
{
	static char before[4096], after[4096], detail[8192];
	struct pages p;
	uint64_t free_bytes, table;

	check_sums(before, sizeof(before));
	p = count_pages();
	check_sums(after, sizeof(after));
	if (strcmp(before, after))
		return 0;
	free_bytes = line_of(after, "free") + line_of(after, "free, per CPU") + line_of(after, "free, untouched");
	table = line_of(after, "user page tables") + line_of(after, "kernel page tables");
	snprintf(detail, sizeof(detail), "kpageflags: slab %lu buddy %lu anon %lu table %lu shmem %lu wrong %lu\n%s", p.slab, p.buddy, p.anon, p.table, p.shmem, p.wrong,
		 after);
	/* While it was read, one page carried what was read. */
	if (p.wrong || p.slab * 4096 != line_of(after, "slab") || (p.buddy + 1) * 4096 != free_bytes || p.anon * 4096 != line_of(after, "anonymous") ||
	    p.table * 4096 != table || p.shmem * 4096 != line_of(after, "tmpfs and shared"))
		die("kpageflags and the accounting differ", detail);
	slurp("/proc/meminfo", before, sizeof(before));
	if (line_of(before, "MemTotal") * 1024 > line_of(after, "usable"))
		die("meminfo has more than there is", before);
	return 1;
}

static void one_operation(void)
{
	unsigned int i = below(MAX_AREAS), what = below(10);
	char name[32];
	int f = (int)below(8);
	pid_t pid;

	if (what < 5 && !area[i].at) {
		area[i].size = (1 + below(what == 0 ? 1500 : 60)) * 4096;
		area[i].at = mmap(NULL, area[i].size, PROT_READ | PROT_WRITE, (what == 1 ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
		if (area[i].at == MAP_FAILED)
			area[i].at = NULL;
		else
			memset(area[i].at, 1, area[i].size / (1 + below(3)));
	} else if (what < 5) {
		munmap(area[i].at, area[i].size);
		area[i].at = NULL;
	} else if (what == 5 && area[i].at) {
		madvise(area[i].at + (below((unsigned int)(area[i].size / 4096)) * 4096UL), 4096, MADV_DONTNEED);
	} else if (what == 6) {
		pid = fork();
		if (pid == 0) {
			for (i = 0; i < MAX_AREAS; i++)
				if (area[i].at)
					area[i].at[below((unsigned int)area[i].size)] = 2;
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	} else if (what == 7) {
		snprintf(name, sizeof(name), "/tmp/account-%d-%d", getpid(), f);
		if (files[f])
			unlink(name);
		else
			close(open(name, O_CREAT | O_WRONLY, 0600)), truncate(name, below(200000));
		files[f] = !files[f];
	} else if (what == 8) {
		int p[2];

		if (!pipe(p)) {
			fcntl(p[1], F_SETFL, O_NONBLOCK);
			(void)!write(p[1], "x", 1);
			close(p[0]);
			close(p[1]);
		}
	}
}

int main(int argc, char **argv)
{
	static char text[4096];
	unsigned int turns = argc > 2 ? (unsigned int)atoi(argv[2]) : 2000, exact = 0;
	pid_t child[2];

	seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	for (int i = 0; i < 2; i++) {
		child[i] = fork();
		if (child[i] == 0) {
			seed += (uint64_t)i + 1;
			for (;;) {
				one_operation();
				usleep(500);
			}
		}
	}
	for (unsigned int t = 1; t <= turns; t++) {
		one_operation();
		check_sums(text, sizeof(text));
		if (t % 50)
			continue;
		for (int i = 0; i < 2; i++)
			kill(child[i], SIGSTOP);
		for (int i = 0; i < 20 && !check_pages(); i++)
			exact -= i == 19;
		exact++;
		for (int i = 0; i < 2; i++)
			kill(child[i], SIGCONT);
	}
	for (int i = 0; i < 2; i++) {
		kill(child[i], SIGKILL);
		waitpid(child[i], NULL, 0);
	}
	if (exact < turns / 50 / 2)
		die("pages could not be counted at rest", "");
	printf("%u turns, %u times page by page: closes\n", turns, exact);
	return 0;
}
