/* SPDX-License-Identifier: MIT */
/*
 * Heap sort in place: O(n log n) always, no recursion, no memory. Not stable: let @cmp break ties.
 * cmp(a, b): negative, 0, positive, as for C's qsort.
 */
#ifndef LIB_SORT_H
#define LIB_SORT_H

#include <lib/types.h>

void sort(void *base, size_t nr, size_t size, int (*cmp)(const void *a, const void *b));

#endif
