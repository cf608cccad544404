/* SPDX-License-Identifier: MIT */
/* Mount name spaces: whose mounts are whose, pivot_root, what root of a user name space may mount. As root. */
#include "t.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/vfs.h>

static long put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), e;
	long n = fd < 0 ? -1 : write(fd, text, strlen(text));

	e = errno;
	close(fd);
	errno = e;
	return n;
}

/* Is @where in the list of mounts at @path? */
static bool listed(const char *path, const char *where)
{
	char line[1000], place[300];
	bool found = false;
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f))
		found |= sscanf(line, "%*s %299s", place) == 1 && !strcmp(place, where);
	if (f)
		fclose(f);
	return found;
}

static bool there(const char *path) { return !access(path, F_OK); }

#define D "/tmp/ns_mount"

static void private(void)
{
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static void own(void)
{
	int go[2], end[2], fd, home = open("/proc/self/ns/mnt", O_RDONLY);
	char path[64], c;
	pid_t pid;

	if (pipe(go) || pipe(end))
		return;
	pid = fork();
	if (!pid) {
		RESULT(unshare(CLONE_NEWNS));
		private();
		RESULT(mount("tmpfs", D, "tmpfs", 0, NULL));
		RESULT(mkdir(D "/inside", 0755));
		chdir(D);
		ASK(there("inside"));
		ASK(listed("/proc/self/mounts", D));
		c = write(go[1], "x", 1);
		c = read(end[0], &c, 1);
		RESULT(umount2(D, MNT_DETACH));
		_exit(0);
	}
	c = read(go[0], &c, 1);
	ASK(there(D "/inside"));
	ASK(listed("/proc/self/mounts", D));
	snprintf(path, sizeof(path), "/proc/%d/mounts", pid);
	ASK(listed(path, D));
	snprintf(path, sizeof(path), "/proc/%d/root%s/inside", pid, D);
	ASK(there(path));
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	fd = open(path, O_RDONLY);
	CHILD("entered", {
		RESULT(setns(fd, CLONE_NEWNS));
		ASK(there(D "/inside"));
		ASK(listed("/proc/self/mounts", D));
		RESULT(setns(home, CLONE_NEWNS));
		ASK(there(D "/inside"));
	});
	close(end[1]);
	c = write(end[1], "x", 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHILD("after it has gone", {
		RESULT(setns(fd, 0));
		ASK(there(D "/inside"));
	});
}

/* A mount made in one can't be changed from another. */
static void foreign(void)
{
	int fd;

	RESULT(unshare(CLONE_NEWNS));
	private();
	RESULT(mount("tmpfs", D, "tmpfs", 0, NULL));
	fd = open(D, O_RDONLY | O_DIRECTORY);
	CHILD("another", {
		char path[64];

		RESULT(unshare(CLONE_NEWNS));
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		RESULT(umount(path));
		RESULT(mount(path, "/mnt", NULL, MS_BIND, NULL));
		RESULT(mount("tmpfs", path, "tmpfs", 0, NULL));
		RESULT(umount(D));
	});
	ASK(listed("/proc/self/mounts", D));
	close(fd);
	RESULT(umount(D));
}

static void pivot(void)
{
	struct stat st;

	RESULT(unshare(CLONE_NEWNS));
	private();
	RESULT(mount("tmpfs", D, "tmpfs", 0, NULL));
	mkdir(D "/old", 0755);
	mkdir(D "/new", 0755);
	RESULT(syscall(SYS_pivot_root, D "/new", D "/new"));
	RESULT(syscall(SYS_pivot_root, "/tmp", "/tmp"));
	RESULT(syscall(SYS_pivot_root, D, "/tmp"));
	RESULT(syscall(SYS_pivot_root, D, D "/none"));
	RESULT(syscall(SYS_pivot_root, D, D "/old"));
	RESULT(chdir("/"));
	ASK(there("/new"));
	ASK(there("/old/proc/self/stat"));
	ASK(there("/proc"));
	ASK(listed("/old/proc/self/mounts", "/"));
	ASK(listed("/old/proc/self/mounts", "/old"));
	RESULT(mkdir("/proc", 0755));
	RESULT(mount("/old/proc", "/proc", NULL, MS_BIND | MS_REC, NULL));
	RESULT(umount2("/old", MNT_DETACH));
	ASK(there("/old/proc"));
	RESULT(stat("/..", &st));
	ASK(there("/../new"));
	RESULT(unshare(CLONE_NEWUSER));
	RESULT(syscall(SYS_pivot_root, ".", "."));
}

/* As container programs do: the old root under the new one. */
static void stacked(void)
{
	RESULT(unshare(CLONE_NEWNS));
	private();
	RESULT(mount("tmpfs", D, "tmpfs", 0, NULL));
	mkdir(D "/mark", 0755);
	RESULT(chdir(D));
	RESULT(syscall(SYS_pivot_root, ".", "."));
	RESULT(umount2(".", MNT_DETACH));
	RESULT(chdir("/"));
	ASK(there("/mark"));
	ASK(there("/etc"));
}

static void in_user_ns(void)
{
	struct stat st;

	if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000) || prctl(PR_SET_DUMPABLE, 1))
		return;
	RESULT(unshare(CLONE_NEWNS));
	RESULT(unshare(CLONE_NEWUSER));
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", "0 1000 1");
	put("/proc/self/gid_map", "0 1000 1");
	RESULT(mount("tmpfs", D, "tmpfs", 0, NULL));    /* not its own */
	RESULT(unshare(CLONE_NEWNS | CLONE_NEWIPC));
	RESULT(mount("tmpfs", D, "tmpfs", 0, "uid=0,mode=755"));
	RESULT(stat(D, &st));
	say("owner %d", st.st_uid);
	RESULT(mount("tmpfs", D, "tmpfs", 0, "uid=5"));
	RESULT(mount("proc", "/mnt", "proc", 0, NULL)); /* the PID name space is not its own */
	RESULT(mount("mqueue", D, "mqueue", 0, NULL));
	RESULT(umount(D));
	RESULT(mknod(D "/null", S_IFCHR | 0666, 0x103));
	RESULT(mount("/dev", D, NULL, MS_BIND, NULL) == 0 || errno == EINVAL);
	RESULT(umount("/proc"));                        /* locked */
	RESULT(mount(NULL, D, NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL) == 0 || errno == EPERM);
	RESULT(chroot(D));
}

