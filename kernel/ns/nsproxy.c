/* SPDX-License-Identifier: MIT */
/* Which name spaces a task has: clone(2), unshare(2), setns(2). ns/nsproxy.h */
#include <fs/vfs.h>
#include <ipc/ipc.h>
#include <ipc/ipc_ns.h>
#include <mm/mm.h>
#include <ns/mnt_ns.h>
#include <ns/net_ns.h>
#include <ns/pid_ns.h>
#include <ns/time_ns.h>
#include <ns/uts_ns.h>
#include "internal.h"

#define PROXY_FLAGS (CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWTIME | CLONE_NEWPID | CLONE_NEWNS)

struct nsproxy init_nsproxy = {
	.count = ATOMIC_INIT(1), .uts = &init_uts_ns, .ipc = &init_ipc_ns, .net = &init_net, .mnt = &init_mnt_ns, .pid_for_children = &init_pid_ns, .time = &init_time_ns,
	.time_for_children = &init_time_ns,
};

void free_nsproxy(struct nsproxy *p)
{
	put_ns(&p->uts->ns);
	put_ns(&p->ipc->ns);
	put_ns(&p->net->ns);
	put_ns(&p->mnt->ns);
	put_ns(&p->pid_for_children->ns);
	put_ns(&p->time->ns);
	put_ns(&p->time_for_children->ns);
	kfree(p);
}

/* Another one with the same name spaces. NULL: no memory. */
static struct nsproxy *clone_nsproxy(const struct nsproxy *old)
{
	struct nsproxy *p = kmalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	*p = *old;
	atomic_set(&p->count, 1);
	get_ns(&p->uts->ns);
	get_ns(&p->ipc->ns);
	get_ns(&p->net->ns);
	get_ns(&p->mnt->ns);
	get_ns(&p->pid_for_children->ns);
	get_ns(&p->time->ns);
	get_ns(&p->time_for_children->ns);
	return p;
}

/* *slot, a member of a nsproxy, becomes @new. 0, or the error that @new is. */
#define REPLACE(slot, new) ({ \
	__typeof__(slot) new_ = (new); \
	int err_ = IS_ERR(new_) ? (int)PTR_ERR(new_) : 0; \
	if (!err_) { \
		put_ns(&(slot)->ns); \
		(slot) = new_; \
	} \
	err_; })

/* The name spaces of @old, new ones by @flags, which belong to @owner. ERR_PTR */
static struct nsproxy *new_nsproxy(unsigned long flags, const struct nsproxy *old, struct user_namespace *owner, struct fs_struct *fs)
{
	struct nsproxy *p = clone_nsproxy(old);
	int err = 0;

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (flags & CLONE_NEWUTS)
		err = REPLACE(p->uts, copy_uts_ns(owner, old->uts));
	if (!err && (flags & CLONE_NEWIPC))
		err = REPLACE(p->ipc, copy_ipc_ns(owner));
	if (!err && (flags & CLONE_NEWNET))
		err = REPLACE(p->net, copy_net_ns(owner));
	if (!err && (flags & CLONE_NEWPID))
		err = REPLACE(p->pid_for_children, copy_pid_ns(owner, old->pid_for_children));
	if (!err && (flags & CLONE_NEWTIME))
		err = REPLACE(p->time_for_children, copy_time_ns(owner, old->time_for_children));
	/* Last: it moves @fs. */
	if (!err && (flags & CLONE_NEWNS))
		err = REPLACE(p->mnt, copy_mnt_ns(owner, old->mnt, fs));
	if (!err)
		return p;
	free_nsproxy(p);
	return ERR_PTR(err);
}

static void switch_nsproxy(struct task_struct *t, struct nsproxy *p)
{
	struct nsproxy *old = t->nsproxy;

	if (old->ipc != p->ipc && t->signal->sem_undo)
		exit_sem(t->signal);
	t->nsproxy = p;
	put_nsproxy(old);
}

