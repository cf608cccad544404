/* SPDX-License-Identifier: MIT */
/*
 * rseq(2). On one CPU the cpu_id is always 0; what matters is that a task that was taken off the
 * CPU, or gets a signal, inside a critical section goes on at its abort address.
 */
#include "internal.h"

#define RSEQ_SIZE 32

SYSCALL(rseq)
{
	struct task_struct *t = current;
	u64 addr = (u64)a0;
	u32 len = (u32)a1, sig = (u32)a3;

	if (a2 & RSEQ_FLAG_UNREGISTER) {
		if (a2 & ~RSEQ_FLAG_UNREGISTER || !t->rseq || t->rseq != addr || t->rseq_len != len)
			return -EINVAL;
		if (t->rseq_sig != sig)
			return -EPERM;
		if (put_user_u64(0xffffffffUL << 32, (void __user *)addr)) /* cpu_id: uninitialised */
			return -EFAULT;
		t->rseq = 0;
		return 0;
	}
	if (a2)
		return -EINVAL;
	if (t->rseq) {
		if (t->rseq != addr || t->rseq_len != len)
			return -EINVAL;
		return t->rseq_sig != sig ? -EPERM : -EBUSY;
	}
	if (len != RSEQ_SIZE || (addr & (RSEQ_SIZE - 1)))
		return -EINVAL;
	if (!access_ok((void __user *)addr, len))
		return -EFAULT;
	if (put_user_u64(0, (void __user *)addr) || put_user_u64(0, (void __user *)(addr + 8)))
		return -EFAULT;
	t->rseq = addr;
	t->rseq_len = len;
	t->rseq_sig = sig;
	return 0;
}

/* Before going back to @regs after a switch or for a signal. Bad user data: SIGSEGV, as Linux does. */
void rseq_resume(struct pt_regs *regs)
{
	struct task_struct *t = current;
	struct rseq_cs_abi cs;
	u64 ptr;
	u32 sig;

	if (put_user_u64(0, (void __user *)t->rseq) || get_user_u64(&ptr, (const void __user *)(t->rseq + 8)))
		goto bad;
	if (!ptr)
		return;
	if (copy_from_user(&cs, (const void __user *)ptr, sizeof(cs)) || cs.version || cs.start_ip >= TASK_SIZE ||
	    cs.abort_ip >= TASK_SIZE || cs.start_ip + cs.post_commit_offset < cs.start_ip ||
	    cs.abort_ip - cs.start_ip < cs.post_commit_offset)
		goto bad;
	if (get_user_u32(&sig, (const void __user *)(cs.abort_ip - 4)) || sig != t->rseq_sig)
		goto bad;
	if (put_user_u64(0, (void __user *)(t->rseq + 8)))
		goto bad;
	if (regs->rip - cs.start_ip < cs.post_commit_offset)
		regs->rip = cs.abort_ip;
	return;
bad:
	t->rseq = 0;            /* or it would strike again at once */
	force_sig(SIGSEGV);
}
