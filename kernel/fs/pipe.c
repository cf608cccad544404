/* SPDX-License-Identifier: MIT */
/*
 * Pipes: a ring of pages between two positions that only grow. Pages come when first written and stay until
 * the last close; when the ring runs empty it starts over at its first page, so that small messages always
 * use the same one.
 *
 * Lock: pipe->lock, a mutex held over the user copies (one reader and one writer take turns; nobody sees half
 * a PIPE_BUF write). pipe(7) is the specification.
 */
#include "pipe.h"
#include <fs/fasync.h>
#include <fs/poll.h>
#include <task/signal.h>
#include <uapi/termios.h>

int pipe_max_size = 1 << 20;            /* root may exceed it */

static struct kmem_cache *pipe_cache;

static struct pipe *alloc_pipe(void)
{
	struct pipe *p;

	if (!pipe_cache) {
		pipe_cache = kmem_cache_create("pipe_inode_info", sizeof(struct pipe), 0);
		if (!pipe_cache)
			return NULL;
	}
	p = kmem_cache_alloc(pipe_cache, GFP_KERNEL);
	if (!p)
		return NULL;
	memset(p, 0, sizeof(*p));
	mutex_init(&p->lock);
	init_waitqueue_head(&p->rd_wait);
	init_waitqueue_head(&p->wr_wait);
	p->nr_pages = PIPE_DEF_PAGES;
	while (p->nr_pages > 1 && (p->nr_pages << PAGE_SHIFT) > (unsigned int)pipe_max_size && !capable(CAP_SYS_RESOURCE))
		p->nr_pages /= 2;
	p->pages = p->inline_pages;
	return p;
}

static void free_pipe(struct pipe *p)
{
	for (unsigned int i = 0; i < p->nr_pages; i++)
		if (p->pages[i])
			free_pages_addr(p->pages[i], 0);
	if (p->pages != p->inline_pages)
		kfree(p->pages);
	kmem_cache_free(pipe_cache, p);
}

/* Moves at most @n bytes out; what a failed copy leaves stays in the pipe. */
static size_t ring_read(struct pipe *p, char *buf, size_t n, copy_fn copy)
{
	size_t done = 0;

	n = min(n, (size_t)pipe_used(p));
	while (done < n) {
		size_t off = p->tail & (PAGE_SIZE - 1);
		char *page = p->pages[p->tail >> PAGE_SHIFT & (p->nr_pages - 1)];
		size_t part = min(n - done, PAGE_SIZE - off), left = copy(buf + done, page + off, part);

		done += part - left;
		p->tail += part - left;
		if (left)
			break;
	}
	if (p->head == p->tail)
		p->head = p->tail = 0;
	return done;
}

size_t pipe_ring_write(struct pipe *p, const char *buf, size_t n, copy_fn copy, int *err)
{
	size_t done = 0;

	n = min(n, (size_t)(pipe_capacity(p) - pipe_used(p)));
	while (done < n) {
		size_t off = p->head & (PAGE_SIZE - 1), part = min(n - done, PAGE_SIZE - off), left;
		char **page = &p->pages[p->head >> PAGE_SHIFT & (p->nr_pages - 1)];

		if (unlikely(!*page)) {
			*page = get_free_pages(GFP_KERNEL, 0);
			if (!*page) {
				*err = -ENOMEM;
				break;
			}
		}
		left = copy(*page + off, buf + done, part);
		done += part - left;
		p->head += part - left;
		if (left) {
			*err = -EFAULT;
			break;
		}
	}
	return done;
}

ssize_t pipe_ring_take(struct pipe *p, void *buf, size_t n, bool nonblock, copy_fn copy)
{
	size_t done;
	int err;

	if (!n)
		return 0;
	mutex_lock(&p->lock);
	while (p->head == p->tail) {
		err = !p->writers ? 0 : nonblock ? -EAGAIN : 1;
		mutex_unlock(&p->lock);
		if (err <= 0)
			return err;
		err = wait_event_interruptible(p->rd_wait, p->head != p->tail || !p->writers);
		if (err)
			return err;
		mutex_lock(&p->lock);
	}
	done = ring_read(p, buf, n, copy);
	mutex_unlock(&p->lock);
	pipe_wake(&p->wr_wait);
	kill_fasync(p, POLL_OUT);
	return done ? (ssize_t)done : -EFAULT;
}

