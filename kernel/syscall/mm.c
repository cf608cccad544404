// SPDX-License-Identifier: MIT
/*
 * The system calls about a process's own address space: arguments from ring 3 to mm/'s functions, files
 * to what mm/ needs of them. mmap(2), munmap(2), mprotect(2), mremap(2), madvise(2), mincore(2), msync(2),
 * mlock(2), mlockall(2), brk(2), remap_file_pages(2).
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <lib/err.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <uapi/prctl.h>

/* mm/ knows no credentials: CAP_IPC_LOCK frees from RLIMIT_MEMLOCK, CAP_SYS_RAWIO from mmap_min_addr. */
static struct mm_struct *tell_capabilities(void)
{
	struct mm_struct *mm = current->mm;

	mm->can_mlock = capable(CAP_IPC_LOCK);
	mm->can_map_low = capable(CAP_SYS_RAWIO);
	return mm;
}

static int fill_file(struct mmap_request *req, struct file *f)
{
	unsigned long type = req->flags & MAP_TYPE;

	if (!req->len || (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE))
		return -EINVAL;
	if (type == MAP_SHARED_VALIDATE &&
	    (req->flags & ~(unsigned long)LEGACY_MAP_MASK))
		return -EOPNOTSUPP;
	/* A file's last byte has an off_t; the offset of a device need not. */
	if (S_ISREG(f->inode->mode) && req->len <= TASK_SIZE && req->pgoff > (~0UL / 2 - PAGE_ALIGN(req->len)) >> PAGE_SHIFT)
		return -EOVERFLOW;
	return file_mmap(f, req);
}

SYSCALL(mmap)
{
	struct mmap_request req = { .addr = a0, .len = a1, .prot = a2 & 0xf, .flags = a3 & 0xffffffff };
	struct file *f = NULL;
	long ret;

	if (a5 & ~PAGE_MASK)
		return -EINVAL;
	if (!(a3 & MAP_ANONYMOUS)) {
		f = fget(a4);
		if (!f)
			return -EBADF;
		req.pgoff = (unsigned long)a5 >> PAGE_SHIFT;
		ret = fill_file(&req, f);
		if (ret)
			goto out;
	} else if (a3 & MAP_HUGETLB) {
		unsigned int log2 = (unsigned long)a3 >> 26 & 0x3f;

		/* The sizes exist, a pool of such pages does not. */
		return log2 && log2 != PMD_SHIFT && log2 != PUD_SHIFT ? -EINVAL : -ENOMEM;
	}
	if (unlikely(a3 & (MAP_LOCKED | MAP_FIXED) || current->mm->def_flags))
		tell_capabilities();
	ret = do_mmap(current->mm, &req);
out:
	if (f)
		fput(f);
	return ret;
}

SYSCALL(munmap)
{
	return do_munmap(current->mm, a0, a1);
}

SYSCALL(mprotect)
{
	return do_mprotect(current->mm, a0, a1, (unsigned int)a2);
}

/* No protection keys: only "none" can be asked for. */
SYSCALL(pkey_mprotect)
{
	return (int)a3 == -1 ? do_mprotect(current->mm, a0, a1, (unsigned int)a2) : -EINVAL;
}

SYSCALL(mremap)
{
	return do_mremap(tell_capabilities(), a0, a1, a2, a3, a4);
}

SYSCALL(brk)
{
	return do_brk(current->mm, a0);
}

SYSCALL(madvise)
{
	return do_madvise(current->mm, a0, a1, (int)a2);
}

SYSCALL(msync)
{
	return do_msync(current->mm, a0, a1, (int)a2);
}

SYSCALL(mlock)
{
	return do_mlock(tell_capabilities(), a0, a1, VM_LOCKED);
}

SYSCALL(mlock2)
{
	if ((int)a2 & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(tell_capabilities(), a0, a1, VM_LOCKED | (a2 & MLOCK_ONFAULT ? VM_LOCKONFAULT : 0));
}

SYSCALL(munlock)
{
	return do_mlock(current->mm, a0, a1, 0);
}

SYSCALL(mlockall)
{
	if (!(int)a0)
		return -EINVAL;
	return do_mlockall(tell_capabilities(), (int)a0);
}

SYSCALL(munlockall)
{
	return do_mlockall(current->mm, 0);
}

SYSCALL(mincore)
{
	unsigned long addr = a0, len = a1, pages = PFN_UP(len), done = 0;
	u8 vec[256];

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (len > TASK_SIZE || addr > TASK_SIZE - len)
		return -ENOMEM;
	if (!access_ok((void *)a2, pages))
		return -EFAULT;
	while (done < pages) {
		unsigned long n = min(pages - done, sizeof(vec));
		int err = do_mincore(current->mm, addr + (done << PAGE_SHIFT), n, vec);

		if (err)
			return err;
		if (copy_to_user((u8 *)a2 + done, vec, n))
			return -EFAULT;
		done += n;
	}
	return 0;
}

/* The emulation of remap_file_pages(2): a new mapping of the same file over the old one. */
SYSCALL(remap_file_pages)
{
	struct mm_struct *mm = current->mm;
	unsigned long start = a0 & PAGE_MASK, size = a1 & PAGE_MASK, ret;
	struct mmap_request req = { .addr = start, .len = size, .pgoff = a3 };
	struct vm_area_struct *vma, hold;

	if (a2 || start + size <= start || (u64)a3 + (size >> PAGE_SHIFT) < (u64)a3)
		return -EINVAL;
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, start);
	if (!vma || vma->vm_start > start || !(vma->vm_flags & VM_SHARED) || start + size > vma->vm_end) {
		up_read(&mm->mmap_lock);
		return -EINVAL;
	}
	if (vma->vm_ops && vma->vm_ops->is_last && vma->vm_start == start && vma->vm_end == start + size && vma->vm_ops->is_last(vma)) {
		up_read(&mm->mmap_lock);
		ret = (unsigned long)do_munmap(mm, start, size);
		return ret ? (long)ret : -EINVAL;       /* a removed segment of System V is not found again */
	}
	req.prot = vma->vm_flags & VM_ACCESS_FLAGS;
	req.flags = MAP_SHARED | MAP_FIXED | MAP_POPULATE | (a4 & MAP_NONBLOCK);
	req.file = vma->vm_file;
	req.mapping = vma->vm_mapping;
	req.vm_ops = vma->vm_ops;
	req.private = vma->vm_private;
	req.may_flags = vma->vm_flags & (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC);
	hold = *vma;                    /* one more user: the object must not go with the mapping that makes way */
	if (hold.vm_ops && hold.vm_ops->open)
		hold.vm_ops->open(&hold);
	up_read(&mm->mmap_lock);
	ret = do_mmap(mm, &req);
	if (hold.vm_ops && hold.vm_ops->close)
		hold.vm_ops->close(&hold);
	return IS_ERR_VALUE(ret) ? (long)ret : 0;
}
