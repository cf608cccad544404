/* SPDX-License-Identifier: MIT */
/*
 * System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2), /proc/sysvipc/msg. A message that a sleeping
 * receiver wants is handed over without entering the queue, as on Linux.
 */
#include "internal.h"

#define DEFAULT_MSGMAX 8192
#define DEFAULT_MSGMNB 16384

struct message {
	struct list_head list;
	long type;
	size_t size;
	char text[];
};

struct msg_queue {
	struct ipc_object ipc;
	s64 stime, rtime;
	u64 bytes, nr, max_bytes;
	pid_t lspid, lrpid;
	struct list_head messages, receivers, senders;
};

enum match { MATCH_ANY, MATCH_EQUAL, MATCH_NOT, MATCH_UP_TO };

struct receiver {
	struct list_head list;
	struct wait_queue_head wait;
	enum match match;
	long type;
	size_t size;                    /* what fits; ~0: anything (MSG_NOERROR) */
	pid_t pid;
	struct message *got;            /* or ERR_PTR; NULL: still waiting */
};

struct sender {
	struct list_head list;
	struct wait_queue_head wait;
	bool woken, gone;               /* gone: the queue is */
};

static struct msg_queue *queue_of(const struct ipc_object *o) { return container_of(o, struct msg_queue, ipc); }

static struct ipc_object *make_queue(struct ipc_ids *ids, u64 size, int flags, s32 key)
{
	struct msg_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return ERR_PTR(-ENOMEM);
	q->max_bytes = ids->ns->msgmnb;
	INIT_LIST_HEAD(&q->messages);
	INIT_LIST_HEAD(&q->receivers);
	INIT_LIST_HEAD(&q->senders);
	return &q->ipc;
}

static void free_queue(struct ipc_object *o)
{
	kfree(queue_of(o));
}

static void remove_queue(struct ipc_object *o);

static const struct ipc_ids_operations queue_operations = { .make = make_queue, .free = free_queue, .remove = remove_queue };

void msg_ids_init(struct ipc_namespace *ns)
{
	ns->msg = (struct ipc_ids){ .op = &queue_operations, .ns = ns, .limit = IPC_MAX_OBJECTS, .wanted_id = -1 };
	ns->msgmax = DEFAULT_MSGMAX;
	ns->msgmnb = DEFAULT_MSGMNB;
}

SYSCALL(msgget)
{
	return ipc_get(&ipc_ns()->msg, (s32)a0, 0, (int)a1);
}

static bool matches(const struct message *m, enum match match, long type)
{
	switch (match) {
	case MATCH_ANY: return true;
	case MATCH_EQUAL: return m->type == type;
	case MATCH_NOT: return m->type != type;
	default: return m->type <= type;
	}
}

static void wake_senders(struct msg_queue *q, bool gone)
{
	struct sender *s, *next;

	list_for_each_entry_safe(s, next, &q->senders, list) {
		list_del_init(&s->list);
		s->woken = true;
		s->gone = gone;
		wake_up(&s->wait);
	}
}

static void answer(struct receiver *r, struct message *m)
{
	list_del_init(&r->list);
	r->got = m;
	wake_up(&r->wait);
}

/* ---- sending ---- */

/* To the first sleeper that wants it; those for whom it is too long are told. */
static bool hand_over(struct msg_queue *q, struct message *m)
{
	struct receiver *r, *next;

	list_for_each_entry_safe(r, next, &q->receivers, list) {
		if (!matches(m, r->match, r->type))
			continue;
		if (r->size < m->size) {
			answer(r, ERR_PTR(-E2BIG));
			continue;
		}
		q->lrpid = r->pid;
		q->rtime = ipc_now();
		answer(r, m);
		return true;
	}
	return false;
}

static int wait_room(struct msg_queue *q)
{
	struct sender s = { .woken = false };
	int err;

	init_waitqueue_head(&s.wait);
	list_add_tail(&s.list, &q->senders);
	err = wait_event_interruptible(s.wait, s.woken);
	if (s.gone)
		return -EIDRM;
	if (!s.woken)
		list_del(&s.list);
	return err ? -ERESTARTNOHAND : 0;
}

static int put_message(int id, struct message *m, int flags)
{
	struct ipc_object *o = ipc_find(&ipc_ns()->msg, id);
	struct msg_queue *q;
	int err;

	if (!o)
		return -EINVAL;
	q = queue_of(o);
	if (!ipc_allowed(&o->perm, 0222))
		return -EACCES;
	while (q->bytes + m->size > q->max_bytes || q->nr + 1 > q->max_bytes) {
		if (flags & IPC_NOWAIT)
			return -EAGAIN;
		err = wait_room(q);
		if (err)
			return err;
		if (!ipc_allowed(&o->perm, 0222))
			return -EACCES;
	}
	q->lspid = current->tgid;
	q->stime = ipc_now();
	if (hand_over(q, m))
		return 0;
	list_add_tail(&m->list, &q->messages);
	q->bytes += m->size;
	q->nr++;
	o->ids->ns->message_bytes += m->size;
	o->ids->ns->nr_messages++;
	return 0;
}

