/* SPDX-License-Identifier: MIT */
/* Reading and setting clocks, and sleeping by them: clock_*, nanosleep, gettimeofday, time, times. */
#include <ns/time_ns.h>
#include "internal.h"

static struct timezone_abi timezone;    /* remembered for who asks; no clock follows it */

/* CPU-time clocks: ~pid << 3 | 4 for threads | which (Linux's encoding); pid 0 is the caller. */
#define CPUCLOCK_THREAD 4
#define CPUCLOCK_VIRT   1
#define CPUCLOCK_SCHED  2

pid_t cpu_clock_pid(int clock)
{
	return ~(clock >> 3);
}

int cpu_clock_spell_out(int clock, int *full)
{
	bool thread = clock == CLOCK_THREAD_CPUTIME_ID || (clock < 0 && (clock & CPUCLOCK_THREAD));
	pid_t pid = clock < 0 ? pid_of_vnr(cpu_clock_pid(clock)) : 0;
	int which = clock < 0 ? clock & 3 : CPUCLOCK_SCHED;
	struct task_struct *t = pid ? find_task_by_pid(pid) : current;

	if (which == 3 || !t || (thread ? t->signal != current->signal : !is_group_leader(t) && pid))
		return -EINVAL;
	*full = (int)(~(u32)(thread ? t->pid : t->tgid) << 3) | (thread ? CPUCLOCK_THREAD : 0) | which;
	return 0;
}

bool cpu_clock_ns(int full, u64 *ns)
{
	struct task_struct *t = find_task_by_pid(cpu_clock_pid(full));
	u64 u, k;

	if (!t)
		return false;
	if (full & CPUCLOCK_THREAD)
		task_cputime(t, &u, &k);
	else
		process_cputime(t->group_leader, &u, &k);
	*ns = (full & 3) == CPUCLOCK_VIRT ? u : u + k;
	return true;
}

static int cpu_clock(int clock, u64 *ns)
{
	int full, err = cpu_clock_spell_out(clock, &full);

	if (!err && !cpu_clock_ns(full, ns))
		err = -EINVAL;
	return err;
}

static int read_clock(int clock, u64 *ns)
{
	u64 u, k;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
		*ns = ktime_get_real_ns();
		return 0;
	case CLOCK_TAI:
		*ns = ktime_get_real_ns() + (u64)(tai_offset_seconds() * NSEC_PER_SEC);
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
		*ns = ktime_get_ns() + (u64)timens_monotonic();
		return 0;
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ns = ktime_get_ns() + (u64)timens_boottime();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		process_cputime(current->group_leader, &u, &k);
		*ns = u + k;
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		task_cputime(current, &u, &k);
		*ns = u + k;
		return 0;
	}
	return clock < 0 ? cpu_clock(clock, ns) : -EINVAL;
}

bool clock_exists(int clock)
{
	u64 ns;

	return !read_clock(clock, &ns);
}

