// SPDX-License-Identifier: MIT
/*
 * Children that nobody waits for free themselves. A timer interrupt that was held up while one did so came right
 * behind, and counted time in what was free already: seen with slab_debug, in one exit of some hundred to thousand.
 *     autoreap [CHILDREN]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 10000;

	signal(SIGCHLD, SIG_IGN);
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid < 0 || (i % 8 == 7 && waitpid(-1, NULL, 0) != -1)) /* until all are gone */
			return 1;
	}
	printf("%ld children; the kernel lives\n", n);
	return 0;
}
