/* SPDX-License-Identifier: MIT */
/*
 * The fuzzer's other half: calls that are almost right. Structures are built field by field, most of them valid, descriptors and
 * mappings exist, so that what comes behind the first check of an argument is reached. Each function makes one to a few calls.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <termios.h>

#define PICK(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])
#define ARENA ((char *)0x20000000)
#define ARENA_PAGES 4096

static int some_fd(void) { return below(16) ? (int)below(24) : (int)number(); }
static size_t some_length(void) { return below(8) ? below(10000) : number(); }
static void *some_memory(void) { return below(8) ? area + below(15 * 4096) : (void *)address(); }

static const char *some_path(void)
{
	static const char *const paths[] = { "/tmp/f/a", "/tmp/f/b", "/tmp/f/dir", "/tmp/f/dir/x", "/tmp/f/dir/y/z", "/tmp/f/l", "/tmp/f/fifo",
		"/proc/self/fd/3", "/proc/self/exe", "/dev/null", "/tmp/f/../f/./a", "/tmp/f/socket", "/", "" };

	return PICK(paths);
}

static int fill_iov(struct iovec *v, int max)
{
	int n = below(20) ? (int)below(max) : (int)number();

	for (int i = 0; i < n && i < max; i++)
		v[i] = (struct iovec){ some_memory(), some_length() };
	return n;
}

static void near_vectors(void)
{
	struct iovec a[24], b[24];
	static const long calls[] = { SYS_readv, SYS_writev, SYS_preadv, SYS_pwritev, SYS_preadv2, SYS_pwritev2, SYS_vmsplice };
	int n = fill_iov(a, 24);

	if (below(4))
		syscall(PICK(calls), some_fd(), a, n, below(2) ? 0 : number(), 0, below(8));
	else
		syscall(below(2) ? SYS_process_vm_readv : SYS_process_vm_writev, below(4) ? getpid() : getppid(), a, n, b, fill_iov(b, 24), 0);
}

static void near_signals(void)
{
	struct sigaction act = { .sa_handler = below(2) ? SIG_IGN : interrupt, .sa_flags = random64() & 0x58000003 };
	stack_t stack = { .ss_sp = some_memory(), .ss_size = some_length(), .ss_flags = below(4) ? 0 : (int)number() };
	uint64_t set = random64() & random64() & ~(1UL << (SIGALRM - 1));
	struct timespec soon = { 0, below(1000000) };
	siginfo_t info = { .si_code = below(2) ? SI_QUEUE : (int)number() };
	int sig = below(70);

	if (sig != SIGVTALRM && sig != SIGALRM)
		sigaction(sig, below(4) ? &act : NULL, NULL);
	if (below(16) == 0)
		syscall(SYS_sigaltstack, &stack, NULL);
	syscall(SYS_rt_sigprocmask, below(4), &set, NULL, 8);
	syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN + below(20), &info);
	syscall(SYS_rt_sigtimedwait, &set, &info, &soon, 8);
}

static socklen_t fill_address(struct sockaddr_un *a)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = below(8) ? AF_UNIX : below(50);
	if (below(2))
		strcpy(a->sun_path, some_path());
	else
		a->sun_path[1] = 'a' + below(4); /* abstract */
	return below(8) ? 2 + below(109) : (socklen_t)number();
}

static void near_sockets(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	struct sockaddr_un a;
	socklen_t len = fill_address(&a);
	int value = number();

	switch (below(9)) {
	case 0: socket(below(8) ? AF_UNIX : below(50), PICK(types) | SOCK_NONBLOCK, below(3)); break;
	case 1: { int p[2]; socketpair(AF_UNIX, PICK(types) | SOCK_NONBLOCK, 0, p); break; }
	case 2: bind(some_fd(), (void *)&a, len); break;
	case 3: connect(some_fd(), (void *)&a, len); break;
	case 4: listen(some_fd(), number()); break;
	case 5: syscall(SYS_accept4, some_fd(), &a, &len, SOCK_NONBLOCK); break;
	case 6: sendto(some_fd(), some_memory(), some_length(), MSG_DONTWAIT | below(0x8000), below(2) ? (void *)&a : NULL, len); break;
	case 7: setsockopt(some_fd(), SOL_SOCKET, below(70), &value, below(8) ? 4 : number()); break;
	case 8: recvfrom(some_fd(), some_memory(), some_length(), MSG_DONTWAIT | below(0x8000), (void *)&a, &len); break;
	}
}

