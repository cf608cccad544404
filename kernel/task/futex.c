/* SPDX-License-Identifier: MIT */
/*
 * futex(2): sleeping on a word of user memory. A futex is named by its address space and address, or, in a
 * shared mapping, by what is mapped and the offset in it, so that processes meet there. Waiters hang in a hash table,
 * those of real-time priority first, the others as they came. Locking: futex.h.
 */
#include <mm/mm.h>
#include <ns/time_ns.h>
#include "futex.h"

#define FUTEX_BUCKETS 256

static struct list_head buckets[FUTEX_BUCKETS]; /* [1] */

struct list_head *futex_bucket(const struct futex_key *k)
{
	u64 h = (k->object >> 6) * 0x9e3779b97f4a7c15UL ^ (k->offset >> 2) * 0xc2b2ae3d27d4eb4fUL;
	struct list_head *b = &buckets[h >> 56];

	if (unlikely(!b->next))
		INIT_LIST_HEAD(b);
	return b;
}

int futex_get_key(u64 addr, bool shared, struct futex_key *k)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = 0;
	u32 word;

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
	} else {
		k->object |= 1;         /* asked for as shared: another name than the private one, as in Linux */
	}
	up_read(&mm->mmap_lock);
	if (!err && get_user_u32(&word, (const void __user *)addr))
		err = -EFAULT;          /* Linux names it by its page: there must be one */
	return err;
}

struct futex_waiter *futex_first(const struct futex_key *k)
{
	struct futex_waiter *w;

	list_for_each_entry(w, futex_bucket(k), list)
		if (futex_same_key(&w->key, k))
			return w;
	return NULL;
}

void futex_enqueue(struct futex_waiter *w)
{
	struct list_head *b = futex_bucket(&w->key);
	struct futex_waiter *other;

	if (unlikely(w->task->rt_priority)) {
		list_for_each_entry(other, b, list) {
			if (other->task->rt_priority < w->task->rt_priority) {
				list_add_tail(&w->list, &other->list);
				return;
			}
		}
	}
	list_add_tail(&w->list, b);
}

void futex_wake_waiter(struct futex_waiter *w)
{
	list_del_init(&w->list);
	w->woken = true;
	wake_up_process(w->task);
}

int futex_touch(u64 addr)
{
	u32 val, seen;

	if (get_user_u32(&val, (const void __user *)addr) || cmpxchg_user_u32(&seen, val, val, (u32 __user *)addr))
		return -EFAULT;
	return 0;
}

static int wake_key(const struct futex_key *k, int nr, u32 bitset)
{
	struct list_head *b = futex_bucket(k);
	struct futex_waiter *w, *n;
	int woken = 0;

	list_for_each_entry_safe(w, n, b, list) {
		if (!futex_same_key(&w->key, k))
			continue;
		if (unlikely(w->pi))
			return -EINVAL;
		if (!(w->bitset & bitset))
			continue;
		futex_wake_waiter(w);
		if (++woken >= nr)
			break;
	}
	return woken;
}

static long futex_wake(u64 addr, bool shared, int nr, u32 bitset)
{
	struct futex_key k;
	int err = futex_get_key(addr, shared, &k);

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
	bool late;
	u32 now;
	int err;

	if (!bitset)
		return -EINVAL;
	err = futex_get_key(addr, shared, &w.key);
	if (!err && get_user_u32(&now, (const void __user *)addr))
		err = -EFAULT;
	if (err)
		return err;
	if (now != val)
		return -EAGAIN;
	futex_enqueue(&w);
	late = wait_for_flag(&w.woken, deadline);
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
	err = futex_get_key(from, shared, &k1);
	if (!err)
		err = futex_get_key(to, shared, &k2);
	if (err)
		return err;
	if (expect) {
		if (get_user_u32(&now, (const void __user *)from))
			return -EFAULT;
		if (now != *expect)
			return -EAGAIN;
	}
	b = futex_bucket(&k1);
	list_for_each_entry_safe(w, n, b, list) {
		if (!futex_same_key(&w->key, &k1))
			continue;
		if (unlikely(w->pi))
			return -EINVAL;
		if (done < nr_wake) {
			futex_wake_waiter(w);
		} else if (done - nr_wake < nr_move) {
			list_del(&w->list);
			w->key = k2;
			futex_enqueue(w);
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
	int err = futex_get_key(a1, shared, &k1), woken;

	if (!err)
		err = futex_get_key(a2, shared, &k2);
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
	if (woken >= 0 && compare_op(cmp, (s32)old, cmparg)) {
		int more = wake_key(&k2, nr2, FUTEX_BITSET_MATCH_ANY);

		woken = more < 0 ? more : woken + more;
	}
	return woken;
}

static long futex_wait_call(u64 addr, bool shared, u32 val, u64 uts, int cmd, bool realtime, u32 bitset)
{
	u64 deadline = U64_MAX;
	int err;

	if (cmd == FUTEX_WAIT && uts) {
		err = ktime_user_deadline(uts, false, &deadline);
		deadline += ktime_get_ns() + (u64)timens_monotonic();    /* it was no time of the caller's clock */
	} else {
		err = ktime_user_deadline(uts, realtime, &deadline);
	}
	return err ? err : futex_wait(addr, shared, val, deadline, bitset);
}

static long futex_lock_call(u64 addr, bool shared, u64 uts, bool realtime)
{
	u64 deadline;
	int err = ktime_user_deadline(uts, realtime, &deadline);

	return err ? err : futex_lock_pi(addr, shared, deadline, false);
}

SYSCALL(futex)
{
	int cmd = (int)a1 & FUTEX_CMD_MASK, err;
	bool shared = !(a1 & FUTEX_PRIVATE_FLAG), realtime = a1 & FUTEX_CLOCK_REALTIME;
	u32 bitset = FUTEX_BITSET_MATCH_ANY, expect = (u32)a5;
	u64 addr = (u64)a0, to = (u64)a4, deadline;

	if (realtime && cmd != FUTEX_WAIT_BITSET && cmd != FUTEX_WAIT_REQUEUE_PI && cmd != FUTEX_LOCK_PI2)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT_BITSET:
		bitset = (u32)a5;
		/* fall through */
	case FUTEX_WAIT:
		return futex_wait_call(addr, shared, (u32)a2, (u64)a3, cmd, realtime, bitset);
	case FUTEX_WAKE_BITSET:
		bitset = (u32)a5;
		/* fall through */
	case FUTEX_WAKE:
		return futex_wake(addr, shared, (int)a2, bitset);
	case FUTEX_REQUEUE:
		return futex_requeue(addr, to, shared, (int)a2, (int)a3, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(addr, to, shared, (int)a2, (int)a3, &expect);
	case FUTEX_WAKE_OP:
		return futex_wake_op(addr, to, shared, (int)a2, (int)a3, (u32)a5);
	case FUTEX_LOCK_PI:
		return futex_lock_call(addr, shared, (u64)a3, true);
	case FUTEX_LOCK_PI2:
		return futex_lock_call(addr, shared, (u64)a3, realtime);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(addr, shared, U64_MAX, true);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(addr, shared);
	case FUTEX_WAIT_REQUEUE_PI:
		err = ktime_user_deadline((u64)a3, realtime, &deadline);
		return err ? err : futex_wait_requeue_pi(addr, shared, (u32)a2, deadline, to);
	case FUTEX_CMP_REQUEUE_PI:
		return futex_cmp_requeue_pi(addr, to, shared, (int)a2, (int)a3, expect);
	}
	return -ENOSYS;
}
