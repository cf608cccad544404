/* SPDX-License-Identifier: MIT */
/*
 * Mounted trees: mount(2), umount2(2), chroot(2), chdir(2), getcwd(2), umask(2), and the boot's own mounts.
 * A super_block is one tree mounted at one place (no bind mounts, no mount namespaces: EINVAL).
 */
#include "internal.h"
#include <fs/notify.h>
#include <proc/proc.h>
#include <tty/tty.h>

static LIST_HEAD(types);
LIST_HEAD(all_mounts);          /* [n] latest last */
struct super_block *root_sb;

void fs_register(struct file_system_type *t)
{
	list_add_tail(&t->list, &types);
}

u64 new_dev(void)
{
	static unsigned int minor = 20;

	minor++;
	return MKDEV(0, minor);
}

static struct file_system_type *find_type(const char *name)
{
	struct file_system_type *t;

	list_for_each_entry(t, &types, list)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

static void free_super(struct super_block *sb)
{
	if (sb->type->kill_super)
		sb->type->kill_super(sb);
	dput(sb->root);
	kfree(sb->source);
	/* Inodes of open files may outlive the mount: then the struct stays with them. */
	if (atomic_read(&sb->nr_inodes) == 0)
		kfree(sb);
}

static struct super_block *alloc_super(struct file_system_type *t, const char *source, unsigned long flags, const char *options)
{
	static int next_id = 20;
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	int err;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->type = t;
	sb->dev = new_dev();
	sb->mount_id = next_id++;
	sb->source = kstrdup(source && *source ? source : t->name, GFP_KERNEL);
	err = sb->source ? t->fill_super(sb, options) : -ENOMEM;
	if (err) {
		kfree(sb->source);
		kfree(sb);
		return ERR_PTR(err);
	}
	sb->flags = flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME);
	return sb;
}

/* Removes every name below @d (not @d): a tree goes away. => namespace_lock held */
static void drop_tree(struct dentry *root)
{
	struct dentry *d = root, *parent;

	for (;;) {
		struct dentry *child = d_first_child_from(d, 0);

		if (child) {
			d = child;
			continue;
		}
		if (d == root)
			return;
		parent = d->parent;
		d->inode->nlink = 0;
		d_drop(d);
		d = parent;
	}
}

static int mount_at(struct super_block *sb, struct dentry *where)
{
	mutex_lock(&namespace_lock);
	if (!S_ISDIR(where->inode->mode)) {
		mutex_unlock(&namespace_lock);
		return -ENOTDIR;
	}
	sb->mountpoint = dget(where);
	where->is_mountpoint = true;
	list_add_tail(&sb->list, &all_mounts);
	mutex_unlock(&namespace_lock);
	return 0;
}

static int mount_new(const char *type, const char *source, struct dentry *where, unsigned long flags, const char *options)
{
	struct file_system_type *t = find_type(type);
	struct super_block *sb;
	int err;

	if (!t)
		return -ENODEV;
	/* The same again on top of itself: EBUSY, as Linux says. */
	if (where->inode->sb->type == t && where->inode->sb->root == where && t->unique)
		return -EBUSY;
	sb = alloc_super(t, source, flags, options);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	err = mount_at(sb, where);
	if (err)
		free_super(sb);
	return err;
}

int do_mount_kernel(const char *type, const char *source, const char *target, unsigned long flags, const char *options)
{
	struct dentry *d;
	int err = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &d);

	if (err)
		return err;
	err = mount_new(type, source, d, flags, options);
	dput(d);
	return err;
}

static int remount(struct dentry *d, unsigned long flags)
{
	const unsigned long mask = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;
	struct super_block *sb = d->inode->sb;

	if (sb->root != d)
		return -EINVAL;
	sb->flags = (sb->flags & ~mask) | (flags & mask);
	return 0;
}