/* Messages with descriptors, credentials, and control headers that lie about their length. */
static void near_messages(void)
{
	union { struct cmsghdr h; char space[256]; } control;
	struct iovec v[24];
	struct sockaddr_un a;
	struct msghdr m = { .msg_iov = v, .msg_iovlen = fill_iov(v, 24), .msg_control = &control, .msg_controllen = below(8) ? below(256) : number() };
	int n = below(8) ? (int)below(8) : (int)number();

	control.h = (struct cmsghdr){ below(8) ? CMSG_LEN(n * sizeof(int)) : number(), SOL_SOCKET, below(8) ? SCM_RIGHTS : below(4) };
	for (int i = 0; i < 50; i++)
		((int *)CMSG_DATA(&control.h))[i] = some_fd();
	if (below(4) == 0)
		m.msg_name = &a, m.msg_namelen = fill_address(&a);
	if (below(2))
		sendmsg(some_fd(), &m, MSG_DONTWAIT | (below(4) ? 0 : below(0x8000)));
	else
		recvmsg(some_fd(), &m, MSG_DONTWAIT | (below(4) ? 0 : number()));
}

static void near_waits(void)
{
	struct epoll_event e[8] = { { .events = number(), .data.u64 = number() } };
	struct pollfd p[40];
	struct timespec soon = { 0, below(2000000) };
	uint64_t sets[3][16];

	for (int i = 0; i < 40; i++)
		p[i] = (struct pollfd){ some_fd(), number(), 0 };
	for (int i = 0; i < 48; i++)
		sets[i / 16][i % 16] = random64() & random64() & random64();
	switch (below(6)) {
	case 0: epoll_create1(0); break;
	case 1: case 2: epoll_ctl(some_fd(), 1 + below(3), some_fd(), below(8) ? e : NULL); break;
	case 3: epoll_wait(some_fd(), below(8) ? e : (void *)address(), 8, below(2)); break;
	case 4: syscall(SYS_ppoll, p, below(41), &soon, NULL, 8); break;
	case 5: syscall(SYS_pselect6, below(1025), sets[0], sets[1], sets[2], &soon, NULL); break;
	}
}

/* /proc and /sys: whatever stands there is read in odd pieces, and written to where that can't end the run. */
static void near_proc(void)
{
	static const char *const read_only[] = { "/proc/self/status", "/proc/self/smaps", "/proc/self/pagemap", "/proc/self/maps", "/proc/self/mem",
		"/proc/self/fd", "/proc/self/task", "/proc/self/fdinfo/4", "/proc/self/environ", "/proc/self/auxv", "/proc/self/stat", "/proc/kpageflags",
		"/proc/kpagecount", "/proc/slabinfo", "/proc/vmallocinfo", "/proc/mounts", "/proc/self/mountinfo", "/proc/iomem", "/proc/stat",
		"/proc/atlas/accounting", "/proc/atlas/report", "/proc/interrupts", "/sys/kernel/debug/page_tables/current_user", "/proc/sysvipc/shm",
		"/proc/1/maps", "/proc/1/fd", "/dev/kmsg", "/proc", "/sys/firmware/memmap/0", "/proc/zoneinfo" };
	static const char *const writable[] = { "/proc/self/comm", "/proc/self/oom_score_adj", "/proc/self/clear_refs", "/proc/self/coredump_filter",
		"/proc/sys/vm/overcommit_memory", "/proc/sys/fs/pipe-max-size",
		"/proc/sys/fs/inotify/max_user_watches", "/proc/self/mem", "/sys/kernel/mm/transparent_hugepage/enabled", "/proc/self/timerslack_ns" };
	static const char *const texts[] = { "0", "1\n", "-1", "65536\n", "99999999999999999999", "always", "never\n", "madvise", "", "\n", "12 34 56" };
	int write = below(3) == 0;
	int fd = open(write ? PICK(writable) : PICK(read_only), (write ? O_RDWR : O_RDONLY) | O_NONBLOCK);

	if (fd < 0)
		return;
	for (int i = below(4); i >= 0; i--) {
		const char *text = PICK(texts);

		if (below(3) == 0)
			lseek(fd, number(), below(3));
		if (write)
			syscall(SYS_write, fd, below(8) ? text : (char *)some_memory(), below(8) ? strlen(text) : some_length());
		else if (below(4))
			syscall(SYS_read, fd, some_memory(), some_length() % 70000);
		else
			syscall(SYS_getdents64, fd, some_memory(), some_length());
	}
	close(fd);
}

