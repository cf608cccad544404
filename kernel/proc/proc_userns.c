/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/uid_map, gid_map, setgroups. What may be written is decided by who opened the file, not by who writes: a
 * privileged program can be made to write into a descriptor that it was given. f->private2 is the struct opener.
 */
#include "proc_pid.h"

enum { UID_MAP, GID_MAP, SETGROUPS };  /* pid_entry.which */

struct opener {
	struct cred cred;               /* groups not kept; user_ns referenced */
	struct user_namespace *ns;      /* that of the file, referenced */
	int which;
};

static struct opener *opener_of(const struct file *f)
{
	return (struct opener *)f->private2;
}

static int userns_open(struct inode *inode, struct file *f)
{
	const struct pid_entry *e = inode->private;
	struct task_struct *t = pid_inode_task(inode);
	struct opener *o;

	if (!t)
		return -ESRCH;
	if (e->which == SETGROUPS && (f->mode & FMODE_WRITE) && !ns_capable(t->cred.user_ns, CAP_SYS_ADMIN))
		return -EACCES;
	o = kmalloc(sizeof(*o), GFP_KERNEL);
	if (!o)
		return -ENOMEM;
	o->cred = current->cred;
	o->cred.groups = NULL;
	o->ns = t->cred.user_ns;
	o->which = e->which;
	get_user_ns(o->cred.user_ns);
	get_user_ns(o->ns);
	f->private2 = (u64)o;
	return 0;
}

static void userns_release(struct file *f)
{
	struct opener *o = opener_of(f);

	put_user_ns(o->cred.user_ns);
	put_user_ns(o->ns);
	kfree(o);
	text_release(f);
}

static int userns_show(struct file *f, struct seq_file *m)
{
	const struct opener *o = opener_of(f);

	if (o->which == SETGROUPS)
		seq_puts(m, o->ns->may_setgroups ? "allow\n" : "deny\n");
	else
		id_map_show(m, o->ns, o->which == GID_MAP, o->cred.user_ns);
	return 0;
}

static ssize_t userns_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return text_read(f, buf, n, pos, copy, userns_show);
}

static ssize_t write_text(const char *buf, size_t n, void *arg)
{
	struct opener *o = arg;
	long err = o->which == SETGROUPS ? setgroups_write(o->ns, buf) : id_map_write(o->ns, o->which == GID_MAP, &o->cred, (char *)buf);

	return err ? err : (ssize_t)n;
}

static ssize_t userns_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	ssize_t ret;

	if (*pos || n >= (opener_of(f)->which == SETGROUPS ? 8 : PAGE_SIZE))
		return -EINVAL;
	ret = text_write(buf, n, copy, write_text, opener_of(f));
	if (ret > 0)
		*pos += (u64)ret;
	return ret;
}

const struct file_operations proc_userns_fops = {
	.open = userns_open, .read = userns_read, .write = userns_write, .llseek = text_llseek, .release = userns_release,
};
