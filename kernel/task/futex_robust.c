/* SPDX-License-Identifier: MIT */
/* What a task leaves behind when it ends, or leaves its memory by exec: set_robust_list(2), locks it owns, clear_child_tid. */
#include <mm/mm.h>
#include "futex.h"

SYSCALL(set_robust_list)
{
	if (a1 != sizeof(struct robust_list_head_abi))
		return -EINVAL;
	current->robust_list = (u64)a0;
	return 0;
}

SYSCALL(get_robust_list)
{
	struct task_struct *t = a0 ? find_task_by_vpid((pid_t)a0) : current;

	if (!t)
		return -ESRCH;
	if (!ptrace_may_access(t))
		return -EPERM;
	if (put_user_u64(sizeof(struct robust_list_head_abi), (void __user *)a2) ||
	    put_user_u64(t->robust_list, (void __user *)a1))
		return -EFAULT;
	return 0;
}

/*
 * The owner of a robust mutex died: mark it, wake one who waits. @pending: it was about to take or release it; if it was
 * free again already, the wake may not have been sent. One with priority inheritance is handed on by futex_pi_exit().
 */
static void owner_died(struct task_struct *t, u64 addr, bool pi, bool pending)
{
	u32 val, seen;

	if (addr & 3)
		return;
	do {
		if (get_user_u32(&val, (const void __user *)addr))
			return;
		if (pending && !pi && !val) {
			futex_wake_addr(addr, 1);
			return;
		}
		if ((val & FUTEX_TID_MASK) != (u32)t->vpid)
			return;
		if (cmpxchg_user_u32(&seen, val, (val & FUTEX_WAITERS) | FUTEX_OWNER_DIED, (u32 __user *)addr))
			return;
	} while (seen != val);
	if ((val & FUTEX_WAITERS) && !pi)
		futex_wake_addr(addr, 1);
}

/* Bit 0 of an entry's address: its futex has priority inheritance. */
static void exit_robust_list(struct task_struct *t)
{
	u64 head = t->robust_list, entry, pending;
	struct robust_list_head_abi h;

	if (copy_from_user(&h, (const void __user *)head, sizeof(h)))
		return;
	entry = h.next;
	pending = h.list_op_pending & ~1UL;
	for (int i = 0; i < ROBUST_LIST_LIMIT && (entry & ~1UL) != head; i++) {
		u64 next;
		bool err = get_user_u64(&next, (const void __user *)(entry & ~1UL));

		if ((entry & ~1UL) != pending)
			owner_died(t, (entry & ~1UL) + (u64)h.futex_offset, entry & 1, false);
		if (err)
			return;
		entry = next;
	}
	if (pending)
		owner_died(t, pending + (u64)h.futex_offset, h.list_op_pending & 1, true);
}

/* The task leaves its memory, which is still there. */
void futex_exit(struct task_struct *t)
{
	if (t->robust_list) {
		exit_robust_list(t);
		t->robust_list = 0;
	}
	if (unlikely(t->pi_owned))
		futex_pi_exit(t);
	if (t->clear_child_tid) {
		u64 addr = t->clear_child_tid;

		t->clear_child_tid = 0;
		if (atomic_read(&t->mm->mm_users) > 1 && !put_user_u32(0, (void __user *)addr))
			futex_wake_addr(addr, 1);
	}
}
