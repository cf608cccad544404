// SPDX-License-Identifier: MIT
/*
 * Code that depends on the CPU or on a boot option, patched once, before mm makes the text's direct-map alias
 * read-only.
 */
#include <asm/extable.h>
#include <asm/memory.h>
#include <asm/static_key.h>
#include <lib/string.h>
#include "internal.h"

struct alt_entry { s32 at, which; };
struct static_key_entry { s32 at, target, key; };
struct ex_entry { s32 insn, fixup; };
extern const struct alt_entry __start_altinstr[], __end_altinstr[];
extern const struct static_key_entry __start_static_keys[], __end_static_keys[];
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

void static_key_enable(enum static_key_id key)
{
	for (const struct static_key_entry *e = __start_static_keys; e < __end_static_keys; e++) {
		const char *at = (const char *)&e->at + e->at, *target = (const char *)&e->target + e->target;
		struct { u8 opcode; s32 distance; } __packed jump = { 0xe9, target - (at + sizeof(jump)) };

		if (e->key == (s32)key)
			memcpy(__va(__pa_symbol(at)), &jump, sizeof(jump));
	}
}

unsigned long extable_find(unsigned long rip)
{
	for (const struct ex_entry *e = __start_extable; e < __end_extable; e++)
		if ((unsigned long)&e->insn + e->insn == rip)
			return (unsigned long)&e->fixup + e->fixup;
	return 0;
}
