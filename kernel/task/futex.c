/* SPDX-License-Identifier: MIT */
/*
 * futex(2): sleeping on a word of user memory. A futex is named by its address space and address, or, in a
 * shared mapping, by what is mapped and the offset in it, so that processes meet there. Waiters hang in a hash table.
 *
 * On one CPU, without preemption in the kernel, "compare and sleep" is atomic from the read of the word (whose
 * page fault has then been resolved) to schedule(). Lock: a bucket's, for what interrupts and other CPUs will do.
 */
#include <mm/mm.h>
#include <uapi/futex.h>
#include "internal.h"

#define FUTEX_BUCKETS 256

struct futex_key { u64 object, offset; };       /* mm or address_space; address or file offset */

struct futex_waiter {
	struct list_head list;          /* [b] empty when woken */
	struct futex_key key;
	struct task_struct *task;
	u32 bitset;
	bool woken;
};

static struct list_head buckets[FUTEX_BUCKETS];

static struct list_head *bucket_of(const struct futex_key *k)
{
	u64 h = (k->object >> 6) * 0x9e3779b97f4a7c15UL ^ (k->offset >> 2) * 0xc2b2ae3d27d4eb4fUL;
	struct list_head *b = &buckets[h >> 56];

	if (unlikely(!b->next))
		INIT_LIST_HEAD(b);
	return b;
}

static int make_key(u64 addr, bool shared, struct futex_key *k)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = 0;

	if (addr & 3)
		return -EINVAL;
	if (!access_ok((void __user *)addr, 4))
		return -EFAULT;
	k->object = (u64)mm;
	k->offset = addr;
	if (!shared)
		return 0;
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start > addr) {
		err = -EFAULT;
	} else if ((vma->vm_flags & VM_SHARED) && vma->vm_mapping) {
		k->object = (u64)vma->vm_mapping;
		k->offset = (vma->vm_pgoff << PAGE_SHIFT) + (addr - vma->vm_start);
	}
	up_read(&mm->mmap_lock);
	if (!err) {                     /* Linux names it by its page: there must be one */
		struct page *page = get_user_page(mm, addr, 0);

		if (!page)
			return -EFAULT;
		put_page(page);
	}
	return err;
}

static void wake_waiter(struct futex_waiter *w)
{
	list_del_init(&w->list);
	w->woken = true;
	wake_up_process(w->task);
}

static int wake_key(const struct futex_key *k, int nr, u32 bitset)
{
	struct list_head *b = bucket_of(k);
	struct futex_waiter *w, *n;
	int woken = 0;

	list_for_each_entry_safe(w, n, b, list) {
		if (w->key.object != k->object || w->key.offset != k->offset || !(w->bitset & bitset))
			continue;
		wake_waiter(w);
		if (++woken >= nr)
			break;
	}
	return woken;
}

static long futex_wake(u64 addr, bool shared, int nr, u32 bitset)
{
	struct futex_key k;
	int err = make_key(addr, shared, &k);

	if (!bitset)
		return -EINVAL;
	return err ? err : wake_key(&k, nr, bitset);
}

int futex_wake_addr(u64 addr, int nr)
{
	return (int)futex_wake(addr, true, nr, FUTEX_BITSET_MATCH_ANY);
}

static long futex_wait(u64 addr, bool shared, u32 val, u64 deadline, u32 bitset);

/* restart_args: addr, val, deadline, bitset, shared */
static long futex_restart(void)
{
	u64 *a = current->restart_args;

	return futex_wait(a[0], a[4], (u32)a[1], a[2], (u32)a[3]);
}

