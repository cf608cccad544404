/* SPDX-License-Identifier: MIT */
/*
 * What the files about process address spaces share with each other (vma, mmap, fault, fork ...).
 * Nothing outside mm/ includes it.
 */
#ifndef MM_VM_INTERNAL_H
#define MM_VM_INTERNAL_H

#include <asm/tlb.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <mm/filemap.h>
#include <mm/gfp.h>
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <uapi/mman.h>

#define STACK_GUARD_GAP (256UL << PAGE_SHIFT)
#define USER_PGD_ENTRIES (PTRS_PER_TABLE / 2)
#define USER_TOP (1UL << 47)            /* end of the last user table, exclusive */

/* ---- software bits of a user PTE ---- */

/* Not a counted page (the zero page): no reference, no rss. */
#define _PAGE_SPECIAL _PAGE_SOFT1
/* Mapped, but PROT_NONE: PRESENT is clear and this bit set. */
#define _PAGE_PROTNONE _PAGE_GLOBAL

/* Protected by UFFDIO_WRITEPROTECT: not writable, only in areas with VM_UFFD_WP. */
#define _PAGE_UFFD_WP _PAGE_SOFT2
/* The same where a file has no page mapped: neither PRESENT nor PROTNONE, SPECIAL because nothing is counted. */
#define PTE_MARKER (_PAGE_UFFD_WP | _PAGE_SPECIAL)

/* A 2 MiB page, also one that is PROT_NONE. */
static inline bool pmd_huge(pmd_t e) { return e.val & _PAGE_PSE; }
static inline bool pte_is_special(pte_t e) { return e.val & _PAGE_SPECIAL; }
static inline bool pte_is_marker(pte_t e) { return e.val == PTE_MARKER; }
static inline struct page *pte_page(pte_t e) { return pfn_to_page(pte_pfn(e)); }

/* ---- page tables (mm/pgtable.c) ---- */

#define table_of(e) ((void *)__va((e).val & PTE_PFN_MASK))

static inline pgd_t *mm_pgd(const struct mm_struct *mm) { return __va(mm->pgd); }
static inline struct page *pmd_table_page(pmd_t e) { return pfn_to_page(pmd_pfn(e)); }
/* More than one mm uses the table behind @e. The entry is then read-only; one that is read-only need not be shared any more. */
static inline bool pte_table_shared(pmd_t e)
{
	return (e.val & (_PAGE_RW | _PAGE_PSE)) == 0 && pmd_table_page(e)->_mapcount.counter > 0;
}

/* The pmd entry for @addr; NULL: no table there. */
pmd_t *pmd_lookup(const struct mm_struct *mm, unsigned long addr);
/* The same, upper tables made. NULL: no memory. => page_table_lock */
pmd_t *pmd_alloc(struct mm_struct *mm, unsigned long addr);
/* The PTE for @addr in a table that only @mm uses, made if missing. NULL: no memory. => page_table_lock */
pte_t *pte_alloc(struct mm_struct *mm, unsigned long addr);
/* A table that may be written through *e: one user, not a 2 MiB page. */
static inline bool pmd_table_owned(pmd_t e) { return (e.val & (_PAGE_RW | _PAGE_PSE)) == _PAGE_RW; }
/* The PTE for @addr to look at, never to write; NULL: no table (or a huge page). */
pte_t *pte_lookup(const struct mm_struct *mm, unsigned long addr);
/* What is behind *pmd becomes a table that only @mm uses: unshared, or split from a 2 MiB page. 0 or -ENOMEM. */
int pmd_own_table(struct mm_struct *mm, pmd_t *pmd, unsigned long addr);
/* Gives @mm its own copy of the table behind @pmd. 0 or -ENOMEM. => page_table_lock */
int pte_table_unshare(struct mm_struct *mm, pmd_t *pmd, unsigned long addr);
/* T4 for one VMA's pages [start, end) of a table. */
void copy_ptes(pte_t *to, pte_t *from, const struct vm_area_struct *vma, unsigned long start, unsigned long end);
phys_addr_t pgd_alloc(void);            /* 0: no memory */
void pgd_free(phys_addr_t pgd);
struct page *table_alloc(void);         /* zeroed */
void table_free(struct page *table);    /* => all entries are zero */
void put_pte_table(struct page *table); /* one user less; => not the last user, or empty */
void pgtable_init(void);

/* ---- 2 MiB pages (mm/huge.c) ---- */