int ktime_user_deadline(u64 user, bool realtime, u64 *deadline)
{
	s64 offset = realtime ? ktime_real_offset_ns() : timens_monotonic();
	struct timespec_abi ts;
	u64 ns;

	*deadline = U64_MAX;
	if (!user)
		return 0;
	if (copy_from_user(&ts, (const void __user *)user, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	ns = timespec_to_ns(&ts);
	*deadline = (s64)ns > offset ? ns - (u64)offset : 0;
	return 0;
}

static int put_timespec(u64 ns, long to)
{
	struct timespec_abi ts = ns_to_timespec(ns);

	return copy_to_user((void __user *)to, &ts, sizeof(ts)) ? -EFAULT : 0;
}

SYSCALL(clock_gettime)
{
	u64 ns;
	int err = read_clock((int)a0, &ns);

	return err ? err : put_timespec(ns, a1);
}

SYSCALL(clock_getres)
{
	u64 ns, res = 1;
	int err = read_clock((int)a0, &ns);

	if (err)
		return err;
	if (a0 == CLOCK_REALTIME_COARSE || a0 == CLOCK_MONOTONIC_COARSE)
		res = NSEC_PER_SEC / HZ;
	return a1 ? put_timespec(res, a1) : 0;
}

static int set_realtime(u64 ns)
{
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	ktime_set_real_offset_ns((s64)(ns - ktime_get_ns()));
	return 0;
}

SYSCALL(clock_settime)
{
	struct timespec_abi ts;
	u64 ns;

	if (a0 != CLOCK_REALTIME) {
		int err = read_clock((int)a0, &ns);

		return err ? err : (int)a0 < 0 ? -EPERM : -EINVAL; /* a process's CPU time by pid: not to be set */
	}
	if (copy_from_user(&ts, (const void __user *)a1, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts) || (u64)ts.tv_sec > INT64_MAX / NSEC_PER_SEC)
		return -EINVAL;
	return set_realtime(timespec_to_ns(&ts));
}

SYSCALL(gettimeofday)
{
	u64 ns = ktime_get_real_ns();
	struct timeval_abi tv = { (s64)(ns / NSEC_PER_SEC), (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };

	if (a0 && copy_to_user((void __user *)a0, &tv, sizeof(tv)))
		return -EFAULT;
	if (a1 && copy_to_user((void __user *)a1, &timezone, sizeof(timezone)))
		return -EFAULT;
	return 0;
}

SYSCALL(settimeofday)
{
	struct timeval_abi tv;
	struct timezone_abi tz;

	if (a0 && copy_from_user(&tv, (const void __user *)a0, sizeof(tv)))
		return -EFAULT;
	if (a1 && copy_from_user(&tz, (const void __user *)a1, sizeof(tz)))
		return -EFAULT;
	if (a0 && (tv.tv_sec < 0 || (u64)tv.tv_usec >= (u64)USEC_PER_SEC || tv.tv_sec > INT64_MAX / NSEC_PER_SEC))
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (a1 && (tz.minuteswest < -15 * 60 || tz.minuteswest > 15 * 60))
		return -EINVAL;
	if (a1)
		timezone = tz;
	return a0 ? set_realtime((u64)tv.tv_sec * NSEC_PER_SEC + (u64)tv.tv_usec * NSEC_PER_USEC) : 0;
}

SYSCALL(time)
{
	u64 s = ktime_get_real_ns() / NSEC_PER_SEC;

	return a0 && put_user_u64(s, (void __user *)a0) ? -EFAULT : (long)s;
}

SYSCALL(times)
{
	const u64 tick = NSEC_PER_SEC / USER_HZ;
	struct signal_struct *s = current->signal;
	struct tms_abi t;
	u64 u, k;

	process_cputime(current->group_leader, &u, &k);
	t = (struct tms_abi){ (s64)(u / tick), (s64)(k / tick), (s64)(s->cutime_ns / tick), (s64)(s->cstime_ns / tick) };
	if (a0 && copy_to_user((void __user *)a0, &t, sizeof(t)))
		return -EFAULT;
	return (long)(ktime_get_ns() / tick);
}

/* Until @deadline (monotonic). 0, or -EINTR-like when a signal came. */
static bool sleep_until(u64 deadline)
{
	while (ktime_get_ns() < deadline) {
		set_current_sleeping();
		if (signal_pending()) {
			set_current_running();
			return false;
		}
		schedule_until(deadline);
		set_current_running();
	}
	return true;
}

/* restart_args: deadline, where the rest goes. */
static long nanosleep_restart(void)
{
	struct task_struct *t = current;
	u64 deadline = t->restart_args[0], now;

	if (sleep_until(deadline))
		return 0;
	now = ktime_get_ns();
	if (t->restart_args[1] && put_timespec(now < deadline ? deadline - now : 0, (long)t->restart_args[1]))
		return -EFAULT;
	t->restart_fn = nanosleep_restart;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_relative(u64 ns, long rem)
{
	u64 deadline = ktime_get_ns() + ns;

	if (deadline < ns)
		deadline = INT64_MAX;
	current->restart_args[0] = deadline;
	current->restart_args[1] = (u64)rem;
	return nanosleep_restart();
}

SYSCALL(nanosleep)
{
	struct timespec_abi ts;

	if (copy_from_user(&ts, (const void __user *)a0, sizeof(ts)))
		return -EFAULT;
	return timespec_valid(&ts) ? sleep_relative(timespec_to_ns(&ts), a1) : -EINVAL;
}

/* Wall time may be set while we sleep: look again at each wake. */
static long sleep_to_realtime(u64 until)
{
	while (ktime_get_real_ns() < until) {
		u64 left = until - ktime_get_real_ns();

		if (!sleep_until(ktime_get_ns() + min(left, (u64)NSEC_PER_SEC)))
			return -ERESTARTNOHAND;
	}
	return 0;
}

/* CPU clocks stand still while everybody sleeps: polled by the tick. */
static long sleep_to_cputime(int clock, u64 until)
{
	u64 now;
	int err;

	while (!(err = read_clock(clock, &now)) && now < until)
		if (!sleep_until(ktime_get_ns() + NSEC_PER_SEC / HZ))
			return -ERESTARTNOHAND;
	return err;
}

SYSCALL(clock_nanosleep)
{
	int clock = (int)a0;
	bool absolute = a1 & TIMER_ABSTIME;
	struct timespec_abi ts;
	u64 now, ns;
	int err = read_clock(clock, &now);

	if (err)
		return err;
	if (clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		return -EOPNOTSUPP;
	if (copy_from_user(&ts, (const void __user *)a2, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	ns = timespec_to_ns(&ts);
	if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID)
		return sleep_to_cputime(clock, absolute ? ns : now + ns);
	if (!absolute)
		return sleep_relative(ns, a3);
	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI || clock == CLOCK_REALTIME_ALARM)
		return sleep_to_realtime(ns);
	ns = timens_to_host(ns, clock == CLOCK_MONOTONIC ? timens_monotonic() : timens_boottime());
	return sleep_until(ns) ? 0 : -ERESTARTNOHAND;
}
