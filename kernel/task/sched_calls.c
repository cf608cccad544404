/* SPDX-License-Identifier: MIT */
/* The scheduling system calls: yield, priorities, policies, affinity (of one CPU). */
#include "internal.h"

SYSCALL(sched_yield)
{
	schedule_yield();
	return 0;
}

static bool same_owner(const struct task_struct *t)
{
	u32 euid = current->cred.euid;

	return euid == t->cred.euid || euid == t->cred.uid;
}

static struct task_struct *task_of(pid_t pid)
{
	return pid ? find_task_by_vpid(pid) : current;
}

static int nice_one(struct task_struct *t, int nice)
{
	if (!same_owner(t) && !ns_capable(t->cred.user_ns, CAP_SYS_NICE))
		return -EPERM;
	if (nice < t->nice && !capable(CAP_SYS_NICE) && (s64)t->signal->rlim[RLIMIT_NICE].rlim_cur < 20 - nice)
		return -EACCES;
	set_user_nice(t, nice);
	return 0;
}

/* The processes that setpriority's (which, who) names, one after the other: the next leader after @prev. */
static struct task_struct *next_of(int which, u32 who, pid_t prev)
{
	struct task_struct *t = NULL;

	if (which == PRIO_PROCESS)
		return prev < 0 ? task_of((pid_t)who) : NULL;
	for (t = next_task_after(prev); t; t = next_task_after(t->pid)) {
		if (which == PRIO_PGRP ? t->signal->pgrp == (who ? pid_of_vnr((pid_t)who) : current->signal->pgrp) :
		    t->cred.uid == (who ? make_kuid(current_user_ns(), who) : current->cred.uid))
			return t;
	}
	return NULL;
}

SYSCALL(setpriority)
{
	int nice = (int)a2 < -20 ? -20 : (int)a2 > 19 ? 19 : (int)a2;
	struct task_struct *t, *th;
	long err = -ESRCH;
	pid_t prev = -1;

	if ((u32)a0 > PRIO_USER)
		return -EINVAL;
	while ((t = next_of((int)a0, (u32)a1, prev))) {
		prev = t->pid;
		if (a0 == PRIO_PROCESS) {
			err = nice_one(t, nice);
			break;
		}
		list_for_each_entry(th, &t->signal->threads, thread_node) {
			int e = nice_one(th, nice);

			if (e || err == -ESRCH)
				err = e;
		}
	}
	return err;
}

/* 40..1 for nice -20..19: so that errors are negative. */
SYSCALL(getpriority)
{
	struct task_struct *t;
	long best = -ESRCH;
	pid_t prev = -1;

	if ((u32)a0 > PRIO_USER)
		return -EINVAL;
	while ((t = next_of((int)a0, (u32)a1, prev))) {
		prev = t->pid;
		best = max(best, (long)(20 - t->nice));
	}
	return best;
}

