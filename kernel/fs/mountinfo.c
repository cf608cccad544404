/* SPDX-License-Identifier: MIT */
/* /proc/PID/mounts and mountinfo. */
#include "internal.h"
#include <ns/nsproxy.h>
#include <proc/proc.h>

static void show_flags(struct seq_file *m, unsigned long flags)
{
	static const struct { unsigned long flag; const char *name; } names[] = {
		{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" }, { MS_NOEXEC, ",noexec" }, { MS_NOATIME, ",noatime" },
		{ MS_NODIRATIME, ",nodiratime" },
	};

	seq_puts(m, (flags & MS_RDONLY) ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			seq_puts(m, names[i].name);
	if (!(flags & MS_NOATIME))
		seq_puts(m, ",relatime");
}

static void show_options(struct seq_file *m, const struct super_block *sb)
{
	if (sb->type->show_options)
		sb->type->show_options(m, sb);
}

static void show_mount(struct seq_file *m, const struct mount *mnt, const char *where)
{
	seq_escape(m, mnt->source, " \t\n");
	seq_putc(m, ' ');
	seq_escape(m, where, " \t\n");
	seq_printf(m, " %s ", mnt->sb->type->name);
	show_flags(m, mnt->flags | (mnt->sb->flags & MS_RDONLY));
	show_options(m, mnt->sb);
	seq_puts(m, " 0 0\n");
}

/* @buf has room for a path. */
static void show_mountinfo(struct seq_file *m, const struct mount *mnt, const char *where, char *buf)
{
	char *root = dentry_path(mnt->root, buf, PATH_MAX);

	seq_printf(m, "%d %d %u:%u ", mnt->id, mnt->parent ? mnt->parent->id : mnt->id, MAJOR(mnt->sb->dev), MINOR(mnt->sb->dev));
	seq_escape(m, IS_ERR(root) ? "?" : root, " \t\n");
	seq_putc(m, ' ');
	seq_escape(m, where, " \t\n");
	seq_putc(m, ' ');
	show_flags(m, mnt->flags);
	seq_printf(m, " - %s ", mnt->sb->type->name);
	seq_escape(m, mnt->source, " \t\n");
	seq_puts(m, (mnt->sb->flags & MS_RDONLY) ? " ro" : " rw");
	show_options(m, mnt->sb);
	seq_putc(m, '\n');
}

int mounts_show_for(struct task_struct *t, void *arg, int style)
{
	char *buf = kmalloc(2 * PATH_MAX, GFP_KERNEL);
	struct mount *mnt;

	if (!buf)
		return -ENOMEM;
	if (!t->fs || !t->nsproxy) {    /* it has exited */
		kfree(buf);
		return -EINVAL;
	}
	mutex_lock(&namespace_lock);
	list_for_each_entry(mnt, &all_mounts, list) {
		bool reachable;
		char *where;
		if (mnt->mnt_ns != t->nsproxy->mnt)
			continue;
		where = d_absolute_path(&(struct path){ mnt, mnt->root }, &t->fs->root, buf, PATH_MAX, &reachable);

		if (IS_ERR(where) || !reachable)
			continue;
		if (style == 1)
			show_mountinfo(arg, mnt, where, buf + PATH_MAX);
		else
			show_mount(arg, mnt, where);
	}
	namespace_unlock();
	kfree(buf);
	return 0;
}