void huge_init(void);
bool huge_allowed(const struct mm_struct *mm, const struct vm_area_struct *vma, unsigned long addr);
bool huge_write_fault(struct mm_struct *mm, const struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr);
bool huge_read_fault(struct mm_struct *mm, const struct vm_area_struct *vma, pmd_t *pmd);
bool huge_reuse(pmd_t *pmd);
bool pmd_is_zero_table(pmd_t e);
/* A leaf entry becomes a table of 512 PTEs that only @mm uses. 0 or -ENOMEM. */
int split_huge_pmd(struct mm_struct *mm, pmd_t *pmd, unsigned long addr);
void zap_huge_pmd(struct mm_struct *mm, pmd_t *pmd);
void free_huge_page(struct page *head);

/* References of PTEs: those to a part of a 2 MiB page count in its first struct page. */
static inline struct page *user_page_head(struct page *p)
{
	return unlikely(page_test(p, PG_tail)) ? (struct page *)p->private : p;
}

static inline void get_user_ref(struct page *p) { get_page(user_page_head(p)); }

static inline void put_user_page(struct page *p)
{
	p = user_page_head(p);
	if (unlikely(page_test(p, PG_head)) && page_test(p, PG_anon)) {
		if (--p->_refcount.counter == 0)
			free_huge_page(p);
		return;
	}
	put_page(p);
}

/* ---- zapping (mm/zap.c) ---- */

/*
 * Removes what is mapped in [start, end), and the tables that lie wholly inside [floor, ceiling), where
 * no other VMA is. exit: the whole mm goes, shared tables are only let go.
 */
struct zap {
	struct mm_struct *mm;
	unsigned long floor, ceiling;
	bool exit;
};
void zap_range(const struct zap *z, unsigned long start, unsigned long end);
/* Own tables at the two ends of [start, end), so that what lies outside survives the zap. 0 or -ENOMEM. */
int unshare_edges(const struct zap *z, unsigned long start, unsigned long end);
/* Pages only; VMAs stay. 0 or -ENOMEM (a table at an edge could not be unshared). */
int __must_check zap_vma_pages(struct mm_struct *mm, unsigned long start, unsigned long end);

/* ---- user pages ---- */

extern struct page *zero_page;
extern u64 protection_map[16];          /* by VM_READ|WRITE|EXEC|SHARED: PTE bits of a fresh mapping */

static inline u64 vm_page_prot(unsigned long vm_flags)
{
	return protection_map[vm_flags & (VM_ACCESS_FLAGS | VM_SHARED)];
}

static inline long *rss_of(struct mm_struct *mm, const struct page *p)
{
	if (page_test(p, PG_anon))
		return &mm->rss_anon;
	return page_test(p, PG_shmem) ? &mm->rss_shmem : &mm->rss_file;
}

/* A page for one process alone, marked so. @zero: cleared. NULL: no memory. */
struct page *alloc_anon_page(bool zero);

static inline void flush_page(struct mm_struct *mm, unsigned long addr)
{
	if (mm->pgd == current_pgd())
		tlb_flush_page(addr);
}

/* After changes to @nr_pages translations somewhere in [start, end). */
void flush_range(struct mm_struct *mm, unsigned long start, unsigned long end);

/* ---- VMA set (mm/vma.c) ---- */

struct vm_area_struct *vma_alloc(void);         /* not initialised: the caller copies another one */
void vma_free(struct vm_area_struct *vma);      /* memory only */
/* VMA before address @addr's VMA (or before the gap there); NULL: none. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr, struct vm_area_struct **next);
/* No hole in [start, end). */
bool range_is_mapped(struct mm_struct *mm, unsigned long start, unsigned long end);
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev);
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/* Closes, unlinks from the file and frees one that is out of the set. */
void vma_destroy(struct vm_area_struct *vma);
int vma_split(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr) __must_check;
/* The neighbours of an empty [start, end) grow over it if they are of its kind. NULL: they are not. */
struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev, struct vm_area_struct *next,
				     const struct vm_area_struct *proto);
/* [start, end) inside @vma gets @flags; splits and merges. The VMA that covers it then, or ERR_PTR. */
struct vm_area_struct *vma_modify(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
				  unsigned long end, unsigned long flags);
