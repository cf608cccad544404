/* SPDX-License-Identifier: MIT */
/*
 * Character devices by number, devtmpfs (a tmpfs that starts with a node for each of them), and the memory
 * devices: null, zero, full, random, urandom, kmsg.
 */
#include "internal.h"
#include <uapi/termios.h>
#include <fs/poll.h>
#include <mm/mm.h>
#include <x86/cpu.h>

static LIST_HEAD(chrdevs);      /* [1] */

void chrdev_register(struct chrdev *c)
{
	list_add_tail(&c->list, &chrdevs);
}

const struct file_operations *chrdev_find(u64 rdev)
{
	struct chrdev *c;

	list_for_each_entry(c, &chrdevs, list)
		if (c->major == MAJOR(rdev) && MINOR(rdev) - c->minor < c->nr)
			return c->fop;
	return NULL;
}

/* Every node's first operation: the driver's take over. */
static int chrdev_open(struct inode *inode, struct file *f)
{
	const struct file_operations *op = chrdev_find(inode->rdev);

	if (!op)
		return -ENXIO;
	f->op = op;
	f->mode &= ~FMODE_SEEK;
	if (op->llseek)
		f->mode |= FMODE_SEEK;
	return op->open ? op->open(inode, f) : 0;
}

const struct file_operations chrdev_open_fops = { .open = chrdev_open };

static int nodev_open(struct inode *inode, struct file *f)
{
	return -ENXIO;
}

const struct file_operations nodev_fops = { .open = nodev_open };

/* --- devtmpfs -------------------------------------------------------------------------------- */

struct devnode { char name[24]; u32 mode; u64 rdev; struct list_head list; };
static LIST_HEAD(nodes);        /* [1] */

static int add_node(struct dentry *root, const struct devnode *n)
{
	struct super_block *sb = root->inode->sb;
	struct inode *inode = tmpfs_new_inode(sb, n->mode, n->rdev);
	struct dentry *d = inode ? d_alloc(root, n->name, strlen(n->name), inode) : NULL;

	if (!d) {
		iput(inode);
		return -ENOMEM;
	}
	d_add(d);
	return 0;
}

static int add_link(struct dentry *root, const char *name, const char *target)
{
	struct inode *inode = root->inode->op->symlink(root->inode, target);
	struct dentry *d = IS_ERR(inode) ? NULL : d_alloc(root, name, strlen(name), inode);

	if (!d)
		return -ENOMEM;
	d_add(d);
	return 0;
}

static struct file_system_type devtmpfs_type;

void devtmpfs_node(const char *name, u32 mode, u64 rdev)
{
	struct devnode *n = kzalloc(sizeof(*n), GFP_KERNEL);
	struct mount *m;

	if (!n || strscpy(n->name, name, sizeof(n->name)) < 0) {
		kfree(n);
		pr_err("fs: no node /dev/%s\n", name);
		return;
	}
	n->mode = S_IFCHR | mode;
	n->rdev = rdev;
	list_add_tail(&n->list, &nodes);
	mutex_lock(&namespace_lock);
	list_for_each_entry(m, &all_mounts, list)
		if (m->sb->type == &devtmpfs_type && !d_find(m->sb->root, name, strlen(name)) && add_node(m->sb->root, n))
			pr_err("fs: no memory for /dev/%s\n", name);
	namespace_unlock();
}

static int devtmpfs_fill(struct super_block *sb, const char *options)
{
	struct inode *root = tmpfs_new_inode(sb, S_IFDIR | 0755, 0);
	struct devnode *n;
	int err = 0;

	sb->root = root ? d_alloc_root(root) : NULL;
	if (!sb->root) {
		iput(root);
		return -ENOMEM;
	}
	list_for_each_entry(n, &nodes, list)
		err = err ? err : add_node(sb->root, n);
	if (!err)
		err = add_link(sb->root, "fd", "/proc/self/fd");
	if (!err)
		err = add_link(sb->root, "stdin", "/proc/self/fd/0");
	if (!err)
		err = add_link(sb->root, "stdout", "/proc/self/fd/1");
	if (!err)
		err = add_link(sb->root, "stderr", "/proc/self/fd/2");
	return err;
}

static struct file_system_type devtmpfs_type = {
	.name = "devtmpfs", .magic = TMPFS_MAGIC, .unique = true, .fill_super = devtmpfs_fill,
};

