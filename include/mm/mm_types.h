/* SPDX-License-Identifier: MIT */
/*
 * mm_struct and vm_area_struct: a process's address space (Linux 5.0.10's fields, as the project's
 * document lists them; fs/binfmt_elf.c fills start_code .. env_end).
 *
 * Locks: [m] mm->mmap_lock (sleeping; write to change the VMA set, read to fault), [p] page_table_lock,
 * [A] atomic, [I] immutable once shared.
 */
#ifndef MM_MM_TYPES_H
#define MM_MM_TYPES_H

#include <asm/pgtable.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/rwsem.h>
#include <lib/spinlock.h>
#include <lib/types.h>

struct file;                    /* opaque here: floor 4 */
struct address_space;
struct vm_area_struct;
struct page;
struct uffd_ctx;
struct uffd_event;

#define VM_READ       0x00000001UL      /* Linux's values: shown by /proc/PID/smaps */
#define VM_WRITE      0x00000002UL
#define VM_EXEC       0x00000004UL
#define VM_SHARED     0x00000008UL
#define VM_MAYREAD    0x00000010UL
#define VM_MAYWRITE   0x00000020UL
#define VM_MAYEXEC    0x00000040UL
#define VM_MAYSHARE   0x00000080UL
#define VM_GROWSDOWN  0x00000100UL
#define VM_UFFD_MISSING 0x00000200UL    /* mm/userfaultfd.h, like WP and MINOR */
#define VM_PFNMAP     0x00000400UL
#define VM_UFFD_MINOR 0x00000800UL      /* Linux: bit 37 */
#define VM_UFFD_WP    0x00001000UL
#define VM_LOCKED     0x00002000UL
#define VM_IO         0x00004000UL
#define VM_SEQ_READ   0x00008000UL
#define VM_RAND_READ  0x00010000UL
#define VM_DONTCOPY   0x00020000UL
#define VM_DONTEXPAND 0x00040000UL
#define VM_LOCKONFAULT 0x00080000UL
#define VM_ACCOUNT    0x00100000UL
#define VM_NORESERVE  0x00200000UL
#define VM_WIPEONFORK 0x02000000UL
#define VM_DONTDUMP   0x04000000UL
#define VM_HUGEPAGE   0x20000000UL
#define VM_NOHUGEPAGE 0x40000000UL
#define VM_MERGEABLE  0x80000000UL
#define VM_STACK      VM_GROWSDOWN
#define VM_ACCESS_FLAGS (VM_READ | VM_WRITE | VM_EXEC)
#define VM_LOCKED_MASK (VM_LOCKED | VM_LOCKONFAULT)
#define VM_SPECIAL    (VM_IO | VM_DONTEXPAND | VM_PFNMAP)
#define VM_UFFD_ANY   (VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR)
/* What else neighbours must share to be one: the userfaultfd, the memory policy (mm/mempolicy.h). Not shown by smaps. */
#define VM_UFFD_ID_SHIFT 32
#define VM_UFFD_ID_MAX 511UL
#define VM_UFFD_ID    (VM_UFFD_ID_MAX << VM_UFFD_ID_SHIFT)
#define VM_UFFD_MASK  (VM_UFFD_ANY | VM_UFFD_ID)
#define VM_POLICY_SHIFT 41
#define VM_LOW_FLAGS  ((1UL << VM_POLICY_SHIFT) - 1)

/* What the owner of a mapped file (kernel/fs) gives mm. mm knows no struct file. */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);       /* one came to be (mmap, fork, split): take a reference */
	void (*close)(struct vm_area_struct *vma);      /* one goes away (munmap, merge, exit): drop it */
	/* The page behind @pgoff with a reference, or ERR_PTR(-ENOMEM), ERR_PTR(-EFAULT: beyond end, SIGBUS).
	 * NULL fault: use vma->vm_mapping's page cache (the common case). Called with page_table_lock held. */
	struct page *(*fault)(struct vm_area_struct *vma, u64 pgoff);
	const char *(*name)(struct vm_area_struct *vma);
	bool (*is_last)(struct vm_area_struct *vma);    /* the object is gone for others, and goes with this mapping */
	/* A page of a shared mapping is about to be written: the first time since it came, or was made read-only. Page_table_lock held. */
	void (*written)(struct vm_area_struct *vma);
};