SYSCALL(msgsnd)
{
	struct message *m;
	u64 size = a2;
	s64 type;
	int err;

	if (get_user_u64((u64 *)&type, (void *)a1))
		return -EFAULT;
	if (size > (u64)ipc_ns()->msgmax || (int)a0 < 0 || type < 1)
		return -EINVAL;
	m = kmalloc(sizeof(*m) + size, GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m->type = type;
	m->size = size;
	err = copy_from_user(m->text, (void *)(a1 + 8), size) ? -EFAULT : put_message((int)a0, m, (int)a3);
	if (err)
		kfree(m);
	return err;
}

/* ---- receiving ---- */

/* MATCH_UP_TO takes the lowest type, of that the oldest. */
static struct message *find_message(struct msg_queue *q, enum match match, long type)
{
	struct message *m, *best = NULL;

	list_for_each_entry(m, &q->messages, list) {
		if (!matches(m, match, type) || (best && m->type >= best->type))
			continue;
		best = m;
		if (match != MATCH_UP_TO)
			break;
	}
	return best;
}

static struct message *copy_of(struct msg_queue *q, long nth, size_t size)
{
	struct message *m, *copy;

	list_for_each_entry(m, &q->messages, list) {
		if (nth--)
			continue;
		if (m->size > size)
			return ERR_PTR(-E2BIG);
		copy = kmalloc(sizeof(*m) + m->size, GFP_KERNEL);
		if (copy)
			memcpy(copy, m, sizeof(*m) + m->size);
		return copy ? copy : ERR_PTR(-ENOMEM);
	}
	return ERR_PTR(-ENOMSG);
}

static struct message *take_message(struct msg_queue *q, struct receiver *r, int flags)
{
	struct message *m;
	int err;

	if (!ipc_allowed(&q->ipc.perm, 0444))
		return ERR_PTR(-EACCES);
	if (flags & MSG_COPY)
		return copy_of(q, r->type, r->size);
	m = find_message(q, r->match, r->type);
	if (m && m->size > r->size)
		return ERR_PTR(-E2BIG);
	if (m) {
		list_del(&m->list);
		q->nr--;
		q->bytes -= m->size;
		q->ipc.ids->ns->nr_messages--;
		q->ipc.ids->ns->message_bytes -= m->size;
		q->rtime = ipc_now();
		q->lrpid = current->tgid;
		wake_senders(q, false);
		return m;
	}
	if (flags & IPC_NOWAIT)
		return ERR_PTR(-ENOMSG);
	init_waitqueue_head(&r->wait);
	list_add_tail(&r->list, &q->receivers);
	err = wait_event_interruptible(r->wait, r->got);
	if (r->got)
		return r->got;
	list_del(&r->list);
	return ERR_PTR(err ? -ERESTARTNOHAND : -EAGAIN);
}

SYSCALL(msgrcv)
{
	struct receiver r = { .type = a3, .size = (a4 & MSG_NOERROR) ? ~0UL : (size_t)a2, .pid = current->tgid };
	struct ipc_object *o;
	struct message *m;
	long ret;

	if ((int)a0 < 0 || a2 < 0)
		return -EINVAL;
	if ((a4 & MSG_COPY) && ((a4 & MSG_EXCEPT) || !(a4 & IPC_NOWAIT)))
		return -EINVAL;
	r.match = !a3 ? MATCH_ANY : a3 < 0 ? MATCH_UP_TO : (a4 & MSG_EXCEPT) ? MATCH_NOT : MATCH_EQUAL;
	if (a3 < 0 && !(a4 & MSG_COPY))
		r.type = a3 == (long)(1UL << 63) ? ~(1UL << 63) : (unsigned long)-a3;
	o = ipc_find(&ipc_ns()->msg, (int)a0);
	if (!o)
		return -EINVAL;
	m = take_message(queue_of(o), &r, (int)a4);
	if (IS_ERR(m))
		return PTR_ERR(m);
	if ((a4 & MSG_COPY) && m->size > (size_t)a2) {
		kfree(m);
		return -EINVAL;         /* a copy is whole, MSG_NOERROR or not */
	}
	ret = min(m->size, (size_t)a2);
	if (put_user_u64(m->type, (void *)a1) || copy_to_user((void *)(a1 + 8), m->text, ret))
		ret = -EFAULT;
	kfree(m);
	return ret;
}

/* ---- msgctl ---- */

static long msg_stat(int id, int cmd, void __user *buf)
{
	struct ipc_object *o = ipc_find_for_stat(&ipc_ns()->msg, id, cmd != IPC_STAT, cmd == MSG_STAT_ANY);
	const struct msg_queue *q;
	struct msqid64_ds_abi ds;

	if (IS_ERR(o))
		return PTR_ERR(o);
	q = queue_of(o);
	ds = (struct msqid64_ds_abi){ .msg_perm = ipc_perm_seen(o), .msg_stime = q->stime, .msg_rtime = q->rtime, .msg_ctime = o->ctime,
		.msg_cbytes = q->bytes, .msg_qnum = q->nr, .msg_qbytes = q->max_bytes, .msg_lspid = pid_vnr(q->lspid), .msg_lrpid = pid_vnr(q->lrpid) };
	id = o->id;
	if (copy_to_user(buf, &ds, sizeof(ds)))
		return -EFAULT;
	return cmd == IPC_STAT ? 0 : id;
}

static long msg_info(int cmd, void __user *buf)
{
	const struct ipc_namespace *ns = ipc_ns();
	struct msginfo_abi i = { .msgpool = ns->msg.limit * (ns->msgmnb / 1024), .msgmap = ns->msgmnb, .msgmax = ns->msgmax, .msgmnb = ns->msgmnb,
		.msgmni = ns->msg.limit, .msgssz = 16, .msgtql = ns->msgmnb, .msgseg = 0xffff };

	if (cmd == MSG_INFO) {
		i.msgpool = ns->msg.used;
		i.msgmap = ns->nr_messages;
		i.msgtql = ns->message_bytes;
	}
	return copy_to_user(buf, &i, sizeof(i)) ? -EFAULT : (long)ns->msg.highest;
}

static long set_queue(int id, const struct msqid64_ds_abi *ds)
{
	struct ipc_object *o = ipc_find_owned(&ipc_ns()->msg, id);
	int err;

	if (IS_ERR(o))
		return PTR_ERR(o);
	if (ds->msg_qbytes > (u64)o->ids->ns->msgmnb && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	err = ipc_set_perm(o, &ds->msg_perm);
	if (err)
		return err;
	queue_of(o)->max_bytes = ds->msg_qbytes;
	wake_senders(queue_of(o), false);       /* there may be room now */
	return 0;
}

static void remove_queue(struct ipc_object *o)
{
	struct ipc_namespace *ns = o->ids->ns;
	struct msg_queue *q = queue_of(o);

	while (!list_empty(&q->receivers))
		answer(list_first_entry(&q->receivers, struct receiver, list), ERR_PTR(-EIDRM));
	wake_senders(q, true);
	while (!list_empty(&q->messages)) {
		struct message *m = list_first_entry(&q->messages, struct message, list);

		list_del(&m->list);
		kfree(m);
	}
	ns->nr_messages -= q->nr;
	ns->message_bytes -= q->bytes;
	ipc_forget(o);
	free_queue(o);
}

SYSCALL(msgctl)
{
	int id = (int)a0, cmd = (int)a1;
	struct msqid64_ds_abi ds;
	struct ipc_object *o;

	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO: case MSG_INFO:
		return msg_info(cmd, (void *)a2);
	case IPC_STAT: case MSG_STAT: case MSG_STAT_ANY:
		return msg_stat(id, cmd, (void *)a2);
	case IPC_SET:
		return copy_from_user(&ds, (void *)a2, sizeof(ds)) ? -EFAULT : set_queue(id, &ds);
	case IPC_RMID:
		o = ipc_find_owned(&ipc_ns()->msg, id);
		if (IS_ERR(o))
			return PTR_ERR(o);
		remove_queue(o);
		return 0;
	default:
		return -EINVAL;
	}
}

/* ---- /proc ---- */

static int show_queues(struct seq_file *m, void *arg)
{
	seq_puts(m, "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n");
	for (struct ipc_object *o = ipc_next(&ipc_ns()->msg, 0); o; o = ipc_next(&ipc_ns()->msg, ipc_index(o) + 1)) {
		const struct msg_queue *q = queue_of(o);
		const struct ipc64_perm_abi p = ipc_perm_seen(o);

		seq_printf(m, "%10d %10d  %4o  %10lu %10lu %5d %5d %5u %5u %5u %5u %10ld %10ld %10ld\n", o->perm.key, o->id, o->perm.mode,
			   (unsigned long)q->bytes, (unsigned long)q->nr, pid_vnr(q->lspid), pid_vnr(q->lrpid), p.uid, p.gid, p.cuid,
			   p.cgid, (long)q->stime, (long)q->rtime, (long)o->ctime);
	}
	return 0;
}

void msg_init(void)
{
	static const struct ipc_sysctl numbers[] = {
		{ "sys/kernel/msg_next_id", offsetof(struct ipc_namespace, msg.wanted_id), -1, INT32_MAX, false },
		{ "sys/kernel/msgmax", offsetof(struct ipc_namespace, msgmax), 0, 1 << 20, false },
		{ "sys/kernel/msgmnb", offsetof(struct ipc_namespace, msgmnb), 0, 1 << 26, false },
		{ "sys/kernel/msgmni", offsetof(struct ipc_namespace, msg.limit), 0, IPC_MAX_OBJECTS, false },
	};

	ipc_sysctls(numbers, ARRAY_SIZE(numbers));
	if (proc_create("sysvipc/msg", 0444, show_queues, NULL))
		pr_warn("no memory for /proc/sysvipc/msg\n");
}
