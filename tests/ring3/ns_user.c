/* SPDX-License-Identifier: MIT */
/* User name spaces: maps and who may write them, ids as others see them, capabilities, limits. As root. */
#include "t.h"
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/utsname.h>

static long put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), e;
	long n = fd < 0 ? -1 : write(fd, text, strlen(text));

	e = errno;
	close(fd);
	errno = e;
	return n;
}

static void cat(const char *path)
{
	char buf[400];
	int fd = open(path, O_RDONLY);
	long n = read(fd, buf, sizeof(buf) - 1);

	buf[n > 0 ? n - 1 : 0] = 0;
	say("%s: %s", path, buf);
	close(fd);
}

static void ids(void)
{
	uid_t r, e, s;
	gid_t g[64];
	int n = getgroups(64, g);

	getresuid(&r, &e, &s);
	say("uid %d %d %d gid %d %d groups %d%s%.0d", r, e, s, getgid(), getegid(), n, n > 0 ? " first " : "", n > 0 ? g[0] : 0);
	if (n > 0)
		say("group %d", g[0]);
}

static void caps(void)
{
	unsigned int h[2] = { 0x20080522, 0 }, d[6];

	syscall(SYS_capget, h, d);
	say("caps %x %x %x %x secure %x bset %d", d[0], d[1], d[2], d[4] & 0xff, prctl(PR_GET_SECUREBITS), prctl(PR_CAPBSET_READ, 21));
}

/* An ordinary user makes one and maps itself. */
static void alone(void)
{
	struct stat st;

	setgroups(0, NULL);
	if (setgid(1000) || setuid(1000) || prctl(PR_SET_DUMPABLE, 1))
		return;
	RESULT(unshare(CLONE_NEWUSER));
	ids();
	caps();
	cat("/proc/self/uid_map");
	cat("/proc/self/setgroups");
	RESULT(setuid(0));
	RESULT(setgroups(0, NULL));
	RESULT(put("/proc/self/uid_map", "0 0 1\n"));
	RESULT(put("/proc/self/uid_map", "0 1000 2\n"));
	RESULT(put("/proc/self/uid_map", "0 1000\n"));
	RESULT(put("/proc/self/uid_map", ""));
	RESULT(put("/proc/self/uid_map", "0 1000 1 1\n"));
	RESULT(put("/proc/self/uid_map", "0 1000 0\n"));
	RESULT(put("/proc/self/uid_map", "0 1000 1\n1 1000 1\n"));
	RESULT(put("/proc/self/gid_map", "0 1000 1\n"));
	RESULT(put("/proc/self/setgroups", "never"));
	RESULT(put("/proc/self/setgroups", "deny"));
	RESULT(put("/proc/self/setgroups", "allow"));
	RESULT(put("/proc/self/gid_map", "0 1000 1\n"));
	RESULT(put("/proc/self/uid_map", "0 1000 1"));
	RESULT(put("/proc/self/uid_map", "0 1000 1"));
	cat("/proc/self/uid_map");
	cat("/proc/self/gid_map");
	cat("/proc/self/setgroups");
	ids();
	caps();
	RESULT(setgroups(0, NULL));
	RESULT(setuid(1));
	RESULT(setresuid(-1, 0, -1));
	stat("/proc/1", &st);
	say("root is %d %d", st.st_uid, st.st_gid);
	RESULT(sethostname("no", 2));
	RESULT(unshare(CLONE_NEWUTS));
	RESULT(sethostname("yes", 3));
	RESULT(chown("/proc/version", 0, 0));
	RESULT(chown("/tmp/ns_user", 0, 0));
	RESULT(chown("/tmp/ns_user.own", 7, -1));
	RESULT(chown("/tmp/ns_user.own", 0, 0));
	RESULT(open("/tmp/ns_user", O_RDWR));
	RESULT(kill(1, 0));
	RESULT(mknod("/tmp/ns_user.dev", S_IFCHR | 0600, makedev(1, 3)));
	RESULT(setpriority(PRIO_PROCESS, 0, -5));
	RESULT(syscall(SYS_reboot, 0, 0, 0, 0));
	CHILD("nested", {
		RESULT(unshare(CLONE_NEWUSER));
		ids();
		RESULT(put("/proc/self/setgroups", "deny"));
		RESULT(put("/proc/self/uid_map", "5 0 1\n"));
		RESULT(put("/proc/self/gid_map", "6 0 1\n"));
		ids();
		cat("/proc/self/uid_map");
		RESULT(sethostname("no", 2));
	});
}

static int ready[2], done[2];

