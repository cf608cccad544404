/* SPDX-License-Identifier: MIT */
/*
 * Descriptors for processes: pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2), CLONE_PIDFD. A pidfd names one
 * process by number and start time, so a reused number is not mistaken for it. Readable when it is dead.
 */
#include <fs/fs.h>
#include <fs/poll.h>
#include <mm/slab.h>
#include <proc/proc.h>
#include <uapi/fcntl.h>
#include "internal.h"

struct pidfd { pid_t pid; u64 start_time_ns; };

DECLARE_WAIT_QUEUE_HEAD(pidfd_wait);

static struct task_struct *pidfd_task(const struct pidfd *p)
{
	struct task_struct *t = find_task_by_pid(p->pid);

	return t && t->start_time_ns == p->start_time_ns ? t : NULL;
}

static unsigned int pidfd_poll(struct file *f, struct poll_table *pt)
{
	struct task_struct *t;

	poll_wait(pt, &pidfd_wait);
	t = pidfd_task(f->private);
	return !t || process_is_dead(t) ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct file *f)
{
	kfree(f->private);
}

/* Its numbers as @m's PID name space sees them; -1: it is gone, 0: not seen there. */
static void pidfd_fdinfo(struct file *f, struct seq_file *m)
{
	const struct pidfd *p = f->private;
	const struct pid_namespace *ns = m->pid_ns ? m->pid_ns : current->pid_ns;
	struct task_struct *t = pidfd_task(p);
	pid_t nr = t ? pid_nr_ns(p->pid, ns) : -1;

	seq_printf(m, "Pid:\t%d\nNSpid:", nr);
	if (nr > 0)
		pid_show_numbers(m, p->pid, ns);
	else
		seq_printf(m, "\t%d", nr);
	seq_putc(m, '\n');
}

static const struct file_operations pidfd_fops = { .poll = pidfd_poll, .release = pidfd_release, .fdinfo = pidfd_fdinfo };

int pidfd_create(struct task_struct *t, unsigned int flags)
{
	struct pidfd *p = kmalloc(sizeof(*p), GFP_KERNEL);
	struct file *f;
	int fd;

	if (!p)
		return -ENOMEM;
	*p = (struct pidfd){ t->pid, t->start_time_ns };
	f = anon_file(0600, "anon_inode:[pidfd]", &pidfd_fops, p, O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(p);
		return -ENOMEM;
	}
	fd = fd_install_new(f, 0, true);
	if (fd < 0)
		fput(f);
	return fd;
}

struct task_struct *task_of_pidfd(unsigned int fd)
{
	struct file *f = fget(fd);
	struct task_struct *t;

	if (!f)
		return ERR_PTR(-EBADF);
	t = f->op == &pidfd_fops ? pidfd_task(f->private) : ERR_PTR(-EBADF);
	fput(f);
	return t ? t : ERR_PTR(-ESRCH);
}

pid_t pidfd_pid(unsigned int fd, bool *nonblock)
{
	struct file *f = fget(fd);
	pid_t pid = -EBADF;

	if (!f)
		return -EBADF;
	if (f->op == &pidfd_fops) {
		pid = ((struct pidfd *)f->private)->pid;
		*nonblock = f->flags & O_NONBLOCK;
	}
	fput(f);
	return pid;
}

SYSCALL(pidfd_open)
{
	struct task_struct *t;

	if ((a1 & ~(long)O_NONBLOCK) || (pid_t)a0 <= 0)
		return -EINVAL;
	t = find_task_by_vpid((pid_t)a0);
	if (!t)
		return -ESRCH;
	return is_group_leader(t) ? pidfd_create(t, (unsigned int)a1) : -EINVAL;
}

/* pidfd_send_signal(2) alone takes a directory /proc/PID, too. */
static struct task_struct *signal_target(unsigned int fd)
{
	struct task_struct *t = task_of_pidfd(fd);
	struct file *f;

	if (t != ERR_PTR(-EBADF))
		return t;
	f = fget(fd);
	if (f) {
		t = proc_dir_task(f);
		fput(f);
	}
	return t;
}

SYSCALL(pidfd_send_signal)
{
	struct task_struct *t = signal_target((unsigned int)a0);
	siginfo_abi info;
	int sig = (int)a1, err;

	if (a3)
		return -EINVAL;
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (sig < 0 || sig > _NSIG)
		return -EINVAL;
	if (a2) {
		if (copy_from_user(&info, (const void __user *)a2, sizeof(info)))
			return -EFAULT;
		if (info.si_signo != sig)
			return -EINVAL;
		info.rt.pid = max(pid_of_vnr(info.rt.pid), 0);
		info.rt.uid = make_kuid(current_user_ns(), info.rt.uid);
		if (t->signal != current->signal && (info.si_code >= 0 || info.si_code == SI_TKILL))
			return -EPERM;
	} else {
		memset(&info, 0, sizeof(info));
		info.rt.pid = current->tgid;
		info.rt.uid = current->cred.uid;
	}
	err = check_kill_permission(sig, &info, t);
	return err || !sig ? err : group_send_sig_info(sig, &info, t);
}

SYSCALL(pidfd_getfd)
{
	struct task_struct *t = task_of_pidfd((unsigned int)a0);
	struct file *f;
	int fd;

	if (a2)
		return -EINVAL;
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (!ptrace_may_access(t))
		return -EPERM;
	f = t->files ? fget_task(t, (unsigned int)a1) : NULL;
	if (!f)
		return t->files ? -EBADF : -ESRCH;
	fd = fd_install_new(f, 0, true);
	if (fd < 0)
		fput(f);
	return fd;
}
