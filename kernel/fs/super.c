/* SPDX-License-Identifier: MIT */
/* File systems: the registered types, and super_blocks, each one tree of files. mount.c shows them at places. */
#include "internal.h"
#include <fs/notify.h>
#include <proc/proc.h>

static LIST_HEAD(types);        /* [B] */

void fs_register(struct file_system_type *t)
{
	list_add_tail(&t->list, &types);
}

struct file_system_type *find_type(const char *name)
{
	struct file_system_type *t;

	list_for_each_entry(t, &types, list)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

u64 new_dev(void)
{
	static unsigned int minor = 20;

	minor++;
	return MKDEV(0, minor);
}

struct super_block *alloc_super(struct file_system_type *t, unsigned long flags, const char *options, void *private)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	int err;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->type = t;
	sb->private = private;
	sb->user_ns = current_user_ns();
	get_user_ns(sb->user_ns);
	sb->dev = new_dev();
	err = t->fill_super(sb, options);
	if (err) {
		put_user_ns(sb->user_ns);
		kfree(sb);
		return ERR_PTR(err);
	}
	sb->flags = (flags & MS_RDONLY) | (sb->user_ns == &init_user_ns ? 0 : MS_NODEV);
	return sb;
}

/* Removes every name below @root (not @root): a tree goes away. => namespace_lock held */
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

void free_super(struct super_block *sb)
{
	fsnotify_unmount(sb);
	drop_tree(sb->root);
	if (sb->type->kill_super)
		sb->type->kill_super(sb);
	dput(sb->root);
	put_user_ns(sb->user_ns);
	/* Inodes that something else than a path holds may live on: then the struct stays with them. */
	if (atomic_read(&sb->nr_inodes) == 0)
		kfree(sb);
}

static int filesystems_show(struct seq_file *m, void *arg)
{
	struct file_system_type *t;

	list_for_each_entry(t, &types, list)
		seq_printf(m, "nodev\t%s\n", t->name);
	return 0;
}

/* sysfs(2): 1: number of a name, 2: name of a number, 3: how many. */
SYSCALL(sysfs)
{
	struct file_system_type *t;
	char name[32];
	long n = 0, len = 0;

	if ((int)a0 == 1) {
		len = strncpy_from_user(name, (const char __user *)a1, sizeof(name));
		if (len < 0)
			return len;
	}
	list_for_each_entry(t, &types, list) {
		if ((int)a0 == 1 && len < (long)sizeof(name) && !strcmp(t->name, name))
			return n;
		if ((int)a0 == 2 && n == (long)(unsigned int)a1)
			return copy_to_user((void __user *)a2, t->name, strlen(t->name) + 1) ? -EFAULT : 0;
		n++;
	}
	return (int)a0 == 3 ? n : -EINVAL;
}

int filesystems_init(void)
{
	return proc_create("filesystems", 0444, filesystems_show, NULL);
}
