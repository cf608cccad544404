/* SPDX-License-Identifier: MIT */
/* alarm, getitimer, setitimer. Real time: a kernel timer; CPU time: counted down by the tick. */
#include "internal.h"

static void real_timer_fn(struct ktimer *t)
{
	struct signal_struct *s = container_of(t, struct signal_struct, real_timer);

	group_send_sig_info(SIGALRM, NULL, s->leader);
	if (s->real_timer_interval) {
		u64 now = ktime_get_ns(), next = t->deadline_ns + s->real_timer_interval;

		if (next <= now)        /* we were late: no storm of missed ones */
			next = now + s->real_timer_interval;
		ktimer_start(t, next);
	}
}

void itimers_init(struct signal_struct *s)
{
	ktimer_init(&s->real_timer, real_timer_fn);
}

static void count_down(struct cpu_itimer *c, u64 ns, int sig, struct task_struct *t)
{
	if (!c->left_ns)
		return;
	if (c->left_ns > ns) {
		c->left_ns -= ns;
		return;
	}
	c->left_ns = c->interval_ns;
	group_send_sig_info(sig, NULL, t);
}

/* From the tick, interrupts off; RLIMIT_CPU too. */
void cpu_itimers_tick(struct task_struct *t, bool user)
{
	struct signal_struct *s = t->signal;
	u64 tick = NSEC_PER_SEC / HZ, limit = s->rlim[RLIMIT_CPU].rlim_cur;

	if (user)
		count_down(&s->virt_timer, tick, SIGVTALRM, t);
	count_down(&s->prof_timer, tick, SIGPROF, t);
	if (unlikely(limit != RLIM_INFINITY) && !(t->flags & PF_EXITING)) {
		u64 secs = (t->sum_exec_ns + s->dead_utime_ns + s->dead_stime_ns) / NSEC_PER_SEC;

		if (secs >= s->rlim[RLIMIT_CPU].rlim_max) {
			group_send_sig_info(SIGKILL, NULL, t);
		} else if (secs >= limit) {
			s->rlim[RLIMIT_CPU].rlim_cur = secs + 1;        /* again in a second, as Linux does */
			group_send_sig_info(SIGXCPU, NULL, t);
		}
	}
}

static struct timeval_abi to_timeval(u64 ns)
{
	return (struct timeval_abi){ (s64)(ns / NSEC_PER_SEC), (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

static int from_timeval(const struct timeval_abi *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || (u64)tv->tv_usec >= (u64)USEC_PER_SEC)
		return -EINVAL;
	*ns = tv->tv_sec > INT64_MAX / NSEC_PER_SEC - 1 ? INT64_MAX :
		(u64)tv->tv_sec * NSEC_PER_SEC + (u64)tv->tv_usec * NSEC_PER_USEC;
	return 0;
}

static u64 real_left(struct signal_struct *s)
{
	u64 now = ktime_get_ns();

	if (!s->real_timer.queued)
		return 0;
	return s->real_timer.deadline_ns > now ? s->real_timer.deadline_ns - now : NSEC_PER_USEC;
}

static int read_itimer(int which, struct itimerval_abi *v)
{
	struct signal_struct *s = current->signal;
	struct cpu_itimer *c = which == ITIMER_VIRTUAL ? &s->virt_timer : &s->prof_timer;

	if (which == ITIMER_REAL) {
		v->value = to_timeval(real_left(s));
		v->interval = to_timeval(s->real_timer_interval);
		return 0;
	}
	if (which != ITIMER_VIRTUAL && which != ITIMER_PROF)
		return -EINVAL;
	v->value = to_timeval(c->left_ns);
	v->interval = to_timeval(c->interval_ns);
	return 0;
}

static void set_real(struct signal_struct *s, u64 value, u64 interval)
{
	ktimer_cancel(&s->real_timer);
	s->real_timer_interval = interval;
	if (value) {
		u64 deadline = ktime_get_ns() + value;

		ktimer_start(&s->real_timer, deadline < value ? INT64_MAX : deadline);
	}
}

SYSCALL(getitimer)
{
	struct itimerval_abi v;
	int err = read_itimer((int)a0, &v);

	return err ? err : copy_to_user((void __user *)a1, &v, sizeof(v)) ? -EFAULT : 0;
}

SYSCALL(setitimer)
{
	struct signal_struct *s = current->signal;
	struct itimerval_abi old, new = { { 0, 0 }, { 0, 0 } };
	u64 value, interval;
	int err;

	if (a1 && copy_from_user(&new, (const void __user *)a1, sizeof(new)))
		return -EFAULT;
	if (from_timeval(&new.value, &value) || from_timeval(&new.interval, &interval))
		return -EINVAL;
	err = read_itimer((int)a0, &old);
	if (err)
		return err;
	if (a0 == ITIMER_REAL) {
		set_real(s, value, interval);
	} else {
		struct cpu_itimer *c = a0 == ITIMER_VIRTUAL ? &s->virt_timer : &s->prof_timer;

		c->left_ns = value;
		c->interval_ns = interval;
	}
	return a2 && copy_to_user((void __user *)a2, &old, sizeof(old)) ? -EFAULT : 0;
}

SYSCALL(alarm)
{
	struct signal_struct *s = current->signal;
	u64 left = real_left(s), secs = (left + NSEC_PER_SEC / 2) / NSEC_PER_SEC;

	set_real(s, (u64)(u32)a0 * NSEC_PER_SEC, 0);
	return left && !secs ? 1 : (long)secs;
}
