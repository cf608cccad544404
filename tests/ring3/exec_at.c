/* SPDX-License-Identifier: MIT */
/* execveat(2): programs and scripts from descriptors, the name that they get. */
#include "t.h"
#include <sys/auxv.h>

static char *no_env[] = { NULL };

static void run(const char *what, int fd, const char *path, int flags)
{
	char *argv[] = { "argv0", "x", NULL };
	int status;
	pid_t pid;

	say("%s:", what);
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, fd, path, argv, no_env, flags);
		say("  %s", name_of_errno(errno));
		_exit(99);
	}
	waitpid(pid, &status, 0);
	say("  exit %d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* What we are when we are what is run: the number in a name is a descriptor. */
static int child(int argc, char **argv)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	say("  %d arguments, AT_EXECFN %s", argc, name);
	return 7;
}

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, mode);

	write(fd, text, strlen(text));
	close(fd);
}

static void copy_self(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	char buf[4096];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		write(out, buf, (size_t)n);
	close(in), close(out);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/exec_at.XXXXXX";
	int d, prog, script, cloexec, noexec, path_only;

	if (argc == 2 && !strcmp(argv[0], "argv0"))
		return child(argc, argv);
	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	copy_self("prog");
	put("script", "#!/bin/sh\necho \"  script $# $1\"\ncase $0 in /dev/fd/*) echo \"  $0\";; *) echo \"  elsewhere\";; esac\nexit 5\n", 0755);
	put("noexec", "#!/bin/sh\n", 0644);
	symlink("prog", "link");
	d = open(".", O_RDONLY | O_DIRECTORY);
	prog = open("prog", O_RDONLY);
	script = open("script", O_RDONLY);
	cloexec = open("script", O_RDONLY | O_CLOEXEC);
	noexec = open("noexec", O_RDONLY);
	path_only = open("prog", O_PATH);
	run("program by descriptor", prog, "", AT_EMPTY_PATH);
	run("by O_PATH", path_only, "", AT_EMPTY_PATH);
	run("program below a directory", d, "prog", 0);
	run("by name", AT_FDCWD, "prog", 0);
	run("script by descriptor", script, "", AT_EMPTY_PATH);
	run("script below a directory", d, "script", 0);
	run("script by name", AT_FDCWD, "./script", 0);
	run("script, closed by exec", cloexec, "", AT_EMPTY_PATH);
	run("not executable", noexec, "", AT_EMPTY_PATH);
	run("a directory", d, "", AT_EMPTY_PATH);
	run("no AT_EMPTY_PATH", prog, "", 0);
	run("a link", d, "link", 0);
	run("a link, not followed", d, "link", AT_SYMLINK_NOFOLLOW);
	run("no descriptor", 77, "prog", 0);
	run("not a directory", prog, "prog", 0);
	run("wrong flag", d, "prog", 0x40000000);
	prog = (int)syscall(SYS_memfd_create, "script", 0);     /* nobody opened it for writing */
	dprintf(prog, "#!/bin/sh\nexit 6\n");
	run("a script in memory", prog, "", AT_EMPTY_PATH);
	unlink("prog"), unlink("script"), unlink("noexec"), unlink("link");
	chdir("/");
	rmdir(dir);
	return 0;
}
