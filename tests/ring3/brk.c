// SPDX-License-Identifier: MIT
/* The break: up, down, unaligned, into something else. */
#include "t.h"

static char *brk_to(char *to)
{
	return (char *)syscall(SYS_brk, to);
}

int main(void)
{
	char *start = brk_to(NULL), *p;
	size_t i;

	catch_signal(SIGSEGV);
	ASK(start != NULL);
	ASK(brk_to(start + 1000) == start + 1000);
	ASK(brk_to(start + 64 * PAGE) == start + 64 * PAGE);
	for (i = 0; i < 64; i++)
		start[i * PAGE] = i;
	ASK(start[63 * PAGE] == 63);
	ASK(brk_to(start + 32 * PAGE) == start + 32 * PAGE);
	p = (char *)(((uintptr_t)start + 34 * PAGE) & ~(PAGE - 1));
	FAULT("above the break", p, *(volatile char *)p = 1);
	ASK(brk_to(start + 64 * PAGE) == start + 64 * PAGE);
	ASK(start[40 * PAGE] == 0); /* fresh again */
	ASK(start[10 * PAGE] == 10);
	ASK(brk_to(start - PAGE * 100000) == start + 64 * PAGE); /* below its start: refused */
	ASK(brk_to((char *)0x7ffffffff000) == start + 64 * PAGE);
	ASK(brk_to((char *)~0UL) == start + 64 * PAGE);
	p = (char *)(((uintptr_t)start + 100 * PAGE) & ~(PAGE - 1));
	ASK(mmap(p, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p);
	ASK(brk_to(start + 200 * PAGE) == start + 64 * PAGE); /* something is in the way */
	RESULT(munmap(p, PAGE));
	ASK(brk_to(start + 200 * PAGE) == start + 200 * PAGE);
	CHILD("child has its own break", ASK(brk_to(start) == start));
	start[199 * PAGE] = 9;
	ASK(start[199 * PAGE] == 9);
	ASK(brk_to(start) == start);
	return 0;
}
