/* SPDX-License-Identifier: MIT */
/*
 * How a file says what it is ready for, and which queues wake those who wait for more. A poll operation
 * calls poll_wait() for each of its queues (nothing happens when @pt is NULL), then returns its bits.
 */
#ifndef FS_POLL_H
#define FS_POLL_H

#include <fs/fs.h>
#include <task/wait.h>
#include <uapi/poll.h>

#define POLL_INLINE 8

struct poll_entry {
	struct wait_queue_entry wait;
	struct wait_queue_head *queue;
	struct file *file;              /* referenced while queued */
};

/* All the queues that one call sleeps on. */
struct poll_table {
	struct file *file;              /* whose poll operation runs */
	void (*queue)(struct poll_table *pt, struct wait_queue_head *q); /* NULL: sleep on it */
	unsigned int nr, max;
	int error;                      /* -ENOMEM: could not queue */
	struct poll_entry *entries;
	struct poll_entry inline_entries[POLL_INLINE];
};

void __poll_wait(struct poll_table *pt, struct wait_queue_head *q);
static inline void poll_wait(struct poll_table *pt, struct wait_queue_head *q)
{
	if (pt)
		__poll_wait(pt, q);
}

static inline unsigned int vfs_poll(struct file *f, struct poll_table *pt)
{
	if (!f->op->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	if (pt)
		pt->file = f;
	return f->op->poll(f, pt);
}

#endif
