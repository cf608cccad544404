// SPDX-License-Identifier: MIT
/* userfaultfd(2): the descriptor, registration, each request and its errors, faults, protection. */
#include "uffd.h"

/* ---- the descriptor ---- */

static void descriptor(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct pollfd p = { .events = POLLIN };
	char buf[256], link[64];
	int fd;

	RESULT(syscall(SYS_userfaultfd, 2));
	RESULT(syscall(SYS_userfaultfd, O_APPEND));
	fd = uffd_new(O_NONBLOCK | O_CLOEXEC);
	say("flags %o, close-on-exec %d", fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), fcntl(fd, F_GETFD));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	memset(buf, 0, sizeof(buf));
	RESULT(readlink(link, buf, sizeof(buf) - 1));
	say("%s", buf);
	RESULT(write(fd, buf, 32));
	RESULT(lseek(fd, 0, SEEK_SET));
	RESULT(read(fd, buf, 32));
	RESULT(ioctl(fd, UFFDIO_WAKE, buf));
	RESULT(ioctl(fd, 0xaa3e, buf));
	p.fd = fd;
	RESULT(poll(&p, 1, 0));
	say("before the handshake: %x", p.revents);

	RESULT(ioctl(fd, UFFDIO_API, 8));
	api.api = 0xab;
	api.ioctls = 7;
	RESULT(ioctl(fd, UFFDIO_API, &api));
	say("cleared: %d %d %d", (int)api.api, (int)api.features, (int)api.ioctls);
	api = (struct uffdio_api){ .api = UFFD_API, .features = 1ULL << 40 };
	RESULT(ioctl(fd, UFFDIO_API, &api));
	api = (struct uffdio_api){ .api = UFFD_API };
	RESULT(ioctl(fd, UFFDIO_API, &api));
	say("features %llx ioctls %llx", (unsigned long long)(api.features & ALL_6_1), (unsigned long long)api.ioctls);
	RESULT(uffd_api(fd, 0));
	RESULT(poll(&p, 1, 0));
	RESULT(read(fd, buf, 32));
	RESULT(read(fd, buf, 31));
	RESULT(read(fd, buf, 0));
	RESULT(ioctl(fd, 0xaa3e, buf));
	RESULT(ioctl(fd, FIONREAD, buf));
	fcntl(fd, F_SETFL, 0);
	RESULT(poll(&p, 1, 0));
	say("one that blocks can't be polled: %x", p.revents);
	close(fd);
	fd = uffd_new(UFFD_USER_MODE_ONLY);
	say("flags %o, close-on-exec %d", fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), fcntl(fd, F_GETFD));
	close(fd);
}

static void fdinfo(int fd)
{
	char path[64], text[512], *p;
	int f;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = open(path, O_RDONLY);
	n = read(f, text, sizeof(text) - 1);
	close(f);
	text[n > 0 ? n : 0] = 0;
	p = strstr(text, "pending:");
	if (p && strrchr(p, ':')) {
		*strrchr(p, ':') = 0;   /* the requests: later kernels have more */
		say("%s", p);
	}
}

/* Linux's /dev/userfaultfd came with 6.1. */
static void device(void)
{
	int dev = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC), fd;

	if (dev < 0)
		return;
	fd = ioctl(dev, 0xaa00, O_NONBLOCK);
	if (fd < 0 || uffd_api(fd, 0) || ioctl(dev, 0xaa00, 2) != -1 || errno != EINVAL || ioctl(dev, 0xaa01, 0) != -1 || errno != EINVAL)
		say("the device: %s", name_of_errno(errno));
	close(fd);
	close(dev);
}

/* ---- registration ---- */

/* The mappings inside the area: one letter for each page, the next letter for another mapping; with the flags of each. */
static void layout(const char *what)
{
	char line[512], text[512] = "";
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long start, end;
	size_t n = 0;
	bool in = false;

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && strchr(line, '-') < line + 17) {
			in = end > (unsigned long)area && start < (unsigned long)area + NR * PAGE;
			if (in) {
				start = start < (unsigned long)area ? (unsigned long)area : start;
				end = end > (unsigned long)area + NR * PAGE ? (unsigned long)area + NR * PAGE : end;
				n += snprintf(text + n, sizeof(text) - n, " %lu", (end - start) / PAGE);
			}
		} else if (in && !strncmp(line, "VmFlags:", 8)) {
			n += snprintf(text + n, sizeof(text) - n, "%s%s%s", strstr(line, " um") ? "m" : "", strstr(line, " uw") ? "w" : "",
				      strstr(line, " ui") ? "i" : "");
		}
	}
	fclose(f);
	say("%s:%s", what, text);
}

