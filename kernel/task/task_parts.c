// SPDX-License-Identifier: MIT
/*
 * What a task may share with others and has a count of users: open files, directories, signal handlers, and the
 * process (signal_struct) that its threads make up.
 */
#include <fs/vfs.h>
#include <mm/slab.h>
#include "internal.h"

static struct kmem_cache *signal_cache, *sighand_cache;

void task_parts_init(void)
{
	signal_cache = kmem_cache_create_boot("signal_struct", sizeof(struct signal_struct), 0);
	sighand_cache = kmem_cache_create_boot("sighand_struct", sizeof(struct sighand_struct), 0);
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

static void put_files_fs(struct task_struct *t)
{
	if (t->files)
		files_put(t->files);
	if (t->fs)
		fs_put(t->fs);
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

void put_signal(struct signal_struct *s)
{
	if (atomic_dec_and_test(&s->count))
		kmem_cache_free(signal_cache, s);
}

int copy_group(u64 flags, struct task_struct *t)
{
	int err = copy_files_fs(flags, t);

	if (err)
		return err;
	err = copy_sighand(flags, t);
	if (err)
		goto files;
	err = copy_signal(flags, t);
	if (!err)
		return 0;
	put_sighand(t->sighand);
files:
	put_files_fs(t);
	return err;
}

void put_group(struct task_struct *t)
{
	put_signal(t->signal);
	put_sighand(t->sighand);
	put_files_fs(t);
}
