/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID and /proc/PID/task/TID. Nothing of it is stored: a lookup makes an inode that knows a pid and a row of
 * the table below; each use finds the task again (ESRCH when it is gone).
 */
#include "internal.h"
#include <mm/fault_inject.h>
#include <mm/mm.h>
#include <mm/pgwalk.h>
#include <task/signal.h>

enum pid_kind { PID_TEXT, PID_RAW, PID_FAIL_NTH, PID_LINK, PID_FD_DIR, PID_FDINFO_DIR, PID_TASK_DIR };

struct pid_entry {
	const char *name;
	u32 mode;
	enum pid_kind kind;
	int (*show)(struct seq_file *m, struct task_struct *t);
	ssize_t (*raw)(struct task_struct *t, void *buf, size_t n, u64 pos);
	struct dentry *(*link)(struct task_struct *t);
	ssize_t (*write)(struct task_struct *t, const char *buf, size_t n);
	bool group_only;                /* not in task/TID */
	bool owner_only;                /* needs ptrace_may_access */
};

/* What an inode of ours stands for. */
static pid_t inode_pid(const struct inode *inode) { return (pid_t)inode->private2; }

static struct task_struct *inode_task(const struct inode *inode)
{
	return find_task_by_pid(inode_pid(inode));
}

/* The task's address space, referenced; NULL: it has none. */
static struct mm_struct *get_mm(struct task_struct *t)
{
	if (t->mm)
		mmget(t->mm);
	return t->mm;
}

/* --- files ----------------------------------------------------------------------------------- */

static int stat_group(struct seq_file *m, struct task_struct *t) { return proc_stat_show(m, t, t->pid == t->tgid); }

static int statm_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = t->mm;

	if (!mm) {
		seq_puts(m, "0 0 0 0 0 0 0\n");
		return 0;
	}
	seq_printf(m, "%lu %ld %ld %lu 0 %lu 0\n", mm->total_vm, mm->rss_anon + mm->rss_file + mm->rss_shmem, mm->rss_file + mm->rss_shmem,
		   (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT, mm->data_vm + mm->stack_vm);
	return 0;
}

static int comm_show(struct seq_file *m, struct task_struct *t)
{
	seq_printf(m, "%s\n", t->comm);
	return 0;
}

static ssize_t comm_write(struct task_struct *t, const char *buf, size_t n)
{
	size_t len = min(n, (size_t)TASK_COMM_LEN - 1);

	if (t->tgid != current->tgid)
		return -EINVAL;
	while (len && buf[len - 1] == '\n')
		len--;
	memcpy(t->comm, buf, len);
	t->comm[len] = '\0';
	return n;
}

static int with_mm(struct seq_file *m, struct task_struct *t, int (*show)(struct seq_file *, struct mm_struct *))
{
	struct mm_struct *mm = get_mm(t);
	int err = show(m, mm);

	if (mm)
		mmput(mm);
	return err;
}

static int maps_show(struct seq_file *m, struct task_struct *t) { return with_mm(m, t, proc_maps_show); }
static int smaps_show(struct seq_file *m, struct task_struct *t) { return with_mm(m, t, proc_smaps_show); }
static int smaps_rollup_show(struct seq_file *m, struct task_struct *t) { return with_mm(m, t, proc_smaps_rollup_show); }

/* Memory of the process at [start + pos, end): its own strings. */
static ssize_t mm_bytes(struct task_struct *t, void *buf, size_t n, u64 pos, bool env)
{
	struct mm_struct *mm = get_mm(t);
	unsigned long start, end;
	ssize_t ret = 0;

	if (!mm)
		return 0;
	start = env ? mm->env_start : mm->arg_start;
	end = env ? mm->env_end : mm->arg_end;
	if (pos < end - start && end > start)
		ret = access_mm(mm, start + pos, buf, min(n, (size_t)(end - start - pos)), false);
	mmput(mm);
	return ret;
}

