// SPDX-License-Identifier: MIT
#include <lib/sort.h>

static void swap_bytes(char *a, char *b, size_t size)
{
	while (size--) {
		char t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

/* Moves element @i of a heap of @nr down to where no child is larger. */
static void sift_down(char *base, size_t i, size_t nr, size_t size, int (*cmp)(const void *, const void *))
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= nr)
			return;
		if (child + 1 < nr && cmp(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (cmp(base + i * size, base + child * size) >= 0)
			return;
		swap_bytes(base + i * size, base + child * size, size);
		i = child;
	}
}

void sort(void *base, size_t nr, size_t size, int (*cmp)(const void *a, const void *b))
{
	for (size_t i = nr / 2; i-- > 0;)
		sift_down(base, i, nr, size, cmp);
	for (size_t end = nr; end > 1; end--) {
		swap_bytes(base, (char *)base + (end - 1) * size, size);
		sift_down(base, 0, end - 1, size, cmp);
	}
}
