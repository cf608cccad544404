/* SPDX-License-Identifier: MIT */
/* Advice about the memory of the process behind a pidfd: process_madvise(2), process_mrelease(2). */
#include <mm/mm.h>
#include <uapi/mman.h>
#include "internal.h"

#define IOV_MAX_NR 1024

struct iovec_abi { u64 base, len; };

/* Entry @i of @vec in ring 3, its length added to @total, which stays a ssize_t. */
static int get_range(const struct iovec_abi __user *vec, unsigned long i, struct iovec_abi *range, u64 *total)
{
	if (copy_from_user(range, &vec[i], sizeof(*range)))
		return -EFAULT;
	if ((s64)range->len < 0 || *total + range->len > INT64_MAX)
		return -EINVAL;
	*total += range->len;
	return 0;
}

static int check_ranges(const struct iovec_abi __user *vec, unsigned long nr)
{
	struct iovec_abi range;
	u64 total = 0;
	int err = 0;

	for (unsigned long i = 0; i < nr && !err; i++)
		err = get_range(vec, i, &range, &total);
	return err;
}

/* Bytes advised before the first failure, or that failure's -errno. */
static long advise_ranges(struct mm_struct *mm, const struct iovec_abi __user *vec, unsigned long nr, int advice)
{
	struct iovec_abi range;
	u64 done = 0, total = 0;
	int err = 0;

	for (unsigned long i = 0; i < nr; i++) {
		err = get_range(vec, i, &range, &total);
		if (!err)
			err = do_madvise(mm, range.base, range.len, advice);
		if (err)
			break;
		done += range.len;
	}
	return done ? (long)done : err;
}

SYSCALL(process_madvise)
{
	const struct iovec_abi __user *vec = (const void __user *)a1;
	unsigned long nr = (unsigned long)a2;
	int advice = (int)a3, err;
	struct task_struct *t;
	struct mm_struct *mm;
	long ret;

	if (a4 || nr > IOV_MAX_NR)
		return -EINVAL;
	err = check_ranges(vec, nr);
	if (err)
		return err;
	t = task_of_pidfd((unsigned int)a0);
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (advice != MADV_COLD && advice != MADV_PAGEOUT && advice != MADV_WILLNEED && advice != MADV_COLLAPSE)
		return -EINVAL;
	mm = t->mm;
	if (!mm)
		return -ESRCH;
	if (!ptrace_may_access(t) || !capable(CAP_SYS_NICE))
		return -EPERM;
	mmget(mm);
	ret = advise_ranges(mm, vec, nr, advice);
	put_task_mm(mm);
	return ret;
}

/* Has only this process, which was told to die, a hold on its memory? => tasklist_lock held */
static bool memory_is_doomed(struct task_struct *leader, struct mm_struct *mm)
{
	struct task_struct *t;
	int users = 0;

	if (!leader->signal->group_exit)
		return false;
	list_for_each_entry(t, &leader->signal->threads, thread_node)
		users += t->mm == mm;
	return users == atomic_read(&mm->mm_users);
}

/* The memory of a killed process, given back now and not when it comes to die. */
SYSCALL(process_mrelease)
{
	struct task_struct *t = task_of_pidfd((unsigned int)a0);
	struct mm_struct *mm;
	bool doomed;
	int err;

	if (a1)
		return -EINVAL;
	if (IS_ERR(t))
		return PTR_ERR(t);
	mm = t->mm;
	if (!mm)
		return -ESRCH;
	{
		TASKLIST_LOCK(irq);
		doomed = memory_is_doomed(t, mm);
		TASKLIST_UNLOCK(irq);
	}
	if (!doomed)
		return -EINVAL;
	mmget(mm);
	err = do_madvise(mm, 0, mm->task_size & PAGE_MASK, MADV_DONTNEED_LOCKED);
	put_task_mm(mm);
	return err == -ENOMEM ? 0 : err; /* holes between mappings */
}
