// SPDX-License-Identifier: MIT
/*
 * Waiting for the reader of a userfaultfd: a fault until it is answered, an event until it is read. Neither holds a lock
 * while it sleeps, and a fatal signal ends both. A fault of ring 3 ends with any signal: the handler runs, then the
 * access comes again and is a new message. A fault of the kernel (a copy to or from ring 3) has nowhere to
 * go back to, so that other signals wait.
 */
#include "userfaultfd.h"
#include <mm/mm.h>

struct uffd *uffd_alloc(struct mm_struct *mm, unsigned int flags)
{
	struct uffd *u = kzalloc(sizeof(*u), GFP_KERNEL);

	if (!u)
		return NULL;
	u->ctx.mm = mm;
	atomic_inc(&mm->mm_count);
	u->ctx.flags = flags;
	atomic_set(&u->ctx.count, 1);
	spin_lock_init(&u->lock, LOCK_UFFD);
	INIT_LIST_HEAD(&u->faults);
	INIT_LIST_HEAD(&u->told);
	INIT_LIST_HEAD(&u->events);
	init_waitqueue_head(&u->readers);
	return u;
}

void uffd_put(struct uffd_ctx *ctx)
{
	if (!atomic_dec_and_test(&ctx->count))
		return;
	mmdrop(ctx->mm);
	kfree(uffd_of(ctx));
}

/* => u->lock held; frees nothing, so that @w's task may return at once */
static void finish(struct uffd_waiter *w)
{
	list_del_init(&w->list);
	w->done = true;
	wake_up_process(w->task);
}

static void finish_list(struct list_head *list, unsigned long start, unsigned long len)
{
	struct uffd_waiter *w, *next;

	list_for_each_entry_safe(w, next, list, list)
		if (w->addr - start < len)
			finish(w);
}

void uffd_wake(struct uffd_ctx *ctx, unsigned long start, unsigned long len)
{
	struct uffd *u = uffd_of(ctx);

	spin_lock(&u->lock);
	finish_list(&u->faults, start, len);
	finish_list(&u->told, start, len);
	spin_unlock(&u->lock);
}

void uffd_close(struct uffd_ctx *ctx)
{
	struct uffd *u = uffd_of(ctx);

	uffd_release(ctx);
	uffd_wake(ctx, 0, ~0UL);
	spin_lock(&u->lock);
	finish_list(&u->events, 0, ~0UL);
	spin_unlock(&u->lock);
	wake_up(&u->readers);
	uffd_put(ctx);
}

/* Sleeps until @w is finished, or a signal. True: it was finished. @w is off all lists then. */
static bool wait_for_reader(struct uffd *u, struct uffd_waiter *w, bool any_signal)
{
	wake_up(&u->readers);
	for (;;) {
		if (any_signal)
			set_current_sleeping();
		else
			set_current_killable();
		if (READ_ONCE(w->done) || (any_signal ? signal_pending() : fatal_signal_pending()))
			break;
		schedule();
	}
	set_current_running();
	spin_lock(&u->lock);
	list_del_init(&w->list);
	spin_unlock(&u->lock);
	return w->done;
}

/* ---- faults ---- */

struct fault_wait {
	struct uffd_waiter w;
	struct uffd *u;                 /* NULL: nobody is to be asked */
	unsigned long addr;
	unsigned int access;
};

/* uffd_look()'s: page_table_lock is held, the answer can't come before this. */
static void queue_fault(struct uffd_ctx *ctx, unsigned long reason, void *arg)
{
	struct fault_wait *f = arg;
	struct uffd *u = uffd_of(ctx);

	if ((ctx->features & UFFD_FEATURE_SIGBUS) || (current->flags & (PF_EXITING | PF_DUMPCORE)) ||
	    ((ctx->flags & UFFD_USER_MODE_ONLY) && !(f->access & FAULT_USER)))
		return;
	f->u = u;
	f->w.task = current;
	f->w.addr = f->addr & PAGE_MASK;
	f->w.msg.event = UFFD_EVENT_PAGEFAULT;
	f->w.msg.arg[0] = (f->access & FAULT_WRITE ? UFFD_PAGEFAULT_FLAG_WRITE : 0) | (reason == VM_UFFD_WP ? UFFD_PAGEFAULT_FLAG_WP : 0) |
		(reason == VM_UFFD_MINOR ? UFFD_PAGEFAULT_FLAG_MINOR : 0);
	f->w.msg.arg[1] = ctx->features & UFFD_FEATURE_EXACT_ADDRESS ? f->addr : f->w.addr;
	f->w.msg.arg[2] = ctx->features & UFFD_FEATURE_THREAD_ID ? (u32)current->vpid : 0;
	atomic_inc(&ctx->count);
	spin_lock(&u->lock);
	list_add_tail(&f->w.list, &u->faults);
	spin_unlock(&u->lock);
}

