/* SPDX-License-Identifier: MIT */
/* Time name spaces: offsets, clocks by the library's way and by system call, sleeps, timers. As root. */
#include "t.h"
#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <time.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define DAYS (10 * 86400)

static long put(const char *text)
{
	int fd = open("/proc/self/timens_offsets", O_WRONLY);
	long n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int e = errno;

	close(fd);
	errno = e;
	return n;
}

static void show(void)
{
	char buf[200];
	int fd = open("/proc/self/timens_offsets", O_RDONLY);
	long n = read(fd, buf, sizeof(buf) - 1);

	buf[n > 0 ? n - 1 : 0] = 0;
	say("%s", buf);
	close(fd);
}

static struct timespec before;

/* Whole days that @clock is ahead of what it was, by the library and by the kernel. */
static void ahead(const char *name, int clock)
{
	struct timespec lib, sys;

	clock_gettime(clock, &lib);
	syscall(SYS_clock_gettime, clock, &sys);
	say("%s: %ld %ld", name, (long)(lib.tv_sec - before.tv_sec + 43200) / 86400, (long)(sys.tv_sec - before.tv_sec + 43200) / 86400);
	ASK(sys.tv_sec - lib.tv_sec <= 1);
}

static void clocks(void)
{
	struct timespec real;

	ahead("monotonic", CLOCK_MONOTONIC);
	ahead("raw", CLOCK_MONOTONIC_RAW);
	ahead("coarse", CLOCK_MONOTONIC_COARSE);
	ahead("boottime", CLOCK_BOOTTIME);
	clock_gettime(CLOCK_REALTIME, &real);
	ASK(real.tv_sec - time(NULL) <= 1 && real.tv_sec > 86400 * 365);
}

static bool sleeps(int clock)
{
	struct timespec now, after;

	clock_gettime(clock, &now);
	now.tv_nsec += 50000000;
	now.tv_sec += now.tv_nsec / 1000000000;
	now.tv_nsec %= 1000000000;
	if (clock_nanosleep(clock, TIMER_ABSTIME, &now, NULL))
		return false;
	clock_gettime(clock, &after);
	return after.tv_sec - now.tv_sec < 5;
}

static bool timer(int clock)
{
	struct itimerspec it = { { 0, 0 }, { 0, 0 } };
	int fd = timerfd_create(clock, 0);
	uint64_t n = 0;

	clock_gettime(clock, &it.it_value);
	it.it_value.tv_nsec += 30000000;
	it.it_value.tv_sec += it.it_value.tv_nsec / 1000000000;
	it.it_value.tv_nsec %= 1000000000;
	return !timerfd_settime(fd, TFD_TIMER_ABSTIME, &it, NULL) && read(fd, &n, 8) == 8 && n == 1 && !close(fd);
}

static void others(void)
{
	struct sysinfo info;
	FILE *f = fopen("/proc/uptime", "r");
	double up = 0;

	sysinfo(&info);
	if (!f || fscanf(f, "%lf", &up) != 1)
		say("no uptime");
	say("uptime: %ld %ld days", (long)(info.uptime - before.tv_sec) / 86400, ((long)up - before.tv_sec) / 86400);
}

static void child(void)
{
	clocks();
	ASK(sleeps(CLOCK_MONOTONIC));
	ASK(sleeps(CLOCK_BOOTTIME));
	ASK(timer(CLOCK_MONOTONIC));
	ASK(timer(CLOCK_BOOTTIME));
	others();
	RESULT(put("monotonic 1 0"));
	CHILD("grandchild", clocks());
}

static int same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_ino == y.st_ino;
}

int main(int argc, char **argv)
{
	int home;

	if (argc > 1) {
		before.tv_sec = atol(argv[1]);
		clocks();
		return 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &before);
	RESULT(put("monotonic 1 0"));
	show();
	home = open("/proc/self/ns/time", O_RDONLY);
	ASK(same("/proc/self/ns/time", "/proc/self/ns/time_for_children"));
	RESULT(unshare(CLONE_NEWTIME));
	ASK(same("/proc/self/ns/time", "/proc/self/ns/time_for_children"));
	RESULT(put("monotonic -999999999 0"));
	RESULT(put("monotonic 9999999999999 0"));
	RESULT(put("realtime 1 0"));
	RESULT(put("monotonic 1 -1"));
	RESULT(put("monotonic 1 1000000000"));
	RESULT(put("monotonic 1"));
	RESULT(put("monotonic 1 0\nboottime 2 0\nboottime 3 0\n"));
	RESULT(put("monotonic 864000 5\n7 1728000 7\n"));
	show();
	clocks();
	CHILD("child", child());
	RESULT(put("monotonic 1 0"));
	CHILD("exec", {
		char text[20];

		snprintf(text, sizeof(text), "%ld", (long)before.tv_sec);
		execl("/proc/self/exe", "ns_time", text, NULL);
	});
	CHILD("there and back", {
		RESULT(setns(home, CLONE_NEWTIME));
		clocks();
		CHILD("grandchild", clocks());
	});
	clocks();
	return 0;
}
