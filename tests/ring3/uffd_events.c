// SPDX-License-Identifier: MIT
/* userfaultfd(2): what its reader hears of fork, mremap, madvise, munmap, and what becomes of registrations. As root. */
#include "uffd.h"
#include <sys/socket.h>

#define ALL_EVENTS (UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP)

/* ---- a thread that calls ---- */

struct caller {
	pthread_t thread;
	long nr, arg[6];
	volatile long result;
	volatile bool done;
};

static void *call(void *arg)
{
	struct caller *c = arg;

	c->result = syscall(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4], c->arg[5]);
	c->done = true;
	return NULL;
}

#define START(c, number, ...) do { \
	(c) = (struct caller){ .nr = (number), .arg = { __VA_ARGS__ } }; \
	pthread_create(&(c).thread, NULL, call, &(c)); \
	} while (0)

static void finish(struct caller *c)
{
	pthread_join(c->thread, NULL);
	say("  call: %s", c->result == -1 ? "failed" : c->result == 0 ? "0" : "an address");
}

static void wait_for_event(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	poll(&p, 1, 5000);
	say("  poll: %x", p.revents);
}

/* ---- each event ---- */

/* The caller waits until the event is read, and pages can't be put in meanwhile. */
static void waits(int fd, struct caller *c, char *page)
{
	wait_for_event(fd);
	usleep(10000);
	say("  waits: %s", c->done ? "no" : "yes");
	RESULT(copy(fd, page, from, PAGE, 0));
	RESULT(zero(fd, page, PAGE, 0));
	RESULT(protect(fd, page, PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	next_message(fd);
	finish(c);
}

static void unmaps(void)
{
	int fd = uffd_open(O_NONBLOCK, UFFD_FEATURE_EVENT_UNMAP);
	char *p = map_area(RW, ANON, -1);
	struct caller c;

	say("munmap");
	RESULT(reg(fd, p, NR * PAGE, MISSING | WP));
	START(c, SYS_munmap, (long)p, PAGE);
	waits(fd, &c, p + 15 * PAGE);
	START(c, SYS_munmap, (long)(p + 4 * PAGE), PAGE);
	waits(fd, &c, p + 14 * PAGE);
	START(c, SYS_mmap, (long)(p + 6 * PAGE), 2 * PAGE, PROT_READ, ANON | MAP_FIXED, -1);
	waits(fd, &c, p + 14 * PAGE);
	mprotect(p + 9 * PAGE, PAGE, PROT_READ);        /* of three mappings one event */
	START(c, SYS_munmap, (long)(p + 2 * PAGE), 9 * PAGE);
	waits(fd, &c, p + 14 * PAGE);
	START(c, SYS_mremap, (long)(p + 11 * PAGE), 5 * PAGE, 4 * PAGE, 0);
	waits(fd, &c, p + 14 * PAGE);
	RESULT(read(fd, from, 32));
	/* The descriptor goes while somebody waits. Only what is left: a thread's stack may lie in the holes by now. */
	START(c, SYS_munmap, (long)(p + 11 * PAGE), 4 * PAGE);
	wait_for_event(fd);
	close(fd);
	finish(&c);
}

static void removes(void)
{
	int fd = uffd_open(O_NONBLOCK, UFFD_FEATURE_EVENT_REMOVE), m = memfd_create("m", 0);
	char *p = map_area(RW, ANON, -1);
	struct toucher t;
	struct caller c;

	say("madvise");
	RESULT(reg(fd, p, NR * PAGE, MISSING | WP));
	RESULT(copy(fd, p, from, NR * PAGE, 0));
	START(c, SYS_madvise, (long)p, 4 * PAGE, MADV_DONTNEED);
	waits(fd, &c, p + 14 * PAGE);
	start_touch(&t, p + PAGE, false);
	next_message(fd);
	RESULT(zero(fd, p + PAGE, PAGE, 0));
	end_touch(&t);
	mprotect(p + 6 * PAGE, PAGE, PROT_READ);        /* one event for each mapping */
	START(c, SYS_madvise, (long)(p + 5 * PAGE), 4 * PAGE, MADV_DONTNEED);
	next_message(fd);
	next_message(fd);
	next_message(fd);
	finish(&c);
	/* What is advised goes away while its event waits. */
	START(c, SYS_madvise, (long)(p + 10 * PAGE), PAGE, MADV_DONTNEED);
	wait_for_event(fd);
	munmap(p + 10 * PAGE, PAGE);
	next_message(fd);
	finish(&c);
	munmap(p, 10 * PAGE);
	munmap(p + 11 * PAGE, 5 * PAGE);
	if (ftruncate(m, NR * PAGE))
		return;
	p = map_area(RW, MAP_SHARED, m);
	RESULT(reg(fd, p, NR * PAGE, MISSING | WP));
	RESULT(copy(fd, p, from, 4 * PAGE, 0));
	START(c, SYS_madvise, (long)p, 2 * PAGE, MADV_REMOVE);
	waits(fd, &c, p + 14 * PAGE);
	RESULT(lseek(m, 0, SEEK_DATA));
	START(c, SYS_madvise, (long)p, PAGE, MADV_DONTFORK);
	finish(&c);
	munmap(p, NR * PAGE);
	close(m);
	close(fd);
}

/* Its length is the one asked for or the one moved: kernels differ. */
static void next_remap(int fd)
{
	struct uffd_msg m;

	while (read(fd, &m, sizeof(m)) < 0 && errno == EAGAIN)
		usleep(1000);
	say("  remap: %s", m.event == UFFD_EVENT_REMAP ? "yes" : "no");
}

static void remaps(uint64_t features)
{
	int fd = uffd_open(O_NONBLOCK, features);
	char *p = map_area(RW, ANON, -1), *q = mmap(NULL, NR * PAGE, RW, ANON, -1, 0);
	struct toucher t;
	struct uffd_msg m;
	struct caller c;

	say("mremap with features %llx", (unsigned long long)features);
	RESULT(reg(fd, p, NR * PAGE, MISSING | WP));
	RESULT(copy(fd, p, from, PAGE, UFFDIO_COPY_MODE_WP));
	START(c, SYS_mremap, (long)p, NR * PAGE, NR * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (long)q);
	if (features & UFFD_FEATURE_EVENT_REMAP) {
		m = next_message(fd);
		ASK((char *)m.arg.remap.to == q);
	}
	if (features & UFFD_FEATURE_EVENT_UNMAP)
		next_message(fd);
	finish(&c);
	ASK(q[0] == 'c');
	say("still protected: %d", pagemap_wp(q));
	area = q;
	start_touch(&t, q + PAGE, true);
	if (features & UFFD_FEATURE_EVENT_REMAP) {
		next_message(fd);
		RESULT(zero(fd, q + PAGE, PAGE, 0));
	}
	end_touch(&t);
	RESULT(protect(fd, q, PAGE, 0));
	/* To where a registered area is, and shorter: three events. */
	p = map_area(RW, ANON, -1);
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	RESULT(reg(fd, q, NR * PAGE, MISSING));
	START(c, SYS_mremap, (long)q, 4 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (long)p);
	area = p;
	if (features & UFFD_FEATURE_EVENT_UNMAP)
		next_message(fd);
	area = q;
	if (features & UFFD_FEATURE_EVENT_REMAP)
		next_remap(fd);
	if (features & UFFD_FEATURE_EVENT_UNMAP) {
		next_message(fd);
		next_message(fd);
	}
	finish(&c);
	close(fd);
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
}

/* The old place stays registered and asks for its pages; the new one does when the reader knows of it. */
static void remap_stays(uint64_t features)
{
	int fd = uffd_open(O_NONBLOCK, features);
	char *p = map_area(RW, ANON, -1), *q;
	struct toucher t;
	struct caller c;

	say("MREMAP_DONTUNMAP with features %llx", (unsigned long long)features);
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	RESULT(copy(fd, p, from, PAGE, 0));
	START(c, SYS_mremap, (long)p, NR * PAGE, NR * PAGE, MREMAP_MAYMOVE | 4, 0);
	if (features)
		next_message(fd);
	finish(&c);
	q = (char *)c.result;
	ASK(q[0] == 'c');
	start_touch(&t, p, false);
	next_message(fd);
	RESULT(zero(fd, p, PAGE, 0));
	end_touch(&t);
	area = q;
	start_touch(&t, q + PAGE, false);
	if (features) {
		next_message(fd);
		RESULT(zero(fd, q + PAGE, PAGE, 0));
	}
	end_touch(&t);
	close(fd);
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
}

/* ---- fork ---- */

static void *fork_thread(void *arg)
{
	char *p = arg;
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(p[PAGE] == 'c' && p[0] == 'c' ? 10 : 11);
	waitpid(pid, &status, 0);
	return (void *)(long)status;
}

static void forks(void)
{
	int fd = uffd_open(O_NONBLOCK, UFFD_FEATURE_EVENT_FORK), child;
	char *p = map_area(RW, ANON, -1), link[64], buf[64] = "";
	struct uffd_msg m;
	pthread_t thread;
	void *status;

	say("fork");
	RESULT(reg(fd, p, NR * PAGE, MISSING | WP));
	RESULT(copy(fd, p, from, PAGE, UFFDIO_COPY_MODE_WP));
	pthread_create(&thread, NULL, fork_thread, p);
	m = next_message(fd);
	child = m.arg.fork.ufd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", child);
	if (readlink(link, buf, sizeof(buf) - 1) > 0)
		say("%s flags %o, close-on-exec %d", buf, fcntl(child, F_GETFL) & (O_ACCMODE | O_NONBLOCK), fcntl(child, F_GETFD));
	next_message(child);
	RESULT(uffd_api(child, 0));
	RESULT(copy(child, p + PAGE, from, PAGE, 0));
	pthread_join(thread, &status);
	say_status("  child", (int)(long)status);
	DONE(copy(child, p + 2 * PAGE, from, PAGE, 0));
	DONE(zero(child, p + 2 * PAGE, PAGE, 0));
	RESULT(protect(child, p, PAGE, 0));
	RESULT(reg(child, p, PAGE, MISSING));
	RESULT(unreg(child, p, PAGE));
	RESULT(wake(child, p, PAGE));
	close(child);
	say("the parent's is still protected: %d", pagemap_wp(p));
	close(fd);
	munmap(p, NR * PAGE);
	fd = uffd_open(O_NONBLOCK, 0);
	p = map_area(RW, ANON, -1);
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	CHILD("without the feature", _exit(p[0]));
	close(fd);
	munmap(p, NR * PAGE);
}

/* A process that is killed in fork: nobody read of it. */
static void killed_in_fork(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		int fd = uffd_open(O_NONBLOCK, ALL_EVENTS);
		char *p = map_area(RW, ANON, -1);

		reg(fd, p, NR * PAGE, MISSING);
		fork();
		_exit(1);
	}
	usleep(100000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	say_status("killed in fork", status);
}

/* The memory's process has gone; its descriptor came here in time. */
static void orphaned(void)
{
	int s[2], fd;
	char space[CMSG_SPACE(sizeof(int))] = "", *p;
	struct iovec v = { &p, sizeof(p) };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space) };
	struct cmsghdr *c;
	pid_t pid;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	pid = fork();
	if (!pid) {
		fd = uffd_open(O_NONBLOCK, 0);
		p = map_area(RW, ANON, -1);
		reg(fd, p, NR * PAGE, MISSING);
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		sendmsg(s[1], &h, 0);
		_exit(p[0] + p[PAGE]);
	}
	recvmsg(s[0], &h, 0);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(fd));
	area = p;
	next_message(fd);
	RESULT(copy(fd, p, from, PAGE, 0));     /* into another process */
	next_message(fd);
	RESULT(zero(fd, p + PAGE, PAGE, 0));
	waitpid(pid, NULL, 0);
	RESULT(copy(fd, p + 2 * PAGE, from, PAGE, 0));
	RESULT(reg(fd, p, PAGE, MISSING));
	RESULT(read(fd, from, 32));
	close(fd);
	close(s[0]);
	close(s[1]);
}

int main(void)
{
	alarm(50);
	memset(from, 'c', sizeof(from));
	unmaps();
	memset(from, 'c', sizeof(from));
	removes();
	remaps(0);
	remaps(UFFD_FEATURE_EVENT_REMAP);
	remaps(UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_UNMAP);
	remap_stays(0);
	remap_stays(UFFD_FEATURE_EVENT_REMAP);
	forks();
	killed_in_fork();
	orphaned();
	return 0;
}
