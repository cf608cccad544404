// SPDX-License-Identifier: MIT
/*
 * The first program of boots in which allocations failed (tests/cases/inject.py). The machine must be usable: this
 * looks at the kernel's books, has a child use what programs use, looks again, and ends with status 0, which the
 * kernel reports. What is wrong goes to /dev/kmsg, where no console is needed, and so does what is free and held.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE (1UL << 20)
#define TRIES 5         /* of what failed; one allocation or three are made to fail */

static int wrong;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *fmt, ...)
{
	char line[300];
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (int i = 0; i < TRIES; i++) {
		fd = open("/dev/kmsg", O_WRONLY);
		if (fd >= 0 && write(fd, line, strlen(line)) > 0)
			i = TRIES;
		close(fd);
	}
}

static void bad(const char *what)
{
	wrong = 1;
	say("bootcheck: WRONG: %s: %s", what, strerror(errno));
}

static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = 0, got = 0;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + got, size - got)) > 0)
		got += n;
	close(fd);
	return n < 0 ? -1 : got;
}

/* The file's text; "" when it is not there, which the kernel has said. */
static const char *text_of(const char *path)
{
	static char text[65536];
	ssize_t got = -1;

	for (int i = 0; i < TRIES && got < 0; i++) {
		got = read_file(path, text, sizeof(text) - 1);
		if (got < 0 && errno == ENOENT)
			got = 0;
	}
	if (got < 0)
		bad(path);
	text[got < 0 ? 0 : got] = '\0';
	return text;
}

static long number_after(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static void look_at_books(void)
{
	const char *text = text_of("/proc/atlas/accounting");

	errno = 0;
	if (*text && (number_after(text, "\nsum") != number_after(text, "\ntotal") || number_after(text, "\nlaw")))
		bad("the accounting does not close");
	text = text_of("/proc/atlas/allocators");
	if (*text && (number_after(text, "zones") || number_after(text, "slabs")))
		bad("/proc/atlas/allocators");
	text = text_of("/proc/atlas/verdict");
	if (*text && strncmp(text, "PASS", 4))
		bad("the verdict on the address space");
	text_of("/proc/atlas/report");
	text_of("/proc/atlas/report.json");
}

static void *thread(void *arg)
{
	return memset(arg, 2, SIZE);
}

/* What programs use. Needs no file system but the root. What can't be had is the exit status. */
static int use(void)
{
	static char in[5000], out[5000];
	char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t t;
	int pair[2], fd;

	if (p == MAP_FAILED || pthread_create(&t, NULL, thread, p) || pthread_join(t, NULL) || p[SIZE - 1] != 2 || munmap(p, SIZE))
		return 1;
	memset(in, 'x', sizeof(in));
	fd = open("/file", O_CREAT | O_RDWR, 0600);
	if (write(fd, in, sizeof(in)) != sizeof(in) || pread(fd, out, sizeof(out), 0) != sizeof(out) || memcmp(in, out, sizeof(in)) ||
	    close(fd) || unlink("/file"))
		return 2;
	if (pipe(pair) || write(pair[1], in, sizeof(in)) != sizeof(in) || read(pair[0], out, sizeof(out)) != sizeof(out))
		return 3;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || write(pair[1], in, 10) != 10 || read(pair[0], out, 10) != 10)
		return 4;
	return 0;
}

static int child(char *self)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execv(self, (char *[]){ self, "use", NULL });
		_exit(9);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* USB keyboards come by a thread, later. */
static void wait_for_usb(void)
{
	for (int i = 0; i < 50 && *text_of("/proc/atlas/usb") && !strstr(text_of("/proc/atlas/usb"), "keyboard"); i++)
		usleep(10000);
}

int main(int argc, char **argv)
{
	const char *text;
	int good = 0;

	if (argc > 1)
		return use();
	look_at_books();
	for (int i = 0; i < 2; i++)
		good += child(argv[0]);
	for (int i = 0; i < TRIES && !good; i++)
		good += child(argv[0]);
	if (!good)
		bad("a child");
	wait_for_usb();
	look_at_books();
	text = text_of("/proc/meminfo");
	say("bootcheck: free %ld kB", number_after(text, "MemFree:"));
	return wrong;
}
