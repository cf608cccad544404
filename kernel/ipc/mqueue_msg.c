/* SPDX-License-Identifier: MIT */
/*
 * What goes through POSIX message queues: mq_timedsend(2), mq_timedreceive(2), mq_notify(2). A message for a sleeping receiver is
 * handed over without entering the queue; room that a receiver makes is filled by the most urgent sleeping sender at once.
 */
#include "mqueue.h"
#include <mm/vmalloc.h>
#include <net/netlink.h>
#include <task/timer.h>

struct mq_message {
	struct list_head list;
	u32 prio;
	size_t size;
	char text[];
};

struct sleeper {
	struct list_head list;
	struct task_struct *task;
	struct mq_message *message;     /* a sender's, until it is taken; a receiver's, when it got one */
	int urgency;
	bool done;
};

/* ---- messages ---- */

void mqueue_drop_messages(struct mqueue *q)
{
	struct mq_message *m, *n;

	list_for_each_entry_safe(m, n, &q->messages, list) {
		list_del(&m->list);
		kvfree(m);
	}
	q->nr = q->bytes = 0;
}

static void insert_message(struct mqueue *q, struct mq_message *m)
{
	struct list_head *after = q->messages.prev;

	while (after != &q->messages && list_entry(after, struct mq_message, list)->prio < m->prio)
		after = after->prev;
	list_add(&m->list, after);
	q->nr++;
	q->bytes += m->size;
}

static struct mq_message *take_message(struct mqueue *q)
{
	struct mq_message *m = list_first_entry(&q->messages, struct mq_message, list);

	list_del(&m->list);
	q->nr--;
	q->bytes -= m->size;
	return m;
}

/* ---- those who sleep ---- */

/* Until somebody sets s->done: 0. -ETIMEDOUT, -ERESTARTSYS. */
static int sleep_in(struct list_head *where, struct sleeper *s, u64 deadline)
{
	struct list_head *after = where->prev;
	bool late;

	s->task = current;
	s->urgency = current->prio ? 100 + current->prio : -current->nice;
	while (after != where && list_entry(after, struct sleeper, list)->urgency < s->urgency)
		after = after->prev;
	list_add(&s->list, after);
	late = wait_for_flag(&s->done, deadline);
	if (s->done)
		return 0;
	list_del(&s->list);
	return late ? -ETIMEDOUT : -ERESTARTSYS;
}

static void wake_sleeper(struct sleeper *s)
{
	list_del(&s->list);
	s->done = true;
	wake_up_process(s->task);
}

static struct sleeper *first_of(struct list_head *where)
{
	return list_empty(where) ? NULL : list_first_entry(where, struct sleeper, list);
}

/* The library's thread gets its cookie back, the last byte says why. */
static void tell_thread(struct mqueue *q, u8 why)
{
	struct unix_sock *sock = q->notify.sock;

	if (!sock)
		return;
	q->notify.sock = NULL;
	q->notify.cookie[NOTIFY_COOKIE_LEN - 1] = why;
	netlink_send(sock, q->notify.cookie, NOTIFY_COOKIE_LEN);
	netlink_put(sock);
}

void mqueue_forget_notify(struct mqueue *q)
{
	q->notify.pid = 0;
	tell_thread(q, NOTIFY_REMOVED);
}

/* A message came into the empty queue: who wanted to know is told, once. */
static void notify(struct mqueue *q)
{
	struct task_struct *t = q->notify.pid ? find_task_by_pid(q->notify.pid) : NULL;
	siginfo_abi info = { .si_code = SI_MESGQ };

	q->notify.pid = 0;
	tell_thread(q, NOTIFY_WOKENUP);
	if (!t || t->start_time_ns != q->notify.start_time_ns || q->notify.event.notify != SIGEV_SIGNAL || !q->notify.event.signo)
		return;
	info.si_signo = q->notify.event.signo;
	info.rt.pid = current->tgid;
	info.rt.uid = current->cred.uid;
	info.rt.value = q->notify.event.value;
	group_send_sig_info(info.si_signo, &info, t);
}

static int send(struct mqueue *q, struct mq_message *m, bool nonblock, u64 deadline)
{
	struct sleeper s = { .message = m }, *r;

	if (q->nr >= q->max_messages)
		return nonblock ? -EAGAIN : sleep_in(&q->senders, &s, deadline);
	r = first_of(&q->receivers);
	if (r) {
		r->message = m;
		wake_sleeper(r);
		return 0;
	}
	insert_message(q, m);
	if (q->nr == 1)
		notify(q);
	wake_up(&q->poll);
	return 0;
}

static struct mq_message *receive(struct mqueue *q, bool nonblock, u64 deadline)
{
	struct sleeper r = { .message = NULL }, *s;
	struct mq_message *m;
	int err;

