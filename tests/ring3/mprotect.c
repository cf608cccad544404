// SPDX-License-Identifier: MIT
/* mprotect: rights of each page, splits in the middle, errors. */
#include "t.h"

static void probe(const char *what, char *p, char *base)
{
	char label[64];

	snprintf(label, sizeof(label), "%s read", what);
	FAULT(label, base, (void)*(volatile char *)p);
	snprintf(label, sizeof(label), "%s write", what);
	FAULT(label, base, *(volatile char *)p = 7);
}

static void run_code(char *p)
{
	p[0] = (char)0xc3; /* ret */
	FAULT("execute without the right", p, ((void (*)(void))p)());
	RESULT(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	FAULT("execute with the right", p, ((void (*)(void))p)());
	FAULT("write to code", p, *(volatile char *)p = 1);
}

int main(void)
{
	static char data[3 * PAGE] __attribute__((aligned(4096))) = { 1 };
	char *p = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0);

	catch_signal(SIGSEGV);
	memset(p, 3, 8 * PAGE); /* half of it touched */
	RESULT(mprotect(p + 4 * PAGE, PAGE, PROT_READ));
	RESULT(mprotect(p + 10 * PAGE, PAGE, PROT_READ));
	RESULT(mprotect(p + 5 * PAGE, 2 * PAGE, PROT_NONE));
	probe("page 3", p + 3 * PAGE, p);
	probe("page 4", p + 4 * PAGE, p);
	probe("page 6", p + 6 * PAGE, p);
	probe("page 7", p + 7 * PAGE, p);
	probe("page 10", p + 10 * PAGE, p);
	probe("page 11", p + 11 * PAGE, p);
	RESULT(mprotect(p, 16 * PAGE, RW));
	probe("page 4 again", p + 4 * PAGE, p);
	ASK(p[6 * PAGE] == 3); /* PROT_NONE kept the contents */
	run_code(p);
	RESULT(mprotect(data + PAGE, PAGE, PROT_READ));
	probe("data page 1", data + PAGE, data);
	probe("data page 2", data + 2 * PAGE, data);
	RESULT(mprotect(p + 1, PAGE, RW));
	RESULT(mprotect(p, 0, RW));
	RESULT(mprotect(p, PAGE, 0x1000));
	munmap(p + 8 * PAGE, PAGE);
	RESULT(mprotect(p + 6 * PAGE, 4 * PAGE, PROT_READ)); /* a hole: ENOMEM, but up to it done */
	probe("page 7 before the hole", p + 7 * PAGE, p);
	probe("page 9 after the hole", p + 9 * PAGE, p);
	RESULT(mprotect((void *)0xffff880000000000, PAGE, PROT_READ));
	RESULT(mprotect(p, ~0UL, PROT_READ));
	return 0;
}
