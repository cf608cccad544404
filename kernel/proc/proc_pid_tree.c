/* SPDX-License-Identifier: MIT */
/*
 * The directories below /proc/PID. Nothing of it is stored: a lookup makes an inode that knows a pid and a row of
 * pid_entries; each use finds the task again (ESRCH when it is gone).
 */
#include <mm/mm.h>
#include "proc_pid.h"

struct task_struct *pid_inode_task(const struct inode *inode)
{
	struct task_struct *t = find_task_by_pid(inode_pid(inode));

	return t && who_is(t) == inode->private2 ? t : NULL;
}

/* --- file operations ------------------------------------------------------------------------- */

static int pid_open(struct inode *inode, struct file *f)
{
	const struct pid_entry *e = inode->private;
	struct task_struct *t = pid_inode_task(inode);

	if (!t)
		return -ESRCH;
	if (e->owner_only && !ptrace_may_access(t))
		return -EACCES;
	if (e->poll)
		(void)e->poll(f, NULL);         /* what is so far is not news */
	if (e->of_mm && t->mm) {
		atomic_inc(&t->mm->mm_count);
		f->private2 = (u64)t->mm;
	}
	return 0;
}

static void pid_release(struct file *f)
{
	const struct pid_entry *e = f->inode->private;

	if (e->of_mm && f->private2)
		mmdrop((struct mm_struct *)f->private2);
	text_release(f);
}

/* Whom @f tells of. NULL: of nobody any more. ERR_PTR: gone, or out of the reader's reach since it was opened. */
static struct task_struct *file_task(const struct file *f)
{
	const struct pid_entry *e = f->inode->private;
	struct task_struct *t = pid_inode_task(f->inode);

	if (!t)
		return e->of_mm && e->kind == PID_RAW ? NULL : ERR_PTR(-ESRCH);
	if (e->of_mm)
		return f->private2 == (u64)t->mm ? t : NULL;
	return e->owner_only && !ptrace_may_access(t) ? ERR_PTR(-EACCES) : t;
}

static unsigned int pid_poll(struct file *f, struct poll_table *pt)
{
	const struct pid_entry *e = f->inode->private;

	return e->poll(f, pt);
}

static int pid_show(struct file *f, struct seq_file *m)
{
	const struct pid_entry *e = f->inode->private;
	struct task_struct *t = file_task(f);

	return IS_ERR_OR_NULL(t) ? (int)PTR_ERR(t) : e->show(m, t);
}

static ssize_t pid_raw_chunk(void *buf, size_t n, u64 pos, void *arg)
{
	const struct file *f = arg;
	const struct pid_entry *e = f->inode->private;
	struct task_struct *t = file_task(f);

	return IS_ERR_OR_NULL(t) ? PTR_ERR(t) : e->raw(t, buf, n, pos);
}

/* By hand: a buffer from the allocator would be counted. */
static ssize_t fail_nth_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct task_struct *t = file_task(f);
	char text[16];

	return !IS_ERR_OR_NULL(t) ? simple_read(buf, n, pos, copy, text, scnprintf(text, sizeof(text), "%u\n", t->fail_nth)) : PTR_ERR(t);
}

static ssize_t pid_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	const struct pid_entry *e = f->inode->private;

	if (e->kind == PID_RAW)
		return raw_read(buf, n, pos, copy, pid_raw_chunk, f);
	if (e->kind == PID_FAIL_NTH)
		return fail_nth_read(f, buf, n, pos, copy);
	return text_read(f, buf, n, pos, copy, pid_show);
}

static ssize_t pid_write_fn(const char *buf, size_t n, void *arg)
{
	const struct file *f = arg;
	const struct pid_entry *e = f->inode->private;
	struct task_struct *t = file_task(f);

	return IS_ERR_OR_NULL(t) ? PTR_ERR(t) : e->write(t, buf, n);
}

static ssize_t pid_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	const struct pid_entry *e = f->inode->private;

	return e->write ? text_write(buf, n, copy, pid_write_fn, f) : -EINVAL;
}

static const struct file_operations pid_fops = {
	.open = pid_open, .read = pid_read, .write = pid_write, .llseek = text_llseek, .release = pid_release,
};

/* Of those that can tell when they change. */
static const struct file_operations pid_poll_fops = {
	.open = pid_open, .read = pid_read, .llseek = text_llseek, .release = pid_release, .poll = pid_poll,
};

static int pid_jump(struct inode *inode, struct path *to)
{
	const struct pid_entry *e = inode->private;
	struct task_struct *t = pid_inode_task(inode);

	if (!t)
		return -ENOENT;
	return ptrace_may_access(t) ? e->link(t, to) : -EACCES;
}