/* uffd_hooks.wait */
static int wait_fault(struct mm_struct *mm, unsigned long addr, unsigned int access)
{
	struct fault_wait f = { .addr = addr, .access = access };
	struct kmap_slots slots;        /* a copy between ring 3 and a page of the cache has that mapped */
	bool done;

	if (!uffd_look(mm, addr, access, queue_fault, &f))
		return 0;               /* answered meanwhile */
	if (!f.u)
		return -EFAULT;
	if (access & FAULT_USER) {
		done = wait_for_reader(f.u, &f.w, true);
	} else {
		kmap_local_save(&slots);
		done = wait_for_reader(f.u, &f.w, false);
		kmap_local_restore(&slots);
	}
	uffd_put(&f.u->ctx);
	return done ? 0 : -EINTR;
}

/* ---- events ---- */

/* An event's own child context: areas of the child are nobody's. */
static void abandon(struct uffd_ctx *child)
{
	uffd_close(child);
}

static void deliver_one(struct uffd_event *e)
{
	struct uffd *u = uffd_of(e->ctx);
	struct uffd_waiter w = { .task = current, .child = e->child, .msg = { .event = e->event, .arg = { e->arg[0], e->arg[1], e->arg[2] } } };

	INIT_LIST_HEAD(&w.list);
	spin_lock(&u->lock);
	if (!e->ctx->released)
		list_add_tail(&w.list, &u->events);
	spin_unlock(&u->lock);
	if (!list_empty(&w.list))
		wait_for_reader(u, &w, false);
	if (w.child)
		abandon(w.child);
	atomic_dec(&e->ctx->changing);
	uffd_put(e->ctx);
	kfree(e);
}

/* uffd_hooks.deliver */
static void deliver(struct uffd_event *list)
{
	struct uffd_event *next;

	for (; list; list = next) {
		next = list->next;
		deliver_one(list);
	}
}

/* uffd_hooks.dup */
static struct uffd_ctx *dup_ctx(const struct uffd_ctx *ctx, struct mm_struct *child)
{
	struct uffd *u = uffd_alloc(child, ctx->flags);

	if (!u)
		return NULL;
	u->ctx.features = ctx->features;
	return &u->ctx;
}

/* ---- reading ---- */

static int take_event(struct uffd *u, struct uffd_waiter *w, struct uffd_msg_abi *msg)
{
	*msg = w->msg;
	if (w->child) {
		int fd = uffd_new_fd(uffd_of(w->child));

		if (fd < 0)
			return fd;
		w->child = NULL;
		msg->arg[0] = fd;
	}
	spin_lock(&u->lock);
	finish(w);
	spin_unlock(&u->lock);
	return 0;
}

/* Making a descriptor does not sleep, so that the parent of a FORK stays where it is. */
int uffd_take_message(struct uffd *u, struct uffd_msg_abi *msg)
{
	struct uffd_waiter *w;
	int err = -EAGAIN;

	if (!list_empty(&u->faults)) {
		spin_lock(&u->lock);
		w = list_first_entry(&u->faults, struct uffd_waiter, list);
		list_move_tail(&w->list, &u->told);
		*msg = w->msg;
		spin_unlock(&u->lock);
		err = 0;
	} else if (!list_empty(&u->events)) {
		err = take_event(u, list_first_entry(&u->events, struct uffd_waiter, list), msg);
	}
	return err;
}

void uffd_hooks_init(void)
{
	uffd_hooks = (struct uffd_hooks){
		.wait = wait_fault, .deliver = deliver, .wake = uffd_wake, .dup = dup_ctx, .put = uffd_put, .abandon = abandon,
	};
}
