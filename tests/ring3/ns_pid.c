/* SPDX-License-Identifier: MIT */
/* PID name spaces: numbers by level, init's rights and duties, /proc, what leads from one to another. As root. */
#include "t.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>

struct clone_args { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup; };

static pid_t in_new(unsigned long flags)
{
	return syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void wait_for(pid_t pid, const char *what)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got != pid)
		say("%s: waitpid %s", what, name_of_errno(errno));
	else
		say_status(what, status);
}

/* Lines of @path that begin with @what, without the first number of each when @deep. */
static void lines(const char *path, const char *what, bool deep)
{
	char line[200];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f)) {
		char *p = line + strlen(what);

		if (strncmp(line, what, strlen(what)))
			continue;
		line[strlen(line) - 1] = 0;
		if (deep)
			p += 1 + strcspn(p + 1, "\t");
		say("%s%s", what, p);
	}
	if (f)
		fclose(f);
}

static void numbers(void)
{
	pid_t pid = in_new(CLONE_NEWPID), child;

	if (!pid) {
		say("pid %d ppid %d pgrp %d sid %d tid %ld", getpid(), getppid(), getpgrp(), getsid(0), syscall(SYS_gettid));
		child = fork();
		if (!child) {
			say("pid %d ppid %d", getpid(), getppid());
			say("setsid %d pgrp %d sid %d", setsid(), getpgrp(), getsid(0));
			RESULT(getpgid(1));
			RESULT(getpgid(99));
			_exit(4);
		}
		wait_for(child, "child");
		say("child %d", child);
		RESULT(waitpid(77, NULL, 0));
		RESULT(kill(0x7ff0, 0));
		RESULT(kill(getppid(), 0));
		RESULT(setpgid(0, 0));
		say("pgrp %d", getpgrp());
		RESULT(unshare(CLONE_NEWPID));
		child = fork();
		if (!child) {
			say("deep: pid %d ppid %d", getpid(), getppid());
			_exit(5);
		}
		wait_for(child, "deep");
		say("deep child is %d", child);
		RESULT(fork());
		RESULT(unshare(CLONE_NEWPID));
		_exit(3);
	}
	wait_for(pid, "init");
	ASK(pid > 1);
}

/* Init gets what it handles; from above SIGKILL and SIGSTOP. */
static void init_signals(void)
{
	int go[2], status;
	char c;
	pid_t pid, child;

	if (pipe(go))
		return;
	pid = in_new(CLONE_NEWPID);
	if (!pid) {
		child = fork();
		if (!child) {
			RESULT(kill(1, SIGTERM));
			RESULT(kill(1, SIGKILL));
			RESULT(kill(1, SIGSTOP));
			RESULT(kill(-1, SIGTERM));
			_exit(0);
		}
		wait_for(child, "child");
		catch_signal(SIGUSR1);
		child = fork();
		if (!child) {
			kill(1, SIGUSR1);
			_exit(0);
		}
		wait_for(child, "child");
		say("caught %d", (int)caught_count);
		raise(SIGTERM);
		kill(getpid(), SIGKILL);
		say("still there");
		c = write(go[1], "x", 1);
		pause();
		pause();
		_exit(1);
	}
	c = read(go[0], &c, 1);
	RESULT(kill(pid, SIGTERM));     /* has no handler: nothing */
	RESULT(kill(pid, SIGSTOP));
	waitpid(pid, &status, WUNTRACED);
	say_status("init", status);
	kill(pid, SIGCONT);
	RESULT(kill(pid, SIGKILL));
	wait_for(pid, "init");
	pid = in_new(CLONE_NEWPID);
	if (!pid) {
		no_core();
		*(volatile int *)8 = 1;
		_exit(0);
	}
	wait_for(pid, "init's fault");
}

