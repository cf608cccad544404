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

const char *ksym_lookup(unsigned long addr, unsigned long *offset)
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
	if (offset)
		*offset = at - ksym_table[lo].offset;
	return ksym_names + ksym_table[lo].name;
}
