/* SPDX-License-Identifier: MIT */
/* A pair of a pseudo terminal, for the tests of terminals. */
#ifndef TESTS_RING3_PTY_H
#define TESTS_RING3_PTY_H

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

struct pair { int master, slave; };

static struct pair pair_open(void)
{
	struct pair p = { posix_openpt(O_RDWR | O_NOCTTY), -1 };

	if (p.master < 0 || grantpt(p.master) || unlockpt(p.master))
		say("no pair: %s", name_of_errno(errno));
	p.slave = open(ptsname(p.master), O_RDWR | O_NOCTTY);
	return p;
}

__attribute__((unused)) static void pair_close(struct pair *p)
{
	close(p->slave);
	close(p->master);
}

__attribute__((unused)) static void pair_raw(int fd)
{
	struct termios t;

	tcgetattr(fd, &t);
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
}

static void send_text(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		say("sending failed: %s", name_of_errno(errno));
}

/* One read, after everything that is on its way has come; control characters made visible. */
__attribute__((unused)) static void show(int fd, const char *what)
{
	struct pollfd pf = { fd, POLLIN | POLLPRI, 0 };
	char buf[256], out[1024] = "";
	size_t o = 0;
	ssize_t n;

	if (poll(&pf, 1, 2000) != 1) {
		say("%s: nothing comes", what);
		return;
	}
	usleep(20000);
	n = read(fd, buf, sizeof(buf));
	if (n < 0) {
		say("%s: %s", what, name_of_errno(errno));
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		o += snprintf(out + o, sizeof(out) - o, buf[i] >= ' ' && buf[i] < 127 ? "%c" : "\\%03o", (unsigned char)buf[i]);
	say("%s: %zd \"%s\"", what, n, out);
}

__attribute__((unused)) static void drain(int fd)
{
	struct pollfd pf = { fd, POLLIN, 0 };
	char buf[256];

	while (poll(&pf, 1, 50) == 1 && read(fd, buf, sizeof(buf)) > 0)
		;
}

#endif
