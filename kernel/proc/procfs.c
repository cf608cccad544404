/* SPDX-License-Identifier: MIT */
/*
 * procfs and sysfs: two trees of registered entries, shown by any number of mounts. A registered file's text is
 * made by its show function (proc_text.c). /proc/PID comes from proc_pid.c.
 */
#include "internal.h"
#include <ns/net_ns.h>
#include <ns/nsproxy.h>

struct proc_dir_entry {
	const char *name;
	u32 mode;
	u64 ino;
	struct proc_dir_entry *next, *children;         /* siblings in order of registration */
	proc_show_fn show;
	proc_write_fn write;
	proc_read_fn read;
	void *arg;
	const char *link;
	u64 size;                       /* what stat says, 0 as a rule */
};

static struct proc_dir_entry proc_root = { .name = "", .mode = S_IFDIR | 0555, .ino = 1 };
static struct proc_dir_entry sysfs_root = { .name = "", .mode = S_IFDIR | 0555, .ino = 1 };

/* --- registered files ------------------------------------------------------------------------ */

static int entry_show(struct file *f, struct seq_file *m)
{
	struct proc_dir_entry *e = f->inode->private;

	return e->show(m, e->arg);
}

static ssize_t entry_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct proc_dir_entry *e = f->inode->private;

	if (e->read)
		return raw_read(buf, n, pos, copy, e->read, e->arg);
	if (!e->show)
		return -EINVAL;
	return text_read(f, buf, n, pos, copy, entry_show);
}

static ssize_t entry_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct proc_dir_entry *e = f->inode->private;
	ssize_t ret;

	if (!e->write)
		return -EIO;
	ret = text_write(buf, n, copy, e->write, e->arg);
	if (ret > 0)
		*pos += ret;
	return ret;
}

static const struct file_operations entry_fops = {
	.read = entry_read, .write = entry_write, .llseek = text_llseek, .release = text_release,
};

static const char *entry_get_link(struct inode *inode, char *buf, size_t size)
{
	return ((struct proc_dir_entry *)inode->private)->link;
}

/* "self" and "thread-self" depend on who looks. */
static const char *self_get_link(struct inode *inode, char *buf, size_t size)
{
	pid_t tgid = pid_nr_ns(current->tgid, inode_pid_ns(inode));

	if (!tgid)
		return ERR_PTR(-ENOENT);
	scnprintf(buf, size, "%d", tgid);
	return buf;
}

static const char *thread_self_get_link(struct inode *inode, char *buf, size_t size)
{
	const struct pid_namespace *ns = inode_pid_ns(inode);

	if (!pid_nr_ns(current->tgid, ns))
		return ERR_PTR(-ENOENT);
	scnprintf(buf, size, "%d/task/%d", pid_nr_ns(current->tgid, ns), pid_nr_ns(current->pid, ns));
	return buf;
}

static const struct inode_operations entry_link_op = { .get_link = entry_get_link };
static const struct inode_operations self_link_op = { .get_link = self_get_link };
static const struct inode_operations thread_self_link_op = { .get_link = thread_self_get_link };
/* Truncation by open(O_TRUNC) (echo 1 >file) is taken and means nothing. */
static int entry_setsize(struct inode *inode, u64 size)
{
	return 0;
}
static const struct inode_operations entry_file_op = { .setsize = entry_setsize };
static const struct inode_operations entry_dir_op;
static const struct file_operations entry_dir_fops;

static struct proc_dir_entry *find_child(struct proc_dir_entry *dir, const char *name, size_t len)
{
	for (struct proc_dir_entry *e = dir->children; e; e = e->next)
		if (!strncmp(e->name, name, len) && !e->name[len])
			return e;
	return NULL;
}

static struct inode *entry_inode(struct super_block *sb, struct proc_dir_entry *e)
{
	struct inode *inode = new_inode(sb, e->mode);

	if (!inode)
		return NULL;
	inode->ino = e->ino;
	inode->private = e;
	inode->mapping.size = e->size;
	if (S_ISDIR(e->mode)) {
		inode->nlink = 2;
		inode->op = &entry_dir_op;
		inode->fop = &entry_dir_fops;
	} else if (S_ISLNK(e->mode)) {
		inode->op = e->link ? &entry_link_op : e->name[0] == 's' ? &self_link_op : &thread_self_link_op;
	} else {
		inode->op = &entry_file_op;
		inode->fop = &entry_fops;
	}
	return inode;
}

/* A registered entry's dentry stays in the mount's tree from its first use on. */
static struct dentry *entry_lookup(struct dentry *dir, const char *name, size_t len)
{
	struct proc_dir_entry *e = find_child(dir->inode->private, name, len);
	struct inode *inode;
	struct dentry *d;

	if (!e)
		return dir->inode->private == &proc_root ? proc_pid_lookup(dir, name, len) : ERR_PTR(-ENOENT);
	inode = entry_inode(dir->inode->sb, e);
	d = inode ? d_alloc(dir, name, len, inode) : NULL;
	if (!d) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d_add(d);
	return dget(d);
}

/* Positions: 0 ".", 1 "..", 2.. the registered entries, PID_BASE + pid the processes. */
static int entry_iterate(struct file *f, filldir_fn fill, void *arg)
{
	struct proc_dir_entry *dir = f->inode->private, *e;
	u64 pos = f->pos, i = 2;

	if (pos == 0 && !fill(arg, ".", 1, 1, dir->ino, S_IFDIR))
		return 0;
	if (pos <= 1 && !fill(arg, "..", 2, 2, f->path.dentry->parent->inode->ino, S_IFDIR))
		return 0;
	for (e = dir->children; e; e = e->next, i++)
		if (i >= pos && !fill(arg, e->name, strlen(e->name), i + 1, e->ino, e->mode))
			return 0;
	return dir == &proc_root ? proc_pid_iterate(f, fill, arg, pos) : 0;
}

