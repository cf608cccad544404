/* SPDX-License-Identifier: MIT */
/*
 * Name spaces as files: what the links in /proc/PID/ns lead to. An open of one, or a mount bound to one, holds a
 * reference; ioctl_ns(2) asks for its relatives. Each look makes an inode of its own: device and number tell which it is.
 */
#include <fs/vfs.h>
#include <ipc/ipc_ns.h>
#include <ns/mnt_ns.h>
#include <ns/net_ns.h>
#include <ns/pid_ns.h>
#include <ns/time_ns.h>
#include <ns/uts_ns.h>
#include "internal.h"

#define NSFS_MAGIC 0x6e736673
#define NS_GET_USERNS    0xb701
#define NS_GET_PARENT    0xb702
#define NS_GET_NSTYPE    0xb703
#define NS_GET_OWNER_UID 0xb704

static const struct file_system_type nsfs_type = { .name = "nsfs", .magic = NSFS_MAGIC };
static struct super_block nsfs_sb = { .type = &nsfs_type, .dev = MKDEV(0, 4), .nr_mounts = 1 };

static void nsfs_evict(struct inode *inode)
{
	put_ns(inode->private);
}

static const struct inode_operations nsfs_op = { .evict = nsfs_evict };

static int open_relative(struct ns_common *ns)
{
	struct path p;
	struct file *f;
	int fd, err = ns_path(ns, &p);

	if (err)
		return err;
	f = dentry_open(p, O_RDONLY);
	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	fd = fd_install_new(f, 0, true);
	if (fd < 0)
		fput(f);
	return fd;
}

/* The user name space that @ns belongs to, if it is not above the caller's. NULL: it is */
static struct ns_common *owner_of(struct ns_common *ns)
{
	struct user_namespace *owner = ns->user_ns, *u;

	for (u = owner; u; u = u->ns.user_ns)
		if (u == current->cred.user_ns)
			return &owner->ns;
	return NULL;
}

static long nsfs_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct ns_common *ns = f->inode->private, *to;

	switch (cmd) {
	case NS_GET_USERNS:
		to = owner_of(ns);
		break;
	case NS_GET_PARENT:
		if (!ns->ops->parent)
			return -EINVAL;
		to = ns->ops->parent(ns);
		break;
	case NS_GET_NSTYPE:
		return (long)ns->ops->type;
	case NS_GET_OWNER_UID:
		if (ns->ops->type != CLONE_NEWUSER)
			return -EINVAL;
		return put_user_u32(container_of(ns, struct user_namespace, ns)->owner, (void __user *)arg) ? -EFAULT : 0;
	default:
		return -ENOTTY;
	}
	if (!to)
		return -EPERM;
	get_ns(to);
	return open_relative(to);
}

static const struct file_operations nsfs_fops = { .ioctl = nsfs_ioctl };

struct ns_common *file_ns(const struct file *f)
{
	return f->op == &nsfs_fops ? f->inode->private : NULL;
}

bool is_ns_path(const struct path *p)
{
	return p->dentry->inode->sb == &nsfs_sb;
}

int ns_path(struct ns_common *ns, struct path *to)
{
	struct inode *inode = new_inode(&nsfs_sb, S_IFREG | 0444);
	struct dentry *d;
	char name[40];

	if (!inode) {
		put_ns(ns);
		return -ENOMEM;
	}
	inode->ino = ns->inum;
	inode->op = &nsfs_op;
	inode->fop = &nsfs_fops;
	inode->private = ns;
	d = d_alloc(NULL, name, scnprintf(name, sizeof(name), "%s:[%u]", ns->ops->name, ns->inum), inode);
	if (!d) {
		iput(inode);
		return -ENOMEM;
	}
	*to = (struct path){ NULL, d };
	return 0;
}

/* --- the links ------------------------------------------------------------------------------- */

const char *const ns_link_names[NR_NS_LINKS] = { "ipc", "mnt", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts" };

struct ns_common *task_ns(struct task_struct *t, unsigned int link)
{
	struct nsproxy *p = t->nsproxy;
	struct ns_common *ns;

	if (!p)
		return NULL;
	switch (link) {
	case NS_LINK_IPC: ns = &p->ipc->ns; break;
	case NS_LINK_MNT: ns = &p->mnt->ns; break;
	case NS_LINK_NET: ns = &p->net->ns; break;
	case NS_LINK_PID: ns = &t->pid_ns->ns; break;
	case NS_LINK_PID_FOR_CHILDREN:
		if (!p->pid_for_children->reaper)
			return NULL;    /* nobody is in it yet */
		ns = &p->pid_for_children->ns;
		break;
	case NS_LINK_TIME: ns = &p->time->ns; break;
	case NS_LINK_TIME_FOR_CHILDREN: ns = &p->time_for_children->ns; break;
	case NS_LINK_USER: ns = &t->cred.user_ns->ns; break;
	default: ns = &p->uts->ns; break;
	}
	get_ns(ns);
	return ns;
}
