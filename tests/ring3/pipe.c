// SPDX-License-Identifier: MIT
/* Pipes: capacity, blocking, end of file, EPIPE, poll, two writers, a long way. */
#include "t.h"
#include <sys/socket.h>

#include <poll.h>

static void long_way(void)
{
	enum { STAGES = 10, BYTES = 200000 };
	int in = -1, ends[2], i, status;
	unsigned long sum = 0, n = 0;
	unsigned char buf[777];
	ssize_t got;

	for (i = 0; i < STAGES; i++) {
		if (pipe(ends))
			return;
		if (fork() == 0) {
			close(ends[0]);
			if (i == 0) {
				for (n = 0; n < BYTES; n++) {
					unsigned char c = n * 13;

					if (write(ends[1], &c, 1) != 1)
						_exit(1);
				}
			}
			while (in >= 0 && (got = read(in, buf, 100 + i)) > 0)
				if (write(ends[1], buf, got) != got)
					_exit(2);
			_exit(0);
		}
		close(ends[1]);
		close(in);
		in = ends[0];
	}
	while ((got = read(in, buf, sizeof(buf))) > 0)
		for (i = 0; i < got; i++, n++)
			sum = sum * 31 + buf[i];
	close(in);
	say("long way: %lu bytes, sum %lx", n, sum);
	while (wait(&status) > 0)
		if (status)
			say_status("stage", status);
}

/* An end that is opened a second time, through /proc, does not wait for the other side, which may be gone. */
static void opened_again(void)
{
	int ends[2], again;
	char name[40], buf[16];

	alarm(10);
	if (pipe(ends))
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[0]);
	RESULT(write(ends[1], "left", 4));
	close(ends[1]);
	again = open(name, O_RDONLY);
	RESULT(read(again, buf, sizeof(buf)));
	RESULT(read(again, buf, sizeof(buf)));
	close(ends[0]);
	close(again);
	if (pipe(ends))
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[1]);
	close(ends[0]);
	again = open(name, O_WRONLY | O_NONBLOCK);
	ASK(again >= 0);
	RESULT(write(again, "x", 1));
	close(ends[1]);
	close(again);
	alarm(0);
}

/* What splice takes out of a pipe and the other file does not take stays in the pipe. */
static void splice_keeps(void)
{
	static char data[100], got[200];
	int p[2], s[2], f = memfd_create("file", 0);
	ssize_t n;

	for (int i = 0; i < 100; i++)
		data[i] = 'a' + i % 26;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 40, RLIM_INFINITY });
	if (pipe(p) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s) || write(p[1], data, 100) != 100)
		return;
	n = splice(p[0], NULL, f, NULL, 100, 0);
	say("splice beyond the limit: %zd", n);
	n = splice(p[0], NULL, f, NULL, 60, 0);
	say("at the limit: %zd %s", n, n < 0 ? name_of_errno(errno) : "");
	while (write(s[0], data, 100) > 0)
		;
	n = splice(p[0], NULL, s[0], NULL, 60, 0);
	say("to a full socket: %zd %s", n, n < 0 ? name_of_errno(errno) : "");
	n = read(p[0], got, sizeof(got));
	say("in the pipe are %zd, %s", n, n > 0 && !memcmp(got, data + 100 - n, n) ? "the right ones" : "others");
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
}

int main(void)
{
	static char big[70000];
	int ends[2], flags;
	struct pollfd p;
	char buf[16];
	ssize_t n;

	signal(SIGPIPE, SIG_IGN);
	RESULT(syscall(SYS_pipe, 8));
	RESULT(pipe2(ends, 0x40000000));
	RESULT(pipe(ends));
	RESULT(write(ends[1], "hello", 5));
	RESULT(read(ends[0], buf, 3));
	RESULT(read(ends[0], buf, 16));
	RESULT(write(ends[0], "x", 1));
	RESULT(read(ends[1], buf, 1));
	RESULT(lseek(ends[0], 0, SEEK_SET));
	RESULT(write(ends[1], NULL, 0));
	RESULT(write(ends[1], (void *)8, 5));
	close(ends[0]);
	close(ends[1]);
	if (pipe(ends))
		return 1;
	close(ends[0]);
	close(ends[1]);
	if (pipe(ends))
		return 1;
	flags = fcntl(ends[1], F_GETFL);
	RESULT(fcntl(ends[1], F_SETFL, flags | O_NONBLOCK));
	RESULT(write(ends[1], big, sizeof(big))); /* as much as it holds */
	RESULT(write(ends[1], big, 1));
	RESULT(fcntl(ends[1], F_GETPIPE_SZ));
	p = (struct pollfd){ ends[1], POLLOUT, 0 };
	RESULT(poll(&p, 1, 0));
	p = (struct pollfd){ ends[0], POLLIN, 0 };
	RESULT(poll(&p, 1, 0));
	ASK(p.revents == POLLIN);
	for (n = 0; n < 65536; n += 4096)
		if (read(ends[0], big, 4096) != 4096)
			say("short read");
	RESULT(fcntl(ends[0], F_SETFL, O_NONBLOCK));
	RESULT(read(ends[0], buf, 1));
	RESULT(close(ends[1]));
	RESULT(read(ends[0], buf, 1)); /* end of file */
	p = (struct pollfd){ ends[0], POLLIN, 0 };
	RESULT(poll(&p, 1, -1));
	ASK(p.revents == POLLHUP);
	close(ends[0]);
	if (pipe(ends))
		return 1;
	close(ends[0]);
	RESULT(write(ends[1], "x", 1));
	signal(SIGPIPE, SIG_DFL);
	CHILD("write to a pipe without readers", RESULT(write(ends[1], "x", 1)));
	close(ends[1]);
	if (pipe(ends))
		return 1;
	CHILD("child reads what its parent's child writes", {
		if (fork() == 0) {
			usleep(10000);
			_exit(write(ends[1], "late", 4) != 4);
		}
		close(ends[1]);
		RESULT(read(ends[0], buf, 16)); /* waits */
	});
	close(ends[1]);
	long_way();
	signal(SIGPIPE, SIG_IGN);
	opened_again();
	splice_keeps();
	return 0;
}
