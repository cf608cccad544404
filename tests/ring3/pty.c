/* SPDX-License-Identifier: MIT */
/*
 * Pseudo terminals: the pair, the line discipline seen from both ends, VMIN and VTIME, signals from the keyboard,
 * window size, packet mode, hangup from either side. Job control is in pty_jobs.c.
 */
#include "t.h"
#include "pty.h"
#include <poll.h>
#include <time.h>

static void birth(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), slave, lock = 0, n = -1;
	char name[32];
	struct stat st;
	struct winsize w = { 1, 1, 1, 1 };

	ASK(master >= 0);
	RESULT(ioctl(master, TIOCGPTLCK, &lock));
	say("locked %d", lock);
	RESULT(ioctl(master, TIOCGPTN, &n));
	snprintf(name, sizeof(name), "/dev/pts/%d", n);
	RESULT(open(name, O_RDWR | O_NOCTTY));
	lock = 0;
	RESULT(ioctl(master, TIOCSPTLCK, &lock));
	slave = open(name, O_RDWR | O_NOCTTY);
	ASK(slave >= 0);
	ASK(isatty(master) && isatty(slave));
	ASK(fstat(slave, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev >> 8 == 136);
	ASK(ttyname(slave) && !strcmp(ttyname(slave), name));
	RESULT(ioctl(slave, TIOCGWINSZ, &w));
	say("window %d %d", w.ws_row, w.ws_col);
	RESULT(ioctl(slave, TIOCGPTN, &n));
	RESULT(tcgetpgrp(slave));
	RESULT(tcgetsid(slave));
	RESULT(tcgetpgrp(master));
	RESULT(lseek(slave, 0, SEEK_CUR));
	close(slave);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	ASK(slave >= 0 && isatty(slave));
	RESULT(close(master));
	RESULT(open(name, O_RDWR | O_NOCTTY));
	close(slave);
	for (int i = 0; i < 300; i++)
		close(posix_openpt(O_RDWR | O_NOCTTY));
	WORKS(close(posix_openpt(O_RDWR)));
}

