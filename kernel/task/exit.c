/* SPDX-License-Identifier: MIT */
/*
 * The end of a task: gives back what it had, hands its children to a new parent, tells its own parent.
 * What is left is a zombie (task_struct, numbers, times) until somebody waits for it (wait4.c).
 *
 * A process is dead when its last thread is gone: only then does its leader, long a zombie perhaps, count.
 */
#include <asm/tlb.h>
#include <fs/fs.h>
#include <ipc/ipc.h>
#include <mm/fault_inject.h>
#include <mm/init.h>
#include <mm/mm.h>
#include <ns/nsproxy.h>
#include "ptrace.h"
#include "seccomp.h"

void (*tty_session_leader_exit)(struct task_struct *leader);

bool thread_group_empty(const struct task_struct *leader)
{
	const struct list_head *threads = &leader->signal->threads;

	return threads->next == &leader->thread_node && threads->prev == &leader->thread_node;
}

/* A thread that is a zombie for its tracer still counts. */
bool process_is_dead(const struct task_struct *leader)
{
	return leader->state == TASK_ZOMBIE && leader->signal->nr_threads == 0 && thread_group_empty(leader);
}

void put_task_mm(struct mm_struct *mm)
{
	struct file *exe = atomic_read(&mm->mm_users) == 1 ? mm->exe_file : NULL;

	if (exe)
		mm->exe_file = NULL;
	mmput(mm);
	if (exe)
		exe_file_put(exe);
}

static void exit_mm(struct task_struct *t)
{
	struct mm_struct *mm = t->mm;

	if (!mm)
		return;
	futex_exit(t);
	vfork_complete(t);
	if ((u64)(mm->rss_anon + mm->rss_file + mm->rss_shmem) > t->signal->maxrss_pages)
		t->signal->maxrss_pages = (u64)(mm->rss_anon + mm->rss_file + mm->rss_shmem);
	if (mm->hiwater_rss > t->signal->maxrss_pages)
		t->signal->maxrss_pages = mm->hiwater_rss;
	t->mm = NULL;
	load_pgd(swapper_pg_dir_phys);
	put_task_mm(mm);
}

/* Who takes the children of @dead: the nearest ancestor in its PID name space that asked for it, else the init there. => tasklist_lock held */
static struct task_struct *find_new_reaper(struct task_struct *dead)
{
	struct task_struct *t, *init = dead->pid_ns->reaper;

	if (dead->signal->has_child_subreaper)
		for (t = dead->parent; t != &init_task && t != init && t->pid_ns == dead->pid_ns; t = t->parent)
			if (t->signal->is_child_subreaper && t->signal->nr_threads)
				return t;
	if (unlikely(!init || init == dead) && dead->pid_ns->parent)
		init = dead->pid_ns->parent->reaper;
	return init && init != dead ? init : &init_task;
}

/* => tasklist_lock held */
static void reparent_children(struct task_struct *leader)
{
	struct task_struct *c, *n, *reaper;

	if (list_empty(&leader->children))
		return;
	reaper = find_new_reaper(leader);
	list_for_each_entry_safe(c, n, &leader->children, sibling) {
		struct task_struct *th;

		list_for_each_entry(th, &c->signal->threads, thread_node)
			set_parent(th, reaper);
		set_parent(c, reaper);
		list_move_tail(&c->sibling, &reaper->children);
		if (c->pdeath_signal)
			group_send_sig_info(c->pdeath_signal, NULL, c);
		if (c->exit_signal != -1)
			c->exit_signal = SIGCHLD;
		if (process_is_dead(c)) {
			if (!c->ptrace && do_notify_parent(c, c->exit_signal))
				release_zombie(c);
		} else {
			kill_orphaned_pgrp(c, leader);
		}
	}
}

/* A thread goes, its process stays: the children that it forked are told, and another thread takes its place. => tasklist_lock held */
static void creator_died(struct task_struct *t)
{
	struct task_struct *leader = t->group_leader, *c, *heir = leader;

	if (list_empty(&leader->children))
		return;
	list_for_each_entry(heir, &t->signal->threads, thread_node)
		if (!(heir->flags & PF_EXITING))
			break;
	if (&heir->thread_node == &t->signal->threads)
		heir = leader;
	list_for_each_entry(c, &leader->children, sibling) {
		if (c->creator != t)
			continue;
		c->creator = heir;
		if (c->pdeath_signal)
			group_send_sig_info(c->pdeath_signal, NULL, c);
	}
}

/* => tasklist_lock held. The last thread of the process is going. */
static void process_died(struct task_struct *leader)
{
	struct signal_struct *s = leader->signal;

	reparent_children(leader);
	kill_orphaned_pgrp(leader, NULL);
	if (s->group_exit)
		leader->exit_code = s->group_exit_code;
}