static ssize_t pipe_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return pipe_ring_take(f->private, buf, n, f->flags & O_NONBLOCK, copy);
}

void pipe_unread(struct file *f, const char *data, size_t n)
{
	struct pipe *p = f->private;

	mutex_lock(&p->lock);
	if (p->head == p->tail)
		p->head = p->tail = n;  /* page 0 is there: an empty pipe begins with it */
	if (p->tail >= n && pipe_capacity(p) - pipe_used(p) >= n) {
		while (n--) {
			p->tail--;
			p->pages[p->tail >> PAGE_SHIFT & (p->nr_pages - 1)][p->tail & (PAGE_SIZE - 1)] = data[n];
		}
		pipe_wake(&p->rd_wait);
	}
	mutex_unlock(&p->lock);
}

size_t pipe_room(struct file *f)
{
	const struct pipe *p = f->private;

	return pipe_capacity(p) - pipe_used(p);
}

ssize_t broken_pipe(void)
{
	send_sig_info(SIGPIPE, NULL, current);
	return -EPIPE;
}

static ssize_t pipe_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct pipe *p = f->private;
	size_t done = 0;
	int err = 0;

	if (!n)
		return 0;
	mutex_lock(&p->lock);
	for (;;) {
		u64 room = pipe_capacity(p) - pipe_used(p);

		if (unlikely(!p->readers)) {
			mutex_unlock(&p->lock);
			err = (int)broken_pipe();       /* the signal comes also for a write that was partly done */
			return done ? (ssize_t)done : err;
		}
		/* Up to PIPE_BUF: all at once or not at all. */
		if (likely(room >= n - done || (room && n > PIPE_BUF))) {
			done += pipe_ring_write(p, (const char *)buf + done, n - done, copy, &err);
			pipe_wake(&p->rd_wait);
			if (err || done == n)
				break;
			continue;
		}
		err = (f->flags & O_NONBLOCK) ? -EAGAIN : 0;
		if (err)
			break;
		mutex_unlock(&p->lock);
		room = n > PIPE_BUF ? 1 : n;
		err = wait_event_interruptible(p->wr_wait, pipe_capacity(p) - pipe_used(p) >= room || !p->readers);
		mutex_lock(&p->lock);
		if (err)
			break;
	}
	mutex_unlock(&p->lock);
	if (done)
		kill_fasync(p, POLL_IN);
	return done ? (ssize_t)done : err;
}

static unsigned int pipe_poll(struct file *f, struct poll_table *pt)
{
	struct pipe *p = f->private;
	unsigned int bits = 0;

	if (f->mode & FMODE_READ) {
		poll_wait(pt, &p->rd_wait);
		if (pipe_used(p))
			bits |= POLLIN | POLLRDNORM;
		if (!p->writers && p->writer_opens != f->private2)
			bits |= POLLHUP;
	}
	if (f->mode & FMODE_WRITE) {
		poll_wait(pt, &p->wr_wait);
		if (pipe_capacity(p) - pipe_used(p) >= PIPE_BUF)
			bits |= POLLOUT | POLLWRNORM;
		if (!p->readers)
			bits |= POLLERR;
	}
	return bits;
}

static long pipe_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pipe *p = f->private;

	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user_u32(pipe_used(p), (void *)arg);
}

static void pipe_release(struct file *f)
{
	struct pipe *p = f->private;

	if (f->mode & FMODE_READ)
		p->readers--;
	if (f->mode & FMODE_WRITE)
		p->writers--;
	pipe_wake(&p->rd_wait);
	pipe_wake(&p->wr_wait);
	if (--p->users) {
		kill_fasync(p, POLL_IN);
		kill_fasync(p, POLL_OUT);
		return;
	}
	if (f->inode->private == p)
		f->inode->private = NULL;
	free_pipe(p);
}

