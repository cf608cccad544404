/* SPDX-License-Identifier: MIT */
/*
 * Address spaces: make, copy, change, fault. No function here knows tasks or copies from user
 * memory; floor 4 (kernel/task, kernel/syscall) calls with an mm_struct. Addresses and lengths come
 * from ring 3 and are checked here: errors are those of the man pages.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include <lib/compiler.h>
#include <mm/mm_types.h>
#include <mm/page.h>

/* Boot, after slab_init(): caches, the zero page, the table of page protections. */
void mm_init(void);

/* An empty address space whose kernel half is shared; NULL: no memory. References 1/1. */
struct mm_struct *mm_alloc(void) __must_check;
void mmget(struct mm_struct *mm);
bool __must_check mmget_not_zero(struct mm_struct *mm); /* false: nobody uses it any more */
void mmput(struct mm_struct *mm);               /* last user: unmaps everything */
void mmdrop(struct mm_struct *mm);              /* last reference: frees the struct and the pgd */
/* fork: a copy-on-write copy of @mm, page-table pages shared. NULL: no memory. Takes mmap_lock itself. */
struct mm_struct *dup_mm(struct mm_struct *mm) __must_check;

/* VMA set (=> mmap_lock held). find_vma: lowest with vm_end > addr, or NULL. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start, unsigned long end);
int mm_check(struct mm_struct *mm);             /* 0 or the violated invariant (mm/vma.c numbers them) */

/*
 * What to map. No mapping and no vm_ops: anonymous. The file fields are filled by floor 4; do_mmap calls vm_ops->open
 * for a new VMA, so the caller keeps the reference that it has.
 */
struct mmap_request {
	unsigned long addr, len;
	unsigned long prot, flags;      /* PROT_*, MAP_* of uapi/mman.h */
	u64 pgoff;
	struct file *file;
	struct address_space *mapping;
	const struct vm_operations_struct *vm_ops;
	void *private;
	unsigned long may_flags;        /* VM_MAY* that the file's open mode allows; 0 for anonymous: all */
};

/* Each takes mmap_lock for write itself. Address, or -errno. */
unsigned long do_mmap(struct mm_struct *mm, const struct mmap_request *req);
int do_munmap(struct mm_struct *mm, unsigned long addr, unsigned long len);
int do_mprotect(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long prot);
unsigned long do_mremap(struct mm_struct *mm, unsigned long addr, unsigned long old_len, unsigned long new_len,
			unsigned long flags, unsigned long new_addr);
int do_madvise(struct mm_struct *mm, unsigned long addr, unsigned long len, int advice);
int do_msync(struct mm_struct *mm, unsigned long addr, unsigned long len, int flags);
/* @vm_flags: VM_LOCKED, VM_LOCKED | VM_LOCKONFAULT, or 0 to unlock. */
int do_mlock(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long vm_flags);
int do_mlockall(struct mm_struct *mm, int flags);       /* 0: munlockall */
/* One byte a page into @vec (kernel memory): bit 0 resident. At most @max pages are written. */
int do_mincore(struct mm_struct *mm, unsigned long addr, unsigned long nr_pages, u8 *vec);
unsigned long do_brk(struct mm_struct *mm, unsigned long brk);   /* new break, or the old one on failure */
/* exec: anonymous memory at [addr, addr + len) where nothing is mapped; prot as PROT_*. 0 or -errno. */
int vm_brk(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long prot) __must_check;
/* Faults in what is missing of [addr, addr + len) (MAP_POPULATE, mlock); 0 or -errno. PROT_NONE is passed over: -EFAULT. */
int mm_populate(struct mm_struct *mm, unsigned long addr, unsigned long len, bool write);

/* Faults. @access: which kind; result: 0, or the signal that the access deserves with its si_code. */
#define FAULT_WRITE 1u
#define FAULT_EXEC  2u
#define FAULT_USER  4u
/* A debugger's access: what the mapping forbids but its VM_MAY* allow. Writes to a private mapping get a copy that stays
 * read-only; to a shared one that is not writable they are refused. */
#define FAULT_FORCE 8u
/* USERFAULT: a userfaultfd's reader is to be asked first, see mm/userfaultfd.h. */
enum fault_result { FAULT_OK = 0, FAULT_MAPERR, FAULT_ACCERR, FAULT_BUS, FAULT_OOM, FAULT_USERFAULT };
enum fault_result handle_mm_fault(struct mm_struct *mm, unsigned long addr, unsigned int access, unsigned long user_sp);

/* Reaches another process's (or this one's) memory by page: present after faulting in, with a reference;
 * NULL: not accessible. For ptrace-like access, process_vm_readv, /proc/PID/mem, exec's argument pages. */
struct page *get_user_page(struct mm_struct *mm, unsigned long addr, unsigned int access) __must_check;
/* Copies into (FAULT_WRITE) or out of @mm through kmap_local; @access may hold FAULT_FORCE. Returns bytes done. */
size_t access_mm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len, unsigned int access);

static inline unsigned long mm_rss(const struct mm_struct *mm)
{
	return mm->rss_anon + mm->rss_file + mm->rss_shmem;
}

/* Pages promised to VM_ACCOUNT mappings of all processes, and the most that mode 2 promises (Committed_AS, CommitLimit). */
extern long vm_committed_pages;
unsigned long vm_commit_limit(void);
/* Zeroed page-table pages kept for the next process: part of the page tables in the accounting. */
extern unsigned long nr_cached_tables;
/* All user page-table pages in use, shared ones once. */
extern unsigned long nr_user_tables;

/* System-wide knobs of /proc/sys/vm. */
extern int sysctl_max_map_count, sysctl_overcommit_memory, sysctl_overcommit_ratio;
extern unsigned long sysctl_mmap_min_addr;
/* /sys/kernel/mm/transparent_hugepage/enabled */
enum thp_mode { THP_NEVER, THP_MADVISE, THP_ALWAYS };
extern enum thp_mode thp_enabled;

#endif
