/* SPDX-License-Identifier: MIT */
/* /proc/self/map_files and /proc/self/syscall, as proc(5) says. */
#include "t.h"
#include <dirent.h>

static void link_of(const char *what, const char *fmt, unsigned long a, unsigned long b)
{
	char name[100], text[100] = "";
	ssize_t n;

	snprintf(name, sizeof(name), fmt, a, b);
	n = readlink(name, text, sizeof(text) - 1);
	say("%s: %s", what, n < 0 ? name_of_errno(errno) : text);
}

static void map_files(void)
{
	char path[] = "/tmp/map_files.XXXXXX", name[100];
	int fd = mkstemp(path), found = 0, other = 0, f;
	unsigned long a, b;
	struct dirent *e;
	struct stat st;
	DIR *d;
	char *p;

	unlink("/tmp/map_files.mapped");
	rename(path, "/tmp/map_files.mapped");
	ftruncate(fd, 4 * (off_t)PAGE);
	pwrite(fd, "hello", 5, 0);
	p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	mmap(p + PAGE, PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0);
	a = (unsigned long)p, b = a + PAGE;
	link_of("file", "/proc/self/map_files/%lx-%lx", a, b);
	link_of("wrong end", "/proc/self/map_files/%lx-%lx", a, b + PAGE);
	link_of("anonymous", "/proc/self/map_files/%lx-%lx", b, b + PAGE);
	link_of("space in front", "/proc/self/map_files/ %lx-%lx", a, b);
	link_of("space behind", "/proc/self/map_files/%lx-%lx ", a, b);
	link_of("space within", "/proc/self/map_files/%lx -%lx", a, b);
	link_of("leading zero", "/proc/self/map_files/0%lx-%lx", a, b);
	link_of("leading zero", "/proc/self/map_files/%lx-0%lx", a, b);
	link_of("upper case", "/proc/self/map_files/%lX-%lx", a | 0xf000000000000000, b);
	link_of("too long", "/proc/self/map_files/10000000000000000%lx-%lx", a, b);
	link_of("one number", "/proc/self/map_files/%lx", a, b);
	link_of("a thread's", "/proc/thread-self/map_files/%lx-%lx", a, b);
	snprintf(name, sizeof(name), "/proc/self/map_files/%lx-%lx", a, b);
	ASK(lstat(name, &st) == 0 && S_ISLNK(st.st_mode));
	say("mode %o", st.st_mode & 07777);
	f = open(name, O_RDONLY);
	if (f >= 0) {
		char text[6] = "";

		RESULT(read(f, text, 5));
		say("%s", text);
		close(f);
	} else if (errno != EPERM) {    /* not root */
		say("open: %s", name_of_errno(errno));
	}
	d = opendir("/proc/self/map_files");
	while (d && (e = readdir(d)) != NULL) {
		unsigned long x, y;

		if (sscanf(e->d_name, "%lx-%lx", &x, &y) != 2)
			continue;
		found += x == a && y == b && e->d_type == DT_LNK;
		other += x == b;
	}
	if (d)
		closedir(d);
	say("listed %d, anonymous listed %d", found, other);
	unlink("/tmp/map_files.mapped");
	link_of("deleted", "/proc/self/map_files/%lx-%lx", a, b);
	munmap(p, PAGE);
	link_of("unmapped", "/proc/self/map_files/%lx-%lx", a, b);
	close(fd);
}

static void own_call(void)
{
	char want[100], got[200] = "";
	int fd = open("/proc/self/syscall", O_RDONLY);

	snprintf(want, sizeof(want), "%d %#lx %#lx %#lx", SYS_read, (long)fd, (unsigned long)got, sizeof(got) - 1);
	syscall(SYS_read, (long)fd, got, sizeof(got) - 1);
	ASK(strncmp(got, want, strlen(want)) == 0);
	close(fd);
}

int main(void)
{
	map_files();
	own_call();
	return 0;
}
