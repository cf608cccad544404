/* SPDX-License-Identifier: MIT */
/*
 * What every host test shares: cmocka with its prerequisites, random numbers with a printed seed
 * (ATLAS_SEED=n repeats a run), and a way to expect a panic or BUG.
 */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include <lib/bug.h>
#include <lib/compiler.h>
#include <lib/types.h>

static u64 test_seed;

/* Call first in a random test. */
static inline __attribute__((unused)) void test_seed_init(const char *name)
{
	const char *s = getenv("ATLAS_SEED");

	test_seed = s ? strtoull(s, NULL, 0) : (u64)time(NULL) * 2654435761u ^ (u64)(uintptr_t)&s;
	test_seed |= 1;
	print_message("%s: seed 0x%llx\n", name, (unsigned long long)test_seed);
}

/* xorshift64*: good enough, and the same everywhere. */
static inline __attribute__((unused)) u64 test_random(void)
{
	test_seed ^= test_seed >> 12;
	test_seed ^= test_seed << 25;
	test_seed ^= test_seed >> 27;
	return test_seed * 2685821657736338717ULL;
}

/* Below @n. */
static inline __attribute__((unused)) u64 test_below(u64 n)
{
	return test_random() % n;
}

static jmp_buf test_panic_jump;

static inline __attribute__((unused)) void test_panic_stop(void)
{
	longjmp(test_panic_jump, 1);
}

#endif
