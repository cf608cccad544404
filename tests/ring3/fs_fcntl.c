/* SPDX-License-Identifier: MIT */
/* fcntl(2): who gets a file's signals (F_SETOWN, F_SETSIG, O_ASYNC), leases, dnotify. Works in a fresh tmpfs directory. */
#include "t.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static volatile sig_atomic_t got, got_code, got_fd;
static volatile long got_band;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	got = sig;
	got_code = info->si_code;
	got_fd = info->si_code > 0 && info->si_code < 0x80 ? info->si_fd : -1;
	got_band = info->si_code > 0 && info->si_code < 0x80 ? info->si_band : 0;
}

static void listen_to(int sig)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	sigaction(sig, &sa, NULL);
}

static void seen(const char *what, int fd)
{
	say("%s: signal %s code %d band %lx, its descriptor: %s", what, !got ? "none" : got == SIGIO ? "SIGIO" : got == SIGRTMIN + 1 ? "RT" : "other",
	    (int)got_code, got_band, got_fd == fd ? "yes" : "no");
	got = got_code = got_band = 0;
	got_fd = -1;
}

static void owners(int fd)
{
	struct f_owner_ex ex = { F_OWNER_TID, getpid() };

	RESULT(fcntl(fd, F_GETOWN));
	RESULT(fcntl(fd, F_GETSIG));
	RESULT(fcntl(fd, F_SETOWN, 0x3fffffff));
	RESULT(fcntl(fd, F_SETOWN, (int)0x80000000));
	RESULT(fcntl(fd, F_SETSIG, 65));
	RESULT(fcntl(fd, F_SETSIG, -1));
	RESULT(fcntl(fd, F_SETOWN_EX, &ex));
	ex.pid = 0;
	RESULT(fcntl(fd, F_GETOWN_EX, &ex));
	ASK(ex.type == F_OWNER_TID && ex.pid == getpid());
	ASK(fcntl(fd, F_GETOWN) == getpid());
	ex.type = 7;
	RESULT(fcntl(fd, F_SETOWN_EX, &ex));
	RESULT(fcntl(fd, F_SETOWN_EX, (void *)8));
	setpgid(0, 0);
	RESULT(fcntl(fd, F_SETOWN, -getpgrp()));
	RESULT(fcntl(fd, F_GETOWN_EX, &ex));
	ASK(ex.type == F_OWNER_PGRP && ex.pid == getpgrp());
	ASK(fcntl(fd, F_GETOWN) == -getpgrp());
	RESULT(fcntl(fd, F_SETOWN, 0));
	RESULT(fcntl(fd, F_GETOWN));
}

static void async(const char *what, int rd, int wr)
{
	char c[64];
	int on = 0;

	say("-- %s", what);
	RESULT(fcntl(rd, F_SETFL, fcntl(rd, F_GETFL) | O_ASYNC | O_NONBLOCK));
	ASK(fcntl(rd, F_GETFL) & O_ASYNC);
	RESULT(write(wr, "a", 1));
	seen("no owner", rd);
	RESULT(fcntl(rd, F_SETOWN, getpid()));
	RESULT(write(wr, "a", 1));
	seen("owner", rd);
	RESULT(fcntl(rd, F_SETSIG, SIGRTMIN + 1));
	RESULT(write(wr, "a", 1));
	seen("real-time signal", rd);
	RESULT(fcntl(rd, F_SETOWN, -getpgrp()));
	RESULT(write(wr, "a", 1));
	seen("group", rd);
	RESULT(ioctl(rd, FIOASYNC, &on));
	ASK(fcntl(rd, F_GETFL) & O_ASYNC);
	RESULT(write(wr, "a", 1));
	seen("off", rd);
	RESULT(read(rd, c, sizeof(c)));
}

