/* SPDX-License-Identifier: MIT */
/* Descriptors without files behind them: eventfd(2), timerfd_create(2), signalfd(2). */
#include "internal.h"
#include <fs/poll.h>
#include <ns/time_ns.h>
#include <task/signal.h>
#include <task/timer.h>
#include <x86/cpu.h>

/* --- eventfd --------------------------------------------------------------------------------- */

struct eventfd {
	u64 count;
	bool semaphore;
	struct wait_queue_head wait;
};

static ssize_t eventfd_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct eventfd *e = f->private;
	u64 v;
	int err;

	if (n < sizeof(v))
		return -EINVAL;
	if (!e->count) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(e->wait, e->count);
		if (err)
			return err;
	}
	v = e->semaphore ? 1 : e->count;
	e->count -= v;
	wake_up(&e->wait);
	return copy(buf, &v, sizeof(v)) ? -EFAULT : (ssize_t)sizeof(v);
}

static ssize_t eventfd_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct eventfd *e = f->private;
	u64 v;
	int err;

	if (n < sizeof(v))
		return -EINVAL;
	if (copy(&v, buf, sizeof(v)))
		return -EFAULT;
	if (v == ~0ULL)
		return -EINVAL;
	if (~0ULL - e->count <= v) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(e->wait, ~0ULL - e->count > v);
		if (err)
			return err;
	}
	e->count += v;
	wake_up(&e->wait);
	return sizeof(v);
}

static unsigned int eventfd_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->private;

	poll_wait(pt, &e->wait);
	return (e->count ? POLLIN | POLLRDNORM : 0) | (e->count < ~0ULL - 1 ? POLLOUT | POLLWRNORM : 0);
}

static void free_private(struct file *f)
{
	kfree(f->private);
}

static const struct file_operations eventfd_fops = {
	.read = eventfd_read, .write = eventfd_write, .llseek = noop_llseek, .poll = eventfd_poll, .release = free_private,
};

/* A descriptor for an anonymous file; @private is freed on failure. */
static long anon_fd(const char *name, const struct file_operations *op, void *private, unsigned int flags)
{
	struct file *f = anon_file(0600, name, op, private, O_RDWR | (flags & O_NONBLOCK));
	int fd;

	if (!f) {
		kfree(private);
		return -ENOMEM;
	}
	fd = fd_install_new(f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

static long do_eventfd(unsigned int count, unsigned int flags)
{
	struct eventfd *e;

	if (flags & ~(unsigned int)(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	init_waitqueue_head(&e->wait);
	return anon_fd("anon_inode:[eventfd]", &eventfd_fops, e, flags);
}

SYSCALL(eventfd) { return do_eventfd(a0, 0); }
SYSCALL(eventfd2) { return do_eventfd(a0, a1); }

/* --- timerfd --------------------------------------------------------------------------------- */

struct timerfd {
	struct ktimer timer;
	int clock;
	u64 expired;            /* [irq] since the last read */
	u64 interval_ns, deadline_ns;
	struct wait_queue_head wait;
};

/* Interrupt context. */
static void timerfd_fire(struct ktimer *t)
{
	struct timerfd *d = container_of(t, struct timerfd, timer);
	u64 now = ktime_get_ns(), n = 1;

	if (d->interval_ns) {
		n += (now - d->deadline_ns) / d->interval_ns;
		d->deadline_ns += n * d->interval_ns;
		ktimer_start(t, d->deadline_ns);
	}
	d->expired += n;
	wake_up(&d->wait);
}

static ssize_t timerfd_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct timerfd *d = f->private;
	unsigned long flags;
	u64 v;
	int err;

	if (n < sizeof(v))
		return -EINVAL;
	if (!READ_ONCE(d->expired)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(d->wait, READ_ONCE(d->expired));
		if (err)
			return err;
	}
	flags = local_irq_save();
	v = d->expired;
	d->expired = 0;
	local_irq_restore(flags);
	return copy(buf, &v, sizeof(v)) ? -EFAULT : (ssize_t)sizeof(v);
}

static unsigned int timerfd_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *d = f->private;

	poll_wait(pt, &d->wait);
	return READ_ONCE(d->expired) ? POLLIN | POLLRDNORM : 0;
}

static void timerfd_release(struct file *f)
{
	struct timerfd *d = f->private;

	ktimer_cancel(&d->timer);
	kfree(d);
}

static const struct file_operations timerfd_fops = { .read = timerfd_read, .poll = timerfd_poll, .release = timerfd_release };

SYSCALL(timerfd_create)
{
	struct timerfd *d;

	if ((a0 != 0 && a0 != 1 && a0 != 7) || (a1 & ~(long)(O_CLOEXEC | O_NONBLOCK)))
		return -EINVAL;
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	d->clock = a0;
	init_waitqueue_head(&d->wait);
	ktimer_init(&d->timer, timerfd_fire);
	return anon_fd("anon_inode:[timerfd]", &timerfd_fops, d, a1);
}

static void put_timer(struct timerfd *d, s64 out[4])
{
	u64 now = ktime_get_ns(), left = d->timer.queued && d->deadline_ns > now ? d->deadline_ns - now : 0;

	out[0] = d->interval_ns / 1000000000;
	out[1] = d->interval_ns % 1000000000;
	out[2] = left / 1000000000;
	out[3] = left % 1000000000;
}

static struct timerfd *get_timerfd(unsigned int n, struct fd *fd, long *err)
{
	*fd = fdget(n);
	*err = !fd->file ? -EBADF : fd->file->op != &timerfd_fops ? -EINVAL : 0;
	return *err ? NULL : fd->file->private;
}

SYSCALL(timerfd_settime)
{
	struct timerfd *d;
	struct fd fd;
	s64 new[4], old[4];
	long err;
	u64 when;

	if (a1 & ~(long)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
		return -EINVAL;
	if (copy_from_user(new, (void *)a2, sizeof(new)))
		return -EFAULT;
	if (new[0] < 0 || new[2] < 0 || (u64)new[1] >= 1000000000 || (u64)new[3] >= 1000000000)
		return -EINVAL;
	d = get_timerfd(a0, &fd, &err);
	if (d) {
		put_timer(d, old);
		ktimer_cancel(&d->timer);
		d->expired = 0;
		d->interval_ns = new[0] * 1000000000 + new[1];
		when = new[2] * 1000000000 + new[3];
		if (when) {
			if (!(a1 & TFD_TIMER_ABSTIME))
				when += ktime_get_ns();
			else if (d->clock == 0)
				when = (s64)when > ktime_real_offset_ns() ? when - ktime_real_offset_ns() : 0;
			else
				when = timens_to_host(when, d->clock == 1 ? timens_monotonic() : timens_boottime());
			d->deadline_ns = when;
			ktimer_start(&d->timer, when);
		}
		if (a3 && copy_to_user((void *)a3, old, sizeof(old)))
			err = -EFAULT;
	}
	fdput(fd);
	return err;
}

SYSCALL(timerfd_gettime)
{
	struct fd fd;
	s64 out[4];
	long err;
	struct timerfd *d = get_timerfd(a0, &fd, &err);

	if (d) {
		put_timer(d, out);
		err = copy_to_user((void *)a1, out, sizeof(out)) ? -EFAULT : 0;
	}
	fdput(fd);
	return err;
}
