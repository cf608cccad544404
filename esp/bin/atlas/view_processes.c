// SPDX-License-Identifier: MIT
/* Processes, then one's segments, then one segment's pages: from a name down to the physical page. */
#include "atlas.h"

#include <stdlib.h>
#include <string.h>

static struct process *processes;
static struct segment *segments;
static int nr_processes, nr_segments;
static int level;                       /* 0 processes, 1 segments, 2 pages */
static int cursor[3], top[3], visible;
static int pid;
static uint64_t seg_start, seg_end;

static void load(void)
{
	nr_processes = processes_load(&processes);
	if (level >= 1)
		nr_segments = segments_load(pid, &segments);
}

static int rows(void)
{
	return level == 0 ? nr_processes : level == 1 ? nr_segments : (int)((seg_end - seg_start) / PAGE);
}

static void draw_process(struct screen *s, int y, int i, bool here)
{
	const struct process *p = &processes[i];
	struct piece bar = { 1, C_PROCESS };
	uint64_t most = 1;
	int k, width;

	for (k = 0; k < nr_processes; k++)
		if (processes[k].rss_kb > most)
			most = processes[k].rss_kb;
	put(s, y, 2, here ? C_CURSOR : C_PROCESS, "%7d  %-16s", p->pid, p->comm);
	put_right(s, y, 42, C_PLAIN, "%s", human(p->size_kb << 10));
	put_right(s, y, 56, C_PLAIN, "%s", human(p->rss_kb << 10));
	put_right(s, y, 70, C_DIM, "%s", human(p->pte_kb << 10));
	width = (int)((s->columns - 74) * p->rss_kb / most);
	if (p->rss_kb && width >= 0)
		put_bar(s, y, 72, width + 1, &bar, 1);
}

/* How the project's document draws a process: which part of the program a segment is. */
static const char *part_of(const struct segment *g)
{
	if (!strcmp(g->name, "[stack]"))
		return "stack";
	if (!strcmp(g->name, "[heap]"))
		return "heap (brk)";
	if (g->name[0] == '[')
		return "kernel's gift";
	if (g->name[0] && strchr(g->perm, 'x'))
		return "code";
	if (g->name[0] && strchr(g->perm, 'w'))
		return "data";
	return g->name[0] ? "read-only data" : "mapping, anonymous";
}

static void draw_segment(struct screen *s, int y, int i, bool here)
{
	const struct segment *g = &segments[i];

	put(s, y, 2, here ? C_CURSOR : C_PLAIN, "%016lx-%016lx", g->start, g->end);
	put(s, y, 37, strchr(g->perm, 'w') ? C_PROCESS : strchr(g->perm, 'x') ? C_KERNEL : C_DIM, "%s", g->perm);
	put_right(s, y, 53, C_PLAIN, "%s", human(g->end - g->start));
	put(s, y, 55, C_DIM, "%s", part_of(g));
	put(s, y, 75, C_PLAIN, "%s", g->name);
}

static void draw_page(struct screen *s, int y, int i, bool here)
{
	uint64_t vaddr = seg_start + i * PAGE, pfn;
	bool present;

	put(s, y, 2, here ? C_CURSOR : C_PLAIN, "%016lx", vaddr);
	put(s, y, 20, C_DIM, "pgd %3lu pud %3lu pmd %3lu pte %3lu", vaddr >> 39 & 511, vaddr >> 30 & 511, vaddr >> 21 & 511,
	    vaddr >> 12 & 511);
	if (!page_of(pid, vaddr, &present, &pfn) || !present)
		put(s, y, 54, C_DIM, "not there yet: the first touch brings it");
	else
		put(s, y, 54, C_PROCESS, "-> physical %016lx  page %lu", pfn * PAGE, pfn);
}

static void draw(struct screen *s)
{
	static const char *const heads[] = {
		"    pid  name                      size      resident   page tables",
		"virtual addresses                  may            size  part of the program  what",
		"virtual address   page-table indices                where",
	};
	int y, n = rows();

	visible = s->rows - 6;
	scroll_to(&cursor[level], &top[level], n, visible);
	put(s, 2, 2, C_DIM, "%s", heads[level]);
	if (level)
		put_right(s, 2, s->columns - 2, C_BRIGHT, "process %d", pid);
	for (y = 0; y < visible && top[level] + y < n; y++) {
		int i = top[level] + y;
		bool here = i == cursor[level];

		(level == 0 ? draw_process : level == 1 ? draw_segment : draw_page)(s, y + 3, i, here);
	}
}

static void enter(void)
{
	int i = cursor[level];
	uint64_t pfn;
	bool present;

	if (i < 0 || i >= rows())
		return;
	if (level == 0) {
		pid = processes[i].pid;
	} else if (level == 1) {
		seg_start = segments[i].start;
		seg_end = segments[i].end;
	} else {
		if (page_of(pid, seg_start + i * PAGE, &present, &pfn) && present)
			show_page(pfn * PAGE);
		return;
	}
	level++;
	cursor[level] = top[level] = 0;
	load();
}

static bool key_pressed(int key)
{
	switch (key) {
	case K_UP: cursor[level]--; break;
	case K_DOWN: cursor[level]++; break;
	case K_PAGE_UP: cursor[level] -= visible; break;
	case K_PAGE_DOWN: cursor[level] += visible; break;
	case K_HOME: cursor[level] = 0; break;
	case K_END: cursor[level] = rows() - 1; break;
	case K_ENTER: case K_RIGHT: enter(); break;
	case K_BACK: case K_LEFT: level -= level > 0; break;
	default: return false;
	}
	return true;
}

const struct view view_processes = { '7', "Processes", "Enter into process, segment, page  Backspace out",
	load, draw, key_pressed, NULL };
