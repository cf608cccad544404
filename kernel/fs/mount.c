/* SPDX-License-Identifier: MIT */
/*
 * The tree of mounts (struct mount in fs/vfs.h) and mount(2), umount2(2). There is one name space, in which nothing
 * propagates: MS_SHARED and its like are accepted and change nothing.
 *
 * Invariants, of the mounts in all_mounts: 1 each has a parent in it but the first, the root of all; 2 no two
 * have the same parent and mountpoint; 3 a dentry's is_mountpoint says that one is mounted on it, in whichever parent.
 */
#include "internal.h"
#include <fs/notify.h>
#include <fs/poll.h>
#include <ns/nsproxy.h>

#define MOUNTS_MAX 100000       /* Linux's fs.mount-max */
#define MOUNT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)
#define PROPAGATION (MS_PRIVATE | MS_SLAVE | MS_SHARED | MS_UNBINDABLE)

LIST_HEAD(all_mounts);
static LIST_HEAD(dead_mounts);  /* their last reference is gone */
static unsigned int nr_mounts;  /* [n] */
static u64 changes;             /* [n] of the tree, for mounts_poll() */
static DECLARE_WAIT_QUEUE_HEAD(changes_wait);

/* --- life ------------------------------------------------------------------------------------ */

/* A mount of @root, which is in @sb, at no place yet; one reference. NULL: no memory. => namespace_lock held */
static struct mount *alloc_mount(struct super_block *sb, struct dentry *root, const char *source, unsigned long flags)
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
	return m;
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

void namespace_unlock(void)
{
	do {
		while (unlikely(!list_empty(&dead_mounts))) {
			struct mount *m = list_first_entry(&dead_mounts, struct mount, list);

			list_del(&m->list);
			free_mount(m);
		}
		mutex_unlock(&namespace_lock);
		/* One that died after the look found the lock taken. */
	} while (unlikely(!list_empty(&dead_mounts)) && mutex_trylock(&namespace_lock));
}

/* May be called with namespace_lock held or not: whoever has it frees what is dead. */
static void mntput(struct mount *m)
{
	if (!atomic_dec_and_test(&m->count))
		return;
	list_add_tail(&m->list, &dead_mounts);
	if (mutex_trylock(&namespace_lock))
		namespace_unlock();
}

void path_put(struct path p)
{
	dput(p.dentry);
	if (!p.mnt)
		return;
	if (unlikely(p.mnt->expiring))
		p.mnt->expiring = false;
	mntput(p.mnt);
}

/* --- the tree -------------------------------------------------------------------------------- */

static struct mount *mounted_on(const struct mount *parent, const struct dentry *d)
{
	struct mount *m;

	list_for_each_entry(m, &all_mounts, list)
		if (m->mountpoint == d && m->parent == parent)
			return m;
	return NULL;
}

static bool is_covered(const struct dentry *d)
{
	struct mount *m;

	list_for_each_entry(m, &all_mounts, list)
		if (m->mountpoint == d)
			return true;
	return false;
}

