/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks: fcntl(2) record locks (owned by a descriptor table), open-file-description locks and flock(2)
 * (owned by an open file). One list an inode, in order of start: files with many locks are rare.
 * Lock: nothing sleeps between a look at the list and its change; sleepers share one queue.
 */
#include <ns/pid_ns.h>
#include "internal.h"

enum lock_kind { KIND_POSIX, KIND_FLOCK };

struct file_lock {
	struct list_head list;          /* inode->flocks */
	enum lock_kind kind;            /* POSIX and OFD locks conflict with each other, flocks only among themselves */
	const void *owner;
	bool exclusive;
	u64 start, end;                 /* end exclusive, ~0: to infinity */
	pid_t pid;                      /* -1: open file description */
};

static DECLARE_WAIT_QUEUE_HEAD(lock_wait);
bool posix_locks_used;                  /* [1] ever: a close looks at its inode from then on */

static struct file_lock *conflict(struct inode *inode, const struct file_lock *w)
{
	struct file_lock *l;

	list_for_each_entry(l, &inode->flocks, list)
		if (l->kind == w->kind && l->owner != w->owner && (l->exclusive || w->exclusive) &&
		    l->start < w->end && w->start < l->end)
			return l;
	return NULL;
}

/* The list is in order of start. */
static void insert_sorted(struct inode *inode, struct file_lock *l)
{
	struct list_head *at = &inode->flocks;
	struct file_lock *o;

	list_for_each_entry(o, &inode->flocks, list) {
		if (o->start > l->start)
			break;
		at = &o->list;
	}
	list_add(&l->list, at);
}

/* Takes [start, end) away from all of the owner's locks of this kind. *spare is used for a split. */
static void carve(struct inode *inode, const struct file_lock *w, struct file_lock **spare)
{
	struct file_lock *l, *n;

	list_for_each_entry_safe(l, n, &inode->flocks, list) {
		if (l->kind != w->kind || l->owner != w->owner || l->start >= w->end || w->start >= l->end)
			continue;
		if (l->start < w->start && l->end > w->end) {
			struct file_lock *right = *spare;

			*spare = NULL;
			*right = *l;
			right->start = w->end;
			l->end = w->start;
			insert_sorted(inode, right);
		} else if (l->start < w->start) {
			l->end = w->start;
		} else if (l->end > w->end) {
			list_del(&l->list);
			l->start = w->end;
			insert_sorted(inode, l);
		} else {
			list_del(&l->list);
			kfree(l);
		}
	}
}

/* Grows @l by the owner's neighbours of the same sort, so that many small locks become one. */
static void coalesce(struct inode *inode, struct file_lock *l)
{
	struct file_lock *o, *n;

	list_for_each_entry_safe(o, n, &inode->flocks, list) {
		if (o == l || o->kind != l->kind || o->owner != l->owner || o->exclusive != l->exclusive ||
		    o->end < l->start || l->end < o->start)
			continue;
		l->start = min(l->start, o->start);
		l->end = max(l->end, o->end);
		list_del(&o->list);
		kfree(o);
	}
}

/* Would sleeping for @l close a circle of processes that wait for each other? Waiters are few: a plain walk. */
struct waiter { const void *owner, *blocked_by; struct waiter *next; };
static struct waiter *waiters;  /* [1] */

static bool deadlock(const void *me, const void *by)
{
	for (int hops = 0; hops < 32; hops++) {
		struct waiter *w = waiters;

		if (by == me)
			return true;
		while (w && w->owner != by)
			w = w->next;
		if (!w)
			return false;
		by = w->blocked_by;
	}
	return false;
}

static int wait_for(struct inode *inode, const struct file_lock *l)
{
	struct waiter me = { .owner = l->owner }, **p;
	int err = 0;

	for (;;) {
		struct file_lock *c = conflict(inode, l);

		if (!c)
			break;
		if (l->kind == KIND_POSIX && l->pid >= 0 && deadlock(l->owner, c->owner)) {
			err = -EDEADLK;
			break;
		}
		me.blocked_by = c->owner;
		me.next = waiters;
		waiters = &me;
		{
			struct wait_queue_entry w;

			prepare_to_wait(&lock_wait, &w);
			if (signal_pending())
				err = -ERESTARTSYS;
			else if (conflict(inode, l))
				schedule();
			finish_wait(&lock_wait, &w);
		}
		for (p = &waiters; *p != &me; p = &(*p)->next)
			;
		*p = me.next;
		if (err)
			break;
	}
	return err;
}

