/* SPDX-License-Identifier: MIT */
/* The system calls of failnth.c: how each is called, what undoes it, what it needs before and leaves behind. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define MIB (1UL << 20)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define MAX_NTH 5000
#define REPEATS 6
#define D "/tmp/failnth/"

static int fail_fd, fd, fd2, verbose;
static int pair[2];
static char *mem, *mem2;
static char buf[256 * 1024];
static char *self_path;
static struct iovec iov[32];

static long ret(long r) { return r < 0 ? -errno : r; }

static void undo_close(long r) { close(r); }
static void undo_pair(long r) { close(pair[0]); close(pair[1]); }

static long open_new(void) { return ret(open(D "new", O_CREAT | O_RDWR, 0644)); }
static void undo_new(long r) { close(r); unlink(D "new"); }
static long open_old(void) { return ret(open(D "sub/../old", O_RDONLY)); }
static long open_dir(void) { return ret(open(D, O_RDONLY | O_DIRECTORY)); }
static long open_proc(void) { return ret(open("/proc/self/maps", O_RDONLY)); }
static long open_task(void) { return ret(open("/proc/self/task", O_RDONLY)); }
static long open_ptmx(void) { return ret(open("/dev/ptmx", O_RDWR | O_NOCTTY)); }
static long open_tmpfile(void) { return ret(open(D, O_TMPFILE | O_RDWR, 0600)); }
static long do_stat(void) { struct stat st; return ret(stat(D "old", &st)); }
static long do_stat_proc(void) { struct stat st; return ret(stat("/proc/self/status", &st)); }
static long do_statfs(void) { struct statfs st; return ret(statfs(D, &st)); }
static long do_mkdir(void) { return ret(mkdir(D "dir", 0755)); }
static void undo_mkdir(long r) { rmdir(D "dir"); }
static long do_symlink(void) { return ret(symlink("/etc/passwd", D "sym")); }
static long do_long_symlink(void) { return ret(symlink(buf + sizeof(buf) - 900, D "sym")); }
static void undo_symlink(long r) { unlink(D "sym"); }
static long do_readlink(void) { return ret(readlink("/proc/self/exe", buf, 200)); }
static long do_link(void) { return ret(link(D "old", D "hard")); }
static void undo_link(long r) { unlink(D "hard"); }
static long do_mknod(void) { return ret(mknod(D "fifo", S_IFIFO | 0600, 0)); }
static void undo_mknod(long r) { unlink(D "fifo"); }
static long do_rename(void) { return ret(rename(D "old", D "sub/renamed")); }
static void undo_rename(long r) { rename(D "sub/renamed", D "old"); }
static long do_unlink(void) { return ret(unlink(D "gone")); }
static void setup_unlink(void) { close(open(D "gone", O_CREAT | O_WRONLY, 0600)); }
static void undo_unlink(long r) { setup_unlink(); }
static void close_gone(void) { unlink(D "gone"); }
static long do_getcwd(void) { return ret(syscall(SYS_getcwd, buf, 4096)); }
static long do_chdir(void) { return ret(chdir(D "sub")); }
static void undo_chdir(long r) { if (chdir("/")) _exit(9); }
static long do_chmod(void) { return ret(chmod(D "old", 0640)); }
static long do_access(void) { return ret(access(D "old", R_OK)); }
static long do_utimens(void) { return ret(utimensat(AT_FDCWD, D "old", NULL, 0)); }
static long do_setxattr(void) { return ret(syscall(SYS_setxattr, D "old", "user.a", "value", 5, 0)); }

static void setup_file(void) { fd = open(D "data", O_CREAT | O_RDWR | O_TRUNC, 0600); }
static void close_file(void) { close(fd); unlink(D "data"); }
static long do_write(void) { return ret(write(fd, buf, 200000)); }
static long do_pwritev(void) { return ret(pwritev(fd, iov, 32, 1L << 30)); }
static void undo_truncate(long r) { if (ftruncate(fd, 0)) _exit(9); lseek(fd, 0, SEEK_SET); }
static long do_fallocate(void) { return ret(fallocate(fd, 0, 0, 300000)); }
static void setup_filled(void)
{
	setup_file();
	if (write(fd, buf, 200000) != 200000) _exit(9);
	fd2 = open(D "to", O_CREAT | O_RDWR, 0600);
	lseek(fd, 0, SEEK_SET);
}
static void close_filled(void) { close_file(); close(fd2); unlink(D "to"); }
static void undo_filled(long r) { lseek(fd, 0, SEEK_SET); lseek(fd2, 0, SEEK_SET); if (ftruncate(fd2, 0)) _exit(9); }
static long do_read(void) { return ret(pread(fd, buf, 100000, 0)); }
static long do_readv(void) { return ret(preadv(fd, iov, 32, 0)); }
static long do_sendfile(void) { return ret(sendfile(fd2, fd, NULL, 150000)); }
static long do_copy_range(void) { return ret(syscall(SYS_copy_file_range, fd, NULL, fd2, NULL, 150000, 0)); }
static long do_punch(void) { return ret(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 50000)); }
static long do_truncate(void) { return ret(ftruncate(fd, 12345)); }
static void undo_ftruncate(long r) { if (pwrite(fd, buf, 200000, 0) != 200000) _exit(9); }
static long do_flock(void) { return ret(flock(fd, LOCK_EX)); }
static void undo_flock(long r) { flock(fd, LOCK_UN); }
static long do_setlk(void) { struct flock l = { .l_type = F_WRLCK, .l_start = 100, .l_len = 10 }; return ret(fcntl(fd, F_SETLK, &l)); }
static void undo_setlk(long r) { struct flock l = { .l_type = F_UNLCK }; fcntl(fd, F_SETLK, &l); }
static void setup_locked(void) { struct flock l = { .l_type = F_WRLCK, .l_len = 1000 }; setup_file(); fcntl(fd, F_SETLK, &l); }
static long do_unlock_middle(void)
{
	struct flock l = { .l_type = F_UNLCK, .l_start = 100, .l_len = 10 };

	return ret(fcntl(fd, F_SETLK, &l));
}
static void undo_unlock(long r) { struct flock l = { .l_type = F_WRLCK, .l_len = 1000 }; fcntl(fd, F_SETLK, &l); }
static long do_ofd_lock(void) { struct flock l = { .l_type = F_RDLCK, .l_start = 5, .l_len = 10 }; return ret(fcntl(fd, F_OFD_SETLK, &l)); }
static void undo_ofd(long r) { struct flock l = { .l_type = F_UNLCK }; fcntl(fd, F_OFD_SETLK, &l); }

static void setup_dir(void) { fd = open("/proc/self/fd", O_RDONLY); }
static void setup_tmpdir(void) { fd = open(D, O_RDONLY); }
static void close_fd(void) { close(fd); }
static long do_getdents(void) { lseek(fd, 0, SEEK_SET); return ret(syscall(SYS_getdents64, fd, buf, 32768)); }
static void setup_maps(void) { fd = open("/proc/self/smaps", O_RDONLY); }
static void setup_proc_stat(void) { fd = open("/proc/stat", O_RDONLY); }
static long do_read_start(void) { return ret(pread(fd, buf, 60000, 0)); }
static void setup_pagemap(void) { fd = open("/proc/self/pagemap", O_RDONLY); }
static void setup_comm(void) { fd = open("/proc/self/comm", O_RDWR); }
static long do_write_proc(void)
{
	return ret(pwrite(fd, "failnth with a long text, longer than sixty-four characters for the buffer", 70, 0));
}

static long do_dup_high(void) { return ret(fcntl(0, F_DUPFD, 900)); }
static long do_pipe(void) { return ret(pipe2(pair, O_NONBLOCK)); }
static void setup_pipe(void) { if (pipe(pair)) _exit(9); }
static void close_pair(void) { undo_pair(0); }
static long do_pipe_write(void) { return ret(write(pair[1], buf, 60000)); }
static void undo_drain(long r) { if (r > 0 && read(pair[0], buf, r) != r) _exit(9); }
static long do_setpipe(void) { return ret(fcntl(pair[1], F_SETPIPE_SZ, 262144)); }
static void undo_setpipe(long r) { fcntl(pair[1], F_SETPIPE_SZ, 65536); }
static long do_vmsplice(void) { return ret(vmsplice(pair[1], iov, 4, 0)); }
static long do_tee(void) { return ret(tee(pair[0], fd, 1000, SPLICE_F_NONBLOCK)); }
static void setup_tee(void)
{
	int p[2];

	setup_pipe();
	if (pipe(p)) _exit(9);
	fd = p[1];
	fd2 = p[0];
	if (write(pair[1], buf, 3000) != 3000) _exit(9);
}
static void undo_tee(long r) { if (r > 0 && read(fd2, buf, r) != r) _exit(9); }
static void close_tee(void) { close(fd); close(fd2); close_pair(); }
static void setup_splice(void) { setup_filled(); setup_pipe(); }
static void close_splice(void) { close_filled(); close_pair(); }
static long do_splice(void) { loff_t off = 0; return ret(splice(fd, &off, pair[1], NULL, 20000, 0)); }

static long do_socketpair(void) { return ret(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)); }
static long do_socket(void) { return ret(socket(AF_UNIX, SOCK_DGRAM, 0)); }
static struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = D "socket" };
static void setup_socket(void) { fd = socket(AF_UNIX, SOCK_STREAM, 0); }
static long do_bind(void) { return ret(bind(fd, (void *)&addr, sizeof(addr))); }
static void undo_bind(long r) { close(fd); unlink(D "socket"); setup_socket(); }
static void setup_listen(void)
{
	setup_socket();
	if (bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 5)) _exit(9);
	fd2 = socket(AF_UNIX, SOCK_STREAM, 0);
}
static void close_listen(void) { close(fd); close(fd2); unlink(D "socket"); }
static long do_connect(void) { return ret(connect(fd2, (void *)&addr, sizeof(addr))); }
static void undo_connect(long r) { close(accept(fd, NULL, NULL)); close(fd2); fd2 = socket(AF_UNIX, SOCK_STREAM, 0); }
static void setup_accept(void) { setup_listen(); if (connect(fd2, (void *)&addr, sizeof(addr))) _exit(9); }
static long do_accept(void) { return ret(accept4(fd, NULL, NULL, SOCK_NONBLOCK)); }
static void undo_accept(long r)
{
	close(r);
	close(fd2);
	fd2 = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(fd2, (void *)&addr, sizeof(addr))) _exit(9);
}
static void setup_sockets(void) { if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) _exit(9); }
static void setup_dgrams(void) { if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) _exit(9); }
static long do_send(void) { return ret(send(pair[0], buf, 50000, MSG_DONTWAIT)); }
static void undo_recv(long r) { while (recv(pair[1], buf, sizeof(buf), MSG_DONTWAIT) > 0) ; }
static union { struct cmsghdr h; char space[CMSG_SPACE(3 * sizeof(int))]; } control;
static long send_fds(void)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 20, .msg_control = &control, .msg_controllen = sizeof(control) };

	control.h = (struct cmsghdr){ .cmsg_len = CMSG_LEN(3 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.h), (int[]){ 0, 1, 2 }, 3 * sizeof(int));
	return ret(sendmsg(pair[0], &m, MSG_DONTWAIT));
}
static long recv_fds(void)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 20, .msg_control = &control, .msg_controllen = sizeof(control) };

	return ret(recvmsg(pair[1], &m, MSG_DONTWAIT));
}
static void close_received(void)
{
	int got[3];

	if (control.h.cmsg_len != CMSG_LEN(sizeof(got)))
		return;
	memcpy(got, CMSG_DATA(&control.h), sizeof(got));
	for (int i = 0; i < 3; i++)
		close(got[i]);
}
static void undo_send_fds(long r) { recv_fds(); close_received(); }
static void setup_recv_fds(void) { setup_sockets(); send_fds(); }
static void undo_recv_fds(long r) { close_received(); undo_recv(0); send_fds(); }

static long do_epoll_create(void) { return ret(epoll_create1(0)); }
static void setup_epoll(void) { setup_pipe(); fd = epoll_create1(0); }
static void close_epoll(void) { close_pair(); close(fd); }
static long do_epoll_add(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT };

	return ret(epoll_ctl(fd, EPOLL_CTL_ADD, pair[1], &e));
}
static void undo_epoll_add(long r) { epoll_ctl(fd, EPOLL_CTL_DEL, pair[1], NULL); }
static void setup_epoll_wait(void) { setup_epoll(); do_epoll_add(); }
static long do_epoll_wait(void) { struct epoll_event e[40]; return ret(epoll_wait(fd, e, 40, 0)); }
static long do_eventfd(void) { return ret(eventfd(0, 0)); }
static long do_timerfd(void) { return ret(timerfd_create(CLOCK_MONOTONIC, 0)); }
static long do_signalfd(void) { sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); return ret(signalfd(-1, &s, 0)); }
static long do_memfd(void) { return ret(syscall(SYS_memfd_create, "name", 0)); }
static long do_pidfd(void) { return ret(syscall(SYS_pidfd_open, getpid(), 0)); }
static long do_poll(void) { static struct pollfd p[600]; memset(p, 0xff, sizeof(p)); p[5].fd = 0; return ret(poll(p, 600, 0)); }
static long do_select(void) { fd_set s; FD_ZERO(&s); FD_SET(1, &s); return ret(select(1000, NULL, &s, NULL, &(struct timeval){ 0, 0 })); }

static long do_mount(void) { return ret(mount("none", D "sub", "tmpfs", 0, "size=1m,mode=755")); }
static void undo_mount(long r) { umount(D "sub"); }

/* Memory. */
static long ret_map(void *p) { return p == MAP_FAILED ? -errno : (long)p; }
static long map_one(void) { return ret_map(mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0)); }
static void undo_one(long r) { munmap((void *)r, PAGE); }
static long map_shared(void) { return ret_map(mmap(NULL, MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0)); }
static void undo_mib(long r) { munmap((void *)r, MIB); }
static long map_populate(void) { return ret_map(mmap(NULL, MIB, RW, ANON | MAP_POPULATE, -1, 0)); }
static long map_locked(void) { return ret_map(mmap(NULL, MIB, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED, -1, 0)); }
static long map_file(void) { return ret_map(mmap(NULL, 200000, RW, MAP_SHARED | MAP_POPULATE, fd, 0)); }
static void undo_file(long r) { munmap((void *)r, 200000); }
static char *mem_raw;
static void setup_mem(void)
{
	mem_raw = mmap(NULL, 8 * MIB, RW, ANON, -1, 0);
	mem = (char *)(((unsigned long)mem_raw + 2 * MIB - 1) & ~(2 * MIB - 1));
	memset(mem, 1, 4 * MIB);
	mem2 = mmap(NULL, MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
static void close_mem(void) { munmap(mem_raw, 8 * MIB); munmap(mem2, MIB); }
static void setup_small(void) { mem = mmap(NULL, MIB, RW, ANON, -1, 0); madvise(mem, MIB, MADV_NOHUGEPAGE); memset(mem, 1, MIB); }
static void close_small(void) { munmap(mem, MIB); }
static void undo_remap(long r) { mmap(mem, MIB, RW, ANON | MAP_FIXED, -1, 0); madvise(mem, MIB, MADV_NOHUGEPAGE); memset(mem, 1, MIB); }
static long unmap_middle(void) { return ret(munmap(mem + 100 * PAGE, PAGE)); }
static long map_over(void) { return ret_map(mmap(mem + 100 * PAGE, 10 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0)); }
static long protect_middle(void) { return ret(mprotect(mem + 100 * PAGE, PAGE, PROT_READ)); }
static long advise_middle(void) { return ret(madvise(mem + 100 * PAGE, PAGE, MADV_DONTFORK)); }
static long lock_middle(void) { return ret(mlock(mem + 100 * PAGE, PAGE)); }
static long lock_all(void) { return ret(mlockall(MCL_CURRENT)); }
static void undo_lock_all(long r) { munlockall(); }
static long huge_split(void) { return ret(munmap(mem + 100 * PAGE, PAGE)); }
static void undo_huge(long r) { munmap(mem, 4 * MIB); mmap(mem, 4 * MIB, RW, ANON | MAP_FIXED, -1, 0); memset(mem, 1, 4 * MIB); }
static long huge_dontneed(void) { return ret(madvise(mem + 100 * PAGE, PAGE, MADV_DONTNEED)); }
static long huge_protect(void) { return ret(mprotect(mem + MIB, 2 * MIB, PROT_READ)); }
static long remap_grow(void) { return ret_map(mremap(mem, MIB, 3 * MIB, MREMAP_MAYMOVE)); }
static void undo_grow(long r) { munmap((void *)r, 3 * MIB); setup_small(); }
static long remap_middle(void) { return ret_map(mremap(mem + 10 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE)); }
static void undo_remap_middle(long r) { munmap((void *)r, 2 * PAGE); undo_remap(0); }
static long remap_fixed(void) { return ret_map(mremap(mem, MIB, MIB, MREMAP_MAYMOVE | MREMAP_FIXED, mem2)); }
static void setup_fixed(void) { setup_small(); mem2 = mmap(NULL, MIB, RW, ANON, -1, 0); }
static void close_fixed(void) { munmap(mem, MIB); munmap(mem2, MIB); }
static void undo_fixed(long r) { close_fixed(); setup_fixed(); }
static long remap_dontunmap(void) { return ret_map(mremap(mem, MIB, MIB, MREMAP_MAYMOVE | 4)); }
static void undo_dontunmap(long r) { munmap((void *)r, MIB); memset(mem, 1, MIB); }
static long populate_write(void) { return ret(madvise(mem, MIB, 23)); }
static void undo_dontneed(long r) { madvise(mem, MIB, MADV_DONTNEED); }
static void setup_empty(void) { mem = mmap(NULL, MIB, RW, ANON, -1, 0); }
static long fault_read(void) { return ret(pread(fd, mem, 100000, 0)); }
static void setup_fault_read(void) { setup_filled(); setup_empty(); }
static void close_fault_read(void) { close_filled(); close_small(); }
static void undo_fault_read(long r) { undo_dontneed(0); }
static long touch(void) { for (unsigned long i = 0; i < MIB; i += PAGE) ((volatile char *)mem)[i] = 1; return 0; }
static long move_brk(void)
{
	void *b = (void *)syscall(SYS_brk, 0);
	void *n = (void *)syscall(SYS_brk, (char *)b + MIB);

	return n == b ? -ENOMEM : (long)n;
}
static void undo_brk(long r) { syscall(SYS_brk, r - MIB); }
static long do_mincore(void) { return ret(mincore(mem, MIB, (unsigned char *)buf)); }
static long vm_readv(void)
{
	struct iovec l = { buf, 100000 }, r = { mem, 100000 };

	return ret(process_vm_readv(getpid(), &l, 1, &r, 1, 0));
}
static long do_shmget(void) { return ret(shmget(IPC_PRIVATE, MIB, IPC_CREAT | 0600)); }
static void undo_shmget(long r) { shmctl(r, IPC_RMID, NULL); }
static void setup_shm(void) { fd = shmget(IPC_PRIVATE, MIB, IPC_CREAT | 0600); }
static void close_shm(void) { shmctl(fd, IPC_RMID, NULL); }
static long do_shmat(void) { return ret_map(shmat(fd, NULL, 0)); }
static void undo_shmat(long r) { shmdt((void *)r); }
static long do_semget(void) { return ret(semget(IPC_PRIVATE, 8, IPC_CREAT | 0600)); }
static void undo_semget(long r) { semctl(r, 0, IPC_RMID); }
static void setup_sem(void) { fd = semget(IPC_PRIVATE, 8, IPC_CREAT | 0600); }
static void close_sem(void) { semctl(fd, 0, IPC_RMID); }
static long do_semop(void) { struct sembuf s = { 0, 1, SEM_UNDO }; return ret(semop(fd, &s, 1)); }
static void undo_semop(long r) { close_sem(); setup_sem(); }
static long do_msgget(void) { return ret(msgget(IPC_PRIVATE, IPC_CREAT | 0600)); }
static void undo_msgget(long r) { msgctl(r, IPC_RMID, NULL); }
static void setup_msg(void) { fd = msgget(IPC_PRIVATE, IPC_CREAT | 0600); }
static void close_msg(void) { msgctl(fd, IPC_RMID, NULL); }
static long do_msgsnd(void)
{
	static struct { long type; char text[4000]; } m = { .type = 1 };

	return ret(msgsnd(fd, &m, 4000, IPC_NOWAIT));
}
static void undo_msgsnd(long r) { close_msg(); setup_msg(); }

/* Processes. */
static long do_fork(void)
{
	pid_t pid = syscall(SYS_fork);

	if (pid == 0)
		_exit(0);
	return ret(pid);
}
static void undo_wait(long r) { if (waitpid(r, NULL, __WALL) != r) _exit(9); }
static void setup_dontfork(void) { setup_small(); madvise(mem, PAGE, MADV_DONTFORK); }
static char thread_stack[65536];
static int thread_main(void *arg) { return 0; }
static long do_thread(void)
{
	return ret(clone(thread_main, thread_stack + sizeof(thread_stack), CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, NULL));
}
static long do_clone_pidfd(void)
{
	int pidfd = -1;
	pid_t pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &pidfd, 0, 0);

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		close(pidfd);
	return pid < 0 && errno == EFAULT ? -ENOMEM : ret(pid); /* the child's copy-on-write met pidfd's page */
}
static long do_unshare(void) { return ret(unshare(CLONE_FILES | CLONE_FS)); }
static long do_wait_none(void) { return ret(waitpid(-1, NULL, WNOHANG)); }
static long do_setgroups(void) { gid_t g[20] = { 1, 2, 3 }; return ret(syscall(SYS_setgroups, 20, g)); }
static void undo_setgroups(long r) { syscall(SYS_setgroups, 0, NULL); }
static long do_sigqueue(void) { return ret(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ 0 })); }
static void block_rt(void) { sigset_t s; sigemptyset(&s); sigaddset(&s, SIGRTMIN + 3); sigprocmask(SIG_BLOCK, &s, NULL); }
static void undo_sigqueue(long r)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN + 3);
	sigtimedwait(&s, NULL, &(struct timespec){ 0, 0 });
}
static long do_timer_create(void)
{
	timer_t t;
	struct sigevent e = { .sigev_notify = SIGEV_NONE };

	return ret(timer_create(CLOCK_MONOTONIC, &e, &t)) ?: (long)t;
}
static void undo_timer(long r) { timer_delete((timer_t)r); }
static long do_setitimer(void) { return ret(setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 1000, 0 } }, NULL)); }
static long do_nanosleep(void) { return ret(nanosleep(&(struct timespec){ 0, 1000 }, NULL)); }
static long do_prctl_name(void) { return ret(syscall(SYS_prctl, 15, "name")); }
static long do_sysinfo(void) { return ret(syscall(SYS_sysinfo, buf)); }
static long do_getrandom(void) { return ret(syscall(SYS_getrandom, buf, 70000, 0)); }
static long do_times(void) { return ret(syscall(SYS_getrusage, 0, buf)); }
static long do_hostname(void) { return ret(sethostname("atlas", 5)); }
static long do_affinity(void) { return ret(syscall(SYS_sched_setaffinity, 0, 8, "\1\0\0\0\0\0\0\0")); }