static void near_names(void)
{
	const char *a = some_path(), *b = some_path();
	struct timespec times[2] = { { number(), below(1000000000) }, { 0, below(2) ? UTIME_NOW : (long)number() } };

	switch (below(14)) {
	case 0: close(open(a, below(0x200000) & ~O_PATH, below(01000))); break;
	case 1: mkdir(a, below(010000)); break;
	case 2: rmdir(a); break;
	case 3: syscall(SYS_renameat2, -100, a, -100, b, below(8)); break;
	case 4: link(a, b); break;
	case 5: symlink(a, b); break;
	case 6: unlink(a); break;
	case 7: mknod("/tmp/f/fifo", S_IFIFO | 0666, 0); break;
	case 8: utimensat(-100, a, times, 0); break;
	case 9: syscall(SYS_setxattr, a, below(4) ? "user.a" : "user.b", some_memory(), some_length() % 70000, below(4)); break;
	case 10: syscall(SYS_getxattr, a, "user.a", some_memory(), some_length()); break;
	case 11: syscall(SYS_listxattr, a, some_memory(), some_length()); break;
	case 12: inotify_add_watch(some_fd(), a, number()); break;
	case 13: inotify_init1(O_NONBLOCK); break;
	}
}

static void near_mounts(void)
{
	static const char *const options[] = { "", "size=1m", "size=0", "mode=700", "size=99999999999999g", "nr_inodes=3,size=4k", "bad" };
	static const unsigned long flags[] = { 0, 0, MS_BIND, MS_BIND | MS_REC, MS_REMOUNT, MS_REMOUNT | MS_BIND | MS_RDONLY, MS_MOVE, MS_PRIVATE, MS_SHARED, MS_RDONLY };
	const char *where = below(2) ? "/tmp/f/dir" : "/tmp/f/dir/y";

	if (below(2))
		mount(below(2) ? "/tmp/f/dir" : "/tmp/f", where, "tmpfs", PICK(flags), PICK(options));
	else
		umount2(where, below(16));
}

static void near_files(void)
{
	struct flock lock = { below(4), below(4), below(8) ? below(1000) : number(), below(8) ? below(1000) : number(), 0 };
	loff_t off = below(100000), off2 = below(100000);
	int a = some_fd(), b = some_fd(), p[2];

	switch (below(14)) {
	case 0: fcntl(a, below(2) ? F_SETLK : 37, &lock); break;
	case 1: fcntl(a, below(2) ? F_GETLK : 36, &lock); break;
	case 2: fallocate(a, below(8) ? below(4) : below(64), below(200000), below(200000)); break;
	case 3: if (ftruncate(a, below(200000))) break; break;
	case 4: splice(a, below(2) ? &off : NULL, b, below(2) ? &off2 : NULL, below(100000), SPLICE_F_NONBLOCK); break;
	case 5: tee(a, b, below(100000), SPLICE_F_NONBLOCK); break;
	case 6: syscall(SYS_sendfile, a, b, below(2) ? &off : NULL, below(100000)); break;
	case 7: syscall(SYS_copy_file_range, a, &off, b, &off2, below(100000), 0); break;
	case 8: if (pipe2(p, O_NONBLOCK)) break; break;
	case 9: fcntl(a, F_SETPIPE_SZ, number()); break;
	case 10: fcntl(a, 1024 + below(20), number()); break; /* leases, pipes, seals, notify */
	case 11: fcntl(a, F_SETOWN, below(2) ? getpid() : (int)number()); fcntl(a, F_SETFL, number()); break;
	case 12: syscall(SYS_memfd_create, "m", below(8)); break;
	case 13: syscall(SYS_close_range, 5 + below(30), below(40), below(8)); break;
	}
}

