// SPDX-License-Identifier: MIT
/*
 * memcpy, memmove, memset and C's other string functions.
 *
 * The three hot ones: up to 16 bytes by two overlapping moves without a loop; more by rep movsq or
 * rep stosq for all whole words and one overlapping move for the tail. All loads of the overlapping
 * moves come before the first store, so a copy downwards may overlap.
 *
 * The file must not be compiled into calls of itself: kernel.mk passes -ffreestanding, and the
 * simple loops below carry no pattern that GCC turns into memcpy or memset with -O2 (checked by
 * tests/host/string_test.c, which would not end).
 */
#include <asm/string.h>
#include <lib/string.h>

#pragma GCC optimize("no-tree-loop-distribute-patterns")

/* Unaligned words that may alias anything. */
struct w8 { u64 v; } __packed __attribute__((may_alias));
struct w4 { u32 v; } __packed __attribute__((may_alias));
struct w2 { u16 v; } __packed __attribute__((may_alias));

#define LOAD(w, p) (((const struct w *)(p))->v)
#define STORE(w, p, x) (((struct w *)(p))->v = (x))

static __always_inline void copy_upto16(char *d, const char *s, size_t n)
{
	if (n >= 8) {
		u64 a = LOAD(w8, s), b = LOAD(w8, s + n - 8);

		STORE(w8, d, a);
		STORE(w8, d + n - 8, b);
	} else if (n >= 4) {
		u32 a = LOAD(w4, s), b = LOAD(w4, s + n - 4);

		STORE(w4, d, a);
		STORE(w4, d + n - 4, b);
	} else if (n >= 2) {
		u16 a = LOAD(w2, s), b = LOAD(w2, s + n - 2);

		STORE(w2, d, a);
		STORE(w2, d + n - 2, b);
	} else if (n) {
		*d = *s;
	}
}

static __always_inline void copy_up(char *d, const char *s, size_t n)
{
	u64 tail;

	if (n <= 16) {
		copy_upto16(d, s, n);
		return;
	}
	tail = LOAD(w8, s + n - 8);
	rep_movsq(d, s, (n - 1) / 8);
	STORE(w8, d + n - 8, tail);
}

void *memcpy(void *dst, const void *src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;
	u64 head;

	if (n <= 16 || (size_t)(d - s) >= n) {  /* d below s, or behind its end */
		copy_up(d, s, n);
		return dst;
	}
	head = LOAD(w8, s);
	for (; n > 8; n -= 8)
		STORE(w8, d + n - 8, LOAD(w8, s + n - 8));
	STORE(w8, d, head);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u64 v = (u8)c * 0x0101010101010101UL;
	char *d = dst;

	if (n >= 8) {
		rep_stosq(d, v, (n - 1) / 8);
		STORE(w8, d + n - 8, v);
	} else if (n >= 4) {
		STORE(w4, d, (u32)v);
		STORE(w4, d + n - 4, (u32)v);
	} else if (n >= 2) {
		STORE(w2, d, (u16)v);
		STORE(w2, d + n - 2, (u16)v);
	} else if (n) {
		*d = (char)c;
	}
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= 8 && LOAD(w8, x) == LOAD(w8, y); n -= 8) {
		x += 8;
		y += 8;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (u8)*a - (u8)*b;
		if (!*a)
			break;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strstr(const char *hay, const char *needle)
{
	size_t n = strlen(needle);

	for (; *hay; hay++)
		if (!strncmp(hay, needle, n))
			return (char *)hay;
	return n ? NULL : (char *)hay;
}
