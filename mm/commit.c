// SPDX-License-Identifier: MIT
/*
 * Limits: what may be promised (overcommit modes 0, 1, 2 of proc(5)), and what one process may map
 * (RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK of getrlimit(2); the values ride in mm_struct).
 * Lock: none (one CPU, nothing here sleeps).
 */
#include "vm_internal.h"

int sysctl_overcommit_memory, sysctl_overcommit_ratio = 50;
int sysctl_max_map_count = 65530;
unsigned long sysctl_mmap_min_addr = 65536;
long vm_committed_pages;

unsigned long vm_commit_limit(void)
{
	return totalram_pages() * (unsigned long)sysctl_overcommit_ratio / 100;
}

int vm_commit(long pages)
{
	/* The obvious: more than there is at all. (No machine that we boot on has less than 16 MiB.) */
	if (unlikely(pages > 4096) && sysctl_overcommit_memory == 0 && (u64)pages > totalram_pages())
		return -ENOMEM;
	if (unlikely(sysctl_overcommit_memory == 2) && vm_committed_pages + pages > (long)vm_commit_limit())
		return -ENOMEM;
	vm_committed_pages += pages;
	return 0;
}

bool may_expand_vm(const struct mm_struct *mm, unsigned long flags, unsigned long pages)
{
	if (mm->total_vm + pages > mm->rlimit_as >> PAGE_SHIFT)
		return false;
	if ((flags & (VM_WRITE | VM_SHARED | VM_STACK)) == VM_WRITE)
		return mm->data_vm + pages <= mm->rlimit_data >> PAGE_SHIFT;
	return true;
}

bool mlock_allowed(const struct mm_struct *mm, unsigned long more_pages)
{
	return mm->can_mlock || mm->locked_vm + more_pages <= mm->rlimit_memlock >> PAGE_SHIFT;
}