static void registration(void)
{
	int fd = uffd_open(O_NONBLOCK, 0), other = uffd_open(O_NONBLOCK, 0);
	char *p = map_area(RW, ANON, -1);

	RESULT(ioctl(fd, UFFDIO_REGISTER, 8));
	RESULT(reg(fd, p, PAGE, 0));
	RESULT(reg(fd, p, PAGE, 8));
	RESULT(reg(fd, p + 1, PAGE, MISSING));
	RESULT(reg(fd, p, PAGE + 1, MISSING));
	RESULT(reg(fd, p, 0, MISSING));
	RESULT(reg(fd, p, -PAGE, MISSING));
	RESULT(reg(fd, (void *)0, PAGE, MISSING));
	RESULT(reg(fd, (void *)-PAGE, PAGE, MISSING));
	RESULT(reg(fd, (void *)0x7ffffffff000, PAGE, MISSING));
	RESULT(reg(fd, p, PAGE, MINOR));
	RESULT(reg(fd, p, PAGE, MISSING | MINOR));
	RESULT(reg(fd, p + 4 * PAGE, 4 * PAGE, MISSING));
	layout("the middle");
	RESULT(reg(fd, p + 6 * PAGE, 4 * PAGE, WP));
	layout("a part of it otherwise");
	RESULT(reg(fd, p + 6 * PAGE, 4 * PAGE, MISSING | WP));
	layout("more of it");
	RESULT(reg(other, p, NR * PAGE, MISSING));
	layout("nothing of somebody else's");
	RESULT(reg(other, p + 10 * PAGE, 2 * PAGE, MISSING | WP));
	layout("a neighbour of another one");
	RESULT(unreg(other, p + 10 * PAGE, 2 * PAGE));
	RESULT(unreg(fd, p + 5 * PAGE, PAGE));
	layout("a hole");
	RESULT(unreg(fd, p, NR * PAGE));
	layout("all gone");
	RESULT(unreg(fd, p, NR * PAGE));
	RESULT(unreg(fd, p + 1, PAGE));
	RESULT(unreg(fd, p, 0));
	RESULT(ioctl(fd, UFFDIO_UNREGISTER, 8));
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	RESULT(mprotect(p + 4 * PAGE, PAGE, PROT_READ));
	layout("mprotect");
	RESULT(mprotect(p + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE));
	layout("and back");
	close(fd);
	layout("closed");
	fd = uffd_open(O_NONBLOCK, 0);
	munmap(p + 2 * PAGE, 2 * PAGE);
	RESULT(reg(fd, p, 6 * PAGE, WP));
	layout("over a gap");
	RESULT(reg(fd, p + 2 * PAGE, PAGE, WP));
	munmap(p, NR * PAGE);
	close(fd);
	close(other);
}

static void registration_shared(void)
{
	int fd = uffd_open(O_NONBLOCK, 0), m = memfd_create("m", 0), ro;
	char *p, path[64], *q;

	RESULT(ftruncate(m, NR * PAGE));
	p = map_area(PROT_READ, MAP_SHARED, m);
	RESULT(reg(fd, p, PAGE, MISSING | WP | MINOR));
	layout("shared memory");
	RESULT(reg(fd, p + PAGE, PAGE, MINOR));
	munmap(p, NR * PAGE);
	p = map_area(RW, MAP_PRIVATE, m);
	RESULT(reg(fd, p, NR * PAGE, MISSING | MINOR));
	munmap(p, NR * PAGE);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", m);
	ro = open(path, O_RDONLY);
	q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	RESULT(reg(fd, q, PAGE, MISSING));
	munmap(q, PAGE);
	close(ro);
	close(m);
	close(fd);
}

/* ---- putting pages in ---- */

