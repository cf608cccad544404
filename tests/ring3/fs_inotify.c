/* SPDX-License-Identifier: MIT */
/* inotify(7): which events come, in which order, with which names; limits and errors. Works in a fresh tmpfs directory. */
#include "t.h"
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <utime.h>

static int in;

static const struct { uint32_t bit; const char *name; } bits[] = {
	{ IN_ACCESS, "access" }, { IN_MODIFY, "modify" }, { IN_ATTRIB, "attrib" }, { IN_CLOSE_WRITE, "close_write" },
	{ IN_CLOSE_NOWRITE, "close_nowrite" }, { IN_OPEN, "open" }, { IN_MOVED_FROM, "moved_from" }, { IN_MOVED_TO, "moved_to" },
	{ IN_CREATE, "create" }, { IN_DELETE, "delete" }, { IN_DELETE_SELF, "delete_self" }, { IN_MOVE_SELF, "move_self" },
	{ IN_UNMOUNT, "unmount" }, { IN_Q_OVERFLOW, "overflow" }, { IN_IGNORED, "ignored" }, { IN_ISDIR, "isdir" },
};

/* Everything in the queue; cookies are shown by the order in which they were first seen. */
static void events(const char *what)
{
	char buf[8192] __attribute__((aligned(8)));
	uint32_t cookies[64], nr_cookies = 0;
	ssize_t n;
	int size = -1;

	ioctl(in, FIONREAD, &size);
	say("%s: %d bytes", what, size);
	while ((n = read(in, buf, sizeof(buf))) > 0) {
		for (char *p = buf; p < buf + n;) {
			struct inotify_event *e = (void *)p;
			char text[256] = "";
			unsigned int c = 0;

			for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
				if (e->mask & bits[i].bit)
					strcat(strcat(text, " "), bits[i].name);
			if (e->cookie) {
				while (c < nr_cookies && cookies[c] != e->cookie)
					c++;
				if (c == nr_cookies && c < 64)
					cookies[nr_cookies++] = e->cookie;
				c++;
			}
			say("  wd %d%s cookie %u len %u %s", e->wd, text, c, e->len, e->len ? e->name : "-");
			p += sizeof(*e) + e->len;
		}
	}
	if (n < 0 && errno != EAGAIN)
		say("  read: %s", name_of_errno(errno));
}

static void put(const char *path, int flags, const char *text)
{
	int fd = open(path, flags, 0644);

	if (fd < 0 || (text && write(fd, text, strlen(text)) < 0))
		say("put %s: %s", path, name_of_errno(errno));
	close(fd);
}