static void leases(void)
{
	int fd = open("lease", O_CREAT | O_RDWR, 0644), ro, p[2];
	char c;

	say("-- leases");
	RESULT(fcntl(fd, F_GETLEASE));
	RESULT(fcntl(fd, F_SETLEASE, F_RDLCK));
	RESULT(fcntl(fd, F_SETLEASE, F_UNLCK));
	RESULT(fcntl(fd, F_SETLEASE, 9));
	RESULT(fcntl(fd, F_SETLEASE, F_WRLCK));
	RESULT(fcntl(fd, F_GETLEASE));
	RESULT(open("lease", O_RDONLY | O_NONBLOCK));
	seen("opened for reading", fd);
	RESULT(fcntl(fd, F_GETLEASE));
	RESULT(open("lease", O_WRONLY | O_NONBLOCK));
	RESULT(fcntl(fd, F_GETLEASE));
	got = 0;
	RESULT(fcntl(fd, F_SETLEASE, F_UNLCK));
	close(fd);
	ro = open("lease", O_RDONLY);
	RESULT(fcntl(ro, F_SETLEASE, F_RDLCK));
	RESULT(fcntl(ro, F_SETSIG, SIGRTMIN + 1));
	fd = open("lease", O_RDONLY | O_NONBLOCK);
	ASK(fd >= 0);
	seen("read lease, opened for reading", ro);
	RESULT(fcntl(ro, F_SETLEASE, F_WRLCK));
	close(fd);
	RESULT(fcntl(ro, F_SETLEASE, F_WRLCK));
	RESULT(fcntl(ro, F_SETLEASE, F_RDLCK));
	RESULT(pipe(p));
	if (!fork()) {
		close(ro);
		fd = open("lease", O_WRONLY);
		if (write(p[1], fd >= 0 ? "y" : "n", 1) != 1)
			_exit(1);
		_exit(0);
	}
	while (!got)
		usleep(1000);
	seen("read lease, opened for writing", ro);
	RESULT(fcntl(ro, F_GETLEASE));
	RESULT(fcntl(ro, F_SETLEASE, F_UNLCK));
	RESULT(read(p[0], &c, 1));
	say("the other's open: %c", c);
	wait(NULL);
	RESULT(fcntl(p[0], F_SETLEASE, F_RDLCK));
	close(ro);
	close(p[0]);
	close(p[1]);
}

static void directories(void)
{
	int d, fd;

	say("-- dnotify");
	mkdir("d", 0755);
	d = open("d", O_RDONLY);
	fd = open("lease", O_RDONLY);
	RESULT(fcntl(fd, F_NOTIFY, DN_CREATE));
	RESULT(fcntl(d, F_SETSIG, SIGRTMIN + 1));
	RESULT(fcntl(d, F_NOTIFY, DN_CREATE | DN_DELETE));
	close(open("d/a", O_CREAT | O_WRONLY, 0644));
	seen("create", d);
	unlink("d/a");
	seen("delete, after the one shot", d);
	RESULT(fcntl(d, F_NOTIFY, DN_CREATE | DN_DELETE | DN_ATTRIB | DN_MODIFY | DN_MULTISHOT));
	close(open("d/a", O_CREAT | O_WRONLY, 0644));
	seen("create", d);
	chmod("d/a", 0600);
	seen("attributes", d);
	truncate("d/a", 5);
	seen("modify", d);
	unlink("d/a");
	seen("delete", d);
	RESULT(fcntl(d, F_NOTIFY, 0));
	mkdir("d/x", 0700);
	seen("after the end", d);
	RESULT(fcntl(d, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
	close(dup(d));
	mkdir("d/y", 0700);
	seen("after the close of a duplicate", d);
	close(fd);
	close(d);
}

int main(void)
{
	char dir[] = "/dev/shm/fcntl-XXXXXX";
	int p[2];

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	listen_to(SIGIO);
	listen_to(SIGRTMIN + 1);
	WORKS(pipe(p));
	owners(p[0]);
	async("a pipe", p[0], p[1]);
	WORKS(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	async("a socket", p[0], p[1]);
	p[0] = open("plain", O_CREAT | O_RDWR, 0600);
	RESULT(fcntl(p[0], F_SETFL, O_ASYNC));
	ASK(fcntl(p[0], F_GETFL) & O_ASYNC);
	leases();
	directories();
	return 0;
}
