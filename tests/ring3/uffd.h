/* SPDX-License-Identifier: MIT */
/* What the userfaultfd programs share: the requests as functions, a thread that touches, messages in words. */
#ifndef TESTS_RING3_UFFD_H
#define TESTS_RING3_UFFD_H

#include "t.h"
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

/* ioctl_userfaultfd(2); musl has no header for it. */
#define UFFD_USER_MODE_ONLY 1
#define UFFD_API 0xaaULL
#define UFFDIO_API _IOWR(0xaa, 0x3f, struct uffdio_api)
#define UFFDIO_REGISTER _IOWR(0xaa, 0, struct uffdio_register)
#define UFFDIO_UNREGISTER _IOR(0xaa, 1, struct uffdio_range)
#define UFFDIO_WAKE _IOR(0xaa, 2, struct uffdio_range)
#define UFFDIO_COPY _IOWR(0xaa, 3, struct uffdio_copy)
#define UFFDIO_ZEROPAGE _IOWR(0xaa, 4, struct uffdio_zeropage)
#define UFFDIO_WRITEPROTECT _IOWR(0xaa, 6, struct uffdio_writeprotect)
#define UFFDIO_CONTINUE _IOWR(0xaa, 7, struct uffdio_continue)
enum { UFFD_EVENT_PAGEFAULT = 0x12, UFFD_EVENT_FORK, UFFD_EVENT_REMAP, UFFD_EVENT_REMOVE, UFFD_EVENT_UNMAP };
#define UFFD_PAGEFAULT_FLAG_WRITE 1
#define UFFD_FEATURE_EVENT_FORK (1 << 1)
#define UFFD_FEATURE_EVENT_REMAP (1 << 2)
#define UFFD_FEATURE_EVENT_REMOVE (1 << 3)
#define UFFD_FEATURE_EVENT_UNMAP (1 << 6)
#define UFFD_FEATURE_SIGBUS (1 << 7)
#define UFFD_FEATURE_THREAD_ID (1 << 8)
#define UFFD_FEATURE_MINOR_SHMEM (1 << 10)
#define UFFD_FEATURE_EXACT_ADDRESS (1 << 11)
#define UFFDIO_COPY_MODE_DONTWAKE 1
#define UFFDIO_COPY_MODE_WP 2
#define UFFDIO_ZEROPAGE_MODE_DONTWAKE 1
#define UFFDIO_WRITEPROTECT_MODE_WP 1

struct uffdio_api { uint64_t api, features, ioctls; };
struct uffdio_range { uint64_t start, len; };
struct uffdio_register { struct uffdio_range range; uint64_t mode, ioctls; };
struct uffdio_copy { uint64_t dst, src, len, mode; int64_t copy; };
struct uffdio_zeropage { struct uffdio_range range; uint64_t mode; int64_t zeropage; };
struct uffdio_writeprotect { struct uffdio_range range; uint64_t mode; };
struct uffdio_continue { struct uffdio_range range; uint64_t mode; int64_t mapped; };
struct uffd_msg {
	uint8_t event, reserved[7];
	union {
		struct { uint64_t flags, address; union { uint32_t ptid; } feat; } pagefault;
		struct { uint32_t ufd; } fork;
		struct { uint64_t from, to, len; } remap;
		struct { uint64_t start, end; } remove;
		uint64_t raw[3];
	} arg;
};

#define ALL_6_1 0x1fffULL               /* features that Linux 6.1 knows */
#define RANGE_6_1 0xdcULL               /* WAKE, COPY, ZEROPAGE, WRITEPROTECT, CONTINUE */
#define MISSING 1                       /* modes of UFFDIO_REGISTER */
#define WP 2
#define MINOR 4
#define NR 16                           /* pages of an area */

static char *area;                      /* messages are told relative to it */
static char from[NR * PAGE] __attribute__((aligned(4096)));

/* Where there is none, or not for us, there is nothing to compare: exit status 77. */
__attribute__((unused)) static int uffd_new(int flags)
{
	int fd = syscall(SYS_userfaultfd, flags);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
		say("no userfaultfd here");
		exit(77);
	}
	return fd;
}

__attribute__((unused)) static int uffd_api(int fd, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };

	return ioctl(fd, UFFDIO_API, &api);
}

__attribute__((unused)) static int uffd_open(int flags, uint64_t features)
{
	int fd = uffd_new(flags | O_CLOEXEC);

	if (uffd_api(fd, features))
		say("UFFDIO_API: %s", name_of_errno(errno));
	return fd;
}

__attribute__((unused)) static char *map_area(int prot, int flags, int fd)
{
	area = mmap(NULL, NR * PAGE, prot, flags, fd, 0);
	if (area != MAP_FAILED)
		madvise(area, NR * PAGE, MADV_NOHUGEPAGE);
	return area;
}

/* The requests that the area permits, or -1. */
__attribute__((unused)) static long long reg(int fd, void *p, size_t len, uint64_t mode)
{
	struct uffdio_register r = { .range = { (unsigned long)p, len }, .mode = mode };

	return ioctl(fd, UFFDIO_REGISTER, &r) ? -1 : (long long)(r.ioctls & RANGE_6_1);
}

