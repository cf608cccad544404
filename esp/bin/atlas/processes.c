// SPDX-License-Identifier: MIT
/* Processes and their segments. */
#include "atlas.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
