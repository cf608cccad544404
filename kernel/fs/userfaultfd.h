/* SPDX-License-Identifier: MIT */
/*
 * userfaultfd(2): the descriptor's state, shared by what reads it (userfaultfd.c) and who waits for it
 * (userfaultfd_wait.c). mm/userfaultfd.h is the half below.
 *
 * A waiter lies on its own task's stack: the fault of one task, or an event. It is on one list at most: those not read yet
 * (faults, events) or the faults that are read and not answered (told). It takes itself off when it gives up.
 * Lock: [u] uffd->lock, LOCK_UFFD.
 */
#ifndef KERNEL_FS_USERFAULTFD_H
#define KERNEL_FS_USERFAULTFD_H

#include "internal.h"
#include <mm/userfaultfd.h>

struct uffd_waiter {
	struct list_head list;          /* [u] */
	struct task_struct *task;
	struct uffd_msg_abi msg;
	struct uffd_ctx *child;         /* [u] of FORK, until a descriptor has it */
	unsigned long addr;             /* of a fault: its page */
	bool done;                      /* [u] answered or read */
};

struct uffd {
	struct uffd_ctx ctx;
	spinlock_t lock;
	struct list_head faults, told, events;  /* [u] */
	struct wait_queue_head readers;
};

#define UFFD_INITIALIZED (1u << 31)     /* in ctx.features, after UFFDIO_API; fdinfo shows it, as on Linux */

static inline struct uffd *uffd_of(struct uffd_ctx *ctx) { return container_of(ctx, struct uffd, ctx); }

struct uffd *uffd_alloc(struct mm_struct *mm, unsigned int flags); /* one reference; NULL: no memory */
void uffd_put(struct uffd_ctx *ctx);
/* Nobody answers any more: areas are free, all waiters go on. Drops the descriptor's reference. */
void uffd_close(struct uffd_ctx *ctx);
/* A new descriptor of the current task, which takes over the reference on success. fd or -errno. */
int uffd_new_fd(struct uffd *u);
/* Faults in [start, start + len) are tried again. */
void uffd_wake(struct uffd_ctx *ctx, unsigned long start, unsigned long len);
static inline bool uffd_has_message(const struct uffd *u) { return !list_empty(&u->faults) || !list_empty(&u->events); }
/* The next message, off its list; -EAGAIN: none, or why a FORK's descriptor could not be made: then it stays. */
int uffd_take_message(struct uffd *u, struct uffd_msg_abi *msg) __must_check;
void uffd_hooks_init(void);

#endif
