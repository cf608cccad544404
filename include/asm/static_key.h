/* SPDX-License-Identifier: MIT */
/*
 * Branches that are decided once, at boot. Each costs a five-byte NOP; static_key_enable() turns all NOPs of its
 * key into jumps (kernel/x86/alternatives.c). The text can be written only until direct_map_init() has mapped
 * it read-only, so a key is enabled before. Host tests have their own version (a variable).
 */
#ifndef ASM_STATIC_KEY_H
#define ASM_STATIC_KEY_H

#include <lib/compiler.h>
#include <lib/types.h>

enum static_key_id { KEY_HIGHMEM, KEY_SLAB_DEBUG };

/* @key must be a constant. False until it is enabled. */
static __always_inline bool static_key(const enum static_key_id key)
{
	__asm__ goto("1: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
		     ".pushsection .static_keys, \"a\"\n.balign 4\n.long 1b - ., %l[yes] - ., %c0\n.popsection"
		     :: "i"(key) :: yes);
	return false;
yes:
	return true;
}

void static_key_enable(enum static_key_id key);

#endif