static ssize_t cmdline_raw(struct task_struct *t, void *buf, size_t n, u64 pos) { return mm_bytes(t, buf, n, pos, false); }
static ssize_t environ_raw(struct task_struct *t, void *buf, size_t n, u64 pos) { return mm_bytes(t, buf, n, pos, true); }

static ssize_t auxv_raw(struct task_struct *t, void *buf, size_t n, u64 pos)
{
	size_t size = t->mm ? t->mm->nr_auxv * sizeof(u64) : 0;

	if (pos >= size)
		return 0;
	n = min(n, size - (size_t)pos);
	memcpy(buf, (char *)t->mm->saved_auxv + pos, n);
	return n;
}

static ssize_t pagemap_raw(struct task_struct *t, void *buf, size_t n, u64 pos)
{
	struct mm_struct *mm = get_mm(t);
	ssize_t ret = proc_pagemap_read(mm, buf, n, pos);

	if (mm)
		mmput(mm);
	return ret;
}

static ssize_t page_tables_raw(struct task_struct *t, void *buf, size_t n, u64 pos)
{
	struct mm_struct *mm = get_mm(t);
	ssize_t ret = capable_fs() ? proc_page_tables_read(mm, buf, n, pos) : -EPERM;

	if (mm)
		mmput(mm);
	return ret;
}

static ssize_t fail_nth_write(struct task_struct *t, const char *buf, size_t n)
{
	char word[16];
	size_t len = min(n, sizeof(word) - 1);
	u64 v;

	memcpy(word, buf, len);
	while (len && word[len - 1] == '\n')
		len--;
	word[len] = '\0';
	if (kstrtou64(word, 0, &v) || v > (u32)~0U)
		return -EINVAL;
	fail_nth_set(&t->fail_nth, v);
	return n;
}

static ssize_t mem_raw(struct task_struct *t, void *buf, size_t n, u64 pos)
{
	struct mm_struct *mm = get_mm(t);
	size_t got;

	if (!mm)
		return 0;
	got = access_mm(mm, pos, buf, n, false);
	mmput(mm);
	return got ? (ssize_t)got : -EIO;
}

static int oom_score_show(struct seq_file *m, struct task_struct *t)
{
	u64 pages = t->mm ? t->mm->rss_anon + t->mm->rss_file + t->mm->rss_shmem + t->mm->nr_ptes : 0;
	s64 score = (s64)(pages * 1000 / max(totalram_pages(), 1UL)) + (t->signal ? t->signal->oom_score_adj : 0);

	/* Linux's scale: 0..2000 mapped to 666 + ... since 5.x; kept monotonic. */
	seq_printf(m, "%ld\n", (long)max((s64)0, score * 2 / 3 + 666));
	return 0;
}

static int oom_adj_show(struct seq_file *m, struct task_struct *t)
{
	seq_printf(m, "%ld\n", t->signal ? t->signal->oom_score_adj : 0);
	return 0;
}

static ssize_t oom_adj_write(struct task_struct *t, const char *buf, size_t n)
{
	int value = 0;
	struct sysctl_int s = { &value, -1000, 1000 };
	ssize_t ret = sysctl_write_int(buf, n, &s);

	if (ret < 0 || !t->signal)
		return -EINVAL;
	if (value < t->signal->oom_score_adj && !capable_fs())
		return -EACCES;
	t->signal->oom_score_adj = value;
	return ret;
}

/* Which mappings a core file holds: Linux's default; cores are not written, so it is only remembered. */
static int coredump_filter_show(struct seq_file *m, struct task_struct *t)
{
	if (t->mm)
		seq_printf(m, "%08x\n", t->mm->coredump_filter ^ 0x33);
	return 0;
}

static ssize_t coredump_filter_write(struct task_struct *t, const char *buf, size_t n)
{
	char word[16];
	size_t len = min(n, sizeof(word) - 1);
	u64 v;

	memcpy(word, buf, len);
	while (len && word[len - 1] == '\n')
		len--;
	word[len] = '\0';
	if (!t->mm || kstrtou64(word, 0, &v))
		return -EINVAL;
	t->mm->coredump_filter = (v & 0x1ff) ^ 0x33;
	return n;
}