static void copying(void)
{
	int fd = uffd_open(O_NONBLOCK, 0);
	char *p = map_area(RW, ANON, -1);

	memset(from, 'c', sizeof(from));
	DONE(copy(fd, p, from, PAGE, 0));
	RESULT(reg(fd, p, 8 * PAGE, MISSING));
	RESULT(ioctl(fd, UFFDIO_COPY, 8));
	DONE(copy(fd, p, from, PAGE, 0));
	DONE(copy(fd, p, from, PAGE, 0));
	ASK(p[0] == 'c' && p[PAGE - 1] == 'c');
	DONE(copy(fd, p + 1, from, PAGE, 0));
	DONE(copy(fd, p + PAGE, from + 1, PAGE, 0));
	ASK(p[PAGE] == 'c');
	DONE(copy(fd, p + 2 * PAGE, from, PAGE + 1, 0));
	DONE(copy(fd, p + 2 * PAGE, from, 0, 0));
	DONE(copy(fd, p + 2 * PAGE, from, PAGE, 4));
	DONE(copy(fd, p + 2 * PAGE, from, PAGE, UFFDIO_COPY_MODE_WP));
	DONE(copy(fd, p + 2 * PAGE, (void *)8, PAGE, 0));
	DONE(copy(fd, p + 2 * PAGE, (void *)-PAGE, PAGE, 0));
	DONE(copy(fd, p + 8 * PAGE, (void *)8, PAGE, 0));
	DONE(copy(fd, p + 6 * PAGE, from, 4 * PAGE, 0));
	DONE(copy(fd, p + 5 * PAGE, from, PAGE, UFFDIO_COPY_MODE_DONTWAKE));
	DONE(copy(fd, p + 2 * PAGE, from, 5 * PAGE, 0));
	ASK(p[4 * PAGE] == 'c');
	DONE(zero(fd, p + 6 * PAGE, 2 * PAGE, 0));
	ASK(p[6 * PAGE] == 0);
	DONE(zero(fd, p + 6 * PAGE, PAGE, 0));
	DONE(zero(fd, p + 8 * PAGE, PAGE, 0));
	DONE(zero(fd, p + 6 * PAGE, PAGE, 2));
	DONE(zero(fd, p + 6 * PAGE, 7, 0));
	RESULT(ioctl(fd, UFFDIO_ZEROPAGE, 8));
	p[6 * PAGE] = 1;        /* of the zero page comes a page, without a message */
	ASK(p[6 * PAGE] == 1);
	DONE(cont(fd, p, PAGE, 0));
	RESULT(wake(fd, p, PAGE));
	RESULT(wake(fd, p, 0));
	RESULT(wake(fd, p + 1, PAGE));
	RESULT(wake(fd, (void *)0x100000, PAGE));
	RESULT(madvise(p, PAGE, MADV_DONTNEED));
	mprotect(p, PAGE, PROT_READ);
	DONE(copy(fd, p, from, PAGE, 0));
	FAULT("a page of a read-only area", p, *(volatile char *)p = 1);
	mprotect(p, PAGE, RW);
	p[0]++;
	ASK(p[0] == 'd');
	munmap(p, NR * PAGE);
	close(fd);
}

/* ---- faults ---- */

static void missing(int flags, const char *what)
{
	int fd = uffd_open(O_NONBLOCK, UFFD_FEATURE_THREAD_ID), file = flags & MAP_ANONYMOUS ? -1 : memfd_create("m", 0);
	struct toucher t, t2;
	struct uffd_msg m[4];
	char *p = map_area(RW, flags, file);

	say("missing: %s", what);
	if (file >= 0 && ftruncate(file, NR * PAGE))
		say("ftruncate: %s", name_of_errno(errno));
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	start_touch(&t, p + 5, false);
	m[0] = next_message(fd);
	ASK((pid_t)m[0].arg.pagefault.feat.ptid == t.tid);
	fdinfo(fd);
	RESULT(copy(fd, p, from, PAGE, 0));
	end_touch(&t);
	start_touch(&t, p + PAGE + 7, true);
	next_message(fd);
	RESULT(zero(fd, p + PAGE, PAGE, UFFDIO_ZEROPAGE_MODE_DONTWAKE));
	RESULT(wake(fd, p, NR * PAGE));
	end_touch(&t);
	/* Two at once, and a read that takes both. */
	start_touch(&t, p + 2 * PAGE, false);
	start_touch(&t2, p + 2 * PAGE, false);
	usleep(50000);
	say("two: %zd bytes", read(fd, m, sizeof(m)) );
	RESULT(read(fd, m, sizeof(m)));
	RESULT(copy(fd, p + 2 * PAGE, from, PAGE, 0));
	end_touch(&t);
	end_touch(&t2);
	/* Woken with nothing done it asks again. */
	start_touch(&t, p + 3 * PAGE, false);
	next_message(fd);
	RESULT(wake(fd, p + 3 * PAGE, PAGE));
	next_message(fd);
	RESULT(unreg(fd, p + 3 * PAGE, PAGE));
	end_touch(&t);
	start_touch(&t, p + 4 * PAGE, false);
	next_message(fd);
	close(fd);
	end_touch(&t);
	munmap(p, NR * PAGE);
	if (file >= 0)
		close(file);
}

