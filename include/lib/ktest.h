/* SPDX-License-Identifier: MIT */
/*
 * Tests that run inside the booted kernel (boot option `ktest`), because they need the real MMU, CPU or
 * devices. They live in tests/kernel/, are linked always and cost nothing until asked for. The output is KTAP
 * version 1 on the log; docs.kernel.org/dev-tools/ktap.html.
 *
 *     KTEST(text_is_not_writable)
 *     {
 *             KEXPECT(...);
 *     }
 *
 * A failed expectation is printed and counted; the test goes on. `ktest=PREFIX` runs those whose name begins
 * so; those called crash_* stop the machine on purpose and run only by that. Tests run one after the other in
 * the boot's own task, before the first program.
 */
#ifndef LIB_KTEST_H
#define LIB_KTEST_H

#include <lib/compiler.h>
#include <lib/types.h>

struct ktest {
	const char *name;
	void (*fn)(void);
};

#define KTEST(test) \
	static void test(void); \
	static const struct ktest __ktest_##test __used __section(".ktests") = { #test, test }; \
	static void test(void)

void ktest_fail(const char *file, int line, const char *fmt, ...) __printf(3, 4);
/* A line of the output that is no verdict: what was counted or measured. */
void ktest_note(const char *fmt, ...) __printf(1, 2);
/* The rest of this test makes no sense on this machine; return after it. */
void ktest_skip(const char *why);

#define KEXPECT(cond) do { if (!(cond)) ktest_fail(__FILE__, __LINE__, "%s", #cond); } while (0)
#define KEXPECT_EQ(a, b) do { \
	unsigned long __a = (unsigned long)(a), __b = (unsigned long)(b); \
	if (__a != __b) \
		ktest_fail(__FILE__, __LINE__, "%s is %#lx, %s is %#lx", #a, __a, #b, __b); } while (0)

/* Runs them, prints KTAP, returns how many failed. @prefix "" or NULL: all. */
unsigned int ktest_run(const char *prefix);

#endif
