/* SPDX-License-Identifier: MIT */
/*
 * Whole pages and arrays of u64, moved by one string instruction: 512 iterations a page, and the form
 * that fast-string microcode likes. Host tests have a version made of memset and memcpy.
 */
#ifndef ASM_PAGEOPS_H
#define ASM_PAGEOPS_H

#include <asm/page.h>
#include <lib/compiler.h>
#include <lib/types.h>

static __always_inline void clear_qwords(void *dst, size_t n)
{
	__asm__ volatile("rep stosq" : "+D"(dst), "+c"(n) : "a"(0UL) : "memory");
}

/* Ranges do not overlap. */
static __always_inline void copy_qwords(void *dst, const void *src, size_t n)
{
	__asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(n) :: "memory");
}

static __always_inline void clear_page(void *page)
{
	clear_qwords(page, PAGE_SIZE / 8);
}

static __always_inline void copy_page(void *dst, const void *src)
{
	copy_qwords(dst, src, PAGE_SIZE / 8);
}

#endif
