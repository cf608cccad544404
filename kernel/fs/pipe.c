/* SPDX-License-Identifier: MIT */
/*
 * Pipes: a ring of pages between two positions that only grow. Pages come when first written and stay until
 * the last close; when the ring runs empty it starts over at its first page, so that small messages always
 * use the same one.
 *
 * Lock: pipe->lock, a mutex held over the user copies (one reader and one writer take turns; nobody sees half
 * a PIPE_BUF write). pipe(7) is the specification.
 */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/poll.h>
#include <task/signal.h>
#include <uapi/termios.h>

#define PIPE_DEF_PAGES 16
int pipe_max_size = 1 << 20;            /* /proc/sys/fs/pipe-max-size; root may exceed it */

struct pipe {
	struct mutex lock;
	u64 head, tail;                 /* bytes ever written, read (since the ring was empty) */
	unsigned int nr_pages;          /* power of two */
	unsigned int readers, writers;  /* opens */
	unsigned int reader_opens, writer_opens; /* ever: a fifo's open waits for the other side's next one */
	bool anonymous;                 /* made by pipe(2): opening it again through /proc/PID/fd never waits */
	unsigned int users;             /* opens, for a fifo: the struct lives while there are any */
	struct wait_queue_head rd_wait, wr_wait;
	char **pages;
	char *inline_pages[PIPE_DEF_PAGES];
};

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

static inline u64 used(const struct pipe *p) { return p->head - p->tail; }
static inline u64 capacity(const struct pipe *p) { return (u64)p->nr_pages << PAGE_SHIFT; }

static inline void wake(struct wait_queue_head *q)
{
	if (!list_empty(&q->head))
		wake_up(q);
}

/* Moves at most @n bytes out; what a failed copy leaves stays in the pipe. */
static size_t ring_read(struct pipe *p, char *buf, size_t n, copy_fn copy)
{
	size_t done = 0;

	n = min(n, (size_t)used(p));
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

/* Moves at most @n bytes in, as far as there is room; *err says why less. */
static size_t ring_write(struct pipe *p, const char *buf, size_t n, copy_fn copy, int *err)
{
	size_t done = 0;

	n = min(n, (size_t)(capacity(p) - used(p)));
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

static ssize_t ring_take(struct pipe *p, void *buf, size_t n, bool nonblock, copy_fn copy)
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
	wake(&p->wr_wait);
	kill_fasync(p, POLL_OUT);
	return done ? (ssize_t)done : -EFAULT;
}

static ssize_t pipe_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return ring_take(f->private, buf, n, f->flags & O_NONBLOCK, copy);
}

void pipe_unread(struct file *f, const char *data, size_t n)
{
	struct pipe *p = f->private;

	mutex_lock(&p->lock);
	if (p->head == p->tail)
		p->head = p->tail = n;  /* page 0 is there: an empty pipe begins with it */
	if (p->tail >= n && capacity(p) - used(p) >= n) {
		while (n--) {
			p->tail--;
			p->pages[p->tail >> PAGE_SHIFT & (p->nr_pages - 1)][p->tail & (PAGE_SIZE - 1)] = data[n];
		}
		wake(&p->rd_wait);
	}
	mutex_unlock(&p->lock);
}

size_t pipe_room(struct file *f)
{
	const struct pipe *p = f->private;

	return capacity(p) - used(p);
}

static ssize_t broken_pipe(void)
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
		u64 room = capacity(p) - used(p);

		if (unlikely(!p->readers)) {
			mutex_unlock(&p->lock);
			err = (int)broken_pipe();       /* the signal comes also for a write that was partly done */
			return done ? (ssize_t)done : err;
		}
		/* Up to PIPE_BUF: all at once or not at all. */
		if (likely(room >= n - done || (room && n > PIPE_BUF))) {
			done += ring_write(p, (const char *)buf + done, n - done, copy, &err);
			wake(&p->rd_wait);
			if (err || done == n)
				break;
			continue;
		}
		err = (f->flags & O_NONBLOCK) ? -EAGAIN : 0;
		if (err)
			break;
		mutex_unlock(&p->lock);
		room = n > PIPE_BUF ? 1 : n;
		err = wait_event_interruptible(p->wr_wait, capacity(p) - used(p) >= room || !p->readers);
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
		if (used(p))
			bits |= POLLIN | POLLRDNORM;
		if (!p->writers && p->writer_opens != f->private2)
			bits |= POLLHUP;
	}
	if (f->mode & FMODE_WRITE) {
		poll_wait(pt, &p->wr_wait);
		if (capacity(p) - used(p) >= PIPE_BUF)
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
	return put_user_u32(used(p), (void *)arg);
}

static void pipe_release(struct file *f)
{
	struct pipe *p = f->private;

	if (f->mode & FMODE_READ)
		p->readers--;
	if (f->mode & FMODE_WRITE)
		p->writers--;
	wake(&p->rd_wait);
	wake(&p->wr_wait);
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
	wake(&p->rd_wait);
	wake(&p->wr_wait);
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

long pipe_get_size(struct file *f)
{
	struct pipe *p = f->private;

	return f->op == &pipe_fops ? (long)capacity(p) : -EBADF;
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
	if (used(p) && DIV_ROUND_UP(p->head, PAGE_SIZE) - (p->tail >> PAGE_SHIFT) > nr) {
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
	wake(&p->wr_wait);
	return capacity(p);
}

/* --- splicing -------------------------------------------------------------------------------- */

ssize_t pipe_splice_user(struct file *f, void __user *buf, size_t n, bool nonblock)
{
	struct pipe *p = f->private;
	size_t done;
	int err = 0;

	if (!(f->mode & FMODE_WRITE))
		return ring_take(p, buf, n, nonblock, copy_to_user);
	if (!n)
		return 0;
	mutex_lock(&p->lock);
	while (p->readers && used(p) == capacity(p)) {
		mutex_unlock(&p->lock);
		err = nonblock ? -EAGAIN : wait_event_interruptible(p->wr_wait, used(p) < capacity(p) || !p->readers);
		if (err)
			return err;
		mutex_lock(&p->lock);
	}
	if (!p->readers) {
		mutex_unlock(&p->lock);
		return broken_pipe();
	}
	done = ring_write(p, buf, n, copy_from_user, &err);
	mutex_unlock(&p->lock);
	wake(&p->rd_wait);
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
		have = used(a);
		room = used(b) < capacity(b);
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
		err = have ? wait_event_interruptible(b->wr_wait, used(b) < capacity(b) || !b->readers) :
			wait_event_interruptible(a->rd_wait, used(a) || !a->writers);
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
	n = min(n, (size_t)used(a));
	while (done < n && !err) {
		u64 at = a->tail + done;
		size_t off = at & (PAGE_SIZE - 1), part = min(n - done, PAGE_SIZE - off);
		size_t put = ring_write(b, a->pages[at >> PAGE_SHIFT & (a->nr_pages - 1)] + off, part, copy_kernel, &err);

		done += put;
		if (put < part)
			break;
	}
	unlock_two(a, b);
	wake(&b->rd_wait);
	kill_fasync(b, POLL_IN);
	return done ? (ssize_t)done : err;
}