const char *pid_jump_text(struct inode *inode, int (*jump)(struct inode *, struct path *), char *buf, size_t size)
{
	struct path to;
	char *tmp, *p;
	int err = jump(inode, &to);

	if (err)
		return ERR_PTR(err);
	tmp = kmalloc(PATH_MAX, GFP_KERNEL);
	p = tmp ? d_path(&to, tmp, PATH_MAX) : ERR_PTR(-ENOMEM);
	if (!IS_ERR(p) && strscpy(buf, p, size) < 0)
		p = ERR_PTR(-ENAMETOOLONG);
	kfree(tmp);
	path_put(to);
	return IS_ERR(p) ? p : buf;
}

static const char *pid_get_link(struct inode *inode, char *buf, size_t size)
{
	return pid_jump_text(inode, pid_jump, buf, size);
}

static const struct inode_operations pid_link_op = { .jump = pid_jump, .get_link = pid_get_link };

/* --- directories ----------------------------------------------------------------------------- */

void pid_getattr(struct inode *inode)
{
	struct task_struct *t = pid_inode_task(inode);

	if (!t || S_ISLNK(inode->mode))
		return;
	/* The directories themselves; and a process may always look at its own descriptors. */
	if (inode->mode == (S_IFDIR | 0555) || (inode->mode == (S_IFDIR | 0500) && t->signal == current->signal)) {
		inode->uid = t->cred.euid;
		inode->gid = t->cred.egid;
	} else {
		task_dump_owner(t, &inode->uid, &inode->gid);
	}
}

static int entry_setsize(struct inode *inode, u64 size) { return 0; }
static const struct inode_operations pid_file_op = { .setsize = entry_setsize, .getattr = pid_getattr };

/* A made-up inode and dentry that live as long as they are held. */
struct dentry *pid_make(struct dentry *dir, const char *name, size_t len, u32 mode, u64 ino, u64 who,
			const struct inode_operations *op, const struct file_operations *fop, const void *private)
{
	struct inode *inode = new_inode(dir->inode->sb, mode);
	struct dentry *d;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->ino = ino;
	inode->private = (void *)private;
	inode->private2 = who;
	inode->op = op;
	inode->fop = fop;
	if (S_ISDIR(mode))
		inode->nlink = 2;
	pid_getattr(inode);
	d = d_alloc(dir, name, len, inode);
	if (!d) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	return d;
}

