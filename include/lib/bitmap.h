/* SPDX-License-Identifier: MIT */
/* Arrays of bits in unsigned longs, bit 0 lowest. Pure, no lock; sizes and indices count bits. */
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include <lib/compiler.h>
#include <lib/types.h>

#define BITS_PER_LONG 64
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(size_t nr, const unsigned long *map)
{
	return map[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG) & 1;
}

static inline void __set_bit(size_t nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] |= 1UL << (nr % BITS_PER_LONG);
}

static inline void __clear_bit(size_t nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] &= ~(1UL << (nr % BITS_PER_LONG));
}

/* The index of the lowest / highest set bit of @x, which must not be 0. */
static inline unsigned int __ffs(unsigned long x)
{
	return (unsigned int)__builtin_ctzl(x);
}

static inline unsigned int __fls(unsigned long x)
{
	return 63 - (unsigned int)__builtin_clzl(x);
}

/* First set or clear bit at or after @from; @size when there is none. */
size_t find_next_bit(const unsigned long *map, size_t size, size_t from);
size_t find_next_zero_bit(const unsigned long *map, size_t size, size_t from);
/* First of @n clear bits in a row, its index a multiple of @align (power of two) at or after @from; @size: none. */
size_t bitmap_find_free(const unsigned long *map, size_t size, size_t from, size_t n, size_t align);
void bitmap_set(unsigned long *map, size_t from, size_t n);
void bitmap_clear(unsigned long *map, size_t from, size_t n);
size_t bitmap_weight(const unsigned long *map, size_t size);

#endif
