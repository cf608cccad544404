/* SPDX-License-Identifier: MIT */
/*
 * inotify(7): a descriptor with a queue of events and a set of watches, each a mark on an inode (fs/notify.h).
 * An event that says the same as the last one in the queue is left out; when the queue is full, one IN_Q_OVERFLOW
 * stands for all that was lost.
 */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/notify.h>
#include <fs/poll.h>
#include <proc/seq_file.h>
#include <task/signal.h>
#include <uapi/termios.h>

/* /proc/sys/fs/inotify; instances and watches are counted for each user */
int inotify_max_queued_events = 16384, inotify_max_user_instances = 128, inotify_max_user_watches = 65536;

struct queued_event {
	struct list_head list;
	s32 wd;
	u32 mask, cookie;
	u32 name_len;                   /* without NUL */
	char name[];
};

struct inotify {
	struct list_head all;           /* instances */
	u32 uid;                        /* whose it counts for */
	unsigned int nr_watches, nr_events;
	s32 last_wd;
	bool wrapped;                   /* last_wd was at its end once: numbers may be taken */
	bool overflowed;                /* IN_Q_OVERFLOW is in the queue */
	struct list_head watches, events;
	struct wait_queue_head wait;
};

struct watch {
	struct fsnotify_mark mark;
	struct inotify *in;
	struct list_head list;
	s32 wd;
	u32 mask;                       /* IN_ONESHOT, IN_EXCL_UNLINK too */
};

static LIST_HEAD(instances);    /* [1] */

/* What a read of @e takes: the name with a NUL, in units of the header's size. */
static size_t padded_name(const struct queued_event *e)
{
	return e->name_len ? ALIGN(e->name_len + 1UL, sizeof(struct inotify_event_abi)) : 0;
}

static size_t event_size(const struct queued_event *e)
{
	return sizeof(struct inotify_event_abi) + padded_name(e);
}

static bool same_as_last(const struct inotify *in, s32 wd, u32 mask, const char *name, size_t len)
{
	const struct queued_event *e;

	if (list_empty(&in->events) || (mask & IN_IGNORED))
		return false;
	e = list_last_entry(&in->events, struct queued_event, list);
	return e->wd == wd && e->mask == mask && e->name_len == len && (!len || !memcmp(e->name, name, len));
}

static void queue_event(struct inotify *in, s32 wd, u32 mask, u32 cookie, const char *name, size_t len)
{
	struct queued_event *e = NULL;

	if (same_as_last(in, wd, mask, name, len))
		return;
	if (in->nr_events < (unsigned int)inotify_max_queued_events)
		e = kmalloc(sizeof(*e) + len, GFP_KERNEL);
	if (!e) {
		if (in->overflowed)
			return;
		e = kmalloc(sizeof(*e), GFP_KERNEL);
		if (!e)
			return;         /* the next event tries again to say so */
		in->overflowed = true;
		wd = -1;
		mask = IN_Q_OVERFLOW;
		cookie = len = 0;
	}
	e->wd = wd;
	e->mask = mask;
	e->cookie = cookie;
	e->name_len = len;
	if (len)
		memcpy(e->name, name, len);
	list_add_tail(&e->list, &in->events);
	in->nr_events++;
	wake_up(&in->wait);
	kill_fasync(in, POLL_IN);
}

/* Its mark is off. */
static void free_watch(struct watch *w)
{
	list_del(&w->list);
	w->in->nr_watches--;
	kfree(w);
}

static void watch_gone(struct fsnotify_mark *m)
{
	struct watch *w = container_of(m, struct watch, mark);

	queue_event(w->in, w->wd, IN_IGNORED, 0, NULL, 0);
	free_watch(w);
}

static void remove_watch(struct watch *w)
{
	fsnotify_remove_mark(&w->mark);
	watch_gone(&w->mark);
}

static void watch_event(struct fsnotify_mark *m, const struct fsnotify_event *e)
{
	struct watch *w = container_of(m, struct watch, mark);
	u32 mask = e->mask;

	if (e->unlinked && (w->mask & IN_EXCL_UNLINK))
		return;
	if (mask & (IN_MOVE_SELF | IN_DELETE_SELF))
		mask &= ~IN_ISDIR;      /* never said with these, by history */
	queue_event(w->in, w->wd, mask, e->cookie, e->name, e->name_len);
	if (w->mask & IN_ONESHOT)
		remove_watch(w);
}