static bool is_rt(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static int change_policy(struct task_struct *t, int policy, int prio, const int *nice)
{
	bool reset = policy & SCHED_RESET_ON_FORK;

	policy &= ~SCHED_RESET_ON_FORK;
	if (policy != SCHED_NORMAL && policy != SCHED_BATCH && policy != SCHED_IDLE && !is_rt(policy))
		return -EINVAL;
	if (is_rt(policy) ? prio < 1 || prio > 99 : prio != 0)
		return -EINVAL;
	if (!capable(CAP_SYS_NICE)) {
		if (!same_owner(t) && !ns_capable(t->cred.user_ns, CAP_SYS_NICE))
			return -EPERM;
		if (is_rt(policy) && (u64)prio > t->signal->rlim[RLIMIT_RTPRIO].rlim_cur && prio > t->rt_priority)
			return -EPERM;
		if (nice && *nice < t->nice && (s64)t->signal->rlim[RLIMIT_NICE].rlim_cur < 20 - *nice)
			return -EPERM;
		if (t->reset_on_fork && !reset)
			return -EPERM;
	}
	t->reset_on_fork = reset;
	set_policy(t, policy, prio);
	if (nice && !is_rt(policy))
		set_user_nice(t, *nice);
	return 0;
}

SYSCALL(sched_setscheduler)
{
	struct task_struct *t;
	u32 prio;

	if ((int)a1 < 0 || (pid_t)a0 < 0 || !a2)
		return -EINVAL;
	if (get_user_u32(&prio, (const void __user *)a2))
		return -EFAULT;
	t = task_of((pid_t)a0);
	return t ? change_policy(t, (int)a1, (int)prio, NULL) : -ESRCH;
}

SYSCALL(sched_setparam)
{
	struct task_struct *t;
	u32 prio;

	if ((pid_t)a0 < 0 || !a1)
		return -EINVAL;
	if (get_user_u32(&prio, (const void __user *)a1))
		return -EFAULT;
	t = task_of((pid_t)a0);
	return t ? change_policy(t, t->policy | (t->reset_on_fork ? SCHED_RESET_ON_FORK : 0), (int)prio, NULL) : -ESRCH;
}

SYSCALL(sched_getscheduler)
{
	struct task_struct *t = task_of((pid_t)a0);

	if ((pid_t)a0 < 0)
		return -EINVAL;
	return t ? t->policy | (t->reset_on_fork ? SCHED_RESET_ON_FORK : 0) : -ESRCH;
}

SYSCALL(sched_getparam)
{
	struct task_struct *t = task_of((pid_t)a0);

	if ((pid_t)a0 < 0 || !a1)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	return put_user_u32((u32)t->rt_priority, (void __user *)a1) ? -EFAULT : 0;
}

SYSCALL(sched_setattr)
{
	struct sched_attr_abi attr;
	struct task_struct *t;
	u32 size;
	int err;

	if ((pid_t)a0 < 0 || !a1 || a2)
		return -EINVAL;
	if (get_user_u32(&size, (const void __user *)a1))
		return -EFAULT;
	if (!size)
		size = 48;
	err = size < 48 || size > 4096 ? -E2BIG : copy_struct_from_user(&attr, sizeof(attr), (const void __user *)a1, size);
	if (err == -E2BIG && put_user_u32(sizeof(attr), (void __user *)a1))
		return -EFAULT;
	if (err)
		return err;
	if ((s32)attr.policy < 0 || attr.nice < -20 || attr.nice > 19 || (attr.flags & ~1UL))
		return -EINVAL;
	t = task_of((pid_t)a0);
	if (!t)
		return -ESRCH;
	return change_policy(t, (int)attr.policy | (attr.flags & 1 ? SCHED_RESET_ON_FORK : 0), (int)attr.priority, &attr.nice);
}

SYSCALL(sched_getattr)
{
	struct task_struct *t = task_of((pid_t)a0);
	struct sched_attr_abi attr = { .size = 48 };

	if ((pid_t)a0 < 0 || !a1 || (u32)a2 < 48 || (u32)a2 > 4096 || a3)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	attr.policy = (u32)t->policy;
	attr.flags = t->reset_on_fork;
	attr.nice = t->nice;
	attr.priority = (u32)t->rt_priority;
	return copy_to_user((void __user *)a1, &attr, 48) ? -EFAULT : 0;
}

SYSCALL(sched_get_priority_max)
{
	if (is_rt((int)a0))
		return 99;
	return a0 == SCHED_NORMAL || a0 == SCHED_BATCH || a0 == SCHED_IDLE || a0 == SCHED_DEADLINE ? 0 : -EINVAL;
}

SYSCALL(sched_get_priority_min)
{
	if (is_rt((int)a0))
		return 1;
	return a0 == SCHED_NORMAL || a0 == SCHED_BATCH || a0 == SCHED_IDLE || a0 == SCHED_DEADLINE ? 0 : -EINVAL;
}

SYSCALL(sched_rr_get_interval)
{
	struct task_struct *t = task_of((pid_t)a0);
	struct timespec_abi ts = { 0, 0 };

	if ((pid_t)a0 < 0)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	if (t->policy == SCHED_RR)
		ts.tv_nsec = 100000000;
	else if (t->policy != SCHED_FIFO)
		ts.tv_nsec = NSEC_PER_SEC / HZ;
	return copy_to_user((void __user *)a1, &ts, sizeof(ts)) ? -EFAULT : 0;
}

/* One CPU: the only mask that means something holds bit 0. */
SYSCALL(sched_setaffinity)
{
	struct task_struct *t;
	u64 mask = 0;

	if (copy_from_user(&mask, (const void __user *)a2, min((size_t)(u32)a1, sizeof(mask))))
		return -EFAULT;
	t = task_of((pid_t)a0);
	if (!t)
		return -ESRCH;
	if (!same_owner(t) && !ns_capable(t->cred.user_ns, CAP_SYS_NICE))
		return -EPERM;
	return mask & 1 ? 0 : -EINVAL;
}

SYSCALL(sched_getaffinity)
{
	static const u64 mask = 1;

	if ((u32)a1 < 8 || ((u32)a1 & 7))
		return -EINVAL;
	if (!task_of((pid_t)a0))
		return -ESRCH;
	return copy_to_user((void __user *)a2, &mask, 8) ? -EFAULT : 8;
}

SYSCALL(getcpu)
{
	if (a0 && put_user_u32(0, (void __user *)a0))
		return -EFAULT;
	return a1 && put_user_u32(0, (void __user *)a1) ? -EFAULT : 0;
}

/* --- I/O priorities: class << 13 | level, remembered and told; there is no disk to queue for ----------- */

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_WHO_USER    3
#define IOPRIO_CLASS_SHIFT 13
enum { IOPRIO_CLASS_NONE, IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE };

static int check_ioprio(unsigned int prio)
{
	unsigned int level = prio & ((1u << IOPRIO_CLASS_SHIFT) - 1);

	switch (prio >> IOPRIO_CLASS_SHIFT) {
	case IOPRIO_CLASS_NONE:
		return level ? -EINVAL : 0;
	case IOPRIO_CLASS_RT:
		if (!capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_NICE))
			return -EPERM;
		return level > 7 ? -EINVAL : 0;
	case IOPRIO_CLASS_BE:
		return level > 7 ? -EINVAL : 0;
	case IOPRIO_CLASS_IDLE:
		return 0;
	}
	return -EINVAL;
}

