/* SPDX-License-Identifier: MIT */
/* System V semaphores: semctl(2), /proc/sysvipc/sem and their limits. */
#include "sem.h"

static long sem_stat(int id, int cmd, void __user *buf)
{
	struct ipc_object *o = ipc_find_for_stat(&ipc_ns()->sem, id, cmd != IPC_STAT, cmd == SEM_STAT_ANY);
	struct semid64_ds_abi ds;

	if (IS_ERR(o))
		return PTR_ERR(o);
	ds = (struct semid64_ds_abi){ .sem_perm = ipc_perm_seen(o), .sem_otime = set_of(o)->otime, .sem_ctime = o->ctime, .sem_nsems = set_of(o)->nsems };
	id = o->id;
	if (copy_to_user(buf, &ds, sizeof(ds)))
		return -EFAULT;
	return cmd == IPC_STAT ? 0 : id;
}

static long sem_info(int cmd, void __user *buf)
{
	const struct ipc_namespace *ns = ipc_ns();
	struct seminfo_abi i = { .semmap = ns->sem_limits[1], .semmni = ns->sem.limit, .semmns = ns->sem_limits[1], .semmnu = ns->sem_limits[1],
		.semmsl = ns->sem_limits[0], .semopm = SEMOPM, .semume = SEMOPM, .semusz = 20, .semvmx = SEMVMX, .semaem = SEMVMX };

	if (cmd == SEM_INFO) {
		i.semusz = ns->sem.used;
		i.semaem = ns->nr_sems;
	}
	return copy_to_user(buf, &i, sizeof(i)) ? -EFAULT : (long)ns->sem.highest;
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
	sem_update(set);
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
	case GETPID: return pid_vnr(set->sem[n].pid);
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
	struct sem_set *set = set_of(ipc_find(&ipc_ns()->sem, id));
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
	o = ipc_find(&ipc_ns()->sem, id);
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

static long values(int id, u32 n, int cmd, unsigned long arg)
{
	struct ipc_object *o = ipc_find(&ipc_ns()->sem, id);
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
		o = ipc_find_owned(&ipc_ns()->sem, id);
		return IS_ERR(o) ? PTR_ERR(o) : ipc_set_perm(o, &ds.sem_perm);
	case IPC_RMID:
		o = ipc_find_owned(&ipc_ns()->sem, id);
		if (IS_ERR(o))
			return PTR_ERR(o);
		o->ids->op->remove(o);
		return 0;
	default:
		return -EINVAL;
	}
}

/* ---- /proc ---- */

static int show_sets(struct seq_file *m, void *arg)
{
	seq_puts(m, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
	for (struct ipc_object *o = ipc_next(&ipc_ns()->sem, 0); o; o = ipc_next(&ipc_ns()->sem, ipc_index(o) + 1)) {
		const struct ipc64_perm_abi p = ipc_perm_seen(o);

		seq_printf(m, "%10d %10d  %4o %10u %5u %5u %5u %5u %10ld %10ld\n", o->perm.key, o->id, o->perm.mode, set_of(o)->nsems,
			   p.uid, p.gid, p.cuid, p.cgid, (long)set_of(o)->otime, (long)o->ctime);
	}
	return 0;
}

static int show_limits(struct seq_file *m, void *arg)
{
	const struct ipc_namespace *ns = ipc_ns();

	seq_printf(m, "%d\t%d\t%d\t%d\n", ns->sem_limits[0], ns->sem_limits[1], SEMOPM, ns->sem.limit);
	return 0;
}

/* Up to four numbers: semmsl semmns semopm semmni. */
static ssize_t write_limits(const char *buf, size_t n, void *arg)
{
	struct ipc_namespace *ns = ipc_ns();
	static const int most[4] = { SEMMSL, SEMMNS, 4096, IPC_MAX_OBJECTS };
	int v[4] = { ns->sem_limits[0], ns->sem_limits[1], SEMOPM, ns->sem.limit };
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
	memcpy(ns->sem_limits, v, sizeof(v));
	ns->sem.limit = v[3];
	return n;
}

void sem_init(void)
{
	static const struct ipc_sysctl next_id = { "sys/kernel/sem_next_id", offsetof(struct ipc_namespace, sem.wanted_id), -1, INT32_MAX, false };

	ipc_sysctls(&next_id, 1);
	if (proc_create("sysvipc/sem", 0444, show_sets, NULL) || proc_create_rw("sys/kernel/sem", 0644, show_limits, write_limits, NULL))
		pr_warn("no memory for /proc/sysvipc/sem\n");
}
