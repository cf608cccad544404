/* SPDX-License-Identifier: MIT */
/*
 * Futexes with priority inheritance, and futex_waitv(2): what each call answers, what is in the word afterwards, whose
 * priority runs (field 18 of /proc/self/task/TID/stat), through chains too; owners that die; requeueing.
 */
#include "t.h"
#include <pthread.h>
#include <sched.h>
#include <time.h>

#define FUTEX_WAIT 0
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_TRYLOCK_PI 8
#define FUTEX_LOCK_PI2 13
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_WAKE_PRIVATE (1 | FUTEX_PRIVATE_FLAG)
#define FUTEX_CMP_REQUEUE_PRIVATE (4 | FUTEX_PRIVATE_FLAG)
#define FUTEX_LOCK_PI_PRIVATE (FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG)
#define FUTEX_UNLOCK_PI_PRIVATE (FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG)
#define FUTEX_TRYLOCK_PI_PRIVATE (FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG)
#define FUTEX_WAIT_REQUEUE_PI_PRIVATE (11 | FUTEX_PRIVATE_FLAG)
#define FUTEX_CMP_REQUEUE_PI_PRIVATE (12 | FUTEX_PRIVATE_FLAG)
#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK 0x3fffffffu
#define NR_FUTEX_WAITV 449

struct waitv { uint64_t val, uaddr; uint32_t flags, reserved; };

static long futex(volatile unsigned int *word, int op, long val, const void *time_or_val2, volatile void *word2, unsigned int val3)
{
	return syscall(SYS_futex, word, op, val, time_or_val2, word2, val3);
}

static pid_t gettid_(void) { return (pid_t)syscall(SYS_gettid); }

/* A word in words: thread ids change, so only whose it is. */
static void show(const char *what, unsigned int word, pid_t who)
{
	unsigned int tid = word & FUTEX_TID_MASK;

	say("%s: %s%s%s", what, !tid ? "nobody" : tid == (unsigned int)who ? "as expected" : "another",
	    word & FUTEX_WAITERS ? ", waiters" : "", word & FUTEX_OWNER_DIED ? ", owner died" : "");
}

/* Field 18: -1 - priority for real time. */
static int priority_of(pid_t tid)
{
	char path[64], buf[512], *p;
	int fd, prio = 999;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY);
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return prio;
	buf[n] = '\0';
	p = strrchr(buf, ')');
	if (p)
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %d", &prio);
	return prio;
}

static int wait_priority(pid_t tid, int want)
{
	int prio = 0;

	for (int i = 0; i < 2000; i++) {
		prio = priority_of(tid);
		if (prio == want)
			break;
		usleep(2000);
	}
	return prio;
}