void follow_mounts(struct path *p)
{
	while (unlikely(p->dentry->is_mountpoint)) {
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
		if (m->root == root) {
			atomic_inc(&m->count);
			return m;
		}
	return NULL;
}

bool current_chrooted(void)
{
	const struct path *root = &current->fs->root;

	return root->mnt->parent || root->dentry != root->mnt->root;
}

static bool is_below(const struct mount *m, const struct mount *top)
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
static void attach(struct mount *m, const struct path *where)
{
	m->parent = path_get(*where).mnt;
	m->mountpoint = where->dentry;
	m->mountpoint->is_mountpoint = true;
	list_add_tail(&m->list, &all_mounts);
	nr_mounts++;
	tree_changed();
}

/* The place is free again; all_mounts' reference is the caller's. => namespace_lock held */
static void detach(struct mount *m)
{
	struct path where = { m->parent, m->mountpoint };

	list_del_init(&m->list);
	nr_mounts--;
	m->parent = NULL;
	m->mountpoint = NULL;
	where.dentry->is_mountpoint = is_covered(where.dentry);
	tree_changed();
	path_put(where);
}

/* @top, or one mounted below it, with nothing mounted on it. */
static struct mount *leaf_of(struct mount *top)
{
	struct mount *m;

again:
	list_for_each_entry(m, &all_mounts, list)
		if (m->parent == top) {
			top = m;
			goto again;
		}
	return top;
}

/* @m and all that is mounted below leave the tree, each for itself. => namespace_lock held */
static void umount_tree(struct mount *m)
{
	struct mount *leaf;

	do {
		leaf = leaf_of(m);
		detach(leaf);
		mntput(leaf);
	} while (leaf != m);
}

/* What @where leads to, now that the lock is held: others may have mounted there since it was found. */
static int attach_checked(struct mount *m, struct path *where)
{
	follow_mounts(where);
	if (S_ISDIR(where->dentry->inode->mode) != S_ISDIR(m->root->inode->mode))
		return -ENOTDIR;
	if (!where->mnt || list_empty(&where->mnt->list))
		return -EINVAL;         /* a place that nobody can reach */
	if (nr_mounts >= MOUNTS_MAX)
		return -ENOSPC;
	attach(m, where);
	return 0;
}

/* --- mount(2) -------------------------------------------------------------------------------- */

static int mount_new(const char *type, const char *source, struct path *where, unsigned long flags, const char *options)
{
	struct file_system_type *t = find_type(type);
	struct super_block *sb;
	struct mount *m;
	int err;

	if (!t)
		return -ENODEV;
	/* The same again on top of itself: EBUSY, as Linux says. */
	if (where->dentry->inode->sb->type == t && where->dentry->inode->sb->root == where->dentry && t->unique &&
	    (!where->dentry->inode->sb->private || where->dentry->inode->sb->private == current->pid_ns))
		return -EBUSY;
	sb = t->tree ? t->tree() : alloc_super(t, flags, options, NULL);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	mutex_lock(&namespace_lock);
	m = alloc_mount(sb, sb->root, source && *source ? source : "none", flags);
	err = m ? attach_checked(m, where) : -ENOMEM;
	if (err && m)
		mntput(m);
	else if (err && !t->tree)
		free_super(sb);
	namespace_unlock();
	return err;
}

struct super_block *fs_kernel_tree(struct file_system_type *t, void *private)
{
	struct super_block *sb = alloc_super(t, 0, NULL, private);

	if (IS_ERR(sb))
		return NULL;
	sb->nr_mounts++;                /* more than there are */
	return sb;
}

void fs_kernel_tree_put(struct super_block *sb)
{
	mutex_lock(&namespace_lock);
	if (!--sb->nr_mounts)
		free_super(sb);
	namespace_unlock();
}

int do_mount_kernel(const char *type, const char *source, const char *target, unsigned long flags, const char *options)
{
	struct path where;
	int err = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &where);

	if (err)
		return err;
	err = mount_new(type, source, &where, flags, options);
	path_put(where);
	return err;
}

/* Copies what is mounted below @from's dentry onto the copy of its mount. => namespace_lock held */
static int copy_children(const struct path *from, struct mount *top)
{
	struct mount *m, *c;
	bool more = true;
	int err = 0;

	list_for_each_entry(m, &all_mounts, list)
		m->copy = NULL;
	from->mnt->copy = top;
	/* Parents may stand behind their children in the list: until nothing is left. Copies have no ->copy. */
	while (more && !err) {
		more = false;
		list_for_each_entry(m, &all_mounts, list) {
			if (m->copy || !m->parent || !m->parent->copy || m == top || is_below(m, top))
				continue;
			if (m->parent == from->mnt && !d_is_ancestor(from->dentry, m->mountpoint))
				continue;
			c = nr_mounts < MOUNTS_MAX ? alloc_mount(m->sb, m->root, m->source, m->flags) : NULL;
			if (!c) {
				err = nr_mounts < MOUNTS_MAX ? -ENOMEM : -ENOSPC;
				break;
			}
			attach(c, &(struct path){ m->parent->copy, m->mountpoint });
			m->copy = c;
			more = true;
		}
	}
	return err;
}

static int bind(const char *name, struct path *where, unsigned long flags)
{
	struct path from;
	struct mount *m;
	int err = *name ? path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW, &from) : -EINVAL;

	if (err)
		return err;
	mutex_lock(&namespace_lock);
	err = -EINVAL;
	if (is_ns_path(&from) ? (flags & MS_REC) : !from.mnt || list_empty(&from.mnt->list))
		goto out;
	m = from.mnt ? alloc_mount(from.mnt->sb, from.dentry, from.mnt->source, from.mnt->flags) :
		alloc_mount(from.dentry->inode->sb, from.dentry, "nsfs", 0);
	err = m ? attach_checked(m, where) : -ENOMEM;
	if (err && m)
		mntput(m);
	if (!err && (flags & MS_REC)) {
		err = copy_children(&from, m);
		if (err)
			umount_tree(m);
	}
out:
	namespace_unlock();
	path_put(from);
	return err;
}

