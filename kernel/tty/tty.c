/* SPDX-License-Identifier: MIT */
/*
 * Terminals as files: reading, writing, waiting. Job control is in tty_jobctl.c, the ioctls in tty_ioctl.c, the devices in
 * tty_devices.c.
 *
 * Input takes two steps. Interrupt handlers put raw bytes into tty->rx (tty_receive); the kernel thread "ttyd"
 * runs them through the line discipline under tty->lock, so that echo and signals happen in a task's context.
 */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/poll.h>
#include <x86/cpu.h>

#define CHUNK 512

static LIST_HEAD(ttys); /* [1] */
static DECLARE_WAIT_QUEUE_HEAD(ttyd_wait);
struct tty_struct *tty_console, *tty_keyboard;

/* --- input ----------------------------------------------------------------------------------- */

void tty_receive(struct tty_struct *tty, const u8 *text, size_t len)
{
	unsigned long flags = spin_lock_irqsave(&tty->rx_lock);

	for (size_t i = 0; i < len && tty->rx_head - tty->rx_tail < TTY_RX_SIZE; i++)
		tty->rx[tty->rx_head++ % TTY_RX_SIZE] = text[i];
	spin_unlock_irqrestore(&tty->rx_lock, flags);
	if (!tty->is_pty)
		wake_up(&ttyd_wait);
}

void tty_resize(struct tty_struct *tty, unsigned int cols, unsigned int rows)
{
	tty->winsize = (struct winsize_abi){ rows, cols, 0, 0 };
	tty->resized = true;
	wake_up(&ttyd_wait);
}

static size_t take_rx(struct tty_struct *tty, u8 *buf, size_t n)
{
	unsigned long flags = spin_lock_irqsave(&tty->rx_lock);
	size_t i;

	for (i = 0; i < n && tty->rx_tail != tty->rx_head; i++)
		buf[i] = tty->rx[tty->rx_tail++ % TTY_RX_SIZE];
	spin_unlock_irqrestore(&tty->rx_lock, flags);
	return i;
}

size_t tty_receive_room(const struct tty_struct *tty)
{
	return TTY_RX_SIZE - (tty->rx_head - tty->rx_tail);
}

static bool any_input(void)
{
	struct tty_struct *tty;

	list_for_each_entry(tty, &ttys, list)
		if ((READ_ONCE(tty->rx_head) != tty->rx_tail && !tty->throttled) || READ_ONCE(tty->resized))
			return true;
	return false;
}

/* Through the discipline, as far as there is room: the rest stays in rx until somebody reads. */
void tty_process_input(struct tty_struct *tty)
{
	u8 buf[64];
	size_t n, i;

	mutex_lock(&tty->lock);
	for (;;) {
		u64 room = LDISC_BUF - (tty->ld.head - tty->ld.tail);

		/* The reader is waited for, unless that would be for ever: a line that is too long loses its end. */
		if (room <= sizeof(buf) && (!(tty->ld.t.c_lflag & ICANON) || tty->ld.commit != tty->ld.tail)) {
			tty->throttled = true;
			break;
		}
		n = take_rx(tty, buf, sizeof(buf));
		if (!n)
			break;
		for (i = 0; i < n; i++) {
			int sig = ldisc_receive(&tty->ld, buf[i]);

			if (sig && tty->pgrp)
				kill_pgrp(sig, tty->pgrp);
		}
	}
	mutex_unlock(&tty->lock);
	if (ldisc_readable(&tty->ld, 1)) {
		wake_up(&tty->read_wait);
		kill_fasync(tty, POLL_IN);
	}
	if (!tty->ld.stopped)
		wake_up(&tty->write_wait);
}

void tty_receive_now(struct tty_struct *tty, const u8 *text, size_t len)
{
	tty_receive(tty, text, len);
	tty_process_input(tty);
}

static void ttyd(void *arg)
{
	struct tty_struct *tty;

	local_irq_enable();
	for (;;) {
		if (wait_event_interruptible(ttyd_wait, any_input()))
			continue;
		list_for_each_entry(tty, &ttys, list) {
			if (READ_ONCE(tty->resized)) {
				tty->resized = false;   /* before the signal: a later turn sends another */
				if (tty->pgrp)
					kill_pgrp(SIGWINCH, tty->pgrp);
			}
			if (READ_ONCE(tty->rx_head) != tty->rx_tail && !tty->throttled)
				tty_process_input(tty);
		}
	}
}

/* --- birth ----------------------------------------------------------------------------------- */

static void echo_to_device(void *arg, const char *text, size_t len)
{
	struct tty_struct *tty = arg;

	tty->write(tty, text, len);
}

