// SPDX-License-Identifier: MIT
/*
 * Process 1. Mounts what is not mounted yet, then either runs what tools/vmrun put into the initramfs
 * (/vmrun/conf) and powers off, or starts the demonstration programs, asks for the report, and keeps the
 * viewer and a shell on the console in turns, reaping whatever is orphaned.
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
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SHELL "/bin/sh"
#define VIEWER "/bin/atlas"
#define PAUSE 2         /* seconds before a program that could not be started is tried again */

void say(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere to say it */
}

/* Is something mounted on @path, which lies in @parent? */
static bool is_mounted(const char *path, const char *parent)
{
	struct stat a, b;

	return !stat(path, &a) && !stat(parent, &b) && a.st_dev != b.st_dev;
}

/* A file system that the kernel has mounted already answers EBUSY; one that it doesn't know, ENODEV. */
static void mount_one(const char *type, const char *where)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) && errno != EBUSY && errno != ENODEV && errno != ENOSYS)
		say("init: can't mount %s on %s: %s", type, where, strerror(errno));
}

static void mount_all(void)
{
	mount_one("devtmpfs", "/dev");
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mkdir("/dev/shm", 01777);
	if (!is_mounted("/dev/shm", "/dev"))
		mount_one("tmpfs", "/dev/shm");
	mkdir("/tmp", 01777);
	chmod("/tmp", 01777);
	chmod("/dev/shm", 01777);
	mkdir("/dev/mqueue", 01777);
	if (!is_mounted("/dev/mqueue", "/dev"))
		mount_one("mqueue", "/dev/mqueue");
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/mounts", "/etc/mtab");
}

/* Without an initial console (a devtmpfs made by ourselves) the three descriptors are not there yet. */
static void open_console(void)
{
	int fd;

	if (fcntl(STDERR_FILENO, F_GETFD) >= 0)
		return;
	fd = open("/dev/console", O_RDWR);
	while (fd >= 0 && fd < 2)
		fd = dup(fd);
}

/* The console gives single keys and does not echo them. @was: what to restore. False: no terminal. */
static bool single_keys(struct termios *was)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, was))
		return false;
	raw = *was;
	raw.c_lflag &= ~(ICANON | ECHO);
	return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void write_report(void)
{
	int fd = open("/proc/atlas/report", O_WRONLY);
	struct termios was;
	bool keys;

	if (fd < 0)
		return; /* not Atlas */
	keys = single_keys(&was);       /* they turn its pages */
	if (write(fd, "show\n", 5) < 0)
		say("init: the report could not be shown: %s", strerror(errno));
	if (keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &was);
	close(fd);
}

/* The viewer, or the shell: in a new session with the console as its terminal, so that ^C and job control work. */
static pid_t start_program(bool viewer)
{
	static char *const viewer_argv[] = { "atlas", NULL }, *const shell_argv[] = { "-sh", NULL };
	static char *const envp[] = { "HOME=/root", "PATH=/bin:/sbin:/usr/bin:/usr/sbin", "TERM=xterm-256color",
		"PS1=atlas:\\w\\$ ", "SHELL=" SHELL, NULL };
	pid_t pid = fork();

	if (pid)
		return pid;
	setsid();
	ioctl(STDIN_FILENO, TIOCSCTTY, 1);
	if (chdir("/root"))
		say("init: /root: %s", strerror(errno));
	execve(viewer ? VIEWER : SHELL, viewer ? viewer_argv : shell_argv, envp);
	say("init: %s: %s", viewer ? VIEWER : SHELL, strerror(errno));
	_exit(127);
}

/* BusyBox's poweroff, reboot and halt send process 1 these signals. */
static volatile sig_atomic_t ending;

static void on_ending(int sig)
{
	ending = sig == SIGUSR2 ? RB_POWER_OFF : sig == SIGTERM ? RB_AUTOBOOT : RB_HALT_SYSTEM;
}

static void catch_endings(void)
{
	struct sigaction action = { .sa_handler = on_ending };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* Everybody gets a second to end by SIGTERM, then the machine is off, or starts again. */
static void end_if_asked(void)
{
	if (!ending)
		return;
	kill(-1, SIGTERM);
	nanosleep(&(struct timespec){ 1, 0 }, NULL);
	kill(-1, SIGKILL);
	sync();
	reboot(ending);
	say("init: the machine does not go off: %s", strerror(errno));
}

/* Reaps everything; returns when @pid has ended: did it end well? */
static bool wait_for(pid_t pid)
{
	int status = 0;
	pid_t done;

	do {
		end_if_asked();
		done = waitpid(-1, &status, 0);
	} while (done != pid && (done > 0 || errno == EINTR));
	return done == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Is @word one of the kernel's options? */
static bool has_option(const char *word)
{
	char line[2048], *save, *p;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	for (p = strtok_r(line, " \n", &save); p; p = strtok_r(NULL, " \n", &save))
		if (!strcmp(p, word))
			return true;
	return false;
}

/* The report's last page stays until somebody is there. Any key: is it the viewer that is wanted? */
static bool wait_for_key(bool viewer)
{
	const char *text = viewer ? " Press any key to look around in it, s for a shell. " : " Press Enter for a shell. ";
	struct termios was;
	char c = 0;

	if (tcgetattr(STDIN_FILENO, &was) || (viewer && !single_keys(&was)) || write(STDERR_FILENO, text, strlen(text)) < 0)
		return viewer;
	while (read(STDIN_FILENO, &c, 1) == 1 && !viewer && c != '\n')
		;
	usleep(20000);                  /* the rest of an arrow key's sequence */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	return viewer && c != 's';
}

/* Viewer and shell in turns: leaving one opens the other. start=shell: the shell alone. */
static void serve_for_ever(void)
{
	bool has_viewer = !access(VIEWER, X_OK) && !has_option("start=shell"), viewer, well;
	pid_t pid;

	if (access(SHELL, X_OK)) {
		say("init: there is no %s in the initramfs; nothing left to do", SHELL);
		for (;;)
			if (waitpid(-1, NULL, 0) < 0)
				pause();
	}
	viewer = wait_for_key(has_viewer);
	for (;;) {
		if (!viewer && has_viewer)
			say("exit: back to the viewer. poweroff: switch the machine off.");
		pid = start_program(viewer);
		well = pid > 0 && wait_for(pid);
		if (pid < 0)
			say("init: can't start a program: %s", strerror(errno));
		if (!well && (viewer || !has_viewer))
			nanosleep(&(struct timespec){ PAUSE, 0 }, NULL);
		viewer = has_viewer && !viewer;
	}
}

int main(void)
{
	if (getpid() != 1) {
		say("init: this is process 1's program");
		return 1;
	}
	mount_all();
	open_console();
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "xterm-256color", 1);
	if (!access(VMRUN_CONF, F_OK)) {
		vmrun_guest();
		sync();
		reboot(RB_POWER_OFF);
		say("init: power off failed: %s", strerror(errno));
		for (;;)
			pause();
	}
	catch_endings();
	show_start();
	write_report();
	serve_for_ever();
}