/* What was set, or what follows from policy and nice. */
static unsigned int effective_ioprio(const struct task_struct *t)
{
	unsigned int class = t->policy == SCHED_IDLE ? IOPRIO_CLASS_IDLE : t->rt_priority ? IOPRIO_CLASS_RT : IOPRIO_CLASS_BE;

	return t->ioprio >> IOPRIO_CLASS_SHIFT ? t->ioprio : class << IOPRIO_CLASS_SHIFT | (unsigned int)(t->nice + 20) / 5;
}

SYSCALL(ioprio_set)
{
	int which = (int)a0 - IOPRIO_WHO_PROCESS, err = check_ioprio((unsigned int)a2);
	struct task_struct *t;
	pid_t prev = -1;

	if (err)
		return err;
	if ((int)a0 < IOPRIO_WHO_PROCESS || (int)a0 > IOPRIO_WHO_USER)
		return -EINVAL;
	err = -ESRCH;
	while ((t = next_of(which, (u32)a1, prev))) {
		prev = t->pid;
		if (!same_owner(t) && !ns_capable(t->cred.user_ns, CAP_SYS_NICE))
			return -EPERM;
		t->ioprio = (u16)a2;
		err = 0;
	}
	return err;
}

SYSCALL(ioprio_get)
{
	int which = (int)a0 - IOPRIO_WHO_PROCESS;
	struct task_struct *t;
	pid_t prev = -1;
	long best = -ESRCH;

	if ((int)a0 < IOPRIO_WHO_PROCESS || (int)a0 > IOPRIO_WHO_USER)
		return -EINVAL;
	while ((t = next_of(which, (u32)a1, prev))) {
		long prio = which == PRIO_PROCESS ? t->ioprio : effective_ioprio(t);

		prev = t->pid;
		if (best < 0 || prio < best)
			best = prio;
	}
	return best;
}
