/* SPDX-License-Identifier: MIT */
/* The links of /proc/PID/ns, namespaces(7): an inode knows which by its private. */
#include <ns/nsproxy.h>
#include "proc_pid.h"

#define NS_ROW 69       /* of pid_ino: the directory's entries */

static int ns_jump(struct inode *inode, struct path *to)
{
	struct task_struct *t = pid_inode_task(inode);
	struct ns_common *ns;

	if (!t)
		return -ENOENT;
	if (!ptrace_may_access(t))
		return -EACCES;
	ns = task_ns(t, (unsigned int)(unsigned long)inode->private);
	return ns ? ns_path(ns, to) : -ENOENT;
}

static const char *ns_get_link(struct inode *inode, char *buf, size_t size)
{
	return pid_jump_text(inode, ns_jump, buf, size);
}

static const struct inode_operations ns_link_op = { .jump = ns_jump, .get_link = ns_get_link };

static struct dentry *ns_lookup(struct dentry *dir, const char *name, size_t len)
{
	pid_t pid = inode_pid(dir->inode);

	if (!pid_inode_task(dir->inode))
		return ERR_PTR(-ENOENT);
	for (unsigned long i = 0; i < NR_NS_LINKS; i++)
		if (strlen(ns_link_names[i]) == len && !memcmp(ns_link_names[i], name, len))
			return pid_make(dir, name, len, S_IFLNK | 0777, pid_ino(pid, NS_ROW) + i, dir->inode->private2, &ns_link_op, NULL, (void *)i);
	return ERR_PTR(-ENOENT);
}

static int ns_iterate(struct file *f, filldir_fn fill, void *arg)
{
	if (!pid_inode_task(f->inode))
		return -ENOENT;
	if (pid_dots(f, fill, arg))
		return 0;
	for (u64 i = max(f->pos, 2UL) - 2; i < NR_NS_LINKS; i++)
		if (!fill(arg, ns_link_names[i], strlen(ns_link_names[i]), i + 3, pid_ino(inode_pid(f->inode), NS_ROW) + i, S_IFLNK))
			return 0;
	return 0;
}

const struct inode_operations ns_dir_op = { .lookup = ns_lookup, .getattr = pid_getattr };
const struct file_operations ns_dir_fops = { .iterate = ns_iterate, .llseek = generic_llseek };
