/* SPDX-License-Identifier: MIT */
/*
 * C's string functions as far as the kernel uses them, with C's contracts, and Linux's strscpy,
 * scnprintf, memparse. Pure, no lock, any context. On the host mem* and str* are the C library's;
 * our printf family keeps its own names there (k...), so that both live in one test program.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <lib/types.h>
#include <lib/compiler.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *hay, const char *needle);

/* Copies up to @size - 1 bytes and ends dst with NUL. Returns the length, or -E2BIG when cut. */
ssize_t strscpy(char *dst, const char *src, size_t size);

#ifdef ATLAS_HOST
#define vsnprintf kvsnprintf
#define snprintf ksnprintf
#define scnprintf kscnprintf
#define vscnprintf kvscnprintf
#endif

/* Returns the length of the whole text, NUL not counted, also when it was cut. No floats; %pE: errno. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
/* Like snprintf, but returns the characters really stored (Linux's scnprintf). */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list ap);

/*
 * Parses a number in @base (0: by prefix) that fills the whole string. 0, -EINVAL or -ERANGE.
 */
int kstrtou64(const char *s, unsigned int base, u64 *out) __must_check;
/* *out is written only on success (both). */
/* "896M", "0x10000", "1T": a number with an optional K/M/G/T/P suffix; *end is what follows. 0 or -errno. */
int memparse(const char *s, const char **end, u64 *out) __must_check;

#endif
