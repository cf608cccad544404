/* SPDX-License-Identifier: MIT */
/*
 * System V semaphores: semget(2), semop(2), and what a process's end undoes. A set keeps the operations that wait in
 * order; whoever changes a value carries out those that have become possible on behalf of their sleepers, so that no
 * change slips past them. Undo values belong to the process (threads share them, fork gives none).
 */
#include "sem.h"
#include <task/timer.h>
#include <x86/cpu.h>

#define OPS_INLINE 8

static struct ipc_object *make_set(struct ipc_ids *ids, u64 nsems, int flags, s32 key)
{
	struct ipc_namespace *ns = ids->ns;
	struct sem_set *set;

	if (!nsems || nsems > (u64)ns->sem_limits[0])
		return ERR_PTR(-EINVAL);
	if (ns->nr_sems + nsems > (u64)ns->sem_limits[1])
		return ERR_PTR(-ENOSPC);
	set = kzalloc(sizeof(*set) + nsems * sizeof(set->sem[0]), GFP_KERNEL);
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->nsems = nsems;
	INIT_LIST_HEAD(&set->waiters);
	INIT_LIST_HEAD(&set->undos);
	ns->nr_sems += nsems;
	set->ns = ns;
	return &set->ipc;
}

static void free_set(struct ipc_object *o)
{
	set_of(o)->ns->nr_sems -= set_of(o)->nsems;
	kfree(set_of(o));
}

static int set_suits(const struct ipc_object *o, u64 nsems)
{
	return nsems > set_of(o)->nsems ? -EINVAL : 0;
}

static void remove_set(struct ipc_object *o);

static const struct ipc_ids_operations set_operations = { .make = make_set, .free = free_set, .suits = set_suits, .remove = remove_set };

void sem_ids_init(struct ipc_namespace *ns)
{
	ns->sem = (struct ipc_ids){ .op = &set_operations, .ns = ns, .limit = IPC_MAX_OBJECTS, .wanted_id = -1 };
	ns->sem_limits[0] = SEMMSL;
	ns->sem_limits[1] = SEMMNS;
	ns->sem_limits[2] = 500;
	ns->sem_limits[3] = IPC_MAX_OBJECTS;
}

SYSCALL(semget)
{
	return (s32)a1 < 0 || (s32)a1 > ipc_ns()->sem_limits[0] ? -EINVAL : ipc_get(&ipc_ns()->sem, (s32)a0, (u32)a1, (int)a2);
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

/* All of @w's operations or none. 0, -ERANGE, -EAGAIN (IPC_NOWAIT), or SEM_WAITING with w->blocking. */
static int try_ops(struct sem_set *set, struct sem_waiter *w)
{
	for (unsigned int i = 0; i < w->nr; i++) {
		const struct sembuf_abi *op = &w->ops[i];
		struct semaphore *s = &set->sem[op->sem_num];
		int value = s->value + op->sem_op, ret = 0;

		if (value < 0 || (!op->sem_op && s->value))
			ret = (op->sem_flg & IPC_NOWAIT) ? -EAGAIN : SEM_WAITING;
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

void sem_update(struct sem_set *set)
{
	struct sem_waiter *w, *next;
	bool again;

	do {
		again = false;
		list_for_each_entry_safe(w, next, &set->waiters, list) {
			int ret = try_ops(set, w);

			if (ret == SEM_WAITING)
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
	w->status = SEM_WAITING;
	list_add_tail(&w->list, &set->waiters);
	err = wait_event_interruptible_until(w->wait, w->status != SEM_WAITING, deadline);
	if (w->status != SEM_WAITING)
		return w->status;       /* done, or the set is gone (EIDRM) */
	list_del(&w->list);
	return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

static long do_ops(int id, const struct sembuf_abi *ops, unsigned int nr, u64 deadline)
{
	struct sem_waiter w = { .ops = ops, .nr = nr, .pid = current->tgid };
	struct ipc_object *o = ipc_find(&ipc_ns()->sem, id);
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
	if (ret == SEM_WAITING)
		return sleep_on(set, &w, deadline);
	if (!ret) {
		set->otime = ipc_now();
		if (alter)
			sem_update(set);
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
		sem_update(set);
	}
	kfree(mine);
	s->sem_undo = NULL;
}

/* Its waiters get EIDRM, undo values are forgotten, its id and memory are free. */
static void remove_set(struct ipc_object *o)
{
	struct sem_set *set = set_of(o);

	while (!list_empty(&set->undos))
		free_undo(list_first_entry(&set->undos, struct sem_undo, by_set));
	while (!list_empty(&set->waiters))
		finish(list_first_entry(&set->waiters, struct sem_waiter, list), -EIDRM);
	ipc_forget(o);
	free_set(o);
}
