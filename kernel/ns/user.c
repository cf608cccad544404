/* SPDX-License-Identifier: MIT */
/* User name spaces: their life, who has which capabilities where. ns/user_ns.h; the maps are idmap.c's. */
#include <fs/vfs.h>
#include "internal.h"

int overflowuid = 65534, overflowgid = 65534;

static void free_user(struct ns_common *ns)
{
	struct user_namespace *u = container_of(ns, struct user_namespace, ns);

	forget_user_counts(u);
	kfree(u->uid_map.extents);
	kfree(u->gid_map.extents);
	kfree(u);
}

static struct ns_common *user_parent(struct ns_common *ns)
{
	struct user_namespace *parent = ns->user_ns, *u;

	for (u = parent; u; u = u->ns.user_ns)
		if (u == current_user_ns())
			return &parent->ns;
	return NULL;
}

static void set_user_ns(struct cred *c, struct user_namespace *ns)
{
	c->securebits = 0;
	c->cap_inheritable = c->cap_ambient = 0;
	c->cap_permitted = c->cap_effective = c->cap_bset = CAP_FULL_SET;
	c->user_ns = ns;
}

static int install_user(struct nsset *set, struct ns_common *ns)
{
	struct user_namespace *u = container_of(ns, struct user_namespace, ns);

	if (u == current_user_ns())
		return -EINVAL;
	if (current->signal->nr_threads > 1)
		return -EINVAL;
	if (atomic_read(&current->fs->count) != 1)
		return -EINVAL;
	if (!ns_capable(u, CAP_SYS_ADMIN))
		return -EPERM;
	get_user_ns(u);
	set_user_ns(set->cred, u);
	return 0;
}

static const struct ns_operations user_operations = {
	.name = "user", .type = CLONE_NEWUSER, .kind = NS_USER, .free = free_user, .parent = user_parent, .install = install_user,
};

struct user_namespace init_user_ns = {
	.ns = { ATOMIC_INIT(1), PROC_USER_INIT_INO, &user_operations, NULL, NULL },
	.uid_map = { 1, { 0, 0, NO_ID }, NULL }, .gid_map = { 1, { 0, 0, NO_ID }, NULL },
	.may_setgroups = true, .parent_could_setfcap = true, .max_processes = ~0UL,
};

bool cred_capable(const struct cred *c, const struct user_namespace *ns, int cap)
{
	for (;; ns = ns->ns.user_ns) {
		if (ns == c->user_ns)
			return c->cap_effective >> cap & 1;
		if (ns->level <= c->user_ns->level)
			return false;
		/* Who made it has every capability in it. */
		if (ns->ns.user_ns == c->user_ns && ns->owner == c->euid)
			return true;
	}
}

bool ns_capable(const struct user_namespace *ns, int cap)
{
	return cred_capable(&current->cred, ns, cap);
}

bool in_userns(const struct user_namespace *ancestor, const struct user_namespace *ns)
{
	while (ns->level > ancestor->level)
		ns = ns->ns.user_ns;
	return ns == ancestor;
}

bool ids_are_mapped(const struct user_namespace *ns, u32 kuid, u32 kgid)
{
	return from_kuid(ns, kuid) != NO_ID && from_kgid(ns, kgid) != NO_ID;
}

/* Without a map of groups, or after "deny", a process can't leave a group that keeps it from something. */
bool may_setgroups(const struct user_namespace *ns)
{
	return ns->gid_map.nr && ns->may_setgroups && own_capable(CAP_SETGID);
}

int create_user_ns(struct cred *c)
{
	struct user_namespace *parent = c->user_ns, *n;
	int err;

	if (parent->level > USER_NS_LEVEL_MAX)
		return -ENOSPC;
	/* Out of a chroot it would be root over what is outside. */
	if (current_chrooted())
		return -EPERM;
	if (!ids_are_mapped(parent, c->euid, c->egid))
		return -EPERM;
	n = kzalloc(sizeof(*n), GFP_KERNEL);
	if (!n)
		return -ENOMEM;
	n->level = parent->level + 1;
	n->owner = c->euid;
	n->group = c->egid;
	n->may_setgroups = parent->may_setgroups;
	n->parent_could_setfcap = c->cap_effective >> CAP_SETFCAP & 1;
	n->max_processes = rlimit(RLIMIT_NPROC);
	for (int i = 0; i < NR_NS_KINDS; i++)
		n->max[i] = INT32_MAX;
	err = ns_init(&n->ns, &user_operations, parent);
	if (err) {
		kfree(n);
		return err;
	}
	put_user_ns(parent);    /* the credentials' own reference */
	set_user_ns(c, n);
	return 0;
}

void commit_user_ns(const struct cred *c)
{
	struct cred *mine = &current->cred;

	/* Whoever rules over the new one must not look into what the task brings along. */
	if (!(c->user_ns->ns.user_ns == mine->user_ns && c->user_ns->owner == mine->euid)) {
		current->dumpable = 0;
		current->pdeath_signal = 0;
	}
	put_user_ns(mine->user_ns);
	*mine = *c;
	user_recharge();
}
