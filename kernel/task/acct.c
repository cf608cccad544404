/* SPDX-License-Identifier: MIT */
/*
 * acct(2): a record of each process that ends, at the end of a file. Only who holds that file open pays for it: one
 * test at each exit. A record that finds no room is lost, silently as on Linux.
 */
#include <fs/vfs.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <tty/tty.h>
#include <uapi/acct.h>
#include "internal.h"

struct file *acct_file;                 /* [A] one CPU, no preemption: read and taken in one go */

static comp_t encode_comp(u64 v)
{
	unsigned int exponent = 0;
	bool round = false;

	while (v >= 1U << 13) {
		round = v & 4;
		v >>= 3;
		exponent++;
	}
	if (round && ++v == 1U << 13) {
		v >>= 3;
		exponent++;
	}
	return exponent > 7 ? (comp_t)~0U : (comp_t)(exponent << 13 | v);
}

/* @v as an IEEE 754 single, cut off: the kernel has no floating point. */
static u32 encode_float(u64 v)
{
	unsigned int exponent = 127 + 63;

	if (!v)
		return 0;
	for (; !(v >> 63); v <<= 1)
		exponent--;
	return exponent << 23 | (u32)(v >> 40 & 0x7fffff);
}

static u64 ticks(u64 ns) { return ns / (NSEC_PER_SEC / ACCT_HZ); }

/* Of the dead threads, and of those that are still there. */
static void count_faults(struct task_struct *leader, u64 *min_flt, u64 *maj_flt)
{
	struct task_struct *th = NULL;

	*min_flt = leader->signal->dead_min_flt;
	*maj_flt = leader->signal->dead_maj_flt;
	while ((th = next_thread_of(leader, th)) != NULL) {
		*min_flt += th->min_flt;
		*maj_flt += th->maj_flt;
	}
}

/* What is known of a process that still runs. */
static struct acct_v3_abi running_record(struct task_struct *t)
{
	struct task_struct *leader = t->group_leader;
	u64 elapsed = ktime_get_ns() - leader->start_time_ns;
	struct acct_v3_abi r = {
		.ac_version = ACCT_VERSION,
		.ac_tty = (u16)(t->signal->tty ? t->signal->tty->rdev : 0),
		.ac_uid = t->cred.uid, .ac_gid = t->cred.gid,
		.ac_pid = (u32)t->tgid, .ac_ppid = (u32)(leader->parent ? leader->parent->tgid : 0),
		.ac_btime = (u32)(ktime_get_real_ns() / NSEC_PER_SEC - elapsed / NSEC_PER_SEC),
		.ac_etime = encode_float(ticks(elapsed)),
	};

	memcpy(r.ac_comm, t->comm, sizeof(r.ac_comm));
	return r;
}

static void write_record(struct file *f, const struct acct_v3_abi *r)
{
	struct rlimit64 *limit = &current->signal->rlim[RLIMIT_FSIZE];
	u64 was = limit->rlim_cur;

	limit->rlim_cur = RLIM_INFINITY;        /* it is not the process's own write */
	if (kernel_write(f, r, sizeof(*r), 0) < 0) {
		/* lost */
	}
	limit->rlim_cur = was;
}

void acct_process(struct task_struct *t, int status)
{
	struct file *f = get_file(acct_file);
	struct task_struct *leader = t->group_leader;
	struct signal_struct *s = t->signal;
	struct acct_v3_abi r = running_record(t);
	u64 utime, stime, min_flt, maj_flt;

	process_cputime(leader, &utime, &stime);
	count_faults(leader, &min_flt, &maj_flt);
	r.ac_flag = (u8)((leader->flags & PF_FORKNOEXEC ? AFORK : 0) | (t->flags & PF_DUMPCORE ? ACORE : 0) |
			 (t->flags & PF_SIGNALED ? AXSIG : 0));
	r.ac_exitcode = (u32)(s->group_exit ? s->group_exit_code : t == leader ? status : leader->exit_code);
	r.ac_utime = encode_comp(ticks(utime));
	r.ac_stime = encode_comp(ticks(stime));
	r.ac_mem = encode_comp(t->mm ? t->mm->total_vm * (PAGE_SIZE / 1024) : 0);
	r.ac_minflt = encode_comp(min_flt);
	r.ac_majflt = encode_comp(maj_flt);
	write_record(f, &r);
	fput(f);
}

static struct file *open_log(const char __user *name)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	struct file *f;
	ssize_t n;

	if (!path)
		return ERR_PTR(-ENOMEM);
	n = strncpy_from_user(path, name, PATH_MAX);
	f = n < 0 ? ERR_PTR(n) : n == PATH_MAX ? ERR_PTR(-ENAMETOOLONG) : n == 0 ? ERR_PTR(-ENOENT) :
		filp_open(path, O_WRONLY | O_APPEND | O_LARGEFILE, 0);
	kfree(path);
	if (IS_ERR(f))
		return f;
	if (S_ISREG(f->inode->mode) && f->op->write)
		return f;
	n = S_ISREG(f->inode->mode) ? -EIO : -EACCES;
	fput(f);
	return ERR_PTR(n);
}

SYSCALL(acct)
{
	struct file *f = NULL, *old;

	if (!capable(CAP_SYS_PACCT))
		return -EPERM;
	if (a0) {
		f = open_log((const char __user *)a0);
		if (IS_ERR(f))
			return PTR_ERR(f);
	}
	old = acct_file;
	acct_file = f;
	if (old) {                      /* Linux's last record in a file is of who ends it */
		struct acct_v3_abi r = running_record(current);

		write_record(old, &r);
		fput(old);
	}
	return 0;
}
