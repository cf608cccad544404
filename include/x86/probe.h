/* SPDX-License-Identifier: MIT */
/*
 * Touching memory that may not be there, or may forbid it, and living to tell: for backtraces, and for
 * tests of the MMU's answers. The fault is not resolved: these accesses run with SMAP closed.
 */
#ifndef X86_PROBE_H
#define X86_PROBE_H

#include <lib/compiler.h>
#include <lib/types.h>

/* What the last probe ran into. vector -1: nothing. */
struct probe_fault {
	int vector;
	unsigned long error_code;
	unsigned long addr;             /* CR2, for a page fault */
};

/* True: done. False: *fault says what struck (fault may be NULL). */
bool probe_read_u8(const void *addr, u8 *val, struct probe_fault *fault);
bool probe_read_u64(const void *addr, u64 *val, struct probe_fault *fault);
bool probe_write_u8(void *addr, u8 val, struct probe_fault *fault);
/* Calls @addr as a function without arguments (a RET there is enough). */
bool probe_exec(const void *addr, struct probe_fault *fault);

#endif
