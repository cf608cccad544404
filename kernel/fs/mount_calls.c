/* SPDX-License-Identifier: MIT */
/* mount(2), umount2(2): what may be changed in the tree of mounts (mount.c), and by whom. */
#include "internal.h"
#include <ns/nsproxy.h>

#define PROPAGATION (MS_PRIVATE | MS_SLAVE | MS_SHARED | MS_UNBINDABLE)

/* --- mount(2) -------------------------------------------------------------------------------- */

/*
 * Root of another user name space than the initial one may mount what has been made for that. Of what shows the
 * machine's own state there must be one already on which nothing locked lies, so that nothing hidden comes to light.
 */
static int may_mount_type(const struct file_system_type *t, unsigned long flags)
{
	struct mount *m, *c;

	if (likely(current_user_ns() == &init_user_ns))
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	if (!t->userns_mount || (t->may_mount && !t->may_mount()))
		return -EPERM;
	if (!t->only_if_visible)
		return 0;
	mutex_lock(&namespace_lock);
	list_for_each_entry(m, &all_mounts, list) {
		bool hidden = (m->locked_flags & MS_RDONLY) && !(flags & MS_RDONLY);

		if (!is_our_mount(m) || m->sb->type != t || m->root != m->sb->root)
			continue;
		list_for_each_entry(c, &all_mounts, list)
			hidden |= c->parent == m && c->locked;
		if (!hidden) {
			namespace_unlock();
			return 0;
		}
	}
	namespace_unlock();
	return -EPERM;
}

static int mount_new(const char *type, const char *source, struct path *where, unsigned long flags, const char *options)
{
	struct file_system_type *t = find_type(type);
	struct super_block *sb;
	struct mount *m;
	int err;

	if (!t)
		return -ENODEV;
	err = may_mount_type(t, flags);
	if (err)
		return err;
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

/* Without what is locked below, a copy would show what that hides. */
static bool hides_something(const struct path *from)
{
	struct mount *m;

	list_for_each_entry(m, &from->mnt->children, child)
		if (m->locked && d_is_ancestor(from->dentry, m->mountpoint))
			return true;
	return false;
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
	if (is_ns_path(&from) ? (flags & MS_REC) : !is_our_mount(from.mnt) || (!(flags & MS_REC) && hides_something(&from)))
		goto out;
	m = from.mnt ? clone_mount(from.mnt, from.dentry) :
		alloc_mount(from.dentry->inode->sb, from.dentry, "nsfs", 0);
	if (m)
		m->locked = false;
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
	if (!is_our_mount(from.mnt) || from.mnt->root != from.dentry || !from.mnt->parent || from.mnt->locked || !is_our_mount(where->mnt))
		err = -EINVAL;
	else if (S_ISDIR(where->dentry->inode->mode) != S_ISDIR(from.dentry->inode->mode))
		err = -EINVAL;
	else if (is_mount_below(where->mnt, from.mnt))
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

	if (!is_our_mount(m) || m->root != p->dentry)
		return -EINVAL;
	if (m->locked_flags & ~flags)
		return -EPERM;
	if (!(flags & MS_BIND) && !ns_capable(m->sb->user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	mutex_lock(&namespace_lock);
	if ((flags & MS_RDONLY) && !(path_flags(p) & MS_RDONLY))
		err = (flags & MS_BIND) ? (atomic_read(&m->writers) ? -EBUSY : 0) : has_writers(m->sb) ? -EBUSY : 0;
	if (!err && !(flags & MS_BIND)) {
		err = m->sb->type->reconfigure ? m->sb->type->reconfigure(m->sb, options) : 0;
		if (!err)
			m->sb->flags = (flags & MS_RDONLY) | (m->sb->flags & MS_NODEV);
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
	if (!may_mount())
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

	if (!is_our_mount(m) || m->root != p->dentry || m->locked)
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
	follow_mounts(&p);              /* "." may have been mounted on */
	err = may_mount() ? umount_locked(&p, a1) : -EPERM;
	namespace_unlock();
	dput(p.dentry);
	if (p.mnt)
		mntput(p.mnt);          /* path_put() would take "expiring" back */
	return err;
}
