/* SPDX-License-Identifier: MIT */
/* Descriptors and bytes: read, write and their forms, dup, fcntl, locks, truncate, sendfile, memfd, statx, umask. */
#include "t.h"
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/vfs.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/uio.h>

static char buf[1 << 16];

static void positions(void)
{
	struct iovec v[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } }, r[2] = { { buf, 1 }, { buf + 10, 100 } };
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), ro = open("f", O_RDONLY), wo = open("f", O_WRONLY);

	RESULT(write(fd, "hello", 5));
	RESULT(lseek(fd, 0, SEEK_CUR));
	RESULT(lseek(fd, -2, SEEK_END));
	RESULT(read(fd, buf, 10));
	RESULT(read(fd, buf, 10));
	RESULT(lseek(fd, -1, SEEK_SET));
	RESULT(lseek(fd, 0, 99));
	RESULT(lseek(fd, 100000, SEEK_SET));
	RESULT(read(fd, buf, 10));
	RESULT(write(fd, "x", 1));
	RESULT(lseek(fd, 0, SEEK_HOLE));
	RESULT(lseek(fd, 5000, SEEK_DATA));
	RESULT(lseek(fd, 100001, SEEK_DATA));
	RESULT(pread(fd, buf, 5, 0));
	RESULT(pread(fd, buf, 5, -1));
	RESULT(pwrite(fd, "HE", 2, 0));
	RESULT(writev(fd, v, 3));
	RESULT(writev(fd, v, -1));
	RESULT(writev(fd, v, 0));
	RESULT(writev(fd, v, 1025));
	RESULT(lseek(fd, 0, SEEK_SET));
	RESULT(readv(fd, r, 2));
	say("%c %.4s", buf[0], buf + 10);
	RESULT(preadv(fd, r, 2, 2));
	RESULT(pwritev(fd, v, 3, 50));
	RESULT(read(wo, buf, 1));
	RESULT(write(ro, buf, 1));
	RESULT(read(-1, buf, 1));
	RESULT(write(1000, buf, 1));
	RESULT(read(fd, (void *)8, 10));
	RESULT(write(fd, (void *)8, 10));
	RESULT(write(fd, (void *)8, 0));
	RESULT(read(fd, (void *)0xffff800000000000, 10));
	RESULT(close(fd));
	RESULT(close(fd));
	close(ro);
	close(wo);
	fd = open(".", O_RDONLY);
	RESULT(read(fd, buf, 10));
	RESULT(pread(fd, buf, 10, 0));
	close(fd);
}

static void appending(void)
{
	int a = open("app", O_WRONLY | O_CREAT | O_APPEND, 0600), b = open("app", O_RDWR);

	RESULT(write(a, "one", 3));
	RESULT(write(b, "ONETWO", 6));
	RESULT(write(a, "three", 5));
	RESULT(pwrite(a, "x", 1, 0));
	RESULT(lseek(a, 0, SEEK_CUR));
	RESULT(pread(b, buf, 100, 0));
	say("%.12s", buf);
	RESULT(fcntl(b, F_SETFL, O_APPEND));
	RESULT(fcntl(b, F_GETFL) & (O_APPEND | O_ACCMODE | O_NONBLOCK));
	lseek(b, 0, SEEK_SET);
	RESULT(write(b, "end", 3));
	RESULT(lseek(b, 0, SEEK_END));
	close(a);
	close(b);
}

static void sizes(void)
{
	int fd = open("t", O_RDWR | O_CREAT, 0600), ro;
	struct stat st;

	write(fd, "0123456789", 10);
	RESULT(ftruncate(fd, 4));
	RESULT(ftruncate(fd, 8));
	RESULT(pread(fd, buf, 20, 0));
	say("%d %d %d", buf[3], buf[4], buf[7]);
	RESULT(ftruncate(fd, -1));
	RESULT(truncate("t", 3));
	RESULT(truncate("nothere", 3));
	RESULT(truncate(".", 3));
	ro = open("t", O_RDONLY);
	RESULT(ftruncate(ro, 1));
	RESULT(posix_fallocate(fd, 0, 10000));
	fstat(fd, &st);
	say("size %ld blocks %ld", (long)st.st_size, (long)st.st_blocks);
	RESULT(fallocate(fd, 3, 0, 4096));
	fstat(fd, &st);
	say("size %ld", (long)st.st_size);
	RESULT(fallocate(fd, 1, 0, 100000));
	RESULT(fallocate(fd, 0, -1, 5));
	RESULT(fallocate(fd, 0, 0, 0));
	RESULT(fallocate(ro, 0, 0, 5));
	RESULT(ftruncate(fd, 1L << 40));
	fstat(fd, &st);
	say("size %ld", (long)st.st_size);
	RESULT(open("t", O_RDWR | O_TRUNC) >= 0);
	fstat(fd, &st);
	say("size %ld", (long)st.st_size);
	close(fd);
	close(ro);
}

