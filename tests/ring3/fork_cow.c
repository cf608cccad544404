// SPDX-License-Identifier: MIT
/* fork: memory is copied on write, in both directions and over generations; shared memory is shared. */
#include "t.h"

static int data_word = 1, bss_word;

static void generations(char *p, int depth)
{
	pid_t pid;
	int status;

	p[depth * PAGE] = 'a' + depth;
	if (depth == 5) {
		ASK(p[0] == 'a' && p[PAGE] == 'b' && p[5 * PAGE] == 'f' && p[6 * PAGE] == 'x');
		return;
	}
	pid = fork();
	if (pid == 0) {
		generations(p, depth + 1);
		_exit(depth);
	}
	waitpid(pid, &status, 0);
	say_status("generation", status);
	ASK(p[(depth + 1) * PAGE] == 'x');
}

static unsigned long sum(const unsigned char *p, size_t n)
{
	unsigned long s = 0;

	while (n--)
		s = s * 31 + *p++;
	return s;
}

int main(void)
{
	char *private = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0);
	char *shared = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned char *big = mmap(NULL, 8 << 20, RW, ANON, -1, 0);
	int stack_word = 1, *heap_word = malloc(sizeof(int)), i, status;
	unsigned long before;

	*heap_word = 1;
	memset(private, 'x', 16 * PAGE);
	CHILD("child writes", {
		data_word = bss_word = stack_word = *heap_word = 2;
		private[0] = 'c';
		shared[0] = 's';
		ASK(private[0] == 'c' && private[1] == 'x');
	});
	ASK(data_word == 1 && bss_word == 0 && stack_word == 1 && *heap_word == 1 && private[0] == 'x');
	ASK(shared[0] == 's');
	generations(private, 0);

	/* The parent writes while children that were forked before still read the old bytes. */
	for (i = 0; i < 8 << 20; i++)
		big[i] = i * 7 + (i >> 12);
	before = sum(big, 8 << 20);
	for (i = 0; i < 8; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			int turn;

			for (turn = 0; turn < 3; turn++)
				if (sum(big, 8 << 20) != before)
					_exit(1);
			memset(big + (i << 20), 0, 1 << 20);
			_exit(sum(big, 8 << 20) == before);
		}
	}
	memset(big, 0xee, 8 << 20);
	for (i = 0; i < 8; i++) {
		wait(&status);
		say_status("reader", status);
	}
	ASK(big[12345] == 0xee);
	RESULT(wait(&status));
	ASK(errno == ECHILD);
	return 0;
}
