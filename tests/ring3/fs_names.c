/* SPDX-License-Identifier: MIT */
/* Names: mkdir, link, symlink, unlink, rename and their errors; walking paths; permissions. Works in a fresh tmpfs directory. */
#include "t.h"
#include <dirent.h>
#include <sys/syscall.h>


static int touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static void show(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		say("%s: %s", path, name_of_errno(errno));
	else
		say("%s: mode %o nlink %lu size %ld uid %u gid %u", path, st.st_mode, (unsigned long)st.st_nlink,
		    (long)st.st_size, st.st_uid, st.st_gid);
}

static void basics(void)
{
	char name[300], buf[64];
	long n;

	WORKS(mkdir("d", 0755));
	WORKS(mkdir("d", 0755));
	WORKS(mkdir("d/", 0755));
	WORKS(mkdir("new/", 0700));
	WORKS(mkdir("no/such", 0755));
	WORKS(mkdir(".", 0755));
	WORKS(mkdir("..", 0755));
	WORKS(mkdir("", 0755));
	WORKS(touch("f"));
	WORKS(mkdir("f/x", 0755));
	WORKS(touch("f/"));
	WORKS(touch("nothere/"));
	WORKS(open("d", O_WRONLY));
	WORKS(open("d", O_CREAT, 0600));
	WORKS(open("f", O_DIRECTORY));
	WORKS(open("f", O_CREAT | O_EXCL, 0600));
	WORKS(unlink("d"));
	WORKS(rmdir("f"));
	WORKS(rmdir("d/."));
	WORKS(rmdir("d/.."));
	WORKS(rmdir("new/"));
	WORKS(unlink("nothere"));
	WORKS(unlink("f/"));
	memset(name, 'x', 255);
	name[255] = 0;
	WORKS(touch(name));
	WORKS(unlink(name));
	name[255] = 'y';
	name[256] = 0;
	errno = 0;
	say("256 bytes: %s", touch(name) ? name_of_errno(errno) : "ok");
	WORKS(symlink("f", "l"));
	WORKS(symlink("nowhere", "dangling"));
	WORKS(symlink("loop2", "loop1"));
	WORKS(symlink("loop1", "loop2"));
	WORKS(symlink("", "empty"));
	WORKS(symlink("d", "dl"));
	WORKS(touch("dl/inside"));
	WORKS(touch("dangling"));
	show("nowhere");
	WORKS(open("loop1", O_RDONLY));
	WORKS(open("l", O_NOFOLLOW));
	WORKS(open("dangling", O_CREAT | O_EXCL, 0600));
	WORKS(mkdir("dangling", 0755));
	WORKS(rmdir("dl"));
	WORKS(rmdir("dl/"));
	n = readlink("l", buf, sizeof(buf));
	say("readlink %.*s", (int)n, buf);
	WORKS(readlink("f", buf, sizeof(buf)));
	WORKS(readlink("dl", buf, 0));
	show("l");
	show("dl/");
}

static void links(void)
{
	WORKS(link("f", "f2"));
	show("f");
	WORKS(link("f", "f2"));
	WORKS(link("d", "d2"));
	WORKS(link("nothere", "f3"));
	WORKS(link("l", "l2"));
	show("l2");
	WORKS(linkat(AT_FDCWD, "l", AT_FDCWD, "l3", AT_SYMLINK_FOLLOW));
	show("l3");
	WORKS(link("f", "f4/"));
	WORKS(link("f", "/proc/f"));
	WORKS(unlink("f2"));
	WORKS(unlink("l3"));
	show("f");
}

static void renames(void)
{
	WORKS(rename("f", "g"));
	WORKS(rename("f", "g"));
	WORKS(rename("g", "d"));
	WORKS(rename("d", "g"));
	WORKS(rename("d", "d/sub"));
	WORKS(rename("d", "dl"));
	WORKS(mkdir("e", 0755));
	WORKS(rename("e", "d"));
	WORKS(mkdir("e2", 0755));
	WORKS(rename("e", "e2"));
	show("e2");
	WORKS(rename("e2", "e2/"));
	WORKS(rename("g", "g"));
	WORKS(rename("g", "h/"));
	WORKS(rename("e2/", "e3/"));
	WORKS(rename(".", "x"));
	WORKS(rename("g", "/proc/x"));
	WORKS(syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "e3", 1));
	WORKS(syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "e3", 2));
	show("g");
	show("e3");
	WORKS(syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "zzz", 2));
	WORKS(syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "zzz", 3));
	WORKS(rename("d/inside", "moved"));
	show("d");
	show("moved");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void list(const char *path)
{
	struct dirent **e;
	int n = scandir(path, &e, NULL, by_name);

	say("%s has %d entries", path, n);
	for (int i = 0; i < n; i++)
		say("  %s type %d", e[i]->d_name, e[i]->d_type);
}

