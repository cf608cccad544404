// SPDX-License-Identifier: MIT
/*
 * The guest's half of tools/vmrun; tools/vm/vm.h says what goes over which serial port and which lines and marks
 * this file writes. The program's output goes to its port through a pipe and a small process that copies, so
 * that it is a pipe for the program as it is on the host; with `tty 1` the program has the port itself.
 */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS 4096
#define STDIN_FRAME 1024
#define DRAIN_MS 1000           /* for output to come out after the program's end, if a child still holds the pipe */

struct conf {
	char token[64];
	bool tty, use_stdin;
	unsigned int line_timeout;
	int port[3];            /* ttyS1 (both directions), ttyS2, ttyS3 */
};

static void tell(const struct conf *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One line on the control port, in one write so that lines of two processes don't mix. */
static void tell(const struct conf *c, const char *fmt, ...)
{
	char line[300];
	va_list ap;
	int n;

	n = snprintf(line, sizeof(line), "%s ", c->token);
	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(c->port[2], line, n) != n)
		say("vmrun: the control port does not take a line");
}

/* No translation, no echo, no signals: bytes. */
static void make_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t))
		return;
	cfmakeraw(&t);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSANOW, &t);
}

static void open_ports(struct conf *c)
{
	static const char *const names[] = { "/dev/ttyS1", "/dev/ttyS2", "/dev/ttyS3" };
	int i;

	for (i = 0; i < 3; i++) {
		c->port[i] = open(names[i], O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (c->port[i] < 0)
			say("vmrun: %s: %s", names[i], strerror(errno));
		else
			make_raw(c->port[i]);
	}
}

static void read_conf(struct conf *c)
{
	FILE *f = fopen(VMRUN_CONF, "r");
	char line[4096];

	memset(c, 0, sizeof(*c));
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "token ", 6))
			snprintf(c->token, sizeof(c->token), "%.63s", line + 6);
		else if (!strncmp(line, "tty ", 4))
			c->tty = line[4] == '1';
		else if (!strncmp(line, "stdin ", 6))
			c->use_stdin = line[6] == '1';
		else if (!strncmp(line, "line-timeout ", 13))
			c->line_timeout = strtoul(line + 13, NULL, 10);
		else if (!strncmp(line, "env ", 4))
			putenv(strdup(line + 4));
	}
	if (f)
		fclose(f);
	unlink(VMRUN_CONF); /* the token is nobody's business from here on */
}

static void write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno != EINTR)
			return;
		if (done > 0) {
			bytes += done;
			n -= done;
		}
	}
}