/* --- the descriptor -------------------------------------------------------------------------- */

static long put_event(const struct queued_event *e, char *buf, copy_fn copy)
{
	static const char zeros[sizeof(struct inotify_event_abi)];
	size_t pad = padded_name(e) - e->name_len;
	struct inotify_event_abi head = { e->wd, e->mask, e->cookie, padded_name(e) };

	if (copy(buf, &head, sizeof(head)))
		return -EFAULT;
	buf += sizeof(head);
	if (e->name_len && (copy(buf, e->name, e->name_len) || copy(buf + e->name_len, zeros, pad)))
		return -EFAULT;
	return 0;
}

static ssize_t inotify_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct inotify *in = f->private;
	size_t done = 0;
	long err = 0;

	if (list_empty(&in->events)) {
		err = (f->flags & O_NONBLOCK) ? -EAGAIN : wait_event_interruptible(in->wait, !list_empty(&in->events));
		if (err)
			return err;
	}
	while (!err && !list_empty(&in->events)) {
		struct queued_event *e = list_first_entry(&in->events, struct queued_event, list);

		if (event_size(e) > n - done) {
			err = -EINVAL;
			break;
		}
		/* Off the queue first: the copy may sleep, and another reader must not see it. */
		list_del(&e->list);
		in->nr_events--;
		if (e->mask & IN_Q_OVERFLOW)
			in->overflowed = false;
		err = put_event(e, (char *)buf + done, copy);
		if (!err)
			done += event_size(e);
		kfree(e);
	}
	return err == -EFAULT || !done ? err : (ssize_t)done;
}

static unsigned int inotify_poll(struct file *f, struct poll_table *pt)
{
	struct inotify *in = f->private;

	poll_wait(pt, &in->wait);
	return list_empty(&in->events) ? 0 : POLLIN | POLLRDNORM;
}

static long inotify_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct inotify *in = f->private;
	struct queued_event *e;
	size_t size = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	list_for_each_entry(e, &in->events, list)
		size += event_size(e);
	return put_user_u32(size, (void *)arg);
}

static void inotify_release(struct file *f)
{
	struct inotify *in = f->private;
	struct queued_event *e, *next;
	struct watch *w, *next_w;

	list_for_each_entry_safe(w, next_w, &in->watches, list) {
		fsnotify_remove_mark(&w->mark);
		free_watch(w);
	}
	list_for_each_entry_safe(e, next, &in->events, list)
		kfree(e);
	list_del(&in->all);
	kfree(in);
}

static void inotify_fdinfo(struct file *f, struct seq_file *m)
{
	struct inotify *in = f->private;
	struct watch *w;

	list_for_each_entry(w, &in->watches, list)
		seq_printf(m, "inotify wd:%x ino:%lx sdev:%lx mask:%x ignored_mask:0 \n", w->wd, (unsigned long)w->mark.inode->ino,
			   (unsigned long)w->mark.inode->sb->dev, w->mask);
}

static const struct file_operations inotify_fops = {
	.read = inotify_read, .llseek = noop_llseek, .poll = inotify_poll, .ioctl = inotify_ioctl, .release = inotify_release, .fdinfo = inotify_fdinfo,
	.fasync = true,
};

static unsigned int count_instances(u32 uid)
{
	struct inotify *in;
	unsigned int n = 0;

	list_for_each_entry(in, &instances, all)
		n += in->uid == uid;
	return n;
}

static unsigned int count_watches(u32 uid)
{
	struct inotify *in;
	unsigned int n = 0;

	list_for_each_entry(in, &instances, all)
		n += in->uid == uid ? in->nr_watches : 0;
	return n;
}

