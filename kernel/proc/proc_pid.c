/* SPDX-License-Identifier: MIT */
/* What the files of /proc/PID and /proc/PID/task/TID say, and their table. proc_pid_tree.c makes them appear. */
#include "proc_pid.h"
#include <mm/fault_inject.h>
#include <mm/mm.h>
#include <mm/pgwalk.h>
#include <ns/time_ns.h>

/* The task's address space, referenced; NULL: it has none. */
struct mm_struct *pid_mm(struct task_struct *t)
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

/* The processes that a thread forked. */
static int children_show(struct seq_file *m, struct task_struct *t)
{
	struct task_struct *c;
	unsigned long irq = spin_lock_irqsave(&tasklist_lock);

	list_for_each_entry(c, &t->group_leader->children, sibling)
		if (c->creator == t)
			seq_printf(m, "%d ", pid_vnr(c->pid));
	spin_unlock_irqrestore(&tasklist_lock, irq);
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
	struct mm_struct *mm = pid_mm(t);
	int err = show(m, mm);

	if (mm)
		put_task_mm(mm);
	return err;
}

static int maps_show(struct seq_file *m, struct task_struct *t) { return with_mm(m, t, proc_maps_show); }
static int smaps_show(struct seq_file *m, struct task_struct *t) { return with_mm(m, t, proc_smaps_show); }
static int smaps_rollup_show(struct seq_file *m, struct task_struct *t) { return with_mm(m, t, proc_smaps_rollup_show); }

static int numa_maps_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = pid_mm(t);
	int err = mm ? proc_numa_maps_show(m, mm, t->mempolicy) : 0;

	if (mm)
		put_task_mm(mm);
	return err;
}

/* Memory of the process at [start + pos, end): its own strings. */
static ssize_t mm_bytes(struct task_struct *t, void *buf, size_t n, u64 pos, bool env)
{
	struct mm_struct *mm = pid_mm(t);
	unsigned long start, end;
	ssize_t ret = 0;

	if (!mm)
		return 0;
	start = env ? mm->env_start : mm->arg_start;
	end = env ? mm->env_end : mm->arg_end;
	if (pos < end - start && end > start)
		ret = access_mm(mm, start + pos, buf, min(n, (size_t)(end - start - pos)), FAULT_FORCE);
	put_task_mm(mm);
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
	struct mm_struct *mm = pid_mm(t);
	ssize_t ret = proc_pagemap_read(mm, buf, n, pos);

	if (mm)
		put_task_mm(mm);
	return ret;
}

static ssize_t page_tables_raw(struct task_struct *t, void *buf, size_t n, u64 pos)
{
	struct mm_struct *mm = pid_mm(t);
	ssize_t ret = capable(CAP_SYS_ADMIN) ? proc_page_tables_read(mm, buf, n, pos) : -EPERM;

	if (mm)
		put_task_mm(mm);
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
	if (value < t->signal->oom_score_adj && !capable(CAP_SYS_RESOURCE))
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

static int exe_link(struct task_struct *t, struct path *to)
{
	if (!t->mm || !t->mm->exe_file)
		return -ENOENT;
	*to = path_get(t->mm->exe_file->path);
	return 0;
}

static int cwd_link(struct task_struct *t, struct path *to)
{
	if (!t->fs)
		return -ENOENT;
	*to = path_get(t->fs->pwd);
	return 0;
}

static int root_link(struct task_struct *t, struct path *to)
{
	if (!t->fs)
		return -ENOENT;
	*to = path_get(t->fs->root);
	return 0;
}

const struct pid_entry pid_entries[] = {
	{ "auxv", 0400, PID_RAW, .raw = auxv_raw, .owner_only = true, .of_mm = true },
	{ "cgroup", 0444, PID_TEXT, .show = cgroup_show },
	{ "children", 0444, PID_TEXT, .show = children_show, .thread_only = true },
	{ "cmdline", 0444, PID_RAW, .raw = cmdline_raw },
	{ "comm", 0644, PID_TEXT, .show = comm_show, .write = comm_write },
	{ "coredump_filter", 0644, PID_TEXT, .show = coredump_filter_show, .write = coredump_filter_write },
	{ "cwd", 0777, PID_LINK, .link = cwd_link, .owner_only = true },
	{ "environ", 0400, PID_RAW, .raw = environ_raw, .owner_only = true, .of_mm = true },
	{ "exe", 0777, PID_LINK, .link = exe_link, .owner_only = true },
	{ "fail-nth", 0644, PID_FAIL_NTH, .write = fail_nth_write, .owner_only = true },
	{ "fd", 0500, PID_FD_DIR, .owner_only = true },
	{ "fdinfo", 0500, PID_FDINFO_DIR, .owner_only = true },
	{ "gid_map", 0644, PID_USERNS, .which = 1 },
	{ "limits", 0444, PID_TEXT, .show = proc_limits_show },
	{ "loginuid", 0444, PID_TEXT, .show = loginuid_show },
	{ "map_files", 0500, PID_MAP_DIR, .group_only = true, .owner_only = true },
	{ "maps", 0444, PID_TEXT, .show = maps_show, .owner_only = true, .of_mm = true },
	{ "mem", 0600, PID_MEM, .owner_only = true },
	{ "mountinfo", 0444, PID_TEXT, .show = mountinfo_show, .poll = mounts_poll },
	{ "mounts", 0444, PID_TEXT, .show = mounts_show, .poll = mounts_poll },
	{ "ns", 0511, PID_NS_DIR, .show = NULL },
	{ "numa_maps", 0444, PID_TEXT, .show = numa_maps_show, .owner_only = true, .of_mm = true },
	{ "oom_score", 0444, PID_TEXT, .show = oom_score_show },
	{ "oom_score_adj", 0644, PID_TEXT, .show = oom_adj_show, .write = oom_adj_write },
	{ "page_tables", 0400, PID_RAW, .raw = page_tables_raw, .owner_only = true, .of_mm = true },
	{ "pagemap", 0400, PID_RAW, .raw = pagemap_raw, .owner_only = true, .of_mm = true },
	{ "personality", 0400, PID_TEXT, .show = personality_show, .owner_only = true },
	{ "root", 0777, PID_LINK, .link = root_link, .owner_only = true },
	{ "setgroups", 0644, PID_USERNS, .which = 2 },
	{ "smaps", 0444, PID_TEXT, .show = smaps_show, .owner_only = true, .of_mm = true },
	{ "smaps_rollup", 0444, PID_TEXT, .show = smaps_rollup_show, .owner_only = true, .of_mm = true },
	{ "stack", 0400, PID_TEXT, .show = proc_stack_show, .owner_only = true },
	{ "stat", 0444, PID_TEXT, .show = stat_group },
	{ "statm", 0444, PID_TEXT, .show = statm_show },
	{ "status", 0444, PID_TEXT, .show = proc_status_show },
	{ "syscall", 0400, PID_TEXT, .show = proc_syscall_show, .owner_only = true },
	{ "task", 0555, PID_TASK_DIR, .group_only = true },
	{ "timens_offsets", 0644, PID_TEXT, .show = timens_offsets_show, .write = timens_offsets_write },
	{ "uid_map", 0644, PID_USERNS, .which = 0 },
	{ "wchan", 0444, PID_TEXT, .show = proc_wchan_show },
};
const size_t nr_pid_entries = ARRAY_SIZE(pid_entries);