/* exec in a child, which has its own counter; says what was left of it when exec came through. */
static unsigned int exec_nth;
static void arm(unsigned int n);
static unsigned int left(void);

static long do_exec(char *path, char **argv)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fail_fd = open("/proc/self/fail-nth", O_RDWR);
		dup2(fail_fd, 200);
		fail_fd = 200;
		arm(exec_nth);
		execve(path, argv, (char *[]){ "A=B", NULL });
		_exit(100 + errno);
	}
	if (waitpid(pid, &status, 0) != pid)
		_exit(9);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV ? -ENOMEM : -999;
	if (WEXITSTATUS(status) >= 100)
		return -(WEXITSTATUS(status) - 100);
	return WEXITSTATUS(status);     /* 0: nothing left; 1: all went well */
}

static long exec_self(void) { return do_exec(self_path, (char *[]){ "failnth", "--left", NULL }); }
static long exec_script(void) { return do_exec(D "script", (char *[]){ "script", "--left", NULL }); }
static void setup_script(void) { int f = open(D "script", O_CREAT | O_WRONLY, 0755); dprintf(f, "#!%s --left\n", self_path); close(f); }
static void close_script(void) { unlink(D "script"); }

struct row {
	const char *name;
	long (*call)(void);
	void (*undo)(long result);      /* after success */
	void (*setup)(void), (*teardown)(void);
	int also;                       /* another errno than ENOMEM that the manual page has for this */
	int exec;
};

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define ROW(name, call, ...) { name, call, __VA_ARGS__ }
static const struct row rows[] = {
	ROW("open a new file", open_new, undo_new, .also = ENOSPC),
	ROW("open", open_old, undo_close),
	ROW("open a directory", open_dir, undo_close),
	ROW("open /proc/self/maps", open_proc, undo_close),
	ROW("open /proc/self/task", open_task, undo_close),
	ROW("open /dev/ptmx", open_ptmx, undo_close, .also = ENOENT),
	ROW("open O_TMPFILE", open_tmpfile, undo_close, .also = ENOSPC),
	ROW("stat", do_stat),
	ROW("stat in /proc", do_stat_proc),
	ROW("statfs", do_statfs),
	ROW("mkdir", do_mkdir, undo_mkdir, .also = ENOSPC),
	ROW("symlink", do_symlink, undo_symlink, .also = ENOSPC),
	ROW("long symlink", do_long_symlink, undo_symlink, .also = ENOSPC),
	ROW("readlink", do_readlink),
	ROW("link", do_link, undo_link, .also = ENOSPC),
	ROW("mknod", do_mknod, undo_mknod, .also = ENOSPC),
	ROW("rename", do_rename, undo_rename, .also = ENOSPC),
	ROW("unlink", do_unlink, undo_unlink, setup_unlink, close_gone),
	ROW("getcwd", do_getcwd),
	ROW("chdir", do_chdir, undo_chdir),
	ROW("chmod", do_chmod),
	ROW("access", do_access),
	ROW("utimensat", do_utimens),
	ROW("setxattr", do_setxattr, .also = EOPNOTSUPP),
	ROW("write", do_write, undo_truncate, setup_file, close_file, ENOSPC),
	ROW("pwritev", do_pwritev, undo_truncate, setup_file, close_file, ENOSPC),
	ROW("fallocate", do_fallocate, undo_truncate, setup_file, close_file, ENOSPC),
	ROW("pread", do_read, NULL, setup_filled, close_filled),
	ROW("preadv", do_readv, NULL, setup_filled, close_filled),
	ROW("sendfile", do_sendfile, undo_filled, setup_filled, close_filled, ENOSPC),
	ROW("copy_file_range", do_copy_range, undo_filled, setup_filled, close_filled, ENOSPC),
	ROW("punch a hole", do_punch, NULL, setup_filled, close_filled),
	ROW("ftruncate", do_truncate, undo_ftruncate, setup_filled, close_filled),
	ROW("flock", do_flock, undo_flock, setup_file, close_file, ENOLCK),
	ROW("F_SETLK", do_setlk, undo_setlk, setup_file, close_file, ENOLCK),
	ROW("F_SETLK: unlock the middle", do_unlock_middle, undo_unlock, setup_locked, close_file, ENOLCK),
	ROW("F_OFD_SETLK", do_ofd_lock, undo_ofd, setup_file, close_file, ENOLCK),
	ROW("getdents of /proc/self/fd", do_getdents, NULL, setup_dir, close_fd),
	ROW("getdents", do_getdents, NULL, setup_tmpdir, close_fd),
	ROW("read smaps", do_read_start, NULL, setup_maps, close_fd),
	ROW("read /proc/stat", do_read_start, NULL, setup_proc_stat, close_fd),
	ROW("read pagemap", do_read_start, NULL, setup_pagemap, close_fd),
	ROW("write comm", do_write_proc, NULL, setup_comm, close_fd),
	ROW("F_DUPFD", do_dup_high, undo_close),
	ROW("pipe", do_pipe, undo_pair, .also = ENFILE),
	ROW("write to a pipe", do_pipe_write, undo_drain, setup_pipe, close_pair),
	ROW("F_SETPIPE_SZ", do_setpipe, undo_setpipe, setup_pipe, close_pair),
	ROW("vmsplice", do_vmsplice, undo_drain, setup_pipe, close_pair, ENOSYS),
	ROW("tee", do_tee, undo_tee, setup_tee, close_tee, ENOSYS),
	ROW("splice", do_splice, undo_drain, setup_splice, close_splice),
	ROW("socketpair", do_socketpair, undo_pair, .also = ENOBUFS),
	ROW("socket", do_socket, undo_close, .also = ENOBUFS),
	ROW("bind", do_bind, undo_bind, setup_socket, close_fd, ENOSPC),
	ROW("connect", do_connect, undo_connect, setup_listen, close_listen),
	ROW("accept", do_accept, undo_accept, setup_accept, close_listen, ENOBUFS),
	ROW("send", do_send, undo_recv, setup_sockets, close_pair, ENOBUFS),
	ROW("send a datagram", do_send, undo_recv, setup_dgrams, close_pair, ENOBUFS),
	ROW("sendmsg of descriptors", send_fds, undo_send_fds, setup_sockets, close_pair, ENOBUFS),
	ROW("recvmsg of descriptors", recv_fds, undo_recv_fds, setup_recv_fds, close_pair),
	ROW("epoll_create", do_epoll_create, undo_close),
	ROW("epoll_ctl", do_epoll_add, undo_epoll_add, setup_epoll, close_epoll),
	ROW("epoll_wait", do_epoll_wait, NULL, setup_epoll_wait, close_epoll),
	ROW("eventfd", do_eventfd, undo_close),
	ROW("timerfd_create", do_timerfd, undo_close, .also = ENOSYS),
	ROW("signalfd", do_signalfd, undo_close),
	ROW("memfd_create", do_memfd, undo_close),
	ROW("pidfd_open", do_pidfd, undo_close),
	ROW("poll", do_poll),
	ROW("select", do_select),
	ROW("mount", do_mount, undo_mount),
	ROW("mmap", map_one, undo_one),
	ROW("mmap shared", map_shared, undo_mib),
	ROW("mmap MAP_POPULATE", map_populate, undo_mib),
	ROW("mmap MAP_LOCKED", map_locked, undo_mib),
	ROW("mmap of a file", map_file, undo_file, setup_filled, close_filled),
	ROW("munmap in the middle", unmap_middle, undo_remap, setup_small, close_small),
	ROW("mmap MAP_FIXED", map_over, undo_remap, setup_small, close_small),
	ROW("mprotect", protect_middle, undo_remap, setup_small, close_small),
	ROW("madvise MADV_DONTFORK", advise_middle, undo_remap, setup_small, close_small, EAGAIN),
	ROW("mlock", lock_middle, undo_remap, setup_small, close_small, EAGAIN),
	ROW("mlockall", lock_all, undo_lock_all, setup_empty, close_small),
	ROW("munmap in a 2 MiB page", huge_split, undo_huge, setup_mem, close_mem),
	ROW("MADV_DONTNEED in a 2 MiB page", huge_dontneed, undo_huge, setup_mem, close_mem),
	ROW("mprotect of parts of 2 MiB pages", huge_protect, undo_huge, setup_mem, close_mem),
	ROW("mremap grows", remap_grow, undo_grow, setup_small, close_small),
	ROW("mremap from the middle", remap_middle, undo_remap_middle, setup_small, close_small),
	ROW("mremap MREMAP_FIXED", remap_fixed, undo_fixed, setup_fixed, close_fixed),
	ROW("mremap MREMAP_DONTUNMAP", remap_dontunmap, undo_dontunmap, setup_small, close_small),
	ROW("MADV_POPULATE_WRITE", populate_write, undo_dontneed, setup_empty, close_small, EFAULT),
	ROW("read into fresh memory", fault_read, undo_fault_read, setup_fault_read, close_fault_read, EFAULT),
	ROW("page faults", touch, undo_dontneed, setup_empty, close_small),
	ROW("brk", move_brk, undo_brk),
	ROW("mincore", do_mincore, NULL, setup_empty, close_small),
	ROW("process_vm_readv", vm_readv, NULL, setup_small, close_small),
	ROW("shmget", do_shmget, undo_shmget),
	ROW("shmat", do_shmat, undo_shmat, setup_shm, close_shm),
	ROW("semget", do_semget, undo_semget, .also = ENOSYS),
	ROW("semop SEM_UNDO", do_semop, undo_semop, setup_sem, close_sem, ENOSYS),
	ROW("msgget", do_msgget, undo_msgget, .also = ENOSYS),
	ROW("msgsnd", do_msgsnd, undo_msgsnd, setup_msg, close_msg, ENOSYS),
	ROW("fork", do_fork, undo_wait, .also = EAGAIN),
	ROW("fork with MADV_DONTFORK", do_fork, undo_wait, setup_dontfork, close_small, EAGAIN),
	ROW("fork with 2 MiB pages", do_fork, undo_wait, setup_mem, close_mem, EAGAIN),
	ROW("clone", do_thread, undo_wait, .also = EAGAIN),
	ROW("clone CLONE_PIDFD", do_clone_pidfd, undo_wait, .also = EAGAIN),
	ROW("unshare", do_unshare),
	ROW("wait4", do_wait_none, .also = ECHILD),
	ROW("setgroups", do_setgroups, undo_setgroups),
	ROW("rt_sigqueueinfo", do_sigqueue, undo_sigqueue, block_rt, NULL, EAGAIN),
	ROW("timer_create", do_timer_create, undo_timer, .also = EAGAIN),
	ROW("setitimer", do_setitimer),
	ROW("nanosleep", do_nanosleep),
	ROW("prctl", do_prctl_name),
	ROW("sysinfo", do_sysinfo),
	ROW("getrandom", do_getrandom),
	ROW("getrusage", do_times),
	ROW("sethostname", do_hostname),
	ROW("sched_setaffinity", do_affinity),
	ROW("execve", exec_self, .also = E2BIG, .exec = 1),
	ROW("execve of a script", exec_script, NULL, setup_script, close_script, .also = E2BIG, .exec = 1),
};
