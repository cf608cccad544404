// SPDX-License-Identifier: MIT
/* The stack grows on demand, up to its limit, and not into something else. */
#include "t.h"

static unsigned long __attribute__((noinline)) deep(unsigned long depth)
{
	volatile char frame[2048];

	frame[0] = depth;
	return depth ? deep(depth - 1) + (frame[0] == (char)depth) : 0;
}

static void far_below(size_t bytes)
{
	char *here = __builtin_frame_address(0);

	*(volatile char *)(here - bytes) = 1;
}

static void limited(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_STACK, &limit);
	limit.rlim_cur = bytes;
	RESULT(setrlimit(RLIMIT_STACK, &limit));
	say("depth %lu", deep(bytes / 4096));
	deep(bytes);
}

int main(int argc, char **argv)
{
	struct rlimit limit;

	if (argc > 1) { /* after exec, with a large argument */
		say("argument of %zu", strlen(argv[1]));
		return 0;
	}
	getrlimit(RLIMIT_STACK, &limit);
	limit.rlim_cur = 8 << 20; /* what a shell may have changed */
	setrlimit(RLIMIT_STACK, &limit);
	say("depth %lu", deep(1000));
	CHILD("6 MiB down at once", far_below(6 << 20));
	CHILD("9 MiB down at once", far_below(9 << 20));
	CHILD("a limit of 256 KiB", limited(256 << 10));
	CHILD("down to the end", deep(1UL << 40));
	CHILD("execute the stack", {
		volatile unsigned char code[16] = { 0xc3 };
		((void (*)(void))code)();
	});
	CHILD("a large argument", {
		char *big = malloc(100001);

		memset(big, 'x', 100000);
		big[100000] = 0;
		execl(argv[0], argv[0], big, NULL);
		_exit(9);
	});
	CHILD("too large an argument", {
		char *big = malloc(200001);

		memset(big, 'x', 200000);
		big[200000] = 0;
		RESULT(execl(argv[0], argv[0], big, NULL));
	});
	return 0;
}
