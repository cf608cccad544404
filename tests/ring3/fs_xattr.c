/* SPDX-License-Identifier: MIT */
/* Extended attributes, xattr(7): set, get, list, remove, their errors, and who may. Works in a fresh tmpfs directory. */
#include "t.h"
#include <sys/xattr.h>

static char big[65537];

static void show(const char *path)
{
	char list[1024], value[64];
	ssize_t n = llistxattr(path, list, sizeof(list));

	if (n < 0)
		say("%s: %s", path, errno == ENODATA ? "ENODATA" : name_of_errno(errno));
	for (char *p = list; p < list + n; p += strlen(p) + 1) {
		ssize_t v = lgetxattr(path, p, value, sizeof(value));

		if (!strncmp(p, "security.selinux", 16))
			continue;
		say("%s: %s = %.*s (%zd)", path, p, v > 0 ? (int)v : 0, value, v);
	}
}

/* ENODATA has no name in t.h's list. */
#define TRY(call) do { \
	long r_ = (errno = 0, (long)(call)); \
	say("%s: %s %ld", #call, r_ == -1 ? errno == ENODATA ? "ENODATA" : name_of_errno(errno) : "", r_); \
	} while (0)

static void basics(void)
{
	char buf[64];
	int fd = open("f", O_CREAT | O_RDWR, 0644);

	TRY(setxattr("f", "user.one", "1", 1, 0));
	TRY(setxattr("f", "user.two", "22", 2, XATTR_CREATE));
	TRY(setxattr("f", "user.two", "22", 2, XATTR_CREATE));
	TRY(setxattr("f", "user.two", "222", 3, XATTR_REPLACE));
	TRY(setxattr("f", "user.three", "333", 3, XATTR_REPLACE));
	TRY(setxattr("f", "user.empty", "", 0, 0));
	TRY(setxattr("f", "user.null", NULL, 0, 0));
	TRY(fsetxattr(fd, "user.by fd", "x", 1, 0));
	show("f");
	TRY(getxattr("f", "user.two", NULL, 0));
	TRY(getxattr("f", "user.two", buf, 2));
	TRY(getxattr("f", "user.two", buf, 3));
	TRY(fgetxattr(fd, "user.two", buf, 64));
	TRY(getxattr("f", "user.none", buf, 64));
	TRY(getxattr("f", "user.two", (void *)8, 64));
	TRY(listxattr("f", buf, 1));
	TRY(removexattr("f", "user.one"));
	TRY(removexattr("f", "user.one"));
	TRY(fremovexattr(fd, "user.null"));
	TRY(removexattr("nothere", "user.one"));
	show("f");
	TRY(rename("f", "g"));
	TRY(link("g", "h"));
	show("h");
	close(fd);
	TRY(fgetxattr(fd, "user.two", buf, 64));
}

static void errors(void)
{
	char name[300];

	TRY(setxattr("g", "user.", "x", 1, 0));
	TRY(setxattr("g", "nonsense", "x", 1, 0));
	TRY(setxattr("g", "other.class", "x", 1, 0));
	TRY(setxattr("g", "", "x", 1, 0));
	TRY(setxattr("g", "user.x", "x", 1, 4));
	TRY(setxattr("g", "user.x", (void *)8, 1, 0));
	TRY(setxattr("g", (void *)8, "x", 1, 0));
	TRY(setxattr("g", "user.x", big, 65537, 0));
	TRY(setxattr("g", "user.x", big, 65536, 0));
	TRY(removexattr("g", "user.x"));
	memset(name, 'x', sizeof(name));
	memcpy(name, "user.", 5);
	name[256] = '\0';
	TRY(setxattr("g", name, "x", 1, 0));
	name[255] = '\0';
	TRY(setxattr("g", name, "x", 1, 0));
	TRY(removexattr("g", name));
	TRY(getxattr("/proc/self/status", "user.x", NULL, 0));
}

static void kinds(void)
{
	mkdir("d", 01777);
	chmod("d", 01777);
	symlink("d", "l");
	mkfifo("p", 0666);
	TRY(setxattr("l", "user.on d", "x", 1, 0));
	show("d");
	TRY(lsetxattr("l", "user.x", "x", 1, 0));
	TRY(lgetxattr("l", "user.x", NULL, 0));
	TRY(lsetxattr("l", "trusted.x", "x", 1, 0));
	TRY(setxattr("p", "user.x", "x", 1, 0));
	TRY(getxattr("p", "user.x", NULL, 0));
	TRY(setxattr("p", "trusted.x", "x", 1, 0));
	TRY(setxattr("g", "security.test", "x", 1, 0));
	TRY(setxattr("g", "trusted.t", "x", 1, 0));
	show("g");
	show("l");
	show("p");
}

static void as_nobody(void)
{
	if (setresgid(99, 99, 99) || setresuid(99, 99, 99))
		_exit(9);
	show("g");
	TRY(getxattr("g", "trusted.t", NULL, 0));
	TRY(setxattr("g", "trusted.t", "y", 1, 0));
	TRY(removexattr("g", "trusted.t"));
	TRY(getxattr("g", "security.test", NULL, 0));
	TRY(setxattr("g", "security.test", "y", 1, 0));
	TRY(setxattr("g", "user.two", "y", 1, 0));
	TRY(getxattr("g", "user.two", NULL, 0));
	TRY(setxattr("d", "user.sticky", "y", 1, 0));
	chmod("d", 0777);
	TRY(getxattr("secret", "user.x", NULL, 0));
	TRY(listxattr("secret", NULL, 0) >= 0);
}

int main(void)
{
	char dir[] = "/dev/shm/xattr-XXXXXX";

	umask(0);
	if (!mkdtemp(dir) || chdir(dir) || chmod(dir, 0755))
		return 1;
	basics();
	errors();
	kinds();
	close(open("secret", O_CREAT | O_WRONLY, 0600));
	TRY(setxattr("secret", "user.x", "x", 1, 0));
	CHILD("as nobody", as_nobody());
	return 0;
}
