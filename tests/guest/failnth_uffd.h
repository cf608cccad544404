/* SPDX-License-Identifier: MIT */
/* failnth.c: userfaultfd. A thread reads the messages of rows that cause any. */
#include "failnth.h"
#include <pthread.h>

static int uffd;
static pthread_t uffd_thread;
static volatile int uffd_stop;

static long uffd_ask(unsigned int request, void *p, size_t len, unsigned long mode)
{
	unsigned long a[4] = { (unsigned long)p, len, mode, 0 };

	return ret(ioctl(uffd, request, a));
}

static long uffd_reg(unsigned long mode) { return uffd_ask(0xc020aa00, mem, MIB, mode); }

static void uffd_open(unsigned long features)
{
	unsigned long api[3] = { 0xaa, features, 0 };

	uffd = syscall(SYS_userfaultfd, O_NONBLOCK | O_CLOEXEC);
	if (uffd < 0 || ioctl(uffd, 0xc018aa3f, api))
		_exit(96);
}

static void *uffd_reader(void *arg)
{
	struct { unsigned long event, arg[3]; } m;

	while (!uffd_stop) {
		poll(&(struct pollfd){ uffd, POLLIN, 0 }, 1, 2);
		while (read(uffd, &m, sizeof(m)) == sizeof(m))
			if ((m.event & 0xff) == 0x13)
				close((int)m.arg[0]);
	}
	return arg;
}

static void setup_uffd_anon(void) { setup_small(); madvise(mem, MIB, MADV_DONTNEED); uffd_open(0); }
static void setup_uffd_missing(void) { setup_uffd_anon(); uffd_reg(1); }
static void setup_uffd_shared(void) { setup_shared(); uffd_open(0); uffd_reg(1); }
static void setup_uffd_minor(void) { setup_filled_shared(); madvise(mem, MIB, MADV_DONTNEED); uffd_open(0); uffd_reg(4); }
static void setup_uffd_wp(void) { setup_shared(); uffd_open(0); uffd_reg(2); }
static void setup_uffd_huge(void) { setup_mem(); uffd_open(0); uffd_reg(2); }
static void setup_uffd_protected(void) { setup_uffd_wp(); uffd_ask(0xc018aa06, mem, MIB, 1); }
static void setup_uffd_events(void)
{
	setup_small();
	uffd_open(2 | 4 | 8 | 64);
	uffd_reg(1);
	uffd_stop = 0;
	pthread_create(&uffd_thread, NULL, uffd_reader, NULL);
}
static void close_uffd(void) { close(uffd); close_small(); }
static void close_uffd_huge(void) { close(uffd); close_mem(); }
static void close_uffd_events(void) { uffd_stop = 1; pthread_join(uffd_thread, NULL); close_uffd(); }

static long uffd_new(void) { return ret(syscall(SYS_userfaultfd, O_CLOEXEC)); }
static long uffd_reg_middle(void) { return uffd_ask(0xc020aa00, mem + 100 * PAGE, PAGE, 1); }
static void undo_uffd_reg(long r) { uffd_ask(0x8010aa01, mem, MIB, 0); }
static long uffd_unreg_middle(void) { return uffd_ask(0x8010aa01, mem + 100 * PAGE, PAGE, 0); }
static void undo_uffd_unreg(long r) { uffd_reg(1); }

/* What was put in before the lack of memory goes again. */
static long uffd_done(long r, int advice)
{
	if (r < 0)
		madvise(mem, MIB, advice);
	return r;
}
static long uffd_fill(unsigned int request, int advice) { return uffd_done(uffd_ask(request, mem, MIB, 0), advice); }
static long uffd_copy_as(int advice)
{
	unsigned long a[5] = { (unsigned long)mem, (unsigned long)buf, 200 * 1024, 0, 0 };

	return uffd_done(ret(ioctl(uffd, 0xc028aa03, a)), advice);
}
static long uffd_copy(void) { return uffd_copy_as(MADV_DONTNEED); }
static long uffd_copy_shared(void) { return uffd_copy_as(MADV_REMOVE); }
static long uffd_zero(void) { return uffd_fill(0xc020aa04, MADV_DONTNEED); }
static long uffd_zero_shared(void) { return uffd_fill(0xc020aa04, MADV_REMOVE); }
static long uffd_continue(void) { return uffd_fill(0xc020aa07, MADV_DONTNEED); }
static long uffd_protect(void) { return uffd_ask(0xc018aa06, mem, MIB, 1); }
static void undo_uffd_protect(long r) { close_uffd(); setup_uffd_wp(); }
static long uffd_protect_huge(void) { return uffd_ask(0xc018aa06, mem + 100 * PAGE, PAGE, 1); }
static void undo_uffd_huge(long r) { close_uffd_huge(); setup_uffd_huge(); }
static void undo_uffd_protected(long r) { madvise(mem, MIB, MADV_REMOVE); uffd_protect(); }
static void undo_uffd_events(long r) { mmap(mem, MIB, RW, ANON | MAP_FIXED, -1, 0); madvise(mem, MIB, MADV_NOHUGEPAGE); uffd_reg(1); }
static long uffd_remap(void) { return ret_map(mremap(mem + 10 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE)); }
static void undo_uffd_remap(long r) { munmap((void *)r, 2 * PAGE); undo_uffd_events(0); }
static long uffd_dontneed(void) { return ret(madvise(mem + 10 * PAGE, PAGE, MADV_DONTNEED)); }
static long uffd_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return ret(pid);
}
static void undo_uffd_fork(long pid) { waitpid(pid, NULL, 0); }

