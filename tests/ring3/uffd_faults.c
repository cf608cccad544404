// SPDX-License-Identifier: MIT
/* userfaultfd(2): faults of the kernel, signals while one waits, many threads, who may, and what nobody should do. As root. */
#include "uffd.h"
#include <sys/epoll.h>
#include <sys/uio.h>

/* ---- a thread that answers every fault with its page of 'c' ---- */

struct server {
	pthread_t thread;
	int fd, stop[2];
	volatile int faults, writes;
};

static void *serve(void *arg)
{
	struct server *s = arg;
	struct pollfd p[2] = { { .fd = s->fd, .events = POLLIN }, { .fd = s->stop[0], .events = POLLIN } };
	struct uffd_msg m;

	for (;;) {
		poll(p, 2, -1);
		if (p[1].revents)
			return NULL;
		while (read(s->fd, &m, sizeof(m)) == sizeof(m)) {
			s->faults++;
			s->writes += m.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WRITE;
			if (copy(s->fd, (char *)(m.arg.pagefault.address & -PAGE), from, PAGE, 0))
				wake(s->fd, (char *)(m.arg.pagefault.address & -PAGE), PAGE);
		}
	}
}

static void start_server(struct server *s, int fd)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	if (pipe(s->stop) || pthread_create(&s->thread, NULL, serve, s))
		say("no server");
}

static void end_server(struct server *s)
{
	close(s->stop[1]);
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
}

/* ---- faults of the kernel ---- */

static void from_kernel(int flags)
{
	int fd = uffd_open(O_NONBLOCK | flags, 0), p[2], m = memfd_create("m", 0), out;
	struct iovec a[2], here;
	struct server s;
	char *q = map_area(RW, ANON, -1);
	struct stat st;

	say("faults of the kernel, flags %x", flags);
	RESULT(reg(fd, q, NR * PAGE, MISSING));
	if (pipe(p))
		return;
	start_server(&s, fd);
	RESULT(write(p[1], q, 100));
	RESULT(write(p[1], "hello", 5));
	if (!flags)
		RESULT(read(p[0], from, 100));
	RESULT(read(p[0], q + PAGE - 2, 5));
	memset(from, 'c', sizeof(from));
	RESULT(fstat(m, (struct stat *)(q + 3 * PAGE)));
	RESULT(open(q + 4 * PAGE, O_RDONLY));
	RESULT(pwrite(m, q + 5 * PAGE, PAGE, 0));
	RESULT(pread(m, q + 6 * PAGE, PAGE, 0));
	a[0] = (struct iovec){ q + 7 * PAGE, 10 };
	a[1] = (struct iovec){ q + 8 * PAGE, 10 };
	RESULT(writev(m, a, 2));
	here = (struct iovec){ from, 20 };
	RESULT(process_vm_readv(getpid(), &here, 1, &(struct iovec){ q + 9 * PAGE, 20 }, 1, 0));
	RESULT(process_vm_writev(getpid(), &here, 1, &(struct iovec){ q + 10 * PAGE, 20 }, 1, 0));
	RESULT(madvise(q + 11 * PAGE, PAGE, 22));       /* MADV_POPULATE_READ */
	RESULT(syscall(SYS_futex, q + 12 * PAGE, 1, 1, NULL, NULL, 0));
	RESULT(syscall(SYS_futex, q + 12 * PAGE, 0, 0, NULL, NULL, 0));
	out = open("/proc/self/mem", O_RDWR);
	RESULT(pread(out, &st, 10, (long)(q + 13 * PAGE)));
	RESULT(pwrite(out, &st, 10, (long)(q + 13 * PAGE)));
	close(out);
	say("asked %d times, %d of them writes", s.faults, s.writes);
	end_server(&s);
	munmap(q, NR * PAGE);
	close(p[0]);
	close(p[1]);
	close(m);
	close(fd);
}

/* The answer comes from a page that has to be asked for itself. */
static void chain(void)
{
	int fd = uffd_open(O_NONBLOCK, 0), fd2 = uffd_open(O_NONBLOCK, 0);
	char *p = map_area(RW, ANON, -1), *q = mmap(NULL, NR * PAGE, RW, ANON, -1, 0);
	struct server s;
	struct toucher t;

	RESULT(reg(fd, p, NR * PAGE, MISSING));
	RESULT(reg(fd2, q, NR * PAGE, MISSING));
	start_server(&s, fd2);
	start_touch(&t, p, false);
	next_message(fd);
	RESULT(copy(fd, p, q, 3 * PAGE, 0));   /* how far in one step depends */
	end_touch(&t);
	say("asked %d times", s.faults);
	end_server(&s);
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
	close(fd);
	close(fd2);
}