const struct file_operations pipe_fops = {
	.read = pipe_read, .write = pipe_write, .poll = pipe_poll, .ioctl = pipe_ioctl, .release = pipe_release,
	.fasync = true,
};

static void pipe_add_user(struct pipe *p, struct file *f)
{
	f->private = p;
	f->op = &pipe_fops;
	p->users++;
	if (f->mode & FMODE_READ) {
		p->readers++;
		p->reader_opens++;
	}
	if (f->mode & FMODE_WRITE) {
		p->writers++;
		p->writer_opens++;
	}
}

/* fifo(7): an open for one side waits for the other. */
static int fifo_open(struct inode *inode, struct file *f)
{
	struct pipe *p = inode->private;
	unsigned int rd, wr;
	int err = 0;

	if (p && p->anonymous) {
		pipe_add_user(p, f);
		return 0;
	}
	if ((f->flags & O_ACCMODE) == O_WRONLY && (f->flags & O_NONBLOCK) && (!p || !p->readers))
		return -ENXIO;
	if (!p) {
		p = alloc_pipe();
		if (!p)
			return -ENOMEM;
		inode->private = p;
	}
	rd = p->reader_opens;
	wr = p->writer_opens;
	pipe_add_user(p, f);
	pipe_wake(&p->rd_wait);
	pipe_wake(&p->wr_wait);
	if ((f->flags & O_ACCMODE) == O_RDONLY && !p->writers) {
		if (f->flags & O_NONBLOCK)
			f->private2 = p->writer_opens;  /* no POLLHUP until a writer was there */
		else
			err = wait_event_interruptible(p->rd_wait, p->writer_opens != wr);
	} else if ((f->flags & O_ACCMODE) == O_WRONLY && !p->readers) {
		err = wait_event_interruptible(p->wr_wait, p->reader_opens != rd);
	}
	if (err)
		pipe_release(f);
	return err;
}

const struct file_operations fifo_open_fops = { .open = fifo_open };

static int make_pipe(struct file **rd, struct file **wr, unsigned int flags)
{
	struct pipe *p = alloc_pipe();

	if (!p)
		return -ENFILE;
	p->anonymous = true;
	*rd = anon_file(S_IFIFO | 0600, NULL, NULL, p, O_RDONLY | flags);
	if (!*rd) {
		free_pipe(p);
		return -ENFILE;
	}
	(*rd)->inode->fop = &fifo_open_fops;    /* a second open, through /proc/PID/fd */
	(*rd)->inode->private = p;
	pipe_add_user(p, *rd);
	*wr = alloc_file(path_get((*rd)->path), O_WRONLY | flags, NULL);
	if (!*wr) {
		path_put((*rd)->path);
		fput(*rd);
		return -ENFILE;
	}
	pipe_add_user(p, *wr);
	(*rd)->private2 = 0;
	return 0;
}

static long do_pipe(int __user *user, unsigned int flags)
{
	struct file *rd, *wr;
	int fd[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	err = make_pipe(&rd, &wr, flags & O_NONBLOCK);
	if (err)
		return err;
	fd[0] = fd_install_new(rd, 0, flags & O_CLOEXEC);
	if (fd[0] < 0) {
		err = fd[0];
		goto out_files;
	}
	fd[1] = fd_install_new(wr, 0, flags & O_CLOEXEC);
	if (fd[1] < 0) {
		err = fd[1];
		close_fd(fd[0]);
		fput(wr);
		return err;
	}
	if (copy_to_user(user, fd, sizeof(fd))) {
		close_fd(fd[0]);
		close_fd(fd[1]);
		return -EFAULT;
	}
	return 0;
out_files:
	fput(rd);
	fput(wr);
	return err;
}

SYSCALL(pipe) { return do_pipe((int *)a0, 0); }
SYSCALL(pipe2) { return do_pipe((int *)a0, a1); }

