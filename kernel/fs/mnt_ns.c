/* SPDX-License-Identifier: MIT */
/* Mount name spaces: ns/mnt_ns.h; pivot_root(2). The tree of mounts itself is mount.c's. */
#include "internal.h"
#include <ns/mnt_ns.h>
#include <ns/nsproxy.h>
#include <uapi/sched.h>

static LIST_HEAD(dead_namespaces);      /* [n] nobody is in them */

/* May be called with namespace_lock held or not: whoever has it takes the tree apart. */
static void free_mnt_ns(struct ns_common *ns)
{
	struct mnt_namespace *n = container_of(ns, struct mnt_namespace, ns);

	list_add_tail(&n->dead, &dead_namespaces);
	if (mutex_trylock(&namespace_lock))
		namespace_unlock();
}

bool free_dead_namespaces(void)
{
	bool any = !list_empty(&dead_namespaces);

	while (!list_empty(&dead_namespaces)) {
		struct mnt_namespace *n = list_first_entry(&dead_namespaces, struct mnt_namespace, dead);

		list_del(&n->dead);
		umount_tree(n->root);
		kfree(n);
	}
	return any;
}

/* The place at the top of what is mounted on the root; no references. => namespace_lock held */
static struct path top_of(const struct mnt_namespace *ns)
{
	struct path p = { ns->root, ns->root->root };
	struct mount *m;

	while ((m = mounted_on(p.mnt, p.dentry)))
		p = (struct path){ m, m->root };
	return p;
}

bool current_chrooted(void)
{
	struct path top;
	bool chrooted;

	mutex_lock(&namespace_lock);
	top = top_of(current->nsproxy->mnt);
	chrooted = current->fs->root.mnt != top.mnt || current->fs->root.dentry != top.dentry;
	namespace_unlock();
	return chrooted;
}

static int install_mnt(struct nsset *set, struct ns_common *ns)
{
	struct mnt_namespace *n = container_of(ns, struct mnt_namespace, ns);

	if (!nsset_capable(set, ns) || !cred_capable(set->cred, set->cred->user_ns, CAP_SYS_CHROOT))
		return -EPERM;
	if (atomic_read(&current->fs->count) != 1)
		return -EINVAL;
	mutex_lock(&namespace_lock);
	set->root = path_get(top_of(n));
	namespace_unlock();
	get_ns(ns);
	put_ns(&set->proxy->mnt->ns);
	set->proxy->mnt = n;
	return 0;
}

static const struct ns_operations mnt_operations = {
	.name = "mnt", .type = CLONE_NEWNS, .kind = NS_MNT, .free = free_mnt_ns, .install = install_mnt,
};

struct mnt_namespace init_mnt_ns = { .ns = { ATOMIC_INIT(1), PROC_MNT_INIT_INO, &mnt_operations, &init_user_ns, NULL } };

static void move_along(struct path *p)
{
	struct path old = *p;

	if (!p->mnt || !p->mnt->copy)
		return;
	*p = path_get((struct path){ p->mnt->copy, p->dentry });
	path_put(old);
}

/* The tree of @n: that of @old, mount by mount. => namespace_lock held */
static int copy_tree(struct mnt_namespace *n, struct mnt_namespace *old)
{
	struct mount *from = old->root, *m;
	bool lock = n->ns.user_ns != old->ns.user_ns;
	int err;

	n->root = clone_mount(from, from->root);
	if (!n->root)
		return -ENOMEM;
	attach_root(n->root, n);
	err = copy_children(&(struct path){ from, from->root }, n->root);
	if (err) {
		umount_tree(n->root);
		return err;
	}
	/* Who has less rights must not take off what hides something, nor what forbids something. */
	list_for_each_entry(m, &all_mounts, list) {
		if (!lock || m->mnt_ns != n)
			continue;
		m->locked = m->parent;
		m->locked_flags = m->flags & LOCKABLE_FLAGS;
	}
	return 0;
}

