/* SPDX-License-Identifier: MIT */
/*
 * epoll(7). Each watched file has an item whose wait entries stay on the file's queues; a wake puts the item on
 * the ready list. epoll_wait asks only the items there; a level-triggered one goes back to the list's end as long
 * as it is ready, an edge-triggered one waits for the next wake. So the cost follows what happens, not what is watched.
 *
 * Items hold no reference to their file: its last close removes them (epoll_file_gone).
 * Lock [r]: ep->lock, irq-safe: wakes come from interrupts. The rest changes only in tasks, without sleeping between.
 */
#include "internal.h"
#include <fs/poll.h>
#include <task/signal.h>
#include <x86/cpu.h>

#define ITEM_QUEUES 2
#define MAX_NESTING 5           /* epolls over each other */

struct epoll {
	spinlock_t lock;
	struct list_head ready;         /* [r] */
	struct list_head items;
	struct wait_queue_head wait;
	struct file *file;              /* itself */
};

struct item_wait {
	struct wait_queue_entry w;
	struct wait_queue_head *queue;
	struct epitem *item;
};

struct epitem {
	struct list_head list, ready;
	bool on_ready;                  /* [r] */
	struct epitem *next_of_file;
	struct epoll *ep;
	struct file *file;
	int fd;
	struct epoll_event_abi ev;
	unsigned int nr_waits;
	struct item_wait waits[ITEM_QUEUES];
};

static const struct file_operations epoll_fops;

/* True: somebody waits for it. */
static bool make_ready(struct epitem *it)
{
	bool waited = !list_empty(&it->ep->wait.head);
	unsigned long flags = spin_lock_irqsave(&it->ep->lock);

	if (!it->on_ready) {
		it->on_ready = true;
		list_add_tail(&it->ready, &it->ep->ready);
	}
	spin_unlock_irqrestore(&it->ep->lock, flags);
	wake_up(&it->ep->wait);
	return waited;
}

/* A queue of the file woke. Any context. */
static bool item_woken(struct wait_queue_entry *w)
{
	return make_ready(container_of(w, struct item_wait, w)->item);
}

struct item_table { struct poll_table pt; struct epitem *item; };

static void item_queue(struct poll_table *pt, struct wait_queue_head *q)
{
	struct epitem *it = container_of(pt, struct item_table, pt)->item;
	struct item_wait *iw;

	if (it->nr_waits == ITEM_QUEUES)
		return;
	iw = &it->waits[it->nr_waits++];
	iw->item = it;
	iw->queue = q;
	add_wait_callback(q, &iw->w, item_woken, it->ev.events & EPOLLEXCLUSIVE);
}

static unsigned int item_bits(struct epitem *it, struct poll_table *pt)
{
	return vfs_poll(it->file, pt) & ((it->ev.events & 0xffff) | POLLERR | POLLHUP);
}

static void free_item(struct epitem *it)
{
	unsigned long flags;

	for (unsigned int i = 0; i < it->nr_waits; i++)
		remove_wait_queue(it->waits[i].queue, &it->waits[i].w);
	flags = spin_lock_irqsave(&it->ep->lock);
	if (it->on_ready)
		list_del(&it->ready);
	spin_unlock_irqrestore(&it->ep->lock, flags);
	list_del(&it->list);
	for (struct epitem **p = (struct epitem **)&it->file->epitems; *p; p = &(*p)->next_of_file)
		if (*p == it) {
			*p = it->next_of_file;
			break;
		}
	kfree(it);
}

void epoll_file_gone(struct file *f)
{
	while (f->epitems)
		free_item(f->epitems);
}

static void epoll_release(struct file *f)
{
	struct epoll *ep = f->private;

	while (!list_empty(&ep->items))
		free_item(list_first_entry(&ep->items, struct epitem, list));
	kfree(ep);
}

/* Ready when one of the items on the list still is. */
static unsigned int epoll_poll(struct file *f, struct poll_table *pt)
{
	struct epoll *ep = f->private;
	struct epitem *it;

	poll_wait(pt, &ep->wait);
	list_for_each_entry(it, &ep->ready, ready)
		if (item_bits(it, NULL))
			return POLLIN | POLLRDNORM;
	return 0;
}

static const struct file_operations epoll_fops = { .poll = epoll_poll, .release = epoll_release };