/* vm_start moves down (stack) or vm_end moves. */
void vma_set_bounds(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* The same for vm_end alone, where what it grows over was not free. */
void vma_set_end(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long end);
void vm_stat_account(struct mm_struct *mm, unsigned long flags, long pages);
unsigned long vm_start_gap(const struct vm_area_struct *vma);
unsigned long vma_own_gap(const struct vm_area_struct *vma);
/* Highest start of a free [addr, addr + len) inside [low, high), or -ENOMEM. */
unsigned long vma_find_gap_topdown(struct mm_struct *mm, unsigned long low, unsigned long high, unsigned long len);
void vma_init(void);
int vma_check(struct mm_struct *mm);
int pgtable_check(struct mm_struct *mm);
/* @vma is about to get its first private page. / What a child's copy of a VMA with @id has. */
void anon_id_make(struct vm_area_struct *vma);
u64 anon_id_forked(u64 id);
void vma_file_link(struct vm_area_struct *vma);
void vma_file_unlink(struct vm_area_struct *vma);

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline bool vma_is_anon(const struct vm_area_struct *vma)
{
	return !vma->vm_mapping && !vma->vm_ops;
}

/* Index in the file of the page at @addr. */
static inline u64 vma_pgoff(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* ---- userfaultfd (mm/userfaultfd.c, mm/uffd_pages.c) ---- */

/* Does an access to the page behind @e have to wait? 0, or one of VM_UFFD_ANY. => page_table_lock */
unsigned long uffd_reason(const struct vm_area_struct *vma, pte_t e, unsigned long addr, unsigned int access);
/* The file's page comes to where a marker is, protected: a write faults again. => page_table_lock */
enum fault_result uffd_marker_fault(struct vm_area_struct *vma, pte_t *pte, unsigned long addr);
/* Protects what is at [start, end) of @vma, or takes protection away. 0 or -ENOMEM (part is done). */
int uffd_wp_range(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool protect);
/* Takes protection from PTEs [start, end) of a table that is not shared. */
void uffd_wp_clear(pte_t *table, unsigned long start, unsigned long end);
/* zap_vma_pages() for a part of one VMA of a file: protected places stay so. */
int __must_check uffd_zap_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* [start, end) is about to be unmapped. 0 or -ENOMEM. => mmap_lock for write, like the rest */
int __must_check uffd_unmapping(struct mm_struct *mm, unsigned long start, unsigned long end);
/* mremap: @flags for the VMA at the new place; *event: to be queued when the move has worked, NULL: none. 0 or -ENOMEM. */
int __must_check uffd_moving(struct vm_area_struct *vma, unsigned long *flags, struct uffd_event **event);
void uffd_event_queue(struct mm_struct *mm, struct uffd_event **at, struct uffd_event *e);
struct uffd_event **uffd_event_tail(struct mm_struct *mm);
void uffd_event_free(struct uffd_event *e);
/*
 * madvise: [start, *end) of *vma is about to lose its pages. Drops mmap_lock to tell it. 0, or -ENOMEM: *vma is gone. *end may come down.
 * *vma is looked up again.
 */
int __must_check uffd_removing(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long *end);
/* fork: the VMAs of @child are @old's; contexts that follow are made, the others' registrations end. 0 or -ENOMEM. */
int __must_check uffd_dup(struct mm_struct *old, struct mm_struct *child);
void uffd_dup_undo(struct mm_struct *old);

/* ---- limits (mm/commit.c) ---- */

/* Promises @pages (VM_ACCOUNT). 0 or -ENOMEM. */
int vm_commit(long pages) __must_check;
static inline void vm_uncommit(long pages) { vm_committed_pages -= pages; }
bool may_expand_vm(const struct mm_struct *mm, unsigned long flags, unsigned long pages);
bool mlock_allowed(const struct mm_struct *mm, unsigned long more_pages);

/* ---- mmap.c ---- */
int unmap_locked(struct mm_struct *mm, unsigned long start, unsigned long len) __must_check;
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long flags);
int expand_stack(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr) __must_check;
int shmem_zero_setup(struct mmap_request *req, unsigned long size) __must_check;
void shmem_zero_abort(struct mmap_request *req);
void shmem_init(void);
void filemap_init(void);
/* Pages [index, index + nr) without references, NULL where none; ends at a node's or the file's end. How many. */
unsigned int filemap_peek(struct address_space *m, u64 index, unsigned int nr, struct page **pages);
void filemap_drop_pages(struct address_space *m, u64 first, u64 last);

#endif
