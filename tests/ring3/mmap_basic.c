// SPDX-License-Identifier: MIT
/* mmap and munmap: what is allowed, what is refused, what is zero, what faults. */
#include "t.h"

static bool all_zero(const char *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

int main(void)
{
	char *p, *q, *hint = (char *)0x200000000000;

	catch_signal(SIGSEGV);
	catch_signal(SIGBUS);
	p = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
	ASK(p != MAP_FAILED && ((uintptr_t)p & (PAGE - 1)) == 0);
	ASK(all_zero(p, 64 * PAGE));
	memset(p, 0x5a, 64 * PAGE);
	RESULT(munmap(p + 16 * PAGE, 16 * PAGE));
	FAULT("read the hole", p, (void)*(volatile char *)(p + 20 * PAGE + 5));
	FAULT("write the hole", p, *(volatile char *)(p + 31 * PAGE + 4095) = 1);
	ASK(p[15 * PAGE] == 0x5a && p[32 * PAGE] == 0x5a);
	RESULT(munmap(p + 16 * PAGE, 16 * PAGE)); /* nothing there: no error */
	q = mmap(p + 16 * PAGE, 16 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	ASK(q == p + 16 * PAGE);
	ASK(all_zero(q, 16 * PAGE));
	q = mmap(p, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	ASK(q == p && q[0] == 0); /* replaced what was there */
	FAULT("write to read-only", p, *(volatile char *)(p + 9) = 1);
	WORKS(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
	RESULT(munmap(p, 64 * PAGE));
	q = mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	ASK(q == p);
	RESULT(munmap(p, PAGE));

	q = mmap(hint, PAGE, RW, ANON, -1, 0);
	ASK(q == hint);
	q = mmap(hint, PAGE, RW, ANON, -1, 0);
	ASK(q != MAP_FAILED && q != hint); /* taken: somewhere else */
	q = mmap(hint + PAGE + 123, PAGE, RW, ANON, -1, 0);
	ASK(q == hint + PAGE); /* a hint is rounded */

	WORKS(mmap(NULL, 0, RW, ANON, -1, 0));
	WORKS(mmap((void *)123, PAGE, RW, ANON | MAP_FIXED, -1, 0));
	WORKS(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0)); /* neither shared nor private */
	WORKS(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0));
	WORKS(mmap(NULL, PAGE, RW, MAP_PRIVATE, 999, 0));
	WORKS(mmap(NULL, ~0UL - PAGE, RW, ANON, -1, 0));
	WORKS(mmap(NULL, 1UL << 47, RW, ANON | MAP_NORESERVE, -1, 0));
	WORKS(mmap((void *)0xffff880000000000, PAGE, RW, ANON | MAP_FIXED, -1, 0));
	WORKS(syscall(SYS_mmap, NULL, PAGE, RW, MAP_PRIVATE, 0, 123)); /* offset not of pages */
	RESULT(munmap(p + 1, PAGE));
	RESULT(munmap(p, 0));
	RESULT(munmap((void *)0xffff880000000000, PAGE));
	RESULT(munmap((void *)(~0UL & ~(PAGE - 1)), PAGE));

	p = mmap(NULL, 1UL << 40, RW, ANON | MAP_NORESERVE, -1, 0);
	ASK(p != MAP_FAILED); /* a TiB that nobody touches */
	p[0] = p[(1UL << 40) - 1] = 1;
	ASK(p[1UL << 39] == 0);
	RESULT(munmap(p, 1UL << 40));

	p = mmap(NULL, 2 * PAGE, PROT_NONE, ANON, -1, 0);
	FAULT("read PROT_NONE", p, (void)*(volatile char *)p);
	FAULT("write PROT_NONE", p, *(volatile char *)(p + PAGE) = 1);
	FAULT("read address 0", NULL, (void)*(volatile char *)NULL);
	FAULT("read a kernel address", (void *)0xffff880000000000, (void)*(volatile char *)0xffff880000000000);
	return 0;
}
