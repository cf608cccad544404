/* SPDX-License-Identifier: MIT */
/* prctl(PR_SET_TSC): the time-stamp counter closed to a thread and what it forks, and to nobody else. */
#include "t.h"
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <x86intrin.h>

static volatile int reads, stop;

static void *reader(void *arg)
{
	while (!stop) {
		if (__rdtsc())
			reads = 1;
		sched_yield();
	}
	return NULL;
}

static int setting(void)
{
	int how = 0;

	return prctl(PR_GET_TSC, &how) ? -1 : how;
}

int main(void)
{
	pthread_t t;

	catch_signal(SIGSEGV);
	say("at first: %d", setting());
	RESULT(prctl(PR_SET_TSC, 3));
	RESULT(prctl(PR_GET_TSC, 8));
	pthread_create(&t, NULL, reader, NULL);
	RESULT(prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	for (int i = 0; i < 3; i++) {
		FAULT("closed", NULL, (void)__rdtsc());
		reads = 0;
		while (!reads)
			sched_yield();
	}
	say("setting: %d", setting());
	CHILD("child", {
		say("in the child: %d", setting());
		FAULT("child", NULL, (void)__rdtsc());
		RESULT(prctl(PR_SET_TSC, PR_TSC_ENABLE));
		FAULT("child", NULL, (void)__rdtsc());
	});
	FAULT("still closed", NULL, (void)__rdtsc());
	RESULT(prctl(PR_SET_TSC, PR_TSC_ENABLE));
	FAULT("open", NULL, (void)__rdtsc());
	stop = 1;
	pthread_join(t, NULL);
	return 0;
}