struct mnt_namespace *copy_mnt_ns(struct user_namespace *owner, struct mnt_namespace *old, struct fs_struct *fs)
{
	struct mnt_namespace *n = kzalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return ERR_PTR(-ENOMEM);
	err = ns_init(&n->ns, &mnt_operations, owner);
	if (err)
		goto free;
	mutex_lock(&namespace_lock);
	err = copy_tree(n, old);
	if (!err) {
		move_along(&fs->root);
		move_along(&fs->pwd);
	}
	namespace_unlock();
	if (!err)
		return n;
	ns_abandon(&n->ns);
free:
	kfree(n);
	return ERR_PTR(err);
}

/* --- pivot_root(2) --------------------------------------------------------------------------- */

static bool same(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

/* Is @p at or below @top? */
static bool is_reachable(const struct path *p, const struct path *top)
{
	struct path at = *p;

	while (at.mnt != top->mnt && at.mnt->parent)
		at = (struct path){ at.mnt->parent, at.mnt->mountpoint };
	return at.mnt == top->mnt && d_is_ancestor(top->dentry, at.dentry);
}

/* => namespace_lock held */
static int may_pivot(const struct path *new, const struct path *put_old, const struct path *root)
{
	struct mnt_namespace *ns = current->nsproxy->mnt;

	if (!root->mnt || root->mnt->mnt_ns != ns || !new->mnt || new->mnt->mnt_ns != ns || new->mnt->locked || !put_old->mnt)
		return -EINVAL;
	if (new->mnt == root->mnt || put_old->mnt == root->mnt)
		return -EBUSY;
	if (root->mnt->root != root->dentry || new->mnt->root != new->dentry || !new->mnt->parent)
		return -EINVAL;
	return is_reachable(put_old, new) && is_reachable(new, root) ? 0 : -EINVAL;
}

/* The roots and working directories that were @old: of every task. => namespace_lock held */
static void move_tasks(const struct path *old, const struct path *new)
{
	struct task_struct *leader, *t;
	pid_t pid = 0;

	while ((leader = next_task_after(pid))) {
		pid = leader->pid;
		for (t = NULL; (t = next_thread_of(leader, t)); ) {
			struct path *places[] = { t->fs ? &t->fs->root : NULL, t->fs ? &t->fs->pwd : NULL };

			for (int i = 0; i < 2 && places[i]; i++) {
				if (!same(places[i], old))
					continue;
				path_get(*new);
				path_put(*places[i]);
				*places[i] = *new;
			}
		}
	}
}

/* Unlike Linux this takes the root of all, too, where nothing is below: there is no other root on this machine. */
static void pivot(const struct path *new, const struct path *put_old, const struct path *root)
{
	struct mount *old_root = root->mnt;
	struct mnt_namespace *ns = old_root->mnt_ns;
	struct path above = { old_root->parent, old_root->mountpoint };

	if (above.mnt)
		path_get(above);
	detach(new->mnt);
	detach(old_root);
	if (above.mnt) {
		attach(new->mnt, &above);
		path_put(above);
	} else {
		attach_root(new->mnt, ns);
		ns->root = new->mnt;
	}
	old_root->locked = false;
	attach(old_root, put_old);
}

SYSCALL(pivot_root)
{
	struct path new, put_old, root;
	int err;

	if (!may_mount())
		return -EPERM;
	err = user_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &new);
	if (err)
		return err;
	err = user_path(AT_FDCWD, (const char *)a1, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &put_old);
	if (err)
		goto out;
	mutex_lock(&namespace_lock);
	root = path_get(current->fs->root);
	err = may_pivot(&new, &put_old, &root);
	if (!err) {
		pivot(&new, &put_old, &root);
		move_tasks(&root, &new);
	}
	namespace_unlock();
	path_put(root);
	path_put(put_old);
out:
	path_put(new);
	return err;
}