void tty_setup(struct tty_struct *tty, const char *name, u64 rdev)
{
	tty->name = name;
	tty->rdev = rdev;
	ldisc_init(&tty->ld, echo_to_device, tty);
	mutex_init(&tty->lock);
	spin_lock_init(&tty->rx_lock, LOCK_TTY);
	init_waitqueue_head(&tty->read_wait);
	init_waitqueue_head(&tty->write_wait);
	tty->winsize = (struct winsize_abi){ 24, 80, 0, 0 };
}

void tty_register(struct tty_struct *tty)
{
	list_add_tail(&tty->list, &ttys);
}

void tty_start_thread(void)
{
	if (kernel_thread(ttyd, NULL, "ttyd") < 0)
		panic("no memory for the terminals' thread: give the machine more");
	tty_session_leader_exit = tty_session_exit;
}

/* --- read ------------------------------------------------------------------------------------ */

static int wait_readable(struct tty_struct *tty, struct file *f, size_t wanted, u64 deadline)
{
	int err;

	if (ldisc_readable(&tty->ld, wanted) || tty_file_is_hung(f))
		return 0;
	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	if (deadline == ~0ULL)
		err = wait_event_interruptible(tty->read_wait, ldisc_readable(&tty->ld, wanted) || tty_file_is_hung(f));
	else
		err = wait_event_interruptible_until(tty->read_wait, ldisc_readable(&tty->ld, wanted) || tty_file_is_hung(f), deadline);
	return err == -ETIMEDOUT ? 0 : err;
}

/* Raw mode: VMIN bytes at least, VTIME tenths of a second between them (termios(3), the four cases). */
static int wait_raw(struct tty_struct *tty, struct file *f, size_t n)
{
	size_t min_bytes = min((size_t)tty->ld.t.c_cc[VMIN], n);
	u64 tenths = tty->ld.t.c_cc[VTIME], step = tenths * 100000000;
	int err;

	if (!min_bytes) {
		if (!tenths || (f->flags & O_NONBLOCK))
			return 0;
		return wait_readable(tty, f, 1, ktime_get_ns() + step);
	}
	if (!tenths)
		return wait_readable(tty, f, min_bytes, ~0ULL);
	err = wait_readable(tty, f, 1, ~0ULL);
	while (!err && !tty_file_is_hung(f) && !ldisc_readable(&tty->ld, min_bytes)) {
		u64 have = tty->ld.commit - tty->ld.tail;

		err = wait_readable(tty, f, have + 1, ktime_get_ns() + step);
		if (tty->ld.commit - tty->ld.tail == have)
			break;
	}
	return err;
}

static void unthrottle(struct tty_struct *tty)
{
	if (tty->throttled) {
		tty->throttled = false;
		wake_up(&ttyd_wait);
	}
	if (tty->input_taken)
		tty->input_taken(tty);
}

static ssize_t tty_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct tty_struct *tty = f->private;
	u8 chunk[CHUNK];
	size_t done = 0;
	bool eof = false;
	int err;

	if (f->private2 != tty->hangups || (tty->hung_up && !ldisc_readable(&tty->ld, 1)))
		return 0;
	err = tty_check_change(tty, SIGTTIN);
	if (err)
		return err;
	if (!n)
		return 0;
	while (done < n && !eof) {
		bool canonical = tty->ld.t.c_lflag & ICANON;
		size_t got;

		if (!done) {
			err = canonical ? wait_readable(tty, f, 1, ~0ULL) : wait_raw(tty, f, n);
			if (err)
				return err;
		}
		mutex_lock(&tty->lock);
		got = ldisc_read(&tty->ld, chunk, min(n - done, (size_t)CHUNK), &eof);
		mutex_unlock(&tty->lock);
		if (got && copy((char *)buf + done, chunk, got))
			return done ? (ssize_t)done : -EFAULT;
		done += got;
		/* A line ends a canonical read; an empty ring ends a raw one. */
		if (!got || (canonical && (got < CHUNK || chunk[got - 1] == '\n')))
			break;
	}
	unthrottle(tty);
	if (!done && tty_file_is_hung(f))
		return 0;
	/* Another reader was faster: O_NONBLOCK must not claim end of file. */
	if (!done && !eof && (f->flags & O_NONBLOCK))
		return -EAGAIN;
	return done;
}