static void duplicates(void)
{
	int fd = open("f", O_RDWR), d;

	RESULT((d = dup(fd)) > fd);
	lseek(fd, 7, SEEK_SET);
	RESULT(lseek(d, 0, SEEK_CUR));
	RESULT(dup2(fd, fd) == fd);
	RESULT(dup2(fd, 50));
	RESULT(dup2(99, 51));
	RESULT(dup2(99, 99));
	RESULT(dup3(fd, fd, 0));
	RESULT(dup3(fd, 52, O_CLOEXEC));
	RESULT(dup3(fd, 52, 1));
	RESULT(fcntl(52, F_GETFD));
	RESULT(fcntl(52, F_SETFD, 0));
	RESULT(fcntl(52, F_GETFD));
	RESULT(fcntl(fd, F_DUPFD, 60));
	RESULT(fcntl(fd, F_DUPFD_CLOEXEC, 60));
	RESULT(fcntl(fd, F_DUPFD, -1));
	RESULT(fcntl(fd, F_DUPFD, 1 << 30));
	RESULT(fcntl(61, F_GETFD));
	RESULT(fcntl(fd, 9999));
	RESULT(fcntl(99, F_GETFD));
	RESULT(dup2(fd, 200));
	RESULT(dup2(fd, 1 << 30));
	RESULT(syscall(SYS_close_range, 50, 60, 0));
	RESULT(fcntl(50, F_GETFD));
	RESULT(fcntl(61, F_GETFD));
	RESULT(syscall(SYS_close_range, 60, 50, 0));
	for (int i = 50; i < 201; i++)
		close(i);
	close(d);
	close(fd);
}

static void limit(void)
{
	struct rlimit r = { 20, 1000 };
	int n = 0;

	CHILD("RLIMIT_NOFILE", ({
		setrlimit(RLIMIT_NOFILE, &r);
		while (open("f", O_RDONLY) >= 0)
			n++;
		say("%s, dup: %s", name_of_errno(errno), dup(0) < 0 ? name_of_errno(errno) : "ok");
		RESULT(dup2(0, 19));
		RESULT(dup2(0, 20));
		RESULT(pipe((int *)buf));
	}));
	r.rlim_cur = 100;
	CHILD("RLIMIT_FSIZE", ({
		int fd = open("limited", O_RDWR | O_CREAT, 0600);

		setrlimit(RLIMIT_FSIZE, &r);
		RESULT(write(fd, buf, 150));
		signal(SIGXFSZ, SIG_IGN);
		RESULT(write(fd, buf, 150));
		RESULT(ftruncate(fd, 101));
		RESULT(ftruncate(fd, 100));
		signal(SIGXFSZ, SIG_DFL);
		RESULT(write(fd, buf, 1));
	}));
}

static int lock(int fd, int cmd, int type, long start, long len)
{
	struct flock l = { .l_type = type, .l_start = start, .l_len = len };
	int r = fcntl(fd, cmd, &l);

	return r ? r : cmd == F_GETLK ? l.l_type * 1000 + l.l_start : 0;
}

