/* SPDX-License-Identifier: MIT */
/*
 * Assertions about ourselves. Input (firmware, files, user arguments) is checked, never asserted.
 *
 * BUG_ON(cond)        stops the machine with file, line, condition and a backtrace.
 * BUG(fmt, ...)       the same with the operands printed: prefer it.
 * WARN_ON(cond)       prints once a place, counts, goes on; is the condition's value.
 * panic(fmt, ...)     stops the machine; the sentence says what the user can change.
 *                     Low floors do not decide to panic: only main.c, mm's boot, task.
 */
#ifndef LIB_BUG_H
#define LIB_BUG_H

#include <lib/compiler.h>
#include <lib/types.h>

void __noreturn panic(const char *fmt, ...) __printf(1, 2);
void __noreturn __bug(const char *file, int line, const char *fmt, ...) __printf(3, 4);
void __warn(const char *file, int line, const char *what);

/*
 * The CPU's floor registers how a backtrace is printed and how the machine stops. Without them no
 * backtrace, and the stop is a trap instruction. @stop must not return. [B]
 */
void bug_set_hooks(void (*backtrace)(void), void (*stop)(void));
/* True from the first panic or BUG on: locks no longer wait, so that the message gets out. [A] */
extern bool panic_in_progress;

/* Warnings since boot; tests demand 0. */
extern unsigned int warn_count;

#define BUG(...) __bug(__FILE__, __LINE__, __VA_ARGS__)
#define BUG_ON(cond) do { if (unlikely(cond)) BUG("%s", #cond); } while (0)
#define WARN_ON(cond) ({ \
	static bool __warned; \
	bool __c = !!(cond); \
	if (unlikely(__c && !__warned)) { __warned = true; __warn(__FILE__, __LINE__, #cond); } \
	__c; })

#endif
