/* SPDX-License-Identifier: MIT */
/* mount(2) and umount2(2): binds, moves, read-only mounts, lazy and expiring unmounts, the limits of a tmpfs. As root. */
#include "t.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <utime.h>

#define BASE "/tmp/atlas.mount"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		say("put %s: %s", path, name_of_errno(errno));
	close(fd);
}

static const char *get(const char *path)
{
	static char buf[64];
	int fd = open(path, O_RDONLY);
	long n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (n < 0)
		return name_of_errno(errno);
	buf[n] = '\0';
	close(fd);
	return buf;
}

static void binds(void)
{
	struct stat a, b;

	mkdir("a", 0755), mkdir("a/sub", 0755), mkdir("b", 0755), mkdir("c", 0755);
	WORKS(mount("src", "a", "tmpfs", 0, "mode=755"));
	mkdir("a/sub", 0755), mkdir("a/sub/in", 0755), mkdir("a/on", 0755);
	put("a/sub/f", "file");
	WORKS(mount("a/sub", "b", NULL, MS_BIND, NULL));
	say("%s", get("b/f"));
	put("b/new", "through b");
	say("seen in a/sub: %s", get("a/sub/new"));
	stat("a/sub/f", &a), stat("b/f", &b);
	say("same file: %d, same device: %d", a.st_ino == b.st_ino, a.st_dev == b.st_dev);
	WORKS(link("a/sub/f", "b/f2"));
	WORKS(rename("a/sub/f", "b/f2"));
	WORKS(access("b/../c", F_OK));
	WORKS(mount("src2", "a/on", "tmpfs", 0, NULL));
	put("a/on/deep", "deep");
	WORKS(mount("a", "c", NULL, MS_BIND, NULL));
	say("%s", get("c/on/deep"));
	WORKS(umount("c"));
	WORKS(mount("a", "c", NULL, MS_BIND | MS_REC, NULL));
	say("%s", get("c/on/deep"));
	WORKS(umount("c"));
	WORKS(umount2("c", MNT_DETACH));
	WORKS(rmdir("b"));
	WORKS(rename("b", "b2"));
	put("x", "x"), put("y", "y");
	WORKS(mount("x", "y", NULL, MS_BIND, NULL));
	say("%s", get("y"));
	WORKS(mount("a", "x", NULL, MS_BIND, NULL));
	WORKS(mount("x", "c", NULL, MS_BIND, NULL));
	WORKS(umount("y"));
	say("%s", get("y"));
	WORKS(mount("no", "c", NULL, MS_BIND, NULL));
	WORKS(mount("", "c", NULL, MS_BIND, NULL));
}

