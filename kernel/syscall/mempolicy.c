// SPDX-License-Identifier: MIT
/*
 * Memory policy on a machine with one node: get_mempolicy(2), set_mempolicy(2), mbind(2), set_mempolicy_home_node(2),
 * migrate_pages(2), move_pages(2). Node 0 is where everything is, so every accepted policy is already fulfilled; it is
 * remembered and told again (mm/mempolicy.h).
 */
#include <asm/uaccess.h>
#include <mm/mempolicy.h>
#include <mm/mm.h>
#include <mm/page.h>
#include <ns/pid_ns.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>

#define MAX_MASK_BITS (PAGE_SIZE * 8)

/* *mask: nodes 0 to 63; a node that no kernel of this make can have: -EINVAL. */
static int read_nodes(const u64 *user, unsigned long maxnode, u64 *mask)
{
	unsigned long bits = maxnode - 1, words = DIV_ROUND_UP(bits, 64);

	*mask = 0;
	if (!user || !bits)
		return 0;
	if (bits > MAX_MASK_BITS)
		return -EINVAL;
	for (unsigned long i = 0; i < words; i++) {
		u64 word;

		if (get_user_u64(&word, user + i))
			return -EFAULT;
		if (i == words - 1 && bits % 64)
			word &= (1UL << (bits % 64)) - 1;
		if (!i)
			*mask = word;
		else if (word && i >= MAX_NUMNODES / 64)
			return -EINVAL;
	}
	return 0;
}

static int write_nodes(u64 *user, unsigned long maxnode, u64 mask)
{
	unsigned long words = DIV_ROUND_UP(maxnode - 1, 64);

	for (unsigned long i = 0; i < words; i++)
		if (put_user_u64(i ? 0 : mask, user + i))
			return -EFAULT;
	return 0;
}

SYSCALL(set_mempolicy)
{
	u64 nodes;
	int pol = read_nodes((const u64 *)a1, a2, &nodes);

	if (!pol)
		pol = mpol_new((int)a0, nodes);
	if (pol < 0)
		return pol;
	current->mempolicy = pol;
	return 0;
}

SYSCALL(mbind)
{
	unsigned long start = a0, len = PAGE_ALIGN((unsigned long)a1);
	unsigned int flags = a5;
	u64 nodes;
	int pol = read_nodes((const u64 *)a3, a4, &nodes);

	if (pol)
		return pol;
	if (flags & ~(unsigned int)(MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
		return -EINVAL;
	if ((flags & MPOL_MF_MOVE_ALL) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (start & ~PAGE_MASK || start + len < start)
		return -EINVAL;
	pol = mpol_new((int)a2, nodes);
	if (pol < 0)
		return pol;
	return len ? do_mbind(current->mm, start, len, pol) : 0;
}

SYSCALL(set_mempolicy_home_node)
{
	unsigned long start = a0, len = PAGE_ALIGN((unsigned long)a1);

	if ((start & ~PAGE_MASK) || a3 || a2 || start + len < start)
		return -EINVAL;
	return len ? do_home_node(current->mm, start, len) : 0;
}

/* The policy that get_mempolicy asks for. -EFAULT: nothing is mapped at @addr. */
static int asked_policy(unsigned long addr, unsigned long flags, u32 *pol)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	*pol = current->mempolicy;
	if (!(flags & MPOL_F_ADDR))
		return addr ? -EINVAL : 0;
	down_read(&mm->mmap_lock);
	vma = find_vma_intersection(mm, addr, addr + 1);
	if (vma)
		*pol = vma_policy(vma);
	up_read(&mm->mmap_lock);
	return vma ? 0 : -EFAULT;
}

/* MPOL_F_NODE: the node of the page at @addr, which is faulted in, or where the next interleaved page would go. */
static int asked_node(unsigned long addr, unsigned long flags, u32 pol)
{
	struct page *p;

	if (!(flags & MPOL_F_ADDR))
		return (mpol_mode(pol) & ~MPOL_MODE_FLAGS) == MPOL_INTERLEAVE ? 0 : -EINVAL;
	p = get_user_page(current->mm, addr & PAGE_MASK, 0);
	if (!p)
		return -EFAULT;
	put_page(p);
	return 0;
}

/* get_mempolicy(int *mode, unsigned long *nodemask, maxnode, addr, flags) */
SYSCALL(get_mempolicy)
{
	unsigned long flags = a4;
	int err, mode = 0;
	u64 nodes = 1;
	u32 pol;

	if (flags & ~(unsigned long)(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED))
		return -EINVAL;
	if (a1 && (!a2 || (unsigned long)a2 - 1 > MAX_MASK_BITS))
		return -EINVAL;
	if (flags & MPOL_F_MEMS_ALLOWED) {
		if (flags & (MPOL_F_NODE | MPOL_F_ADDR))
			return -EINVAL;
	} else {
		err = asked_policy(a3, flags, &pol);
		if (err)
			return err;
		mode = flags & MPOL_F_NODE ? asked_node(a3, flags, pol) : mpol_mode(pol);
		if (mode < 0)
			return mode;
		nodes = mpol_nodes(pol);
	}
	if (a0 && put_user_u32(mode, (void *)a0))
		return -EFAULT;
	return a1 ? write_nodes((u64 *)a1, a2, nodes) : 0;
}

SYSCALL(migrate_pages)
{
	struct task_struct *t = a0 ? find_task_by_vpid((pid_t)a0) : current;
	u64 from, to;
	int err;

	err = read_nodes((const u64 *)a2, a1, &from);
	if (!err)
		err = read_nodes((const u64 *)a3, a1, &to);
	if (err)
		return err;
	if (!t)
		return -ESRCH;
	if (!ptrace_may_access(t))
		return -EPERM;
	if ((to & ~1UL) && !capable(CAP_SYS_NICE))
		return -EPERM;
	return to & 1 && t->mm ? 0 : -EINVAL;
}

/* One page of move_pages: its node, or why it has none. */
static int page_status(struct mm_struct *mm, const u64 *user)
{
	u64 addr;

	return get_user_u64(&addr, user) ? -EINVAL : mm_page_node(mm, addr);
}

static int move_pages_of(struct mm_struct *mm, unsigned long n, const u64 *pages, const u32 *nodes, u32 *status)
{
	u32 node;

	for (unsigned long i = 0; i < n; i++) {
		int where = page_status(mm, pages + i);

		if (where == -EINVAL || (nodes && get_user_u32(&node, nodes + i)))
			return -EFAULT;
		if (nodes && node)
			return -ENODEV;
		if (put_user_u32(where, status + i))
			return -EFAULT;
	}
	return 0;
}

/* move_pages(pid, count, void **pages, const int *nodes, int *status, flags) */
SYSCALL(move_pages)
{
	struct task_struct *t = a0 ? find_task_by_vpid((pid_t)a0) : current;
	struct mm_struct *mm;
	int err;

	if ((int)a5 & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
		return -EINVAL;
	if ((a5 & MPOL_MF_MOVE_ALL) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (!t)
		return -ESRCH;
	if (t != current && !ptrace_may_access(t))
		return -EPERM;
	mm = t->mm;
	if (!mm)
		return -EINVAL;
	mmget(mm);
	err = move_pages_of(mm, a1, (const u64 *)a2, (const u32 *)a3, (u32 *)a4);
	put_task_mm(mm);
	return err;
}