static void near_terminals(void)
{
	static const int requests[] = { TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCSWINSZ, TIOCGWINSZ, TIOCSPTLCK, TIOCGPTN, TIOCGPTPEER, TCFLSH, TIOCSTI,
		TIOCPKT, TIOCEXCL, TIOCNXCL, TIOCOUTQ, FIONREAD, TIOCSETD, TIOCGSID, TCXONC };
	int zero = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), slave;
	struct termios t;

	if (master < 0)
		return;
	ioctl(master, TIOCSPTLCK, &zero);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK);
	for (int i = below(12); i > 0; i--) {
		int fd = below(2) ? master : slave;

		memcpy(&t, area, sizeof(t));
		switch (below(4)) {
		case 0: ioctl(fd, PICK(requests), below(4) ? (void *)&t : (void *)number()); break;
		case 1: tcgetattr(fd, &t); t.c_lflag ^= 1U << below(16); t.c_iflag ^= 1U << below(16); tcsetattr(fd, 0, &t); break;
		case 2: if (write(fd, area, below(5000)) < 0) break; break;
		case 3: if (read(fd, area, below(5000)) < 0) break; break;
		}
	}
	close(below(2) ? master : slave);
	close(master);
	close(slave);
}

/* Chains on valid mappings; the kernel touches the pages, so that a wrong one is EFAULT. */
static void near_mappings(void)
{
	for (int i = below(12); i >= 0; i--) {
		unsigned long at = below(8) ? below(ARENA_PAGES) : below(8) * 512, n = 1 + (below(4) ? below(40) : below(1200));
		char *p = ARENA + at * 4096, *q = ARENA + below(ARENA_PAGES) * 4096UL;
		uint64_t node = 1;

		switch (below(16)) {
		case 0: mmap(p, n * 4096, below(8), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | (below(8) ? 0 : MAP_POPULATE), -1, 0); break;
		case 1: mmap(p, n * 4096, below(8), MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0); break;
		case 2: mmap(p, n * 4096, below(8), (below(2) ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, some_fd(), below(30) * 4096UL); break;
		case 3: munmap(p, n * 4096); break;
		case 4: case 5: mprotect(p, n * 4096, below(8)); break;
		case 6: case 7: syscall(SYS_madvise, p, n * 4096, below(26)); break;
		case 8: syscall(SYS_mremap, p, n * 4096, (1 + below(600)) * 4096, below(8), q); break;
		case 9: syscall(below(2) ? SYS_mlock : SYS_munlock, p, n * 4096); break;
		case 10: syscall(SYS_mbind, p, n * 4096, below(5), &node, 8, below(4)); break;
		case 11: if (pread(7, p, n * 4096, 0)) break; break;              /* /dev/zero: writes the pages */
		case 12: if (pread(3, p, n * 4096, 0)) break; break;
		case 13: if (pwrite(1, p, n * 4096, 0)) break; break;             /* /dev/null reads none */
		case 14: if (pwrite(3, p, n * 4096, below(100000))) break; break; /* a file: reads them */
		case 15: syscall(SYS_remap_file_pages, p, n * 4096, 0, below(30), 0); break;
		}
	}
}

/* ---- userfaultfd ---- */

static int uffd = -1;

static long uffd_request(int fd, int nr, char *p, size_t len, uint64_t mode, uint64_t extra)
{
	/* UFFDIO_REGISTER, UNREGISTER, WAKE, COPY, ZEROPAGE, 5: none, WRITEPROTECT, CONTINUE, API */
	static const unsigned int requests[] = { 0xc020aa00, 0x8010aa01, 0x8010aa02, 0xc028aa03, 0xc020aa04, 0xc028aa05, 0xc018aa06, 0xc020aa07, 0xc018aa3f };
	uint64_t copy[5] = { (uint64_t)p, extra, len, mode, 0 }, other[4] = { (uint64_t)p, len, mode, 0 };

	return ioctl(fd, requests[nr], nr == 3 ? copy : other);
}

/* Answers each fault in one way or another, so that nobody waits for ever. */
static void *uffd_answers(void *seed)
{
	struct { uint64_t event, arg[3]; } m[4];
	int fd = uffd;

	state = (uint64_t)seed;
	while (fcntl(fd, F_GETFD) >= 0) {
		ssize_t n = read(fd, m, below(4) ? sizeof(m) : sizeof(m[0]));

		if (n <= 0)
			poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 5);
		for (int i = 0; i < n / (int)sizeof(m[0]); i++) {
			char *p = (char *)(m[i].arg[1] & -4096UL);

			if ((m[i].event & 0xff) == 0x13) { /* closed: the child's faults must not hold a file's lock until it is killed */
				uffd_request((int)m[i].arg[0], below(9), ARENA, 4096, below(4), (uint64_t)area);
				close((int)m[i].arg[0]);
			}
			if ((m[i].event & 0xff) != 0x12)
				continue;
			if ((below(8) && uffd_request(fd, below(2) ? 3 : 4, p, (1 + below(3)) * 4096, 0, (uint64_t)area) == 0) ||
			    (below(8) && uffd_request(fd, below(2) ? 6 : 7, p, 4096, 0, 0) == 0))
				continue;
			uffd_request(fd, 1, p, 4096, 0, 0);
			uffd_request(fd, 2, p, 4096, 0, 0);
		}
	}
	return NULL;
}

