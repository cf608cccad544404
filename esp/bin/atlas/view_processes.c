// SPDX-License-Identifier: MIT
/* Processes, then one's segments, then one segment's pages with their page-table entries: from a name to the page. */
#include "atlas.h"

#include <stdlib.h>
#include <string.h>

enum { PROCESSES, SEGMENTS, PAGES };

static struct process *processes, *then;
static struct segment *segments;
static int nr_processes, nr_segments, nr_then;
static int level;
static struct list lists[3];
static int pid;
static char comm[32];
static struct segment segment;

static void load(void)
{
	nr_processes = processes_load(&processes);
	if (level >= SEGMENTS)
		nr_segments = segments_load(pid, &segments);
}

static int rows(void)
{
	return level == PROCESSES ? nr_processes : level == SEGMENTS ? nr_segments : (int)((segment.end - segment.start) / PAGE);
}

static void draw_change(struct screen *s, int y, const struct process *p)
{
	uint64_t was = 0;
	int i;

	for (i = 0; i < nr_then; i++)
		if (then[i].pid == p->pid)
			was = then[i].rss_kb;
	if (nr_then && was != p->rss_kb)
		put_right(s, y, 71, p->rss_kb > was ? C_BRIGHT : C_DIM, "%c%s", p->rss_kb > was ? '+' : '-',
			  human((p->rss_kb > was ? p->rss_kb - was : was - p->rss_kb) << 10));
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
	if (!p->size_kb) {
		put(s, y, 28, C_DIM, "a kernel thread: no memory of its own");
		return;
	}
	put_right(s, y, 36, C_PLAIN, "%s", human(p->size_kb << 10));
	put_right(s, y, 48, C_PLAIN, "%s", human(p->rss_kb << 10));
	put_right(s, y, 60, C_DIM, "%s", human(p->pte_kb << 10));
	draw_change(s, y, p);
	width = (int)((s->columns - 74) * p->rss_kb / most);
	if (p->rss_kb && width >= 0)
		put_bar(s, y, 73, width + 1, &bar, 1);
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
	return g->name[0] ? "read-only data" : "mapping";
}

static void draw_segment(struct screen *s, int y, int i, bool here)
{
	const struct segment *g = &segments[i];

	put(s, y, 2, here ? C_CURSOR : C_PLAIN, "%012lx-%012lx", g->start, g->end);
	put(s, y, 29, strchr(g->perm, 'w') ? C_PROCESS : strchr(g->perm, 'x') ? C_KERNEL : C_DIM, "%s", g->perm);
	put_right(s, y, 43, C_PLAIN, "%s", human(g->end - g->start));
	put(s, y, 45, C_DIM, "%s", part_of(g));
	put(s, y, 60, C_PLAIN, "%s", g->name);
}

static void draw_page(struct screen *s, int y, int i, bool here)
{
	uint64_t vaddr = segment.start + i * PAGE, pfn, flags, count;
	char text[300];
	bool present, told;

	put(s, y, 2, here ? C_CURSOR : C_PLAIN, "%012lx", vaddr);
	told = page_of(pid, vaddr, &present, &pfn);
	if (!told || !present) {
		put(s, y, 16, C_DIM, told ? "not there: the first touch brings it" : "no pagemap of it (are you root?)");
		return;
	}
	put(s, y, 16, C_PROCESS, "-> physical %012lx", pfn * PAGE);
	if (page_flags(pfn, &flags, &count)) {
		page_flags_text(flags, text, sizeof(text));
		put(s, y, 43, C_DIM, "mapped %lu x  %s", count, text);
	}
}

/* The walk to the page under the cursor, an entry a line. */
static void draw_walk(struct screen *s, int y)
{
	static const char *const names[] = { "pgd", "pud", "pmd", "pte" };
	uint64_t vaddr = segment.start + lists[PAGES].cursor * PAGE, e[4];
	char text[200];
	int i;

	put(s, y++, 2, C_BRIGHT, "how the CPU finds %012lx", vaddr);
	if (!entries_of(pid, vaddr, e)) {
		put(s, y, 2, C_DIM, "pgd[%lu] pud[%lu] pmd[%lu] pte[%lu]; this kernel does not show the entries", vaddr >> 39 & 511, vaddr >> 30 & 511,
		    vaddr >> 21 & 511, vaddr >> 12 & 511);
		return;
	}
	for (i = 0; i < 4; i++, y++) {
		entry_text(e[i], 4 - i, text, sizeof(text));
		put(s, y, 2, C_DIM, "%s[%3lu]", names[i], vaddr >> (39 - 9 * i) & 511);
		put(s, y, 12, C_PLAIN, "%016lx", e[i]);
		put(s, y, 29, e[i] & 1 ? C_PROCESS : C_DIM, "%s", text);
		if (!(e[i] & 1) || (i && i < 3 && e[i] >> 7 & 1))
			return;                 /* the walk ends here, or a large page: no table below */
	}
}

static void draw(struct screen *s)
{
	static const char *const heads[] = {
		"    pid  name                  size    resident  page tables     change",
		"virtual addresses          may           size  part           file",
		"virtual address",
	};
	struct list *l = &lists[level];
	int y, walk = level == PAGES ? 6 : 0;

	list_fit(l, rows(), s->rows - 5 - walk);
	put(s, 2, 2, C_DIM, "%.*s", level || nr_then ? 80 : 60, heads[level]);
	if (level)
		put_right(s, 2, s->columns - 2, C_BRIGHT, "process %d %s", pid, comm);
	for (y = 0; y < l->visible && l->top + y < l->n; y++) {
		int i = l->top + y;
		bool here = i == l->cursor;

		(level == PROCESSES ? draw_process : level == SEGMENTS ? draw_segment : draw_page)(s, y + 3, i, here);
	}
	if (walk)
		draw_walk(s, s->rows - 1 - walk);
}

static void enter(void)
{
	int i = lists[level].cursor;
	uint64_t pfn;
	bool present;

	if (i < 0 || i >= rows())
		return;
	if (level == PROCESSES) {
		pid = processes[i].pid;
		memcpy(comm, processes[i].comm, sizeof(comm));
	} else if (level == SEGMENTS) {
		segment = segments[i];
	} else {
		if (page_of(pid, segment.start + i * PAGE, &present, &pfn) && present)
			show_page(pfn * PAGE);
		return;
	}
	level++;
	lists[level].cursor = lists[level].top = 0;
	load();
}

static bool key_pressed(int key)
{
	if (list_key(&lists[level], key))
		return true;
	if (key == K_ENTER || key == K_RIGHT)
		enter();
	else if ((key == K_BACK || key == K_LEFT) && level)
		level--;
	else
		return false;
	return true;
}

static void snapshot(void)
{
	size_t size = nr_processes * sizeof(*then);
	struct process *copy = malloc(size ? size : 1);

	if (!copy)
		return;
	memcpy(copy, processes, size);
	free(then);
	then = copy;
	nr_then = nr_processes;
}

const struct view view_processes = { '7', "Processes", "Procs", "Enter into process, segment, page  Backspace out",
	"Every process; Enter shows its segments (stack, heap, code, data), Enter again "
	"a segment's pages with the four page-table entries that lead to each, bits "
	"decoded, and Enter once more the page itself: who else maps it, what it is.",
	load, draw, key_pressed, snapshot };