/* ---- who waits for a lock that a waiting fault holds ---- */

static int contended_pipe[2];

static void *read_pipe(void *p)
{
	struct timespec t = { 0, 0 };

	if (read(contended_pipe[0], p, 4) != 4)
		say("pipe: %s", name_of_errno(errno));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (void *)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

static void contended(void)
{
	int fd = uffd_open(O_NONBLOCK, 0);
	char *p = map_area(RW, ANON, -1);
	pthread_t first, second;
	static char buf[4];
	void *ms;

	RESULT(reg(fd, p, NR * PAGE, MISSING));
	if (pipe(contended_pipe) || write(contended_pipe[1], "12345678", 8) != 8)
		return;
	pthread_create(&first, NULL, read_pipe, p);
	next_message(fd);
	pthread_create(&second, NULL, read_pipe, buf);
	usleep(500000);
	RESULT(zero(fd, p, PAGE, 0));
	pthread_join(first, NULL);
	pthread_join(second, &ms);
	say("%.4s%.4s, the second has %s the CPU meanwhile", p, buf, (long)ms < 200 ? "left others" : "kept");
	munmap(p, NR * PAGE);
	close(fd);
	close(contended_pipe[0]);
	close(contended_pipe[1]);
}

/* ---- signals ---- */

static volatile int handled;

static void on_signal(int sig) { handled++; }

static void interrupted(void)
{
	int fd = uffd_open(O_NONBLOCK, 0);
	char *p = map_area(RW, ANON, -1);
	struct sigaction sa = { .sa_handler = on_signal };
	struct toucher t;

	sigaction(SIGUSR1, &sa, NULL);
	RESULT(reg(fd, p, NR * PAGE, MISSING));
	start_touch(&t, p, false);
	next_message(fd);
	pthread_kill(t.thread, SIGUSR1);
	next_message(fd);               /* the handler has run, the access is here again */
	say("handled: %d", handled);
	RESULT(copy(fd, p, from, PAGE, 0));
	end_touch(&t);
	munmap(p, NR * PAGE);
	close(fd);
}

static void deadly(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		int fd = uffd_open(0, 0);
		char *p = map_area(RW, ANON, -1);

		reg(fd, p, NR * PAGE, MISSING);
		_exit(p[0]);            /* nobody answers: it waits for itself */
	}
	usleep(150000);
	say("waits for itself: %d", waitpid(pid, &status, WNOHANG));
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	say_status("stopped", status);
	kill(pid, SIGCONT);
	usleep(20000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	say_status("killed", status);
	pid = fork();
	if (!pid) {
		int fd = uffd_open(0, 0), pipe_fd[2];
		char *p = map_area(RW, ANON, -1);

		reg(fd, p, NR * PAGE, MISSING);
		signal(SIGUSR1, on_signal);
		if (!pipe(pipe_fd))
			say("%zd", write(pipe_fd[1], p, 10));   /* in the kernel */
		_exit(1);
	}
	usleep(150000);
	kill(pid, SIGUSR1);             /* has to wait */
	usleep(20000);
	say("in the kernel: %d", waitpid(pid, &status, WNOHANG));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	say_status("killed in the kernel", status);
}

static void bus_error(void)
{
	int fd = uffd_open(O_NONBLOCK, UFFD_FEATURE_SIGBUS);
	char *p = map_area(RW, ANON, -1);

	catch_signal(SIGBUS);
	RESULT(reg(fd, p, NR * PAGE, MISSING | WP));
	FAULT("a read", p, *(volatile char *)(p + 5));
	FAULT("a write", p, *(volatile char *)(p + PAGE + 7) = 1);
	RESULT(open(p, O_RDONLY));
	RESULT(copy(fd, p, from, PAGE, UFFDIO_COPY_MODE_WP));
	ASK(p[0] == 'c');
	FAULT("a protected write", p, *(volatile char *)(p + 9) = 1);
	RESULT(protect(fd, p, PAGE, 0));
	p[9] = 1;
	RESULT(read(fd, from, 32));
	munmap(p, NR * PAGE);
	close(fd);
}

/* ---- many ---- */

#define THREADS 6
static char *many_area;
static int many_pages = 200;

static void *many_touch(void *arg)
{
	unsigned int seed = (unsigned int)(long)arg;
	long sum = 0;

	for (int i = 0; i < 400; i++) {
		seed = seed * 1103515245 + 12345;
		sum += ((volatile char *)many_area)[(seed >> 8) % many_pages * PAGE + (seed & 0xff)] == 'c';
	}
	return (void *)sum;
}

static void many(void)
{
	int fd = uffd_open(O_NONBLOCK, 0);
	pthread_t thread[THREADS];
	struct server s;
	long sum = 0;
	void *got;

	many_area = mmap(NULL, many_pages * PAGE, RW, ANON, -1, 0);
	RESULT(reg(fd, many_area, many_pages * PAGE, MISSING));
	start_server(&s, fd);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, many_touch, (void *)(i + 1));
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &got);
		sum += (long)got;
	}
	say("%ld right bytes of %d", sum, THREADS * 400);
	ASK(s.faults > 0);
	end_server(&s);
	munmap(many_area, many_pages * PAGE);
	close(fd);
}

