// SPDX-License-Identifier: MIT
/* mremap: shrink, grow in place, move, fixed, DONTUNMAP; what is refused; contents follow. */
#include "t.h"

static bool filled(const char *p, size_t n, char c)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != c)
			return false;
	return true;
}

/* @pages of @c inside a larger hole, so that there is room to grow. */
static char *place(size_t room, size_t pages, char c)
{
	char *p = mmap(NULL, room * PAGE, PROT_NONE, ANON, -1, 0);

	munmap(p, room * PAGE);
	p = mmap(p, pages * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	memset(p, c, pages * PAGE);
	return p;
}

int main(void)
{
	char *p, *q, *r;

	catch_signal(SIGSEGV);
	p = place(64, 8, 'a');
	ASK(mremap(p, 8 * PAGE, 4 * PAGE, 0) == p);
	FAULT("beyond the shrunk end", p, (void)*(volatile char *)(p + 4 * PAGE));
	ASK(mremap(p, 4 * PAGE, 16 * PAGE, 0) == p);
	ASK(filled(p, 4 * PAGE, 'a') && filled(p + 4 * PAGE, 12 * PAGE, 0));
	q = mmap(p + 16 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	ASK(q == p + 16 * PAGE);
	WORKS(mremap(p, 16 * PAGE, 32 * PAGE, 0)); /* something is in the way */
	q = mremap(p, 16 * PAGE, 32 * PAGE, MREMAP_MAYMOVE);
	ASK(q != MAP_FAILED && q != p);
	ASK(filled(q, 4 * PAGE, 'a') && filled(q + 4 * PAGE, 28 * PAGE, 0));
	FAULT("the old place", p, (void)*(volatile char *)p);

	r = place(64, 1, 'r');
	ASK(mremap(q, 32 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, r) == r); /* shrinks and replaces */
	ASK(filled(r, 4 * PAGE, 'a') && filled(r + 4 * PAGE, 4 * PAGE, 0));
	FAULT("the place it left", q, (void)*(volatile char *)(q + 9 * PAGE));

	WORKS(mremap(r, 8 * PAGE, 8 * PAGE, MREMAP_FIXED, r + 64 * PAGE));
	WORKS(mremap(r, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, r + 4 * PAGE));
	WORKS(mremap(r, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, r + 1));
	WORKS(mremap(r + 1, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE));
	WORKS(mremap(r, 8 * PAGE, 0, MREMAP_MAYMOVE));
	WORKS(mremap(r, 8 * PAGE, 8 * PAGE, 64));
	WORKS(mremap(r + 32 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE)); /* not mapped */
	WORKS(mremap(r, 16 * PAGE, 32 * PAGE, MREMAP_MAYMOVE)); /* more than the mapping */
	WORKS(mremap(r, 0, 8 * PAGE, MREMAP_MAYMOVE)); /* private: nothing to duplicate */
	WORKS(mremap(r, 8 * PAGE, ~0UL & ~(PAGE - 1), MREMAP_MAYMOVE));

	/* A shared mapping is duplicated by old size 0. */
	p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	q = mremap(p, 0, 4 * PAGE, MREMAP_MAYMOVE);
	ASK(q != MAP_FAILED && q != p);
	p[PAGE] = 'x';
	ASK(q[PAGE] == 'x');

	/* DONTUNMAP leaves an empty mapping behind. */
	p = place(16, 8, 'd');
	q = mremap(p, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	ASK(q != MAP_FAILED && q != p && filled(q, 8 * PAGE, 'd'));
	ASK(filled(p, 8 * PAGE, 0));
	WORKS(mremap(p, 8 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0));

	/* 4 MiB between places that are aligned alike, and not; after a fork, both sides keep theirs. */
	p = mmap(NULL, 32UL << 20, PROT_NONE, ANON, -1, 0);
	p = (char *)(((uintptr_t)p + (2UL << 20) - 1) & ~((2UL << 20) - 1));
	RESULT(mprotect(p, 4UL << 20, RW));
	memset(p, 'm', 4UL << 20);
	ASK(mremap(p, 4UL << 20, 4UL << 20, MREMAP_MAYMOVE | MREMAP_FIXED, p + (8UL << 20)) == p + (8UL << 20));
	q = p + (8UL << 20);
	ASK(filled(q, 4UL << 20, 'm'));
	CHILD("child moves its copy", {
		char *c = mremap(q, 4UL << 20, 4UL << 20, MREMAP_MAYMOVE | MREMAP_FIXED, p + (16UL << 20) + 5 * PAGE);

		c[0] = 'c';
		_exit(filled(c + 1, (4UL << 20) - 1, 'm') ? 0 : 1);
	});
	ASK(filled(q, 4UL << 20, 'm'));
	return 0;
}
