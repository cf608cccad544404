/* SPDX-License-Identifier: MIT */
/* signalfd(2): signals as bytes to read. What is pending is always the reader's own, as in Linux. */
#include "internal.h"
#include <fs/poll.h>
#include <task/signal.h>

struct signalfd { sigset_t mask; };

static bool any_pending(const struct signalfd *s)
{
	return ((current->pending.set | current->signal->shared_pending.set) & s->mask) != 0;
}

static void convert(const siginfo_abi *i, struct signalfd_siginfo_abi *o)
{
	memset(o, 0, sizeof(*o));
	o->ssi_signo = i->si_signo;
	o->ssi_errno = i->si_errno;
	o->ssi_code = i->si_code;
	if (i->si_signo == SIGCHLD) {
		o->ssi_pid = i->chld.pid;
		o->ssi_uid = i->chld.uid;
		o->ssi_status = i->chld.status;
		o->ssi_utime = i->chld.utime;
		o->ssi_stime = i->chld.stime;
	} else if (i->si_code == SI_TIMER) {
		o->ssi_tid = i->timer.tid;
		o->ssi_overrun = i->timer.overrun;
		o->ssi_ptr = i->timer.value;
		o->ssi_int = i->timer.value;
	} else if (i->si_signo == SIGSEGV || i->si_signo == SIGBUS || i->si_signo == SIGILL || i->si_signo == SIGFPE) {
		o->ssi_addr = i->fault.addr;
	} else {
		o->ssi_pid = i->rt.pid;
		o->ssi_uid = i->rt.uid;
		o->ssi_ptr = i->rt.value;
		o->ssi_int = i->rt.value;
	}
}

static ssize_t signalfd_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct signalfd *s = f->private;
	struct signalfd_siginfo_abi out;
	siginfo_abi info;
	size_t done = 0;
	int err;

	if (n < sizeof(out))
		return -EINVAL;
	while (n - done >= sizeof(out)) {
		if (!take_pending_signal(s->mask, &info)) {
			if (done)
				break;
			if (f->flags & O_NONBLOCK)
				return -EAGAIN;
			err = wait_event_interruptible(signalfd_wait, any_pending(s));
			if (err)
				return err;
			continue;
		}
		convert(&info, &out);
		if (copy((char *)buf + done, &out, sizeof(out)))
			return done ? (ssize_t)done : -EFAULT;
		done += sizeof(out);
	}
	return done;
}

static unsigned int signalfd_poll(struct file *f, struct poll_table *pt)
{
	poll_wait(pt, &signalfd_wait);
	return any_pending(f->private) ? POLLIN | POLLRDNORM : 0;
}

static void signalfd_release(struct file *f)
{
	kfree(f->private);
}

static const struct file_operations signalfd_fops = { .read = signalfd_read, .poll = signalfd_poll, .release = signalfd_release };

static long do_signalfd(int ufd, const void __user *mask, size_t size, unsigned int flags)
{
	struct signalfd *s;
	struct file *f;
	sigset_t set;
	int fd;

	if (size != sizeof(set) || (flags & ~(unsigned int)(O_CLOEXEC | O_NONBLOCK)))
		return -EINVAL;
	if (get_user_u64(&set, mask))
		return -EFAULT;
	set &= ~(1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1));
	if (ufd != -1) {
		struct fd old = fdget(ufd);
		long ret = !old.file ? -EBADF : old.file->op != &signalfd_fops ? -EINVAL : ufd;

		if (ret >= 0) {
			((struct signalfd *)old.file->private)->mask = set;
			wake_up(&signalfd_wait);
		}
		fdput(old);
		return ret;
	}
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->mask = set;
	f = anon_file(0600, "anon_inode:[signalfd]", &signalfd_fops, s, O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(s);
		return -ENOMEM;
	}
	fd = fd_install_new(f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

SYSCALL(signalfd) { return do_signalfd(a0, (void *)a1, a2, 0); }
SYSCALL(signalfd4) { return do_signalfd(a0, (void *)a1, a2, a3); }