static void exact(void)
{
	int fd = uffd_open(0, UFFD_FEATURE_EXACT_ADDRESS);
	struct toucher t;
	char *p = map_area(RW, ANON, -1);

	RESULT(reg(fd, p, NR * PAGE, MISSING));
	start_touch(&t, p + 5, true);
	next_message(fd);
	RESULT(copy(fd, p, from, PAGE, 0));
	end_touch(&t);
	munmap(p, NR * PAGE);
	close(fd);
}

/* ---- write protection ---- */

static void protection(void)
{
	int fd = uffd_open(0, 0);
	char *p = map_area(RW, ANON, -1);

	RESULT(protect(fd, p, PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	RESULT(reg(fd, p, 4 * PAGE, MISSING));
	RESULT(protect(fd, p, PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	RESULT(reg(fd, p, 8 * PAGE, WP));
	RESULT(protect(fd, p, PAGE, 3));
	RESULT(protect(fd, p, PAGE, 4));
	RESULT(protect(fd, p + 1, PAGE, 1));
	RESULT(ioctl(fd, UFFDIO_WRITEPROTECT, 8));
	p[0] = 'a';
	ASK(p[PAGE] == 0);      /* the zero page */
	RESULT(protect(fd, p, 3 * PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	ASK(p[0] == 'a');
	write_protected(fd, p);
	write_protected(fd, p + PAGE + 100);
	p[2 * PAGE] = 1;        /* nothing was there to protect */
	say("never there: %d", pagemap_wp(p + 2 * PAGE));
	p[0] = 'b';
	RESULT(protect(fd, p, PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	CHILD("a child's copy is not", say("  child: %d", pagemap_wp(p)); p[0] = 'x');
	ASK(p[0] == 'b');
	RESULT(mprotect(p, PAGE, PROT_READ));
	RESULT(mprotect(p, PAGE, RW));
	write_protected(fd, p);
	RESULT(protect(fd, p, PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	RESULT(unreg(fd, p, PAGE));
	p[0] = 'c';
	say("unregistered: %d", pagemap_wp(p));
	RESULT(reg(fd, p, 8 * PAGE, MISSING | WP));
	DONE(copy(fd, p + 5 * PAGE, from, PAGE, UFFDIO_COPY_MODE_WP));
	write_protected(fd, p + 5 * PAGE);
	RESULT(madvise(p, 8 * PAGE, MADV_DONTNEED));
	munmap(p, NR * PAGE);
	close(fd);
}

/* 2 MiB pages are there before anybody registers. */
static void protect_huge(void)
{
	int fd = uffd_open(0, 0);
	char *raw = mmap(NULL, 8 << 20, RW, ANON, -1, 0), *p = (char *)(((unsigned long)raw + (2 << 20) - 1) & -(2UL << 20));

	area = p;
	memset(p, 'h', 4 << 20);
	RESULT(reg(fd, p, 4 << 20, MISSING | WP));
	DONE(copy(fd, p + 7 * PAGE, from, PAGE, 0));
	RESULT(protect(fd, p, 3 << 20, UFFDIO_WRITEPROTECT_MODE_WP));
	say("both ends: %d %d %d %d", pagemap_wp(p), pagemap_wp(p + (2 << 20)), pagemap_wp(p + (3 << 20) - PAGE), pagemap_wp(p + (3 << 20)));
	write_protected(fd, p + (2 << 20) + 9 * PAGE);
	p[3 << 20] = 1;
	ASK(p[PAGE] == 'h' && p[(4 << 20) - 1] == 'h');
	munmap(raw, 8 << 20);
	close(fd);
}

int main(void)
{
	alarm(50);              /* whoever waits for a message that does not come */
	catch_signal(SIGSEGV);
	descriptor();
	device();
	registration();
	registration_shared();
	copying();
	missing(ANON, "anonymous");
	missing(MAP_SHARED | MAP_ANONYMOUS, "shared");
	missing(MAP_PRIVATE, "private memfd");
	missing(MAP_SHARED, "memfd");
	exact();
	protection();
	protect_huge();
	return 0;
}