static const struct inode_operations entry_dir_op = { .lookup = entry_lookup };
static const struct file_operations entry_dir_fops = { .iterate = entry_iterate, .llseek = generic_llseek };

/* --- registration ---------------------------------------------------------------------------- */

static struct proc_dir_entry *new_entry(struct proc_dir_entry *dir, const char *name, size_t len, u32 mode)
{
	static u64 next_ino = 0xf0000000;
	struct proc_dir_entry *e = kzalloc(sizeof(*e) + len + 1, GFP_KERNEL), **p;

	if (!e)
		return ERR_PTR(-ENOMEM);
	memcpy(e + 1, name, len);
	e->name = (char *)(e + 1);
	e->mode = mode;
	e->ino = next_ino++;
	for (p = &dir->children; *p; p = &(*p)->next)
		;
	*p = e;
	return e;
}

static struct proc_dir_entry *register_entry(struct proc_dir_entry *dir, const char *path, u32 mode)
{
	for (;;) {
		const char *slash = strchr(path, '/');
		size_t len = slash ? (size_t)(slash - path) : strlen(path);
		struct proc_dir_entry *e = find_child(dir, path, len);

		if (!slash)
			return e ? ERR_PTR(-EEXIST) : new_entry(dir, path, len, (mode & S_IFMT) ? mode : S_IFREG | mode);
		if (!e)
			e = new_entry(dir, path, len, S_IFDIR | 0555);
		if (IS_ERR(e))
			return e;
		dir = e;
		path = slash + 1;
	}
}

static int create(struct proc_dir_entry *root, const char *path, u32 mode, proc_show_fn show, proc_write_fn write, proc_read_fn read, void *arg,
		  u64 size)
{
	struct proc_dir_entry *e = register_entry(root, path, mode);

	if (IS_ERR(e))
		return PTR_ERR(e);
	e->show = show;
	e->write = write;
	e->read = read;
	e->arg = arg;
	e->size = size;
	return 0;
}

int proc_create(const char *path, u32 mode, proc_show_fn show, void *arg)
{
	return create(&proc_root, path, mode, show, NULL, NULL, arg, 0);
}

int proc_create_rw(const char *path, u32 mode, proc_show_fn show, proc_write_fn write, void *arg)
{
	return create(&proc_root, path, mode, show, write, NULL, arg, 0);
}

int proc_create_raw(const char *path, u32 mode, proc_read_fn read, void *arg)
{
	return create(&proc_root, path, mode, NULL, NULL, read, arg, 0);
}

int sysfs_create(const char *path, u32 mode, proc_show_fn show, proc_write_fn write, void *arg)
{
	return create(&sysfs_root, path, mode, show, write, NULL, arg, 0);
}

int sysfs_create_raw(const char *path, u32 mode, proc_read_fn read, void *arg, u64 size)
{
	return create(&sysfs_root, path, mode, NULL, NULL, read, arg, size);
}

int sysfs_mkdir(const char *path)
{
	struct proc_dir_entry *e = register_entry(&sysfs_root, path, S_IFDIR | 0555);

	return IS_ERR(e) ? PTR_ERR(e) : 0;
}

/* --- the two file systems -------------------------------------------------------------------- */

static int fill(struct super_block *sb, struct proc_dir_entry *root)
{
	struct inode *inode = entry_inode(sb, root);

	sb->root = inode ? d_alloc_root(inode) : NULL;
	if (!sb->root)
		iput(inode);
	return sb->root ? 0 : -ENOMEM;
}

/* It shows the PID name space of who mounts it. */
static int proc_fill(struct super_block *sb, const char *options)
{
	int err = fill(sb, &proc_root);

	if (err)
		return err;
	sb->private = current->pid_ns;
	get_ns(&current->pid_ns->ns);
	return 0;
}

static void proc_kill(struct super_block *sb)
{
	struct pid_namespace *ns = sb->private;

	put_ns(&ns->ns);
}

static bool proc_may_mount(void) { return ns_capable(current->pid_ns->ns.user_ns, CAP_SYS_ADMIN); }
static bool sysfs_may_mount(void) { return ns_capable(current->nsproxy->net->ns.user_ns, CAP_SYS_ADMIN); }

static int sysfs_fill(struct super_block *sb, const char *options) { return fill(sb, &sysfs_root); }

static struct file_system_type proc_type = {
	.name = "proc", .userns_mount = true, .only_if_visible = true, .may_mount = proc_may_mount, .magic = PROC_SUPER_MAGIC, .unique = true, .fill_super = proc_fill, .kill_super = proc_kill,
};
static struct file_system_type sysfs_type = {
	.name = "sysfs", .userns_mount = true, .only_if_visible = true, .may_mount = sysfs_may_mount, .magic = SYSFS_MAGIC, .unique = true, .fill_super = sysfs_fill,
};

static void proc_symlink(const char *name, const char *target)
{
	struct proc_dir_entry *e = register_entry(&proc_root, name, S_IFLNK | 0777);

	if (!IS_ERR(e))
		e->link = target;
}

void procfs_register(void)
{
	fs_register(&proc_type);
	fs_register(&sysfs_type);
	proc_symlink("self", NULL);
	proc_symlink("thread-self", NULL);
	proc_symlink("mounts", "self/mounts");
}