__attribute__((unused)) static int unreg(int fd, void *p, size_t len)
{
	struct uffdio_range r = { (unsigned long)p, len };

	return ioctl(fd, UFFDIO_UNREGISTER, &r);
}

__attribute__((unused)) static int wake(int fd, void *p, size_t len)
{
	struct uffdio_range r = { (unsigned long)p, len };

	return ioctl(fd, UFFDIO_WAKE, &r);
}

static long long last_done;             /* the last field of a request */

__attribute__((unused)) static int copy(int fd, void *dst, const void *src, size_t len, uint64_t mode)
{
	struct uffdio_copy c = { .dst = (unsigned long)dst, .src = (unsigned long)src, .len = len, .mode = mode, .copy = 12345 };
	int r = ioctl(fd, UFFDIO_COPY, &c);

	last_done = c.copy;
	return r;
}

__attribute__((unused)) static int zero(int fd, void *p, size_t len, uint64_t mode)
{
	struct uffdio_zeropage z = { .range = { (unsigned long)p, len }, .mode = mode, .zeropage = 12345 };
	int r = ioctl(fd, UFFDIO_ZEROPAGE, &z);

	last_done = z.zeropage;
	return r;
}

__attribute__((unused)) static int cont(int fd, void *p, size_t len, uint64_t mode)
{
	struct uffdio_continue c = { .range = { (unsigned long)p, len }, .mode = mode, .mapped = 12345 };
	int r = ioctl(fd, UFFDIO_CONTINUE, &c);

	last_done = c.mapped;
	return r;
}

__attribute__((unused)) static int protect(int fd, void *p, size_t len, uint64_t mode)
{
	struct uffdio_writeprotect w = { .range = { (unsigned long)p, len }, .mode = mode };

	return ioctl(fd, UFFDIO_WRITEPROTECT, &w);
}

/* RESULT(), and what the request left in its last field. */
#define DONE(call) do { last_done = 12345; RESULT(call); say("  done: %lld", last_done); } while (0)

/* ---- a thread that touches ---- */

struct toucher {
	pthread_t thread;
	char *p;
	bool write;
	volatile int got;
	volatile pid_t tid;
};

static void *touch(void *arg)
{
	struct toucher *t = arg;

	t->tid = syscall(SYS_gettid);
	if (t->write)
		*(volatile char *)t->p = 'w';
	t->got = *(volatile unsigned char *)t->p;
	return NULL;
}

__attribute__((unused)) static void start_touch(struct toucher *t, char *p, bool write)
{
	t->p = p;
	t->write = write;
	t->got = -1;
	if (pthread_create(&t->thread, NULL, touch, t))
		say("no thread");
}

__attribute__((unused)) static void end_touch(struct toucher *t)
{
	pthread_join(t->thread, NULL);
	say("  touched: %d", t->got);
}

/* ---- messages ---- */

static long long offset_of(uint64_t addr)
{
	return (long long)(addr - (unsigned long)area);
}

static void say_message(const struct uffd_msg *m)
{
	switch (m->event) {
	case UFFD_EVENT_PAGEFAULT:
		say("  fault: flags %llu at +%lld thread %s", (unsigned long long)m->arg.pagefault.flags, offset_of(m->arg.pagefault.address),
		    m->arg.pagefault.feat.ptid ? "told" : "0");
		break;
	case UFFD_EVENT_FORK: say("  fork: a descriptor %s", (int)m->arg.fork.ufd > 2 ? "yes" : "no"); break;
	case UFFD_EVENT_REMAP:
		say("  remap: +%lld length %llu", offset_of(m->arg.remap.from), (unsigned long long)m->arg.remap.len);
		break;
	case UFFD_EVENT_REMOVE: say("  remove: +%lld to +%lld", offset_of(m->arg.remove.start), offset_of(m->arg.remove.end)); break;
	case UFFD_EVENT_UNMAP: say("  unmap: +%lld to +%lld", offset_of(m->arg.remove.start), offset_of(m->arg.remove.end)); break;
	default: say("  event %d", m->event); break;
	}
}

/* Waits for the next one. The descriptor may be either kind. */
__attribute__((unused)) static struct uffd_msg next_message(int fd)
{
	struct uffd_msg m;
	ssize_t n;

	memset(&m, 0, sizeof(m));
	while ((n = read(fd, &m, sizeof(m))) < 0 && (errno == EAGAIN || errno == EINTR))
		usleep(1000);
	if (n != sizeof(m))
		say("  read: %zd %s", n, name_of_errno(errno));
	else
		say_message(&m);
	return m;
}

/* ---- write protection ---- */

__attribute__((unused)) static int pagemap_wp(const char *p)
{
	uint64_t e = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (pread(fd, &e, 8, (unsigned long)p / PAGE * 8) != 8)
		say("pagemap: %s", name_of_errno(errno));
	close(fd);
	return e >> 57 & 1;
}

/* A write to a protected page, answered. */
__attribute__((unused)) static void write_protected(int fd, char *p)
{
	struct toucher t;

	say("  protected: %d", pagemap_wp(p));
	start_touch(&t, p, true);
	next_message(fd);
	RESULT(protect(fd, (void *)((unsigned long)p & -PAGE), PAGE, 0));
	end_touch(&t);
	say("  protected: %d", pagemap_wp(p));
}

#endif
