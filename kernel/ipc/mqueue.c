/* SPDX-License-Identifier: MIT */
/*
 * POSIX message queues as objects: the file system "mqueue", whose one tree is there whether it is mounted or not; mq_open(2),
 * mq_unlink(2), mq_getsetattr(2), limits. A queue is an inode, a descriptor for it an open file.
 */
#include "mqueue.h"

#define MQUEUE_MAGIC 0x19800202
#define MESSAGE_COST 96         /* bytes that Linux counts for the management of a message */

static struct mqueue *queue_of(const struct file *f) { return f->inode->private; }

/* ---- descriptors ---- */

/* "QSIZE:129        NOTIFY:0     SIGNO:0     NOTIFY_PID:0     " */
static ssize_t mqueue_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	const struct mqueue *q = queue_of(f);
	const struct sigevent_abi *ev = &q->notify.event;
	bool told = q->notify.pid;
	char text[81];

	scnprintf(text, sizeof(text), "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", (unsigned long)q->bytes, told ? ev->notify : 0,
		  told && ev->notify == SIGEV_SIGNAL ? ev->signo : 0, pid_vnr(q->notify.pid));
	return simple_read(buf, n, pos, copy, text, strlen(text));
}

static unsigned int mqueue_poll(struct file *f, struct poll_table *pt)
{
	struct mqueue *q = queue_of(f);

	poll_wait(pt, &q->poll);
	return (q->nr ? POLLIN | POLLRDNORM : 0) | (q->nr < q->max_messages ? POLLOUT | POLLWRNORM : 0);
}

/* Who closes a descriptor is no longer told. */
static void mqueue_flush(struct file *f)
{
	struct mqueue *q = queue_of(f);

	if (q->notify.pid == current->tgid)
		mqueue_forget_notify(q);
}

static const struct file_operations mqueue_fops = {
	.read = mqueue_read, .poll = mqueue_poll, .flush = mqueue_flush, .llseek = generic_llseek,
};

struct mqueue *mqueue_get(unsigned int fd, unsigned int mode, struct file **f)
{
	*f = fget(fd);
	if (*f && (*f)->op == &mqueue_fops && ((*f)->mode & mode) == mode)
		return queue_of(*f);
	if (*f)
		fput(*f);
	return ERR_PTR(-EBADF);
}

/* ---- queues ---- */

static void evict(struct inode *inode)
{
	struct mqueue *q = inode->private;

	if (!q)
		return;
	mqueue_drop_messages(q);
	mqueue_forget_notify(q);
	*user_mqueue_bytes(q->uid) -= q->charged;
	list_del(&q->of_ns);
	if (q->ns)
		q->ns->nr_mqueues--;
	kfree(q);
}

static const struct inode_operations queue_op = { .evict = evict };

/* 0, -EINVAL: not allowed to this user; -EOVERFLOW. *bytes: what the queue may hold, with its management. */
static int check_attr(const struct ipc_namespace *ns, const struct mq_attr_abi *a, u64 *bytes)
{
	bool privileged = capable(CAP_SYS_RESOURCE);

	if (a->mq_maxmsg <= 0 || a->mq_msgsize <= 0)
		return -EINVAL;
	if (a->mq_maxmsg > (privileged ? 65536 : ns->msg_max) || a->mq_msgsize > (privileged ? 16 << 20 : ns->msgsize_max))
		return -EINVAL;
	*bytes = (u64)a->mq_maxmsg * ((u64)a->mq_msgsize + MESSAGE_COST);
	return 0;
}

static struct inode *make_queue(struct super_block *sb, u32 mode, const struct mq_attr_abi *attr)
{
	struct ipc_namespace *ns = sb->private;
	struct mq_attr_abi defaults;
	u64 bytes, *all = user_mqueue_bytes(current->cred.uid);
	struct inode *inode;
	struct mqueue *q;
	int err;