SYSCALL(mount)
{
	struct filename source = { .s = "" }, target, type = { .s = "" };
	char *options = NULL;
	struct dentry *d;
	int err;

	if (!capable_fs())
		return -EPERM;
	err = getname(&target, (const char *)a1);
	if (err)
		return err;
	if (a0)
		err = getname_empty(&source, (const char *)a0);
	if (!err && a2)
		err = getname_empty(&type, (const char *)a2);
	if (!err && a4) {
		options = get_zeroed_page(GFP_KERNEL);
		err = options ? 0 : -ENOMEM;
		if (options) {
			ssize_t n = strncpy_from_user(options, (const char *)a4, PAGE_SIZE);

			err = n < 0 ? n : 0;
		}
	}
	if (!err)
		err = path_lookup(AT_FDCWD, target.s, LOOKUP_FOLLOW, &d);
	if (!err) {
		if (a3 & MS_REMOUNT)
			err = remount(d, a3);
		else if (a3 & (MS_PRIVATE | MS_SLAVE | MS_SHARED | MS_UNBINDABLE))
			err = d->inode->sb->root == d ? 0 : -EINVAL;    /* one namespace: nothing propagates */
		else if (a3 & (MS_BIND | MS_MOVE))
			err = -EINVAL;
		else
			err = mount_new(type.s, source.s, d, a3, options);
		dput(d);
	}
	if (options)
		free_pages_addr(options, 0);
	putname(&type);
	putname(&source);
	putname(&target);
	return err;
}

/* Somebody is inside: an open file, a working directory, a mount. References beyond the tree's own say so. */
static bool is_busy(struct super_block *sb)
{
	struct super_block *other;
	struct dentry *d = sb->root;

	list_for_each_entry(other, &all_mounts, list)
		if (other != sb && other->mountpoint && other->mountpoint->inode->sb == sb)
			return true;
	/* root: one reference of its own, one of our lookup, one a child; the rest of the tree: one and one a child. */
	for (;;) {
		int expect = 1 + (d == sb->root) + (int)d->nr_children;
		struct rb_node *n;

		if (atomic_read(&d->count) != expect)
			return true;
		n = rb_first(&d->children);
		if (n) {
			d = rb_entry(n, struct dentry, node);
			continue;
		}
		while (d != sb->root && !(n = rb_next(&d->node)))
			d = d->parent;
		if (d == sb->root)
			return false;
		d = rb_entry(n, struct dentry, node);
	}
}

