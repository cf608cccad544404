// SPDX-License-Identifier: MIT
/* One page: /proc/kpageflags and kpagecount; one process's page: /proc/PID/pagemap. */
#include "atlas.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bits of /proc/kpageflags: Linux, Documentation/admin-guide/mm/pagemap.rst. */
static const struct { unsigned char bit; const char *name; } flag_names[] = {
	{ 0, "locked" }, { 2, "referenced" }, { 3, "uptodate" }, { 4, "dirty" }, { 5, "lru" }, { 6, "active" }, { 7, "slab" },
	{ 8, "writeback" }, { 10, "buddy: free" }, { 11, "mapped" }, { 12, "anonymous" }, { 13, "swap cache" },
	{ 14, "swap backed" }, { 15, "compound head" }, { 16, "compound tail" }, { 17, "huge" }, { 18, "unevictable" },
	{ 19, "hwpoison" }, { 20, "no page" }, { 22, "huge (THP)" }, { 23, "offline" }, { 24, "zero page" },
	{ 26, "page table" }, { 32, "reserved" }, { 33, "mlocked" },
};

bool page_flags(uint64_t pfn, uint64_t *flags, uint64_t *count)
{
	*count = 0;
	if (read_at("/proc/kpageflags", pfn * 8, flags, 8) != 8)
		return false;
	if (read_at("/proc/kpagecount", pfn * 8, count, 8) != 8)
		*count = 0;
	return true;
}

void page_flags_text(uint64_t flags, char *buf, size_t size)
{
	size_t i, used = 0;

	snprintf(buf, size, "none: in use by the kernel, or untouched");
	for (i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]) && used < size; i++)
		if (flags >> flag_names[i].bit & 1)
			used += snprintf(buf + used, size - used, "%s%s", used ? ", " : "", flag_names[i].name);
}

enum colour page_colour(uint64_t flags)
{
	if (flags >> 20 & 1)
		return C_HOLE;
	if (flags >> 19 & 1)
		return C_BAD;
	if (flags >> 10 & 1)
		return C_FREE;
	if (flags & (1ULL << 12 | 1ULL << 26))
		return C_PROCESS;
	if (flags & (1ULL << 5 | 1ULL << 11 | 1ULL << 14))
		return C_CACHE;
	if (flags >> 32 & 1)
		return C_FIRMWARE;
	return C_KERNEL;
}

static bool load_process(int pid, struct process *p)
{
	char path[64], *text, *name;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	text = read_text(path);
	if (!text)
		return false;
	p->pid = pid;
	p->size_kb = field_kb(text, "VmSize");
	p->rss_kb = field_kb(text, "VmRSS");
	p->pte_kb = field_kb(text, "VmPTE");
	name = strstr(text, "Name:");
	if (name)
		snprintf(p->comm, sizeof(p->comm), "%.*s", (int)strcspn(name + 5 + strspn(name + 5, " \t"), "\n"),
			 name + 5 + strspn(name + 5, " \t"));
	free(text);
	return true;
}

static int by_pid(const void *a, const void *b)
{
	return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

int processes_load(struct process **list)
{
	char path[300];
	struct dirent *d;
	int n = 0, room = 0;
	DIR *dir;

	free(*list);
	*list = NULL;
	snprintf(path, sizeof(path), "%s/proc", root);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		int pid = atoi(d->d_name);

		if (pid <= 0)
			continue;
		if (n == room) {
			struct process *more = realloc(*list, (room = room * 2 + 32) * sizeof(*more));

			if (!more)
				break;
			*list = more;
		}
		memset(&(*list)[n], 0, sizeof(**list));
		n += load_process(pid, &(*list)[n]);
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(*list, n, sizeof(**list), by_pid);
	return n;
}

int segments_load(int pid, struct segment **list)
{
	char path[64], *text, *at, *line;
	int n = 0, room = 0;

	free(*list);
	*list = NULL;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	text = at = read_text(path);
	while (text && (line = next_line(&at))) {
		struct segment g = { 0 };
		int name = 0;

		if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %n", &g.start, &g.end, g.perm, &name) < 3)
			continue;
		snprintf(g.name, sizeof(g.name), "%s", name ? line + name : "");
		if (n == room) {
			struct segment *more = realloc(*list, (room = room * 2 + 32) * sizeof(*more));

			if (!more)
				break;
			*list = more;
		}
		(*list)[n++] = g;
	}
	free(text);
	return n;
}

bool page_of(int pid, uint64_t vaddr, bool *present, uint64_t *pfn)
{
	uint64_t entry;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	if (read_at(path, vaddr / PAGE * 8, &entry, 8) != 8)
		return false;
	*present = entry >> 63;
	*pfn = *present ? entry & ((1ULL << 55) - 1) : 0;
	return true;
}
