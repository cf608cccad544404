/* SPDX-License-Identifier: MIT */
/*
 * The integer types of the project. Everything else is C11's own
 * (stddef.h, stdint.h, stdbool.h are part of a freestanding compiler).
 *
 * Rules: phys_addr_t is a physical address in bytes and never mixed with a
 * virtual one (unsigned long or a pointer); a variable called *pfn counts
 * pages, *size counts bytes, nr_pages counts pages, order is log2 pages.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef u64 phys_addr_t;       /* bytes, physical */
typedef unsigned int gfp_t;    /* GFP_* of mm/gfp.h */

/* Same types as the host's C library, so that one file compiles in both. */
typedef long ssize_t;
typedef long loff_t;
typedef int pid_t;

#define U64_MAX UINT64_MAX
#define PHYS_ADDR_MAX UINT64_MAX

#endif