	if (!q->nr) {
		err = nonblock ? -EAGAIN : sleep_in(&q->receivers, &r, deadline);
		return err ? ERR_PTR(err) : r.message;
	}
	m = take_message(q);
	s = first_of(&q->senders);
	if (s) {
		insert_message(q, s->message);
		wake_sleeper(s);
	} else {
		wake_up(&q->poll);
	}
	return m;
}

/* ---- system calls ---- */

/* (queue, text, its size, priority, absolute CLOCK_REALTIME) */
SYSCALL(mq_timedsend)
{
	struct mq_message *m;
	struct mqueue *q;
	struct file *f;
	u64 deadline;
	int err = ktime_user_deadline((u64)a4, true, &deadline);

	if (err)
		return err;
	if ((u32)a3 >= MQ_PRIO_MAX)
		return -EINVAL;
	q = mqueue_get((unsigned int)a0, FMODE_WRITE, &f);
	if (IS_ERR(q))
		return PTR_ERR(q);
	err = (u64)a2 > q->max_size ? -EMSGSIZE : 0;
	m = err ? NULL : kvmalloc(sizeof(*m) + (size_t)a2);
	if (!err && !m)
		err = -ENOMEM;
	if (!err) {
		m->size = (size_t)a2;
		m->prio = (u32)a3;
		err = copy_from_user(m->text, (void __user *)a1, m->size) ? -EFAULT : send(q, m, f->flags & O_NONBLOCK, deadline);
		if (err)
			kvfree(m);
		else
			touch_mtime(f->inode);
	}
	fput(f);
	return err;
}

/* (queue, where to, how much there is room for, where the priority goes, absolute CLOCK_REALTIME) */
SYSCALL(mq_timedreceive)
{
	struct mq_message *m;
	struct mqueue *q;
	struct file *f;
	u64 deadline;
	long ret = ktime_user_deadline((u64)a4, true, &deadline);

	if (ret)
		return ret;
	q = mqueue_get((unsigned int)a0, FMODE_READ, &f);
	if (IS_ERR(q))
		return PTR_ERR(q);
	m = (u64)a2 < q->max_size ? ERR_PTR(-EMSGSIZE) : receive(q, f->flags & O_NONBLOCK, deadline);
	if (IS_ERR(m)) {
		ret = PTR_ERR(m);
	} else {
		ret = (long)m->size;
		if ((a3 && put_user_u32(m->prio, (void __user *)a3)) || copy_to_user((void __user *)a1, m->text, m->size))
			ret = -EFAULT;
		kvfree(m);
		touch_mtime(f->inode);
	}
	fput(f);
	return ret;
}

static int check_event(const struct sigevent_abi *ev)
{
	if (ev->notify != SIGEV_NONE && ev->notify != SIGEV_SIGNAL && ev->notify != SIGEV_THREAD)
		return -EINVAL;
	if (ev->notify == SIGEV_SIGNAL && (ev->signo < 0 || ev->signo > _NSIG))
		return -EINVAL;
	return 0;
}

/* SIGEV_THREAD: value points to the cookie, signo is the descriptor of a netlink socket. */
static struct unix_sock *get_thread(const struct sigevent_abi *ev, u8 cookie[NOTIFY_COOKIE_LEN])
{
	if (copy_from_user(cookie, (const void __user *)ev->value, NOTIFY_COOKIE_LEN))
		return ERR_PTR(-EFAULT);
	return netlink_by_fd((unsigned int)ev->signo);
}

static int set_notify(struct mqueue *q, const struct sigevent_abi *ev, struct unix_sock *sock, const u8 *cookie)
{
	if (q->notify.pid)
		return -EBUSY;
	q->notify.pid = current->tgid;
	q->notify.start_time_ns = current->group_leader->start_time_ns;
	q->notify.event = *ev;
	q->notify.sock = sock;
	memcpy(q->notify.cookie, cookie, NOTIFY_COOKIE_LEN);
	return 0;
}

SYSCALL(mq_notify)
{
	u8 cookie[NOTIFY_COOKIE_LEN] = { 0 };
	struct unix_sock *sock = NULL;
	struct sigevent_abi ev;
	struct mqueue *q;
	struct file *f;
	int err;

	if (a1 && copy_from_user(&ev, (void __user *)a1, sizeof(ev)))
		return -EFAULT;
	err = a1 ? check_event(&ev) : 0;
	if (err)
		return err;
	if (a1 && ev.notify == SIGEV_THREAD) {
		sock = get_thread(&ev, cookie);
		if (IS_ERR(sock))
			return PTR_ERR(sock);
	}
	q = mqueue_get((unsigned int)a0, 0, &f);
	if (!IS_ERR(q)) {
		if (a1)
			err = set_notify(q, &ev, sock, cookie);
		else if (q->notify.pid == current->tgid)
			mqueue_forget_notify(q);
		fput(f);
	} else {
		err = (int)PTR_ERR(q);
	}
	if (err)
		netlink_put(sock);
	return err;
}
