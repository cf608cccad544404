/* SPDX-License-Identifier: MIT */
/*
 * poll(2), ppoll(2), select(2), pselect6(2). A call marks itself sleeping, asks every file (queueing itself on the
 * file's wait queues the first time round), and sleeps unless one was ready; any wake makes it ask again.
 */
#include "internal.h"
#include <fs/poll.h>
#include <task/signal.h>
#include <task/task.h>
#include <uapi/prctl.h>
#include <x86/cpu.h>

void __poll_wait(struct poll_table *pt, struct wait_queue_head *q)
{
	struct poll_entry *e;

	if (pt->queue) {
		pt->queue(pt, q);
		return;
	}
	if (pt->nr == pt->max) {
		/* Queued entries must not move: a further block, linked through the last one's place. */
		pt->error = -ENOMEM;
		return;
	}
	e = &pt->entries[pt->nr++];
	e->queue = q;
	e->file = get_file(pt->file);
	add_wait_queue(q, &e->wait);
}

/* @files: how many will be asked; each has at most two queues. */
static int poll_table_init(struct poll_table *pt, unsigned int files)
{
	pt->nr = 0;
	pt->queue = NULL;
	pt->error = 0;
	pt->max = POLL_INLINE;
	pt->entries = pt->inline_entries;
	if (files * 2 > POLL_INLINE) {
		pt->max = files * 2;
		pt->entries = kmalloc(pt->max * sizeof(*pt->entries), GFP_KERNEL);
		if (!pt->entries)
			return -ENOMEM;
	}
	return 0;
}

static void poll_table_free(struct poll_table *pt)
{
	for (unsigned int i = 0; i < pt->nr; i++) {
		finish_wait(pt->entries[i].queue, &pt->entries[i].wait);
		fput(pt->entries[i].file);
	}
	if (pt->entries != pt->inline_entries)
		kfree(pt->entries);
}

/*
 * Sleeps until scan() finds something, a signal comes or the deadline passes. scan() gets the table the first
 * time and NULL afterwards; it returns how many are ready, or -errno.
 */
static long poll_loop(unsigned int files, u64 deadline, long (*scan)(void *arg, struct poll_table *pt), void *arg)
{
	struct poll_table pt;
	long n;

	n = scan(arg, NULL);
	if (n || deadline == 0)
		return n;
	if (poll_table_init(&pt, files))
		return -ENOMEM;
	for (bool first = true;; first = false) {
		set_current_sleeping();
		n = scan(arg, first ? &pt : NULL);
		if (!n)
			n = pt.error;
		if (n)
			break;
		if (signal_pending()) {
			n = -ERESTARTNOHAND;
			break;
		}
		if (schedule_until(deadline)) {
			n = scan(arg, NULL);
			break;
		}
	}
	set_current_running();
	poll_table_free(&pt);
	return n;
}

/* --- poll ------------------------------------------------------------------------------------ */

struct poll_set { struct pollfd_abi *fds; unsigned int nr; };

static long scan_poll(void *arg, struct poll_table *pt)
{
	struct poll_set *s = arg;
	long ready = 0;

	for (unsigned int i = 0; i < s->nr; i++) {
		struct pollfd_abi *p = &s->fds[i];
		unsigned int bits = 0;

		if (p->fd >= 0) {
			struct fd fd = fdget(p->fd);

			bits = fd.file ? vfs_poll(fd.file, ready ? NULL : pt) & ((u16)p->events | POLLERR | POLLHUP) : POLLNVAL;
			fdput(fd);
		}
		p->revents = bits;
		ready += bits != 0;
	}
	return ready;
}

