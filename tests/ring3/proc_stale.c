// SPDX-License-Identifier: MIT
/*
 * Files of /proc/PID that stay open: of a process that is gone they show nothing, also when a later one has its number; of
 * one that has made an exec, not the new address space.
 */
#include "t.h"
#include <signal.h>
#include <stdint.h>

static const char *const files[] = {
	"stat", "status", "comm", "cmdline", "limits", "maps", "smaps", "numa_maps", "pagemap", "environ",
	"syscall", "personality", "oom_score", "wchan",
};
#define NR (sizeof(files) / sizeof(*files))

static void open_all(pid_t pid, int *fds)
{
	for (unsigned int i = 0; i < NR; i++) {
		char name[64];

		snprintf(name, sizeof(name), "/proc/%d/%s", pid, files[i]);
		fds[i] = open(name, O_RDONLY);
		if (fds[i] < 0)
			say("%s: %s", files[i], name_of_errno(errno));
	}
}

static void read_all(int *fds)
{
	for (unsigned int i = 0; i < NR; i++) {
		char buf[4096];
		ssize_t n = read(fds[i], buf, sizeof(buf));

		say("%s: %s", files[i], n < 0 ? name_of_errno(errno) : n ? "text" : "nothing");
		close(fds[i]);
	}
}

/* A child with the number @want, if that is allowed; it sleeps. */
static pid_t child_at(pid_t want)
{
	struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size; } a = {
		.exit_signal = SIGCHLD, .set_tid = want ? (uint64_t)(uintptr_t)&want : 0, .set_tid_size = want ? 1 : 0,
	};
	pid_t pid = (pid_t)syscall(435, &a, sizeof(a));

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void end(pid_t pid)
{
	if (pid <= 0) {
		say("no child: %s", name_of_errno(errno));
		exit(1);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void later_process(void)
{
	pid_t pid = child_at(0), again;
	char name[64];
	int fds[NR], dir, fddir, taskdir;

	say("-- its number is another's");
	open_all(pid, fds);
	snprintf(name, sizeof(name), "/proc/%d", pid);
	dir = open(name, O_RDONLY | O_DIRECTORY);
	fddir = openat(dir, "fd", O_RDONLY | O_DIRECTORY);
	taskdir = openat(dir, "task", O_RDONLY | O_DIRECTORY);
	end(pid);
	again = child_at(pid);
	if (again > 0 && again != pid)
		say("not the number that was asked for");
	read_all(fds);
	RESULT(openat(dir, "maps", O_RDONLY));
	RESULT(openat(fddir, "0", O_PATH | O_NOFOLLOW));
	snprintf(name, sizeof(name), "%d", pid);
	RESULT(openat(taskdir, name, O_RDONLY));
	close(dir);
	close(fddir);
	close(taskdir);
	if (again > 0)
		end(again);
}

static void exec_meanwhile(char **argv)
{
	int fds[NR], ready[2];
	pid_t pid;
	char c;

	say("-- exec");
	pipe(ready);
	pid = fork();
	if (pid == 0) {
		char *args[] = { argv[0], "sleep", NULL };

		dup2(ready[1], 200);
		while (getppid() != 1) {
			struct stat st;

			if (stat("/tmp/proc_stale.go", &st) == 0)
				execv("/proc/self/exe", args);
			usleep(1000);
		}
		_exit(1);
	}
	open_all(pid, fds);
	close(open("/tmp/proc_stale.go", O_CREAT | O_WRONLY, 0600));
	read(ready[0], &c, 1);
	read_all(fds);
	unlink("/tmp/proc_stale.go");
	end(pid);
}

int main(int argc, char **argv)
{
	if (argc > 1) {                 /* the program that was executed */
		write(200, "x", 1);
		for (;;)
			pause();
	}
	unlink("/tmp/proc_stale.go");
	later_process();
	exec_meanwhile(argv);
	return 0;
}
