/* SPDX-License-Identifier: MIT */
/*
 * POSIX message queues, mq_overview(7): mqueue.c has the queues as objects (names, attributes, limits), mqueue_msg.c what goes
 * through them. Locking as in internal.h: none; user copies come before or after.
 */
#ifndef KERNEL_IPC_MQUEUE_H
#define KERNEL_IPC_MQUEUE_H

#include "internal.h"
#include <fs/poll.h>
#include <fs/vfs.h>
#include <uapi/mqueue.h>

struct mqueue {
	struct ipc_namespace *ns;       /* NULL: it is gone, only descriptors are left */
	struct list_head of_ns;         /* in ns->mqueues */
	u64 max_messages, max_size;
	u64 nr, bytes;
	struct list_head messages;      /* highest priority first, then oldest */
	struct list_head senders, receivers;
	struct wait_queue_head poll;
	u32 uid;                        /* whose RLIMIT_MSGQUEUE @charged counts against */
	u64 charged;
	/* Who is told when a message comes into the empty queue; pid 0: nobody. Once. */
	struct {
		pid_t pid;
		u64 start_time_ns;
		struct sigevent_abi event;
		struct unix_sock *sock; /* SIGEV_THREAD: where the library's thread waits for the cookie; referenced */
		u8 cookie[NOTIFY_COOKIE_LEN];
	} notify;
};

/* The queue behind descriptor @fd, opened for @mode (FMODE_READ, FMODE_WRITE, 0: either); the file referenced in *f. ERR_PTR */
struct mqueue *mqueue_get(unsigned int fd, unsigned int mode, struct file **f);
void mqueue_drop_messages(struct mqueue *q);
void mqueue_forget_notify(struct mqueue *q);    /* nobody is told any more; a thread that waits hears so */

#endif