static bool parse_pid(const char *name, size_t len, unsigned int *out)
{
	unsigned int v = 0;

	if (len == 0 || len > 9 || (name[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		v = v * 10 + (name[i] - '0');
	}
	*out = v;
	return true;
}

/* fd/N: the inode's private is the number. */
static int fd_jump(struct inode *inode, struct path *to)
{
	struct task_struct *t = pid_inode_task(inode);
	struct file *f = t ? fget_task(t, (unsigned long)inode->private) : NULL;

	if (!f)
		return -ENOENT;
	*to = path_get(f->path);
	fput(f);
	return 0;
}

static const char *fd_get_link(struct inode *inode, char *buf, size_t size)
{
	return pid_jump_text(inode, fd_jump, buf, size);
}

static const struct inode_operations fd_link_op = { .jump = fd_jump, .get_link = fd_get_link };

static int fdinfo_show(struct file *info, struct seq_file *m)
{
	struct task_struct *t = pid_inode_task(info->inode);
	unsigned int n = (unsigned long)info->inode->private;
	struct file *f = t ? fget_task(t, n) : NULL;

	if (!f)
		return -ENOENT;
	seq_printf(m, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (unsigned long)f->pos,
		   (f->flags & ~O_NOCTTY) | (fd_closes_on_exec(t->files, n) ? O_CLOEXEC : 0),
		   f->path.mnt ? f->path.mnt->id : 0, (unsigned long)f->inode->ino);
	if (f->op && f->op->fdinfo)
		f->op->fdinfo(f, m);
	fput(f);
	return 0;
}

static ssize_t fdinfo_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return text_read(f, buf, n, pos, copy, fdinfo_show);
}

static const struct file_operations fdinfo_fops = { .read = fdinfo_read, .llseek = text_llseek, .release = text_release };

static struct dentry *fd_lookup(struct dentry *dir, const char *name, size_t len)
{
	const struct pid_entry *e = dir->inode->private;
	u64 who = dir->inode->private2;
	struct task_struct *t = pid_inode_task(dir->inode);
	struct file *f;
	unsigned int fd;
	u32 mode;

	if (!t || !parse_pid(name, len, &fd))
		return ERR_PTR(-ENOENT);
	if (!ptrace_may_access(t))
		return ERR_PTR(-EACCES);
	f = fget_task(t, fd);
	if (!f)
		return ERR_PTR(-ENOENT);
	mode = S_IFLNK | ((f->mode & FMODE_READ) ? 0500 : 0) | ((f->mode & FMODE_WRITE) ? 0300 : 0);
	fput(f);
	if (e->kind == PID_FDINFO_DIR)
		return pid_make(dir, name, len, S_IFREG | 0400, pid_ino(t->pid, 64) + fd, who, &pid_file_op, &fdinfo_fops, (void *)(unsigned long)fd);
	return pid_make(dir, name, len, mode, pid_ino(t->pid, 65) + fd, who, &fd_link_op, NULL, (void *)(unsigned long)fd);
}

int pid_dots(struct file *f, filldir_fn fill, void *arg)
{
	if (f->pos == 0 && !fill(arg, ".", 1, 1, f->inode->ino, S_IFDIR))
		return 1;
	if (f->pos <= 1 && !fill(arg, "..", 2, 2, f->path.dentry->parent->inode->ino, S_IFDIR))
		return 1;
	return 0;
}

static int fd_iterate(struct file *f, filldir_fn fill, void *arg)
{
	const struct pid_entry *e = f->inode->private;
	struct task_struct *t = pid_inode_task(f->inode);
	char name[12];
	int fd;

	if (!t)
		return -ENOENT;
	if (pid_dots(f, fill, arg))
		return 0;
	for (fd = max(f->pos, 2UL) - 2; (fd = next_fd_of(t, fd)) >= 0; fd++)
		if (!fill(arg, name, scnprintf(name, sizeof(name), "%d", fd), fd + 3, pid_ino(t->pid, 65) + fd,
			  e->kind == PID_FD_DIR ? S_IFLNK : S_IFREG))
			return 0;
	return 0;
}

static int fd_dir_open(struct inode *inode, struct file *f)
{
	struct task_struct *t = pid_inode_task(inode);

	return !t ? -ESRCH : ptrace_may_access(t) ? 0 : -EACCES;
}

static const struct inode_operations fd_dir_op = { .lookup = fd_lookup, .getattr = pid_getattr };
static const struct file_operations fd_dir_fops = { .iterate = fd_iterate, .llseek = generic_llseek, .open = fd_dir_open };

static const struct inode_operations pid_dir_op, tid_dir_op;
static const struct file_operations pid_dir_fops;

/* task/: one directory a thread. */
static struct dentry *task_lookup(struct dentry *dir, const char *name, size_t len)
{
	struct task_struct *t, *any = pid_inode_task(dir->inode);
	unsigned int nr;

	if (!any)
		return ERR_PTR(-ESRCH);
	if (!parse_pid(name, len, &nr))
		return ERR_PTR(-ENOENT);
	t = find_task_by_pid(pid_of_nr((pid_t)nr, inode_pid_ns(dir->inode)));
	if (!t || t->group_leader != any->group_leader)
		return ERR_PTR(-ENOENT);
	return pid_make(dir, name, len, S_IFDIR | 0555, pid_ino(t->pid, 66), who_is(t), &tid_dir_op, &pid_dir_fops, NULL);
}

static int task_iterate(struct file *f, filldir_fn fill, void *arg)
{
	struct task_struct *t = pid_inode_task(f->inode);
	char name[12];

	if (!t)
		return -ENOENT;
	if (pid_dots(f, fill, arg))
		return 0;
	/* In pid order, so that a position survives threads that come and go. */
	for (u64 pos = max(f->pos, 2UL); ; ) {
		struct task_struct *best = NULL, *p = NULL;

		while ((p = next_thread_of(t, p)) != NULL)
			if ((u64)p->pid + 2 > pos && (!best || p->pid < best->pid))
				best = p;
		if (!best)
			return 0;
		pos = best->pid + 2;
		if (!fill(arg, name, scnprintf(name, sizeof(name), "%d", pid_nr_ns(best->pid, inode_pid_ns(f->inode))), pos, pid_ino(best->pid, 66), S_IFDIR))
			return 0;
	}
}

static const struct inode_operations task_dir_op = { .lookup = task_lookup, .getattr = pid_getattr };
static const struct file_operations task_dir_fops = { .iterate = task_iterate, .llseek = generic_llseek };

static u32 entry_mode(const struct pid_entry *e)
{
	return e->mode | (e->kind == PID_LINK ? S_IFLNK : e->kind >= PID_FD_DIR ? S_IFDIR : S_IFREG);
}

static struct dentry *row_lookup(struct dentry *dir, const char *name, size_t len, bool thread)
{
	u64 who = dir->inode->private2;
	pid_t pid = inode_pid(dir->inode);

	if (!pid_inode_task(dir->inode))
		return ERR_PTR(-ENOENT);
	for (size_t i = 0; i < nr_pid_entries; i++) {
		const struct pid_entry *e = &pid_entries[i];

		if (strlen(e->name) != len || memcmp(e->name, name, len) || (thread ? e->group_only : e->thread_only))
			continue;
		switch (e->kind) {
		case PID_LINK:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &pid_link_op, NULL, e);
		case PID_FD_DIR: case PID_FDINFO_DIR:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &fd_dir_op, &fd_dir_fops, e);
		case PID_MAP_DIR:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &map_files_op, &map_files_fops, e);
		case PID_NS_DIR:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &ns_dir_op, &ns_dir_fops, e);
		case PID_TASK_DIR:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &task_dir_op, &task_dir_fops, e);
		case PID_MEM:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &pid_file_op, &proc_pid_mem_fops, e);
		case PID_USERNS:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &pid_file_op, &proc_userns_fops, e);
		default:
			return pid_make(dir, name, len, entry_mode(e), pid_ino(pid, i), who, &pid_file_op, e->poll ? &pid_poll_fops : &pid_fops, e);
		}
	}
	return ERR_PTR(-ENOENT);
}

