/* SPDX-License-Identifier: MIT */
/* /proc/PID/{stat,statm's source fields,status,limits}. Formats: proc(5). */
#include "internal.h"
#include <mm/mm.h>
#include <ns/time_ns.h>
#include <task/signal.h>
#include <tty/tty.h>

static u64 ticks(u64 ns)
{
	return ns / 10000000;   /* USER_HZ is 100 */
}

static int tty_of(struct task_struct *t, pid_t *pgrp)
{
	struct tty_struct *tty = t->signal ? t->signal->tty : NULL;

	*pgrp = tty ? tty->pgrp : -1;
	return tty ? (int)tty->rdev : 0;
}

static void signal_sets(struct task_struct *t, u64 *ignored, u64 *caught)
{
	*ignored = *caught = 0;
	if (!t->sighand)
		return;
	for (int i = 0; i < _NSIG; i++) {
		u64 h = (u64)t->sighand->action[i].handler;

		if (h == 1)
			*ignored |= 1ULL << i;
		else if (h)
			*caught |= 1ULL << i;
	}
}

int proc_stat_show(struct seq_file *m, struct task_struct *t, bool whole)
{
	struct signal_struct *sig = t->signal;
	struct mm_struct *mm = t->mm;
	u64 ut, st, ignored, caught;
	const struct pid_namespace *ns = m->pid_ns;
	pid_t tpgid;
	int tty = tty_of(t, &tpgid);

	if (whole)
		process_cputime(t, &ut, &st);
	else
		task_cputime(t, &ut, &st);
	signal_sets(t, &ignored, &caught);
	seq_printf(m, "%d (%s) %c %d %d %d %d %d %u %lu %lu %lu %lu %lu %lu %lu %lu %d %d %d 0 %lu ",
		   pid_nr_ns(t->pid, ns), t->comm, task_state_char(t), t->parent ? pid_nr_ns(t->parent->tgid, ns) : 0,
		   sig ? pid_nr_ns(sig->pgrp, ns) : 0, sig ? pid_nr_ns(sig->session, ns) : 0, tty, pid_nr_ns(tpgid, ns),
		   t->flags & PF_KTHREAD ? 0x00200000u : (t->flags & PF_FORKNOEXEC) ? 0x40u : 0u,
		   t->min_flt + (whole && sig ? sig->dead_min_flt : 0), sig ? sig->cmin_flt : 0,
		   t->maj_flt + (whole && sig ? sig->dead_maj_flt : 0), sig ? sig->cmaj_flt : 0,
		   (unsigned long)ticks(ut), (unsigned long)ticks(st),
		   (unsigned long)ticks(sig ? sig->cutime_ns : 0), (unsigned long)ticks(sig ? sig->cstime_ns : 0),
		   t->prio ? -1 - t->prio : 20 + t->nice, t->nice, max(sig ? sig->nr_threads : 1, 1),
		   (unsigned long)ticks(t->start_time_ns + (u64)timens_boottime()));
	if (mm)
		seq_printf(m, "%lu %ld %lu %lu %lu %lu 0 0 ", mm->total_vm << PAGE_SHIFT, mm->rss_anon + mm->rss_file + mm->rss_shmem,
			   (unsigned long)sig->rlim[RLIMIT_RSS].rlim_cur, mm->start_code, mm->end_code, mm->start_stack);
	else
		seq_printf(m, "0 0 %lu 0 0 0 0 0 ", sig ? (unsigned long)sig->rlim[RLIMIT_RSS].rlim_cur : ~0UL);
	seq_printf(m, "%lu %lu %lu %lu %d 0 0 %d 0 %d %d 0 0 0 ", (unsigned long)(t->pending.set & 0x7fffffff),
		   (unsigned long)(t->blocked & 0x7fffffff), (unsigned long)(ignored & 0x7fffffff), (unsigned long)(caught & 0x7fffffff),
		   t->state == TASK_RUNNING ? 0 : 1, t->exit_signal, t->rt_priority, t->policy);
	if (mm && ptrace_may_access(t))
		seq_printf(m, "%lu %lu %lu %lu %lu %lu %lu %d\n", mm->start_data, mm->end_data, mm->start_brk, mm->arg_start, mm->arg_end,
			   mm->env_start, mm->env_end, t->exit_code);
	else
		seq_printf(m, "0 0 0 0 0 0 0 %d\n", t->exit_code);
	return 0;
}

static void status_mm(struct seq_file *m, struct mm_struct *mm)
{
	unsigned long rss = mm->rss_anon + mm->rss_file + mm->rss_shmem;
	unsigned long text = PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK);
	unsigned long exec = mm->exec_vm << PAGE_SHIFT;

	text = min(text, exec);
	seq_printf(m, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmPin:\t%8lu kB\nVmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\n",
		   max(mm->hiwater_vm, mm->total_vm) * 4, mm->total_vm * 4, mm->locked_vm * 4, mm->pinned_vm * 4,
		   max(mm->hiwater_rss, rss) * 4, rss * 4);
	seq_printf(m, "RssAnon:\t%8ld kB\nRssFile:\t%8ld kB\nRssShmem:\t%8ld kB\n", mm->rss_anon * 4, mm->rss_file * 4, mm->rss_shmem * 4);
	seq_printf(m, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\nVmLib:\t%8lu kB\nVmPTE:\t%8ld kB\nVmSwap:\t%8d kB\nHugetlbPages:\t%8d kB\n",
		   mm->data_vm * 4, mm->stack_vm * 4, text >> 10, (exec - text) >> 10, mm->nr_ptes * 4, 0, 0);
	seq_printf(m, "CoreDumping:\t0\nTHP_enabled:\t%d\n", thp_enabled);
}

