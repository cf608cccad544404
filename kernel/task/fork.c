/* SPDX-License-Identifier: MIT */
/*
 * New tasks: what fork, vfork, clone and clone3 copy or share, and what the end of a task gives back.
 *
 * Undo order of copy_process is the reverse of its steps; nothing is visible to others before the last.
 */
#include <fs/vfs.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/vmalloc.h>
#include <ns/nsproxy.h>
#include "ptrace.h"
#include "seccomp.h"

static unsigned int nr_threads, max_threads;    /* [T], [B] */
static u64 nr_forks;    /* [T] */

void fork_init(void)
{
	task_parts_init();
	max_threads = (unsigned int)min(totalram_pages() * PAGE_SIZE / (THREAD_SIZE * 8), (u64)PID_MAX - 512);
	init_task.signal->rlim[RLIMIT_NPROC] = (struct rlimit64){ max_threads / 2, max_threads / 2 };
	init_task.signal->rlim[RLIMIT_SIGPENDING] = init_task.signal->rlim[RLIMIT_NPROC];
}

unsigned int default_max_namespaces(void)
{
	return max_threads / 2;
}

struct task_struct *dup_task(bool kthread)
{
	struct task_struct *t = alloc_task();
	void *stack, *fpu;

	if (!t)
		return NULL;
	stack = t->stack;
	fpu = t->thread.fpu;
	*t = *current;
	if (unlikely(t->cred.groups))
		atomic_inc(&t->cred.groups->count);
	get_user_ns(t->cred.user_ns);
	t->stack = stack;
	t->thread.fpu = fpu;
	if (kthread || !current->mm) {
		fpu_init_state(fpu);
	} else {
		fpu_save(fpu);
		t->thread.fsbase = user_fsbase_get();
		t->thread.gsbase = user_gsbase_get();
	}
	t->flags = (t->flags & PF_KTHREAD) | PF_FORKNOEXEC;
	t->sigpending = t->restore_sigmask = false;
	t->pending.set = 0;
	INIT_LIST_HEAD(&t->pending.queue);
	INIT_LIST_HEAD(&t->children);
	INIT_LIST_HEAD(&t->sibling);
	INIT_LIST_HEAD(&t->ptraced);
	INIT_LIST_HEAD(&t->ptrace_entry);
	t->ptrace = t->jobctl = 0;
	t->tracer = NULL;
	t->ptrace_code = 0;
	t->thread.watched = 0;
	t->thread.io_bitmap = NULL;
	t->thread.iopl = 0;
	t->seccomp_mode = 0;
	t->seccomp_filter = NULL;
	t->real_blocked = 0;
	t->exit_code = 0;
	t->pdeath_signal = 0;
	t->min_flt = t->maj_flt = 0;
	t->set_child_tid = t->clear_child_tid = t->robust_list = 0;
	t->vfork_done = NULL;
	t->fail_nth = 0;
	t->restart_fn = NULL;
	t->default_timerslack_ns = t->timerslack_ns;
	t->start_time_ns = ktime_get_ns();
	return t;
}

static int copy_mm(u64 flags, struct task_struct *t)
{
	if (!t->mm)
		return 0;
	if (flags & CLONE_VM) {
		mmget(t->mm);
		return 0;
	}
	t->mm = dup_mm(t->mm);
	if (!t->mm)
		return -ENOMEM;
	t->mm->exe_file = current->mm->exe_file;
	if (t->mm->exe_file)
		exe_file_get(t->mm->exe_file);
	return 0;
}

static int check_clone(const struct kernel_clone_args *a)
{
	u64 f = a->flags;

	if (unlikely(f & (CLONE_NEW_NAMESPACES | CLONE_INTO_CGROUP))) {
		if (f & ~CLONE_KNOWN_NAMESPACES & (CLONE_NEW_NAMESPACES | CLONE_INTO_CGROUP))
			return (f & CLONE_NEWCGROUP) && !own_capable(CAP_SYS_ADMIN) ? -EPERM : -EINVAL;
		if ((f & (CLONE_NEWNS | CLONE_NEWUSER)) && (f & CLONE_FS))
			return -EINVAL;
		if ((f & (CLONE_NEWUSER | CLONE_NEWPID)) && (f & CLONE_THREAD))
			return -EINVAL;
	}
	if ((f & CLONE_THREAD) && current->nsproxy->pid_for_children != current->pid_ns)
		return -EINVAL;
	if ((f & CLONE_PIDFD) && (f & (CLONE_THREAD | CLONE_DETACHED)))
		return -EINVAL;
	if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && (!(f & CLONE_VM) || (f & CLONE_CLEAR_SIGHAND)))
		return -EINVAL;
	if ((f & CLONE_PARENT) && current->signal->unkillable)
		return -EINVAL;
	if (nr_threads >= max_threads)
		return -EAGAIN;
	if (current->cred.uid != 0 && user_over_nproc(current, rlimit(RLIMIT_NPROC), 1) &&
	    !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN))
		return -EAGAIN;
	return 0;
}