/* A child in a new user name space, mapped by its parent. */
static void mapped(const char *uid_map, const char *gid_map, void (*body)(void))
{
	char path[64], c;
	pid_t pid;
	int status;

	if (pipe(ready) || pipe(done))
		return;
	pid = fork();
	if (!pid) {
		RESULT(unshare(CLONE_NEWUSER));
		c = write(ready[1], "x", 1);
		c = read(done[0], &c, 1);
		body();
		_exit(0);
	}
	c = read(ready[0], &c, 1);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	say("uid map: %ld %s", put(path, uid_map), name_of_errno(errno));
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	say("gid map: %ld %s", put(path, gid_map), name_of_errno(errno));
	c = write(done[1], "x", 1);
	waitpid(pid, &status, 0);
	say_status("child", status);
}

static void wide(void)
{
	struct stat st;
	gid_t g[2] = { 5, 7 };
	int fd;

	cat("/proc/self/uid_map");
	ids();
	RESULT(setgroups(2, g));
	RESULT(setresgid(3, 3, 3));
	RESULT(setresuid(4, 4, 0));
	ids();
	RESULT(setresuid(2000, -1, -1));
	RESULT(seteuid(0));
	fd = open("/tmp/ns_user.new", O_CREAT | O_RDWR, 0644);
	fstat(fd, &st);
	say("new file: %d %d", st.st_uid, st.st_gid);
	RESULT(fchown(fd, 9, 9));
	RESULT(fchown(fd, 5000, 9));
	fstat(fd, &st);
	say("given: %d %d", st.st_uid, st.st_gid);
	stat("/tmp/ns_user", &st);
	say("not mapped: %d %d", st.st_uid, st.st_gid);
	RESULT(open("/tmp/ns_user", O_RDONLY));
	CHILD("exec of a set-id program", execl("/proc/self/exe", "ns_user", "ids", NULL));
}

static void wide_and_beyond(void)
{
	struct stat st;

	mapped("0 100000 1000\n1000 200000 1000\n", "0 100000 2000\n", wide);
	stat("/tmp/ns_user.new", &st);
	say("outside: %d %d", st.st_uid, st.st_gid);
	unlink("/tmp/ns_user.new");
}

static void nothing(void) { ids(); }

static void many(void)
{
	char text[8000] = "";

	for (int i = 0; i < 341; i++)
		sprintf(text + strlen(text), "%d %d 1\n", i, i + 1000);
	mapped("0 1000 5\n3 3000 1\n", text, nothing);
	*strrchr(text, '\n') = 0;
	*(strrchr(text, '\n') + 1) = 0;
	mapped(text, "0 1000 4294967295\n", nothing);
}

static void signals(void)
{
	siginfo_t info;
	sigset_t set;
	pid_t pid, parent = getpid();
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (setresuid(1000, 1000, 1000))
		return;
	pid = fork();
	if (!pid) {
		RESULT(put("/proc/self/coredump_filter", "33"));        /* not dumpable: root's file */
		prctl(PR_SET_DUMPABLE, 1);
		RESULT(put("/proc/self/coredump_filter", "33"));
		unshare(CLONE_NEWUSER);
		put("/proc/self/uid_map", "77 1000 1\n");
		say("sender is %d", getuid());
		kill(parent, SIGUSR1);
		_exit(3);
	}
	sigdelset(&set, SIGCHLD);
	sigwaitinfo(&set, &info);
	say("from %d", info.si_uid);
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	say("child of %d", info.si_uid);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigwaitinfo(&set, &info);
	say("child of %d", info.si_uid);
	waitpid(pid, &status, 0);
	say_status("child", status);
}

static void credentials(void)
{
	struct ucred c = { 0 };
	socklen_t n = sizeof(c);
	int s[2];

	if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000) || socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return;
	unshare(CLONE_NEWUSER);
	getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &c, &n);
	say("peer %d %d", c.uid, c.gid);
	put("/proc/self/uid_map", "5 1000 1\n");
	getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &c, &n);
	say("peer %d %d", c.uid, c.gid);
}

/* What only the machine's root may, root of a name space may not. */
static void guarded(void)
{
	struct rlimit r = { 100, 100 };

	RESULT(setrlimit(RLIMIT_NOFILE, &r));
	RESULT(unshare(CLONE_NEWUSER));
	ids();
	r.rlim_max = 200;
	RESULT(setrlimit(RLIMIT_NOFILE, &r));
	RESULT(settimeofday(NULL, &(struct timezone){ 0, 0 }) && errno != EPERM);
	RESULT(mount("none", "/tmp", "tmpfs", 0, NULL));
	RESULT(chroot("/"));
	RESULT(unshare(CLONE_NEWUSER));
	RESULT(syscall(SYS_syslog, 5, NULL, 0));
	RESULT(unshare(CLONE_NEWUTS));
	RESULT(sethostname("deep", 4));
}

