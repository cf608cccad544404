/* SPDX-License-Identifier: MIT */
/*
 * devpts: a directory with a node for each pseudo terminal, and ptmx. The nodes are made up on lookup; their inode is
 * the pair's own, so that owner and mode last as long as the pair. Every mount shows the same terminals.
 */
#include "internal.h"

#define DEVPTS_MAGIC 0x1cd1

static struct file_system_type devpts_type;
static struct super_block pts_sb = { .type = &devpts_type };    /* of the nodes */
static struct dentry *latest_root;                              /* [n] where TIOCGPTPEER finds its dentry */

struct inode *devpts_inode(unsigned int index)
{
	struct inode *inode;

	if (!pts_sb.dev)
		pts_sb.dev = MKDEV(0, 19);
	inode = new_inode(&pts_sb, S_IFCHR | 0620);
	if (!inode)
		return NULL;
	inode->ino = index + 3;
	inode->uid = current->cred.fsuid;
	inode->gid = 5;                 /* "tty" in every distribution: devpts is mounted with gid=5,mode=620 */
	inode->rdev = MKDEV(PTS_MAJOR, index);
	inode->fop = &chrdev_open_fops;
	return inode;
}

static struct dentry *node(struct dentry *dir, struct pty *p)
{
	char name[12];
	struct dentry *d = d_alloc(dir, name, scnprintf(name, sizeof(name), "%u", p->index), p->inode);

	if (!d)
		return ERR_PTR(-ENOMEM);
	ihold(p->inode);
	return d;
}

int devpts_path(struct pty *p, struct path *out)
{
	struct dentry *d = latest_root ? node(latest_root, p) : ERR_PTR(-ENXIO);

	if (IS_ERR(d))
		return PTR_ERR(d);
	*out = (struct path){ mount_of_root(latest_root), d };
	return 0;
}

static struct dentry *devpts_lookup(struct dentry *dir, const char *name, size_t len)
{
	unsigned int index = 0;
	struct pty *p;

	if (len == 4 && !memcmp(name, "ptmx", 4)) {
		struct dentry *d = d_alloc(dir, name, len, dir->inode->private);

		if (d)
			ihold(d->inode);
		return d ? d : ERR_PTR(-ENOMEM);
	}
	if (!len || len > 6 || (len > 1 && name[0] == '0'))
		return ERR_PTR(-ENOENT);
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return ERR_PTR(-ENOENT);
		index = index * 10 + (name[i] - '0');
	}
	p = pty_find(index);
	return p && !p->master_closed ? node(dir, p) : ERR_PTR(-ENOENT);
}

/* Positions: 0 ".", 1 "..", 2 ptmx, 3 + index. => namespace_lock held */
static int devpts_iterate(struct file *f, filldir_fn fill, void *arg)
{
	const struct inode *dir = f->inode, *ptmx = dir->private;
	u64 pos = f->pos;
	char name[12];

	if (pos == 0 && !fill(arg, ".", 1, ++pos, dir->ino, S_IFDIR))
		return 0;
	if (pos == 1 && !fill(arg, "..", 2, ++pos, f->path.dentry->parent->inode->ino, S_IFDIR))
		return 0;
	if (pos == 2 && !fill(arg, "ptmx", 4, ++pos, ptmx->ino, ptmx->mode))
		return 0;
	for (; pos - 3 < NR_PTYS; pos++) {
		struct pty *p = pty_find(pos - 3);

		if (p && !p->master_closed && !fill(arg, name, scnprintf(name, sizeof(name), "%u", p->index), pos + 1, p->inode->ino, p->inode->mode))
			return 0;
	}
	return 0;
}

static void devpts_evict(struct inode *dir)
{
	iput(dir->private);
}

static const struct inode_operations devpts_dir_op = { .lookup = devpts_lookup, .evict = devpts_evict };
static const struct file_operations devpts_dir_fops = { .iterate = devpts_iterate, .llseek = generic_llseek };

static int devpts_fill(struct super_block *sb, const char *options)
{
	struct inode *root = new_inode(sb, S_IFDIR | 0755), *ptmx = new_inode(sb, S_IFCHR);

	sb->root = root && ptmx ? d_alloc_root(root) : NULL;
	if (!sb->root) {
		iput(ptmx);
		iput(root);
		return -ENOMEM;
	}
	ptmx->rdev = MKDEV(5, 2);
	ptmx->fop = &chrdev_open_fops;
	root->nlink = 2;
	root->op = &devpts_dir_op;
	root->fop = &devpts_dir_fops;
	root->private = ptmx;
	latest_root = sb->root;
	return 0;
}

static void devpts_kill(struct super_block *sb)
{
	if (latest_root == sb->root)
		latest_root = NULL;
}

static struct file_system_type devpts_type = {
	.userns_mount = true,
	.name = "devpts", .magic = DEVPTS_MAGIC, .unique = true, .fill_super = devpts_fill, .kill_super = devpts_kill,
};

void devpts_register(void)
{
	fs_register(&devpts_type);
}