static long do_poll(void __user *ufds, unsigned int nr, u64 deadline)
{
	struct pollfd_abi small[8], *fds = small;
	struct poll_set s = { .nr = nr };
	long ret;

	if (nr > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (nr > ARRAY_SIZE(small)) {
		fds = kmalloc(nr * sizeof(*fds), GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	s.fds = fds;
	ret = copy_from_user(fds, ufds, nr * sizeof(*fds)) ? -EFAULT : poll_loop(nr, deadline, scan_poll, &s);
	if (ret >= 0 && copy_to_user(ufds, fds, nr * sizeof(*fds)))
		ret = -EFAULT;
	if (fds != small)
		kfree(fds);
	return ret;
}

SYSCALL(poll)
{
	int ms = a2;
	u64 deadline = ms < 0 ? ~0ULL : ms == 0 ? 0 : ktime_get_ns() + (u64)ms * 1000000;

	return do_poll((void *)a0, a1, deadline);
}

/* A user's timespec (unit 1) or timeval (unit 1000), relative; NULL: for ever. */
static int get_deadline(const void __user *u, u64 unit, u64 *deadline)
{
	s64 t[2];

	*deadline = ~0ULL;
	if (!u)
		return 0;
	if (copy_from_user(t, u, sizeof(t)))
		return -EFAULT;
	if (unit == 1000 && t[1] >= 1000000 && t[0] >= 0) {     /* select takes more than a second of microseconds */
		t[0] += t[1] / 1000000;
		t[1] %= 1000000;
	}
	if (t[0] < 0 || t[1] < 0 || (u64)t[1] * unit >= 1000000000)
		return -EINVAL;
	if (t[0] == 0 && t[1] == 0)
		*deadline = 0;
	else if (t[0] < (s64)(1LL << 33))
		*deadline = ktime_get_ns() + (u64)t[0] * 1000000000 + (u64)t[1] * unit;
	return 0;
}

/* What is left, as Linux writes it back. */
static void put_remaining(void __user *u, u64 unit, u64 deadline)
{
	u64 now = ktime_get_ns(), left = deadline > now ? deadline - now : 0;
	s64 t[2] = { left / 1000000000, left % 1000000000 / unit };

	if (u && deadline != ~0ULL && !(current->personality & STICKY_TIMEOUTS) && copy_to_user(u, t, sizeof(t)))
		return; /* a read-only timeout is allowed */
}

static long finish_masked(long ret, void __user *utime, u64 unit, u64 deadline)
{
	restore_saved_sigmask_unless(ret == -ERESTARTNOHAND);
	put_remaining(utime, unit, deadline);
	return ret;
}

SYSCALL(ppoll)
{
	u64 deadline;
	int err = get_deadline((void *)a2, 1, &deadline);

	if (!err && a3)
		err = set_user_sigmask((void *)a3, a4);
	if (err)
		return err;
	return finish_masked(do_poll((void *)a0, a1, deadline), (void *)a2, 1, deadline);
}

/* --- select ---------------------------------------------------------------------------------- */

#define SELECT_INLINE 4         /* words a set: 256 descriptors */

struct select_set {
	unsigned int nr;
	u64 *in[3], *out[3];    /* read, write, except */
};

static const unsigned int select_bits[3] = {
	POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
	POLLPRI,
};

static long scan_select(void *arg, struct poll_table *pt)
{
	struct select_set *s = arg;
	long ready = 0;

	for (unsigned int w = 0; w < DIV_ROUND_UP(s->nr, 64); w++) {
		u64 any = s->in[0][w] | s->in[1][w] | s->in[2][w];

		s->out[0][w] = s->out[1][w] = s->out[2][w] = 0;
		for (; any; any &= any - 1) {
			u64 mask = any & -any;
			struct fd fd = fdget(w * 64 + __builtin_ctzll(any));
			unsigned int bits;

			if (!fd.file)
				return -EBADF;
			bits = vfs_poll(fd.file, ready ? NULL : pt);
			fdput(fd);
			for (int k = 0; k < 3; k++)
				if ((s->in[k][w] & mask) && (bits & select_bits[k])) {
					s->out[k][w] |= mask;
					ready++;
				}
		}
	}
	return ready;
}

static long do_select(int n, void __user *sets[3], u64 deadline)
{
	u64 small[6 * SELECT_INLINE], *words = small;
	unsigned int nr = min((unsigned int)n, current->files->max), nw = DIV_ROUND_UP(nr, 64), files = 0;
	struct select_set s = { .nr = nr };
	long ret;

	if (n < 0)
		return -EINVAL;
	if (nw > SELECT_INLINE) {
		words = kmalloc(6 * nw * sizeof(u64), GFP_KERNEL);
		if (!words)
			return -ENOMEM;
	}
	memset(words, 0, 6 * nw * sizeof(u64));
	ret = 0;
	for (int k = 0; k < 3; k++) {
		s.in[k] = words + k * nw;
		s.out[k] = words + (3 + k) * nw;
		if (sets[k] && copy_from_user(s.in[k], sets[k], DIV_ROUND_UP(nr, 8)))
			ret = -EFAULT;
		if (nr % 64)
			s.in[k][nw - 1] &= (1ULL << (nr % 64)) - 1;
	}
	for (unsigned int w = 0; w < nw; w++)
		for (u64 any = s.in[0][w] | s.in[1][w] | s.in[2][w]; any; any &= any - 1)
			files++;
	if (!ret)
		ret = poll_loop(files, deadline, scan_select, &s);
	for (int k = 0; k < 3 && ret >= 0; k++)
		if (sets[k] && copy_to_user(sets[k], s.out[k], DIV_ROUND_UP(nr, 64) * 8))
			ret = -EFAULT;
	if (words != small)
		kfree(words);
	return ret;
}

SYSCALL(select)
{
	void *sets[3] = { (void *)a1, (void *)a2, (void *)a3 };
	u64 deadline;
	int err = get_deadline((void *)a4, 1000, &deadline);
	long ret;

	if (err)
		return err;
	ret = do_select(a0, sets, deadline);
	put_remaining((void *)a4, 1000, deadline);
	return ret;
}

SYSCALL(pselect6)
{
	void *sets[3] = { (void *)a1, (void *)a2, (void *)a3 };
	u64 deadline, sig[2] = { 0, 0 };
	int err = get_deadline((void *)a4, 1, &deadline);

	if (!err && a5 && copy_from_user(sig, (void *)a5, sizeof(sig)))
		err = -EFAULT;
	if (!err && sig[0])
		err = set_user_sigmask((void *)sig[0], sig[1]);
	if (err)
		return err;
	return finish_masked(do_select(a0, sets, deadline), (void *)a4, 1, deadline);
}
