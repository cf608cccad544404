/* SPDX-License-Identifier: MIT */
/*
 * Sessions and job control on a pseudo terminal: a child plays the shell (session leader, controlling terminal, process
 * groups in front and behind), this process the person at the keyboard.
 */
#include "t.h"
#include "pty.h"

static struct pair p;
static int report_fd;           /* the shell and its jobs say here what happens: the terminal is what is tested */

__attribute__((format(printf, 1, 2))) static void tell(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (write(report_fd, line, n) != n)
		_exit(98);
}

/* What was told, up to the next line's end; a second without any: "silence". */
static void listen_to(int fd)
{
	struct pollfd pf = { fd, POLLIN, 0 };
	char line[256];
	int n = 0;

	while (n < 255 && poll(&pf, 1, 3000) == 1 && read(fd, line + n, 1) == 1)
		if (line[n++] == '\n') {
			line[n - 1] = '\0';
			say("  %s", line);
			return;
		}
	say("  silence");
}

static volatile sig_atomic_t signals;

static void on_signal(int sig)
{
	signals++;
	tell("signal %d\n", sig);
}

static void await_signal(void)
{
	while (!signals)
		usleep(1000);
	signals--;
}

/* A child that is the leader of a session on the slave runs @shell. Its pid; *fd: what it tells. */
static pid_t start(void (*shell)(void), int *fd)
{
	int ends[2];
	pid_t pid;

	p = pair_open();
	if (pipe(ends))
		say("no pipe");
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		close(p.master);
		report_fd = ends[1];
		no_core();
		setsid();
		if (ioctl(p.slave, TIOCSCTTY, 0))
			tell("TIOCSCTTY: %s\n", name_of_errno(errno));
		shell();
		_exit(0);
	}
	close(ends[1]);
	close(p.slave);
	*fd = ends[0];
	return pid;
}

static void finish(pid_t pid, int fd, bool hang_up)
{
	int status;

	if (hang_up)
		close(p.master);
	if (waitpid(pid, &status, 0) == pid)
		say_status("the shell", status);
	if (!hang_up)
		close(p.master);
	close(fd);
}

/* ---- the session ---- */

static void session_shell(void)
{
	char name[64] = "?", c;
	int tty = open("/dev/tty", O_RDWR), fd;

	tell("/dev/tty %s, tcgetpgrp %s, tcgetsid %s\n", tty >= 0 ? "opens" : "does not open",
	     tcgetpgrp(tty) == getpgrp() ? "is ours" : "is not ours", tcgetsid(tty) == getsid(0) ? "is ours" : "is not ours");
	tell("TIOCSCTTY again %d\n", ioctl(p.slave, TIOCSCTTY, 0));
	if (fork() == 0) {
		tell("a child's TIOCSCTTY: %s\n", ioctl(p.slave, TIOCSCTTY, 0) ? name_of_errno(errno) : "works");
		setsid();
		tell("in its own session, /dev/tty: %s\n", open("/dev/tty", O_RDWR) < 0 ? name_of_errno(errno) : "opens");
		tell("and the terminal is %s\n", ioctl(p.slave, TIOCSCTTY, 0) ? name_of_errno(errno) : "its own");
		tell("tcgetpgrp: %s\n", tcgetpgrp(p.slave) < 0 ? name_of_errno(errno) : "some group");
		fd = open(ttyname_r(p.slave, name, sizeof(name)) ? "?" : name, O_RDWR);
		tell("opening it %s\n", fd >= 0 && open("/dev/tty", O_RDWR) < 0 ? "does not make it ours" : "?");
		_exit(0);
	}
	wait(NULL);
	tell("tcsetpgrp to nobody: %s\n", tcsetpgrp(tty, 999999) ? name_of_errno(errno) : "works");
	tell("tcsetpgrp to another session's: %s\n", tcsetpgrp(tty, getpgid(getppid())) ? name_of_errno(errno) : "works");
	tell("reading: %zd\n", read(tty, &c, 1));
	signal(SIGHUP, on_signal);
	signal(SIGCONT, on_signal);
	tell("TIOCNOTTY %d\n", ioctl(tty, TIOCNOTTY, 0));
	tell("afterwards %s\n", open("/dev/tty", O_RDWR) < 0 ? name_of_errno(errno) : "it opens");
}

