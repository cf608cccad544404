/* SPDX-License-Identifier: MIT */
/* vhangup(2) and TIOCVHANGUP: who has the terminal open is at its end; it can be opened anew. As root. */
#include "t.h"
#include "pty.h"

static volatile sig_atomic_t hups;

static void on_hup(int sig)
{
	hups++;
}

static void state(const char *what, int fd)
{
	struct pollfd pf = { fd, POLLIN | POLLOUT, 0 };
	struct winsize w;
	char c;
	ssize_t n;

	poll(&pf, 1, 0);
	n = read(fd, &c, 1);
	say("%s: poll %x, read %zd %s", what, pf.revents, n, n < 0 ? name_of_errno(errno) : "");
	n = write(fd, "x", 1);
	say("  write %zd %s", n, n < 0 ? name_of_errno(errno) : "");
	n = ioctl(fd, TIOCGWINSZ, &w);
	say("  ioctl %s", n < 0 ? name_of_errno(errno) : "ok");
}

/* The leader of a session on the slave of @p hangs up its own terminal. */
static int leader(struct pair p, const char *name)
{
	int fd, tty;

	signal(SIGHUP, on_hup);
	setsid();
	fd = open(name, O_RDWR);
	tty = open("/dev/tty", O_RDWR);
	say("vhangup %d", vhangup());
	say("SIGHUP %d", (int)hups);
	state("own", fd);
	state("/dev/tty", tty);
	say("/dev/tty again: %s", open("/dev/tty", O_RDWR) < 0 ? name_of_errno(errno) : "ok");
	return 0;
}

int main(void)
{
	struct pair p = pair_open();
	const char *name = ptsname(p.master);
	int status, fd;

	if (!fork())
		_exit(leader(p, name));
	wait(&status);
	say("leader ended with %d", WEXITSTATUS(status));
	state("opened before, by another", p.slave);
	fd = open(name, O_RDWR | O_NOCTTY);
	say("opened anew: %d", fd >= 0);
	drain(p.master);
	send_text(fd, "hello\n");
	show(p.master, "master");
	send_text(p.master, "typed\n");
	show(fd, "slave");
	drain(p.master);
	say("TIOCVHANGUP %d", ioctl(fd, TIOCVHANGUP));
	state("hung up", fd);
	fd = open(name, O_RDWR | O_NOCTTY);
	close(p.master);
	state("without a master", fd);
	return 0;
}