static void enter(void)
{
	char path[64], c;
	pid_t pid;
	int user, uts;

	if (pipe(ready) || pipe(done))
		return;
	pid = fork();
	if (!pid) {
		if (setresuid(1000, 1000, 1000))
			_exit(1);
		unshare(CLONE_NEWUSER | CLONE_NEWUTS);
		sethostname("entered", 7);
		c = write(ready[1], "x", 1);
		c = read(done[0], &c, 1);
		_exit(0);
	}
	c = read(ready[0], &c, 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	user = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", pid);
	uts = open(path, O_RDONLY);
	CHILD("another user", {
		if (setresuid(1001, 1001, 1001))
			_exit(1);
		RESULT(setns(user, 0));
		RESULT(setns(uts, 0));
	});
	CHILD("the owner", {
		if (setresuid(1000, 1000, 1000))
			_exit(1);
		RESULT(setns(uts, 0));
		RESULT(setns(user, 0));
		RESULT(setns(user, 0));
		RESULT(setns(uts, 0));
		caps();
	});
	RESULT(setns(user, CLONE_NEWUTS));
	RESULT(setns(user, CLONE_NEWUSER));
	ids();
	c = write(done[1], "x", 1);
	waitpid(pid, NULL, 0);
}

static void deep(void)
{
	int n = 0;

	while (n < 100 && !unshare(CLONE_NEWUSER)) {
		put("/proc/self/setgroups", "deny");
		put("/proc/self/uid_map", "0 0 1");
		put("/proc/self/gid_map", "0 0 1");
		n++;
	}
	say("more than 20 deep: %d %s", n > 20, name_of_errno(errno));
}

static void limits(void)
{
	RESULT(unshare(CLONE_NEWUSER));
	put("/proc/self/uid_map", "0 0 1");
	RESULT(put("/proc/sys/user/max_uts_namespaces", "1"));
	cat("/proc/sys/user/max_uts_namespaces");
	RESULT(unshare(CLONE_NEWUTS));
	CHILD("one too many", RESULT(unshare(CLONE_NEWUTS)));
	CHILD("below", {
		RESULT(unshare(CLONE_NEWUSER));
		RESULT(unshare(CLONE_NEWUTS));
	});
	RESULT(unshare(CLONE_NEWIPC));
}

static int thread(void *arg)
{
	return syscall(SYS_unshare, CLONE_NEWUSER) ? errno : 0;
}

static void by_clone(void)
{
	static char stack[65536];
	int status = 0;

	RESULT(clone(thread, stack + sizeof(stack), CLONE_NEWUSER | CLONE_FS | SIGCHLD, NULL));
	RESULT(clone(thread, stack + sizeof(stack), CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, NULL));
	CHILD("clone", {
		if (setresuid(1000, 1000, 1000))
			_exit(1);
		pid_t pid = clone(thread, stack + sizeof(stack), CLONE_NEWUSER | CLONE_NEWUTS | SIGCHLD, NULL);

		waitpid(pid, &status, 0);
		say("child %s", name_of_errno(WEXITSTATUS(status)));
	});
}

/* Who writes to somebody's set-id program takes its bits away, root of a name space of his own too. */
static void set_id(void)
{
	const char *path = "/tmp/ns_user.setid";
	struct stat st;

	close(open(path, O_CREAT | O_RDWR, 0700));
	chmod(path, 06777);
	CHILD("writes", {
		if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
			_exit(1);
		RESULT(unshare(CLONE_NEWUSER));
		RESULT(put(path, "x"));
	});
	stat(path, &st);
	say("mode %o", st.st_mode);
	unlink(path);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		ids();
		caps();
		return 0;
	}
	umask(022);
	close(open("/tmp/ns_user", O_CREAT | O_RDWR, 0600));
	close(open("/tmp/ns_user.own", O_CREAT | O_RDWR, 0600));
	if (chown("/tmp/ns_user.own", 1000, 1000))
		return 1;
	CHILD("alone", alone());
	CHILD("wide", wide_and_beyond());
	CHILD("many", many());
	CHILD("signals", signals());
	CHILD("credentials", credentials());
	CHILD("guarded", guarded());
	CHILD("enter", enter());
	CHILD("deep", deep());
	CHILD("limits", limits());
	CHILD("clone", by_clone());
	CHILD("set-id", set_id());
	unlink("/tmp/ns_user");
	unlink("/tmp/ns_user.own");
	return 0;
}