static long do_inotify_init(unsigned int flags)
{
	struct inotify *in;
	struct file *f;
	int fd;

	if (flags & ~(unsigned int)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	if (count_instances(current->cred.uid) >= (unsigned int)inotify_max_user_instances)
		return -EMFILE;
	in = kzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return -ENOMEM;
	in->uid = current->cred.uid;
	INIT_LIST_HEAD(&in->watches);
	INIT_LIST_HEAD(&in->events);
	init_waitqueue_head(&in->wait);
	f = anon_file(0600, "anon_inode:inotify", &inotify_fops, in, O_RDONLY | (flags & O_NONBLOCK));
	if (!f) {
		kfree(in);
		return -ENOMEM;
	}
	list_add_tail(&in->all, &instances);
	fd = fd_install_new(f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

SYSCALL(inotify_init) { return do_inotify_init(0); }
SYSCALL(inotify_init1) { return do_inotify_init(a0); }

/* --- watches --------------------------------------------------------------------------------- */

#define WATCH_BITS (IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK)
#define ALL_BITS (WATCH_BITS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_CREATE | \
		  IN_MASK_ADD | IN_ISDIR)

static struct watch *watch_of_wd(const struct inotify *in, s32 wd)
{
	struct watch *w;

	list_for_each_entry(w, &in->watches, list)
		if (w->wd == wd)
			return w;
	return NULL;
}

static struct watch *watch_of_inode(const struct inotify *in, const struct inode *inode)
{
	for (struct fsnotify_mark *m = inode->marks; m; m = m->next) {
		struct watch *w = container_of(m, struct watch, mark);

		if (m->event == watch_event && w->in == in)
			return w;
	}
	return NULL;
}

static s32 new_wd(struct inotify *in)
{
	do {
		in->wrapped = in->wrapped || in->last_wd == 0x7fffffff;
		in->last_wd = in->last_wd == 0x7fffffff ? 1 : in->last_wd + 1;
	} while (in->wrapped && watch_of_wd(in, in->last_wd));
	return in->last_wd;
}

static long add_watch(struct inotify *in, struct inode *inode, u32 mask)
{
	struct watch *w = watch_of_inode(in, inode);

	if (w && (mask & IN_MASK_CREATE))
		return -EEXIST;
	if (w) {
		w->mask = ((mask & IN_MASK_ADD) ? w->mask : 0) | (mask & WATCH_BITS);
		w->mark.mask = (w->mask & IN_ALL_EVENTS) | IN_UNMOUNT;
		return w->wd;
	}
	if (count_watches(in->uid) >= (unsigned int)inotify_max_user_watches)
		return -ENOSPC;
	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	w->in = in;
	w->wd = new_wd(in);
	w->mask = mask & WATCH_BITS;
	w->mark.mask = (w->mask & IN_ALL_EVENTS) | IN_UNMOUNT;
	w->mark.event = watch_event;
	w->mark.gone = watch_gone;
	list_add_tail(&w->list, &in->watches);
	in->nr_watches++;
	fsnotify_add_mark(&w->mark, inode);
	return w->wd;
}

static long watch_path(struct file *f, const char __user *path, u32 mask)
{
	struct path p;
	long ret;

	if ((mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE))
		return -EINVAL;
	if (f->op != &inotify_fops)
		return -EINVAL;
	ret = user_path(AT_FDCWD, path, ((mask & IN_DONT_FOLLOW) ? 0 : LOOKUP_FOLLOW) | ((mask & IN_ONLYDIR) ? LOOKUP_DIRECTORY : 0), &p);
	if (ret)
		return ret;
	ret = inode_permission(p.dentry->inode, R_OK);
	if (!ret)
		ret = add_watch(f->private, p.dentry->inode, mask);
	path_put(p);
	return ret;
}

SYSCALL(inotify_add_watch)
{
	u32 mask = a2;
	struct fd fd;
	long ret;

	if ((mask & ~ALL_BITS) || !mask)
		return -EINVAL;
	fd = fdget(a0);
	ret = fd.file ? watch_path(fd.file, (const char *)a1, mask) : -EBADF;
	fdput(fd);
	return ret;
}

SYSCALL(inotify_rm_watch)
{
	struct fd fd = fdget(a0);
	struct watch *w;
	long ret = 0;

	if (!fd.file)
		return -EBADF;
	w = fd.file->op == &inotify_fops ? watch_of_wd(fd.file->private, a1) : NULL;
	if (w)
		remove_watch(w);
	else
		ret = -EINVAL;
	fdput(fd);
	return ret;
}
