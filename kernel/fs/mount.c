/* SPDX-License-Identifier: MIT */
/*
 * The tree of mounts (struct mount in fs/vfs.h) and mount(2), umount2(2). Nothing propagates:
 * MS_SHARED and its like are accepted and change nothing. Mount name spaces: mnt_ns.c.
 *
 * Invariants, of the mounts in all_mounts: 1 each has a parent in it, of the same name space, but the root of each; 2 no two
 * have the same parent and mountpoint; 3 a dentry's nr_mounted says how many are mounted on it, whatever their parents. There may be
 * MOUNTS_MAX in each name space, in any shape: what walks over a tree takes a step for each.
 */
#include "internal.h"
#include <fs/notify.h>
#include <fs/poll.h>
#include <ns/mnt_ns.h>
#include <ns/nsproxy.h>

#define MOUNTS_MAX 100000       /* Linux's fs.mount-max */

LIST_HEAD(all_mounts);
static LIST_HEAD(unused_mounts); /* [n] unmounted, and only what is locked on them holds them */
static LIST_HEAD(dead_mounts);  /* [1] their last reference is gone */
static u64 changes;             /* [n] of the tree, for mounts_poll() */
static DECLARE_WAIT_QUEUE_HEAD(changes_wait);

/* --- life ------------------------------------------------------------------------------------ */

/* A mount of @root, which is in @sb, at no place yet; one reference. NULL: no memory. => namespace_lock held */
struct mount *alloc_mount(struct super_block *sb, struct dentry *root, const char *source, unsigned long flags)
{
	static int next_id = 20;
	struct mount *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return NULL;
	m->source = kstrdup(source, GFP_KERNEL);
	if (!m->source) {
		kfree(m);
		return NULL;
	}
	m->sb = sb;
	sb->nr_mounts++;
	m->root = dget(root);
	m->flags = flags & MOUNT_FLAGS;
	m->id = next_id++;
	atomic_set(&m->count, 1);
	INIT_LIST_HEAD(&m->list);
	INIT_LIST_HEAD(&m->children);
	INIT_LIST_HEAD(&m->child);
	return m;
}

struct mount *clone_mount(const struct mount *m, struct dentry *root)
{
	struct mount *c = alloc_mount(m->sb, root, m->source, m->flags);

	if (c) {
		c->locked = m->locked;
		c->locked_flags = m->locked_flags;
	}
	return c;
}

bool may_mount(void)
{
	return ns_capable(current->nsproxy->mnt->ns.user_ns, CAP_SYS_ADMIN);
}

/* In the tree that the current task sees, and may change? */
bool is_our_mount(const struct mount *m)
{
	return m && m->mnt_ns == current->nsproxy->mnt;
}

/* => namespace_lock held */
static void free_mount(struct mount *m)
{
	dput(m->root);
	if (!--m->sb->nr_mounts)
		free_super(m->sb);
	kfree(m->source);
	kfree(m);
}

static void uncover(struct mount *m);

void namespace_unlock(void)
{
	do {
		do {
			while (unlikely(!list_empty(&unused_mounts))) {
				struct mount *m = list_first_entry(&unused_mounts, struct mount, list);

				list_del_init(&m->list);
				uncover(m);
			}
			while (unlikely(!list_empty(&dead_mounts))) {
				struct mount *m = list_first_entry(&dead_mounts, struct mount, list);

				list_del(&m->list);
				free_mount(m);
			}
		} while (unlikely(free_dead_namespaces()));
		mutex_unlock(&namespace_lock);
		/* One that died after the look found the lock taken. */
	} while (unlikely(!list_empty(&dead_mounts)) && mutex_trylock(&namespace_lock));
}

/* May be called with namespace_lock held or not: whoever has it frees what is dead. */
void mntput(struct mount *m)
{
	int left = atomic_add_return(-1, &m->count);

	if (unlikely(m->hiding) && left == (int)m->nr_connected) {
		m->hiding = false;
		list_add_tail(&m->list, &unused_mounts);
	} else if (!left) {
		list_add_tail(&m->list, &dead_mounts);
	} else {
		return;
	}
	if (mutex_trylock(&namespace_lock))
		namespace_unlock();
}

void path_put(struct path p)
{
	dput(p.dentry);
	if (!p.mnt)
		return;
	if (unlikely(p.mnt->special)) {
		p.mnt->expiring = false;
		mntput(p.mnt);
	} else if (atomic_dec_and_test(&p.mnt->count)) {
		atomic_inc(&p.mnt->count);
		mntput(p.mnt);
	}
}

/* --- the tree -------------------------------------------------------------------------------- */

struct mount *mounted_on(const struct mount *parent, const struct dentry *d)
{
	struct mount *m;

	list_for_each_entry(m, &parent->children, child)
		if (m->mountpoint == d)
			return m;
	return NULL;
}

void follow_mounts(struct path *p)
{
	while (unlikely(p->dentry->nr_mounted)) {
		struct mount *m = mounted_on(p->mnt, p->dentry);

		if (!m)
			return;
		m = path_get((struct path){ m, m->root }).mnt;
		path_put(*p);
		*p = (struct path){ m, m->root };
	}
}

struct mount *mount_of_root(const struct dentry *root)
{
	struct mount *m;

	list_for_each_entry(m, &all_mounts, list)
		if (m->root == root && is_our_mount(m)) {
			atomic_inc(&m->count);
			return m;
		}
	return NULL;
}

bool is_mount_below(const struct mount *m, const struct mount *top)
{
	while (m && m != top)
		m = m->parent;
	return m;
}

static void tree_changed(void)
{
	changes++;
	wake_up(&changes_wait);
}