static struct timespec in_ms(clockid_t clock, int ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* musl has no sched_setscheduler: its meaning for threads differs from POSIX's. */
static long set_fifo_of(pid_t tid, int prio)
{
	return syscall(SYS_sched_setscheduler, tid, prio ? SCHED_FIFO : SCHED_OTHER, &prio);
}

static void set_fifo(int prio)
{
	if (set_fifo_of(0, prio))
		say("sched_setscheduler: %s", name_of_errno(errno));
}

/* ---- alone ---- */

static void alone(void)
{
	unsigned int w = 0;
	pid_t me = gettid_();
	struct timespec bad = { 0, 1000000000 };
	unsigned int *read_only = mmap(NULL, PAGE, PROT_READ, ANON, -1, 0);

	RESULT(futex(&w, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	show("locked", w, me);
	RESULT(futex(&w, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_LOCK_PI2, 0, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	show("unlocked", w, me);
	RESULT(futex(&w, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
	w = 1000000;
	RESULT(futex(&w, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	say("of nobody: %x", w);
	w = FUTEX_OWNER_DIED;
	RESULT(futex(&w, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	show("of a dead one", w, me);
	RESULT(futex(&w, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	show("unlocked", w, me);
	RESULT(futex(&w, FUTEX_LOCK_PI, 0, &bad, NULL, 0));
	RESULT(futex(&w, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
	RESULT(futex(&w, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex((void *)((char *)&w + 1), FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex(NULL, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex(NULL, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex(read_only, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	RESULT(futex(read_only, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
	munmap(read_only, PAGE);
}

/* ---- one who waits lends its priority, along the chain ---- */

struct actor {
	pthread_t thread;
	volatile pid_t tid;
	int prio;
	volatile unsigned int *first, *second;  /* locks first, then second */
	volatile int go, has_second;
	volatile long answer;
	struct timespec *deadline;
	int op;
};

static void *act(void *arg)
{
	struct actor *a = arg;

	if (a->prio)
		set_fifo(a->prio);
	if (a->first)
		futex(a->first, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	a->tid = gettid_();
	while (!a->go)
		usleep(1000);
	if (a->second) {
		a->answer = futex(a->second, a->op ? a->op : FUTEX_LOCK_PI_PRIVATE, 0, a->deadline, NULL, 0) ? errno : 0;
		a->has_second = 1;
		if (!a->answer)
			futex(a->second, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	}
	if (a->first)
		futex(a->first, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	return NULL;
}

static void start(struct actor *a)
{
	pthread_create(&a->thread, NULL, act, a);
	while (!a->tid)
		usleep(1000);
}

static void chain(void)
{
	static volatile unsigned int w1, w2, w3;
	static struct actor low, mid, high;
	pid_t me = gettid_();
	struct timespec soon;

	futex(&w1, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	low = (struct actor){ .prio = 10, .first = &w2, .second = &w1 };
	mid = (struct actor){ .prio = 20, .first = &w3, .second = &w2 };
	high = (struct actor){ .prio = 30, .second = &w3 };
	start(&low);
	start(&mid);
	start(&high);
	say("before: %d", priority_of(me));
	low.go = 1;
	say("low waits: %d", wait_priority(me, -11));
	mid.go = 1;
	say("mid waits: %d", wait_priority(me, -21));
	say("  low %d", priority_of(low.tid));
	high.go = 1;
	say("high waits: %d", wait_priority(me, -31));
	say("  low %d, mid %d", priority_of(low.tid), priority_of(mid.tid));
	RESULT(set_fifo_of(high.tid, 40));
	say("high is raised: %d", wait_priority(me, -41));
	say("  low %d, mid %d", priority_of(low.tid), priority_of(mid.tid));
	RESULT(set_fifo_of(high.tid, 5));
	say("high is lowered: %d", wait_priority(me, -21));
	say("  low %d, mid %d", priority_of(low.tid), priority_of(mid.tid));
	RESULT(syscall(SYS_sched_getscheduler, me));
	show("w1", w1, me);
	show("w2", w2, low.tid);
	RESULT(futex(&w2, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
	RESULT(futex(&w2, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
	RESULT(futex(&w1, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	RESULT(futex(&w1, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)1, &w3, w1));
	soon = in_ms(CLOCK_REALTIME, 20);
	say("round about: %s", futex(&w3, FUTEX_LOCK_PI_PRIVATE, 0, &soon, NULL, 0) ? name_of_errno(errno) : "locked");
	RESULT(futex(&w1, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
	say("after: %d", wait_priority(me, 20));
	pthread_join(low.thread, NULL);
	pthread_join(mid.thread, NULL);
	pthread_join(high.thread, NULL);
	say("answers: %ld %ld %ld, words %x %x %x", low.answer, mid.answer, high.answer, w1 & FUTEX_TID_MASK, w2 & FUTEX_TID_MASK, w3 & FUTEX_TID_MASK);
}

/* ---- who gets it: the most urgent ---- */

static volatile int order[3], nr_order;

static void *wait_turn(void *arg)
{
	struct actor *a = arg;

	set_fifo(a->prio);
	a->tid = gettid_();
	futex(a->second, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	order[nr_order++] = a->prio;
	futex(a->second, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	return NULL;
}

static void by_priority(void)
{
	static volatile unsigned int w;
	static struct actor a[3] = { { .prio = 5, .second = &w }, { .prio = 15, .second = &w }, { .prio = 10, .second = &w } };
	pid_t me = gettid_();

	futex(&w, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	for (int i = 0; i < 3; i++) {
		pthread_create(&a[i].thread, NULL, wait_turn, &a[i]);
		wait_priority(me, i ? -16 : -6);
		usleep(20000);
	}
	futex(&w, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	for (int i = 0; i < 3; i++)
		pthread_join(a[i].thread, NULL);
	say("order: %d %d %d", order[0], order[1], order[2]);
}

/* ---- timeouts and signals ---- */

static void nothing(int sig) { }

static void ends(void)
{
	static volatile unsigned int w;
	static struct actor a;
	struct sigaction act = { .sa_handler = nothing };
	volatile unsigned int *shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec t;
	pid_t me = gettid_();

	sigaction(SIGUSR1, &act, NULL);
	futex(&w, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	for (int i = 0; i < 3; i++) {
		static const int ops[3] = { FUTEX_LOCK_PI_PRIVATE, FUTEX_LOCK_PI2 | FUTEX_PRIVATE_FLAG,
					    FUTEX_LOCK_PI2 | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME };

		t = in_ms(i == 1 ? CLOCK_MONOTONIC : CLOCK_REALTIME, 50);
		a = (struct actor){ .prio = 7, .second = &w, .deadline = &t, .op = ops[i], .go = 1 };
		start(&a);
		pthread_join(a.thread, NULL);
		say("deadline %d: %s, my priority %d", i, name_of_errno((int)a.answer), priority_of(me));
	}
	a = (struct actor){ .prio = 7, .second = &w, .go = 1 };
	start(&a);
	say("waits: %d", wait_priority(me, -8));
	for (int i = 0; i < 3; i++) {
		pthread_kill(a.thread, SIGUSR1);
		usleep(10000);
	}
	say("after signals: has it %d, %d", a.has_second, wait_priority(me, -8));
	futex(&w, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	pthread_join(a.thread, NULL);
	say("then: %ld", a.answer);
	RESULT(futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	CHILD("killed while waiting", {
		alarm(1);
		RESULT(futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	});
	RESULT(futex(shared, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	show("shared", *shared, me);
	munmap((void *)shared, PAGE);
}

/* ---- owners that die ---- */

static void *die_with(void *arg)
{
	struct actor *a = arg;

	futex(a->first, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	a->tid = gettid_();
	while (!a->go)
		usleep(1000);
	return NULL;
}

static void deaths(void)
{
	static volatile unsigned int w;
	static struct actor a, b;
	pid_t me = gettid_();
	pthread_mutexattr_t attr;
	pthread_mutex_t *m = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	a = (struct actor){ .first = &w };
	pthread_create(&a.thread, NULL, die_with, &a);
	while (!a.tid)
		usleep(1000);
	b = (struct actor){ .second = &w, .prio = 9, .go = 1 };
	start(&b);
	say("the doomed one runs with %d", wait_priority(a.tid, -10));
	a.go = 1;
	pthread_join(a.thread, NULL);
	pthread_join(b.thread, NULL);
	say("the heir's answer: %ld", b.answer);
	show("word", w, me);

	pthread_mutexattr_init(&attr);
	RESULT(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
	RESULT(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
	RESULT(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	RESULT(pthread_mutex_init(m, &attr));
	for (int i = 0; i < 2; i++) {
		CHILD("owner", {
			say("child locks: %d", pthread_mutex_lock(m));
			if (!fork()) {
				int err = pthread_mutex_lock(m);

				usleep(100000);
				say("grandchild: %s", name_of_errno(err));
				if (i == 0 && err == EOWNERDEAD)
					pthread_mutex_consistent(m);
				pthread_mutex_unlock(m);
				_exit(0);
			}
			usleep(100000);
		});
		usleep(300000);
		say("then: %s", name_of_errno(pthread_mutex_trylock(m)));
		if (i == 0)
			pthread_mutex_unlock(m);
	}
	munmap(m, PAGE);
}

/* ---- requeueing ---- */

static volatile unsigned int cond, lock;
static volatile int nr_waiting, nr_through;

static void *cond_wait(void *arg)
{
	struct actor *a = arg;

	if (a->prio)
		set_fifo(a->prio);
	a->tid = gettid_();
	nr_waiting++;
	a->answer = futex(&cond, FUTEX_WAIT_REQUEUE_PI_PRIVATE, a->op, a->deadline, &lock, 0) ? errno : 0;
	if (!a->answer) {
		order[nr_through++] = a->prio;
		futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
	}
	return NULL;
}

static void requeueing(void)
{
	static struct actor a[3];
	struct timespec soon = in_ms(CLOCK_MONOTONIC, 30);
	pid_t me = gettid_();

	RESULT(futex(&cond, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 1, NULL, &lock, 0));
	RESULT(futex(&cond, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, NULL, &cond, 0));
	RESULT(futex(&cond, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, &soon, &lock, 0));
	RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)1, &lock, 0));
	RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)1, &lock, 5));
	RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 2, (void *)1, &lock, 0));
	RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)1, &cond, 0));
	for (int round = 0; round < 2; round++) {
		nr_waiting = nr_through = 0;
		for (int i = 0; i < 3; i++) {
			a[i] = (struct actor){ .prio = 5 + 5 * (i == 1) + i };
			pthread_create(&a[i].thread, NULL, cond_wait, &a[i]);
			while (nr_waiting <= i)
				usleep(1000);
			usleep(50000);
		}
		if (round == 0)
			futex(&lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
		RESULT(futex(&cond, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
		RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)1, &lock, 0));
		RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)1, (volatile unsigned int *)&nr_waiting, 0));
		if (round == 0) {
			RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)0, &lock, 0));
			say("one moved: %d, through %d", wait_priority(me, -12), nr_through);
		}
		RESULT(futex(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)100, &lock, 0));
		if (round == 0)
			RESULT(futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
		for (int i = 0; i < 3; i++)
			pthread_join(a[i].thread, NULL);
		say("through: %d, order %d %d %d, answers %ld %ld %ld, lock %x", nr_through, order[0], order[1], order[2],
		    a[0].answer, a[1].answer, a[2].answer, lock & FUTEX_TID_MASK);
		say("my priority: %d", wait_priority(me, 20));
	}
}

/* ---- futex_waitv ---- */

static long waitv(struct waitv *v, unsigned int n, unsigned int flags, struct timespec *t, int clock)
{
	return syscall(NR_FUTEX_WAITV, v, n, flags, t, clock);
}

static volatile unsigned int many[3];

static void *wake_second(void *arg)
{
	usleep(50000);
	many[1] = 1;
	futex(&many[1], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	return NULL;
}

static void several(void)
{
	struct waitv v[3];
	struct timespec soon;
	struct sigaction act = { .sa_handler = nothing };
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		v[i] = (struct waitv){ .uaddr = (uintptr_t)&many[i], .flags = 2 | FUTEX_PRIVATE_FLAG };
	RESULT(waitv(v, 0, 0, NULL, 0));
	RESULT(waitv(v, 129, 0, NULL, 0));
	RESULT(waitv(v, 3, 1, NULL, 0));
	RESULT(waitv(NULL, 3, 0, NULL, 0));
	RESULT(waitv((void *)8, 3, 0, NULL, 0));
	v[2].flags = 0;
	RESULT(waitv(v, 3, 0, NULL, 0));
	v[2].flags = 2;
	v[2].reserved = 1;
	RESULT(waitv(v, 3, 0, NULL, 0));
	v[2].reserved = 0;
	v[1].uaddr++;
	RESULT(waitv(v, 3, 0, NULL, 0));
	v[1].uaddr = 8;
	RESULT(waitv(v, 3, 0, NULL, 0));
	v[1].uaddr = (uintptr_t)&many[1];
	v[2].val = 1;
	RESULT(waitv(v, 3, 0, NULL, 0));
	v[2].val = 0;
	soon = (struct timespec){ 0, -1 };
	RESULT(waitv(v, 3, 0, &soon, CLOCK_MONOTONIC));
	soon = in_ms(CLOCK_MONOTONIC, 30);
	RESULT(waitv(v, 3, 0, &soon, CLOCK_BOOTTIME));
	RESULT(waitv(v, 3, 0, (void *)8, CLOCK_MONOTONIC));
	RESULT(waitv(v, 3, 0, &soon, CLOCK_MONOTONIC));
	soon = in_ms(CLOCK_REALTIME, 30);
	RESULT(waitv(v, 3, 0, &soon, CLOCK_REALTIME));
	pthread_create(&thread, NULL, wake_second, NULL);
	RESULT(waitv(v, 3, 0, NULL, 0));
	pthread_join(thread, NULL);
	many[1] = 0;
	sigaction(SIGALRM, &act, NULL);
	ualarm(30000, 0);
	RESULT(waitv(v, 3, 0, NULL, 0));
}

/* ---- many ---- */

static volatile unsigned int locks[3], inside[3];
static volatile int collisions;

/* Takes random locks in order (and now and then out of order: EDEADLK), some by deadline, some by trying. */
static void *crowd(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;

	if (seed & 1)
		set_fifo(1 + (int)seed);
	for (int i = 0; i < 300; i++) {
		unsigned int held[3] = { 0 };
		struct timespec soon = in_ms(CLOCK_REALTIME, (int)(rand_r(&seed) % 3));

		for (int k = 0; k < 3; k++) {
			unsigned int n = (unsigned int)(rand_r(&seed) % 8 ? k : rand_r(&seed) % 3);
			int op = rand_r(&seed) % 4 ? FUTEX_LOCK_PI_PRIVATE : FUTEX_TRYLOCK_PI_PRIVATE;

			if (futex(&locks[n], op, 0, rand_r(&seed) % 2 ? &soon : NULL, NULL, 0))
				continue;
			held[n] = 1;
			if (__atomic_fetch_add(&inside[n], 1, __ATOMIC_SEQ_CST))
				collisions++;
			if (rand_r(&seed) % 4 == 0)
				sched_yield();
		}
		for (int k = 0; k < 3; k++) {
			if (!held[k])
				continue;
			__atomic_fetch_sub(&inside[k], 1, __ATOMIC_SEQ_CST);
			futex(&locks[k], FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
		}
	}
	return NULL;
}

static void many_threads(void)
{
	pthread_t t[8];

	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, crowd, (void *)(uintptr_t)(i + 1));
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	/* On Linux with two CPUs a lock may be left to a thread that was told it had not got it (seen on 6.18). */
	say("crowd: %d collisions", collisions);
}

/* A process of many threads that wait for each other dies at once; so does one that execs. */
static void sudden_end(void)
{
	for (int i = 0; i < 5; i++) {
		CHILD("killed in a crowd", {
			pthread_t t;

			for (int k = 0; k < 8; k++)
				pthread_create(&t, NULL, crowd, (void *)(uintptr_t)(k + 1));
			usleep(3000 * i);
			kill(getpid(), SIGKILL);
		});
	}
}

int main(void)
{
	setpriority(PRIO_PROCESS, 0, 0); /* field 18 shows nice, too */
	alone();
	chain();
	by_priority();
	ends();
	deaths();
	requeueing();
	several();
	many_threads();
	sudden_end();
	return 0;
}