int __copy_namespaces(unsigned long flags, struct task_struct *t)
{
	struct nsproxy *p;
	int err = 0;

	if (likely(!(flags & PROXY_FLAGS)) && ((flags & CLONE_VM) || likely(t->nsproxy->time == t->nsproxy->time_for_children))) {
		get_nsproxy(t->nsproxy);
		return 0;
	}
	if ((flags & PROXY_FLAGS) && !ns_capable(t->cred.user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	/* Undo values would reach into the parent's semaphores. */
	if ((flags & (CLONE_NEWIPC | CLONE_SYSVSEM)) == (CLONE_NEWIPC | CLONE_SYSVSEM))
		return -EINVAL;
	p = new_nsproxy(flags, t->nsproxy, t->cred.user_ns, t->fs);
	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	if (!(flags & CLONE_VM) && p->time != p->time_for_children)
		err = time_ns_enter(p, t);
	if (err)
		put_nsproxy(p);
	else
		t->nsproxy = p;
	return err;
}

/* Without memory it stays where it is. */
void __exec_namespaces(void)
{
	struct nsproxy *p = clone_nsproxy(current->nsproxy);

	if (p && !time_ns_enter(p, current))
		switch_nsproxy(current, p);
	else if (p)
		put_nsproxy(p);
}

bool current_is_single_threaded(void)
{
	return current->signal->nr_threads == 1 && (!current->mm || atomic_read(&current->mm->mm_users) == 1);
}

long unshare_namespaces(unsigned long flags)
{
	struct cred c = current->cred;
	struct nsproxy *p = NULL;
	long err = 0;

	get_user_ns(c.user_ns);
	if (flags & CLONE_NEWUSER)
		err = create_user_ns(&c);
	if (!err && (flags & PROXY_FLAGS)) {
		p = ns_capable(c.user_ns, CAP_SYS_ADMIN) ? new_nsproxy(flags, current->nsproxy, c.user_ns, current->fs) : ERR_PTR(-EPERM);
		err = IS_ERR(p) ? PTR_ERR(p) : 0;
	}
	if (err || !(flags & CLONE_NEWUSER))
		put_user_ns(c.user_ns);
	if (err)
		return err;
	if (flags & CLONE_NEWUSER)
		commit_user_ns(&c);
	if (p)
		switch_nsproxy(current, p);
	return 0;
}

/* --- setns(2) -------------------------------------------------------------------------------- */

bool nsset_capable(const struct nsset *set, const struct ns_common *ns)
{
	return ns_capable(ns->user_ns, CAP_SYS_ADMIN) && ns_capable(set->cred->user_ns, CAP_SYS_ADMIN);
}

static int start_nsset(struct nsset *set, struct cred *cred)
{
	*cred = current->cred;
	set->cred = cred;
	set->proxy = clone_nsproxy(current->nsproxy);
	return set->proxy ? 0 : -ENOMEM;
}

/* The name spaces of another process, in Linux's order: its user name space first, so that it gives the rights to the others. */
static int install_from_task(struct nsset *set, struct task_struct *t)
{
	static const unsigned int order[] = { NS_LINK_USER, NS_LINK_MNT, NS_LINK_UTS, NS_LINK_IPC, NS_LINK_PID, NS_LINK_NET, NS_LINK_TIME };
	int err = !ptrace_may_access(t) ? -EPERM : t->nsproxy ? 0 : -ESRCH;

	for (size_t i = 0; !err && i < ARRAY_SIZE(order); i++) {
		struct ns_common *ns = task_ns(t, order[i]);

		if (set->flags & ns->ops->type)
			err = ns->ops->install ? ns->ops->install(set, ns) : -EINVAL;
		put_ns(ns);
	}
	return err;
}

/* What can fail comes first. */
static int commit_nsset(struct nsset *set)
{
	int err = set->flags & CLONE_NEWTIME ? time_ns_enter(set->proxy, current) : 0;

	if (err)
		return err;
	if (set->flags & CLONE_NEWUSER)
		commit_user_ns(set->cred);
	if (set->root.mnt) {
		struct fs_struct *fs = current->fs;

		path_put(fs->root);
		path_put(fs->pwd);
		fs->root = path_get(set->root);
		fs->pwd = set->root;
	}
	switch_nsproxy(current, set->proxy);
	return 0;
}

SYSCALL(setns)
{
	struct file *f = fget((unsigned int)a0);
	unsigned long type = (unsigned int)a1;
	struct ns_common *ns = f ? file_ns(f) : NULL;
	struct nsset set = { .flags = type };
	struct task_struct *t = NULL;
	struct cred cred;
	int err = f ? 0 : -EBADF;

	if (ns) {
		if (type && type != ns->ops->type)
			err = -EINVAL;
		set.flags = ns->ops->type;
	} else if (f) {
		t = task_of_pidfd((unsigned int)a0);
		if (t == ERR_PTR(-EBADF) || !type || (type & ~CLONE_NEW_NAMESPACES) || (type & CLONE_NEWCGROUP))
			err = -EINVAL;
		else if (IS_ERR(t))
			err = (int)PTR_ERR(t);
	}
	if (!err)
		err = start_nsset(&set, &cred);
	if (err)
		goto out;
	err = t ? install_from_task(&set, t) : ns->ops->install ? ns->ops->install(&set, ns) : -EINVAL;
	if (!err)
		err = commit_nsset(&set);
	if (err) {
		put_nsproxy(set.proxy);
		if (set.root.mnt)
			path_put(set.root);
		if (cred.user_ns != current_user_ns())
			put_user_ns(cred.user_ns);
	}
out:
	if (f)
		fput(f);
	return err;
}
