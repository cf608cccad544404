/* SPDX-License-Identifier: MIT */
/* Resource limits and usage: getrlimit, setrlimit, prlimit64, getrusage. */
#include <fs/fs.h>
#include <mm/mm.h>
#include "internal.h"

static void tell_mm(struct task_struct *t)
{
	const struct rlimit64 *r = t->signal->rlim;
	struct mm_struct *mm = t->mm;

	if (!mm)
		return;
	mm->rlimit_as = r[RLIMIT_AS].rlim_cur;
	mm->rlimit_data = r[RLIMIT_DATA].rlim_cur;
	mm->rlimit_stack = r[RLIMIT_STACK].rlim_cur;
	mm->rlimit_memlock = r[RLIMIT_MEMLOCK].rlim_cur;
}

static int set_limit(struct task_struct *t, unsigned int n, const struct rlimit64 *new)
{
	struct rlimit64 *r = &t->signal->rlim[n];

	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (n == RLIMIT_NOFILE && new->rlim_max > (u64)sysctl_nr_open)
		return -EPERM;
	if (new->rlim_max > r->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	*r = *new;
	if (n == RLIMIT_CPU && !r->rlim_cur)
		r->rlim_cur = 1;        /* Linux: 0 would never fire */
	tell_mm(t);
	return 0;
}

SYSCALL(getrlimit)
{
	if ((u32)a0 >= RLIM_NLIMITS)
		return -EINVAL;
	return copy_to_user((void __user *)a1, &current->signal->rlim[(u32)a0], sizeof(struct rlimit64)) ? -EFAULT : 0;
}

SYSCALL(setrlimit)
{
	struct rlimit64 new;

	if ((u32)a0 >= RLIM_NLIMITS)
		return -EINVAL;
	if (copy_from_user(&new, (const void __user *)a1, sizeof(new)))
		return -EFAULT;
	return set_limit(current, (u32)a0, &new);
}

static bool may_prlimit(const struct task_struct *t)
{
	const struct cred *c = &current->cred, *tc = &t->cred;

	if (t->signal == current->signal || ns_capable(tc->user_ns, CAP_SYS_RESOURCE))
		return true;
	return c->uid == tc->euid && c->uid == tc->suid && c->uid == tc->uid &&
		c->gid == tc->egid && c->gid == tc->sgid && c->gid == tc->gid;
}

SYSCALL(prlimit64)
{
	struct rlimit64 old, new;
	struct task_struct *t;
	int err;

	if ((u32)a1 >= RLIM_NLIMITS)
		return -EINVAL;
	if (a2 && copy_from_user(&new, (const void __user *)a2, sizeof(new)))
		return -EFAULT;
	t = a0 ? find_task_by_vpid((pid_t)a0) : current;
	if (!t)
		return -ESRCH;
	if (!may_prlimit(t))
		return -EPERM;
	old = t->signal->rlim[(u32)a1];
	if (a2) {
		err = set_limit(t, (u32)a1, &new);
		if (err)
			return err;
	}
	return a3 && copy_to_user((void __user *)a3, &old, sizeof(old)) ? -EFAULT : 0;
}

static void put_times(struct rusage_abi *ru, u64 u, u64 k)
{
	ru->utime_sec = (s64)(u / NSEC_PER_SEC);
	ru->utime_usec = (s64)(u % NSEC_PER_SEC / NSEC_PER_USEC);
	ru->stime_sec = (s64)(k / NSEC_PER_SEC);
	ru->stime_usec = (s64)(k % NSEC_PER_SEC / NSEC_PER_USEC);
}

static void add_thread(struct rusage_abi *ru, const struct task_struct *t)
{
	ru->minflt += (s64)t->min_flt;
	ru->majflt += (s64)t->maj_flt;
	ru->nvcsw += (s64)t->nvcsw;
	ru->nivcsw += (s64)t->nivcsw;
}

SYSCALL(getrusage)
{
	struct signal_struct *s = current->signal;
	struct mm_struct *mm = current->mm;
	struct rusage_abi ru;
	struct task_struct *t;
	u64 u, k, rss = mm ? max(mm->hiwater_rss, mm_rss(mm)) : 0;

	memset(&ru, 0, sizeof(ru));
	switch ((int)a0) {
	case RUSAGE_SELF:
		process_cputime(current->group_leader, &u, &k);
		put_times(&ru, u, k);
		ru.minflt = (s64)s->dead_min_flt;
		ru.majflt = (s64)s->dead_maj_flt;
		ru.nvcsw = (s64)s->dead_nvcsw;
		ru.nivcsw = (s64)s->dead_nivcsw;
		list_for_each_entry(t, &s->threads, thread_node)
			add_thread(&ru, t);
		ru.maxrss = (s64)max(rss, s->maxrss_pages) * 4;
		break;
	case RUSAGE_THREAD:
		task_cputime(current, &u, &k);
		put_times(&ru, u, k);
		add_thread(&ru, current);
		ru.maxrss = (s64)max(rss, s->maxrss_pages) * 4;
		break;
	case RUSAGE_CHILDREN:
		put_times(&ru, s->cutime_ns, s->cstime_ns);
		ru.minflt = (s64)s->cmin_flt;
		ru.majflt = (s64)s->cmaj_flt;
		ru.nvcsw = (s64)s->cnvcsw;
		ru.nivcsw = (s64)s->cnivcsw;
		ru.maxrss = (s64)s->cmaxrss_pages * 4;
		break;
	default:
		return -EINVAL;
	}
	return copy_to_user((void __user *)a1, &ru, sizeof(ru)) ? -EFAULT : 0;
}