static void locks(void)
{
	int fd = open("lk", O_RDWR | O_CREAT, 0600), p[2], q[2];

	RESULT(pipe(p));
	RESULT(pipe(q));
	RESULT(lock(fd, F_SETLK, F_WRLCK, 10, 10));
	RESULT(lock(fd, F_SETLK, F_RDLCK, 12, 3));
	RESULT(lock(fd, F_GETLK, F_WRLCK, 0, 0));
	CHILD("other process", ({
		RESULT(lock(fd, F_GETLK, F_RDLCK, 0, 0));
		RESULT(lock(fd, F_GETLK, F_WRLCK, 12, 1));
		RESULT(lock(fd, F_SETLK, F_RDLCK, 12, 3));
		RESULT(lock(fd, F_SETLK, F_WRLCK, 12, 3));
		RESULT(lock(fd, F_SETLK, F_WRLCK, 0, 10));
		RESULT(lock(fd, F_SETLK, F_WRLCK, 0, 11));
		RESULT(lock(fd, F_SETLK, F_WRLCK, 20, 0));
	}));
	if (!fork()) {
		write(p[1], "x", 1);
		buf[0] = lock(fd, F_SETLKW, F_WRLCK, 10, 1) ? 'n' : 'y'; /* the parent prints: in one order */
		write(q[1], buf, 1);
		_exit(0);
	}
	read(p[0], buf, 1);
	usleep(50000);
	RESULT(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	RESULT(read(q[0], buf, 1));
	RESULT(buf[0]);
	wait(NULL);
	RESULT(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	close(dup(fd));
	CHILD("closed any descriptor", RESULT(lock(fd, F_SETLK, F_WRLCK, 0, 0)));
	RESULT(flock(fd, LOCK_EX));
	CHILD("flock", ({
		int other = open("lk", O_RDWR);

		RESULT(flock(other, LOCK_EX | LOCK_NB));
		RESULT(flock(other, LOCK_SH | LOCK_NB));
		RESULT(flock(fd, LOCK_SH | LOCK_NB));
		RESULT(flock(other, LOCK_SH | LOCK_NB));
		RESULT(flock(other, 77));
	}));
	RESULT(flock(fd, LOCK_UN));
	RESULT(lock(fd, F_SETLK, 9, 0, 0));
	RESULT(lock(fd, F_SETLK, F_RDLCK, -1, 0));
	RESULT(fcntl(fd, F_SETLK, (void *)8));
	close(fd);
	fd = open("lk", O_RDONLY);
	RESULT(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	close(fd);
	close(p[0]), close(p[1]), close(q[0]), close(q[1]);
}

static void copies(void)
{
	int a = open("src", O_RDWR | O_CREAT, 0600), b = open("dst", O_RDWR | O_CREAT, 0600), p[2];
	off_t off = 3, off2 = 1;

	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = i * 7;
	RESULT(write(a, buf, 50000));
	lseek(a, 0, SEEK_SET);
	RESULT(sendfile(b, a, NULL, 20000));
	RESULT(lseek(a, 0, SEEK_CUR));
	RESULT(sendfile(b, a, &off, 100));
	say("off %ld", (long)off);
	RESULT(lseek(b, 0, SEEK_CUR));
	RESULT(syscall(SYS_copy_file_range, a, &off, b, &off2, 1000, 0));
	say("offs %ld %ld", (long)off, (long)off2);
	RESULT(syscall(SYS_copy_file_range, a, &off, a, &off, 10, 0));
	RESULT(syscall(SYS_copy_file_range, a, &off, b, &off2, 10, 1));
	pipe(p);
	off = 49990;
	RESULT(sendfile(p[1], a, &off, 100));
	RESULT(read(p[0], buf + 60000, 100));
	RESULT(memcmp(buf + 60000, buf + 49990, 10));
	RESULT(syscall(SYS_splice, p[0], NULL, p[1], NULL, 10, 0) < 0);
	RESULT(write(p[1], "there", 5));
	RESULT(sendfile(b, p[0], NULL, 100));
	fcntl(b, F_SETFL, O_APPEND);
	RESULT(sendfile(b, a, &off, 1));
	RESULT(syscall(SYS_splice, p[0], NULL, b, NULL, 100, 0));
	fcntl(b, F_SETFL, 0);
	RESULT(sendfile(b, a, (off_t *)-1, 0));
	RESULT(sendfile(p[0], p[1], NULL, 100));
	RESULT(syscall(SYS_splice, p[0], NULL, b, NULL, 100, 0)); /* what is there, no waiting for more */
	RESULT(fsync(a));
	RESULT(fsync(p[0]));
	RESULT(fdatasync(99));
	close(a), close(b), close(p[0]), close(p[1]);
}

static void memory_files(void)
{
	static const char big[4096];
	int fd = syscall(SYS_memfd_create, "mine", 2), plain = syscall(SYS_memfd_create, "x", 0), future, grow;
	struct statfs s;
	void *m;

	RESULT(syscall(SYS_memfd_create, "x", 0x1000));
	RESULT(syscall(SYS_memfd_create, (void *)8, 0));
	RESULT(write(fd, "12345", 5));
	RESULT(fcntl(fd, F_GET_SEALS));
	RESULT(fcntl(plain, F_GET_SEALS));
	RESULT(fstatfs(plain, &s));
	say("type %lx, %lu blocks, %lu files", (long)s.f_type, (long)s.f_blocks, (long)s.f_files);
	RESULT(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE));
	m = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	RESULT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	munmap(m, PAGE);
	RESULT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK));
	RESULT(write(fd, "x", 1));
	RESULT(ftruncate(fd, 1));
	RESULT(ftruncate(fd, 10));
	RESULT(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0) == MAP_FAILED);
	RESULT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	RESULT(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	RESULT(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	RESULT(fcntl(fd, F_GET_SEALS));
	RESULT(fcntl(0, F_GET_SEALS));
	future = (int)syscall(SYS_memfd_create, "future", 2);
	RESULT(ftruncate(future, 4 * (off_t)PAGE));
	RESULT(fcntl(future, F_ADD_SEALS, 0x10)); /* F_SEAL_FUTURE_WRITE */
	RESULT(write(future, "x", 1));
	RESULT(fallocate(future, 3, 0, (off_t)PAGE)); /* FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE */
	RESULT(fallocate(future, 0, 0, 8 * (off_t)PAGE));
	RESULT(ftruncate(plain, 2 * (off_t)PAGE - 1024));
	RESULT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, plain, INT64_MAX - (off_t)PAGE + 1) == MAP_FAILED);
	RESULT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, plain, INT64_MAX - 2 * (off_t)PAGE + 1) == MAP_FAILED);
	RESULT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, plain, -(off_t)PAGE) == MAP_FAILED);
	grow = (int)syscall(SYS_memfd_create, "grow", 2);
	RESULT(ftruncate(grow, 2 * (off_t)PAGE - 1024));
	RESULT(fcntl(grow, F_ADD_SEALS, F_SEAL_GROW));
	RESULT(pwrite(grow, big, 4096, (off_t)PAGE - 1024));
	RESULT(pwrite(grow, big, 2048, 2 * (off_t)PAGE - 2048));
	RESULT(pwrite(grow, big, 1024, 2 * (off_t)PAGE - 2048));
	close(grow);
	grow = open("/dev/shm/ring3-seals", O_CREAT | O_RDWR, 0600);
	RESULT(fcntl(grow, F_GET_SEALS));
	unlink("/dev/shm/ring3-seals");
	RESULT(fcntl(grow, F_ADD_SEALS, F_SEAL_GROW));
	close(grow);
	snprintf(buf, 100, "/proc/self/fd/%d", fd);
	RESULT(readlink(buf, buf + 200, 100));
	say("%.25s", buf + 200);
	close(fd), close(plain), close(future);
}

