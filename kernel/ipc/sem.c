/* SPDX-License-Identifier: MIT */
/*
 * System V semaphores: semget(2), semop(2), semctl(2), /proc/sysvipc/sem. A set keeps the operations that wait in
 * order; whoever changes a value carries out those that have become possible on behalf of their sleepers, so that no
 * change slips past them. Undo values belong to the process (threads share them, fork gives none).
 */
#include "internal.h"
#include <task/timer.h>
#include <x86/cpu.h>

#define SEMMSL 32000            /* semaphores of a set */
#define SEMMNS 1024000000
#define SEMVMX 32767
#define OPS_INLINE 8

static int sem_limits[4] = { SEMMSL, SEMMNS, 500, IPC_MAX_OBJECTS };   /* /proc/sys/kernel/sem: semmsl semmns semopm semmni */
#define SEMOPM sem_limits[2]

struct semaphore { u16 value; pid_t pid; };

struct sem_set {
	struct ipc_object ipc;
	s64 otime;
	u32 nsems;
	struct list_head waiters;       /* struct sem_waiter, first come first served */
	struct list_head undos;         /* struct sem_undo, by set */
	struct semaphore sem[];
};

struct sem_undo {
	struct list_head by_set, by_process;
	struct sem_set *set;
	s16 adjust[];                   /* added when the process ends */
};

struct sem_waiter {
	struct list_head list;
	struct wait_queue_head wait;
	const struct sembuf_abi *ops;
	unsigned int nr, blocking;      /* the operation that can't be done yet */
	struct sem_undo *undo;
	pid_t pid;
	int status;                     /* WAITING, or the call's result */
};
#define WAITING 1

static u64 total_sems;

static struct sem_set *set_of(const struct ipc_object *o) { return container_of(o, struct sem_set, ipc); }

static struct ipc_object *make_set(u64 nsems, int flags, s32 key)
{
	struct sem_set *set;

	if (!nsems || nsems > (u64)sem_limits[0])
		return ERR_PTR(-EINVAL);
	if (total_sems + nsems > (u64)sem_limits[1])
		return ERR_PTR(-ENOSPC);
	set = kzalloc(sizeof(*set) + nsems * sizeof(set->sem[0]), GFP_KERNEL);
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->nsems = nsems;
	INIT_LIST_HEAD(&set->waiters);
	INIT_LIST_HEAD(&set->undos);
	total_sems += nsems;
	return &set->ipc;
}

static void free_set(struct ipc_object *o)
{
	total_sems -= set_of(o)->nsems;
	kfree(set_of(o));
}

static int set_suits(const struct ipc_object *o, u64 nsems)
{
	return nsems > set_of(o)->nsems ? -EINVAL : 0;
}

static struct ipc_ids sets = { .limit = IPC_MAX_OBJECTS, .wanted_id = -1, .make = make_set, .free = free_set, .suits = set_suits };

SYSCALL(semget)
{
	return (s32)a1 < 0 || (s32)a1 > sem_limits[0] ? -EINVAL : ipc_get(&sets, (s32)a0, (u32)a1, (int)a2);
}

/* ---- operations ---- */

static void undo_part(struct sem_set *set, struct sem_waiter *w, unsigned int done)
{
	while (done--) {
		const struct sembuf_abi *op = &w->ops[done];

		set->sem[op->sem_num].value -= op->sem_op;
		if (op->sem_flg & SEM_UNDO)
			w->undo->adjust[op->sem_num] += op->sem_op;
	}
}

/* All of @w's operations or none. 0, -ERANGE, -EAGAIN (IPC_NOWAIT), or WAITING with w->blocking. */
static int try_ops(struct sem_set *set, struct sem_waiter *w)
{
	for (unsigned int i = 0; i < w->nr; i++) {
		const struct sembuf_abi *op = &w->ops[i];
		struct semaphore *s = &set->sem[op->sem_num];
		int value = s->value + op->sem_op, ret = 0;

		if (value < 0 || (!op->sem_op && s->value))
			ret = (op->sem_flg & IPC_NOWAIT) ? -EAGAIN : WAITING;
		else if (value > SEMVMX)
			ret = -ERANGE;
		else if ((op->sem_flg & SEM_UNDO) && (w->undo->adjust[op->sem_num] - op->sem_op > SEMVMX ||
						      w->undo->adjust[op->sem_num] - op->sem_op < -SEMVMX - 1))
			ret = -ERANGE;
		if (ret) {
			undo_part(set, w, i);
			w->blocking = i;
			return ret;
		}
		s->value = value;
		if (op->sem_flg & SEM_UNDO)
			w->undo->adjust[op->sem_num] -= op->sem_op;
	}
	for (unsigned int i = 0; i < w->nr; i++)
		set->sem[w->ops[i].sem_num].pid = w->pid;
	return 0;
}

