// SPDX-License-Identifier: MIT
/*
 * Memory policy on a machine with one node: get_mempolicy(2), set_mempolicy(2), mbind(2), migrate_pages(2),
 * move_pages(2). Arguments are checked as the man pages say; since node 0
 * is where everything is, every accepted policy is already fulfilled, and none is remembered but the default.
 */
#include <asm/uaccess.h>
#include <mm/mm.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <uapi/prctl.h>

#define MODE_FLAGS (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING)
#define MAX_NODES 4096UL        /* bits of a mask that we read: a page, as Linux */

/* *mask: bit 0 says node 0; another bit that is set: -EINVAL. */
static int read_nodes(const u64 *user, unsigned long maxnode, u64 *mask)
{
	unsigned long bits = maxnode ? maxnode - 1 : 0, words = DIV_ROUND_UP(bits, 64);
	u64 word;

	*mask = 0;
	if (!user || !bits)
		return 0;
	if (bits > MAX_NODES * 8)
		return -EINVAL;
	for (unsigned long i = 0; i < words; i++) {
		if (get_user_u64(&word, user + i))
			return -EFAULT;
		if (i == words - 1 && bits % 64)
			word &= (1UL << (bits % 64)) - 1;
		if (i ? word : word & ~1UL)
			return -EINVAL;
		if (!i)
			*mask = word;
	}
	return 0;
}

static int check_policy(int mode, const u64 *nodes, unsigned long maxnode)
{
	int flags = mode & MODE_FLAGS, err;
	u64 mask;

	mode &= ~MODE_FLAGS;
	if (mode < 0 || mode > MPOL_PREFERRED_MANY ||
	    (flags & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES)) == (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES))
		return -EINVAL;
	err = read_nodes(nodes, maxnode, &mask);
	if (err)
		return err;
	switch (mode) {
	case MPOL_DEFAULT:
	case MPOL_LOCAL:
		return mask || flags ? -EINVAL : 0;
	case MPOL_PREFERRED:
		return !mask && flags ? -EINVAL : 0;
	default:
		return mask ? 0 : -EINVAL;
	}
}

SYSCALL(set_mempolicy)
{
	return check_policy((int)a0, (const u64 *)a1, a2);
}

SYSCALL(mbind)
{
	unsigned long start = a0, len = PAGE_ALIGN((unsigned long)a1), addr;
	unsigned int flags = a5;
	struct vm_area_struct *vma;
	int err;

	if (flags & ~(unsigned int)(MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
		return -EINVAL;
	if ((flags & MPOL_MF_MOVE_ALL) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (start & ~PAGE_MASK || start + len < start)
		return -EINVAL;
	err = check_policy((int)a2, (const u64 *)a3, a4);
	if (err)
		return err;
	down_read(&current->mm->mmap_lock);
	vma = find_vma(current->mm, start);
	for (addr = start; addr < start + len && !err; addr = vma->vm_end, vma = vma->vm_next) {
		if (!vma || vma->vm_start > addr) {
			err = -EFAULT;
			break;
		}
	}
	up_read(&current->mm->mmap_lock);
	return err;
}

/* get_mempolicy(int *mode, unsigned long *nodemask, maxnode, addr, flags) */
SYSCALL(get_mempolicy)
{
	unsigned long maxnode = a2, flags = a4, words = DIV_ROUND_UP(maxnode ? maxnode - 1 : 0, 64);
	u64 word = flags & MPOL_F_MEMS_ALLOWED ? 1 : 0;

	if (flags & ~(unsigned long)(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED))
		return -EINVAL;
	if (a1 && (!maxnode || words > MAX_NODES / 8))
		return -EINVAL;
	if ((flags & MPOL_F_MEMS_ALLOWED) && (flags & (MPOL_F_NODE | MPOL_F_ADDR)))
		return -EINVAL;
	if (flags & MPOL_F_ADDR) {
		if (!find_vma_intersection(current->mm, a3, a3 + 1))
			return -EFAULT;
	} else if (a3 || (flags & MPOL_F_NODE)) {
		return -EINVAL;         /* MPOL_F_NODE alone asks for the next interleave node */
	}
	if (a0 && put_user_u32(MPOL_DEFAULT, (void *)a0))
		return -EFAULT;
	for (unsigned long i = 0; a1 && i < words; i++)
		if (put_user_u64(i ? 0 : word, (u64 *)a1 + i))
			return -EFAULT;
	return 0;
}

SYSCALL(migrate_pages)
{
	struct task_struct *t = a0 ? find_task_by_pid((pid_t)a0) : current;
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
	return to ? 0 : -EINVAL;
}

/* move_pages(pid, count, void **pages, const int *nodes, int *status, flags) */
SYSCALL(move_pages)
{
	struct task_struct *t = a0 ? find_task_by_pid((pid_t)a0) : current;
	u64 addr;
	u32 node;

	if ((int)a5 & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
		return -EINVAL;
	if ((a5 & MPOL_MF_MOVE_ALL) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (!t || !t->mm)
		return -ESRCH;
	if (t != current && !ptrace_may_access(t))
		return -EPERM;
	for (unsigned long i = 0; i < (unsigned long)a1; i++) {
		int status = -EFAULT;

		if (get_user_u64(&addr, (u64 *)a2 + i))
			return -EFAULT;
		if (a3 && get_user_u32(&node, (u32 *)a3 + i))
			return -EFAULT;
		if (a3 && node)
			return -ENODEV;
		if (t->mm && find_vma_intersection(t->mm, addr, addr + 1)) {
			u8 resident = 0;

			status = do_mincore(t->mm, addr & PAGE_MASK, 1, &resident) || !resident ? -ENOENT : 0;
		}
		if (put_user_u32(status, (u32 *)a4 + i))
			return -EFAULT;
	}
	return 0;
}