/* With init everybody goes; orphans are init's. */
static void end(void)
{
	int fd[2];
	char c;
	pid_t pid;

	if (pipe(fd))
		return;
	pid = in_new(CLONE_NEWPID);
	if (!pid) {
		close(fd[0]);
		if (!fork()) {
			if (!fork()) {
				usleep(50000);
				say("orphan's parent %d", getppid());
				c = write(fd[1], "x", 1);
				sleep(1000);
			}
			_exit(0);
		}
		for (int i = 0; i < 3; i++)
			if (!fork()) {
				signal(SIGTERM, SIG_IGN);
				setsid();
				sleep(1000);
				_exit(0);
			}
		if (!in_new(CLONE_NEWPID)) {
			if (!fork())
				sleep(1000);
			sleep(1000);
		}
		usleep(200000);
		_exit(9);
	}
	close(fd[1]);
	wait_for(pid, "init");
	/* Nobody holds the pipe any more. */
	RESULT(read(fd[0], &c, 1));
	RESULT(read(fd[0], &c, 1));
}

/* Its only child tells its end by @sig, not SIGCHLD: it is waited for all the same. */
static void end_with(int sig)
{
	pid_t pid = in_new(CLONE_NEWPID);

	if (!pid) {
		if (!syscall(SYS_clone, sig, NULL, NULL, NULL, NULL))
			for (;;)
				pause();
		_exit(8);
	}
	wait_for(pid, "init");
}

static void dead(void)
{
	pid_t pid;

	RESULT(unshare(CLONE_NEWPID));
	pid = fork();
	if (!pid)
		_exit(0);
	wait_for(pid, "init");
	RESULT(fork());         /* nobody is born there any more */
}

static void proc(void)
{
	pid_t pid;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		/* With one tree of mounts for all: a place of its own. */
	}
	mkdir("/tmp/ns_pid.proc", 0755);
	pid = in_new(CLONE_NEWPID);
	if (!pid) {
		char text[20] = "";
		struct stat st;

		RESULT(readlink("/proc/self", text, sizeof(text)) > 0 && strcmp(text, "1"));
		RESULT(mount("proc", "/tmp/ns_pid.proc", "proc", 0, NULL));
		memset(text, 0, sizeof(text));
		RESULT(readlink("/tmp/ns_pid.proc/self", text, sizeof(text)));
		say("self %s", text);
		RESULT(stat("/tmp/ns_pid.proc/2", &st));
		pid = fork();
		if (!pid) {
			RESULT(stat("/tmp/ns_pid.proc/2", &st));
			lines("/tmp/ns_pid.proc/self/status", "Pid:", false);
			lines("/tmp/ns_pid.proc/self/status", "PPid:", false);
			lines("/tmp/ns_pid.proc/self/status", "NSpid:", false);
			lines("/proc/self/status", "NSpid:", true);
			lines("/proc/self/status", "NStgid:", true);
			RESULT(unshare(CLONE_NEWPID));
			pid = fork();
			if (!pid) {
				lines("/tmp/ns_pid.proc/self/status", "NSpid:", false);
				lines("/proc/self/status", "NSpid:", true);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
			_exit(0);
		}
		wait_for(pid, "child");
		RESULT(umount("/tmp/ns_pid.proc"));
		_exit(0);
	}
	wait_for(pid, "init");
	rmdir("/tmp/ns_pid.proc");
}

static void tid(pid_t *set, size_t n, unsigned long flags)
{
	struct clone_args a = { .flags = flags, .exit_signal = SIGCHLD, .set_tid = (uintptr_t)set, .set_tid_size = n };
	pid_t pid = syscall(SYS_clone3, &a, sizeof(a));

	if (!pid) {
		say("set tid: %d", getpid());
		_exit(0);
	}
	if (pid < 0)
		say("set tid: %s", name_of_errno(errno));
	else
		wait_for(pid, "set tid");
}

static void set_tid(void)
{
	pid_t pid = in_new(CLONE_NEWPID), ids[3] = { 40, 0, 0 };

	if (!pid) {
		tid(ids, 1, 0);
		ids[0] = 1;
		tid(ids, 1, 0);
		ids[0] = 0;
		tid(ids, 1, 0);
		ids[0] = 5000000;
		tid(ids, 1, 0);
		ids[0] = 2;
		tid(ids, 1, CLONE_NEWPID);
		ids[0] = 1;
		ids[1] = 55;
		tid(ids, 2, CLONE_NEWPID);
		tid(ids, 33, 0);
		tid(NULL, 1, 0);
		tid(ids, 0, 0);
		if (setuid(1000))
			_exit(1);
		ids[0] = 60;
		tid(ids, 1, 0);
		_exit(0);
	}
	wait_for(pid, "init");
}

