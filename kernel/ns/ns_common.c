/* SPDX-License-Identifier: MIT */
/* Birth and end of name spaces of every kind: ns/ns_common.h; and how many there may be, /proc/sys/user. */
#include <proc/proc.h>
#include "internal.h"

/* Never used twice: 2^28 of them are a long time, and a number that came again would only look the same to lsns. */
static u32 next_inum = PROC_NET_INIT_INO + 1;

int ns_init(struct ns_common *ns, const struct ns_operations *ops, struct user_namespace *owner)
{
	ns->charged = charge_namespace(owner, current->cred.euid, ops->kind);
	if (IS_ERR(ns->charged))
		return (int)PTR_ERR(ns->charged);
	atomic_set(&ns->count, 1);
	ns->inum = next_inum++;
	ns->ops = ops;
	ns->user_ns = owner;
	get_ns(&owner->ns);
	return 0;
}

void ns_abandon(struct ns_common *ns)
{
	uncharge_namespace(ns->charged, ns->ops->kind);
	put_ns(&ns->user_ns->ns);
}

void __put_ns(struct ns_common *ns)
{
	struct user_namespace *owner = ns->user_ns;
	struct user_count *charged = ns->charged;
	enum ns_kind kind = ns->ops->kind;

	ns->ops->free(ns);
	if (charged)
		uncharge_namespace(charged, kind);
	if (owner)
		put_ns(&owner->ns);
}

/* --- /proc/sys/user: of the reader's user name space, @arg the kind ---------------------------- */

static int max_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "%u\n", current_user_ns()->max[(unsigned long)arg]);
	return 0;
}

static ssize_t max_write(const char *buf, size_t n, void *arg)
{
	struct sysctl_int number = { (int *)&current_user_ns()->max[(unsigned long)arg], 0, INT32_MAX };

	return own_capable(CAP_SYS_RESOURCE) ? sysctl_write_int(buf, n, &number) : -EPERM;
}

void user_sysctls_init(void)
{
	static const struct { const char *path; enum ns_kind kind; } files[] = {
		{ "sys/user/max_user_namespaces", NS_USER }, { "sys/user/max_pid_namespaces", NS_PID },
		{ "sys/user/max_uts_namespaces", NS_UTS }, { "sys/user/max_ipc_namespaces", NS_IPC },
		{ "sys/user/max_net_namespaces", NS_NET }, { "sys/user/max_mnt_namespaces", NS_MNT },
		{ "sys/user/max_time_namespaces", NS_TIME },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		init_user_ns.max[files[i].kind] = default_max_namespaces();
		if (proc_create_rw(files[i].path, 0644, max_show, max_write, (void *)files[i].kind))
			pr_err("cannot make /proc/%s\n", files[i].path);
	}
}
