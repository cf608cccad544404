/* SPDX-License-Identifier: MIT */
/*
 * kcmp(2): do two processes share a kernel object? The order of two objects is that of their addresses, scrambled by
 * numbers drawn at the first call, so that it tells nothing about addresses.
 */
#include <fs/fs.h>
#include "internal.h"

/* 0: the same, 1: first below second, 2: above */
static long compare(const void *first, const void *second)
{
	static u64 xor, factor;
	u64 a, b;

	if (!factor) {
		xor = arch_random();
		factor = arch_random() | 1; /* odd: different addresses stay different */
	}
	a = ((u64)first ^ xor) * factor;
	b = ((u64)second ^ xor) * factor;
	return a < b ? 1 : a > b ? 2 : 0;
}

static long compare_files(struct task_struct *t1, u64 fd1, struct task_struct *t2, u64 fd2)
{
	struct file *f1 = fd1 <= UINT32_MAX ? fget_task(t1, (unsigned int)fd1) : NULL;
	struct file *f2 = fd2 <= UINT32_MAX ? fget_task(t2, (unsigned int)fd2) : NULL;
	long ret = f1 && f2 ? compare(f1, f2) : -EBADF;

	if (f1)
		fput(f1);
	if (f2)
		fput(f2);
	return ret;
}

/* Is descriptor @fd1 of @t1 the file that @t2's epoll watches, as @slot says? */
static long compare_epoll_target(struct task_struct *t1, u64 fd1, struct task_struct *t2, const void __user *slot)
{
	struct { u32 efd, tfd, toff; } s;
	struct file *f1, *ep, *target;
	long ret;

	if (copy_from_user(&s, slot, sizeof(s)))
		return -EFAULT;
	f1 = fd1 <= UINT32_MAX ? fget_task(t1, (unsigned int)fd1) : NULL;
	if (!f1)
		return -EBADF;
	ep = fget_task(t2, s.efd);
	if (ep) {
		target = epoll_target(ep, (int)s.tfd, s.toff);
		ret = IS_ERR(target) ? PTR_ERR(target) : compare(f1, target);
		fput(ep);
	} else {
		ret = -EBADF;
	}
	fput(f1);
	return ret;
}

SYSCALL(kcmp)
{
	struct task_struct *t1 = find_task_by_vpid((pid_t)a0), *t2 = find_task_by_vpid((pid_t)a1);

	if (!t1 || !t2)
		return -ESRCH;
	if (!ptrace_may_access(t1) || !ptrace_may_access(t2))
		return -EPERM;
	switch ((int)a2) {
	case KCMP_FILE:
		return compare_files(t1, (u64)a3, t2, (u64)a4);
	case KCMP_VM:
		return compare(t1->mm, t2->mm);
	case KCMP_FILES:
		return compare(t1->files, t2->files);
	case KCMP_FS:
		return compare(t1->fs, t2->fs);
	case KCMP_SIGHAND:
		return compare(t1->sighand, t2->sighand);
	case KCMP_IO:
		return 0;               /* nobody has an I/O context of their own */
	case KCMP_SYSVSEM:
		return compare(t1->signal->sem_undo, t2->signal->sem_undo);
	case KCMP_EPOLL_TFD:
		return compare_epoll_target(t1, (u64)a3, t2, (const void __user *)a4);
	}
	return -EINVAL;
}