static int move(const char *name, struct path *where)
{
	struct path from;
	int err = *name ? path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW, &from) : -EINVAL;

	if (err)
		return err;
	mutex_lock(&namespace_lock);
	follow_mounts(where);
	if (!from.mnt || from.mnt->root != from.dentry || !from.mnt->parent || !where->mnt || list_empty(&where->mnt->list))
		err = -EINVAL;
	else if (S_ISDIR(where->dentry->inode->mode) != S_ISDIR(from.dentry->inode->mode))
		err = -EINVAL;
	else if (is_below(where->mnt, from.mnt))
		err = -ELOOP;
	if (!err) {
		detach(from.mnt);
		attach(from.mnt, where);
	}
	namespace_unlock();
	path_put(from);
	return err;
}

static bool has_writers(const struct super_block *sb)
{
	struct mount *m;

	list_for_each_entry(m, &all_mounts, list)
		if (m->sb == sb && atomic_read(&m->writers))
			return true;
	return false;
}

/* With MS_BIND only how this mount shows the tree changes, else the tree itself, too. */
static int remount(struct path *p, unsigned long flags, const char *options)
{
	struct mount *m = p->mnt;
	int err = 0;

	if (!m || m->root != p->dentry)
		return -EINVAL;
	mutex_lock(&namespace_lock);
	if ((flags & MS_RDONLY) && !(path_flags(p) & MS_RDONLY))
		err = (flags & MS_BIND) ? (atomic_read(&m->writers) ? -EBUSY : 0) : has_writers(m->sb) ? -EBUSY : 0;
	if (!err && !(flags & MS_BIND)) {
		err = m->sb->type->reconfigure ? m->sb->type->reconfigure(m->sb, options) : 0;
		if (!err)
			m->sb->flags = flags & MS_RDONLY;
	}
	if (!err)
		m->flags = flags & MOUNT_FLAGS;
	namespace_unlock();
	return err;
}

static int do_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options)
{
	struct path where;
	int err = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &where);

	if (err)
		return err;
	if (!capable(CAP_SYS_ADMIN))
		err = -EPERM;
	else if (flags & MS_REMOUNT)
		err = remount(&where, flags, options);
	else if (flags & MS_BIND)
		err = bind(source, &where, flags);
	else if (flags & PROPAGATION)
		err = where.mnt && where.mnt->root == where.dentry ? 0 : -EINVAL;
	else if (flags & MS_MOVE)
		err = move(source, &where);
	else
		err = *type ? mount_new(type, source, &where, flags, options) : -EINVAL;
	path_put(where);
	return err;
}

SYSCALL(mount)
{
	struct filename source = { .s = "" }, target = { .s = "" }, type = { .s = "" };
	char *options = NULL;
	int err = 0;

	if (a2)
		err = getname_empty(&type, (const char *)a2);
	if (!err && a0)
		err = getname_empty(&source, (const char *)a0);
	if (!err && a4) {
		options = get_zeroed_page(GFP_KERNEL);
		err = options ? 0 : -ENOMEM;
		if (options) {
			ssize_t n = strncpy_from_user(options, (const char *)a4, PAGE_SIZE);

			err = n < 0 ? n : 0;
		}
	}
	if (!err)
		err = getname(&target, (const char *)a1);
	if (!err)
		err = do_mount(source.s, target.s, type.s, a3, options);
	if (options)
		free_pages_addr(options, 0);
	putname(&type);
	putname(&source);
	putname(&target);
	return err;
}

/* --- umount2(2) ------------------------------------------------------------------------------ */

/* => namespace_lock held; @p is the caller's reference. */
static int umount_locked(const struct path *p, int flags)
{
	struct mount *m = p->mnt;

	if (!m || m->root != p->dentry || list_empty(&m->list))
		return -EINVAL;
	if (!m->parent)
		return -EBUSY;          /* the root of all */
	/* References beyond all_mounts' and the caller's: open files, working directories, mounts on top. */
	if (!(flags & MNT_DETACH) && atomic_read(&m->count) > 2)
		return -EBUSY;
	if ((flags & MNT_EXPIRE) && !m->expiring) {
		m->expiring = true;
		return -EAGAIN;
	}
	umount_tree(m);
	return 0;
}

SYSCALL(umount2)
{
	struct path p;
	int err;

	if (a1 & ~(long)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	if ((a1 & MNT_EXPIRE) && (a1 & (MNT_FORCE | MNT_DETACH)))
		return -EINVAL;
	err = user_path(AT_FDCWD, (const char *)a0, (a1 & UMOUNT_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	mutex_lock(&namespace_lock);
	err = capable(CAP_SYS_ADMIN) ? umount_locked(&p, a1) : -EPERM;
	namespace_unlock();
	dput(p.dentry);
	if (p.mnt)
		mntput(p.mnt);          /* path_put() would take "expiring" back */
	return err;
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
	list_add_tail(&m->list, &all_mounts);
	nr_mounts++;
	init_fs.root = path_get((struct path){ m, m->root });
	init_fs.pwd = path_get(init_fs.root);
	return 0;
}
