// SPDX-License-Identifier: MIT
/*
 * The functions of the vDSO, in ring 3. Same arithmetic as ktime_get_ns (kernel/x86/time.c), so that a system call and
 * these agree to the nanosecond. What is not here (CPU clocks, errors) is asked of the kernel.
 */
#include <uapi/time.h>
#include <uapi/unistd.h>
#include <x86/vdso.h>

/* The linker script puts it one page below the image. */
extern const struct vdso_data vdso_data __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int clock, struct timespec_abi *ts);
int __vdso_clock_getres(int clock, struct timespec_abi *res);
int __vdso_gettimeofday(struct timeval_abi *tv, struct timezone_abi *tz);
s64 __vdso_time(s64 *t);
int __vdso_getcpu(u32 *cpu, u32 *node, void *unused);

static long ask_kernel(long nr, long a, long b)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "0"(nr), "D"(a), "S"(b) : "rcx", "r11", "memory");
	return ret;
}

static inline u64 rdtsc_ordered(void)
{
	u32 low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) :: "memory");
	return (u64)high << 32 | low;
}

/* 0: this task's clocks are not the machine's, the kernel knows. */
static u64 now_ns(bool real)
{
	const volatile struct vdso_data *d = &vdso_data;
	u32 seq;
	u64 ns;

	do {
		seq = d->seq;
		ns = (unsigned __int128)(rdtsc_ordered() - d->tsc_base) * d->tsc_mult >> 32;
		if (__builtin_expect(!ns, 0))
			return 0;
		if (real)
			ns += (u64)d->real_offset_ns;
	} while (seq != d->seq);
	return ns;
}

int __vdso_clock_gettime(int clock, struct timespec_abi *ts)
{
	bool real = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
	u64 ns;

	if (!real && clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_RAW && clock != CLOCK_MONOTONIC_COARSE &&
	    clock != CLOCK_BOOTTIME)
		return (int)ask_kernel(__NR_clock_gettime, clock, (long)ts);
	ns = now_ns(real);
	if (__builtin_expect(!ns, 0))
		return (int)ask_kernel(__NR_clock_gettime, clock, (long)ts);
	ts->tv_sec = (s64)(ns / NSEC_PER_SEC);
	ts->tv_nsec = (s64)(ns % NSEC_PER_SEC);
	return 0;
}

int __vdso_clock_getres(int clock, struct timespec_abi *res)
{
	return (int)ask_kernel(__NR_clock_getres, clock, (long)res);
}

int __vdso_gettimeofday(struct timeval_abi *tv, struct timezone_abi *tz)
{
	u64 ns = now_ns(true);

	if (__builtin_expect(!ns, 0))
		return (int)ask_kernel(__NR_gettimeofday, (long)tv, (long)tz);
	if (tv) {
		tv->tv_sec = (s64)(ns / NSEC_PER_SEC);
		tv->tv_usec = (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC);
	}
	return tz ? (int)ask_kernel(__NR_gettimeofday, 0, (long)tz) : 0;
}

s64 __vdso_time(s64 *t)
{
	s64 s = (s64)(now_ns(true) / NSEC_PER_SEC);

	if (__builtin_expect(!s, 0))
		return ask_kernel(__NR_time, (long)t, 0);
	if (t)
		*t = s;
	return s;
}

/* There is one. */
int __vdso_getcpu(u32 *cpu, u32 *node, void *unused)
{
	if (cpu)
		*cpu = 0;
	if (node)
		*node = 0;
	return 0;
}