struct vm_area_struct {
	unsigned long vm_start;         /* [m] */
	unsigned long vm_end;           /* [m] exclusive, as in Linux */
	unsigned long vm_flags;         /* [m] VM_* */
	u64 vm_page_prot;               /* [m] PTE bits that vm_flags give (RW only in shared mappings) */
	u64 vm_pgoff;                   /* [m] page offset in the file, or vm_start >> PAGE_SHIFT when anonymous */
	struct mm_struct *vm_mm;        /* [I] */
	struct rb_node rb;              /* [m] by address, augmented with the largest gap below */
	unsigned long gap;              /* [m] free bytes right below (a stack's guard gap taken off), capped: mm/vma.c */
	unsigned long rb_subtree_gap;   /* [m] the largest gap in this subtree */
	struct vm_area_struct *vm_prev, *vm_next; /* [m] address order */
	u64 anon_id;                    /* [m] whose private pages: 0 none yet; mm/vma.c says what it is for */
	struct file *vm_file;           /* [I] opaque, NULL: anonymous; kept alive by vm_ops->open/close */
	struct address_space *vm_mapping; /* [I] page cache, or NULL */
	const struct vm_operations_struct *vm_ops; /* [I] */
	void *vm_private;               /* [I] owner's */
	struct list_head mapping_node;  /* in vm_mapping->i_mmap */
};

struct mm_struct {
	struct rb_root mm_rb;           /* [m] vm_area_structs */
	struct vm_area_struct *mmap;    /* [m] the lowest */
	struct vm_area_struct *vmacache; /* [m] what find_vma found last, or NULL */
	unsigned long highest_end;      /* [m] vm_end of the highest VMA */
	/* [m] No gap of gap_len bytes or more ends between gap_high and mmap_base: where a search may start. 0: not known. */
	unsigned long gap_high, gap_len;
	phys_addr_t pgd;                /* [I] physical address of the top-level table */
	atomic_t mm_users;              /* [A] tasks using it */
	atomic_t mm_count;              /* [A] references to the struct (mm_users count as one) */
	int map_count;                  /* [m] */
	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock;
	unsigned long mmap_base;        /* [I] top of the mapping area, grows down */
	unsigned long task_size;        /* [I] */

	/* Pages, kept true at every moment. [m] */
	unsigned long total_vm, locked_vm, pinned_vm, data_vm, exec_vm, stack_vm, hiwater_vm;
	unsigned long def_flags;        /* [m] VM_LOCKED, VM_LOCKONFAULT: given to new mappings (mlockall) */
	struct uffd_ctx *uffd_ctxs;     /* [m] userfaultfds with areas here, dead ones too until they are closed */
	struct uffd_event *uffd_events; /* [m] what who holds it for write has to tell */
	bool thp_disabled;              /* [m] prctl(PR_SET_THP_DISABLE) */
	u32 membarrier;                 /* [own] MEMBARRIER_CMD_REGISTER_*, kept by floor 4; fork copies it, exec forgets */
	bool can_map_low;               /* [m] CAP_SYS_RAWIO: below mmap_min_addr too; set by floor 4 */
	bool can_mlock;                 /* [m] CAP_IPC_LOCK: no RLIMIT_MEMLOCK; set by floor 4 */
	/* [p] resident pages by kind, and page-table pages */
	long rss_anon, rss_file, rss_shmem, nr_ptes;
	unsigned long hiwater_rss;

	unsigned long start_code, end_code, start_data, end_data; /* [m] */
	unsigned long start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	u64 saved_auxv[2 * 32];         /* [I] for /proc/PID/auxv */
	unsigned int coredump_filter;   /* [own] /proc/PID/coredump_filter, XOR 0x33 (Linux's default), kept by floor 4 */
	unsigned int nr_auxv;           /* u64s used */
	struct file *exe_file;          /* opaque: floor 4 owns the reference */
	/* Limits in bytes, copied from the task's rlimits by floor 4 on exec, fork, setrlimit. ~0: none. [m] */
	unsigned long rlimit_as, rlimit_data, rlimit_stack, rlimit_memlock;
};

#endif
