// SPDX-License-Identifier: MIT
/* /proc/iomem as a table: who owns which physical addresses. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_line(char *line, struct range *r)
{
	char *p = line, *name;

	while (*p == ' ')
		p++;
	r->depth = (int)(p - line) / 2;
	r->start = strtoull(p, &p, 16);
	if (*p != '-')
		return false;
	r->end = strtoull(p + 1, &p, 16);
	name = strstr(p, " : ");
	if (!name || r->end < r->start)
		return false;
	snprintf(r->name, sizeof(r->name), "%s", name + 3);
	r->folded = false;
	return true;
}

/* What was folded stays so when the tree is read again. */
static void keep_folds(struct iomem *new, const struct iomem *old)
{
	int i, j;

	for (i = 0, j = 0; i < new->n; i++) {
		while (j < old->n && old->r[j].start < new->r[i].start)
			j++;
		if (j < old->n && old->r[j].start == new->r[i].start && old->r[j].depth == new->r[i].depth)
			new->r[i].folded = old->r[j].folded;
	}
}

bool iomem_load(struct iomem *m)
{
	char *text = read_text("/proc/iomem"), *at = text, *line;
	struct iomem new = { NULL, 0 };
	int room = 0;

	if (!text)
		return false;
	while ((line = next_line(&at))) {
		if (new.n == room) {
			struct range *more = realloc(new.r, (room = room * 2 + 64) * sizeof(*more));

			if (!more)
				break;
			new.r = more;
		}
		new.n += parse_line(line, &new.r[new.n]);
	}
	free(text);
	keep_folds(&new, m);
	free(m->r);
	*m = new;
	return m->n > 0;
}

int iomem_find(const struct iomem *m, uint64_t addr)
{
	int i, found = -1;

	for (i = 0; i < m->n; i++)
		if (addr >= m->r[i].start && addr <= m->r[i].end)
			found = i;
	return found;
}

void iomem_path(const struct iomem *m, uint64_t addr, char *buf, size_t size)
{
	size_t used = 0;
	int i;

	snprintf(buf, size, "nothing here");
	for (i = 0; i < m->n && used < size; i++)
		if (addr >= m->r[i].start && addr <= m->r[i].end)
			used += snprintf(buf + used, size - used, "%s%s", used ? " / " : "", m->r[i].name);
}

enum colour iomem_colour(const char *name)
{
	if (!strcmp(name, "System RAM"))
		return C_FREE;
	if (!strncmp(name, "Kernel ", 7))
		return C_KERNEL;
	if (!strncmp(name, "Reserved", 8) || !strncmp(name, "ACPI", 4) || strstr(name, "ROM") || !strncmp(name, "Unusable", 8))
		return C_FIRMWARE;
	if (!strncmp(name, "PCI Bus", 7))
		return C_WINDOW;                /* handed to a bridge; nothing answers where no device is named */
	return C_DEVICE;
}

uint32_t colour_glyph(enum colour c)
{
	return c == C_HOLE ? 0xb7 : c == C_WINDOW ? 0x2591 : 0x2588;
}

bool is_ram(const struct range *r)
{
	return !strcmp(r->name, "System RAM");
}

uint64_t ram_end(const struct iomem *m)
{
	uint64_t end = 0;
	int i;

	for (i = 0; i < m->n; i++)
		if (is_ram(&m->r[i]) && m->r[i].end >= end)
			end = m->r[i].end + 1;
	return end;
}