static void lines(void)
{
	struct pair p = pair_open();
	struct termios t;

	tcgetattr(p.slave, &t);
	say("flags %o %o %o %o", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
	send_text(p.slave, "to the master\n");
	show(p.master, "master reads");
	send_text(p.master, "to the slave\n");
	show(p.master, "echo");
	show(p.slave, "slave reads");
	send_text(p.master, "ab\177c two  words\027x\001\tq\n");
	show(p.master, "edited echo");
	show(p.slave, "edited");
	send_text(p.master, "gone\025kept\026\003\n");
	show(p.master, "killed echo");
	show(p.slave, "killed");
	send_text(p.master, "no newline\004");
	show(p.slave, "end of file key");
	send_text(p.master, "\004");
	RESULT(read(p.slave, &t, 5));
	send_text(p.master, "one\ntwo\n");
	show(p.slave, "first line");
	show(p.slave, "second line");
	drain(p.master);
	send_text(p.master, "ab\rcd");
	RESULT(read(p.slave, &t, 2));
	show(p.slave, "rest of the line");
	fcntl(p.slave, F_SETFL, O_NONBLOCK);
	RESULT(read(p.slave, &t, 5));
	send_text(p.master, "\n");
	show(p.slave, "the other line");
	drain(p.master);
	t.c_lflag = 0;
	fcntl(p.master, F_SETFL, O_NONBLOCK);
	RESULT(read(p.master, &t, 5));
	pair_close(&p);
}

static void output_modes(void)
{
	struct pair p = pair_open();
	struct termios t, raw;
	int n = -1;

	tcgetattr(p.slave, &t);
	raw = t;
	raw.c_oflag = 0;
	tcsetattr(p.slave, TCSANOW, &raw);
	send_text(p.slave, "raw\n");
	show(p.master, "raw");
	raw.c_oflag = OPOST | OCRNL | XTABS;
	tcsetattr(p.master, TCSADRAIN, &raw);
	send_text(p.slave, "a\tb\rc\n");
	show(p.master, "OCRNL, XTABS");
	tcgetattr(p.master, &raw);
	ASK(raw.c_oflag == (OPOST | OCRNL | XTABS));
	tcsetattr(p.slave, TCSANOW, &t);
	send_text(p.slave, "12345");
	usleep(20000);
	RESULT(ioctl(p.master, FIONREAD, &n));
	say("waiting %d", n);
	send_text(p.master, "\023");
	usleep(20000);
	fcntl(p.slave, F_SETFL, O_NONBLOCK);
	RESULT(write(p.slave, "stopped", 7));
	send_text(p.master, "\021");
	usleep(20000);
	RESULT(write(p.slave, "going", 5));
	show(p.master, "all of it");
	send_text(p.master, "typed");
	usleep(20000);
	RESULT(tcflush(p.slave, TCIFLUSH));
	send_text(p.master, " more\n");
	show(p.slave, "after the flush");
	RESULT(tcflow(p.slave, 99));
	RESULT(tcflush(p.slave, 99));
	pair_close(&p);
}

static long tenths(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 10 + t.tv_nsec / 100000000;
}

/* A child writes @first, waits @gap tenths, writes @second. */
static void feed(int fd, const char *first, int gap, const char *second)
{
	if (fork() == 0) {
		usleep(100000);
		send_text(fd, first);
		usleep(gap * 100000);
		send_text(fd, second);
		_exit(0);
	}
}

static void min_time(int slave, int master, int vmin, int vtime, const char *first, int gap, const char *second)
{
	struct termios t;
	char buf[64];
	long start, took;
	int n;

	tcgetattr(slave, &t);
	t.c_cc[VMIN] = vmin;
	t.c_cc[VTIME] = vtime;
	tcsetattr(slave, TCSANOW, &t);
	if (first)
		feed(master, first, gap, second);
	start = tenths();
	n = read(slave, buf, sizeof(buf));
	took = tenths() - start;
	say("VMIN %d VTIME %d: %d bytes%s", vmin, vtime, n, took < 1 ? ", at once" : took < gap ? ", before the second piece" : "");
	while (wait(NULL) > 0)
		;
	usleep(10000);
	tcflush(slave, TCIFLUSH);
}

static void raw_reads(void)
{
	struct pair p = pair_open();

	pair_raw(p.slave);
	min_time(p.slave, p.master, 0, 0, NULL, 0, "");
	min_time(p.slave, p.master, 0, 3, NULL, 0, "");
	min_time(p.slave, p.master, 0, 20, "abc", 3, "de");
	min_time(p.slave, p.master, 1, 0, "abc", 3, "de");
	min_time(p.slave, p.master, 4, 0, "abc", 3, "de");
	min_time(p.slave, p.master, 9, 2, "abc", 9, "de");
	min_time(p.slave, p.master, 5, 20, "abc", 3, "de");
	send_text(p.master, "\003\004\r\177");
	show(p.slave, "raw bytes");
	pair_close(&p);
}

/* Reads @want bytes from @fd, @step at a time. What was written may be on its way for a moment: Linux moves it by a worker. */
static long read_all(int fd, long want, size_t step)
{
	struct pollfd pf = { fd, POLLIN, 0 };
	static char big[100000];
	long got = 0, n;

	while (got < want && poll(&pf, 1, 2000) == 1 && (n = read(fd, big, step)) > 0)
		got += n;
	return got;
}

/* More than either direction holds, both ends in one process. */
static void full(void)
{
	struct pair p = pair_open();
	static char big[1000];
	struct pollfd pf = { p.slave, POLLIN | POLLOUT, 0 };
	long out = 0, n;

	pair_raw(p.slave);
	fcntl(p.slave, F_SETFL, O_NONBLOCK);
	fcntl(p.master, F_SETFL, O_NONBLOCK);
	memset(big, 'x', sizeof(big));
	while ((n = write(p.slave, big, 1000)) > 0)
		out += n;
	say("full slave: %s, %s", name_of_errno(errno), out >= 4000 ? "some pages" : "little");
	ASK(read_all(p.master, out, 100000) == out);
	RESULT(poll(&pf, 1, 2000));
	say("events %x", pf.revents);
	for (out = 0; (n = write(p.master, big, 1000)) > 0 && out < 1000000;)
		out += n;
	say("full master: %s, %s", name_of_errno(errno), out >= 4000 && out < 1000000 ? "some pages" : "odd");
	ASK(read_all(p.slave, out, 777) == out);
	pair_close(&p);
}

static void packets(void)
{
	struct pair p = pair_open();
	struct pollfd pf = { p.master, POLLIN | POLLPRI, 0 };
	struct termios t;
	int on = 1;

	RESULT(ioctl(p.slave, TIOCPKT, &on));
	RESULT(ioctl(p.master, TIOCPKT, &on));
	send_text(p.slave, "data");
	show(p.master, "packet");
	tcflush(p.slave, TCIFLUSH);
	RESULT(poll(&pf, 1, 100));
	say("events %x", pf.revents);
	show(p.master, "flushed");
	tcgetattr(p.slave, &t);
	t.c_iflag &= ~IXON;
	tcsetattr(p.slave, TCSANOW, &t);
	show(p.master, "IXON off");
	t.c_iflag |= IXON;
	tcsetattr(p.slave, TCSANOW, &t);
	show(p.master, "IXON on");
	on = 0;
	RESULT(ioctl(p.master, TIOCPKT, &on));
	send_text(p.slave, "plain");
	show(p.master, "no packet");
	pair_close(&p);
}

static void hangups(void)
{
	struct pair p = pair_open();
	struct pollfd pf = { p.master, POLLIN | POLLOUT, 0 };
	char name[32], c;

	strcpy(name, ttyname(p.slave));
	send_text(p.slave, "last words");
	close(p.slave);
	RESULT(poll(&pf, 1, 100));
	say("events %x", pf.revents & (POLLIN | POLLHUP));
	show(p.master, "before the end");
	RESULT(read(p.master, &c, 1));
	p.slave = open(name, O_RDWR | O_NOCTTY);
	ASK(p.slave >= 0);
	send_text(p.slave, "again");
	show(p.master, "reopened");
	send_text(p.master, "never read\n");
	usleep(20000);
	close(p.master);
	RESULT(read(p.slave, &c, 1));
	RESULT(write(p.slave, &c, 1));
	RESULT(isatty(p.slave));
	RESULT(tcgetpgrp(p.slave));
	pf.fd = p.slave;
	RESULT(poll(&pf, 1, 0));
	say("events %x", pf.revents & (POLLIN | POLLHUP | POLLERR));
	close(p.slave);
}

/* The settings in System V's form: the low half of the flags, eight characters. */
static void termio(void)
{
	struct { unsigned short iflag, oflag, cflag, lflag; unsigned char line, cc[8]; } o;
	struct pair p = pair_open();
	struct termios t;

	WORKS(ioctl(p.slave, 0x5405, &o));
	say("%x %x %x %x, intr %d", o.iflag, o.oflag, o.cflag, o.lflag, o.cc[0]);
	o.lflag &= ~ECHO;
	o.cc[0] = 7;
	WORKS(ioctl(p.slave, 0x5408, &o));
	tcgetattr(p.slave, &t);
	say("%x %x %x %x, intr %d, werase %d", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, t.c_cc[VINTR], t.c_cc[VWERASE]);
	WORKS(ioctl(p.slave, 0x5405, NULL));
	pair_close(&p);
}

int main(void)
{
	birth();
	lines();
	output_modes();
	raw_reads();
	full();
	packets();
	hangups();
	termio();
	return 0;
}
