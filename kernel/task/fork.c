/* SPDX-License-Identifier: MIT */
/*
 * New tasks: fork, vfork, clone, clone3, kernel threads. A task_struct keeps its kernel stack and FPU area
 * while it lies in the cache of freed tasks, so that fork after exit allocates nothing.
 *
 * Undo order of copy_process is the reverse of its steps; nothing is visible to others before the last.
 */
#include <fs/vfs.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include "ptrace.h"
#include "seccomp.h"

#define TASK_CACHE_MAX 32

static struct kmem_cache *task_cache, *signal_cache, *sighand_cache, *fpu_cache;
static LIST_HEAD(free_tasks);           /* linked by se.node, stack and fpu kept */
static unsigned int nr_free_tasks;
static unsigned int nr_threads, max_threads;
static u64 nr_forks;

void task_cache_init(void)
{
	task_cache = kmem_cache_create_boot("task_struct", sizeof(struct task_struct), 64);
	signal_cache = kmem_cache_create_boot("signal_struct", sizeof(struct signal_struct), 0);
	sighand_cache = kmem_cache_create_boot("sighand_struct", sizeof(struct sighand_struct), 0);
	fpu_cache = kmem_cache_create_boot("fpu_state", fpu_size(), 64);
	max_threads = (unsigned int)min(totalram_pages() * PAGE_SIZE / (THREAD_SIZE * 8), (u64)PID_MAX - 512);
	init_task.signal->rlim[RLIMIT_NPROC] = (struct rlimit64){ max_threads / 2, max_threads / 2 };
	init_task.signal->rlim[RLIMIT_SIGPENDING] = init_task.signal->rlim[RLIMIT_NPROC];
}

static struct task_struct *alloc_task(void)
{
	struct task_struct *t;

	if (should_fail_alloc(GFP_KERNEL))
		return NULL;
	if (nr_free_tasks) {
		t = list_first_entry(&free_tasks, struct task_struct, se.node);
		list_del(&t->se.node);
		nr_free_tasks--;
		return t;
	}
	t = kmem_cache_alloc(task_cache, GFP_KERNEL);
	if (!t)
		return NULL;
	t->stack = alloc_thread_stack();
	t->thread.fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);
	if (t->stack && t->thread.fpu) {
		fpu_init_state(t->thread.fpu);  /* XSAVE never writes all of its header: it must be zero once */
		return t;
	}
	if (t->stack)
		free_thread_stack(t->stack);
	if (t->thread.fpu)
		kmem_cache_free(fpu_cache, t->thread.fpu);
	kmem_cache_free(task_cache, t);
	return NULL;
}

/* Not on its own stack any more; everything but stack and FPU area was given back. */
void free_task(struct task_struct *t)
{
	if (unlikely(t->cred.groups))
		put_groups(t->cred.groups);
	if (nr_free_tasks < TASK_CACHE_MAX) {
		list_add(&t->se.node, &free_tasks);
		nr_free_tasks++;
		return;
	}
	free_thread_stack(t->stack);
	kmem_cache_free(fpu_cache, t->thread.fpu);
	kmem_cache_free(task_cache, t);
}

/* A copy of the current task with its own stack and FPU state, belonging to nobody yet. */
static struct task_struct *dup_task(bool kthread)
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

static int copy_files_fs(u64 flags, struct task_struct *t)
{
	if (flags & CLONE_FS)
		fs_get(t->fs);
	else if (t->fs)
		t->fs = fs_dup(t->fs);
	if (!t->fs && current->fs)
		return -ENOMEM;
	if (flags & CLONE_FILES) {
		files_get(t->files);
		return 0;
	}
	if (!t->files)
		return 0;
	t->files = files_dup(t->files);
	if (!IS_ERR(t->files))
		return 0;
	if (t->fs)
		fs_put(t->fs);
	return (int)PTR_ERR(t->files);
}

long unshare_files_fs(u64 flags)
{
	struct task_struct *t = current;

	if (flags & CLONE_FS) {
		struct fs_struct *fs = fs_dup(t->fs);

		if (!fs)
			return -ENOMEM;
		fs_put(t->fs);
		t->fs = fs;
	}
	if (flags & CLONE_FILES) {
		struct files_struct *files = files_dup(t->files);

		if (IS_ERR(files))
			return PTR_ERR(files);
		files_put(t->files);
		t->files = files;
	}
	return 0;
}