void devtmpfs_register(void)
{
	fs_register(&devtmpfs_type);
}

/* --- memory devices -------------------------------------------------------------------------- */

static loff_t null_llseek(struct file *f, loff_t off, int whence)
{
	return f->pos = 0;
}

static ssize_t null_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return 0;
}

static ssize_t null_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return n;
}

static const u8 zeroes[PAGE_SIZE] __aligned(16);

static ssize_t zero_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	size_t done = 0;

	while (done < n) {
		size_t part = min(n - done, PAGE_SIZE), left = copy((char *)buf + done, zeroes, part);

		done += part - left;
		if (left)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending())
			return done;
	}
	return done;
}

static ssize_t full_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return -ENOSPC;
}

static ssize_t random_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	size_t done = 0;
	u64 words[32];

	while (done < n) {
		size_t part = min(n - done, sizeof(words)), left;

		for (size_t i = 0; i < DIV_ROUND_UP(part, 8); i++)
			words[i] = arch_random();
		left = copy((char *)buf + done, words, part);
		done += part - left;
		if (left)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending())
			return done;
	}
	return done;
}

/* random(4): the generator never runs dry. */
static long random_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	return cmd == RNDGETENTCNT ? put_user_u32(256, (void *)arg) : -ENOTTY;
}

/* /dev/zero mapped shared is anonymous shared memory; private, plain anonymous memory. */
static int zero_mmap(struct file *f, struct mmap_request *req)
{
	req->file = NULL;               /* mm makes the memory; may_flags stay */
	req->pgoff = 0;
	return 0;
}

/* Reads give the log's records as "level,sequence,microseconds,-;text"; a position is a byte of the log. */
static ssize_t kmsg_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	char line[512];
	u64 p = *pos;
	size_t got = printk_read(&p, line, sizeof(line) - 1), len = 0;

	if (!got)
		return (f->flags & O_NONBLOCK) ? -EAGAIN : 0;
	while (len < got && line[len] != '\n')
		len++;
	len += len < got;
	if (len > n)
		return -EINVAL;
	if (copy(buf, line, len))
		return -EFAULT;
	*pos = p - (got - len);
	return len;
}

/* One line of user text into the log, an optional "<level>" in front. */
static ssize_t kmsg_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	char line[512];
	size_t len = min(n, sizeof(line) - 1);
	char *p = line;
	int level = LOG_WARN;

	if (copy(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	if (line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>') {
		level = line[1] - '0';
		p += 3;
	}
	while (len && line[len - 1] == '\n')
		line[--len] = '\0';
	printk_level(level, "%s\n", p);
	return n;
}

static loff_t kmsg_llseek(struct file *f, loff_t off, int whence)
{
	char c;
	u64 p = f->pos;

	if (whence == SEEK_END) {
		while (printk_read(&p, &c, 1))
			;
		return f->pos = p, 0;
	}
	return f->pos = 0;
}

static const struct file_operations
	null_fops = { .read = null_read, .write = null_write, .llseek = null_llseek },
	zero_fops = { .read = zero_read, .write = null_write, .llseek = null_llseek, .mmap = zero_mmap },
	full_fops = { .read = zero_read, .write = full_write, .llseek = null_llseek },
	random_fops = { .read = random_read, .write = null_write, .llseek = null_llseek, .ioctl = random_ioctl },
	kmsg_fops = { .read = kmsg_read, .write = kmsg_write, .llseek = kmsg_llseek };

void mem_devices_init(void)
{
	static const struct { const char *name; u32 mode, minor; const struct file_operations *fop; } mem[] = {
		{ "null", 0666, 3, &null_fops }, { "zero", 0666, 5, &zero_fops }, { "full", 0666, 7, &full_fops },
		{ "random", 0666, 8, &random_fops }, { "urandom", 0666, 9, &random_fops }, { "kmsg", 0644, 11, &kmsg_fops },
	};
	static struct chrdev devs[ARRAY_SIZE(mem)];

	for (size_t i = 0; i < ARRAY_SIZE(mem); i++) {
		devs[i] = (struct chrdev){ .major = 1, .minor = mem[i].minor, .nr = 1, .fop = mem[i].fop };
		chrdev_register(&devs[i]);
		devtmpfs_node(mem[i].name, mem[i].mode, MKDEV(1, mem[i].minor));
	}
}
