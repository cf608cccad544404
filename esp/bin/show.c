// SPDX-License-Identifier: MIT
/* Starts the demonstration programs (esp/bin/demo.c under its several names) for the report. */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define READY_FD 3              /* where a demonstration program says that its memory is as it wants it */
#define READY_MS 5000

static const char *const programs[] = {
	"/bin/demo-tree", "/bin/demo-heap", "/bin/demo-mmap", "/bin/demo-stack", "/bin/demo-file",
};

static void start_one(const char *path)
{
	char *argv[] = { (char *)path, NULL };
	struct pollfd ready;
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC)) {
		say("init: %s: no pipe: %s", path, strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		if (ends[1] == READY_FD)
			fcntl(READY_FD, F_SETFD, 0);
		else
			dup2(ends[1], READY_FD);
		execv(path, argv);
		say("init: %s: %s", path, strerror(errno));
		_exit(127);
	}
	close(ends[1]);
	ready = (struct pollfd){ ends[0], POLLIN, 0 };
	if (pid < 0)
		say("init: %s: %s", path, strerror(errno));
	else if (poll(&ready, 1, READY_MS) <= 0 || read(ends[0], &byte, 1) != 1)
		say("init: %s did not get ready", path);
	close(ends[0]);
}

void show_start(void)
{
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		start_one(programs[i]);
}