static unsigned int queued(const struct signal_struct *sig)
{
	return sig && sig->sigqueue_count ? *sig->sigqueue_count : 0;
}

/* In each PID name space from that of this /proc down. */
static void show_numbers(struct seq_file *m, const struct task_struct *t)
{
	const struct { const char *name; pid_t pid; } rows[] = {
		{ "NStgid:", t->tgid }, { "\nNSpid:", t->pid }, { "\nNSpgid:", t->signal ? t->signal->pgrp : 0 },
		{ "\nNSsid:", t->signal ? t->signal->session : 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		seq_puts(m, rows[i].name);
		pid_show_numbers(m, rows[i].pid, m->pid_ns);
	}
	seq_putc(m, '\n');
}

int proc_status_show(struct seq_file *m, struct task_struct *t)
{
	static const char *const states[] = { "R (running)", "S (sleeping)", "D (disk sleep)", "T (stopped)", "Z (zombie)", "X (dead)", "R (running)",
		"t (tracing stop)" };
	const struct cred *c = &t->cred;
	unsigned int nr_groups = c->groups ? c->groups->nr : 0;
	const struct pid_namespace *ns = m->pid_ns;
	struct signal_struct *sig = t->signal;
	u64 ignored, caught;

	signal_sets(t, &ignored, &caught);
	seq_printf(m, "Name:\t");
	seq_escape(m, t->comm, "\n");
	seq_printf(m, "\nUmask:\t%04o\nState:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", t->fs ? t->fs->umask : 0,
		   states[t->state], pid_nr_ns(t->tgid, ns), pid_nr_ns(t->pid, ns), t->parent ? pid_nr_ns(t->parent->tgid, ns) : 0,
		   t->tracer ? pid_nr_ns(t->tracer->pid, ns) : 0);
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t%u\nGroups:\t", uid_seen(c->uid), uid_seen(c->euid),
		   uid_seen(c->suid), uid_seen(c->fsuid), gid_seen(c->gid), gid_seen(c->egid), gid_seen(c->sgid), gid_seen(c->fsgid), t->files ? t->files->max : 0);
	for (unsigned int i = 0; i < nr_groups; i++)
		seq_printf(m, "%u ", gid_seen(c->groups->gid[i]));
	seq_puts(m, nr_groups ? "\n" : " \n");
	show_numbers(m, t);
	if (t->mm)
		status_mm(m, t->mm);
	seq_printf(m, "Threads:\t%d\nSigQ:\t%u/%lu\n", max(sig ? sig->nr_threads : 1, 1), queued(sig),
		   sig ? (unsigned long)sig->rlim[RLIMIT_SIGPENDING].rlim_cur : 0);
	seq_printf(m, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n", (unsigned long)t->pending.set,
		   sig ? (unsigned long)sig->shared_pending.set : 0, (unsigned long)t->blocked, (unsigned long)ignored, (unsigned long)caught);
	seq_printf(m, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n", (unsigned long)c->cap_inheritable,
		   (unsigned long)c->cap_permitted, (unsigned long)c->cap_effective, (unsigned long)c->cap_bset, (unsigned long)c->cap_ambient);
	seq_printf(m, "NoNewPrivs:\t%d\nSeccomp:\t%d\nSeccomp_filters:\t%u\n", t->no_new_privs, t->seccomp_mode, seccomp_nr_filters(t));
	seq_printf(m, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
	seq_printf(m, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", t->nvcsw, t->nivcsw);
	return 0;
}

int proc_limits_show(struct seq_file *m, struct task_struct *t)
{
	static const struct { const char *name, *unit; } rows[RLIM_NLIMITS] = {
		{ "Max cpu time", "seconds" }, { "Max file size", "bytes" }, { "Max data size", "bytes" }, { "Max stack size", "bytes" },
		{ "Max core file size", "bytes" }, { "Max resident set", "bytes" }, { "Max processes", "processes" },
		{ "Max open files", "files" }, { "Max locked memory", "bytes" }, { "Max address space", "bytes" },
		{ "Max file locks", "locks" }, { "Max pending signals", "signals" }, { "Max msgqueue size", "bytes" },
		{ "Max nice priority", "" }, { "Max realtime priority", "" }, { "Max realtime timeout", "us" },
	};

	if (!t->signal)
		return -ESRCH;
	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		u64 v[2] = { t->signal->rlim[i].rlim_cur, t->signal->rlim[i].rlim_max };

		seq_printf(m, "%-25s ", rows[i].name);
		for (int j = 0; j < 2; j++)
			if (v[j] == RLIM_INFINITY)
				seq_printf(m, "%-20s ", "unlimited");
			else
				seq_printf(m, "%-20lu ", (unsigned long)v[j]);
		seq_printf(m, "%-10s\n", rows[i].unit);
	}
	return 0;
}