unsigned int mounts_poll(struct file *f, struct poll_table *pt)
{
	bool news = f->private2 != changes;

	poll_wait(pt, &changes_wait);
	f->private2 = changes;
	return POLLIN | POLLRDNORM | (news ? POLLPRI | POLLERR : 0);
}

/* @m at @where, whose top it becomes. Its reference becomes all_mounts'. => namespace_lock held */
void attach(struct mount *m, const struct path *where)
{
	m->parent = path_get(*where).mnt;
	m->mountpoint = where->dentry;
	m->mountpoint->nr_mounted++;
	m->mnt_ns = where->mnt->mnt_ns;
	m->mnt_ns->nr_mounts++;
	list_add_tail(&m->child, &m->parent->children);
	list_add_tail(&m->list, &all_mounts);
	tree_changed();
}

/* @m as the root of @ns. Its reference becomes all_mounts'. => namespace_lock held */
void attach_root(struct mount *m, struct mnt_namespace *ns)
{
	m->mnt_ns = ns;
	ns->nr_mounts++;
	list_add_tail(&m->list, &all_mounts);
}

/* The place is free again; all_mounts' reference is the caller's. => namespace_lock held */
void detach(struct mount *m)
{
	struct path where = { m->parent, m->mountpoint };

	list_del_init(&m->list);
	list_del_init(&m->child);
	if (m->mnt_ns)
		m->mnt_ns->nr_mounts--;
	m->parent = NULL;
	m->mountpoint = NULL;
	m->mnt_ns = NULL;
	if (!where.mnt)
		return;                 /* the root of a name space */
	where.dentry->nr_mounted--;
	tree_changed();
	path_put(where);
}

/* @m, or one mounted below it, with nothing mounted on it but what is hidden already. */
static struct mount *leaf_of(struct mount *m)
{
	while (!list_empty(&m->children)) {
		struct mount *first = list_first_entry(&m->children, struct mount, child);

		if (!first->mnt_ns)
			break;
		m = first;
	}
	return m;
}

/* Who still has a way in to @m's parent must not see what @m hides: it stays there until nobody has. */
static void hide(struct mount *m)
{
	m->mnt_ns->nr_mounts--;
	m->mnt_ns = NULL;
	m->parent->hiding = true;
	m->parent->nr_connected++;
	list_move_tail(&m->child, &m->parent->children);
}

/* @top and all that is mounted below leave the tree, each for itself. => namespace_lock held */
void umount_tree(struct mount *top)
{
	struct mount *m = top, *parent;

	do {
		m = leaf_of(m);
		parent = m == top ? NULL : m->parent;
		if (parent && m->locked) {
			hide(m);
		} else {
			detach(m);
			mntput(m);
		}
		m = parent;
	} while (m);
}

/* What stayed on @m when it was unmounted. => namespace_lock held, nobody else has @m */
static void uncover(struct mount *m)
{
	while (m->nr_connected) {
		struct mount *c = list_first_entry(&m->children, struct mount, child);

		m->nr_connected--;
		atomic_inc(&m->count);  /* so that detach does not come back here */
		detach(c);
		mntput(c);
		mntput(m);
	}
}

/* What @where leads to, now that the lock is held: others may have mounted there since it was found. */
int attach_checked(struct mount *m, struct path *where)
{
	follow_mounts(where);
	if (S_ISDIR(where->dentry->inode->mode) != S_ISDIR(m->root->inode->mode))
		return -ENOTDIR;
	if (!is_our_mount(where->mnt))
		return -EINVAL;         /* a place that nobody here can reach */
	if (where->mnt->mnt_ns->nr_mounts >= MOUNTS_MAX)
		return -ENOSPC;
	attach(m, where);
	return 0;
}

/* After @m, whose children come next if @into, in a walk over what is mounted below @top; NULL: that was all. */
static struct mount *next_mount(struct mount *m, const struct mount *top, bool into)
{
	if (into && !list_empty(&m->children))
		return list_first_entry(&m->children, struct mount, child);
	for (; m != top; m = m->parent)
		if (!list_is_last(&m->child, &m->parent->children))
			return list_next_entry(m, child);
	return NULL;
}

/* Copies what is mounted below @from's dentry onto @to, the copy of its mount. => namespace_lock held */
int copy_children(const struct path *from, struct mount *to)
{
	struct mount *m, *c;
	bool into = true;

	list_for_each_entry(m, &all_mounts, list)
		m->copy = NULL;
	from->mnt->copy = to;
	for (m = from->mnt; (m = next_mount(m, from->mnt, into)); ) {
		/* Not what is hidden, nor what lies beside the place, nor the copy itself where it is mounted inside. */
		into = m->mnt_ns && m != to && (m->parent != from->mnt || d_is_ancestor(from->dentry, m->mountpoint));
		if (!into)
			continue;
		if (to->mnt_ns->nr_mounts >= MOUNTS_MAX)
			return -ENOSPC;
		c = clone_mount(m, m->root);
		if (!c)
			return -ENOMEM;
		attach(c, &(struct path){ m->parent->copy, m->mountpoint });
		m->copy = c;
	}
	return 0;
}

/* --- boot ------------------------------------------------------------------------------------ */

int mount_root(const char *options)
{
	struct super_block *sb = alloc_super(find_type("tmpfs"), 0, options, NULL);
	struct mount *m;

	if (IS_ERR(sb))
		return PTR_ERR(sb);
	m = alloc_mount(sb, sb->root, "rootfs", 0);
	if (!m)
		return -ENOMEM;
	attach_root(m, &init_mnt_ns);
	init_mnt_ns.root = m;
	init_fs.root = path_get((struct path){ m, m->root });
	init_fs.pwd = path_get(init_fs.root);
	return 0;
}