/* Sets or (@unlock) clears. => called without any lock */
static int set_lock(struct file *f, struct file_lock *want, bool unlock, bool wait)
{
	struct inode *inode = f->inode;
	struct file_lock *l = kmalloc(sizeof(*l), GFP_KERNEL), *spare = kmalloc(sizeof(*spare), GFP_KERNEL);
	int err = l && spare ? 0 : -ENOLCK;

	if (!err && !unlock) {
		err = conflict(inode, want) ? wait ? wait_for(inode, want) : -EAGAIN : 0;
		f->has_locks = true;
		posix_locks_used = true;
	}
	if (!err) {
		carve(inode, want, &spare);
		if (!unlock) {
			*l = *want;
			coalesce(inode, l);
			insert_sorted(inode, l);
			l = NULL;
		}
		wake_up(&lock_wait);
	}
	kfree(l);
	kfree(spare);
	return err;
}

static int range_of(struct file *f, const struct flock_abi *fl, struct file_lock *l)
{
	s64 start = fl->l_start;

	switch (fl->l_whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (__builtin_add_overflow(start, (s64)f->pos, &start))
			return -EOVERFLOW;
		break;
	case SEEK_END:
		if (__builtin_add_overflow(start, (s64)file_size(f), &start))
			return -EOVERFLOW;
		break;
	default:
		return -EINVAL;
	}
	l->end = ~0ULL;
	if (fl->l_len > 0 && __builtin_add_overflow(start, fl->l_len, (s64 *)&l->end))
		return -EOVERFLOW;
	if (fl->l_len < 0) {
		l->end = start;
		start += fl->l_len;
	}
	if (start < 0)
		return -EINVAL;
	l->start = start;
	return 0;
}

static long get_lock(struct flock_abi *fl, const struct file_lock *want, struct inode *inode, unsigned long arg)
{
	struct file_lock *c = conflict(inode, want);

	if (!c) {
		fl->l_type = F_UNLCK;
	} else {
		fl->l_type = c->exclusive ? F_WRLCK : F_RDLCK;
		fl->l_whence = SEEK_SET;
		fl->l_start = c->start;
		fl->l_len = c->end == ~0ULL ? 0 : c->end - c->start;
		fl->l_pid = pid_vnr(c->pid);
	}
	return copy_to_user((void *)arg, fl, sizeof(*fl)) ? -EFAULT : 0;
}

long fcntl_record_lock(unsigned int fd, struct file *f, unsigned int cmd, unsigned long arg)
{
	bool ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	struct file_lock l = { .kind = KIND_POSIX };
	struct flock_abi fl;
	int err;

	if (copy_from_user(&fl, (void *)arg, sizeof(fl)))
		return -EFAULT;
	if (fl.l_type != F_RDLCK && fl.l_type != F_WRLCK && fl.l_type != F_UNLCK)
		return -EINVAL;
	if (ofd && fl.l_pid)
		return -EINVAL;
	err = range_of(f, &fl, &l);
	if (err)
		return err;
	l.owner = ofd ? (const void *)f : current->files;
	l.pid = ofd ? -1 : current->tgid;
	l.exclusive = fl.l_type == F_WRLCK;
	if (cmd == F_GETLK || cmd == F_OFD_GETLK)
		return fl.l_type == F_UNLCK ? -EINVAL : get_lock(&fl, &l, f->inode, arg);
	if ((fl.l_type == F_RDLCK && !(f->mode & FMODE_READ)) || (fl.l_type == F_WRLCK && !(f->mode & FMODE_WRITE)))
		return -EBADF;
	return set_lock(f, &l, fl.l_type == F_UNLCK, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
}

SYSCALL(flock)
{
	struct fd fd = fdget(a0);
	struct file_lock l = { .kind = KIND_FLOCK, .end = ~0ULL, .owner = fd.file, .exclusive = (a1 & ~LOCK_NB) == LOCK_EX };
	long op = a1 & ~(long)LOCK_NB, ret;

	if (!fd.file)
		return -EBADF;
	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		ret = -EINVAL;
	else
		ret = set_lock(fd.file, &l, op == LOCK_UN, !(a1 & LOCK_NB));
	fdput(fd);
	return ret;
}

static void remove_all(struct inode *inode, enum lock_kind kind, const void *owner)
{
	struct file_lock *l, *n;

	list_for_each_entry_safe(l, n, &inode->flocks, list)
		if (l->kind == kind && l->owner == owner) {
			list_del(&l->list);
			kfree(l);
		}
	wake_up(&lock_wait);
}

/* close() of any descriptor of a file drops the process's record locks on it. */
void locks_remove_posix(struct file *f, const void *owner)
{
	remove_all(f->inode, KIND_POSIX, owner);
}

void locks_remove_file(struct file *f)
{
	remove_all(f->inode, KIND_POSIX, f);
	remove_all(f->inode, KIND_FLOCK, f);
}