size_t tty_read_key(struct tty_struct *tty, u8 *key, size_t n, u64 deadline)
{
	bool eof = false;
	size_t got;

	if (wait_event_interruptible_until(tty->read_wait, ldisc_readable(&tty->ld, 1) || tty->hung_up, deadline))
		return 0;
	mutex_lock(&tty->lock);
	got = ldisc_read(&tty->ld, key, n, &eof);
	mutex_unlock(&tty->lock);
	unthrottle(tty);
	return got;
}

/* --- write ----------------------------------------------------------------------------------- */

static void write_processed(struct tty_struct *tty, const char *text, size_t n)
{
	char out[CHUNK * 2];

	if (!(tty->ld.t.c_oflag & OPOST)) {
		tty->write(tty, text, n);
		return;
	}
	while (n) {
		size_t used, got = ldisc_output(&tty->ld, text, n, out, sizeof(out), &used);

		tty->write(tty, out, got);
		text += used;
		n -= used;
	}
}

static ssize_t tty_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct tty_struct *tty = f->private;
	char chunk[CHUNK];
	size_t done = 0;
	int err;

	if (tty_file_is_hung(f))
		return -EIO;
	err = (tty->ld.t.c_lflag & TOSTOP) ? tty_check_change(tty, SIGTTOU) : 0;
	if (err)
		return err;
	/* One write's text stays together: the lock is held from its first byte to its last. */
	mutex_lock(&tty->lock);
	while (done < n) {
		size_t part = min(n - done, (size_t)CHUNK);

		while (unlikely(tty->ld.stopped || (tty->room && !tty->room(tty)))) {
			mutex_unlock(&tty->lock);
			err = (f->flags & O_NONBLOCK) ? -EAGAIN :
				wait_event_interruptible(tty->write_wait, tty_file_is_hung(f) || (!tty->ld.stopped && (!tty->room || tty->room(tty))));
			if (!err && tty_file_is_hung(f))
				err = -EIO;
			if (err)
				return done ? (ssize_t)done : err;
			mutex_lock(&tty->lock);
		}
		if (tty->room)
			part = min(part, tty->room(tty));
		if (copy(chunk, (const char *)buf + done, part)) {
			err = -EFAULT;
			break;
		}
		write_processed(tty, chunk, part);
		done += part;
	}
	mutex_unlock(&tty->lock);
	return done ? (ssize_t)done : err;
}

static unsigned int tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty_struct *tty = f->private;
	size_t wanted = tty->ld.t.c_cc[VTIME] ? 1 : max(1, tty->ld.t.c_cc[VMIN]);
	unsigned int bits = 0;

	poll_wait(pt, &tty->read_wait);
	poll_wait(pt, &tty->write_wait);
	if (ldisc_readable(&tty->ld, wanted))
		bits |= POLLIN | POLLRDNORM;
	if (tty_file_is_hung(f))
		bits |= POLLHUP | POLLERR | POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
	else if (!tty->ld.stopped && (!tty->room || tty->room(tty)))
		bits |= POLLOUT | POLLWRNORM;
	return bits;
}

/* --- open and close -------------------------------------------------------------------------- */

int tty_attach(struct file *f, struct tty_struct *tty, bool may_control)
{
	if (tty->exclusive && tty->opens > tty->hung_opens && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	f->private = tty;
	f->private2 = tty->hangups;
	f->op = &tty_fops;
	tty->opens++;
	if (may_control && !(f->flags & FILE_NOCTTY) && current->signal && current->signal->session_leader && !current->signal->tty && !tty->session)
		(void)tty_set_controlling(tty, false);
	return 0;
}

static int tty_open(struct inode *inode, struct file *f)
{
	bool may_control = true;
	struct tty_struct *tty;

	if (inode->rdev == MKDEV(5, 0)) {
		tty = current->signal ? current->signal->tty : NULL;
		if (!tty)
			return -ENXIO;
		return tty_attach(f, tty, false);
	}
	if (inode->rdev == MKDEV(5, 1) || inode->rdev == MKDEV(4, 0)) {
		tty = tty_console;
		may_control = false;
		return tty ? tty_attach(f, tty, may_control) : -ENXIO;
	}
	list_for_each_entry(tty, &ttys, list)
		if (tty->rdev == inode->rdev && !tty->hung_up)
			return tty_attach(f, tty, may_control);
	return -ENXIO;
}

static void tty_release(struct file *f)
{
	struct tty_struct *tty = f->private;

	tty->opens--;
	if (f->private2 != tty->hangups)
		tty->hung_opens--;
	if (tty->closed)
		tty->closed(tty);
}

const struct file_operations tty_fops = {
	.open = tty_open, .read = tty_read, .write = tty_write, .ioctl = tty_ioctl, .poll = tty_poll, .release = tty_release,
	.fasync = true,
};
