// SPDX-License-Identifier: MIT
/* Memory policies are remembered: of the process, of mappings, across fork; their errors; where pages are. */
#include "t.h"

#define BIND 2
#define PREFERRED 1
#define INTERLEAVE 3
#define STATIC (1 << 15)
#define RELATIVE (1 << 14)
#define F_NODE 1
#define F_ADDR 2
#define F_ALLOWED 4

static unsigned long one = 1, none;

static long set(int mode, unsigned long *nodes) { return syscall(SYS_set_mempolicy, mode, nodes, 64UL); }
static long bind_to(void *p, unsigned long len, int mode, unsigned long *nodes)
{
	return syscall(SYS_mbind, p, len, mode, nodes, 64UL, 0);
}

static void show(const char *what, void *addr, int flags)
{
	int mode = -1;
	unsigned long nodes = 77;
	long r = syscall(SYS_get_mempolicy, &mode, &nodes, 64UL, addr, flags);

	if (r)
		say("%s: %s", what, name_of_errno(errno));
	else
		say("%s: mode %x nodes %lx", what, mode, nodes);
}

/* The policy's word in the numa_maps line of @p, and how many mappings begin in its @pages. */
static void numa_maps(const char *what, char *p, unsigned long pages)
{
	char line[512], word[64] = "?";
	unsigned long start;
	int seen = 0;
	FILE *f = fopen("/proc/self/numa_maps", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx", &start) != 1 || start < (unsigned long)p || start >= (unsigned long)p + pages * PAGE)
			continue;
		if (!seen++)
			sscanf(line, "%*x %63s", word);
	}
	if (f)
		fclose(f);
	say("numa_maps %s: %s, %d mapping(s)", what, word, seen);
}

static void process_policy(void)
{
	show("default", NULL, 0);
	RESULT(set(BIND, &one));
	show("bind", NULL, 0);
	RESULT(set(BIND | STATIC, &one));
	show("bind static", NULL, 0);
	CHILD("inherited", { show("child", NULL, 0); _exit(0); });
	RESULT(set(BIND, &none));
	RESULT(set(PREFERRED, NULL));
	show("preferred, no node", NULL, 0);
	RESULT(set(PREFERRED | RELATIVE, &one));
	show("preferred relative", NULL, 0);
	RESULT(set(BIND | STATIC | RELATIVE, &one));
	RESULT(set(77, &one));
	RESULT(set(-1, &one));
	RESULT(set(0, &one));
	RESULT(syscall(SYS_set_mempolicy, BIND, &one, 1UL << 40));
	RESULT(syscall(SYS_set_mempolicy, BIND, (void *)1, 64UL));
	RESULT(set(INTERLEAVE, &one));
	show("next interleave node", NULL, F_NODE);
	show("allowed", NULL, F_ALLOWED);
	show("allowed and node", NULL, F_ALLOWED | F_NODE);
	show("an address without F_ADDR", &one, 0);
	show("no such flag", NULL, 8);
	RESULT(set(0, NULL));
	show("default again", NULL, 0);
	show("node of the default policy", NULL, F_NODE);
}

static void mapping_policy(void)
{
	char *p = mmap(NULL, 8 * PAGE, PROT_NONE, ANON, -1, 0);

	p += PAGE;
	mmap(p, 6 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	RESULT(bind_to(p, 2 * PAGE, BIND, &one));
	show("first", p, F_ADDR);
	show("behind it", p + 2 * PAGE, F_ADDR);
	show("node of its page", p, F_ADDR | F_NODE);
	numa_maps("bound", p, 6);
	RESULT(bind_to(p + 2 * PAGE, PAGE, PREFERRED | STATIC, &one));
	numa_maps("preferred", p + 2 * PAGE, 4);
	RESULT(bind_to(p, 6 * PAGE, 0, NULL));
	numa_maps("one again", p, 6);
	RESULT(bind_to(p, 6 * PAGE, INTERLEAVE, &one));
	CHILD("a mapping's is inherited", { show("child", p, F_ADDR); _exit(0); });
	RESULT(bind_to(p + 1, PAGE, BIND, &one));
	RESULT(bind_to(p, 0, BIND, &one));
	RESULT(syscall(SYS_mbind, p, PAGE, BIND, &one, 64UL, 128));
	RESULT(munmap(p + 3 * PAGE, PAGE));
	RESULT(bind_to(p, 6 * PAGE, BIND, &one));
	show("in the hole", p + 3 * PAGE, F_ADDR);
	show("nothing done", p, F_ADDR);
}

static void pages(void)
{
	char *p = mmap(NULL, 4 * PAGE, RW, ANON, -1, 0);
	void *where[4] = { p, p + PAGE, p + 2 * PAGE, NULL };
	int nodes[4] = { 0, 0, 0, 0 }, status[4] = { 9, 9, 9, 9 };

	p[0] = 1;
	(void)*(volatile char *)(p + PAGE);
	RESULT(syscall(SYS_move_pages, 0, 4UL, where, NULL, status, 0));
	say("written %d, untouched %d, not mapped %d", status[0], status[2], status[3]);
	RESULT(syscall(SYS_move_pages, 0, 1UL, where, nodes, status, 2));
	say("moved to where it is: %d", status[0]);
	nodes[0] = 1000;
	RESULT(syscall(SYS_move_pages, 0, 1UL, where, nodes, status, 2));
	RESULT(syscall(SYS_move_pages, 0, 1UL, where, nodes, status, 64));
	RESULT(syscall(SYS_move_pages, 0, 1UL, (void *)1, NULL, status, 2));
	RESULT(syscall(SYS_migrate_pages, 0, 64UL, &one, &one));
	RESULT(syscall(SYS_migrate_pages, 0, 64UL, &one, &none));
}

int main(void)
{
	process_policy();
	mapping_policy();
	pages();
	return 0;
}
