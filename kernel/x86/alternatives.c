// SPDX-License-Identifier: MIT
/*
 * Code that depends on the CPU, patched once, before mm makes the text's direct-map alias read-only.
 */
#include <asm/extable.h>
#include <asm/memory.h>
#include <lib/string.h>
#include "internal.h"

struct alt_entry { s32 at, which; };
struct ex_entry { s32 insn, fixup; };
extern const struct alt_entry __start_altinstr[], __end_altinstr[];
extern const struct ex_entry __start_extable[], __end_extable[];

void alternatives_apply(void)
{
	static const u8 clac[3] = { 0x0f, 0x01, 0xca }, stac[3] = { 0x0f, 0x01, 0xcb };

	if (!boot_cpu.smap)
		return;
	for (const struct alt_entry *e = __start_altinstr; e < __end_altinstr; e++) {
		const char *at = (const char *)&e->at + e->at;

		memcpy(__va(__pa_symbol(at)), e->which == ALT_CLAC ? clac : stac, 3);
	}
}

unsigned long extable_find(unsigned long rip)
{
	for (const struct ex_entry *e = __start_extable; e < __end_extable; e++)
		if ((unsigned long)&e->insn + e->insn == rip)
			return (unsigned long)&e->fixup + e->fixup;
	return 0;
}