static void attributes(void)
{
	struct timespec t[2] = { { 1000, 5 }, { 2000, 999999999 } };
	struct timeval v[2] = { { 3000, 7 }, { 4000, 999999 } };
	struct stat st, before;
	struct statfs fs;
	char x[256];
	int fd = open("attr", O_CREAT | O_RDWR, 0644);

	RESULT(utimensat(AT_FDCWD, "attr", t, 0));
	stat("attr", &st);
	say("%ld.%ld %ld.%ld", st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	t[0].tv_nsec = UTIME_OMIT;
	t[1].tv_nsec = UTIME_NOW;
	RESULT(futimens(fd, t));
	stat("attr", &st);
	say("%ld %d", st.st_atim.tv_sec, st.st_mtim.tv_sec > 1000000);
	t[0].tv_nsec = 1000000000;
	RESULT(futimens(fd, t));
	RESULT(utimes("attr", v));
	stat("attr", &st);
	say("%ld.%ld %ld.%ld", st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	before = st;
	usleep(20000);
	write(fd, "x", 1);
	stat("attr", &st);
	ASK(st.st_mtim.tv_sec > before.st_mtim.tv_sec);
	ASK(st.st_ctim.tv_sec > before.st_ctim.tv_sec || st.st_ctim.tv_nsec != before.st_ctim.tv_nsec);
	RESULT(chmod("attr", 07777));
	stat("attr", &st);
	say("%o", st.st_mode);
	RESULT(fchmod(fd, 0));
	RESULT(fchown(fd, 12, 13));
	fstat(fd, &st);
	say("%o %d %d", st.st_mode, st.st_uid, st.st_gid);
	RESULT(fstat(99, &st));
	RESULT(syscall(SYS_stat, "attr", 8));
	RESULT(fstatat(fd, "", &st, AT_EMPTY_PATH));
	RESULT(fstatat(fd, "", &st, 0));
	RESULT(fstatat(fd, "x", &st, 0));
	RESULT(fstatat(AT_FDCWD, "attr", &st, 0x40000));
	RESULT(syscall(SYS_statx, AT_FDCWD, "attr", 0, 0x7ff, x));
	say("%d size %lu", *(unsigned int *)x & 0x7ff, *(unsigned long *)(x + 40));
	RESULT(statfs(".", &fs));
	say("%lx %ld %ld", (long)fs.f_type, (long)fs.f_bsize, (long)fs.f_namelen);
	RESULT(statfs("/proc", &fs));
	say("%lx", (long)fs.f_type);
	RESULT(umask(077));
	RESULT(open("masked", O_CREAT, 0777) >= 0);
	stat("masked", &st);
	say("%o", st.st_mode);
	RESULT(umask(022));
	RESULT(ioctl(fd, FIONREAD, x));
	say("%d", *(int *)x);
	RESULT(ioctl(fd, 0x5401, x));
	RESULT(ioctl(99, 0x5401, x));
	close(fd);
}

static void odd_files(void)
{
	int fd;

	RESULT(mknod("fifo", S_IFIFO | 0644, 0));
	RESULT(mknod("file", S_IFREG | 0644, 0));
	RESULT(mknod("sock", S_IFSOCK | 0644, 0));
	RESULT(mknod("dir", S_IFDIR | 0644, 0));
	RESULT(open("sock", O_RDONLY));
	RESULT(open("fifo", O_WRONLY | O_NONBLOCK));
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	RESULT(read(fd, buf, 1));
	CHILD("writer", ({
		int w = open("fifo", O_WRONLY);

		RESULT(write(w, "through", 7));
	}));
	RESULT(read(fd, buf, 100));
	RESULT(read(fd, buf, 100));
	close(fd);
	if (!fork()) {
		fd = open("fifo", O_WRONLY);
		write(fd, "blocking", 8);
		_exit(0);
	}
	fd = open("fifo", O_RDONLY);
	RESULT(read(fd, buf, 100));
	RESULT(read(fd, buf, 100));
	wait(NULL);
	close(fd);
	fd = open("/dev/zero", O_RDWR);
	memset(buf, 1, 100);
	RESULT(read(fd, buf, 100));
	say("%d %d", buf[0], buf[99]);
	RESULT(write(fd, buf, 100));
	close(fd);
	fd = open("/dev/null", O_RDWR);
	RESULT(read(fd, buf, 100));
	RESULT(write(fd, buf, 100));
	RESULT(lseek(fd, 100, SEEK_SET));
	close(fd);
	fd = open("/dev/full", O_RDWR);
	RESULT(read(fd, buf, 10));
	RESULT(write(fd, buf, 100));
	close(fd);
	fd = open("/dev/urandom", O_RDONLY);
	RESULT(read(fd, buf, 300));
	close(fd);
	fd = open("f", O_PATH);
	RESULT(read(fd, buf, 1));
	RESULT(fcntl(fd, F_GETFL) == O_PATH || fcntl(fd, F_GETFL) == (O_PATH | 0100000));
	RESULT(fchmod(fd, 0600));
	snprintf(buf, 64, "/proc/self/fd/%d", fd);
	RESULT(open(buf, O_RDONLY) >= 0);
	close(fd);
	fd = open(".", O_TMPFILE | O_RDWR, 0600);
	RESULT(fd >= 0);
	RESULT(write(fd, "t", 1));
	snprintf(buf, 64, "/proc/self/fd/%d", fd);
	RESULT(linkat(AT_FDCWD, buf, AT_FDCWD, "wastmp", AT_SYMLINK_FOLLOW));
	RESULT(access("wastmp", F_OK));
	close(fd);
}

static void unlinked(void)
{
	int fd = open("gone", O_CREAT | O_RDWR, 0600);
	struct stat st;

	write(fd, "still here", 10);
	RESULT(unlink("gone"));
	RESULT(pread(fd, buf, 20, 0));
	fstat(fd, &st);
	say("nlink %d", (int)st.st_nlink);
	snprintf(buf, 64, "/proc/self/fd/%d", fd);
	RESULT(open(buf, O_RDONLY) >= 0);
	close(fd);
}

int main(void)
{
	char dir[] = "/dev/shm/ioXXXXXX", clean[64];

	umask(022);
	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	positions();
	appending();
	sizes();
	duplicates();
	limit();
	locks();
	copies();
	memory_files();
	attributes();
	odd_files();
	unlinked();
	snprintf(clean, sizeof(clean), "rm -rf %s", dir);
	if (!access("/bin/sh", X_OK) && chdir("/") == 0 && system(clean))
		return 2;
	return 0;
}
