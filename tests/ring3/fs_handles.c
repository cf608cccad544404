/* SPDX-License-Identifier: MIT */
/* name_to_handle_at(2), open_by_handle_at(2) on a tmpfs. As root. */
#include "t.h"

#define BASE "/dev/shm/atlas.handles"

static struct { unsigned int bytes, type; unsigned char id[128]; } h;

static long name(int dir, const char *path, void *handle, int flags)
{
	int mount_id;

	return syscall(SYS_name_to_handle_at, dir, path, handle, &mount_id, flags);
}

static int by_handle(int where, void *handle, int flags)
{
	return syscall(SYS_open_by_handle_at, where, handle, flags);
}

int main(void)
{
	struct stat a, b;
	int base, fd, size;

	if (system("rm -rf " BASE))
		return 1;
	mkdir(BASE, 0755);
	if (chdir(BASE))
		return 1;
	base = open(".", O_RDONLY | O_DIRECTORY);
	close(open("f", O_CREAT | O_WRONLY, 0600));
	WORKS(symlink("f", "l"));
	h.bytes = 0;
	WORKS(name(base, "f", &h, 0));
	size = h.bytes;
	say("%d bytes, type %d", size, h.type);
	WORKS(name(base, "f", &h, 0));
	fd = by_handle(base, &h, O_RDWR);
	fstat(fd, &a), stat("f", &b);
	say("opened: %d, the same: %d", fd >= 0, a.st_ino == b.st_ino);
	WORKS(write(fd, "text", 4));
	WORKS(by_handle(AT_FDCWD, &h, O_RDONLY | O_DIRECTORY));
	WORKS(by_handle(AT_FDCWD, &h, O_PATH));
	WORKS(by_handle(99, &h, O_RDONLY));
	WORKS(by_handle(open("/proc/self", O_RDONLY), &h, O_RDONLY));
	WORKS(rename("f", "g"));
	WORKS(by_handle(base, &h, O_RDONLY));
	close(fd);
	fd = 99;
	for (int i = 3; i < 99; i++)
		if (i != base)
			close(i);
	WORKS(unlink("g"));
	WORKS(by_handle(base, &h, O_RDONLY));
	h.bytes = 200;
	WORKS(name(base, "l", &h, 0));
	WORKS(by_handle(base, &h, O_RDONLY));
	h.bytes = 128;
	WORKS(name(base, "l", &h, 0));
	WORKS(by_handle(base, &h, O_RDONLY));
	WORKS(name(base, "l", &h, AT_SYMLINK_FOLLOW));
	WORKS(name(base, "", &h, 0));
	WORKS(name(base, "", &h, AT_EMPTY_PATH));
	WORKS(by_handle(base, &h, O_RDONLY | O_DIRECTORY));
	WORKS(name(base, "l", (void *)8, 0));
	WORKS(name(AT_FDCWD, "/proc/self/maps", &h, 0));
	h.bytes = 0;
	WORKS(by_handle(base, &h, O_RDONLY));
	h.bytes = size;
	if (setuid(1000) == 0)
		WORKS(by_handle(base, &h, O_RDONLY));
	return 0;
}