/* Who comes in from outside has a parent that is not seen. */
static void enter(void)
{
	int go[2], end[2], fd, self;
	char path[64], c;
	pid_t pid, child;

	if (pipe(go) || pipe(end))
		return;
	self = open("/proc/self/ns/pid", O_RDONLY);
	pid = in_new(CLONE_NEWPID);
	if (!pid) {
		fd = open("/proc/self/ns/pid", O_RDONLY);
		(void)fd;
		c = write(go[1], "x", 1);
		c = read(end[0], &c, 1);
		_exit(2);
	}
	c = read(go[0], &c, 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	fd = open(path, O_RDONLY);
	RESULT(setns(fd, CLONE_NEWPID));
	ASK(getpid() != 1);
	child = fork();
	if (!child) {
		say("entered: pid %d ppid %d", getpid(), getppid());
		RESULT(setns(self, 0));
		RESULT(kill(1, SIGKILL));
		_exit(6);
	}
	wait_for(child, "entered");
	ASK(child > 2);
	RESULT(setns(self, 0));
	child = fork();
	if (!child) {
		say("back: %s", getpid() > 2 && getppid() > 1 ? "outside" : "inside");
		_exit(0);
	}
	wait_for(child, "back");
	close(end[1]);
	c = write(end[1], "x", 1);
	kill(pid, SIGKILL);
	wait_for(pid, "init");
}

static void between(void)
{
	struct ucred cred = { 0 };
	socklen_t n = sizeof(cred);
	int s[2];
	pid_t pid, parent = getpid();
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return;
	pid = in_new(CLONE_NEWPID);
	if (!pid) {
		getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &cred, &n);
		say("peer %d", cred.pid);
		RESULT(kill(parent, SIGUSR2));
		sigwaitinfo(&set, &info);
		say("from %d", info.si_pid);
		fcntl(s[0], F_SETOWN, 1);
		RESULT(fcntl(s[0], F_GETOWN));
		RESULT(fcntl(s[0], F_SETOWN, 50));
		_exit(0);
	}
	usleep(50000);
	kill(pid, SIGUSR2);
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	ASK(info.si_pid == pid);
	ASK(fcntl(s[0], F_GETOWN) == 0);
	wait_for(pid, "init");
}

static void rules(void)
{
	static char stack[65536];

	RESULT(in_new(CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM));
	RESULT(unshare(CLONE_NEWPID));
	RESULT(unshare(CLONE_NEWPID));
	(void)stack;
	RESULT(syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, stack + sizeof(stack), NULL, NULL, NULL));
	RESULT(open("/proc/self/ns/pid_for_children", O_RDONLY));
	if (setuid(1000))
		return;
	RESULT(unshare(CLONE_NEWPID));
}

static void halt(void)
{
	pid_t pid = in_new(CLONE_NEWPID);

	if (!pid) {
		if (!fork()) {
			RESULT(syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, NULL));
			syscall(SYS_reboot, 0xfee1dead, 672274793, 0x01234567, NULL);
			_exit(1);
		}
		pause();
		_exit(0);
	}
	wait_for(pid, "restarted");
}

int main(void)
{
	CHILD("numbers", numbers());
	CHILD("init's signals", init_signals());
	CHILD("end", end());
	CHILD("end with SIGUSR1", end_with(SIGUSR1));
	CHILD("end with no signal", end_with(145));
	CHILD("dead", dead());
	CHILD("proc", proc());
	CHILD("set_tid", set_tid());
	CHILD("enter", enter());
	CHILD("between", between());
	CHILD("rules", rules());
	CHILD("halt", halt());
	return 0;
}