static long futex_wait(u64 addr, bool shared, u32 val, u64 deadline, u32 bitset)
{
	struct futex_waiter w = { .task = current, .bitset = bitset };
	bool late = false;
	u32 now;
	int err;

	if (!bitset)
		return -EINVAL;
	err = make_key(addr, shared, &w.key);
	if (!err && get_user_u32(&now, (const void __user *)addr))
		err = -EFAULT;
	if (err)
		return err;
	if (now != val)
		return -EAGAIN;
	list_add_tail(&w.list, bucket_of(&w.key));
	while (!w.woken && !late && !signal_pending()) {
		set_current_sleeping();
		if (w.woken || signal_pending())
			break;
		late = schedule_until(deadline);
	}
	set_current_running();
	if (w.woken)
		return 0;
	list_del_init(&w.list);
	if (late)
		return -ETIMEDOUT;
	if (deadline == U64_MAX)
		return -ERESTARTSYS;
	current->restart_args[0] = addr;
	current->restart_args[1] = val;
	current->restart_args[2] = deadline;
	current->restart_args[3] = bitset;
	current->restart_args[4] = shared;
	current->restart_fn = futex_restart;
	return -ERESTART_RESTARTBLOCK;
}

static long futex_requeue(u64 from, u64 to, bool shared, int nr_wake, int nr_move, const u32 *expect)
{
	struct futex_key k1, k2;
	struct futex_waiter *w, *n;
	struct list_head *b;
	int done = 0, err;
	u32 now;

	if (nr_wake < 0 || nr_move < 0)
		return -EINVAL;
	err = make_key(from, shared, &k1);
	if (!err)
		err = make_key(to, shared, &k2);
	if (err)
		return err;
	if (expect) {
		if (get_user_u32(&now, (const void __user *)from))
			return -EFAULT;
		if (now != *expect)
			return -EAGAIN;
	}
	b = bucket_of(&k1);
	list_for_each_entry_safe(w, n, b, list) {
		if (w->key.object != k1.object || w->key.offset != k1.offset)
			continue;
		if (done < nr_wake) {
			wake_waiter(w);
		} else if (done - nr_wake < nr_move) {
			w->key = k2;
			list_move_tail(&w->list, bucket_of(&k2));
		} else {
			break;
		}
		done++;
	}
	return done;
}

static u32 apply_op(u32 op, u32 old, u32 arg)
{
	switch (op) {
	case FUTEX_OP_SET: return arg;
	case FUTEX_OP_ADD: return old + arg;
	case FUTEX_OP_OR: return old | arg;
	case FUTEX_OP_ANDN: return old & ~arg;
	default: return old ^ arg;
	}
}

static bool compare_op(u32 cmp, s32 old, s32 arg)
{
	switch (cmp) {
	case FUTEX_OP_CMP_EQ: return old == arg;
	case FUTEX_OP_CMP_NE: return old != arg;
	case FUTEX_OP_CMP_LT: return old < arg;
	case FUTEX_OP_CMP_LE: return old <= arg;
	case FUTEX_OP_CMP_GT: return old > arg;
	default: return old >= arg;
	}
}

static long futex_wake_op(u64 a1, u64 a2, bool shared, int nr1, int nr2, u32 enc)
{
	u32 op = enc >> 28 & 7, cmp = enc >> 24 & 15, old, seen;
	s32 oparg = (s32)(enc << 8) >> 20, cmparg = (s32)(enc << 20) >> 20;
	struct futex_key k1, k2;
	int err = make_key(a1, shared, &k1), woken;

	if (!err)
		err = make_key(a2, shared, &k2);
	if (err)
		return err;
	if (op > FUTEX_OP_XOR || cmp > FUTEX_OP_CMP_GE)
		return -ENOSYS;
	if (enc >> 28 & FUTEX_OP_OPARG_SHIFT)
		oparg = (s32)(1u << (oparg & 31));
	do {
		if (get_user_u32(&old, (const void __user *)a2) ||
		    cmpxchg_user_u32(&seen, old, apply_op(op, old, (u32)oparg), (u32 __user *)a2))
			return -EFAULT;
	} while (seen != old);
	woken = wake_key(&k1, nr1, FUTEX_BITSET_MATCH_ANY);
	if (compare_op(cmp, (s32)old, cmparg))
		woken += wake_key(&k2, nr2, FUTEX_BITSET_MATCH_ANY);
	return woken;
}