static void near_userfaults(void)
{
	char path[40];
	pthread_t t;

	if (fcntl(uffd, F_GETFD) < 0) {
		uffd = syscall(SYS_userfaultfd, O_NONBLOCK | O_CLOEXEC | below(2));
		uffd_request(uffd, 8, (char *)0xaaUL, below(4) ? random64() & 0x1f6f : 0, 0, 0);
		if (uffd < 0 || pthread_create(&t, NULL, uffd_answers, (void *)random64()))
			return;
	}
	for (int i = below(12); i >= 0; i--) {
		unsigned long at = below(4) ? below(ARENA_PAGES) : below(8) * 512, n = 1 + (below(4) ? below(20) : below(600));
		char *p = ARENA + at * 4096 + (below(50) ? 0 : below(4096)), *q = below(4) ? area : ARENA + below(ARENA_PAGES) * 4096UL;
		struct iovec a = { area, 4096 }, b = { p, 4096 };

		switch (below(14)) {
		case 0: mmap(p, n * 4096, PROT_READ | PROT_WRITE, (below(2) ? MAP_PRIVATE : MAP_SHARED) | MAP_ANONYMOUS | MAP_FIXED, -1, 0); break;
		case 1: mmap(p, n * 4096, below(8), (below(2) ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, 12, below(8) * 4096UL); break; /* the memfd */
		case 2: case 3: case 4: uffd_request(uffd, 0, p, n * 4096, below(8) ? 1 + below(7) : number(), 0); break;
		case 5: uffd_request(uffd, 1, p, n * 4096, 0, 0); break;
		case 6: uffd_request(below(8) ? uffd : some_fd(), below(9), p, below(8) ? n * 4096 : number(), below(4), (uint64_t)q); break;
		case 7: uffd_request(uffd, 3, p, n * 4096, below(4), (uint64_t)q); break;
		case 8: uffd_request(uffd, 6, p, n * 4096, below(2), 0); break;
		case 9: uffd_request(uffd, 7, p, n * 4096, 0, 0); break;
		case 10: if (pread(7, p, n * 4096, 0) < 0) break; break;
		case 11: if (pwrite(3, p, n * 4096, 0) < 0) break; break;
		case 12: syscall(below(2) ? SYS_process_vm_readv : SYS_process_vm_writev, getpid(), &a, 1, &b, 1, 0); break;
		case 13: near_mappings(); break;
		}
	}
	if (below(40) == 0) {
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", uffd);
		close(open(path, O_RDONLY));
		close(uffd);
	}
}

static void near_time(void)
{
	struct itimerspec its = { { 0, below(2) ? 0 : 1000000 }, { 0, below(5000000) } };
	struct timespec soon = { below(50) ? 0 : (long)number(), below(50) ? below(1000000) : number() };
	static uint32_t words[4];
	uint32_t *w = below(8) ? &words[below(4)] : (uint32_t *)some_memory();

	if (soon.tv_sec > 0)
		soon.tv_sec = -1; /* nobody waits for long */
	switch (below(5)) {
	case 0: timerfd_create(below(12), O_NONBLOCK); break;
	case 1: syscall(SYS_timerfd_settime, some_fd(), below(4), &its, NULL); break;
	case 2: syscall(SYS_clock_nanosleep, below(12), 0, &soon, NULL); break;
	case 3: syscall(SYS_futex, w, below(14) | below(4) << 7, below(4) ? *words : number(), &soon, &words[below(4)], number()); break;
	case 4: syscall(SYS_setitimer, 1 + below(2), &(struct itimerval){ { 0, 0 }, { 0, below(100000) } }, NULL); break;
	}
}

static void near_ipc(void)
{
	static struct { long type; char text[600]; } m = { 1, "" };
	struct sembuf ops[40];
	int key = 1 + below(4), id;

	for (int i = 0; i < 40; i++)
		ops[i] = (struct sembuf){ below(8) ? below(8) : number(), below(8) ? below(3) - 1 : number(), IPC_NOWAIT | (below(2) ? SEM_UNDO : 0) };
	switch (below(7)) {
	case 0: id = shmget(key, 65536, IPC_CREAT | 0600); shmat(id, below(2) ? NULL : ARENA + below(ARENA_PAGES) * 4096UL, below(2) ? 0 : SHM_REMAP); break;
	case 1: syscall(SYS_shmctl, shmget(key, 0, 0), below(20), area); break;
	case 2: semop(semget(key, 8, IPC_CREAT | 0600), ops, below(41)); break;
	case 3: semctl(semget(key, 0, 0), below(10), below(24), area); break;
	case 4: msgsnd(msgget(key, IPC_CREAT | 0600), &m, below(600), IPC_NOWAIT); break;
	case 5: msgrcv(msgget(key, 0), &m, below(600), below(3) - 1, IPC_NOWAIT | (below(4) ? 0 : below(0100000))); break;
	case 6: syscall(SYS_msgctl, msgget(key, 0), below(20), area); break;
	}
}

static void *idle_thread(void *arg)
{
	for (;;)
		sched_yield();
	return arg;
}

/* A child that has threads, execs, is traced, stopped, killed, waited for in odd ways. */
static void near_processes(void)
{
	struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, size, tls, set_tid, set_tid_size, cgroup; } args = {
		.flags = below(4) ? 0 : random64() & random64() & 0x10137f600, .exit_signal = below(8) ? SIGCHLD : number(),
		.pidfd = (uint64_t)area, .parent_tid = (uint64_t)area + 8, .child_tid = (uint64_t)area + 16 };
	siginfo_t info;
	pthread_t t;
	pid_t pid = below(2) ? fork() : syscall(SYS_clone3, &args, below(8) ? 64 + 8 * below(4) : number());

	if (pid == 0) {
		for (int i = below(3); i > 0; i--)
			pthread_create(&t, NULL, idle_thread, NULL);
		if (below(2))
			execl("/proc/self/exe", "fuzz", "--leave", NULL);
		if (below(2))
			syscall(SYS_exit, 0);   /* of this thread */
		for (int i = 0; i < 200; i++)
			sched_yield();
		_exit(0);
	}
	if (pid <= 0)
		return;
	for (int i = below(6); i > 0; i--) {
		switch (below(6)) {
		case 0: kill(pid, below(65)); break;
		case 1: syscall(SYS_ptrace, below(4) ? below(25) : 0x4200 + below(16), pid, some_memory(), some_memory()); break;
		case 2: syscall(SYS_waitid, below(4), pid, &info, WNOHANG | below(0x20), NULL); break;
		case 3: syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, pid, 0), below(65), NULL, 0); break;
		case 4: syscall(SYS_prlimit64, pid, below(17), area, area + 64); break;
		case 5: sched_yield(); break;
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
}

static void (*const near_calls[])(void) = {
	near_vectors, near_signals, near_sockets, near_sockets, near_messages, near_messages, near_waits, near_proc, near_names, near_names,
	near_mounts, near_files, near_files, near_terminals, near_mappings, near_mappings, near_time, near_ipc, near_userfaults, near_userfaults,
};

static void near_call(void)
{
	if (below(100) == 0)
		near_processes();
	else
		PICK(near_calls)();
}