static void polled(void)
{
	int fd = uffd_open(O_NONBLOCK, 0), ep = epoll_create1(0);
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
	char *p = map_area(RW, ANON, -1);
	struct uffd_msg m[3];
	struct toucher t[3];

	RESULT(reg(fd, p, NR * PAGE, MISSING));
	RESULT(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
	RESULT(epoll_wait(ep, &e, 1, 0));
	for (int i = 0; i < 3; i++)
		start_touch(&t[i], p + i * PAGE, false);
	usleep(150000);
	RESULT(epoll_wait(ep, &e, 1, 5000));
	say("events %x", e.events);
	RESULT(read(fd, m, sizeof(m[0]) + 5));
	RESULT(syscall(SYS_read, fd, 8, sizeof(m[0])));      /* that message is lost */
	RESULT(read(fd, m, sizeof(m)));
	RESULT(epoll_wait(ep, &e, 1, 0));
	RESULT(copy(fd, p, from, 3 * PAGE, 0));
	for (int i = 0; i < 3; i++)
		end_touch(&t[i]);
	close(ep);
	munmap(p, NR * PAGE);
	close(fd);
}

/* ---- who may, and what nobody should do ---- */

static void permissions(void)
{
	int fd;

	if (setresuid(65534, 65534, 65534))
		_exit(1);
	fd = open("/proc/sys/vm/unprivileged_userfaultfd", O_RDONLY);
	if (fd >= 0) {
		char c = '?';

		if (read(fd, &c, 1) == 1 && c == '0')
			RESULT(syscall(SYS_userfaultfd, 0));
		else
			say("syscall(SYS_userfaultfd, 0): EPERM");      /* this host is open to all */
	}
	fd = syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY);
	RESULT(uffd_api(fd, UFFD_FEATURE_EVENT_FORK));
	RESULT(uffd_api(fd, 0));
}

/* The area, the message buffer, the argument of a request and the page that is copied: all missing. */
static void its_own_arguments(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		int fd = uffd_open(O_NONBLOCK, 0);
		char *p = map_area(RW, ANON, -1);

		reg(fd, p, NR * PAGE, MISSING);
		copy(fd, p, p + PAGE, PAGE, 0);
		_exit(1);
	}
	usleep(150000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	say_status("copies from what is missing", status);
	pid = fork();
	if (!pid) {
		int fd = uffd_open(O_NONBLOCK, 0);
		char *p = map_area(RW, ANON, -1);

		reg(fd, p, NR * PAGE, MISSING);
		ioctl(fd, UFFDIO_ZEROPAGE, p);
		_exit(1);
	}
	usleep(150000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	say_status("an argument that is missing", status);
}

static void *close_later(void *arg)
{
	usleep(150000);
	close((int)(long)arg);
	return NULL;
}

static void closed(void)
{
	int fd = uffd_open(0, 0), p[2];
	char *q = map_area(RW, ANON, -1);
	pthread_t thread;

	RESULT(reg(fd, q, NR * PAGE, MISSING));
	pthread_create(&thread, NULL, close_later, (void *)(long)fd);
	if (pipe(p))
		return;
	RESULT(write(p[1], q, 10));     /* in the kernel, until it is closed */
	pthread_join(thread, NULL);
	RESULT(ioctl(fd, UFFDIO_WAKE, q));
	fd = uffd_open(0, 0);
	RESULT(reg(fd, q, NR * PAGE, MISSING));
	CHILD("exec ends it", execl("/proc/self/exe", "uffd", "exec", NULL));
	munmap(q, NR * PAGE);
	close(fd);
	close(p[0]);
	close(p[1]);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 3;
	alarm(50);
	memset(from, 'c', sizeof(from));
	from_kernel(0);
	memset(from, 'c', sizeof(from));
	from_kernel(UFFD_USER_MODE_ONLY);
	chain();
	contended();
	interrupted();
	deadly();
	bus_error();
	memset(from, 'c', sizeof(from));
	many();
	polled();
	its_own_arguments();
	closed();
	CHILD("nobody", permissions());
	return 0;
}