static int copy_sighand(u64 flags, struct task_struct *t)
{
	struct sighand_struct *s;

	if (flags & CLONE_SIGHAND) {
		atomic_inc(&t->sighand->count);
		return 0;
	}
	s = kmem_cache_alloc(sighand_cache, GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	spin_lock_init(&s->lock, LOCK_SIGHAND);
	atomic_set(&s->count, 1);
	memcpy(s->action, t->sighand->action, sizeof(s->action));
	t->sighand = s;
	if (flags & CLONE_CLEAR_SIGHAND)
		flush_signal_handlers(s);
	return 0;
}

void put_sighand(struct sighand_struct *s)
{
	if (atomic_dec_and_test(&s->count))
		kmem_cache_free(sighand_cache, s);
}

/* exec: handlers shared with another process (CLONE_SIGHAND) become our own. */
int unshare_sighand(struct task_struct *t)
{
	struct sighand_struct *old = t->sighand;
	int err;

	if (atomic_read(&old->count) == 1)
		return 0;
	err = copy_sighand(0, t);
	if (!err)
		put_sighand(old);
	return err;
}

static int copy_signal(u64 flags, struct task_struct *t)
{
	struct signal_struct *old = t->signal, *s;

	if (flags & CLONE_THREAD) {
		atomic_inc(&old->count);
		return 0;
	}
	s = kmem_cache_alloc(signal_cache, GFP_KERNEL | __GFP_ZERO);
	if (!s)
		return -ENOMEM;
	atomic_set(&s->count, 1);
	INIT_LIST_HEAD(&s->threads);
	INIT_LIST_HEAD(&s->shared_pending.queue);
	INIT_LIST_HEAD(&s->pgrp_node);
	INIT_LIST_HEAD(&s->all_node);
	INIT_LIST_HEAD(&s->posix_timers);
	init_waitqueue_head(&s->wait_chldexit);
	s->leader = t;
	s->pgrp = old->pgrp;
	s->session = old->session;
	s->tty = old->tty;
	memcpy(s->rlim, old->rlim, sizeof(s->rlim));
	s->oom_score_adj = old->oom_score_adj;
	s->has_child_subreaper = old->has_child_subreaper || old->is_child_subreaper;
	itimers_init(s);
	t->signal = s;
	return 0;
}

static void put_signal(struct signal_struct *s)
{
	if (atomic_dec_and_test(&s->count))
		kmem_cache_free(signal_cache, s);
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

	if (f & (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
		 CLONE_NEWNET | CLONE_NEWTIME | CLONE_INTO_CGROUP))
		return -EINVAL;         /* one name space: CAVEATS.md */
	if ((f & CLONE_PIDFD) && (f & (CLONE_THREAD | CLONE_DETACHED)))
		return -EINVAL;
	if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && (!(f & CLONE_VM) || (f & CLONE_CLEAR_SIGHAND)))
		return -EINVAL;
	if ((f & CLONE_PARENT) && current->tgid == 1)
		return -EINVAL;
	if (nr_threads >= max_threads)
		return -EAGAIN;
	if (user_nproc(current->cred.uid) >= rlimit(RLIMIT_NPROC) && current->cred.uid != 0 &&
	    !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN))
		return -EAGAIN;
	return 0;
}