static void read_only(void)
{
	int fd = open("b/f", O_WRONLY);

	WORKS(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	close(fd);
	WORKS(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	WORKS(open("b/n", O_CREAT | O_WRONLY, 0644));
	WORKS(open("b/f", O_WRONLY));
	WORKS(open("b/f", O_RDONLY | O_TRUNC));
	WORKS(chmod("b/f", 0600));
	WORKS(chown("b/f", 1, 1));
	WORKS(utime("b/f", NULL));
	WORKS(truncate("b/f", 0));
	WORKS(unlink("b/f"));
	WORKS(unlink("b/no"));
	WORKS(rmdir("b/in"));
	WORKS(rename("b/f", "b/g"));
	WORKS(mkdir("b/d", 0755));
	WORKS(mkdir("b/in", 0755));
	WORKS(symlink("x", "b/l"));
	WORKS(link("b/f", "b/g"));
	WORKS(access("b/f", W_OK));
	WORKS(setxattr("b/f", "user.a", "1", 1, 0));
	say("%s", get("b/f"));
	put("a/sub/f", "changed");
	say("through a: %s", get("b/f"));
	WORKS(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND, NULL));
	WORKS(open("b/n", O_CREAT | O_WRONLY, 0644));
	WORKS(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	unlink("b/n");
}

static void flags(void)
{
	struct statfs s;

	mkdir("n", 0755);
	WORKS(mount("none", "n", "tmpfs", MS_NOEXEC | MS_NODEV | MS_NOSUID, NULL));
	put("n/prog", "#!/bin/sh\n");
	chmod("n/prog", 0755);
	mknod("n/null", S_IFCHR | 0666, 0x103);
	WORKS(execl("n/prog", "prog", NULL));
	WORKS(open("n/null", O_RDONLY));
	statfs("n", &s);
	say("statfs flags %lx", (long)s.f_flags & 0x40e);
	WORKS(mount("n", "c", NULL, MS_BIND, NULL));
	WORKS(mount(NULL, "c", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID, NULL));
	WORKS(open("c/null", O_RDONLY));
	umount("c"), umount("n");
}

static void moves(void)
{
	mkdir("m", 0755), mkdir("to", 0755);
	mount("m", "m", "tmpfs", 0, NULL);
	mkdir("m/d", 0755), mkdir("m/e", 0755);
	mount("md", "m/d", "tmpfs", 0, NULL);
	put("m/d/f", "moved");
	WORKS(mount("m", "m/e", NULL, MS_MOVE, NULL));
	WORKS(mount("m/e", "to", NULL, MS_MOVE, NULL));
	WORKS(mount("m", "to", NULL, MS_MOVE, NULL));
	say("%s", get("to/d/f"));
	say("%s", get("m/d/f"));
	WORKS(umount("to/d"));
	WORKS(umount("to"));
}

static void busy(void)
{
	char cwd[4096];
	int fd;

	mkdir("u", 0755);
	mount("u", "u", "tmpfs", 0, NULL);
	put("u/f", "still here");
	fd = open("u/f", O_RDONLY);
	WORKS(umount("u"));
	close(fd);
	WORKS(umount2("u", MNT_EXPIRE));
	WORKS(umount2("u", MNT_EXPIRE));
	WORKS(umount("u"));
	WORKS(umount2("u", 0x100));
	WORKS(umount2("u", MNT_EXPIRE | MNT_DETACH));
	mount("u", "u", "tmpfs", 0, NULL);
	put("u/f", "still here");
	mkdir("u/d", 0755);
	chdir("u/d");
	WORKS(umount("../../u"));
	WORKS(umount2("../../u", MNT_DETACH));
	say("inside: %s, in the old place: %s", get("../f"), get(BASE "/u/f"));
	say("getcwd: %s", syscall(SYS_getcwd, cwd, sizeof(cwd)) < 0 ? name_of_errno(errno) : cwd);
	WORKS(access("../../../f", F_OK));
	chdir(BASE);
}

static void limits(void)
{
	static char data[40 * 1024];
	struct statfs s;
	int fd, two, n = 0;
	char name[32], *p;

	mkdir("l", 0755);
	WORKS(mount("l", "l", "tmpfs", 0, "size=64k,nr_inodes=6"));
	fd = open("l/one", O_CREAT | O_RDWR, 0644);
	say("first %ld", (long)write(fd, data, sizeof(data)));
	two = open("l/two", O_CREAT | O_RDWR, 0644);
	say("second %ld", (long)write(two, data, sizeof(data)));
	statfs("l", &s);
	say("blocks %ld free %ld files %ld free %ld", (long)s.f_blocks, (long)s.f_bfree, (long)s.f_files, (long)s.f_ffree);
	WORKS(pwrite(fd, "x", 1, 60 << 10));
	WORKS(ftruncate(fd, 1 << 20));
	WORKS(fallocate(fd, 0, 0, 1 << 20));
	p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 512 << 10);
	fflush(stdout);
	if (!fork()) {
		p[0] = 1;
		_exit(0);
	}
	wait(&n);
	say("a touch of the hole: signal %d", WTERMSIG(n));
	munmap(p, PAGE);
	unlink("l/two");
	statfs("l", &s);
	say("open and unlinked: free %ld", (long)s.f_bfree);
	close(two);
	statfs("l", &s);
	say("gone: free %ld", (long)s.f_bfree);
	for (n = 0; n < 10; n++) {
		snprintf(name, sizeof(name), "l/f%d", n);
		if (mknod(name, S_IFREG | 0644, 0))
			break;
	}
	say("%d files more, then %s", n, name_of_errno(errno));
	WORKS(mount(NULL, "l", NULL, MS_REMOUNT, "size=4k"));
	WORKS(mount(NULL, "l", NULL, MS_REMOUNT, "size=1m"));
	WORKS(pwrite(fd, "x", 1, 1000000));
	statfs("l", &s);
	say("blocks %ld", (long)s.f_blocks);
	close(fd);
	WORKS(mount("l", "l", "tmpfs", 0, "size=banana"));
	WORKS(mount("l", "l", "nosuchfs", 0, NULL));
}

/* ustat(2): what is free of the file system with a device number. */
static void by_device(void)
{
	struct { int32_t free; uint64_t files; char names[16]; } u;
	struct stat st;

	stat("l", &st);
	RESULT(syscall(SYS_ustat, (unsigned int)st.st_dev, &u));
	say("free %d files %lu", u.free, (unsigned long)u.files);
	RESULT(syscall(SYS_ustat, (unsigned int)st.st_dev, (void *)-1));
	RESULT(syscall(SYS_ustat, 0xffffffffu, &u));
	WORKS(umount("l"));
	RESULT(syscall(SYS_ustat, (unsigned int)st.st_dev, &u));
}

/* Root, mount point and options of the mounts below BASE. */
static void show(void)
{
	char line[4096], root[1024], where[1024], options[256];
	FILE *f = fopen("/proc/self/mountinfo", "r");

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d %*d %*s %1023s %1023s %255s", root, where, options) == 3 && !strncmp(where, BASE, strlen(BASE)))
			say("%s %s %.2s", root, where, options);
	fclose(f);
}

int main(void)
{
	unshare(CLONE_NEWNS);   /* the host's own tree stays as it is; Atlas has one */
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	umask(022);
	mkdir(BASE, 0755);
	WORKS(mount("base", BASE, "tmpfs", 0, "mode=755"));
	chdir(BASE);
	mount(NULL, BASE, NULL, MS_PRIVATE, NULL);
	binds();
	show();
	read_only();
	flags();
	moves();
	busy();
	limits();
	by_device();
	show();
	chdir("/");
	WORKS(umount2(BASE, MNT_DETACH));
	show();
	rmdir(BASE);
	return 0;
}
