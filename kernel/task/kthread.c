/* SPDX-License-Identifier: MIT */
/* Tasks that nobody forks: kernel threads, and the first process. Both are children of init_task. */
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <ns/nsproxy.h>
#include "internal.h"

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
/* @pid: its number; NULL: any. */
static struct task_struct *kthread_create(const char *name, const pid_t *pid)
{
	const struct kernel_clone_args args = { .exit_signal = -1, .set_tid = pid, .nr_set_tid = !!pid };
	struct task_struct *t = dup_task(true);
	unsigned long irq;
	int err;

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->signal = init_task.signal;
	t->sighand = init_task.sighand;
	t->files = init_task.files;
	t->fs = init_task.fs;
	t->nsproxy = &init_nsproxy;
	t->timens = false;
	t->pid_ns = &init_pid_ns;
	get_nsproxy(t->nsproxy);
	t->mm = NULL;
	t->rseq = 0;
	put_groups(t->cred.groups);
	put_user_ns(t->cred.user_ns);
	t->cred = init_task.cred;
	t->personality = 0;
	strscpy(t->comm, name, sizeof(t->comm));
	sched_fork(t);
	err = copy_group(0, t);
	if (err)
		goto free;
	irq = spin_lock_irqsave(&tasklist_lock);
	err = link_task(&args, t);
	if (!err) {
		list_move_tail(&t->sibling, &init_task.children);
		set_parent(t, &init_task);
	}
	spin_unlock_irqrestore(&tasklist_lock, irq);
	if (!err)
		return t;
	put_group(t);
free:
	put_nsproxy(t->nsproxy);
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
	t = kthread_create(name, NULL);
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
	struct task_struct *t = kthread_create("init", &(pid_t){ 1 });

	if (IS_ERR(t))
		return t;
	t->flags &= ~PF_KTHREAD;
	t->exit_signal = SIGCHLD;
	thread_init_user(&t->thread, t->stack, THREAD_SIZE, &regs, first);
	return t;
}