static struct dentry *pid_dir_lookup(struct dentry *dir, const char *name, size_t len)
{
	return !pid_inode_task(dir->inode) ? ERR_PTR(-ESRCH) : row_lookup(dir, name, len, false);
}
static struct dentry *tid_dir_lookup(struct dentry *dir, const char *name, size_t len) { return row_lookup(dir, name, len, true); }

static int pid_dir_iterate(struct file *f, filldir_fn fill, void *arg)
{
	bool thread = f->inode->op == &tid_dir_op;

	if (!pid_inode_task(f->inode))
		return -ENOENT;
	if (pid_dots(f, fill, arg))
		return 0;
	for (u64 i = max(f->pos, 2UL) - 2; i < nr_pid_entries; i++)
		if (!(thread ? pid_entries[i].group_only : pid_entries[i].thread_only) &&
		    !fill(arg, pid_entries[i].name, strlen(pid_entries[i].name), i + 3, pid_ino(inode_pid(f->inode), i), entry_mode(&pid_entries[i])))
			return 0;
	return 0;
}

static const struct inode_operations pid_dir_op = { .lookup = pid_dir_lookup, .getattr = pid_getattr };
static const struct inode_operations tid_dir_op = { .lookup = tid_dir_lookup, .getattr = pid_getattr };
static const struct file_operations pid_dir_fops = { .iterate = pid_dir_iterate, .llseek = generic_llseek };

/* The directory of a process is not that of an earlier one with the same number, also for who keeps 32 bits of it alone. */
static u64 pid_dir_ino(const struct task_struct *t)
{
	return pid_ino(t->pid, 67) + (t->start_time_ns << 36) + (t->start_time_ns * 0x9e3779b97f4a7c15UL >> 52);
}

struct task_struct *proc_dir_task(const struct file *f)
{
	struct task_struct *t;

	if (f->inode->op != &pid_dir_op)
		return ERR_PTR(-EBADF);
	t = pid_inode_task(f->inode);
	return t ? t : ERR_PTR(-ESRCH);
}

/* Of /proc itself. Any thread's number may be looked up; only leaders are listed. */
struct dentry *proc_pid_lookup(struct dentry *dir, const char *name, size_t len)
{
	struct task_struct *t;
	unsigned int pid;

	if (!parse_pid(name, len, &pid) || !pid || !(t = find_task_by_pid(pid_of_nr((pid_t)pid, inode_pid_ns(dir->inode)))))
		return ERR_PTR(-ENOENT);
	return pid_make(dir, name, len, S_IFDIR | 0555, pid_dir_ino(t), who_is(t), &pid_dir_op, &pid_dir_fops, NULL);
}

#define PID_BASE 0x10000u

int proc_pid_iterate(struct file *f, filldir_fn fill, void *arg, u64 pos)
{
	struct task_struct *t;
	const struct pid_namespace *ns = inode_pid_ns(f->inode);
	pid_t nr = pos > PID_BASE ? pos - PID_BASE : 0;
	char name[12];

	while ((t = next_task_in_ns(ns, &nr)) != NULL)
		if (t->group_leader == t && !fill(arg, name, scnprintf(name, sizeof(name), "%d", nr), PID_BASE + nr, pid_dir_ino(t), S_IFDIR))
			return 0;
	return 0;
}