static void errors(void)
{
	int p[2];
	char other[4];

	RESULT(inotify_init1(~(IN_CLOEXEC | IN_NONBLOCK)));
	RESULT(inotify_add_watch(in, ".", 0));
	RESULT(inotify_add_watch(in, ".", 0x100000));
	RESULT(inotify_add_watch(in, "nothere", IN_OPEN));
	RESULT(inotify_add_watch(in, "", IN_OPEN));
	RESULT(inotify_add_watch(in, (char *)8, IN_OPEN));
	RESULT(inotify_add_watch(999, ".", IN_OPEN));
	RESULT(inotify_add_watch(1, ".", IN_OPEN));
	RESULT(inotify_add_watch(in, ".", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE));
	RESULT(inotify_rm_watch(in, 77));
	RESULT(inotify_rm_watch(999, 1));
	RESULT(inotify_rm_watch(1, 1));
	WORKS(pipe(p));
	RESULT(inotify_rm_watch(p[0], 1));
	RESULT(write(in, "x", 1));
	RESULT(lseek(in, 0, SEEK_SET));
	RESULT(read(in, other, 4));
	ASK((fcntl(in, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_NONBLOCK);
	ASK(fcntl(in, F_GETFD) == FD_CLOEXEC);
	close(p[0]);
	close(p[1]);
}

static void one_file(void)
{
	char buf[64];
	int fd, wd;

	put("f", O_CREAT | O_WRONLY, "hello");
	wd = inotify_add_watch(in, "f", IN_ALL_EVENTS);
	fd = open("f", O_RDWR);
	RESULT(read(fd, buf, 3));
	RESULT(read(fd, buf, 0));
	RESULT(read(fd, buf, 60));
	RESULT(read(fd, buf, 60));
	RESULT(write(fd, "x", 1));
	RESULT(write(fd, "x", 1));
	RESULT(pwrite(fd, "x", 1, 0));
	RESULT(ftruncate(fd, 2));
	RESULT(fchmod(fd, 0600));
	close(fd);
	events("open, read, write, truncate, chmod, close");
	RESULT(truncate("f", 10));
	events("truncation");
	RESULT(chown("f", -1, -1));
	RESULT(utime("f", NULL));
	RESULT(utimensat(AT_FDCWD, "f", (struct timespec[2]){ { 1, 1 }, { 0, UTIME_OMIT } }, 0));
	RESULT(utimensat(AT_FDCWD, "f", (struct timespec[2]){ { 0, UTIME_OMIT }, { 1, 1 } }, 0));
	RESULT(link("f", "g"));
	RESULT(rename("g", "h"));
	events("attributes, link, rename of the link");
	RESULT(unlink("h"));
	events("unlink of one name");
	fd = open("f", O_RDONLY);
	RESULT(unlink("f"));
	events("unlink while open");
	close(fd);
	events("then close");
	RESULT(inotify_rm_watch(in, wd));
}

static void directory(void)
{
	char buf[1024];
	int fd, wd;

	mkdir("d", 0755);
	wd = inotify_add_watch(in, "d", IN_ALL_EVENTS);
	put("d/a", O_CREAT | O_WRONLY, "1");
	put("d/a", O_CREAT | O_EXCL | O_WRONLY, NULL);
	mkdir("d/sub", 0755);
	symlink("x", "d/link");
	mkfifo("d/fifo", 0600);
	link("d/a", "d/b");
	events("new names");
	RESULT(rename("d/a", "d/c-with-a-longer-name"));
	RESULT(rename("d/c-with-a-longer-name", "out"));
	RESULT(rename("out", "d/in"));
	RESULT(rename("d/sub", "d/sub2"));
	put("d/over", O_CREAT | O_WRONLY, NULL);
	RESULT(rename("d/in", "d/over"));
	RESULT(rename("d/over", "d/over"));
	RESULT(syscall(SYS_renameat2, AT_FDCWD, "d/over", AT_FDCWD, "d/sub2", 2));
	RESULT(rename("d/nothere", "d/x"));
	events("renames");
	fd = open("d", O_RDONLY | O_DIRECTORY);
	WORKS(syscall(SYS_getdents64, fd, buf, sizeof(buf)));
	close(fd);
	RESULT(chmod("d/link", 0700));
	RESULT(chmod("d/b", 0700));
	events("readdir, attributes");
	RESULT(unlink("d/link"));
	RESULT(unlink("d/fifo"));
	RESULT(unlink("d/b"));
	RESULT(unlink("d/sub2"));
	RESULT(rmdir("d/over"));
	events("deletions");
	RESULT(rename("d", "e"));
	RESULT(rmdir("e"));
	events("the directory itself");
	RESULT(inotify_rm_watch(in, wd));
}

static void both(void)
{
	int d, f;

	mkdir("d", 0755);
	put("d/a", O_CREAT | O_WRONLY, "1");
	d = inotify_add_watch(in, "d", IN_ALL_EVENTS);
	f = inotify_add_watch(in, "d/a", IN_ALL_EVENTS);
	put("d/a", O_WRONLY, "2");
	RESULT(rename("d/a", "d/b"));
	put("d/t", O_CREAT | O_WRONLY, "1");
	RESULT(rename("d/t", "d/b"));
	events("directory and file watched");
	RESULT(inotify_rm_watch(in, f));
	RESULT(unlink("d/b"));
	events("target gone by rename");
	RESULT(inotify_rm_watch(in, d));
	events("ignored");
}

static void flags(void)
{
	int wd, fd;

	put("d/a", O_CREAT | O_WRONLY, "1");
	wd = inotify_add_watch(in, "d", IN_OPEN | IN_ONESHOT);
	put("d/a", O_RDONLY, NULL);
	put("d/a", O_RDONLY, NULL);
	events("oneshot");
	wd = inotify_add_watch(in, "d", IN_OPEN);
	ASK(inotify_add_watch(in, "d", IN_CLOSE | IN_MASK_ADD) == wd);
	put("d/a", O_RDONLY, NULL);
	events("mask add");
	RESULT(inotify_add_watch(in, "d", IN_CLOSE | IN_MASK_CREATE));
	ASK(inotify_add_watch(in, "d", IN_ATTRIB) == wd);
	put("d/a", O_RDONLY, NULL);
	events("mask replaced");
	RESULT(inotify_add_watch(in, "d/a", IN_ATTRIB | IN_ONLYDIR));
	symlink("a", "d/l");
	fd = inotify_add_watch(in, "d/l", IN_ALL_EVENTS | IN_DONT_FOLLOW);
	ASK(fd > wd);
	put("d/l", O_RDONLY, NULL);
	RESULT(unlink("d/l"));
	events("a link itself");
	inotify_rm_watch(in, wd);
	wd = inotify_add_watch(in, "d", IN_ALL_EVENTS | IN_EXCL_UNLINK);
	fd = open("d/a", O_RDWR);
	unlink("d/a");
	RESULT(write(fd, "x", 1));
	close(fd);
	events("excl_unlink");
	inotify_rm_watch(in, wd);
	wd = inotify_add_watch(in, "d", IN_ALL_EVENTS);
	put("d/a", O_CREAT | O_WRONLY, "1");
	fd = open("d/a", O_RDWR);
	unlink("d/a");
	RESULT(write(fd, "x", 1));
	close(fd);
	events("without excl_unlink");
	inotify_rm_watch(in, wd);
	events("end");
}

static void queue(void)
{
	struct pollfd p = { .fd = in, .events = POLLIN | POLLOUT };
	char small[24], line[64] = "";
	int wd = inotify_add_watch(in, "d", IN_CREATE), fd;

	RESULT(poll(&p, 1, 0));
	put("d/name", O_CREAT | O_WRONLY, NULL);
	RESULT(poll(&p, 1, 0));
	say("revents %x", p.revents);
	RESULT(read(in, small, 8));
	RESULT(read(in, small, sizeof(small)));
	RESULT(read(in, (void *)8, 4096));
	events("after a fault");
	CHILD("a reader woken", {
		if (!fork()) {
			usleep(20000);
			put("d/second", O_CREAT | O_WRONLY, NULL);
			_exit(0);
		}
		fcntl(in, F_SETFL, 0);
		p.revents = 0;
		RESULT(poll(&p, 1, 5000));
		fcntl(in, F_SETFL, O_NONBLOCK);
		events("in the child");
	});
	fcntl(in, F_SETFL, O_NONBLOCK);
	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", in);
	fd = open(line, O_RDONLY);
	ASK(fd >= 0);
	close(fd);
	inotify_rm_watch(in, wd);
	events("end");
}

int main(void)
{
	char dir[] = "/tmp/inotify-XXXXXX";

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	in = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	errors();
	one_file();
	directory();
	both();
	flags();
	queue();
	close(in);
	return 0;
}