/* What something hides stays hidden, whatever root of a user name space does with a copy of the tree. */
static void hidden(void)
{
	int fd;

	if (mount("tmpfs", D, "tmpfs", 0, "mode=777") || mkdir(D "/h", 0777) || mkdir(D "/h/secret", 0777) ||
	    mount("tmpfs", D "/h", "tmpfs", 0, "mode=777") || mkdir(D "/h/open", 0777))
		return;
	CHILD("inside", {
		RESULT(unshare(CLONE_NEWUSER | CLONE_NEWNS));
		RESULT(umount(D "/h"));
		RESULT(mount(D, "/mnt", NULL, MS_BIND, NULL));
		RESULT(mount(D, "/mnt", NULL, MS_BIND | MS_REC, NULL));
		RESULT(umount("/mnt/h"));
		fd = open("/mnt", O_RDONLY | O_DIRECTORY);
		RESULT(umount("/mnt"));
		RESULT(umount2("/mnt", MNT_DETACH));
		RESULT(faccessat(fd, "h/secret", F_OK, 0));
		RESULT(faccessat(fd, "h/open", F_OK, 0));
		close(fd);
		RESULT(umount2(D, MNT_DETACH));
	});
	RESULT(umount(D "/h"));
	ASK(there(D "/h/secret"));
	RESULT(umount(D));
}

static void proc_in_own(void)
{
	int status;
	pid_t pid;

	if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000) || prctl(PR_SET_DUMPABLE, 1))
		return;
	RESULT(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID));
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", "0 1000 1");
	put("/proc/self/gid_map", "0 1000 1");
	pid = fork();
	if (!pid) {
		char text[20] = "";

		if (mount("proc", "/proc", "proc", 0, NULL))
			say("proc: %s", name_of_errno(errno));
		if (readlink("/proc/self", text, sizeof(text) - 1) > 0)
			say("self %s", text);
		RESULT(mount("devtmpfs", "/mnt", "devtmpfs", 0, NULL));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	say_status("child", status);
}

/* A tree that is mounted inside itself again and again, until there are too many; then it goes, and its name space with half of it. */
static void many(void)
{
	int n = 0;

	RESULT(unshare(CLONE_NEWNS));
	private();
	mount("t", D, "tmpfs", 0, NULL);
	mkdir(D "/a", 0755);
	mkdir(D "/b", 0755);
	mount("t", D "/a", "tmpfs", 0, NULL);
	while (!mount(D, D "/b", NULL, MS_BIND | MS_REC, NULL))
		n++;
	say("%d times, then %s", n, name_of_errno(errno));
	say("a in b in b: %d", there(D "/b/b/a"));
	RESULT(umount2(D, MNT_DETACH));
	say("nothing left: %d", !there(D "/a"));
	mount("t", D, "tmpfs", 0, NULL);
	mkdir(D "/b", 0755);
	for (n = 0; n < 14 && !mount(D, D "/b", NULL, MS_BIND | MS_REC, NULL); )
		n++;
	say("%d times again", n);
}

static void rules(void)
{
	RESULT(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL));
	CHILD("chrooted", {
		if (chroot("/tmp"))
			_exit(1);
		RESULT(unshare(CLONE_NEWUSER));
	});
	CHILD("no root", {
		if (setuid(1000))
			_exit(1);
		RESULT(unshare(CLONE_NEWNS));
		RESULT(syscall(SYS_pivot_root, "/tmp", "/tmp"));
	});
}

int main(void)
{
	/* The tree that all of this begins with is nobody else's, and its root a mount of its own. */
	if (unshare(CLONE_NEWNS))
		return 1;
	private();
	mkdir(D, 0777);
	mkdir("/mnt", 0755);
	CHILD("own", own());
	CHILD("foreign", foreign());
	CHILD("pivot", pivot());
	CHILD("stacked", stacked());
	CHILD("in a user name space", in_user_ns());
	CHILD("hidden", hidden());
	CHILD("proc", proc_in_own());
	CHILD("many", many());
	CHILD("rules", rules());
	rmdir(D);
	return 0;
}
