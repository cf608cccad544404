/* SPDX-License-Identifier: MIT */
/* IPC name spaces: ipc/ipc_ns.h. What is in them is the affair of shm.c, sem.c, msg.c and mqueue.c. */
#include <lib/bug.h>
#include <ns/nsproxy.h>
#include <ns/user_ns.h>
#include <uapi/sched.h>
#include "internal.h"

static void remove_all(struct ipc_ids *ids)
{
	struct ipc_object *o;

	while ((o = ipc_next(ids, 0)))
		ids->op->remove(o);
	kfree(ids->slots);
}

static void free_ipc(struct ns_common *ns)
{
	struct ipc_namespace *n = container_of(ns, struct ipc_namespace, ns);

	remove_all(&n->sem);
	remove_all(&n->msg);
	remove_all(&n->shm);
	mqueue_ns_free(n);
	kfree(n);
}

static int install_ipc(struct nsset *set, struct ns_common *ns)
{
	if (!nsset_capable(set, ns))
		return -EPERM;
	get_ns(ns);
	put_ns(&set->proxy->ipc->ns);
	set->proxy->ipc = container_of(ns, struct ipc_namespace, ns);
	return 0;
}

static const struct ns_operations ipc_operations = {
	.name = "ipc", .type = CLONE_NEWIPC, .kind = NS_IPC, .free = free_ipc, .install = install_ipc,
};

struct ipc_namespace init_ipc_ns = { .ns = { ATOMIC_INIT(1), PROC_IPC_INIT_INO, &ipc_operations, &init_user_ns, NULL } };

struct ipc_namespace *ipc_ns(void)
{
	return current->nsproxy->ipc;
}

static int fill(struct ipc_namespace *ns)
{
	shm_ids_init(ns);
	sem_ids_init(ns);
	msg_ids_init(ns);
	return mqueue_ns_init(ns);
}

struct ipc_namespace *copy_ipc_ns(struct user_namespace *owner)
{
	struct ipc_namespace *n = kzalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return ERR_PTR(-ENOMEM);
	err = ns_init(&n->ns, &ipc_operations, owner);
	if (err)
		goto free;
	err = fill(n);
	if (!err)
		return n;
	ns_abandon(&n->ns);
free:
	kfree(n);
	return ERR_PTR(err);
}

/* --- numbers in /proc/sys -------------------------------------------------------------------- */

static void *number_of(const struct ipc_sysctl *s)
{
	return (char *)ipc_ns() + s->offset;
}

static int show_number(struct seq_file *m, void *arg)
{
	const struct ipc_sysctl *s = arg;

	if (s->is_long)
		return sysctl_show_ulong(m, &(struct sysctl_ulong){ .value = number_of(s) });
	return sysctl_show_int(m, &(struct sysctl_int){ .value = number_of(s) });
}

static ssize_t write_number(const char *buf, size_t n, void *arg)
{
	const struct ipc_sysctl *s = arg;

	if (s->is_long)
		return sysctl_write_ulong(buf, n, &(struct sysctl_ulong){ number_of(s), (unsigned long)s->min, (unsigned long)s->max });
	return sysctl_write_int(buf, n, &(struct sysctl_int){ number_of(s), (int)s->min, (int)s->max });
}

void ipc_sysctls(const struct ipc_sysctl *table, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (proc_create_rw(table[i].path, 0644, show_number, write_number, (void *)&table[i]))
			pr_warn("no memory for /proc/%s\n", table[i].path);
}

void ipc_init(void)
{
	if (fill(&init_ipc_ns))
		panic("no memory for the tree of message queues: the machine needs more RAM");
	shm_init();
	sem_init();
	msg_init();
	mqueue_init();
}
