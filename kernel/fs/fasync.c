/* SPDX-License-Identifier: MIT */
/* Owners of open files and the signals that they get (fs/fasync.h). */
#include "internal.h"
#include <fs/fasync.h>
#include <ns/pid_ns.h>
#include <task/signal.h>
#include <uapi/poll.h>

unsigned int fasync_files;
static LIST_HEAD(async_owners); /* [1] */

struct f_owner_ex_abi { s32 type, pid; };

struct file_owner *file_owner(struct file *f)
{
	if (!f->owner) {
		f->owner = kzalloc(sizeof(*f->owner), GFP_KERNEL);
		if (f->owner)
			f->owner->file = f;
	}
	return f->owner;
}

void file_owner_free(struct file *f)
{
	if (f->owner->async) {
		list_del(&f->owner->list);
		fasync_files--;
	}
	kfree(f->owner);
	f->owner = NULL;
}

static void own(struct file_owner *o, s32 type, s32 pid)
{
	o->type = type;
	o->pid = pid;
	o->uid = current->cred.uid;
	o->euid = current->cred.euid;
}

int file_own_current(struct file *f)
{
	struct file_owner *o = file_owner(f);

	if (!o)
		return -ENOMEM;
	if (!o->pid)
		own(o, F_OWNER_PID, current->tgid);
	return 0;
}

/* --- sending --------------------------------------------------------------------------------- */

static bool may_signal(const struct file_owner *o, const struct task_struct *t)
{
	const struct cred *c = &t->cred;

	return o->euid == 0 || o->euid == c->suid || o->euid == c->uid || o->uid == c->suid || o->uid == c->uid;
}

/* These signals have si_codes of their own, which a file's would be mistaken for. */
static bool has_own_codes(int sig)
{
	return sig == SIGILL || sig == SIGFPE || sig == SIGSEGV || sig == SIGBUS || sig == SIGTRAP || sig == SIGCHLD || sig == SIGSYS;
}

static u32 band_of(int why)
{
	switch (why) {
	case POLL_IN: return POLLIN | POLLRDNORM;
	case POLL_OUT: return POLLOUT | POLLWRNORM | POLLWRBAND;
	case POLL_MSG: return POLLIN | POLLRDNORM | POLLMSG;
	default: return POLLHUP | POLLERR;
	}
}

struct sigio { const struct file_owner *o; int fd, why; };

static void signal_task(struct task_struct *t, void *arg)
{
	const struct sigio *s = arg;
	const struct file_owner *o = s->o;
	int (*send)(int, const siginfo_abi *, struct task_struct *) = o->type == F_OWNER_TID ? send_sig_info : group_send_sig_info;

	if (!may_signal(o, t))
		return;
	if (o->signum) {
		siginfo_abi info = { .si_signo = o->signum, .si_code = has_own_codes(o->signum) ? SI_SIGIO : s->why };

		info.poll.band = band_of(s->why);
		info.poll.fd = s->fd;
		if (!send(o->signum, &info, t))
			return;
	}
	send(SIGIO, NULL, t);           /* also when the queue of a real-time signal is full */
}

void send_sigio(const struct file_owner *o, int fd, int why)
{
	struct sigio s = { o, fd, why };
	struct task_struct *t;

	if (!o || !o->pid)
		return;
	if (o->type == F_OWNER_PGRP) {
		for_each_in_pgrp(o->pid, signal_task, &s);
		return;
	}
	t = find_task_by_pid(o->pid);
	if (t)
		signal_task(t, &s);
}

void __kill_fasync(const void *object, int why)
{
	struct file_owner *o;

	list_for_each_entry(o, &async_owners, list) {
		const struct file *f = o->file;

		if (f->private != object || (why == POLL_IN && !(f->mode & FMODE_READ)) || (why == POLL_OUT && !(f->mode & FMODE_WRITE)))
			continue;
		send_sigio(o, o->fd, why);
	}
}

/* --- fcntl ----------------------------------------------------------------------------------- */

/* As in Linux a flag that means nothing for the file is dropped without an error; ioctl(FIOASYNC) asks first. */
long set_fasync(struct file *f, unsigned int fd, bool on)
{
	struct file_owner *o;

	if (!f->op->fasync)
		return 0;
	o = file_owner(f);
	if (!o || (on && S_ISCHR(f->inode->mode) && file_own_current(f)))
		return -ENOMEM;         /* a terminal's signals have an owner from the start */
	if (on && !o->async) {
		o->fd = fd;
		list_add_tail(&o->list, &async_owners);
		fasync_files++;
	} else if (!on && o->async) {
		list_del(&o->list);
		fasync_files--;
	}
	o->async = on;
	f->flags = on ? f->flags | FASYNC : f->flags & ~FASYNC;
	return 0;
}

static bool owner_exists(s32 type, s32 pid)
{
	return !pid || (type == F_OWNER_PGRP ? pgrp_exists(pid) : find_task_by_pid(pid) != NULL);
}

static long set_owner(struct file *f, s32 type, s32 pid)
{
	struct file_owner *o;

	if (pid > 0)
		pid = pid_of_vnr(pid);
	if (!owner_exists(type, pid))
		return -ESRCH;
	o = file_owner(f);
	if (!o)
		return -ENOMEM;
	own(o, type, pid);
	return 0;
}

static long set_owner_ex(struct file *f, unsigned long arg)
{
	struct f_owner_ex_abi ex;

	if (copy_from_user(&ex, (void *)arg, sizeof(ex)))
		return -EFAULT;
	if (ex.type < F_OWNER_TID || ex.type > F_OWNER_PGRP || ex.pid < 0)
		return ex.type < F_OWNER_TID || ex.type > F_OWNER_PGRP ? -EINVAL : -ESRCH;
	return set_owner(f, ex.type, ex.pid);
}

/* A process that is gone owns nothing. */
static struct f_owner_ex_abi get_owner(const struct file *f)
{
	const struct file_owner *o = f->owner;

	if (!o)
		return (struct f_owner_ex_abi){ F_OWNER_PID, 0 };
	return (struct f_owner_ex_abi){ o->type, owner_exists(o->type, o->pid) ? pid_vnr(o->pid) : 0 };
}

long fcntl_owner(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct f_owner_ex_abi ex;
	s32 pid = arg;

	switch (cmd) {
	case F_SETOWN:
		if (pid == (s32)0x80000000)
			return -EINVAL;
		return set_owner(f, pid < 0 ? F_OWNER_PGRP : F_OWNER_PID, pid < 0 ? -pid : pid);
	case F_SETOWN_EX:
		return set_owner_ex(f, arg);
	case F_GETOWN:
		ex = get_owner(f);
		return ex.type == F_OWNER_PGRP ? -ex.pid : ex.pid;
	case F_GETOWN_EX:
		ex = get_owner(f);
		return copy_to_user((void *)arg, &ex, sizeof(ex)) ? -EFAULT : 0;
	case F_GETSIG:
		return f->owner ? f->owner->signum : 0;
	default:
		if (arg > _NSIG)
			return -EINVAL;
		if (!file_owner(f))
			return -ENOMEM;
		f->owner->signum = arg;
		return 0;
	}
}
