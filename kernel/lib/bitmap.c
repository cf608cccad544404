// SPDX-License-Identifier: MIT
#include <lib/bitmap.h>

/* @flip: ~0UL looks for clear bits. */
static size_t find_next(const unsigned long *map, size_t size, size_t from, unsigned long flip)
{
	while (from < size) {
		size_t word = from / BITS_PER_LONG;
		unsigned long w = (map[word] ^ flip) & (~0UL << (from % BITS_PER_LONG));

		if (w)
			return min(word * BITS_PER_LONG + __ffs(w), size);
		from = (word + 1) * BITS_PER_LONG;
	}
	return size;
}

size_t find_next_bit(const unsigned long *map, size_t size, size_t from)
{
	return find_next(map, size, from, 0);
}

size_t find_next_zero_bit(const unsigned long *map, size_t size, size_t from)
{
	return find_next(map, size, from, ~0UL);
}

size_t bitmap_find_free(const unsigned long *map, size_t size, size_t from, size_t n, size_t align)
{
	size_t used;

	while (n <= size) {
		from = ALIGN(find_next_zero_bit(map, size, from), align);
		if (from > size - n)
			break;
		used = find_next_bit(map, from + n, from);
		if (used == from + n)
			return from;
		from = used + 1;
	}
	return size;
}

/* The bits of word @word that lie in [from, end). */
static unsigned long word_mask(size_t word, size_t from, size_t end)
{
	size_t lo = word * BITS_PER_LONG, hi = lo + BITS_PER_LONG;
	unsigned long mask = ~0UL;

	if (from > lo)
		mask &= ~0UL << (from - lo);
	if (end < hi)
		mask &= ~0UL >> (hi - end);
	return mask;
}

void bitmap_set(unsigned long *map, size_t from, size_t n)
{
	size_t end = from + n;

	for (size_t w = from / BITS_PER_LONG; n && w <= (end - 1) / BITS_PER_LONG; w++)
		map[w] |= word_mask(w, from, end);
}

void bitmap_clear(unsigned long *map, size_t from, size_t n)
{
	size_t end = from + n;

	for (size_t w = from / BITS_PER_LONG; n && w <= (end - 1) / BITS_PER_LONG; w++)
		map[w] &= ~word_mask(w, from, end);
}

/* The kernel has no libgcc, and POPCNT is not in every CPU that it runs on. */
static unsigned int count_bits(unsigned long x)
{
	x -= (x >> 1) & 0x5555555555555555UL;
	x = (x & 0x3333333333333333UL) + ((x >> 2) & 0x3333333333333333UL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fUL;
	return (unsigned int)((x * 0x0101010101010101UL) >> 56);
}

size_t bitmap_weight(const unsigned long *map, size_t size)
{
	size_t n = 0;

	for (size_t w = 0; w < BITS_TO_LONGS(size); w++)
		n += count_bits(map[w] & word_mask(w, 0, size));
	return n;
}
