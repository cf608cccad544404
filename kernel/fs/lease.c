/* SPDX-License-Identifier: MIT */
/*
 * Leases (fcntl(2), F_SETLEASE): the holder of one is told by a signal before somebody opens the file against it, and
 * has lease_break_time seconds to give way. A read lease is broken by opens for writing and truncations, a write
 * lease by every open. Leases are rare: one list for the machine.
 */
#include "internal.h"
#include <fs/fasync.h>
#include <task/signal.h>
#include <task/timer.h>
#include <x86/cpu.h>

unsigned int nr_leases;
int lease_break_time = 45;

struct lease {
	struct list_head list;
	struct file *file;              /* its last close removes the lease */
	int fd;                         /* for si_fd */
	int type;                       /* F_RDLCK, F_WRLCK */
	int target;                     /* while it is being broken: what it must become; else type */
	u64 deadline_ns;
};

static LIST_HEAD(leases);       /* [1] */
static DECLARE_WAIT_QUEUE_HEAD(lease_wait);

static void remove_lease(struct lease *l)
{
	list_del(&l->list);
	nr_leases--;
	kfree(l);
	wake_up(&lease_wait);
}

static struct lease *lease_of(const struct file *f)
{
	struct lease *l;

	list_for_each_entry(l, &leases, list)
		if (l->file == f)
			return l;
	return NULL;
}

/* Does anybody have the file open in a way that the lease would be broken by? */
static bool is_open_against(const struct file *f, long type)
{
	const struct dentry *d = f->path.dentry;
	int writers = atomic_read(&f->inode->writers);

	if (type == F_RDLCK)
		return writers > 0;
	/* One reference is the name's, one this open's. */
	return writers != ((f->mode & FMODE_WRITE) ? 1 : 0) || atomic_read(&d->count) != 1 + d->hashed;
}

static long add_lease(struct file *f, unsigned int fd, long type)
{
	struct lease *l, *mine = lease_of(f);

	if (is_open_against(f, type))
		return -EAGAIN;
	list_for_each_entry(l, &leases, list)
		if (l != mine && l->file->inode == f->inode && (type == F_WRLCK || l->type == F_WRLCK || l->target != l->type))
			return -EAGAIN;
	if (mine) {
		mine->type = mine->target = type;
		wake_up(&lease_wait);
		return 0;
	}
	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l || file_own_current(f)) {
		kfree(l);
		return -ENOMEM;
	}
	l->file = f;
	l->fd = fd;
	l->type = l->target = type;
	list_add_tail(&l->list, &leases);
	nr_leases++;
	return 0;
}

long fcntl_setlease(struct file *f, unsigned int fd, long type)
{
	struct lease *l = lease_of(f);

	if (current->cred.fsuid != f->inode->uid && !inode_capable(f->inode, CAP_LEASE))
		return -EACCES;
	if (!S_ISREG(f->inode->mode))
		return -EINVAL;
	switch (type) {
	case F_RDLCK: case F_WRLCK:
		return add_lease(f, fd, type);
	case F_UNLCK:
		if (!l)
			return -EAGAIN;
		remove_lease(l);
		return 0;
	default:
		return -EINVAL;
	}
}

long fcntl_getlease(const struct file *f)
{
	const struct lease *l = lease_of(f);

	return l ? l->target : F_UNLCK;
}

void leases_remove_file(struct file *f)
{
	struct lease *l = lease_of(f);

	if (l)
		remove_lease(l);
}

static bool conflicts(const struct lease *l, const struct inode *inode, bool for_write)
{
	return l->file->inode == inode && (for_write || l->type == F_WRLCK);
}

/* One lease that is against it, after telling all of them. */
static struct lease *tell_holders(const struct inode *inode, bool for_write)
{
	struct lease *l, *first = NULL;

	list_for_each_entry(l, &leases, list) {
		int target = for_write ? F_UNLCK : F_RDLCK;

		if (!conflicts(l, inode, for_write))
			continue;
		if (!first)
			first = l;
		if (l->target == F_UNLCK || l->target == target)
			continue;       /* knows */
		if (l->target == l->type)
			l->deadline_ns = ktime_get_ns() + (u64)lease_break_time * 1000000000;
		l->target = target;
		send_sigio(l->file->owner, l->fd, POLL_MSG);
	}
	return first;
}

/* The holder let its time pass. */
static void break_by_force(struct lease *l)
{
	if (l->target == F_RDLCK) {
		l->type = F_RDLCK;
		wake_up(&lease_wait);
	} else {
		remove_lease(l);
	}
}

int __break_lease(struct inode *inode, unsigned int flags)
{
	bool for_write = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
	struct lease *l;

	while ((l = tell_holders(inode, for_write)) != NULL) {
		struct wait_queue_entry w;
		bool interrupted, late = false;

		if (flags & O_NONBLOCK)
			return -EAGAIN;
		prepare_to_wait(&lease_wait, &w);
		interrupted = signal_pending();
		if (!interrupted)
			late = schedule_until(l->deadline_ns);
		finish_wait(&lease_wait, &w);
		if (interrupted)
			return -ERESTARTSYS;
		if (late && (l = tell_holders(inode, for_write)) != NULL && ktime_get_ns() >= l->deadline_ns)
			break_by_force(l);
	}
	return 0;
}
