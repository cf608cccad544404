// SPDX-License-Identifier: MIT
/*
 * Names of the text's addresses. The table is made from the first link's symbols (tools/ksyms.awk) and
 * linked in by the second; it lies behind everything whose address it tells.
 */
#include <asm/sections.h>
#include "internal.h"

struct ksym { u32 offset, name; };      /* from _stext; in ksym_names */
extern const struct ksym ksym_table[];
extern const u32 ksym_count;    /* 0 in the first link */
extern const char ksym_names[];

/* The entry at or below @addr, or NULL. */
static const struct ksym *find(unsigned long addr)
{
	u32 lo = 0, hi, at;

	if (addr < (unsigned long)_stext || addr >= (unsigned long)_etext || !ksym_count)
		return NULL;
	at = addr - (unsigned long)_stext;
	hi = ksym_count;
	while (hi - lo > 1) {           /* invariant: table[lo].offset <= at */
		u32 mid = lo + (hi - lo) / 2;

		if (ksym_table[mid].offset <= at)
			lo = mid;
		else
			hi = mid;
	}
	return &ksym_table[lo];
}

const char *ksym_lookup(unsigned long addr, unsigned long *offset)
{
	const struct ksym *s = find(addr);

	if (!s)
		return NULL;
	if (offset)
		*offset = addr - (unsigned long)_stext - s->offset;
	return ksym_names + s->name;
}

unsigned long ksym_size(unsigned long addr)
{
	const struct ksym *s = find(addr);

	if (!s)
		return 0;
	return (s == &ksym_table[ksym_count - 1] ? (unsigned long)(_etext - _stext) : s[1].offset) - s->offset;
}
