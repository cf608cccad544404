// SPDX-License-Identifier: MIT
/*
 * Nothing leaks: after TOTAL cycles of fork, exec, threads, mappings, pipes, signals the free pages and each slab's
 * objects are what they were after FIRST of them (what is kept for reuse is kept by then). A slab more that stays half empty
 * moves the figures once, a leak each time: what has grown must grow again in the same number of further cycles, three
 * times in all, to be one.
 *     leak FIRST TOTAL        exit status 1 when something grew
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct picture { char meminfo[4096], slabinfo[16384]; };
static struct picture before, after;
static int leaks;
#define WINDOWS 3

static void read_file(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = 0, got;

	while ((got = read(fd, to + n, size - 1 - n)) > 0)
		n += got;
	to[n] = '\0';
	close(fd);
}

static void take(struct picture *p)
{
	read_file("/proc/slabinfo", p->slabinfo, sizeof(p->slabinfo));
	read_file("/proc/meminfo", p->meminfo, sizeof(p->meminfo));
}

static long mem_free(const struct picture *p)
{
	const char *at = strstr(p->meminfo, "MemFree:");

	return at ? atol(at + 8) : -1;
}

/* How many figures have grown. */
static int compare(const char *what, int first, int total)
{
	char name[64], key[80], *line, *next;
	long was, is;
	int grown = 0;

	if (mem_free(&after) != mem_free(&before)) {
		printf("%s: %ld kB free after %d, %ld after %d\n", what, mem_free(&before), first, mem_free(&after), total);
		grown += mem_free(&after) < mem_free(&before);
	}
	for (line = before.slabinfo; (next = strchr(line, '\n')); line = next + 1) {
		char *other;

		if (sscanf(line, "%63s %ld", name, &was) != 2)
			continue;
		snprintf(key, sizeof(key), "\n%s ", name);
		other = strstr(after.slabinfo, key);
		if (other && sscanf(other + 1, "%63s %ld", name, &is) == 2 && is != was) {
			printf("%s: %s has %ld objects after %d, %ld after %d\n", what, name, was, first, is, total);
			grown += is > was;
		}
	}
	return grown;
}

static void cycle_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void cycle_exec(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/busybox", "true", (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void cycle_killed(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void *thread(void *unused)
{
	return NULL;
}

static void cycle_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, thread, NULL) == 0)
		pthread_join(t, NULL);
}

static void cycle_mmap(void)
{
	char *p = mmap(NULL, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = p[10 * 4096] = 1;
	mprotect(p + 4 * 4096, 4096, PROT_READ);
	munmap(p, 16 * 4096);
}

static void cycle_pipe(void)
{
	int ends[2];
	char byte = 1;

	if (pipe(ends))
		return;
	if (write(ends[1], &byte, 1) == 1)
		leaks += read(ends[0], &byte, 1) != 1;
	close(ends[0]);
	close(ends[1]);
}

static void handler(int sig)
{
}

static void cycle_signal(void)
{
	kill(getpid(), SIGUSR1);
	sigqueue(getpid(), SIGRTMIN, (union sigval){ 0 });
}

/* Control data that names no descriptors, and a descriptor that nobody receives. */
static void cycle_socket(void)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec nothing = { control, 0 };
	struct msghdr h = { .msg_iov = &nothing, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_LEN(0) };
	struct cmsghdr *c = (void *)control;
	int p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p))
		_exit(2);
	*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(0), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	sendmsg(p[0], &h, 0);
	*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(c), &p[0], sizeof(int));
	h.msg_controllen = sizeof(control);
	nothing.iov_len = 1;
	sendmsg(p[0], &h, 0);
	close(p[0]);
	close(p[1]);
}

static void run(const char *what, void (*cycle)(void), int first, int total)
{
	int i, window, grown = 1;

	for (i = 0; i < first; i++)
		cycle();
	for (window = 0; window < WINDOWS && grown; window++) {
		take(&before);
		for (i = first; i < total; i++)
			cycle();
		take(&after);
		grown = compare(what, first + window * (total - first), total + window * (total - first));
	}
	leaks += grown;
}

int main(int argc, char **argv)
{
	int first = argc > 1 ? atoi(argv[1]) : 300, total = argc > 2 ? atoi(argv[2]) : 1000;

	signal(SIGUSR1, handler);
	signal(SIGRTMIN, handler);
	take(&before);
	take(&after);
	run("fork", cycle_fork, first, total);
	run("exec", cycle_exec, first, total);
	run("killed", cycle_killed, first, total);
	run("thread", cycle_thread, first, total);
	run("mmap", cycle_mmap, first, total);
	run("pipe", cycle_pipe, first, total);
	run("signal", cycle_signal, first, total);
	run("socket", cycle_socket, first, total);
	printf("%d cycles of each kind: %d leaks\n", total, leaks);
	return leaks != 0;
}