/* @leader's process may be dead now: then tells whoever waits for it. True: nobody does. => tasklist_lock held */
static bool leader_is_done(struct task_struct *leader)
{
	return process_is_dead(leader) && do_notify_parent(leader, ptrace_reparented(leader) ? SIGCHLD : leader->exit_signal);
}

void release_thread(struct task_struct *t)
{
	struct task_struct *leader = t->group_leader;

	release_zombie(t);
	if (leader->signal->exec_task)
		wake_up_process(leader->signal->exec_task);
	if (leader_is_done(leader))
		release_zombie(leader);
}

/* Tells whoever is concerned; afterwards the task must leave the CPU. */
static void exit_notify(struct task_struct *t)
{
	struct signal_struct *s = t->signal;
	struct task_struct *leader = t->group_leader;
	bool last;
	TASKLIST_LOCK(irq);

	if (unlikely(!list_empty(&t->ptraced)))
		ptrace_exit_tracer(t);
	last = --s->nr_threads == 0;
	if (last) {
		process_died(leader);
		if (!list_empty(&pidfd_wait.head))
			wake_up(&pidfd_wait);
	} else {
		creator_died(t);
		if (unlikely(stop_is_complete(s)))
			notify_parent_stop(leader, CLD_STOPPED);
	}
	if (t != leader && !t->ptrace) {
		unlink_task(t);
		t->state = TASK_DEAD;
	} else {
		t->state = TASK_ZOMBIE;
		if (t == leader)
			list_move(&t->sibling, &t->parent->children); /* wait4 finds it soon */
	}
	if (s->exec_task && s->nr_threads == 1)
		wake_up_process(s->exec_task);
	if (unlikely(t->ptrace) && !(t == leader && process_is_dead(t)))
		do_notify_parent(t, SIGCHLD);
	if (leader_is_done(leader)) {
		if (leader == t) {
			unlink_task(t);
			t->state = TASK_DEAD;
		} else {
			release_zombie(leader);
		}
	}
	TASKLIST_UNLOCK(irq);
}

/* Of an init other than the machine's: its PID name space ends with it. */
static noinline bool ends_pid_ns(const struct task_struct *t)
{
	const struct task_struct *th;

	if (t->tgid == 1)
		return false;
	list_for_each_entry(th, &t->signal->threads, thread_node)
		if (!(th->flags & PF_EXITING))
			return false;
	return true;
}

void do_exit(int status)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;

	if (t->pid == 1 || (t->tgid == 1 && s->nr_threads == 1))
		panic("init (pid 1) ended: %s %d. Nothing is left to run; check init= and the initramfs.",
		      status & 0x7f ? "signal" : "status", status & 0x7f ? status & 0x7f : status >> 8);
	if (irqs_disabled())
		local_irq_enable();
	ptrace_event(PTRACE_EVENT_EXIT, (u64)status);
	t->flags |= PF_EXITING;
	t->exit_code = status;
	if (s->nr_threads == 1) {
		if (unlikely(acct_file))
			acct_process(t, status);
		if (s->session_leader && tty_session_leader_exit)
			tty_session_leader_exit(t->group_leader);
		if (unlikely(s->sem_undo))
			exit_sem(s);
		ktimer_cancel(&s->real_timer);
		posix_timers_exit(s);
	} else {
		posix_timers_thread_exit(t);
	}
	exit_mm(t);
	if (t->files)
		files_put(t->files);
	if (t->fs)
		fs_put(t->fs);
	t->files = NULL;
	t->fs = NULL;
	exit_namespaces(t);
	if (unlikely(s->unkillable) && ends_pid_ns(t))
		zap_pid_ns_processes(t->pid_ns);
	fail_nth_set(&t->fail_nth, 0);
	if (unlikely(t->seccomp_filter))
		seccomp_exit(t);
	if (unlikely(t->thread.watched & WATCH_PORTS))
		ioports_exit(t);
	local_irq_disable();    /* the tick counts time in t->signal, which may go now */
	exit_notify(t);
	schedule_dead();
}

void do_group_exit(int status)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;
	unsigned long irq = spin_lock_irqsave(&t->sighand->lock);

	if (s->group_exit) {
		status = s->group_exit_code;
	} else if (s->nr_threads > 1 && !must_die(t)) {
		s->group_exit = true;
		s->group_exit_code = status;
		zap_other_threads(t);
	}
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	do_exit(status);
}

SYSCALL(exit)
{
	do_exit((int)(a0 & 0xff) << 8);
}

SYSCALL(exit_group)
{
	do_group_exit((int)(a0 & 0xff) << 8);
}
