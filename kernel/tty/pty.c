/* SPDX-License-Identifier: MIT */
/*
 * Pseudo terminals (pty(7)): /dev/ptmx makes a pair. The slave is a terminal like any other (tty.c) whose device is
 * the master: what it writes and echoes lands in a ring that the master reads; what the master writes is the slave's
 * input, run through the discipline at once. The names below /dev/pts are devpts.c's.
 *
 * Lifetime: the pair lives until the master is closed and no open of the slave is left; closing the master hangs the
 * slave up, after which no task's signal->tty points here. Lock: the slave's tty->lock around the ring.
 */
#include "internal.h"
#include <fs/poll.h>

#define OUT_SIZE 65536          /* power of two */
#define ECHO_ROOM 4096          /* of it, kept for echo, which never waits */
#define EXPANSION 4096          /* what one write() of the slave's may grow to: 512 bytes, each a tab */
#define CHUNK 512

static struct pty *ptys[NR_PTYS];       /* [1] */
static unsigned int nr_ptys;    /* [1] */

struct pty *pty_find(unsigned int index)
{
	return index < NR_PTYS ? ptys[index] : NULL;
}

static struct pty *pty_of(struct tty_struct *tty)
{
	return container_of(tty, struct pty, slave);
}

static size_t out_used(const struct pty *p) { return p->out_head - p->out_tail; }

/* ---- the slave's device ---- */

static void slave_write(struct tty_struct *tty, const char *text, size_t len)
{
	struct pty *p = pty_of(tty);

	if (p->master_closed)
		return;
	for (size_t i = 0; i < len && out_used(p) < OUT_SIZE; i++)
		p->out[p->out_head++ % OUT_SIZE] = text[i];
	wake_up(&p->master_wait);
}

static size_t slave_room(struct tty_struct *tty)
{
	size_t room = OUT_SIZE - out_used(pty_of(tty));

	return room > ECHO_ROOM + EXPANSION ? room - ECHO_ROOM - EXPANSION : 0;
}

/* Somebody read: there may be room for what the master waits to write. */
static void slave_input_taken(struct tty_struct *tty)
{
	tty_process_input(tty);
	wake_up(&pty_of(tty)->master_wait);
}

static void pty_free(struct pty *p)
{
	ptys[p->index] = NULL;
	nr_ptys--;
	iput(p->inode);
	kfree(p->out);
	kfree(p);
}

static void slave_closed(struct tty_struct *tty)
{
	struct pty *p = pty_of(tty);

	if (tty->opens > tty->hung_opens)
		return;
	p->slave_closed = true;
	wake_up(&p->master_wait);
	if (p->master_closed && !tty->opens)
		pty_free(p);
}

/* What a master in packet mode is told in front of the next bytes. */
static void slave_status(struct tty_struct *tty, unsigned int bits)
{
	struct pty *p = pty_of(tty);

	if (!p->packet)
		return;
	if (bits & (TIOCPKT_NOSTOP | TIOCPKT_DOSTOP))
		p->status &= ~(TIOCPKT_NOSTOP | TIOCPKT_DOSTOP);
	if (bits & (TIOCPKT_STOP | TIOCPKT_START))
		p->status &= ~(TIOCPKT_STOP | TIOCPKT_START);
	p->status |= bits;
	wake_up(&p->master_wait);
}

static int pts_open(struct inode *inode, struct file *f)
{
	struct pty *p = pty_find(MINOR(inode->rdev));
	int err;

	if (!p || p->locked || p->master_closed)
		return -EIO;
	err = tty_attach(f, &p->slave, true);
	if (!err)
		p->slave_closed = false;
	return err;
}

static const struct file_operations pts_fops = { .open = pts_open };

/* ---- the master ---- */

static int ptmx_open(struct inode *inode, struct file *f)
{
	unsigned int index = 0;
	struct pty *p;

	while (index < NR_PTYS && ptys[index])
		index++;
	if (index == NR_PTYS)
		return -ENOSPC;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->out = kmalloc(OUT_SIZE, GFP_KERNEL);
	p->inode = devpts_inode(index);
	if (!p->out || !p->inode) {
		iput(p->inode);
		kfree(p->out);
		kfree(p);
		return -ENOMEM;
	}
	p->index = index;
	p->locked = true;
	scnprintf(p->name, sizeof(p->name), "pts/%u", index);
	init_waitqueue_head(&p->master_wait);
	p->slave = (struct tty_struct){ .write = slave_write, .room = slave_room, .input_taken = slave_input_taken,
		.closed = slave_closed, .status = slave_status, .is_pty = true };
	tty_setup(&p->slave, p->name, MKDEV(PTS_MAJOR, index));
	p->slave.winsize = (struct winsize_abi){ 0 };
	p->slave.ld.t.c_cflag = B38400 | CS8 | CREAD;
	p->slave.ld.t.c_iflag = ICRNL | IXON;
	ptys[index] = p;
	nr_ptys++;
	f->private = p;
	f->op = &ptm_fops;
	return 0;
}

static void ptm_release(struct file *f)
{
	struct pty *p = f->private;

	p->master_closed = true;
	ldisc_flush_input(&p->slave.ld);
	tty_hangup(&p->slave);
	if (!p->slave.opens)
		pty_free(p);
}