int link_task(const struct kernel_clone_args *a, struct task_struct *t)
{
	struct signal_struct *s = t->signal;
	pid_t pid;

	if (likely(t->nsproxy->pid_for_children == &init_pid_ns && !a->nr_set_tid))
		pid = t->pid = t->vpid = pidmap_alloc(&pidmap, t);
	else
		pid = pid_attach(t, a->set_tid, a->nr_set_tid);

	if (pid < 0)
		return pid;
	s->nr_threads++;
	list_add_tail(&t->thread_node, &s->threads);
	if (a->flags & CLONE_THREAD) {
		t->tgid = current->tgid;
		t->vtgid = current->vtgid;
		t->group_leader = current->group_leader;
		t->exit_signal = -1;
		set_parent(t, current->parent);
	} else {
		t->tgid = pid;
		t->vtgid = t->vpid;
		t->group_leader = t;
		if (a->flags & CLONE_PARENT) {
			set_parent(t, current->parent);
			t->creator = current->group_leader->creator;
			t->exit_signal = current->group_leader->exit_signal;
		} else {
			set_parent(t, current->group_leader);
			t->creator = current;
			t->exit_signal = a->exit_signal;
		}
		list_add_tail(&t->sibling, &t->parent->children);
		list_add_tail(&s->all_node, &all_processes);
		if (s->pgrp) {
			pidmap_get(&pidmap, s->pgrp);
			pidmap_get(&pidmap, s->session);
			list_add_tail(&s->pgrp_node, pidmap_pgrp(&pidmap, s->pgrp));
		}
	}
	if (unlikely(t->vpid == 1))
		pid_ns_new_leader(t);
	if (likely(t->mm && !(a->flags & CLONE_NEWUSER)))
		user_charge_again(t);
	else
		user_charge(t);
	nr_threads++;
	nr_forks++;
	return 0;
}

/* First run of a user task, on its own stack, interrupts off. */
static void task_first_run(void)
{
	struct task_struct *t = current;

	schedule_tail();
	if (t->set_child_tid) {
		local_irq_enable();
		if (put_user_u32((u32)t->vpid, (void __user *)t->set_child_tid))
			t->set_child_tid = 0; /* as in Linux: nobody is told */
		local_irq_disable();
	}
}