static void finish(struct sem_waiter *w, int status)
{
	list_del_init(&w->list);
	w->status = status;
	wake_up(&w->wait);
}

/* A value has changed: what waited and can be done now is done, as long as that enables more. */
static void update_waiters(struct sem_set *set)
{
	struct sem_waiter *w, *next;
	bool again;

	do {
		again = false;
		list_for_each_entry_safe(w, next, &set->waiters, list) {
			int ret = try_ops(set, w);

			if (ret == WAITING)
				continue;
			if (!ret)
				set->otime = ipc_now();
			finish(w, ret);
			again = again || !ret;
		}
	} while (again);
}

/* This process's undo values for @set: made on first use. */
static struct sem_undo *get_undo(struct sem_set *set)
{
	struct list_head *mine = current->signal->sem_undo;
	struct sem_undo *u;

	if (!mine) {
		mine = kmalloc(sizeof(*mine), GFP_KERNEL);
		if (!mine)
			return NULL;
		INIT_LIST_HEAD(mine);
		current->signal->sem_undo = mine;
	}
	list_for_each_entry(u, mine, by_process)
		if (u->set == set)
			return u;
	u = kzalloc(sizeof(*u) + set->nsems * sizeof(u->adjust[0]), GFP_KERNEL);
	if (!u)
		return NULL;
	u->set = set;
	list_add(&u->by_set, &set->undos);
	list_add(&u->by_process, mine);
	return u;
}

