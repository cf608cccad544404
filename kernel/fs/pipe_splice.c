// SPDX-License-Identifier: MIT
/* Pipes as a whole: their size (fcntl), and bytes that go in and out beside read and write: splice(2), vmsplice(2), tee(2). */
#include "pipe.h"
#include <fs/fasync.h>
#include <fs/poll.h>

long pipe_get_size(struct file *f)
{
	struct pipe *p = f->private;

	return f->op == &pipe_fops ? (long)pipe_capacity(p) : -EBADF;
}

/* F_SETPIPE_SZ: rounded up to a power of two pages; what is in the pipe must fit. */
long pipe_set_size(struct file *f, unsigned long size)
{
	struct pipe *p = f->private;
	unsigned int nr = 1;
	char **pages;

	if (f->op != &pipe_fops)
		return -EBADF;
	if (size > 1UL << 31)
		return -EINVAL;
	if (size > (unsigned long)pipe_max_size && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	while ((u64)nr << PAGE_SHIFT < size)
		nr *= 2;
	pages = kzalloc(nr * sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	mutex_lock(&p->lock);
	if (pipe_used(p) && DIV_ROUND_UP(p->head, PAGE_SIZE) - (p->tail >> PAGE_SHIFT) > nr) {
		mutex_unlock(&p->lock);
		kfree(pages);
		return -EBUSY;
	}
	/* The pages in use go to the front, the others back. */
	{
		unsigned int first = p->tail >> PAGE_SHIFT & (p->nr_pages - 1), n = p->nr_pages;

		for (unsigned int i = 0; i < n; i++) {
			char *page = p->pages[(first + i) & (n - 1)];

			if (i < nr)
				pages[i] = page;
			else if (page)
				free_pages_addr(page, 0);
		}
		p->head -= p->tail & PAGE_MASK;
		p->tail &= PAGE_SIZE - 1;
	}
	if (p->pages != p->inline_pages)
		kfree(p->pages);
	p->pages = pages;
	p->nr_pages = nr;
	mutex_unlock(&p->lock);
	pipe_wake(&p->wr_wait);
	return pipe_capacity(p);
}

ssize_t pipe_splice_user(struct file *f, void __user *buf, size_t n, bool nonblock)
{
	struct pipe *p = f->private;
	size_t done;
	int err = 0;

	if (!(f->mode & FMODE_WRITE))
		return pipe_ring_take(p, buf, n, nonblock, copy_to_user);
	if (!n)
		return 0;
	mutex_lock(&p->lock);
	while (p->readers && pipe_used(p) == pipe_capacity(p)) {
		mutex_unlock(&p->lock);
		err = nonblock ? -EAGAIN : wait_event_interruptible(p->wr_wait, pipe_used(p) < pipe_capacity(p) || !p->readers);
		if (err)
			return err;
		mutex_lock(&p->lock);
	}
	if (!p->readers) {
		mutex_unlock(&p->lock);
		return broken_pipe();
	}
	done = pipe_ring_write(p, buf, n, copy_from_user, &err);
	mutex_unlock(&p->lock);
	pipe_wake(&p->rd_wait);
	kill_fasync(p, POLL_IN);
	return done ? (ssize_t)done : err;
}

static void lock_two(struct pipe *a, struct pipe *b)
{
	mutex_lock(a < b ? &a->lock : &b->lock);
	mutex_lock(a < b ? &b->lock : &a->lock);
}

static void unlock_two(struct pipe *a, struct pipe *b)
{
	mutex_unlock(&a->lock);
	mutex_unlock(&b->lock);
}

/* Both locked, something in @a and room in @b. 1; or unlocked: 0 at the end of @a, -errno. */
static ssize_t tee_lock(struct pipe *a, struct pipe *b, bool nonblock)
{
	for (;;) {
		bool have, room, readers, writers;
		int err;

		lock_two(a, b);
		have = pipe_used(a);
		room = pipe_used(b) < pipe_capacity(b);
		readers = b->readers;
		writers = a->writers;
		if (have && room && readers)
			return 1;
		unlock_two(a, b);
		if (!readers)
			return broken_pipe();
		if (!have && !writers)
			return 0;
		if (nonblock)
			return -EAGAIN;
		err = have ? wait_event_interruptible(b->wr_wait, pipe_used(b) < pipe_capacity(b) || !b->readers) :
			wait_event_interruptible(a->rd_wait, pipe_used(a) || !a->writers);
		if (err)
			return err;
	}
}

ssize_t pipe_tee(struct file *in, struct file *out, size_t n, bool nonblock)
{
	struct pipe *a = in->private, *b = out->private;
	ssize_t ret = tee_lock(a, b, nonblock);
	size_t done = 0;
	int err = 0;

	if (ret <= 0)
		return ret;
	n = min(n, (size_t)pipe_used(a));
	while (done < n && !err) {
		u64 at = a->tail + done;
		size_t off = at & (PAGE_SIZE - 1), part = min(n - done, PAGE_SIZE - off);
		size_t put = pipe_ring_write(b, a->pages[at >> PAGE_SHIFT & (a->nr_pages - 1)] + off, part, copy_kernel, &err);

		done += put;
		if (put < part)
			break;
	}
	unlock_two(a, b);
	pipe_wake(&b->rd_wait);
	kill_fasync(b, POLL_IN);
	return done ? (ssize_t)done : err;
}