/* => tasklist_lock held: from here on others see it */
static int link_task(const struct kernel_clone_args *a, struct task_struct *t, pid_t want)
{
	struct signal_struct *s = t->signal;
	pid_t pid = pid_attach(t, want);

	if (pid < 0)
		return pid;
	t->pid = pid;
	s->nr_threads++;
	list_add_tail(&t->thread_node, &s->threads);
	if (a->flags & CLONE_THREAD) {
		t->tgid = current->tgid;
		t->group_leader = current->group_leader;
		t->exit_signal = -1;
		t->parent = current->parent;
	} else {
		t->tgid = pid;
		t->group_leader = t;
		if (a->flags & CLONE_PARENT) {
			t->parent = current->parent;
			t->exit_signal = current->group_leader->exit_signal;
		} else {
			t->parent = current->group_leader;
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
		if (put_user_u32((u32)t->pid, (void __user *)t->set_child_tid))
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
	err = copy_files_fs(a->flags, t);
	if (err)
		goto free;
	err = copy_sighand(a->flags, t);
	if (err)
		goto files;
	err = copy_signal(a->flags, t);
	if (err)
		goto sighand;
	err = copy_mm(a->flags, t);
	if (err)
		goto signal;
	thread_setup(a, t);

	irq = spin_lock_irqsave(&tasklist_lock);
	/* A signal sent to the group must reach parent and child, or neither: the parent starts again. */
	recalc_sigpending(current);
	if (current->sigpending && !(a->flags & CLONE_THREAD))
		err = -ERESTARTNOINTR;
	else if (must_die(current))
		err = -EINTR;
	else
		err = link_task(a, t, 0);
	if (!err && unlikely(traced))
		ptrace_init_child(t);
	if (!err && unlikely(current->seccomp_mode))
		seccomp_fork(t);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	if (!err)
		return t;
	if (t->mm)
		put_task_mm(t->mm);
signal:
	put_signal(t->signal);
sighand:
	put_sighand(t->sighand);
files:
	if (t->files)
		files_put(t->files);
	if (t->fs)
		fs_put(t->fs);
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

pid_t kernel_clone(const struct kernel_clone_args *a)
{
	struct vfork_wait w = { false, current };
	unsigned int event = ptrace_clone_event(a);
	struct task_struct *t = copy_process(a, event || (a->flags & CLONE_PTRACE));
	pid_t pid;

	if (IS_ERR(t))
		return (pid_t)PTR_ERR(t);
	pid = t->pid;
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
		ptrace_event(event, (u64)pid);
	if (a->flags & CLONE_VFORK) {
		wait_for_vfork(t, &w);
		ptrace_event(PTRACE_EVENT_VFORK_DONE, (u64)pid);
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

struct kthread_start { void (*fn)(void *); void *arg; };

static void kthread_entry(void *arg)
{
	struct kthread_start k = *(struct kthread_start *)arg;

	schedule_tail();                /* until here the run queue's lock is held */
	local_irq_enable();
	kfree(arg);
	k.fn(k.arg);
	do_exit(0);
}

/* A task without user memory, child of init_task; its files and fs are those of the boot. */
static struct task_struct *kthread_create(const char *name, pid_t want)
{
	static const struct kernel_clone_args args = { .flags = 0, .exit_signal = -1 };
	struct task_struct *t = dup_task(true);
	unsigned long irq;
	int err;

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->signal = init_task.signal;
	t->sighand = init_task.sighand;
	t->files = init_task.files;
	t->fs = init_task.fs;
	t->mm = NULL;
	t->rseq = 0;
	put_groups(t->cred.groups);
	t->cred = init_task.cred;
	t->personality = 0;
	strscpy(t->comm, name, sizeof(t->comm));
	sched_fork(t);
	err = copy_files_fs(0, t);
	if (err)
		goto free;
	err = copy_sighand(0, t);
	if (err)
		goto files;
	err = copy_signal(0, t);
	if (err)
		goto sighand;
	irq = spin_lock_irqsave(&tasklist_lock);
	err = link_task(&args, t, want);
	if (!err) {
		list_move_tail(&t->sibling, &init_task.children);
		t->parent = &init_task;
	}
	spin_unlock_irqrestore(&tasklist_lock, irq);
	if (!err)
		return t;
	put_signal(t->signal);
sighand:
	put_sighand(t->sighand);
files:
	if (t->files)
		files_put(t->files);
	if (t->fs)
		fs_put(t->fs);
free:
	free_task(t);
	return ERR_PTR(err);
}

pid_t kernel_thread(void (*fn)(void *), void *arg, const char *name)
{
	struct kthread_start *k = kmalloc(sizeof(*k), GFP_KERNEL);
	struct task_struct *t;

	if (!k)
		return -ENOMEM;
	*k = (struct kthread_start){ fn, arg };
	t = kthread_create(name, 0);
	if (IS_ERR(t)) {
		kfree(k);
		return (pid_t)PTR_ERR(t);
	}
	t->flags |= PF_KTHREAD;
	thread_init_kernel(&t->thread, t->stack, THREAD_SIZE, kthread_entry, k);
	wake_up_new_task(t);
	return t->pid;
}

/* pid 1, not yet started: @first runs on its stack before ring 3. */
struct task_struct *create_init_task(void (*first)(void))
{
	struct pt_regs regs = { .orig_rax = (u64)-1, .cs = 0x33, .ss = 0x2b, .rflags = X86_EFLAGS_IF };
	struct task_struct *t = kthread_create("init", 1);

	if (IS_ERR(t))
		return t;
	t->flags &= ~PF_KTHREAD;
	t->exit_signal = SIGCHLD;
	thread_init_user(&t->thread, t->stack, THREAD_SIZE, &regs, first);
	return t;
}