/* A thread forks whenever it is told to; its event waits for the row's read(). */
static volatile int uffd_forks, uffd_reaped;
static void *uffd_forker(void *arg)
{
	while (!uffd_stop) {
		pid_t pid;

		if (uffd_forks == uffd_reaped) {
			usleep(500);
			continue;
		}
		pid = fork();
		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
		uffd_reaped++;
	}
	return arg;
}
static void uffd_one_fork(void)
{
	uffd_forks++;
	poll(&(struct pollfd){ uffd, POLLIN, 0 }, 1, 5000);
}
static long uffd_read_fork(void)
{
	struct { unsigned long event, arg[3]; } m;

	return read(uffd, &m, sizeof(m)) == sizeof(m) ? (long)m.arg[0] : -errno;
}
static void undo_uffd_read_fork(long child)
{
	close(child);
	while (uffd_reaped != uffd_forks)
		usleep(500);
	uffd_one_fork();
}
static void setup_uffd_forker(void)
{
	setup_small();
	uffd_open(2);
	uffd_reg(1);
	uffd_stop = 0;
	pthread_create(&uffd_thread, NULL, uffd_forker, NULL);
	uffd_one_fork();
}
static void close_uffd_forker(void) { close(uffd_read_fork()); close_uffd_events(); }

static const struct row uffd_rows[] = {
	ROW("userfaultfd", uffd_new, undo_close),
	ROW("UFFDIO_REGISTER", uffd_reg_middle, undo_uffd_reg, setup_uffd_anon, close_uffd),
	ROW("UFFDIO_UNREGISTER", uffd_unreg_middle, undo_uffd_unreg, setup_uffd_missing, close_uffd),
	ROW("UFFDIO_COPY", uffd_copy, undo_dontneed, setup_uffd_missing, close_uffd, EAGAIN),
	ROW("UFFDIO_COPY shared", uffd_copy_shared, undo_shared, setup_uffd_shared, close_uffd, EAGAIN),
	ROW("UFFDIO_ZEROPAGE", uffd_zero, undo_dontneed, setup_uffd_missing, close_uffd, EAGAIN),
	ROW("UFFDIO_ZEROPAGE shared", uffd_zero_shared, undo_shared, setup_uffd_shared, close_uffd, EAGAIN),
	ROW("UFFDIO_CONTINUE", uffd_continue, undo_dontneed, setup_uffd_minor, close_uffd, EAGAIN),
	ROW("UFFDIO_WRITEPROTECT", uffd_protect, undo_uffd_protect, setup_uffd_wp, close_uffd),
	ROW("UFFDIO_WRITEPROTECT in a 2 MiB page", uffd_protect_huge, undo_uffd_huge, setup_uffd_huge, close_uffd_huge),
	ROW("reads of protected places", read_all_pages, undo_uffd_protected, setup_uffd_protected, close_uffd),
	ROW("munmap of a userfaultfd's", unmap_middle, undo_uffd_events, setup_uffd_events, close_uffd_events),
	ROW("mmap over a userfaultfd's", map_over, undo_uffd_events, setup_uffd_events, close_uffd_events),
	ROW("mremap of a userfaultfd's", uffd_remap, undo_uffd_remap, setup_uffd_events, close_uffd_events),
	ROW("MADV_DONTNEED of a userfaultfd's", uffd_dontneed, NULL, setup_uffd_events, close_uffd_events),
	ROW("read of a fork", uffd_read_fork, undo_uffd_read_fork, setup_uffd_forker, close_uffd_forker),
	ROW("fork of a userfaultfd's", uffd_fork, undo_uffd_fork, setup_uffd_events, close_uffd_events, EAGAIN),
};