static void thread_setup(const struct kernel_clone_args *a, struct task_struct *t)
{
	struct pt_regs regs = *task_pt_regs(current);

	regs.rax = 0;
	if (unlikely(current->ptrace & PT_STEP))
		regs.rflags &= ~RFLAGS_TF;
	if (a->stack)
		regs.rsp = a->stack;
	thread_init_user(&t->thread, t->stack, THREAD_SIZE, &regs, task_first_run);
	if (a->flags & CLONE_SETTLS)
		t->thread.fsbase = a->tls;
	if (a->flags & CLONE_CHILD_SETTID)
		t->set_child_tid = a->child_tid;
	if (a->flags & CLONE_CHILD_CLEARTID)
		t->clear_child_tid = a->child_tid;
	if ((a->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		t->sas = (stack_t_abi){ .ss_flags = SS_DISABLE };
	if (a->flags & CLONE_VM)
		t->rseq = 0;
}

static struct task_struct *copy_process(const struct kernel_clone_args *a, bool traced)
{
	struct task_struct *t;
	unsigned long irq;
	int err = check_clone(a);

	if (err)
		return ERR_PTR(err);
	t = dup_task(false);
	if (!t)
		return ERR_PTR(-ENOMEM);
	sched_fork(t);
	err = unlikely(a->flags & CLONE_NEWUSER) ? create_user_ns(&t->cred) : 0;
	if (!err)
		err = copy_group(a->flags, t);
	if (err)
		goto free;
	err = copy_mm(a->flags, t);
	if (err)
		goto group;
	err = copy_namespaces(a->flags, t);
	if (err)
		goto mm;
	thread_setup(a, t);

	irq = spin_lock_irqsave(&tasklist_lock);
	/* A signal sent to the group must reach parent and child, or neither: the parent starts again. */
	recalc_sigpending(current);
	if (current->sigpending && !(a->flags & CLONE_THREAD))
		err = -ERESTARTNOINTR;
	else if (must_die(current))
		err = -EINTR;
	else
		err = link_task(a, t);
	if (!err && unlikely(traced))
		ptrace_init_child(t);
	if (!err && unlikely(current->seccomp_mode))
		seccomp_fork(t);
	if (!err && unlikely(current->thread.watched & WATCH_PORTS))
		ioports_fork(t);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	if (!err)
		return t;
	exit_namespaces(t);
mm:
	if (t->mm)
		put_task_mm(t->mm);
group:
	put_group(t);
free:
	free_task(t);
	return ERR_PTR(err);
}

/* The parent sleeps until the child has left the shared memory; only a fatal signal ends that early. */
static void wait_for_vfork(struct task_struct *child, struct vfork_wait *w)
{
	while (!READ_ONCE(w->done)) {
		set_current_killable();
		if (!w->done && !fatal_signal_pending())
			schedule();
		set_current_running();
		if (!w->done && fatal_signal_pending()) {
			child->vfork_done = NULL;
			return;
		}
	}
}

void vfork_complete(struct task_struct *t)
{
	struct vfork_wait *w = t->vfork_done;

	if (!w)
		return;
	t->vfork_done = NULL;
	w->done = true;
	wake_up_process(w->parent);
}

/* The new task's number as the tracer sees it. */
static u64 pid_message(pid_t pid)
{
	return current->tracer ? (u64)pid_nr_ns(pid, current->tracer->pid_ns) : 0;
}

pid_t kernel_clone(const struct kernel_clone_args *a)
{
	struct vfork_wait w = { false, current };
	unsigned int event = ptrace_clone_event(a);
	struct task_struct *t = copy_process(a, event || (a->flags & CLONE_PTRACE));
	pid_t pid, kernel_pid;

	if (IS_ERR(t))
		return (pid_t)PTR_ERR(t);
	kernel_pid = t->pid;
	pid = pid_vnr(t->pid);
	if ((a->flags & CLONE_PARENT_SETTID) && put_user_u32((u32)pid, (void __user *)a->parent_tid)) {
		/* as in Linux: the caller is not told */
	}
	if (a->flags & CLONE_PIDFD) {
		int fd = pidfd_create(t, 0);

		if (fd >= 0 && put_user_u32((u32)fd, (void __user *)a->pidfd)) {
			close_fd(fd);
			fd = -EFAULT;
		}
		if (fd < 0) {           /* too late to take the child back: it dies at once */
			group_send_sig_info(SIGKILL, NULL, t);
			t->exit_signal = -1;
			wake_up_new_task(t);
			return fd;
		}
	}
	if (a->flags & CLONE_VFORK)
		t->vfork_done = &w;
	wake_up_new_task(t);
	if (unlikely(event))
		ptrace_event(event, pid_message(kernel_pid));
	if (a->flags & CLONE_VFORK) {
		wait_for_vfork(t, &w);
		ptrace_event(PTRACE_EVENT_VFORK_DONE, pid_message(kernel_pid));
	}
	return pid;
}

unsigned int nr_tasks(u64 *forks)
{
	*forks = nr_forks;
	return nr_threads;
}

static void add_dead_times(struct signal_struct *s, struct task_struct *t)
{
	u64 u, k;

	task_cputime(t, &u, &k);
	s->dead_utime_ns += u;
	s->dead_stime_ns += k;
	s->dead_min_flt += t->min_flt;
	s->dead_maj_flt += t->maj_flt;
	s->dead_nvcsw += t->nvcsw;
	s->dead_nivcsw += t->nivcsw;
}

void forget_task(struct task_struct *t)
{
	ptrace_unlink(t);
	add_dead_times(t->signal, t);
	list_del_init(&t->thread_node);
	flush_pending(&t->pending);
	user_uncharge(t);
	nr_threads--;
	put_sighand(t->sighand);
	put_signal(t->signal);
	t->state = TASK_DEAD;
	free_task(t);
}

/* => tasklist_lock held; @t is not on its own stack, or TASK_DEAD and will be freed by the next task. */
void unlink_task(struct task_struct *t)
{
	struct signal_struct *s = t->signal;

	if (unlikely(t->ptrace))
		ptrace_unlink(t);
	add_dead_times(s, t);
	list_del_init(&t->thread_node);
	pidmap_set_task(&pidmap, t->pid, NULL);
	if (unlikely(t->pid_ns != &init_pid_ns))
		pid_ns_task_gone(t->pid_ns);
	pidmap_put(&pidmap, t->pid);
	if (is_group_leader(t)) {
		list_del_init(&t->sibling);
		list_del_init(&s->all_node);
		if (s->pgrp) {
			list_del_init(&s->pgrp_node);
			pidmap_put(&pidmap, s->pgrp);
			pidmap_put(&pidmap, s->session);
		}
		flush_pending(&s->shared_pending);
	}
	flush_pending(&t->pending);
	user_uncharge(t);
	nr_threads--;
	put_sighand(t->sighand);
	put_signal(s);
}