SYSCALL(umount2)
{
	struct super_block *sb;
	struct dentry *d;
	int err;

	if (a1 & ~(long)(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
		return -EINVAL;
	if (!capable_fs())
		return -EPERM;
	err = user_path(AT_FDCWD, (const char *)a0, (a1 & UMOUNT_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, &d);
	if (err)
		return err;
	mutex_lock(&namespace_lock);
	sb = d->inode->sb;
	if (sb->root != d || sb == root_sb)
		err = sb == root_sb && sb->root == d ? -EBUSY : -EINVAL;
	else if (!(a1 & MNT_DETACH) && is_busy(sb))
		err = -EBUSY;
	if (!err) {
		struct dentry *where = sb->mountpoint;

		list_del(&sb->list);
		sb->mountpoint = NULL;
		where->is_mountpoint = mounted_on(where) != NULL;
		fsnotify_unmount(sb);
		drop_tree(sb->root);
		dput(where);
	}
	mutex_unlock(&namespace_lock);
	dput(d);
	if (!err)
		free_super(sb);
	return err;
}

/* --- where a task is ------------------------------------------------------------------------- */

static int set_dir(struct dentry **slot, struct dentry *d)
{
	int err = !S_ISDIR(d->inode->mode) ? -ENOTDIR : inode_permission(d->inode, X_OK);

	if (err) {
		dput(d);
		return err;
	}
	dput(*slot);
	*slot = d;
	return 0;
}

SYSCALL(chdir)
{
	struct dentry *d;
	int err = user_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);

	return err ? err : set_dir(&current->fs->pwd, d);
}

SYSCALL(fchdir)
{
	struct fd fd = fdget_raw(a0);
	long ret = fd.file ? set_dir(&current->fs->pwd, dget(fd.file->dentry)) : -EBADF;

	fdput(fd);
	return ret;
}

SYSCALL(chroot)
{
	struct dentry *d;
	int err = user_path(AT_FDCWD, (const char *)a0, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);

	if (err)
		return err;
	if (!capable_fs()) {
		dput(d);
		return -EPERM;
	}
	return set_dir(&current->fs->root, d);
}

SYSCALL(getcwd)
{
	char *buf, *p;
	long ret;

	if (!current->fs->pwd->inode->nlink)
		return -ENOENT;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	mutex_lock(&namespace_lock);
	p = d_path(current->fs->pwd, buf, PATH_MAX);
	mutex_unlock(&namespace_lock);
	ret = PTR_ERR(p);
	if (!IS_ERR(p)) {
		size_t n = strlen(p) + 1;

		ret = n > (size_t)a1 ? -ERANGE : copy_to_user((void *)a0, p, n) ? -EFAULT : (long)n;
	}
	kfree(buf);
	return ret;
}

SYSCALL(umask)
{
	u32 old = current->fs->umask;

	current->fs->umask = a0 & 0777;
	return old;
}

/* --- what is mounted ------------------------------------------------------------------------- */

static void show_flags(struct seq_file *m, const struct super_block *sb)
{
	seq_puts(m, (sb->flags & MS_RDONLY) ? "ro" : "rw");
	if (sb->flags & MS_NOSUID)
		seq_puts(m, ",nosuid");
	if (sb->flags & MS_NODEV)
		seq_puts(m, ",nodev");
	if (sb->flags & MS_NOEXEC)
		seq_puts(m, ",noexec");
	seq_puts(m, (sb->flags & MS_NOATIME) ? ",noatime" : ",relatime");
}

/* style 0: /proc/mounts, 1: mountinfo. Paths as the current task's root sees them. */
int mounts_show_for(struct task_struct *t, void *arg, int style)
{
	struct seq_file *m = arg;
	struct super_block *sb;
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	mutex_lock(&namespace_lock);
	list_for_each_entry(sb, &all_mounts, list) {
		char *p = d_path(sb->root, buf, PATH_MAX);

		if (IS_ERR(p))
			continue;
		if (style == 1) {
			const struct super_block *up = sb->mountpoint ? sb->mountpoint->inode->sb : sb;

			seq_printf(m, "%d %d %u:%u / ", sb->mount_id, up->mount_id, MAJOR(sb->dev), MINOR(sb->dev));
			seq_escape(m, p, " \t\n");
			seq_putc(m, ' ');
			show_flags(m, sb);
			seq_printf(m, " - %s %s rw\n", sb->type->name, sb->source);
			continue;
		}
		seq_escape(m, sb->source, " \t\n");
		seq_putc(m, ' ');
		seq_escape(m, p, " \t\n");
		seq_printf(m, " %s ", sb->type->name);
		show_flags(m, sb);
		if (sb->max_pages)
			seq_printf(m, ",size=%luk", (unsigned long)sb->max_pages * 4);
		seq_puts(m, " 0 0\n");
	}
	mutex_unlock(&namespace_lock);
	kfree(buf);
	return 0;
}

static int filesystems_show(struct seq_file *m, void *arg)
{
	struct file_system_type *t;

	list_for_each_entry(t, &types, list)
		seq_printf(m, "nodev\t%s\n", t->name);
	return 0;
}

/* --- boot ------------------------------------------------------------------------------------ */

static void must(int err, const char *what)
{
	if (err)
		panic("fs: %s: %s", what, errno_name(-err));
}

static void boot_dir(const char *path, u32 mode)
{
	int err = kern_mknod(path, S_IFDIR | mode, 0);

	if (err && err != -EEXIST)
		must(err, path);
}

void vfs_init(void)
{
	mutex_init(&namespace_lock);
	tmpfs_register();
	devtmpfs_register();
	procfs_register();
	devpts_register();
	root_sb = alloc_super(find_type("tmpfs"), "rootfs", 0, "mode=755");
	must(IS_ERR(root_sb) ? PTR_ERR(root_sb) : 0, "cannot make the root file system");
	list_add_tail(&root_sb->list, &all_mounts);
	current->fs = &init_fs;
	current->files = &init_files;
	init_fs.root = dget(root_sb->root);
	init_fs.pwd = dget(root_sb->root);
	init_fs.umask = 0;
	boot_dir("/dev", 0755);
	boot_dir("/proc", 0555);
	boot_dir("/sys", 0555);
	boot_dir("/tmp", 01777);
	boot_dir("/root", 0700);
	mem_devices_init();
	must(do_mount_kernel("devtmpfs", "devtmpfs", "/dev", MS_NOSUID, "mode=755"), "/dev");
	boot_dir("/dev/shm", 01777);
	boot_dir("/dev/pts", 0755);
	must(do_mount_kernel("devpts", "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, NULL), "/dev/pts");
	must(do_mount_kernel("tmpfs", "tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"), "/dev/shm");
	must(do_mount_kernel("proc", "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/proc");
	must(do_mount_kernel("sysfs", "sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/sys");
	init_fs.umask = 022;
	must(proc_create("filesystems", 0444, filesystems_show, NULL), "/proc/filesystems");
	proc_misc_init();
}