static int get_deadline(long uts, int cmd, bool realtime, u64 *deadline)
{
	struct timespec_abi ts;
	u64 ns;

	*deadline = U64_MAX;
	if (!uts)
		return 0;
	if (copy_from_user(&ts, (const void __user *)uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	ns = timespec_to_ns(&ts);
	if (cmd == FUTEX_WAIT)
		ns += ktime_get_ns();
	else if (realtime)
		ns = (s64)ns > ktime_real_offset_ns() ? ns - (u64)ktime_real_offset_ns() : 0;
	*deadline = ns;
	return 0;
}

SYSCALL(futex)
{
	int cmd = (int)a1 & FUTEX_CMD_MASK, err;
	bool shared = !(a1 & FUTEX_PRIVATE_FLAG);
	u32 bitset = FUTEX_BITSET_MATCH_ANY, expect = (u32)a5;
	u64 deadline;

	if ((a1 & FUTEX_CLOCK_REALTIME) && cmd != FUTEX_WAIT_BITSET && cmd != FUTEX_WAIT)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT_BITSET:
		bitset = (u32)a5;
		/* fall through */
	case FUTEX_WAIT:
		err = get_deadline(a3, cmd, a1 & FUTEX_CLOCK_REALTIME, &deadline);
		return err ? err : futex_wait((u64)a0, shared, (u32)a2, deadline, bitset);
	case FUTEX_WAKE_BITSET:
		bitset = (u32)a5;
		/* fall through */
	case FUTEX_WAKE:
		return futex_wake((u64)a0, shared, (int)a2, bitset);
	case FUTEX_REQUEUE:
		return futex_requeue((u64)a0, (u64)a4, shared, (int)a2, (int)a3, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue((u64)a0, (u64)a4, shared, (int)a2, (int)a3, &expect);
	case FUTEX_WAKE_OP:
		return futex_wake_op((u64)a0, (u64)a4, shared, (int)a2, (int)a3, (u32)a5);
	}
	return -ENOSYS;                 /* priority inheritance: CAVEATS.md */
}

SYSCALL(set_robust_list)
{
	if (a1 != sizeof(struct robust_list_head_abi))
		return -EINVAL;
	current->robust_list = (u64)a0;
	return 0;
}

SYSCALL(get_robust_list)
{
	struct task_struct *t = a0 ? find_task_by_pid((pid_t)a0) : current;

	if (!t)
		return -ESRCH;
	if (!ptrace_may_access(t))
		return -EPERM;
	if (put_user_u64(sizeof(struct robust_list_head_abi), (void __user *)a2) ||
	    put_user_u64(t->robust_list, (void __user *)a1))
		return -EFAULT;
	return 0;
}

/* The owner of a robust mutex died: mark it, wake one who waits. */
static void owner_died(struct task_struct *t, u64 addr)
{
	u32 val, seen;

	if (addr & 3)
		return;
	do {
		if (get_user_u32(&val, (const void __user *)addr) || (val & FUTEX_TID_MASK) != (u32)t->pid)
			return;
		if (cmpxchg_user_u32(&seen, val, (val & FUTEX_WAITERS) | FUTEX_OWNER_DIED, (u32 __user *)addr))
			return;
	} while (seen != val);
	if (val & FUTEX_WAITERS)
		futex_wake_addr(addr, 1);
}

static void exit_robust_list(struct task_struct *t)
{
	u64 head = t->robust_list, entry;
	struct robust_list_head_abi h;

	if (copy_from_user(&h, (const void __user *)head, sizeof(h)))
		return;
	entry = h.next;
	for (int i = 0; i < ROBUST_LIST_LIMIT && (entry & ~1UL) != head; i++) {
		u64 next;

		if (get_user_u64(&next, (const void __user *)(entry & ~1UL)))
			return;
		if (entry != h.list_op_pending)
			owner_died(t, (entry & ~1UL) + (u64)h.futex_offset);
		entry = next;
	}
	if (h.list_op_pending)
		owner_died(t, (h.list_op_pending & ~1UL) + (u64)h.futex_offset);
}

/* The task leaves its memory, which is still there. */
void futex_exit(struct task_struct *t)
{
	if (t->robust_list) {
		exit_robust_list(t);
		t->robust_list = 0;
	}
	if (t->clear_child_tid) {
		u64 addr = t->clear_child_tid;

		t->clear_child_tid = 0;
		if (atomic_read(&t->mm->mm_users) > 1 && !put_user_u32(0, (void __user *)addr))
			futex_wake_addr(addr, 1);
	}
}
