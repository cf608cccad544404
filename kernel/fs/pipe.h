/* SPDX-License-Identifier: MIT */
/* What pipe.c (reading, writing, opening) and pipe_splice.c (size, splice and tee) share. */
#ifndef FS_PIPE_H
#define FS_PIPE_H

#include "internal.h"

#define PIPE_DEF_PAGES 16

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

static inline u64 pipe_used(const struct pipe *p) { return p->head - p->tail; }
static inline u64 pipe_capacity(const struct pipe *p) { return (u64)p->nr_pages << PAGE_SHIFT; }

static inline void pipe_wake(struct wait_queue_head *q)
{
	if (!list_empty(&q->head))
		wake_up(q);
}

/* => p->lock. Moves at most @n bytes in, as far as there is room; *err says why less. */
size_t pipe_ring_write(struct pipe *p, const char *buf, size_t n, copy_fn copy, int *err);
/* Takes p->lock, waits for something, and moves at most @n bytes out. Bytes, 0: no writer is left, or -errno. */
ssize_t pipe_ring_take(struct pipe *p, void *buf, size_t n, bool nonblock, copy_fn copy);
ssize_t broken_pipe(void);              /* SIGPIPE and -EPIPE */

#endif
