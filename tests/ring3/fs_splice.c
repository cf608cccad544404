/* SPDX-License-Identifier: MIT */
/* tee(2), vmsplice(2) on pipes; openat2(2)'s ways to resolve. */
#include "t.h"
#include <sys/uio.h>

static long tee_(int in, int out, size_t n, int flags) { return syscall(SYS_tee, in, out, n, flags); }
static long vmsplice_(int fd, const struct iovec *v, size_t n, int flags) { return syscall(SYS_vmsplice, fd, v, n, flags); }

static long drain(int fd)
{
	static char buf[65536];
	long n, all = 0;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		all += n;
	return all;
}

static void tees(void)
{
	int a[2], b[2], file = open("/proc/self/exe", O_RDONLY), status;
	char buf[64];
	long n;

	if (pipe(a) || pipe(b))
		return;
	WORKS(tee_(a[0], b[1], 100, 2));
	if (write(a[1], "some text", 9) != 9)
		say("write");
	n = tee_(a[0], b[1], 4, 0);
	say("some: %ld", n);
	n = tee_(a[0], b[1], 100, 0);
	say("all: %ld", n);
	n = read(b[0], buf, sizeof(buf));
	say("second pipe: %.*s", (int)n, buf);
	n = read(a[0], buf, sizeof(buf));
	say("first pipe: %.*s", (int)n, buf);
	WORKS(tee_(a[0], a[1], 10, 0));
	WORKS(tee_(file, a[1], 10, 0));
	WORKS(tee_(a[1], b[1], 10, 0));
	WORKS(tee_(a[0], 99, 10, 0));
	WORKS(tee_(a[0], b[1], 10, 16));
	WORKS(tee_(a[0], b[1], 0, 0));
	if (!fork()) {
		usleep(100000);
		_exit(write(a[1], "late", 4) != 4);
	}
	n = tee_(a[0], b[1], 100, 0);
	say("waited: %ld", n);
	wait(&status);
	drain(a[0]);
	close(a[1]);
	say("no writer: %ld", tee_(a[0], b[1], 100, 0));
	drain(b[0]);
	for (int i = 0; i < 200; i++)
		n = write(b[1], buf, sizeof(buf)) < 0 ? -1 : 0;
	signal(SIGPIPE, SIG_IGN);
	if (pipe(a) || write(a[1], "x", 1) != 1)
		return;
	close(b[0]);
	WORKS(tee_(a[0], b[1], 1, 0));
}

static void vmsplices(void)
{
	static char big[200000] __attribute__((aligned(4096)));
	struct iovec v[3] = { { "one ", 4 }, { "two ", 4 }, { "three", 5 } };
	struct iovec large = { big, sizeof(big) };
	int p[2], fd;
	char buf[64];
	long n;

	if (pipe(p))
		return;
	n = vmsplice_(p[1], v, 3, 0);
	say("in: %ld", n);
	n = read(p[0], buf, sizeof(buf));
	say("read: %.*s", (int)n, buf);
	n = vmsplice_(p[1], &large, 1, 0);
	say("as much as has room: %ld", n);
	WORKS(vmsplice_(p[1], v, 1, 2));
	say("there: %ld", drain(p[0]));
	large.iov_len = 60000;
	n = vmsplice_(p[1], &large, 1, 0);
	fd = syscall(SYS_memfd_create, "x", 0);
	say("spliced of %ld: %ld", n, (long)syscall(SYS_splice, p[0], NULL, fd, NULL, 100000, 0));
	if (write(p[1], "out of it", 9) != 9)
		say("write");
	v[0] = (struct iovec){ buf, 4 };
	v[1] = (struct iovec){ buf + 10, 40 };
	n = vmsplice_(p[0], v, 2, 0);
	say("out: %ld %.4s|%.5s", n, buf, buf + 10);
	WORKS(vmsplice_(p[0], v, 1, 2));
	v[0].iov_base = (void *)8;
	WORKS(vmsplice_(p[1], v, 1, 0));
	WORKS(vmsplice_(0x7fff, v, 1, 0));
	WORKS(vmsplice_(open("/proc/self/exe", O_RDONLY), v, 1, 0));
	WORKS(vmsplice_(p[1], v, 2000, 0));
	signal(SIGPIPE, SIG_IGN);
	close(p[0]);
	v[0].iov_base = buf;
	WORKS(vmsplice_(p[1], v, 1, 0));
}

struct how { unsigned long flags, mode, resolve, more[2]; };

static long open2(int dir, const char *path, unsigned long flags, unsigned long resolve)
{
	struct how h = { flags, (flags & O_CREAT) ? 0600 : 0, resolve, { 0, 0 } };

	return syscall(SYS_openat2, dir, path, &h, 24UL);
}

static void resolves(void)
{
	static struct how h[2000];
	int dir, pipes[2];
	char fd[64];

	mkdir("/tmp/atlas.o2", 0755);
	mkdir("/tmp/atlas.o2/d", 0755);
	dir = open("/tmp/atlas.o2", O_RDONLY | O_DIRECTORY);
	close(openat(dir, "f", O_CREAT | O_WRONLY, 0644));
	WORKS(symlinkat("/f", dir, "abs"));
	WORKS(symlinkat("../f", dir, "d/up"));
	WORKS(symlinkat("../../f", dir, "d/out"));
	WORKS(open2(dir, "/f", O_RDONLY, 0x10));
	WORKS(open2(dir, "/f", O_CREAT | O_RDWR, 0x10));
	WORKS(open2(dir, "abs", O_RDONLY, 0x10));
	WORKS(open2(dir, "abs", O_CREAT | O_RDWR, 0x10));
	WORKS(open2(dir, "d/out", O_RDONLY, 0x10));
	WORKS(open2(dir, "d/out", O_CREAT | O_RDWR, 0x10));
	WORKS(open2(dir, "abs", O_RDONLY, 8));
	WORKS(open2(dir, "d/up", O_RDONLY, 8));
	WORKS(open2(dir, "d/up", O_CREAT | O_RDWR, 8));
	WORKS(open2(dir, "d/out", O_CREAT | O_RDWR, 8));
	WORKS(open2(dir, "..", O_RDONLY, 8));
	WORKS(open2(dir, "d/..", O_RDONLY, 8));
	WORKS(open2(dir, "d/up", O_RDONLY, 4));
	WORKS(open2(dir, "d/up", O_CREAT | O_RDWR, 4));
	WORKS(open2(dir, "/proc/version", O_RDONLY, 1));
	WORKS(open2(dir, "/proc/self/exe", O_RDONLY, 2));
	WORKS(open2(dir, "/proc/self/exe", O_CREAT | O_RDONLY, 2));
	if (pipe(pipes))
		return;
	snprintf(fd, sizeof(fd), "/proc/self/fd/%d", pipes[0]);
	WORKS(open2(dir, fd, O_RDONLY, 2));
	WORKS(open2(dir, fd, O_RDONLY, 0));
	WORKS(syscall(SYS_openat2, dir, "f", h, 23UL));
	WORKS(syscall(SYS_openat2, dir, "f", h, 40UL));
	h[0].more[1] = 1;
	WORKS(syscall(SYS_openat2, dir, "f", h, 40UL));
	WORKS(syscall(SYS_openat2, dir, "f", h, 8192UL));
	unlinkat(dir, "d/up", 0), unlinkat(dir, "d/out", 0), unlinkat(dir, "abs", 0), unlinkat(dir, "f", 0), unlinkat(dir, "d", AT_REMOVEDIR);
	rmdir("/tmp/atlas.o2");
}

int main(void)
{
	tees();
	vmsplices();
	resolves();
	return 0;
}