	if (!ns)
		return ERR_PTR(-EACCES);        /* a mount that has outlived it */
	defaults = (struct mq_attr_abi){ .mq_maxmsg = min(ns->msg_max, ns->msg_default), .mq_msgsize = min(ns->msgsize_max, ns->msgsize_default) };
	if (!attr)
		attr = &defaults;
	if (ns->nr_mqueues >= ns->queues_max && !capable(CAP_SYS_RESOURCE))
		return ERR_PTR(-ENOSPC);
	err = check_attr(ns, attr, &bytes);
	if (err)
		return ERR_PTR(err);
	if (*all + bytes > rlimit(RLIMIT_MSGQUEUE))
		return ERR_PTR(-EMFILE);
	q = kzalloc(sizeof(*q), GFP_KERNEL);
	inode = q ? new_inode(sb, S_IFREG | (mode & 07777)) : NULL;
	if (!inode) {
		kfree(q);
		return ERR_PTR(-ENOMEM);
	}
	q->max_messages = (u64)attr->mq_maxmsg;
	q->max_size = (u64)attr->mq_msgsize;
	INIT_LIST_HEAD(&q->messages);
	INIT_LIST_HEAD(&q->senders);
	INIT_LIST_HEAD(&q->receivers);
	init_waitqueue_head(&q->poll);
	q->uid = current->cred.uid;
	q->charged = bytes;
	*all += bytes;
	q->ns = ns;
	list_add(&q->of_ns, &ns->mqueues);
	ns->nr_mqueues++;
	inode->uid = current->cred.fsuid;
	inode->gid = current->cred.fsgid;
	inode->op = &queue_op;
	inode->fop = &mqueue_fops;
	inode->mapping.size = 80;
	inode->private = q;
	return inode;
}

/* ---- the file system ---- */

static struct inode *mqueue_mknod(struct inode *dir, u32 mode, u64 rdev)
{
	return S_ISREG(mode) ? make_queue(dir->sb, mode, NULL) : ERR_PTR(-EPERM);
}

static const struct inode_operations mqueue_dir_op = { .mknod = mqueue_mknod };

static int mqueue_fill(struct super_block *sb, const char *options)
{
	struct inode *inode = new_inode(sb, S_IFDIR | 01777);

	if (!inode)
		return -ENOMEM;
	inode->nlink = 2;
	inode->op = &mqueue_dir_op;
	inode->fop = &dir_fops;
	sb->root = d_alloc_root(inode);
	if (!sb->root) {
		iput(inode);
		return -ENOMEM;
	}
	return 0;
}

static struct super_block *mqueue_tree(void) { return ipc_ns()->mq_tree; }

static struct file_system_type mqueue_type = { .name = "mqueue", .userns_mount = true, .magic = MQUEUE_MAGIC, .fill_super = mqueue_fill, .tree = mqueue_tree };

int mqueue_ns_init(struct ipc_namespace *ns)
{
	INIT_LIST_HEAD(&ns->mqueues);
	ns->queues_max = 256;
	ns->msg_max = ns->msg_default = 10;
	ns->msgsize_max = ns->msgsize_default = 8192;
	ns->mq_tree = fs_kernel_tree(&mqueue_type, ns);
	return ns->mq_tree ? 0 : -ENOMEM;
}

void mqueue_ns_free(struct ipc_namespace *ns)
{
	struct mqueue *q, *next;

	list_for_each_entry_safe(q, next, &ns->mqueues, of_ns) {
		list_del_init(&q->of_ns);
		q->ns = NULL;
	}
	ns->mq_tree->private = NULL;
	fs_kernel_tree_put(ns->mq_tree);
}

/* ---- system calls ---- */

/* One component, without a slash (the library took the first one off). */
static int get_queue_name(const void __user *user, char name[NAME_MAX + 1])
{
	ssize_t n = strncpy_from_user(name, user, NAME_MAX + 1);

	if (n < 0)
		return (int)n;
	if (!n)
		return -ENOENT;
	return strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, "..") ? -EACCES : 0;
}

/* => namespace_lock held. Referenced. */
static struct dentry *create_queue(struct dentry *root, const char *name, u32 mode, const struct mq_attr_abi *attr)
{
	struct inode *inode;
	struct dentry *d;
	int err = may_create(&(struct path){ NULL, root });

	if (err)
		return ERR_PTR(err);
	inode = make_queue(root->inode->sb, mode & ~current->fs->umask, attr);
	if (IS_ERR(inode))
		return ERR_PTR(PTR_ERR(inode));
	d = d_alloc(root, name, strlen(name), inode);
	if (!d) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d_add(d);
	touch_mtime(root->inode);
	return dget(d);
}

