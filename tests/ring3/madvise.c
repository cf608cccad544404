// SPDX-License-Identifier: MIT
/* madvise, mincore, mlock and their errors; what fork leaves out; limits on locked memory and addresses. */
#include "t.h"
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

static long locked_kib(void)
{
	char line[256];
	long kib = -1;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "VmLck: %ld kB", &kib);
	if (f)
		fclose(f);
	return kib;
}

int main(void)
{
	unsigned char vec[16];
	char *p = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0), *hole;
	struct rlimit lim;

	catch_signal(SIGSEGV);
	madvise(p, 16 * PAGE, MADV_NOHUGEPAGE);
	RESULT(mincore(p, 16 * PAGE, vec));
	ASK(vec[0] == 0 && vec[15] == 0);
	p[3 * PAGE] = 1;
	RESULT(mincore(p, 16 * PAGE, vec));
	ASK(vec[2] == 0 && vec[3] == 1 && vec[4] == 0);
	RESULT(madvise(p, 16 * PAGE, MADV_DONTNEED));
	ASK(p[3 * PAGE] == 0);
	RESULT(madvise(p + 1, PAGE, MADV_DONTNEED));
	RESULT(madvise(p, PAGE, 12345));
	RESULT(madvise(p, 0, MADV_DONTNEED));
	RESULT(munmap(p + 8 * PAGE, PAGE));
	hole = p + 8 * PAGE;
	p[9 * PAGE] = 1;
	RESULT(madvise(p, 16 * PAGE, MADV_DONTNEED)); /* a hole: the rest is done all the same */
	ASK(p[9 * PAGE] == 0);
	RESULT(mincore(p, 16 * PAGE, vec));
	RESULT(mincore(p + 1, PAGE, vec));
	RESULT(mincore(p, PAGE, (unsigned char *)1));
	FAULT("the hole", hole, (void)*(volatile char *)hole);

	p[0] = 'f';
	p[PAGE] = 'g';
	RESULT(madvise(p, PAGE, MADV_DONTFORK));
	CHILD("DONTFORK: child touches it", { no_core(); signal(SIGSEGV, SIG_DFL); (void)*(volatile char *)p; });
	CHILD("the page after it is there", { _exit(p[PAGE] == 'g' ? 0 : 1); });
	RESULT(madvise(p, PAGE, MADV_DOFORK));
	CHILD("DOFORK: child reads it", { _exit(p[0] == 'f' ? 0 : 1); });
	RESULT(madvise(p + PAGE, PAGE, MADV_WIPEONFORK));
	CHILD("WIPEONFORK: child reads zero", { _exit(p[PAGE] == 0 ? 0 : 1); });
	ASK(p[PAGE] == 'g');
	RESULT(madvise(p + PAGE, PAGE, MADV_KEEPONFORK));
	CHILD("KEEPONFORK: child reads it", { _exit(p[PAGE] == 'g' ? 0 : 1); });

	RESULT(madvise(p, 4 * PAGE, MADV_POPULATE_WRITE));
	RESULT(mincore(p, 4 * PAGE, vec));
	ASK(vec[0] == 1 && vec[2] == 1 && vec[3] == 1);
	RESULT(madvise(hole, PAGE, MADV_POPULATE_READ));
	RESULT(mprotect(p + 4 * PAGE, PAGE, PROT_WRITE));
	RESULT(madvise(p + 4 * PAGE, PAGE, MADV_POPULATE_READ));
	RESULT(mprotect(p + 4 * PAGE, PAGE, PROT_READ));
	RESULT(madvise(p + 4 * PAGE, PAGE, MADV_POPULATE_WRITE));
	RESULT(madvise(p, PAGE, MADV_WILLNEED));
	RESULT(madvise(p, PAGE, MADV_SEQUENTIAL));
	RESULT(madvise(p, PAGE, MADV_NORMAL));

	RESULT(mlock(p + 5 * PAGE, 2 * PAGE));
	ASK(locked_kib() == 8);
	RESULT(mincore(p + 5 * PAGE, 2 * PAGE, vec));
	ASK(vec[0] == 1 && vec[1] == 1);
	RESULT(madvise(p + 5 * PAGE, PAGE, MADV_DONTNEED));
	RESULT(mlock(p + 5 * PAGE, 2 * PAGE));
	ASK(locked_kib() == 8);
	RESULT(mlock(hole, PAGE));
	RESULT(mprotect(p + 8 * PAGE, PAGE, PROT_NONE));
	RESULT(mlock(p + 8 * PAGE, PAGE));
	ASK(locked_kib() == 12);
	RESULT(munlock(p + 8 * PAGE, PAGE));
	CHILD("locks are not inherited", { _exit(locked_kib() == 0 ? 0 : 1); });
	RESULT(munlock(p + 5 * PAGE, PAGE));
	ASK(locked_kib() == 4);
	RESULT(munlockall());
	ASK(locked_kib() == 0);
	RESULT(mlockall(0));
	RESULT(mlockall(128));

	getrlimit(RLIMIT_AS, &lim);
	lim.rlim_cur = 64UL << 20;
	RESULT(setrlimit(RLIMIT_AS, &lim));
	WORKS(mmap(NULL, 128UL << 20, RW, ANON, -1, 0));
	WORKS(mmap(NULL, 1UL << 20, RW, ANON, -1, 0));
	return 0;
}