static void sessions(void)
{
	int fd;
	pid_t pid = start(session_shell, &fd);

	for (int i = 0; i < 9; i++)
		listen_to(fd);
	send_text(p.master, "k\n");
	for (int i = 0; i < 5; i++)
		listen_to(fd);
	finish(pid, fd, false);
}

/* A session leader that opens a terminal gets it; not with O_NOCTTY. */
static void by_opening(void)
{
	struct pair own = pair_open();
	char *name = ptsname(own.master);

	close(own.slave);
	CHILD("opening makes it the controlling terminal", {
		setsid();
		open(name, O_RDWR | O_NOCTTY);
		say("O_NOCTTY: %s", open("/dev/tty", O_RDWR) < 0 ? name_of_errno(errno) : "it is");
		open(name, O_RDWR);
		WORKS(open("/dev/tty", O_RDWR));
	});
	close(own.master);
}

/* ---- keys that are signals ---- */

static void key_shell(void)
{
	signal(SIGINT, on_signal);
	signal(SIGQUIT, on_signal);
	signal(SIGWINCH, on_signal);
	signal(SIGTTOU, SIG_IGN);
	tell("ready\n");
	for (int i = 0; i < 3; i++)
		await_signal();
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			setpgid(0, 0);
			tcsetpgrp(p.slave, getpgrp());
			signal(SIGINT, SIG_DFL);
			signal(SIGQUIT, SIG_DFL);
			tell("job\n");
			for (;;)
				pause();
		}
		setpgid(pid, pid);
		waitpid(pid, &status, WUNTRACED);
		tell("job: %s %d\n", WIFSTOPPED(status) ? "stopped" : "killed", WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
		tcsetpgrp(p.slave, getpgrp());
		if (WIFSTOPPED(status)) {
			kill(-pid, SIGCONT);
			waitpid(pid, &status, WCONTINUED);
			tell("job: %s\n", WIFCONTINUED(status) ? "continued" : "?");
			kill(-pid, SIGKILL);
			waitpid(pid, &status, 0);
		}
	}
}

static void keys(void)
{
	struct winsize w = { 40, 100, 0, 0 }, got = { 0 };
	int fd;
	pid_t pid = start(key_shell, &fd);
	const char *key[3] = { "\003", "\034", "\032" };

	listen_to(fd);
	send_text(p.master, "lost");
	show(p.master, "the terminal shows");
	send_text(p.master, "\003");
	listen_to(fd);
	show(p.master, "and");
	send_text(p.master, "\034");
	listen_to(fd);
	RESULT(ioctl(p.master, TIOCSWINSZ, &w));
	listen_to(fd);
	RESULT(ioctl(p.master, TIOCGWINSZ, &got));
	say("window %d %d", got.ws_row, got.ws_col);
	for (int i = 0; i < 3; i++) {
		listen_to(fd);
		usleep(20000);
		send_text(p.master, key[i]);
		listen_to(fd);
	}
	listen_to(fd);
	finish(pid, fd, false);
}

/* ---- jobs behind ---- */

/* Runs @job behind the shell until it stops or ends; then brings it to the front and waits again. */
static void behind(const char *what, void (*job)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_DFL);
		job();
		_exit(0);
	}
	setpgid(pid, pid);
	waitpid(pid, &status, WUNTRACED);
	if (!WIFSTOPPED(status)) {
		tell("%s: ended %d\n", what, WEXITSTATUS(status));
		return;
	}
	tell("%s: stopped by %d\n", what, WSTOPSIG(status));
	tcsetpgrp(p.slave, pid);
	kill(-pid, SIGCONT);
	waitpid(pid, &status, WUNTRACED);
	tell("in front: %s %d\n", WIFEXITED(status) ? "exit" : "?", WEXITSTATUS(status));
	tcsetpgrp(p.slave, getpgrp());
}