static int mounts_show(struct seq_file *m, struct task_struct *t) { return mounts_show_for(t, m, 0); }
static int mountinfo_show(struct seq_file *m, struct task_struct *t) { return mounts_show_for(t, m, 1); }
static int cgroup_show(struct seq_file *m, struct task_struct *t) { seq_puts(m, "0::/\n"); return 0; }
static int loginuid_show(struct seq_file *m, struct task_struct *t) { seq_puts(m, "4294967295"); return 0; }
static int personality_show(struct seq_file *m, struct task_struct *t) { seq_printf(m, "%08lx\n", t->personality); return 0; }

/* --- links ----------------------------------------------------------------------------------- */

static struct dentry *exe_link(struct task_struct *t)
{
	if (!t->mm || !t->mm->exe_file)
		return ERR_PTR(-ENOENT);
	return dget(t->mm->exe_file->dentry);
}

static struct dentry *cwd_link(struct task_struct *t) { return t->fs ? dget(t->fs->pwd) : ERR_PTR(-ENOENT); }
static struct dentry *root_link(struct task_struct *t) { return t->fs ? dget(t->fs->root) : ERR_PTR(-ENOENT); }

static const struct pid_entry entries[] = {
	{ "auxv", 0400, PID_RAW, .raw = auxv_raw, .owner_only = true },
	{ "cgroup", 0444, PID_TEXT, .show = cgroup_show },
	{ "cmdline", 0444, PID_RAW, .raw = cmdline_raw },
	{ "comm", 0644, PID_TEXT, .show = comm_show, .write = comm_write },
	{ "coredump_filter", 0644, PID_TEXT, .show = coredump_filter_show, .write = coredump_filter_write },
	{ "cwd", 0777, PID_LINK, .link = cwd_link, .owner_only = true },
	{ "environ", 0400, PID_RAW, .raw = environ_raw, .owner_only = true },
	{ "exe", 0777, PID_LINK, .link = exe_link, .owner_only = true },
	{ "fail-nth", 0644, PID_FAIL_NTH, .write = fail_nth_write, .owner_only = true },
	{ "fd", 0500, PID_FD_DIR, .owner_only = true },
	{ "fdinfo", 0500, PID_FDINFO_DIR, .owner_only = true },
	{ "limits", 0444, PID_TEXT, .show = proc_limits_show },
	{ "loginuid", 0444, PID_TEXT, .show = loginuid_show },
	{ "maps", 0444, PID_TEXT, .show = maps_show, .owner_only = true },
	{ "mem", 0600, PID_RAW, .raw = mem_raw, .owner_only = true },
	{ "mountinfo", 0444, PID_TEXT, .show = mountinfo_show },
	{ "mounts", 0444, PID_TEXT, .show = mounts_show },
	{ "oom_score", 0444, PID_TEXT, .show = oom_score_show },
	{ "oom_score_adj", 0644, PID_TEXT, .show = oom_adj_show, .write = oom_adj_write },
	{ "page_tables", 0400, PID_RAW, .raw = page_tables_raw, .owner_only = true },
	{ "pagemap", 0400, PID_RAW, .raw = pagemap_raw, .owner_only = true },
	{ "personality", 0400, PID_TEXT, .show = personality_show, .owner_only = true },
	{ "root", 0777, PID_LINK, .link = root_link, .owner_only = true },
	{ "smaps", 0444, PID_TEXT, .show = smaps_show, .owner_only = true },
	{ "smaps_rollup", 0444, PID_TEXT, .show = smaps_rollup_show, .owner_only = true },
	{ "stack", 0400, PID_TEXT, .show = proc_stack_show, .owner_only = true },
	{ "stat", 0444, PID_TEXT, .show = stat_group },
	{ "statm", 0444, PID_TEXT, .show = statm_show },
	{ "status", 0444, PID_TEXT, .show = proc_status_show },
	{ "syscall", 0400, PID_TEXT, .show = proc_syscall_show, .owner_only = true },
	{ "task", 0555, PID_TASK_DIR, .group_only = true },
	{ "wchan", 0444, PID_TEXT, .show = proc_wchan_show },
};

