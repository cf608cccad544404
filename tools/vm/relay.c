// SPDX-License-Identifier: MIT
/* The run itself: QEMU as a child, everything between it and our own descriptors in one poll loop. */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POWEROFF_SECONDS 10     /* for QEMU to end after the guest said that it is done */

static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
	stop_signal = sig;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void make_fifos(struct run *r)
{
	char path[160];
	int i;

	for (i = 0; i < NR_PORTS; i++) {
		snprintf(r->fifo[i], sizeof(r->fifo[i]), "%s/com%d", r->dir, i + 1);
		snprintf(path, sizeof(path), "%s.in", r->fifo[i]);
		if (mkfifo(path, 0600))
			die("%s: %s", path, strerror(errno));
		snprintf(path, sizeof(path), "%s.out", r->fifo[i]);
		if (mkfifo(path, 0600))
			die("%s: %s", path, strerror(errno));
	}
}

static int open_fifo(const struct run *r, int port, const char *end, int flags)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s.%s", r->fifo[port], end);
	fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
#ifdef F_SETPIPE_SZ
	fcntl(fd, F_SETPIPE_SZ, 1 << 20); /* head-room while this process waits for a CPU; less is no error */
#endif
	return fd;
}

static void show_command(char *const argv[])
{
	for (; *argv; argv++)
		fprintf(stderr, strpbrk(*argv, " '") ? "'%s' " : "%s ", *argv);
	fprintf(stderr, "\n");
}

static pid_t start_qemu(const struct run *r)
{
	char **argv = qemu_command(r);
	pid_t pid;

	if (r->opt->verbose)
		show_command(argv);
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setpgid(0, 0); /* ^C reaches vmrun, which ends QEMU */
		dup2(null, 0);
		dup2(2, 1);
		execvp(argv[0], argv);
		fprintf(stderr, "vmrun: %s: %s (tools/setup installs it)\n", argv[0], strerror(errno));
		_exit(127);
	}
	return pid;
}

static void start(struct relay *y, struct run *r)
{
	int i;

	memset(y, 0, sizeof(*y));
	y->run = r;
	make_fifos(r);
	for (i = 0; i < NR_PORTS; i++)
		y->port[i] = open_fifo(r, i, "out", O_RDONLY);
	/* Held open in both directions so that neither open nor a write fails before QEMU is there. */
	y->stdin_frames = open_fifo(r, PORT_OUT, "in", O_RDWR);
	streams_open(y);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGHUP, on_signal);
	y->qemu = start_qemu(r);
	y->deadline = now() + r->opt->timeout;
}

static void finish_qemu(struct relay *y, bool by_force)
{
	int status;

	if (!y->qemu)
		return;
	if (by_force)
		kill(y->qemu, SIGKILL);
	if (waitpid(y->qemu, &status, by_force ? 0 : WNOHANG) == y->qemu)
		y->qemu = 0;
}

/* Standard input goes out only when the guest asks: a frame is two bytes of length and the data; length 0: the end. */
static void send_stdin(struct relay *y)
{
	unsigned char frame[2 + 4096];
	size_t want = y->stdin_wanted < 4096 ? y->stdin_wanted : 4096;
	ssize_t n = read(STDIN_FILENO, frame + 2, want);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		n = 0;
	frame[0] = n & 255;
	frame[1] = n >> 8;
	y->stdin_wanted = 0;
	if (write(y->stdin_frames, frame, n + 2) != n + 2)
		die("the guest's input FIFO is full");
}

/* Reads a port once. false: nothing more will come (QEMU has closed it). */
static bool read_port(struct relay *y, int port)
{
	char bytes[65536];
	ssize_t n = read(y->port[port], bytes, sizeof(bytes));

	if (n > 0)
		streams_feed(y, port, bytes, n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void step(struct relay *y)
{
	struct pollfd fds[NR_PORTS + 3];
	int i, nr = NR_PORTS;

	for (i = 0; i < NR_PORTS; i++)
		fds[i] = (struct pollfd){ y->port[i], POLLIN, 0 };
	for (i = 0; i < NR_SINKS; i++)
		fds[nr++] = (struct pollfd){ sink_waits(&y->sink[i]) ? y->sink[i].fd : -1, POLLOUT, 0 };
	fds[nr] = (struct pollfd){ y->stdin_wanted ? STDIN_FILENO : -1, POLLIN, 0 };
	if (poll(fds, nr + 1, 100) <= 0)
		return;
	for (i = 0; i < NR_PORTS; i++)
		if (fds[i].revents & POLLIN)
			read_port(y, i);
	for (i = 0; i < NR_SINKS; i++)
		if (fds[NR_PORTS + i].revents)
			sink_step(&y->sink[i]);
	if (fds[nr].revents)
		send_stdin(y);
}

/* What is still in the FIFOs once QEMU is gone. */
static void drain(struct relay *y)
{
	char bytes[65536];
	ssize_t n;
	int i;

	for (i = 0; i < NR_PORTS; i++)
		while ((n = read(y->port[i], bytes, sizeof(bytes))) > 0)
			streams_feed(y, i, bytes, n);
}

static int verdict(const struct relay *y, bool late)
{
	if (stop_signal)
		return 128 + stop_signal;
	if (y->sink[SINK_OUT].broken)
		return 128 + SIGPIPE;
	if (y->done)
		return y->exit_code;
	if (!late)
		fprintf(stderr, "vmrun: the machine stopped before the program ended\n");
	else if (!y->ready)
		fprintf(stderr, "vmrun: the machine did not get to the program in %u s\n", y->run->opt->timeout);
	else
		fprintf(stderr, "vmrun: stopped after %u s\n", y->run->opt->timeout);
	return late && y->ready ? EXIT_TIMEOUT : EXIT_MACHINE;
}

int relay(struct run *r)
{
	struct relay y;
	bool late = false;
	int code;

	start(&y, r);
	while (y.qemu && !stop_signal && !y.sink[SINK_OUT].broken) {
		if (y.done && !y.done_at)
			y.done_at = now();
		if (now() > y.deadline || (y.done_at && now() > y.done_at + POWEROFF_SECONDS)) {
			late = !y.done;
			break;
		}
		step(&y);
		finish_qemu(&y, false);
	}
	finish_qemu(&y, true);
	drain(&y);
	code = verdict(&y, late);
	streams_close(&y, code);
	return code;
}