/* The process between a pipe and a port. */
static pid_t start_copy(int from, int to, int not_this)
{
	static char bytes[65536];
	pid_t pid = fork();
	ssize_t n;

	if (pid)
		return pid;
	close(not_this); /* the pipe's other end: else it would never end */
	while ((n = read(from, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			write_all(to, bytes, n);
	_exit(0);
}

static bool read_exactly(int fd, unsigned char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = read(fd, bytes, n);

		if (done <= 0 && errno != EINTR)
			return false;
		if (done > 0) {
			bytes += done;
			n -= done;
		}
	}
	return true;
}

/*
 * The process that fetches standard input: asks on the control port, gets one frame on ttyS1. A frame is
 * asked for only when the one before is in the pipe, so the port's few bytes of buffer never overflow.
 */
static pid_t start_fetch(const struct conf *c, int to, int not_this)
{
	unsigned char head[2], data[STDIN_FRAME];
	pid_t pid = fork();
	size_t n;

	if (pid)
		return pid;
	close(not_this);
	signal(SIGPIPE, SIG_DFL);
	for (;;) {
		tell(c, "stdin %d", STDIN_FRAME);
		if (!read_exactly(c->port[0], head, 2))
			break;
		n = head[0] | head[1] << 8;
		if (n == 0 || n > sizeof(data) || !read_exactly(c->port[0], data, n))
			break;
		write_all(to, (char *)data, n);
	}
	_exit(0);
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/*
 * Reaps whatever ends until all of @pids have (each is set to 0 then, and *status is the last one's), or
 * @until (ms) has come if it is not negative. The alarm only interrupts the wait.
 */
static bool wait_gone(pid_t *pids, int nr, long long until, int *status)
{
	struct itimerval tick = { { 0, 20000 }, { 0, 20000 } }, off = { { 0, 0 }, { 0, 0 } };
	int i, left = 0, st;

	for (i = 0; i < nr; i++)
		left += pids[i] > 0;
	if (until >= 0)
		setitimer(ITIMER_REAL, &tick, NULL);
	while (left > 0 && (until < 0 || now_ms() < until)) {
		pid_t done = waitpid(-1, &st, 0);

		if (done < 0 && errno != EINTR)
			break;
		for (i = 0; i < nr; i++) {
			if (done <= 0 || pids[i] != done)
				continue;
			pids[i] = 0;
			*status = st;
			left--;
		}
	}
	if (until >= 0)
		setitimer(ITIMER_REAL, &off, NULL);
	return left == 0;
}

static void on_alarm(int sig) { (void)sig; }

struct streams {
	int in, out[2];         /* what the program gets as 0, 1, 2 */
	pid_t copy[2], fetch;
};

static void start_streams(const struct conf *c, struct streams *s)
{
	int i, ends[2];

	s->fetch = s->copy[0] = s->copy[1] = -1;
	s->in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < 2; i++) {
		s->out[i] = c->port[i];
		if (c->tty || pipe2(ends, O_CLOEXEC))
			continue;
		s->copy[i] = start_copy(ends[0], c->port[i], ends[1]);
		close(ends[0]);
		s->out[i] = ends[1];
	}
	if (!c->use_stdin || pipe2(ends, O_CLOEXEC))
		return;
	s->fetch = start_fetch(c, ends[1], ends[0]);
	close(ends[1]);
	close(s->in);
	s->in = ends[0];
}

static void run_child(const struct conf *c, const struct streams *s, char **argv)
{
	int i;

	setsid();
	dup2(s->in, 0);
	dup2(s->out[0], 1);
	dup2(s->out[1], 2);
	signal(SIGALRM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	/* Closes whatever of ours is not marked close-on-exec. */
	for (i = 3; i < 32; i++)
		fcntl(i, F_SETFD, FD_CLOEXEC);
	execvp(argv[0], argv);
	i = errno;
	tell(c, "say %s: %s", argv[0], i == ENOENT && !access(argv[0], F_OK) ?
	     "its interpreter (dynamic linker) is not in the guest" : strerror(i));
	_exit(i == ENOENT ? 127 : 126);
}

/* After the program: its own leftovers have a moment to finish writing, then everything but us is killed. */
static void end_streams(const struct conf *c, struct streams *s)
{
	int i, status;

	close(s->in);
	for (i = 0; i < 2; i++)
		if (s->out[i] != c->port[i])
			close(s->out[i]);
	if (s->fetch > 0)
		kill(s->fetch, SIGKILL);
	wait_gone(s->copy, 2, now_ms() + DRAIN_MS, &status);
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void write_marks(const struct conf *c, int status)
{
	char mark[96];
	int n = snprintf(mark, sizeof(mark), "%c%s %d\n", 0, c->token, status);

	write_all(c->port[1], mark, n);
	write_all(c->port[0], mark, n);
}

static int run_one(const struct conf *c, char **argv)
{
	struct streams s;
	int status = 0;
	pid_t pid;

	start_streams(c, &s);
	pid = fork();
	if (pid == 0)
		run_child(c, &s, argv);
	if (pid < 0) {
		tell(c, "say can't start a process: %s", strerror(errno));
		status = 126 << 8;
	} else if (!wait_gone(&pid, 1, c->line_timeout ? now_ms() + c->line_timeout * 1000LL : -1, &status)) {
		kill(-pid, SIGKILL);
		wait_gone(&pid, 1, -1, &status);
		status = 124 << 8;
	}
	end_streams(c, &s);
	write_marks(c, status);
	tell(c, "exit %d", status);
	return status;
}

/* The whole of /vmrun/commands. */
static char *read_commands(size_t *size)
{
	int fd = open(VMRUN_COMMANDS, O_RDONLY);
	struct stat st;
	char *text;

	*size = 0;
	if (fd < 0 || fstat(fd, &st) || !(text = malloc(st.st_size + 1)))
		return NULL;
	while (*size < (size_t)st.st_size) {
		ssize_t n = read(fd, text + *size, st.st_size - *size);

		if (n <= 0)
			break;
		*size += n;
	}
	close(fd);
	unlink(VMRUN_COMMANDS);
	return text;
}

void vmrun_guest(void)
{
	static char *words[MAX_WORDS + 1];
	struct conf c;
	size_t size, at, nr = 0;
	char *text;

	read_conf(&c);
	open_ports(&c);
	text = read_commands(&size);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm }, NULL);
	write_marks(&c, 0);
	tell(&c, "ready");
	for (at = 0; text && at < size; at += strlen(text + at) + 1) {
		if (text[at] == 'w' && nr < MAX_WORDS) {
			words[nr++] = text + at + 1;
		} else if (text[at] == 'e') {
			words[nr] = NULL;
			if (nr)
				run_one(&c, words);
			nr = 0;
		}
	}
	tell(&c, "done");
}