/* --- file operations ------------------------------------------------------------------------- */

static int pid_open(struct inode *inode, struct file *f)
{
	const struct pid_entry *e = inode->private;
	struct task_struct *t = inode_task(inode);

	if (!t)
		return -ESRCH;
	return e->owner_only && !ptrace_may_access(t) ? -EACCES : 0;
}

static int pid_show(struct file *f, struct seq_file *m)
{
	const struct pid_entry *e = f->inode->private;
	struct task_struct *t = inode_task(f->inode);

	return t ? e->show(m, t) : -ESRCH;
}

static ssize_t pid_raw_chunk(void *buf, size_t n, u64 pos, void *arg)
{
	struct inode *inode = arg;
	const struct pid_entry *e = inode->private;
	struct task_struct *t = inode_task(inode);

	return t ? e->raw(t, buf, n, pos) : -ESRCH;
}

/* By hand: a buffer from the allocator would be counted. */
static ssize_t fail_nth_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct task_struct *t = inode_task(f->inode);
	char text[16];

	return t ? simple_read(buf, n, pos, copy, text, scnprintf(text, sizeof(text), "%u\n", t->fail_nth)) : -ESRCH;
}

static ssize_t pid_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	const struct pid_entry *e = f->inode->private;

	if (e->kind == PID_RAW)
		return raw_read(buf, n, pos, copy, pid_raw_chunk, f->inode);
	if (e->kind == PID_FAIL_NTH)
		return fail_nth_read(f, buf, n, pos, copy);
	return text_read(f, buf, n, pos, copy, pid_show);
}

static ssize_t pid_write_fn(const char *buf, size_t n, void *arg)
{
	struct inode *inode = arg;
	const struct pid_entry *e = inode->private;
	struct task_struct *t = inode_task(inode);

	return t ? e->write(t, buf, n) : -ESRCH;
}

static ssize_t pid_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	const struct pid_entry *e = f->inode->private;

	return e->write ? text_write(buf, n, copy, pid_write_fn, f->inode) : -EINVAL;
}

static const struct file_operations pid_fops = {
	.open = pid_open, .read = pid_read, .write = pid_write, .llseek = text_llseek, .release = text_release,
};

static struct dentry *pid_jump(struct inode *inode)
{
	const struct pid_entry *e = inode->private;
	struct task_struct *t = inode_task(inode);

	if (!t)
		return ERR_PTR(-ENOENT);
	return ptrace_may_access(t) ? e->link(t) : ERR_PTR(-EACCES);
}

static const char *jump_text(struct inode *inode, struct dentry *(*jump)(struct inode *), char *buf, size_t size)
{
	struct dentry *d = jump(inode);
	char *tmp, *p;

	if (IS_ERR(d))
		return (void *)d;
	tmp = kmalloc(PATH_MAX, GFP_KERNEL);
	p = tmp ? d_path(d, tmp, PATH_MAX) : ERR_PTR(-ENOMEM);
	if (!IS_ERR(p) && strscpy(buf, p, size) < 0)
		p = ERR_PTR(-ENAMETOOLONG);
	kfree(tmp);
	dput(d);
	return IS_ERR(p) ? p : buf;
}

static const char *pid_get_link(struct inode *inode, char *buf, size_t size)
{
	return jump_text(inode, pid_jump, buf, size);
}

static const struct inode_operations pid_link_op = { .jump = pid_jump, .get_link = pid_get_link };

/* --- directories ----------------------------------------------------------------------------- */

static void pid_getattr(struct inode *inode)
{
	struct task_struct *t = inode_task(inode);

	if (t && !S_ISLNK(inode->mode)) {
		inode->uid = t->cred.euid;
		inode->gid = t->cred.egid;
	}
}

static int entry_setsize(struct inode *inode, u64 size) { return 0; }
static const struct inode_operations pid_file_op = { .setsize = entry_setsize, .getattr = pid_getattr };

