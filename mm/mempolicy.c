// SPDX-License-Identifier: MIT
/* Memory policies: made, told, given to mappings. Lock: mmap_lock. */
#include <lib/string.h>
#include <mm/mempolicy.h>
#include "vm_internal.h"

#define MODE_MASK 7u
#define HOME_NODE (1u << 3)
#define FLAGS_SHIFT 9           /* MPOL_F_NUMA_BALANCING, the lowest, is 1 << 13 */
#define NODES_SHIFT 7
#define NODES_MASK 0xffffu

static_assert(MPOL_F_NUMA_BALANCING >> FLAGS_SHIFT == 1 << 4);

int mpol_new(int mode, u64 nodes)
{
	int flags = mode & MPOL_MODE_FLAGS;
	int keeps = flags & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES);

	mode &= ~MPOL_MODE_FLAGS;
	if (mode < 0 || mode > MPOL_PREFERRED_MANY || keeps == (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES) ||
	    ((flags & MPOL_F_NUMA_BALANCING) && mode != MPOL_BIND))
		return -EINVAL;
	if (mode == MPOL_DEFAULT)
		return nodes ? -EINVAL : 0;
	if (mode == MPOL_PREFERRED && !nodes) {
		if (keeps)
			return -EINVAL;
		mode = MPOL_LOCAL;
	}
	if (mode == MPOL_LOCAL)
		return nodes || keeps ? -EINVAL : mode;
	/* Some node of the mask must be there; relative nodes are folded onto those that are. */
	if (!nodes || (!(nodes & 1) && !(flags & MPOL_F_RELATIVE_NODES)))
		return -EINVAL;
	if (!keeps)
		nodes = 1;
	return mode | flags >> FLAGS_SHIFT | (int)((nodes & NODES_MASK) << NODES_SHIFT);
}

int mpol_mode(u32 pol)
{
	return (pol & MODE_MASK) | (pol << FLAGS_SHIFT & MPOL_MODE_FLAGS);
}

u64 mpol_nodes(u32 pol)
{
	return pol >> NODES_SHIFT & NODES_MASK;
}

u32 vma_policy(const struct vm_area_struct *vma)
{
	return vma->vm_flags >> VM_POLICY_SHIFT;
}

void mpol_to_str(u32 pol, char *buf)
{
	static const char *const modes[] = { "default", "prefer", "bind", "interleave", "local", "prefer (many)" };
	const char *flags = "";

	if (mpol_mode(pol) & MPOL_F_STATIC_NODES)
		flags = "=static";
	else if (mpol_mode(pol) & MPOL_F_RELATIVE_NODES)
		flags = "=relative";
	scnprintf(buf, 64, "%s%s%s", modes[pol & MODE_MASK], flags, mpol_nodes(pol) ? ":0" : "");
}

/* => mmap_lock for write; all of [start, end) is mapped */
static int set_policy(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end, u32 pol)
{
	unsigned long flags = ((*vma)->vm_flags & VM_LOW_FLAGS) | (unsigned long)pol << VM_POLICY_SHIFT;
	struct vm_area_struct *new;

	if (flags == (*vma)->vm_flags)
		return 0;
	new = vma_modify(mm, *vma, start, end, flags);
	if (IS_ERR(new))
		return PTR_ERR(new);
	*vma = new;
	return 0;
}

int do_mbind(struct mm_struct *mm, unsigned long start, unsigned long len, u32 pol)
{
	unsigned long end = start + len;
	struct vm_area_struct *vma;
	int err = 0;

	down_write(&mm->mmap_lock);
	if (!range_is_mapped(mm, start, end))
		err = -EFAULT;
	for (vma = find_vma(mm, start); start < end && !err; vma = find_vma(mm, start)) {
		unsigned long next = min(vma->vm_end, end);

		err = set_policy(mm, &vma, start, next, pol);
		start = next;
	}
	up_write(&mm->mmap_lock);
	return err;
}

int do_home_node(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	unsigned long end = start + len;
	struct vm_area_struct *vma;
	int err = -ENOENT;

	down_write(&mm->mmap_lock);
	for (vma = find_vma(mm, start); vma && vma->vm_start < end; vma = find_vma(mm, start)) {
		unsigned long first = max(start, vma->vm_start);
		u32 pol = vma_policy(vma);

		start = min(vma->vm_end, end);
		if (pol) {
			err = -EOPNOTSUPP;
			if ((pol & MODE_MASK) == MPOL_BIND || (pol & MODE_MASK) == MPOL_PREFERRED_MANY)
				err = set_policy(mm, &vma, first, start, pol | HOME_NODE);
			if (err)
				break;
		}
		if (start >= end)
			break;
	}
	up_write(&mm->mmap_lock);
	return err;
}

int mm_page_node(struct mm_struct *mm, unsigned long addr)
{
	int node = -EFAULT;

	down_read(&mm->mmap_lock);
	if (find_vma_intersection(mm, addr, addr + 1)) {
		const pmd_t *pmd = pmd_lookup(mm, addr);
		const pte_t *pte = pte_lookup(mm, addr);

		if (pmd && pmd_huge(*pmd))
			node = 0;
		else if (!pte || !pte_present(*pte))
			node = -ENOENT;
		else if (!pte_is_special(*pte))
			node = 0;
	}
	up_read(&mm->mmap_lock);
	return node;
}