static bool master_readable(const struct pty *p)
{
	return out_used(p) || p->slave_closed || (p->packet && p->status);
}

static ssize_t ptm_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct pty *p = f->private;
	char chunk[CHUNK];
	size_t done = 0;
	int err;

	if (!n)
		return 0;
	if (!master_readable(p) && (f->flags & O_NONBLOCK))
		return -EAGAIN;
	err = wait_event_interruptible(p->master_wait, master_readable(p));
	if (err)
		return err;
	if (p->packet) {
		char status = p->status;

		if (!status && !out_used(p))
			return -EIO;
		if (copy(buf, &status, 1))
			return -EFAULT;
		p->status = 0;
		done = 1;
		if (status)
			return 1;
	}
	while (done < n && out_used(p)) {
		size_t got = 0;

		while (got < min(n - done, (size_t)CHUNK) && out_used(p))
			chunk[got++] = p->out[p->out_tail++ % OUT_SIZE];
		if (copy((char *)buf + done, chunk, got))
			return done ? (ssize_t)done : -EFAULT;
		done += got;
	}
	wake_up(&p->slave.write_wait);
	return done ? (ssize_t)done : p->slave_closed ? -EIO : -EAGAIN;
}

static ssize_t ptm_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct pty *p = f->private;
	u8 chunk[CHUNK];
	size_t done = 0, part;

	while (done < n) {
		if (!tty_receive_room(&p->slave)) {
			int err = (f->flags & O_NONBLOCK) ? -EAGAIN : wait_event_interruptible(p->master_wait, tty_receive_room(&p->slave));

			if (err)
				return done ? (ssize_t)done : err;
		}
		part = min(n - done, min(tty_receive_room(&p->slave), (size_t)CHUNK));
		if (copy(chunk, (const char *)buf + done, part))
			return done ? (ssize_t)done : -EFAULT;
		tty_receive_now(&p->slave, chunk, part);
		done += part;
	}
	return done;
}

static unsigned int ptm_poll(struct file *f, struct poll_table *pt)
{
	struct pty *p = f->private;
	unsigned int bits = 0;

	poll_wait(pt, &p->master_wait);
	if (out_used(p) || (p->packet && p->status))
		bits |= POLLIN | POLLRDNORM;
	if (p->packet && p->status)
		bits |= POLLPRI;
	if (p->slave_closed)
		bits |= POLLHUP;
	if (tty_receive_room(&p->slave))
		bits |= POLLOUT | POLLWRNORM;
	return bits;
}

static long open_peer(struct pty *p, unsigned int flags)
{
	struct path path;
	struct file *f;
	int fd;

	flags &= O_ACCMODE | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	fd = devpts_path(p, &path);
	if (fd)
		return fd;
	f = dentry_open(path, flags);
	if (IS_ERR(f))
		return PTR_ERR(f);
	fd = fd_install_new(f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

static long flush(struct pty *p, unsigned long what)
{
	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what != TCOFLUSH) {
		p->out_tail = p->out_head;
		wake_up(&p->slave.write_wait);
	}
	if (what != TCIFLUSH)
		ldisc_flush_input(&p->slave.ld);
	return 0;
}

static long ptm_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pty *p = f->private;
	u32 v;

	switch (cmd) {
	case TIOCGPTN: return put_user_u32(p->index, (void *)arg);
	case TIOCGPTLCK: return put_user_u32(p->locked, (void *)arg);
	case TIOCGPTPEER: return open_peer(p, arg);
	case TIOCGPKT: return put_user_u32(p->packet, (void *)arg);
	case TIOCSPTLCK: case TIOCPKT:
		if (get_user_u32(&v, (void *)arg))
			return -EFAULT;
		if (cmd == TIOCSPTLCK) {
			p->locked = v;
		} else {
			p->packet = v;
			p->status = 0;
		}
		return 0;
	case TIOCSIG:
		if (arg < 1 || arg >= _NSIG)
			return -EINVAL;
		if (p->slave.pgrp)
			kill_pgrp(arg, p->slave.pgrp);
		return 0;
	case FIONREAD: return put_user_u32(out_used(p), (void *)arg);
	case TIOCOUTQ: return put_user_u32(p->slave.rx_head - p->slave.rx_tail, (void *)arg);
	case TCFLSH: return flush(p, arg);
	case TCXONC: case TIOCEXCL: case TIOCNXCL: case TIOCMGET: return -ENOTTY;
	default: return tty_ioctl_from(&p->slave, true, cmd, arg);
	}
}

const struct file_operations ptm_fops = {
	.read = ptm_read, .write = ptm_write, .poll = ptm_poll, .ioctl = ptm_ioctl, .release = ptm_release,
};

void pty_init(void)
{
	static const struct file_operations ptmx_fops = { .open = ptmx_open };
	static struct chrdev ptmx_dev = { .major = 5, .minor = 2, .nr = 1, .fop = &ptmx_fops };
	static struct chrdev pts_dev = { .major = PTS_MAJOR, .minor = 0, .nr = NR_PTYS, .fop = &pts_fops };

	chrdev_register(&ptmx_dev);
	chrdev_register(&pts_dev);
	devtmpfs_node("ptmx", 0666, MKDEV(5, 2));
}
