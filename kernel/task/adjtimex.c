/* SPDX-License-Identifier: MIT */
/*
 * adjtimex(2), clock_adjtime(2). What a time daemon sets is checked, remembered and told; ADJ_SETOFFSET sets the clock,
 * ADJ_TAI moves CLOCK_TAI, frequency and tick steer all clocks. Offsets to be worked off slowly do not.
 */
#include <uapi/timex.h>
#include <task/vdso.h>
#include "internal.h"

static struct {
	s64 freq, maxerror, esterror, constant, tick, adjtime;
	s32 status, tai;
} ntp = { .maxerror = NTP_PHASE_LIMIT, .esterror = NTP_PHASE_LIMIT, .constant = 2, .tick = USEC_PER_SEC / USER_HZ, .status = STA_UNSYNC };

s64 tai_offset_seconds(void)
{
	return ntp.tai;
}

static int check_modes(const struct timex_abi *t)
{
	s64 fraction = t->modes & ADJ_NANO ? NSEC_PER_SEC : USEC_PER_SEC;

	if (t->modes & ADJ_ADJTIME) {
		if (!(t->modes & ADJ_OFFSET))
			return -EINVAL;
		return t->modes & ADJ_READONLY || capable(CAP_SYS_TIME) ? 0 : -EPERM;
	}
	if (t->modes && !capable(CAP_SYS_TIME))
		return -EPERM;
	if ((t->modes & ADJ_TICK) && (t->tick < 900000 / USER_HZ || t->tick > 1100000 / USER_HZ))
		return -EINVAL;
	if ((t->modes & ADJ_SETOFFSET) && (t->time.tv_usec < 0 || t->time.tv_usec >= fraction))
		return -EINVAL;
	if ((t->modes & ADJ_FREQUENCY) && (t->freq > INT64_MAX >> 16 || t->freq < INT64_MIN >> 16))
		return -EINVAL;
	return 0;
}

static int step_clock(const struct timex_abi *t)
{
	s64 fraction = t->time.tv_usec * (t->modes & ADJ_NANO ? 1 : NSEC_PER_USEC), now = (s64)ktime_get_real_ns(), to;

	if (__builtin_mul_overflow(t->time.tv_sec, NSEC_PER_SEC, &to) || __builtin_add_overflow(to, fraction, &to) ||
	    __builtin_add_overflow(to, now, &to) || to < 0)
		return -EINVAL;
	ktime_set_real_offset_ns(to - (s64)ktime_get_ns());
	return 0;
}

static s64 clamp_to(s64 v, s64 low, s64 high)
{
	return v < low ? low : v > high ? high : v;
}

static void apply(const struct timex_abi *t)
{
	if (t->modes & ADJ_STATUS)
		ntp.status = (ntp.status & STA_RONLY) | (t->status & ~STA_RONLY);
	if (t->modes & ADJ_NANO)
		ntp.status |= STA_NANO;
	if (t->modes & ADJ_MICRO)
		ntp.status &= ~STA_NANO;
	if (t->modes & ADJ_FREQUENCY)
		ntp.freq = clamp_to(t->freq, -MAXFREQ_SCALED, MAXFREQ_SCALED);
	if (t->modes & ADJ_MAXERROR)
		ntp.maxerror = clamp_to(t->maxerror, 0, NTP_PHASE_LIMIT);
	if (t->modes & ADJ_ESTERROR)
		ntp.esterror = clamp_to(t->esterror, 0, NTP_PHASE_LIMIT);
	if (t->modes & ADJ_TIMECONST)
		ntp.constant = clamp_to(t->constant + (ntp.status & STA_NANO ? 0 : 4), 0, MAXTC);
	if ((t->modes & ADJ_TAI) && t->constant >= 0 && t->constant <= MAX_TAI_OFFSET)
		ntp.tai = (s32)t->constant;
	if (t->modes & ADJ_TICK)
		ntp.tick = t->tick;
	if (t->modes & (ADJ_TICK | ADJ_FREQUENCY)) {
		ktime_set_rate(ntp.freq + (((ntp.tick - USEC_PER_SEC / USER_HZ) * USER_HZ) << 16)); /* a microsecond a tick: USER_HZ ppm */
		vdso_update();
	}
}

static void tell(struct timex_abi *t)
{
	u64 ns = ktime_get_real_ns();
	u32 modes = t->modes;
	s64 offset = 0;

	if (modes & ADJ_ADJTIME) {      /* adjtime(3): what was left of the last one */
		offset = ntp.adjtime;
		if (!(modes & ADJ_READONLY))
			ntp.adjtime = t->offset;
	}
	*t = (struct timex_abi){
		.modes = modes, .offset = offset, .freq = ntp.freq, .maxerror = ntp.maxerror, .esterror = ntp.esterror,
		.status = ntp.status, .constant = ntp.constant, .precision = 1, .tolerance = MAXFREQ_SCALED,
		.tick = ntp.tick, .tai = ntp.tai,
		.time = { (s64)(ns / NSEC_PER_SEC), (s64)(ns % NSEC_PER_SEC / (ntp.status & STA_NANO ? 1 : NSEC_PER_USEC)) },
	};
}

static long do_adjtimex(void __user *user)
{
	struct timex_abi t;
	int err;

	if (copy_from_user(&t, user, sizeof(t)))
		return -EFAULT;
	err = check_modes(&t);
	if (!err && (t.modes & ADJ_SETOFFSET) && !(t.modes & ADJ_ADJTIME))
		err = step_clock(&t);
	if (err)
		return err;
	if (!(t.modes & ADJ_ADJTIME))
		apply(&t);
	tell(&t);
	if (copy_to_user(user, &t, sizeof(t)))
		return -EFAULT;
	return ntp.status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
}

SYSCALL(adjtimex) { return do_adjtimex((void __user *)a0); }

SYSCALL(clock_adjtime)
{
	if ((int)a0 == CLOCK_REALTIME)
		return do_adjtimex((void __user *)a1);
	return clock_exists((int)a0) ? -EOPNOTSUPP : -EINVAL;
}