/* A made-up inode and dentry that live as long as they are held. */
static struct dentry *make(struct dentry *dir, const char *name, size_t len, u32 mode, u64 ino, pid_t pid,
			   const struct inode_operations *op, const struct file_operations *fop, const void *private)
{
	struct inode *inode = new_inode(dir->inode->sb, mode);
	struct dentry *d;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->ino = ino;
	inode->private = (void *)private;
	inode->private2 = pid;
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

static u64 pid_ino(pid_t pid, unsigned int row) { return ((u64)pid << 20 | row << 12) + 0x1000; }

/* fd/N: the inode's private is the number. */
static struct dentry *fd_jump(struct inode *inode)
{
	struct task_struct *t = inode_task(inode);
	struct file *f = t ? fget_task(t, (unsigned long)inode->private) : NULL;
	struct dentry *d;

	if (!f)
		return ERR_PTR(-ENOENT);
	d = dget(f->dentry);
	fput(f);
	return d;
}

static const char *fd_get_link(struct inode *inode, char *buf, size_t size)
{
	return jump_text(inode, fd_jump, buf, size);
}

static const struct inode_operations fd_link_op = { .jump = fd_jump, .get_link = fd_get_link };

static int fdinfo_show(struct file *info, struct seq_file *m)
{
	struct task_struct *t = inode_task(info->inode);
	unsigned int n = (unsigned long)info->inode->private;
	struct file *f = t ? fget_task(t, n) : NULL;

	if (!f)
		return -ENOENT;
	seq_printf(m, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (unsigned long)f->pos,
		   (f->flags & ~O_NOCTTY) | ((t->files->cloexec_bits[n / 64] >> (n % 64) & 1) ? O_CLOEXEC : 0),
		   f->inode->sb->mount_id, (unsigned long)f->inode->ino);
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
	pid_t pid = inode_pid(dir->inode);
	struct task_struct *t = find_task_by_pid(pid);
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
		return make(dir, name, len, S_IFREG | 0400, pid_ino(pid, 64) + fd, pid, &pid_file_op, &fdinfo_fops, (void *)(unsigned long)fd);
	return make(dir, name, len, mode, pid_ino(pid, 65) + fd, pid, &fd_link_op, NULL, (void *)(unsigned long)fd);
}

static int dots(struct file *f, filldir_fn fill, void *arg)
{
	if (f->pos == 0 && !fill(arg, ".", 1, 1, f->inode->ino, S_IFDIR))
		return 1;
	if (f->pos <= 1 && !fill(arg, "..", 2, 2, f->dentry->parent->inode->ino, S_IFDIR))
		return 1;
	return 0;
}

static int fd_iterate(struct file *f, filldir_fn fill, void *arg)
{
	const struct pid_entry *e = f->inode->private;
	struct task_struct *t = inode_task(f->inode);
	char name[12];
	int fd;

	if (!t)
		return -ENOENT;
	if (dots(f, fill, arg))
		return 0;
	for (fd = max(f->pos, 2UL) - 2; (fd = next_fd_of(t, fd)) >= 0; fd++)
		if (!fill(arg, name, scnprintf(name, sizeof(name), "%d", fd), fd + 3, pid_ino(t->pid, 65) + fd,
			  e->kind == PID_FD_DIR ? S_IFLNK : S_IFREG))
			return 0;
	return 0;
}

static const struct inode_operations fd_dir_op = { .lookup = fd_lookup, .getattr = pid_getattr };
static const struct file_operations fd_dir_fops = { .iterate = fd_iterate, .llseek = generic_llseek, .open = pid_open };

static const struct inode_operations pid_dir_op, tid_dir_op;
static const struct file_operations pid_dir_fops;

/* task/: one directory a thread. */
static struct dentry *task_lookup(struct dentry *dir, const char *name, size_t len)
{
	struct task_struct *t;
	unsigned int tid;

	if (!parse_pid(name, len, &tid) || !(t = find_task_by_pid(tid)) || t->tgid != inode_pid(dir->inode))
		return ERR_PTR(-ENOENT);
	return make(dir, name, len, S_IFDIR | 0555, pid_ino(tid, 66), tid, &tid_dir_op, &pid_dir_fops, NULL);
}

static int task_iterate(struct file *f, filldir_fn fill, void *arg)
{
	struct task_struct *t = inode_task(f->inode);
	char name[12];

	if (!t)
		return -ENOENT;
	if (dots(f, fill, arg))
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
		if (!fill(arg, name, scnprintf(name, sizeof(name), "%d", best->pid), pos, pid_ino(best->pid, 66), S_IFDIR))
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
	pid_t pid = inode_pid(dir->inode);

	if (!find_task_by_pid(pid))
		return ERR_PTR(-ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		const struct pid_entry *e = &entries[i];

		if (strlen(e->name) != len || memcmp(e->name, name, len) || (thread && e->group_only))
			continue;
		switch (e->kind) {
		case PID_LINK:
			return make(dir, name, len, entry_mode(e), pid_ino(pid, i), pid, &pid_link_op, NULL, e);
		case PID_FD_DIR: case PID_FDINFO_DIR:
			return make(dir, name, len, entry_mode(e), pid_ino(pid, i), pid, &fd_dir_op, &fd_dir_fops, e);
		case PID_TASK_DIR:
			return make(dir, name, len, entry_mode(e), pid_ino(pid, i), pid, &task_dir_op, &task_dir_fops, e);
		default:
			return make(dir, name, len, entry_mode(e), pid_ino(pid, i), pid, &pid_file_op, &pid_fops, e);
		}
	}
	return ERR_PTR(-ENOENT);
}

static struct dentry *pid_dir_lookup(struct dentry *dir, const char *name, size_t len) { return row_lookup(dir, name, len, false); }
static struct dentry *tid_dir_lookup(struct dentry *dir, const char *name, size_t len) { return row_lookup(dir, name, len, true); }

static int pid_dir_iterate(struct file *f, filldir_fn fill, void *arg)
{
	bool thread = f->inode->op == &tid_dir_op;

	if (!inode_task(f->inode))
		return -ENOENT;
	if (dots(f, fill, arg))
		return 0;
	for (u64 i = max(f->pos, 2UL) - 2; i < ARRAY_SIZE(entries); i++)
		if (!(thread && entries[i].group_only) &&
		    !fill(arg, entries[i].name, strlen(entries[i].name), i + 3, pid_ino(inode_pid(f->inode), i), entry_mode(&entries[i])))
			return 0;
	return 0;
}

static const struct inode_operations pid_dir_op = { .lookup = pid_dir_lookup, .getattr = pid_getattr };
static const struct inode_operations tid_dir_op = { .lookup = tid_dir_lookup, .getattr = pid_getattr };
static const struct file_operations pid_dir_fops = { .iterate = pid_dir_iterate, .llseek = generic_llseek };

/* Of /proc itself. Any thread's number may be looked up; only leaders are listed. */
struct dentry *proc_pid_lookup(struct dentry *dir, const char *name, size_t len)
{
	unsigned int pid;

	if (!parse_pid(name, len, &pid) || !pid || !find_task_by_pid(pid))
		return ERR_PTR(-ENOENT);
	return make(dir, name, len, S_IFDIR | 0555, pid_ino(pid, 67), pid, &pid_dir_op, &pid_dir_fops, NULL);
}

#define PID_BASE 0x10000u

int proc_pid_iterate(struct file *f, filldir_fn fill, void *arg, u64 pos)
{
	struct task_struct *t;
	pid_t pid = pos > PID_BASE ? pos - PID_BASE : 0;
	char name[12];

	while ((t = next_task_after(pid)) != NULL) {
		pid = t->pid;
		if (!fill(arg, name, scnprintf(name, sizeof(name), "%d", pid), PID_BASE + pid, pid_ino(pid, 67), S_IFDIR))
			return 0;
	}
	return 0;
}