static void reader(void)
{
	char buf[16];
	ssize_t n = read(p.slave, buf, sizeof(buf));

	tell("reads %zd\n", n);
}

static void blind_reader(void)
{
	char c;

	signal(SIGTTIN, SIG_IGN);
	tell("ignoring SIGTTIN: %s\n", read(p.slave, &c, 1) < 0 ? name_of_errno(errno) : "reads");
}

static void writer(void)
{
	tell("writes %zd\n", write(p.slave, "behind", 6));
}

static void setter(void)
{
	struct termios t;

	tcgetattr(p.slave, &t);
	tell("sets %d\n", tcsetattr(p.slave, TCSANOW, &t));
}

static void taker(void)
{
	tell("takes %d\n", tcsetpgrp(p.slave, getpgrp()));
}

static void job_shell(void)
{
	struct termios t;

	signal(SIGTTOU, SIG_IGN);
	behind("reader", reader);
	behind("reader that ignores", blind_reader);
	behind("writer", writer);
	tcgetattr(p.slave, &t);
	t.c_lflag |= TOSTOP;
	tcsetattr(p.slave, TCSANOW, &t);
	behind("writer, TOSTOP", writer);
	behind("setter", setter);
	behind("taker", taker);
}

static void jobs(void)
{
	int fd;
	pid_t pid = start(job_shell, &fd);

	listen_to(fd);
	send_text(p.master, "typed\n");
	for (int i = 0; i < 15; i++)
		listen_to(fd);
	finish(pid, fd, false);
}

/* ---- the end of a session ---- */

static void orphan_shell(void)
{
	if (fork() == 0) {
		if (fork() == 0) {
			char c;

			setpgid(0, 0);
			usleep(50000);  /* the parent is gone: nobody could continue this group */
			tell("an orphan reads: %s\n", read(p.slave, &c, 1) < 0 ? name_of_errno(errno) : "something");
			tell("and writes %zd\n", write(p.slave, "x", 1));
		}
		_exit(0);
	}
	wait(NULL);
	usleep(300000);
}

static void leader_shell(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(p.slave, getpgrp());
		signal(SIGHUP, on_signal);
		tell("in front\n");
		await_signal();
		tell("/dev/tty: %s\n", open("/dev/tty", O_RDWR) < 0 ? name_of_errno(errno) : "opens");
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED | WNOHANG);
	usleep(200000);
}

static void hup_shell(void)
{
	char c;

	signal(SIGHUP, on_signal);
	tell("ready\n");
	await_signal();
	tell("read %zd\n", read(p.slave, &c, 1));
	tell("write %s\n", write(p.slave, "x", 1) < 0 ? name_of_errno(errno) : "works");
	tell("/dev/tty: %s\n", open("/dev/tty", O_RDWR) < 0 ? name_of_errno(errno) : "opens");
}

static void ends(void)
{
	int fd;
	pid_t pid = start(orphan_shell, &fd);

	say("an orphaned group");
	listen_to(fd);
	listen_to(fd);
	finish(pid, fd, false);
	say("the leader ends");
	pid = start(leader_shell, &fd);
	for (int i = 0; i < 3; i++)
		listen_to(fd);
	finish(pid, fd, false);
	say("the master is closed");
	pid = start(hup_shell, &fd);
	listen_to(fd);
	close(p.master);
	for (int i = 0; i < 4; i++)
		listen_to(fd);
	finish(pid, fd, false);
	say("... and nobody minds SIGHUP");
	pid = start(key_shell, &fd);
	listen_to(fd);
	finish(pid, fd, true);
}

int main(void)
{
	signal(SIGALRM, SIG_DFL);
	alarm(50);
	sessions();
	by_opening();
	keys();
	jobs();
	ends();
	return 0;
}