static struct dentry *find_or_create(const char *name, unsigned int flags, u32 mode, const struct mq_attr_abi *attr)
{
	static const int want[4] = { R_OK, W_OK, R_OK | W_OK, 0 };
	struct dentry *root = ipc_ns()->mq_tree->root;
	struct dentry *d;
	int err;

	mutex_lock(&namespace_lock);
	d = d_find(root, name, strlen(name));
	if (!d) {
		d = flags & O_CREAT ? create_queue(root, name, mode, attr) : ERR_PTR(-ENOENT);
	} else {
		err = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ? -EEXIST : (flags & O_ACCMODE) == O_ACCMODE ? -EINVAL :
			inode_permission(d->inode, want[flags & O_ACCMODE]);
		d = err ? ERR_PTR(err) : dget(d);
	}
	mutex_unlock(&namespace_lock);
	return d;
}

SYSCALL(mq_open)
{
	unsigned int flags = (unsigned int)a1;
	char name[NAME_MAX + 1];
	struct mq_attr_abi attr;
	struct dentry *d;
	struct file *f;
	int err, fd;

	if (a3 && copy_from_user(&attr, (void __user *)a3, sizeof(attr)))
		return -EFAULT;
	err = get_queue_name((void __user *)a0, name);
	if (err)
		return err;
	fd = get_unused_fd(0, true);    /* first: without one no queue is made */
	if (fd < 0)
		return fd;
	d = find_or_create(name, flags, (u32)a2 & 07777, a3 ? &attr : NULL);
	f = IS_ERR(d) ? ERR_PTR(PTR_ERR(d)) : dentry_open((struct path){ NULL, d }, flags & (O_ACCMODE | O_NONBLOCK));
	if (IS_ERR(f)) {
		put_unused_fd(fd);
		return PTR_ERR(f);
	}
	fd_install(fd, f);
	return fd;
}

SYSCALL(mq_unlink)
{
	struct dentry *root = ipc_ns()->mq_tree->root, *d;
	char name[NAME_MAX + 1];
	int err = get_queue_name((void __user *)a0, name);

	if (err)
		return err;
	mutex_lock(&namespace_lock);
	d = d_find(root, name, strlen(name));
	err = d ? may_delete(&(struct path){ NULL, root }, d->inode) : -ENOENT;
	if (!err)
		drop_name(d);
	mutex_unlock(&namespace_lock);
	return err;
}

SYSCALL(mq_getsetattr)
{
	struct mq_attr_abi new, old = { 0 };
	struct mqueue *q;
	struct file *f;

	if (a1 && copy_from_user(&new, (void __user *)a1, sizeof(new)))
		return -EFAULT;
	if (a1 && (new.mq_flags & ~(s64)O_NONBLOCK))
		return -EINVAL;
	q = mqueue_get((unsigned int)a0, 0, &f);
	if (IS_ERR(q))
		return PTR_ERR(q);
	old.mq_flags = f->flags & O_NONBLOCK;
	old.mq_maxmsg = (s64)q->max_messages;
	old.mq_msgsize = (s64)q->max_size;
	old.mq_curmsgs = (s64)q->nr;
	if (a1)
		f->flags = (f->flags & ~(unsigned int)O_NONBLOCK) | (unsigned int)new.mq_flags;
	fput(f);
	return a2 && copy_to_user((void __user *)a2, &old, sizeof(old)) ? -EFAULT : 0;
}

void mqueue_init(void)
{
	static const struct ipc_sysctl limits[] = {
		{ "sys/fs/mqueue/queues_max", offsetof(struct ipc_namespace, queues_max), 0, 0x7fffffff, false },
		{ "sys/fs/mqueue/msg_max", offsetof(struct ipc_namespace, msg_max), 1, 65536, false },
		{ "sys/fs/mqueue/msgsize_max", offsetof(struct ipc_namespace, msgsize_max), 128, 16 << 20, false },
		{ "sys/fs/mqueue/msg_default", offsetof(struct ipc_namespace, msg_default), 1, 65536, false },
		{ "sys/fs/mqueue/msgsize_default", offsetof(struct ipc_namespace, msgsize_default), 128, 16 << 20, false },
	};

	fs_register(&mqueue_type);
	ipc_sysctls(limits, ARRAY_SIZE(limits));
}
