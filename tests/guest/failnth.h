/* SPDX-License-Identifier: MIT */
/*
 * What the tables of failnth.c share. Each failnth_SUBJECT.h has calls, what undoes them, what they need before and leave behind,
 * and at its end the table.
 */
#ifndef FAILNTH_H
#define FAILNTH_H

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
#include <sys/inotify.h>
#include <sys/ioctl.h>
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
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define MIB (1UL << 20)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define MAX_NTH 5000
#define REPEATS 6
#define D "/tmp/failnth/"
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static int fail_fd, fd, fd2, verbose;
static int pair[2];
static char *mem, *mem2;
static char buf[256 * 1024];
static char *self_path;
static struct iovec iov[32];

static long ret(long r) { return r < 0 ? -errno : r; }

static void undo_close(long r) { close(r); }
static void undo_pair(long r) { close(pair[0]); close(pair[1]); }
static void close_fd(void) { close(fd); }

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

#endif
