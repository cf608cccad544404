/* SPDX-License-Identifier: MIT */
/*
 * adjtimex(2), clock_adjtime(2): what is refused, what is remembered. Here (the build host) the clock is not ours to steer, so that
 * changes are tried as nobody; tests/guest/clock_steer.c steers it.
 */
#include "t.h"
#include <sys/timex.h>
#include <time.h>

static void ask(const char *what, int clock, struct timex t)
{
	long r = clock < -100 ? syscall(SYS_adjtimex, &t) : syscall(SYS_clock_adjtime, clock, &t);

	say("%s: %s", what, r < 0 ? name_of_errno(errno) : "answered");
}

int main(void)
{
	struct timex t = { 0 };

	ask("read", -1000, t);
	ask("read CLOCK_REALTIME", CLOCK_REALTIME, t);
	ask("CLOCK_MONOTONIC", CLOCK_MONOTONIC, t);
	ask("CLOCK_TAI", CLOCK_TAI, t);
	ask("clock 99", 99, t);
	RESULT(syscall(SYS_adjtimex, 8));
	syscall(SYS_adjtimex, &t);
	say("precision %ld, tolerance %ld, tick %ld", t.precision, t.tolerance, t.tick);
	setuid(1000);
	for (unsigned int bit = 0; bit < 16; bit++) {
		char what[32];

		t = (struct timex){ .modes = 1u << bit };
		snprintf(what, sizeof(what), "nobody, mode %x", t.modes);
		ask(what, -1000, t);
	}
	t = (struct timex){ .modes = 0x8001 };
	ask("nobody, adjtime", -1000, t);
	t.modes = 0xa001;
	ask("nobody, what is left", -1000, t);
	return 0;
}