static long do_epoll_create(unsigned int flags)
{
	struct epoll *ep;
	int fd;

	if (flags & ~(unsigned int)O_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	if (!ep)
		return -ENOMEM;
	spin_lock_init(&ep->lock, LOCK_TTY);
	INIT_LIST_HEAD(&ep->ready);
	INIT_LIST_HEAD(&ep->items);
	init_waitqueue_head(&ep->wait);
	spin_lock_init(&ep->wait.lock, LOCK_TIMER);     /* woken while a file's queue is locked */
	ep->file = anon_file(0600, "anon_inode:[eventpoll]", &epoll_fops, ep, O_RDWR);
	if (!ep->file) {
		kfree(ep);
		return -ENOMEM;
	}
	fd = fd_install_new(ep->file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(ep->file);
	return fd;
}

SYSCALL(epoll_create) { return (int)a0 <= 0 ? -EINVAL : do_epoll_create(0); }
SYSCALL(epoll_create1) { return do_epoll_create(a0); }

/* --- epoll_ctl ------------------------------------------------------------------------------- */

static struct epitem *find_item(struct epoll *ep, const struct file *f, int fd)
{
	for (struct epitem *it = f->epitems; it; it = it->next_of_file)
		if (it->ep == ep && it->fd == fd)
			return it;
	return NULL;
}

struct file *epoll_target(struct file *ep, int fd, u32 nth)
{
	struct epitem *it;

	if (ep->op != &epoll_fops)
		return ERR_PTR(-EINVAL);
	list_for_each_entry(it, &((struct epoll *)ep->private)->items, list)
		if (it->fd == fd && nth-- == 0)
			return it->file;
	return ERR_PTR(-ENOENT);
}

/* How many epolls watch @ep over each other, itself included; at most MAX_NESTING + 1. */
static int nested_above(const struct epoll *ep, int depth)
{
	int most = depth;

	if (depth <= MAX_NESTING)
		for (const struct epitem *it = ep->file->epitems; it; it = it->next_of_file)
			most = max(most, nested_above(it->ep, depth + 1));
	return most;
}

/* Does watching @f from @ep close a circle, or nest too deep below @depth others? */
static bool reaches(struct file *f, const struct epoll *ep, int depth)
{
	struct epoll *inner = f->private;
	struct epitem *it;

	if (f->op != &epoll_fops)
		return false;
	if (inner == ep || depth >= MAX_NESTING)
		return true;
	list_for_each_entry(it, &inner->items, list)
		if (reaches(it->file, ep, depth + 1))
			return true;
	return false;
}

static int item_add(struct epoll *ep, struct file *f, int fd, const struct epoll_event_abi *ev)
{
	struct epitem *it;
	struct item_table t = { .pt = { .queue = item_queue } };

	if (f->op == &epoll_fops && reaches(f, ep, nested_above(ep, 1)))
		return -ELOOP;
	it = kzalloc(sizeof(*it), GFP_KERNEL);
	if (!it)
		return -ENOMEM;
	it->ep = ep;
	it->file = f;
	it->fd = fd;
	it->ev = *ev;
	it->next_of_file = f->epitems;
	f->epitems = it;
	list_add_tail(&it->list, &ep->items);
	t.item = it;
	if (item_bits(it, &t.pt))
		make_ready(it);
	return 0;
}

static int item_change(struct epitem *it, const struct epoll_event_abi *ev)
{
	if ((it->ev.events | ev->events) & EPOLLEXCLUSIVE)
		return -EINVAL;
	it->ev = *ev;
	if (item_bits(it, NULL))
		make_ready(it);
	return 0;
}

SYSCALL(epoll_ctl)
{
	struct fd epfd = fdget(a0), fd = fdget(a2);
	struct epoll_event_abi ev = { 0 };
	struct epitem *it;
	struct epoll *ep;
	long ret = -EBADF;

	if (a1 != EPOLL_CTL_DEL && copy_from_user(&ev, (void *)a3, sizeof(ev))) {
		ret = -EFAULT;
		goto out;
	}
	if (!epfd.file || !fd.file)
		goto out;
	ret = -EPERM;
	if (!fd.file->op->poll)
		goto out;
	ret = -EINVAL;
	if (epfd.file->op != &epoll_fops || epfd.file == fd.file)
		goto out;
	if (a1 != EPOLL_CTL_DEL && (ev.events & EPOLLEXCLUSIVE) &&
	    (a1 == EPOLL_CTL_MOD || fd.file->op == &epoll_fops || (ev.events & ~EPOLLEXCLUSIVE_OK)))
		goto out;
	ep = epfd.file->private;
	it = find_item(ep, fd.file, a2);
	switch (a1) {
	case EPOLL_CTL_ADD:
		ret = it ? -EEXIST : item_add(ep, fd.file, a2, &ev);
		break;
	case EPOLL_CTL_MOD:
		ret = it ? item_change(it, &ev) : -ENOENT;
		break;
	case EPOLL_CTL_DEL:
		ret = it ? 0 : -ENOENT;
		if (it)
			free_item(it);
		break;
	}
out:
	fdput(fd);
	fdput(epfd);
	return ret;
}

/* --- epoll_wait ------------------------------------------------------------------------------ */

/* The first of the ready list, off it, unless that is @stop. */
static struct epitem *take_ready(struct epoll *ep, const struct epitem *stop)
{
	unsigned long flags = spin_lock_irqsave(&ep->lock);
	struct epitem *it = list_first_entry_or_null(&ep->ready, struct epitem, ready);

	if (it == stop)
		it = NULL;
	if (it) {
		list_del(&it->ready);
		it->on_ready = false;
	}
	spin_unlock_irqrestore(&ep->lock, flags);
	return it;
}

static void put_back(struct epoll *ep, struct epitem *it)
{
	unsigned long flags = spin_lock_irqsave(&ep->lock);

	if (!it->on_ready) {
		it->on_ready = true;
		list_add_tail(&it->ready, &ep->ready);
	}
	spin_unlock_irqrestore(&ep->lock, flags);
}

/* Reports what is ready, at most @max. Level-triggered items return to the list's end for the next call: there this one stops. */
static long collect(struct epoll *ep, struct epoll_event_abi __user *out, int max)
{
	struct epitem *it, *first_again = NULL;
	long n = 0;

	while (n < max && (it = take_ready(ep, first_again)) != NULL) {
		struct epoll_event_abi ev = { item_bits(it, NULL), it->ev.data };

		if (!ev.events)
			continue;
		if (it->ev.events & EPOLLONESHOT) {
			it->ev.events &= EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE | EPOLLWAKEUP;
		} else if (!(it->ev.events & EPOLLET)) {
			put_back(ep, it);
			first_again = first_again ? first_again : it;
		}
		/* The item may be gone after this: the copy can sleep. */
		if (copy_to_user(&out[n], &ev, sizeof(ev)))
			return n ? n : -EFAULT;
		n++;
	}
	return n;
}

static long do_epoll_wait(unsigned int epfd, void __user *out, int max, u64 deadline)
{
	struct fd fd = fdget(epfd);
	struct epoll *ep;
	long n = -EBADF;

	if (!fd.file)
		return n;
	n = -EINVAL;
	if (fd.file->op != &epoll_fops || max <= 0 || max > 0x7fffffff / (int)sizeof(struct epoll_event_abi))
		goto out;
	n = -EFAULT;
	if (!access_ok(out, (size_t)max * sizeof(struct epoll_event_abi)))
		goto out;
	ep = fd.file->private;
	for (;;) {
		n = collect(ep, out, max);
		if (n || deadline == 0)
			break;
		n = wait_event_interruptible_until(ep->wait, !list_empty(&ep->ready), deadline);
		if (n == -ETIMEDOUT) {
			n = 0;
			break;
		}
		if (n) {
			n = -EINTR;
			break;
		}
	}
out:
	fdput(fd);
	return n;
}

static u64 ms_deadline(int ms)
{
	return ms < 0 ? ~0ULL : ms == 0 ? 0 : ktime_get_ns() + (u64)ms * 1000000;
}

static long epoll_pwait_masked(unsigned int epfd, void __user *out, int max, u64 deadline, const void __user *mask, size_t size)
{
	long ret = mask ? set_user_sigmask(mask, size) : 0;

	if (ret)
		return ret;
	ret = do_epoll_wait(epfd, out, max, deadline);
	restore_saved_sigmask_unless(ret == -EINTR);
	return ret;
}

SYSCALL(epoll_wait) { return do_epoll_wait(a0, (void *)a1, a2, ms_deadline(a3)); }
SYSCALL(epoll_pwait) { return epoll_pwait_masked(a0, (void *)a1, a2, ms_deadline(a3), (void *)a4, a5); }
SYSCALL(epoll_pwait2)
{
	u64 deadline = ~0ULL;
	s64 t[2];

	if (a3) {
		if (copy_from_user(t, (void *)a3, sizeof(t)))
			return -EFAULT;
		if (t[0] < 0 || (u64)t[1] >= 1000000000)
			return -EINVAL;
		deadline = !t[0] && !t[1] ? 0 : ktime_get_ns() + (u64)t[0] * 1000000000 + t[1];
	}
	return epoll_pwait_masked(a0, (void *)a1, a2, deadline, (void *)a4, a5);
}
