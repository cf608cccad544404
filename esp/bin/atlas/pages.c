// SPDX-License-Identifier: MIT
/* One page frame (/proc/kpageflags, kpagecount, /proc/atlas/page) and who maps it: processes by their pagemap, the kernel by its page-table dump. */
#include "atlas.h"

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

bool page_record(uint64_t pfn, char record[513])
{
	record[512] = '\0';
	return read_at("/proc/atlas/page", pfn * 512, record, 512) == 512;
}

bool record_line(const char *record, const char *name, char *value, size_t size)
{
	size_t len = strlen(name);
	const char *p;

	for (p = record; p && *p; p = strchr(p, '\n'), p += p != NULL)
		if (!strncmp(p, name, len) && (p[len] == ' ' || p[len] == '\n')) {
			p += len + (p[len] == ' ');
			snprintf(value, size, "%.*s", (int)strcspn(p, "\n"), p);
			return true;
		}
	return false;
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

/* Looks through one segment's pagemap, 4096 entries at a time. */
static int search_segment(const struct process *p, const struct segment *g, uint64_t pfn, struct mapping *m, int n)
{
	static uint64_t entries[4096];
	uint64_t page = g->start / PAGE, end = g->end / PAGE;
	char path[64];
	long got, i;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", p->pid);
	for (; page < end && n < MAX_MAPPINGS; page += got / 8) {
		uint64_t want = end - page < 4096 ? end - page : 4096;

		got = read_at(path, page * 8, entries, want * 8);
		if (got < 8)
			break;
		for (i = 0; i < got / 8 && n < MAX_MAPPINGS; i++) {
			if (!(entries[i] >> 63) || (entries[i] & ((1ULL << 55) - 1)) != pfn)
				continue;
			m[n].pid = p->pid;
			m[n].vaddr = (page + i) * PAGE;
			snprintf(m[n].comm, sizeof(m[n].comm), "%s", p->comm);
			snprintf(m[n].segment, sizeof(m[n].segment), "%s %.80s", g->perm, g->name);
			n++;
		}
	}
	return n;
}

int mappings_of(uint64_t phys, struct mapping m[MAX_MAPPINGS])
{
	static struct process *list;
	static struct segment *segments;
	int count = processes_load(&list), i, j, nr, n = 0;

	for (i = 0; i < count; i++) {
		nr = segments_load(list[i].pid, &segments);
		for (j = 0; j < nr; j++)
			n = search_segment(&list[i], &segments[j], phys / PAGE, m, n);
	}
	return n;
}

/* A line of the dump with physical addresses: "0xSTART-0xEND 0xPHYS   SIZE FLAGS LEVEL", 32 columns of flags. */
static bool parse_run(const char *line, uint64_t phys, struct kernel_mapping *k)
{
	uint64_t start, end, pa;
	int at = 0;

	if (sscanf(line, "0x%lx-0x%lx 0x%lx %*s %n", &start, &end, &pa, &at) != 3 || !at || phys < pa || phys - pa >= end - start)
		return false;
	k->vaddr = start + (phys - pa);
	if (sscanf(line + strlen(line) - 3, "%7s", k->level) != 1)
		return false;
	snprintf(k->flags, sizeof(k->flags), "%s, %s, %s", strstr(line, " RW ") ? "writable" : "read-only", strstr(line, " NX ") ? "no execute" : "executable",
		 strstr(line, " PCD ") ? "uncached" : strstr(line, " PWT ") ? "write-combining" : "cached");
	return true;
}

int kernel_mappings_of(uint64_t phys, struct kernel_mapping m[MAX_KERNEL_MAPPINGS])
{
	char *text = read_text("/sys/kernel/debug/page_tables/kernel_phys"), *at = text, *line, region[24] = "";
	int n = 0;

	if (!text)
		return -1;
	while (n < MAX_KERNEL_MAPPINGS && (line = next_line(&at))) {
		if (sscanf(line, "---[ %23[^:]", region) != 1 && parse_run(line, phys, &m[n]))
			memcpy(m[n++].region, region, sizeof(region));
	}
	free(text);
	return n;
}

bool entries_of(int pid, uint64_t vaddr, uint64_t e[4])
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/page_tables", pid);
	return read_at(path, vaddr / PAGE * 32, e, 32) == 32;
}

/* SDM vol. 3, 4.5.5; what is not in a page table is what a CPU ignores. */
void entry_text(uint64_t e, int level, char *buf, size_t size)
{
	bool leaf = level == 1 || (level < 4 && e >> 7 & 1);

	if (!(e & 1)) {
		snprintf(buf, size, e ? "not present" : "empty");
		return;
	}
	snprintf(buf, size, "%s %012lx %s%s%s%s%s%s%s%s%s", leaf ? "page " : "table", e & 0x000ffffffffff000UL & (leaf && level > 1 ? ~0x1fffUL : ~0UL),
		 e & 2 ? "RW" : "ro", e & 4 ? " user" : " kernel", e >> 63 ? " NX" : " x", e & 0x20 ? " accessed" : "",
		 leaf && e & 0x40 ? " dirty" : "", e & 8 ? " PWT" : "", e & 0x10 ? " PCD" : "", leaf && level > 1 ? " large" : "",
		 leaf && e & 0x100 ? " global" : "");
}
