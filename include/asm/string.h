/* SPDX-License-Identifier: MIT */
/*
 * The CPU's string instructions, for lib/string.c (pages: asm/pageops.h). rep movsq and rep stosq cost one
 * instruction for eight bytes and no loop; the direction flag must be clear, as C's ABI has it.
 */
#ifndef ASM_STRING_H
#define ASM_STRING_H

#include <lib/compiler.h>
#include <lib/types.h>

/* Copies @n 8-byte words upwards. */
static __always_inline void rep_movsq(void *dst, const void *src, size_t n)
{
	__asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(n) :: "memory");
}

/* Stores @v @n times. */
static __always_inline void rep_stosq(void *dst, u64 v, size_t n)
{
	__asm__ volatile("rep stosq" : "+D"(dst), "+c"(n) : "a"(v) : "memory");
}

/* Tells the CPU that this is a wait loop. */
static __always_inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

#endif