/* Names removed while the directory is read: each of the others is seen once. */
static void read_while_removing(void)
{
	char name[300];
	struct dirent *e;
	int seen = 0;
	DIR *dir;

	mkdir("many", 0755);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		touch(name);
	}
	dir = opendir("many");
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		seen++;
		snprintf(name, sizeof(name), "many/%s", e->d_name);
		unlink(name);
	}
	closedir(dir);
	say("saw and removed %d", seen);
	WORKS(rmdir("many"));
}

static void cwd(void)
{
	char a[512], b[512];
	int fd;

	getcwd(a, sizeof(a));
	WORKS(chdir("d"));
	getcwd(b, sizeof(b));
	say("cwd grew by %s", b + strlen(a));
	WORKS(chdir(".."));
	WORKS(chdir("nothere"));
	WORKS(chdir("moved"));
	WORKS(getcwd(b, 3) ? 0 : -1);
	WORKS(mkdir("gone", 0755));
	fd = open("gone", O_RDONLY);
	WORKS(chdir("gone"));
	WORKS(rmdir("../gone"));
	WORKS(getcwd(b, sizeof(b)) ? 0 : -1);
	WORKS(touch("x"));
	WORKS(openat(fd, "x", O_CREAT, 0600));
	WORKS(chdir(".."));
	WORKS(fchdir(fd));
	WORKS(chdir(a));
	close(fd);
	WORKS(fchdir(99));
	WORKS(openat(99, "x", O_RDONLY));
	WORKS(openat(99, "/", O_RDONLY) < 0 ? -1 : 0);
}

static void as_user(void)
{
	pid_t pid;
	int status;

	umask(0);
	mkdir("root700", 0700);
	mkdir("sticky", 01777);
	mkdir("ours", 0777);
	touch("sticky/roots");
	chmod("sticky/roots", 0666);
	touch("secret");
	chmod("secret", 0600);
	touch("group");
	WORKS(chown("group", 0, 77));
	chmod("group", 0060);
	symlink("secret", "tosecret");
	chmod(".", 0755);
	pid = fork();
	if (!pid) {
		setgid(77);
		setuid(1000);
		WORKS(open("secret", O_RDONLY));
		WORKS(access("secret", R_OK));
		WORKS(access("secret", F_OK));
		WORKS(access("group", R_OK));
		WORKS(access("group", W_OK));
		WORKS(access("group", X_OK));
		WORKS(open("tosecret", O_RDONLY));
		WORKS(touch("root700/x"));
		WORKS(chdir("root700"));
		WORKS(touch("cannot"));
		WORKS(mkdir("cannot", 0755));
		WORKS(unlink("secret"));
		WORKS(unlink("sticky/roots"));
		WORKS(rename("sticky/roots", "sticky/r"));
		WORKS(touch("sticky/mine"));
		WORKS(unlink("sticky/mine"));
		WORKS(touch("ours/mine"));
		show("ours/mine");
		WORKS(chmod("ours/mine", 04755));
		show("ours/mine");
		WORKS(chown("ours/mine", 0, -1));
		WORKS(chown("ours/mine", -1, 77));
		WORKS(chown("ours/mine", -1, 78));
		WORKS(chmod("secret", 0666));
		WORKS(utimensat(AT_FDCWD, "secret", NULL, 0));
		WORKS(truncate("secret", 0));
		WORKS(mknod("ours/dev", S_IFCHR | 0666, 0x103));
		WORKS(mknod("ours/fifo", S_IFIFO | 0666, 0));
		WORKS(chroot("."));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	WORKS(chmod("ours/mine", 04755));
	WORKS(chown("ours/mine", 5, 6));
	show("ours/mine");
}

int main(void)
{
	char dir[] = "/dev/shm/namesXXXXXX", clean[64];
	int ret;

	umask(022);
	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	basics();
	links();
	renames();
	list(".");
	read_while_removing();
	cwd();
	as_user();
	ret = chdir("/");
	snprintf(clean, sizeof(clean), "rm -rf %s", dir);
	if (getenv("PATH") && !access("/bin/sh", X_OK))
		ret |= system(clean) == 0 ? 0 : 0;
	return ret;
}
