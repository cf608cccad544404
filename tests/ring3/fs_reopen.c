// SPDX-License-Identifier: MIT
/* A descriptor without a name is opened again, linked or handled by /proc/self/fd: only pipes have a second end. */
#include "t.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static void open_again(const char *path, int flags)
{
	char again[64], text[64];
	int fd = open(path, flags | O_NONBLOCK, 0600);

	say("  %#x: %s", flags, fd < 0 ? name_of_errno(errno) : "open");
	if (fd < 0)
		return;
	if (!(flags & O_PATH))
		RESULT(read(fd, text, sizeof(text)));
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	WORKS(close(open(again, O_RDONLY | O_NONBLOCK)));
	RESULT(openat(fd, "", O_RDONLY));
	close(fd);
}

static void reopen(const char *name, int fd)
{
	static const int flags[] = { O_RDONLY, O_RDWR, O_WRONLY | O_TRUNC, O_CREAT, O_PATH, O_DIRECTORY };
	struct { struct file_handle h; char bytes[128]; } handle = { .h.handle_bytes = 128 };
	char path[64];
	int mount;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	say("%s: %s", name, fd < 0 ? name_of_errno(errno) : "there");
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		open_again(path, flags[i]);
	RESULT(name_to_handle_at(fd, "", &handle.h, &mount, AT_EMPTY_PATH));
	RESULT(linkat(AT_FDCWD, path, AT_FDCWD, "/tmp/reopen", AT_SYMLINK_FOLLOW));
	RESULT(truncate(path, 0));
	close(fd);
}

int main(void)
{
	sigset_t none;
	int ends[2];

	sigemptyset(&none);
	reopen("eventfd", eventfd(0, 0));
	reopen("epoll", epoll_create1(0));
	reopen("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
	reopen("signalfd", signalfd(-1, &none, 0));
	reopen("inotify", inotify_init());
	reopen("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	ASK(pipe(ends) == 0);
	reopen("pipe", ends[0]);
	return 0;
}