static int sleep_on(struct sem_set *set, struct sem_waiter *w, u64 deadline)
{
	int err;

	init_waitqueue_head(&w->wait);
	w->status = WAITING;
	list_add_tail(&w->list, &set->waiters);
	err = wait_event_interruptible_until(w->wait, w->status != WAITING, deadline);
	if (w->status != WAITING)
		return w->status;       /* done, or the set is gone (EIDRM) */
	list_del(&w->list);
	return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

static long do_ops(int id, const struct sembuf_abi *ops, unsigned int nr, u64 deadline)
{
	struct sem_waiter w = { .ops = ops, .nr = nr, .pid = current->tgid };
	struct ipc_object *o = ipc_find(&sets, id);
	bool alter = false, undo = false;
	struct sem_set *set;
	int ret;

	if (!o)
		return -EINVAL;
	set = set_of(o);
	for (unsigned int i = 0; i < nr; i++) {
		if (ops[i].sem_num >= set->nsems)
			return -EFBIG;
		alter = alter || ops[i].sem_op;
		undo = undo || ((ops[i].sem_flg & SEM_UNDO) && ops[i].sem_op);
	}
	if (!ipc_allowed(&o->perm, alter ? 0222 : 0444))
		return -EACCES;
	for (unsigned int i = 0; i < nr && !undo; i++)
		undo = ops[i].sem_flg & SEM_UNDO;
	if (undo && !(w.undo = get_undo(set)))
		return -ENOMEM;
	ret = try_ops(set, &w);
	if (ret == WAITING)
		return sleep_on(set, &w, deadline);
	if (!ret) {
		set->otime = ipc_now();
		if (alter)
			update_waiters(set);
	}
	return ret;
}

static long do_semop(int id, const void __user *uops, unsigned long nr, u64 deadline)
{
	struct sembuf_abi inl[OPS_INLINE], *ops = inl;
	long ret;

	if (nr < 1 || id < 0)
		return -EINVAL;
	if (nr > (unsigned long)SEMOPM)
		return -E2BIG;
	if (nr > OPS_INLINE) {
		ops = kmalloc(nr * sizeof(*ops), GFP_KERNEL);
		if (!ops)
			return -ENOMEM;
	}
	ret = copy_from_user(ops, uops, nr * sizeof(*ops)) ? -EFAULT : do_ops(id, ops, nr, deadline);
	if (ops != inl)
		kfree(ops);
	return ret;
}

SYSCALL(semop) { return do_semop((int)a0, (void *)a1, (unsigned int)a2, ~0ULL); }

SYSCALL(semtimedop)
{
	s64 t[2];

	if (!a3)
		return do_semop((int)a0, (void *)a1, (unsigned int)a2, ~0ULL);
	if (copy_from_user(t, (void *)a3, sizeof(t)))
		return -EFAULT;
	if (t[0] < 0 || (u64)t[1] >= 1000000000)
		return -EINVAL;
	t[0] = min(t[0], (s64)1000000000);
	return do_semop((int)a0, (void *)a1, (unsigned int)a2, ktime_get_ns() + t[0] * 1000000000 + t[1]);
}

static void free_undo(struct sem_undo *u)
{
	list_del(&u->by_set);
	list_del(&u->by_process);
	kfree(u);
}

void exit_sem(struct signal_struct *s)
{
	struct list_head *mine = s->sem_undo;

	while (!list_empty(mine)) {
		struct sem_undo *u = list_first_entry(mine, struct sem_undo, by_process);
		struct sem_set *set = u->set;

		for (u32 i = 0; i < set->nsems; i++) {
			if (!u->adjust[i])
				continue;
			set->sem[i].value = max(0, min(set->sem[i].value + u->adjust[i], SEMVMX));
			set->sem[i].pid = s->leader->tgid;
		}
		free_undo(u);
		set->otime = ipc_now();
		update_waiters(set);
	}
	kfree(mine);
	s->sem_undo = NULL;
}

/* ---- semctl ---- */

static long sem_stat(int id, int cmd, void __user *buf)
{
	struct ipc_object *o = ipc_find_for_stat(&sets, id, cmd != IPC_STAT, cmd == SEM_STAT_ANY);
	struct semid64_ds_abi ds;

	if (IS_ERR(o))
		return PTR_ERR(o);
	ds = (struct semid64_ds_abi){ .sem_perm = o->perm, .sem_otime = set_of(o)->otime, .sem_ctime = o->ctime, .sem_nsems = set_of(o)->nsems };
	id = o->id;
	if (copy_to_user(buf, &ds, sizeof(ds)))
		return -EFAULT;
	return cmd == IPC_STAT ? 0 : id;
}

static long sem_info(int cmd, void __user *buf)
{
	struct seminfo_abi i = { .semmap = sem_limits[1], .semmni = sets.limit, .semmns = sem_limits[1], .semmnu = sem_limits[1],
		.semmsl = sem_limits[0], .semopm = SEMOPM, .semume = SEMOPM, .semusz = 20, .semvmx = SEMVMX, .semaem = SEMVMX };

	if (cmd == SEM_INFO) {
		i.semusz = sets.used;
		i.semaem = total_sems;
	}
	return copy_to_user(buf, &i, sizeof(i)) ? -EFAULT : (long)sets.highest;
}

static void forget_undo(struct sem_set *set, u32 i)
{
	struct sem_undo *u;

	list_for_each_entry(u, &set->undos, by_set)
		u->adjust[i] = 0;
}

static void changed(struct sem_set *set)
{
	set->ipc.ctime = ipc_now();
	update_waiters(set);
}

/* Who waits for semaphore @n to grow, or (@zero) to become zero? */
static long count_waiters(const struct sem_set *set, u32 n, bool zero)
{
	struct sem_waiter *w;
	long count = 0;

	list_for_each_entry(w, &set->waiters, list)
		count += w->ops[w->blocking].sem_num == n && !w->ops[w->blocking].sem_op == zero;
	return count;
}

static long one_value(struct sem_set *set, u32 n, int cmd, int value)
{
	if (n >= set->nsems)
		return -EINVAL;
	switch (cmd) {
	case GETVAL: return set->sem[n].value;
	case GETPID: return set->sem[n].pid;
	case GETNCNT: return count_waiters(set, n, false);
	case GETZCNT: return count_waiters(set, n, true);
	default:
		if (value < 0 || value > SEMVMX)
			return -ERANGE;
		forget_undo(set, n);
		set->sem[n].value = value;
		set->sem[n].pid = current->tgid;
		changed(set);
		return 0;
	}
}

/* GETALL, SETALL through a kernel copy; the set is found anew after the user's memory was touched. */
static long all_values(int id, int cmd, void __user *u)
{
	struct sem_set *set = set_of(ipc_find(&sets, id));
	u32 n = set->nsems;
	u16 *v = kmalloc(n * sizeof(*v), GFP_KERNEL);
	struct ipc_object *o;
	long ret = 0;

	if (!v)
		return -ENOMEM;
	if (cmd == GETALL) {
		for (u32 i = 0; i < n; i++)
			v[i] = set->sem[i].value;
		ret = copy_to_user(u, v, n * sizeof(*v)) ? -EFAULT : 0;
		goto out;
	}
	if (copy_from_user(v, u, n * sizeof(*v)))
		ret = -EFAULT;
	for (u32 i = 0; i < n && !ret; i++)
		ret = v[i] > SEMVMX ? -ERANGE : 0;
	o = ipc_find(&sets, id);
	if (!ret && !o)
		ret = -EIDRM;
	if (ret)
		goto out;
	for (u32 i = 0; i < n; i++) {
		set_of(o)->sem[i].value = v[i];
		set_of(o)->sem[i].pid = current->tgid;
		forget_undo(set_of(o), i);
	}
	changed(set_of(o));
out:
	kfree(v);
	return ret;
}

static long remove_set(struct sem_set *set)
{
	while (!list_empty(&set->undos))
		free_undo(list_first_entry(&set->undos, struct sem_undo, by_set));
	while (!list_empty(&set->waiters))
		finish(list_first_entry(&set->waiters, struct sem_waiter, list), -EIDRM);
	ipc_forget(&sets, &set->ipc);
	free_set(&set->ipc);
	return 0;
}

static long values(int id, u32 n, int cmd, unsigned long arg)
{
	struct ipc_object *o = ipc_find(&sets, id);
	bool writes = cmd == SETVAL || cmd == SETALL;

	if (!o)
		return -EINVAL;
	if (!ipc_allowed(&o->perm, writes ? 0222 : 0444))
		return -EACCES;
	if (cmd == GETALL || cmd == SETALL)
		return all_values(id, cmd, (void *)arg);
	return one_value(set_of(o), n, cmd, (int)arg);
}

SYSCALL(semctl)
{
	int id = (int)a0, cmd = (int)a2;
	struct semid64_ds_abi ds;
	struct ipc_object *o;

	if (id < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO: case SEM_INFO:
		return sem_info(cmd, (void *)a3);
	case IPC_STAT: case SEM_STAT: case SEM_STAT_ANY:
		return sem_stat(id, cmd, (void *)a3);
	case GETVAL: case GETPID: case GETNCNT: case GETZCNT: case SETVAL: case GETALL: case SETALL:
		return values(id, (u32)a1, cmd, a3);
	case IPC_SET:
		if (copy_from_user(&ds, (void *)a3, sizeof(ds)))
			return -EFAULT;
		o = ipc_find_owned(&sets, id);
		return IS_ERR(o) ? PTR_ERR(o) : ipc_set_perm(o, &ds.sem_perm);
	case IPC_RMID:
		o = ipc_find_owned(&sets, id);
		return IS_ERR(o) ? PTR_ERR(o) : remove_set(set_of(o));
	default:
		return -EINVAL;
	}
}

/* ---- /proc ---- */

static int show_sets(struct seq_file *m, void *arg)
{
	seq_puts(m, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
	for (struct ipc_object *o = ipc_next(&sets, 0); o; o = ipc_next(&sets, ipc_index(o) + 1))
		seq_printf(m, "%10d %10d  %4o %10u %5u %5u %5u %5u %10ld %10ld\n", o->perm.key, o->id, o->perm.mode, set_of(o)->nsems,
			   o->perm.uid, o->perm.gid, o->perm.cuid, o->perm.cgid, (long)set_of(o)->otime, (long)o->ctime);
	return 0;
}

static int show_limits(struct seq_file *m, void *arg)
{
	seq_printf(m, "%d\t%d\t%d\t%d\n", sem_limits[0], sem_limits[1], SEMOPM, sets.limit);
	return 0;
}

/* Up to four numbers: semmsl semmns semopm semmni. */
static ssize_t write_limits(const char *buf, size_t n, void *arg)
{
	static const int most[4] = { SEMMSL, SEMMNS, 4096, IPC_MAX_OBJECTS };
	int v[4] = { sem_limits[0], sem_limits[1], SEMOPM, sets.limit };
	const char *p = buf;

	for (int i = 0; i < 4 && *p; i++) {
		u64 value = 0;

		while (*p == ' ' || *p == '\t' || *p == '\n')
			p++;
		if (!*p)
			break;
		for (; *p >= '0' && *p <= '9'; p++)
			value = min(value * 10 + (*p - '0'), (u64)1 << 40);
		if ((*p && *p != ' ' && *p != '\t' && *p != '\n') || value > (u64)most[i])
			return -EINVAL;
		v[i] = value;
	}
	memcpy(sem_limits, v, sizeof(v));
	sets.limit = v[3];
	return n;
}

void sem_init(void)
{
	static struct sysctl_int next_id = { &sets.wanted_id, -1, INT32_MAX };

	if (proc_create("sysvipc/sem", 0444, show_sets, NULL) ||
	    proc_create_rw("sys/kernel/sem_next_id", 0644, sysctl_show_int, sysctl_write_int, &next_id) ||
	    proc_create_rw("sys/kernel/sem", 0644, show_limits, write_limits, NULL))
		pr_warn("no memory for /proc/sysvipc/sem\n");
}
