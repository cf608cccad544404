/* SPDX-License-Identifier: MIT */
/*
 * userfaultfd(2), mm's half: which areas are registered and with whom, which faults wait there, what others must
 * hear of changes, and putting pages in. kernel/fs/userfaultfd.c is the other half: the descriptor, its readers,
 * those who wait. mm calls it through uffd_hooks.
 *
 * A registered area says so in its vm_flags: VM_UFFD_MISSING, WP, MINOR, and the number of its context in VM_UFFD_ID.
 * So areas of different contexts never merge, splits and moves inherit, and nobody else's paths know more than flags.
 * A page that UFFDIO_WRITEPROTECT protects has _PAGE_UFFD_WP and not _PAGE_RW; in files, a place without a page has a
 * marker instead (mm/vm_internal.h). Both are found only in areas with VM_UFFD_WP: who takes the flag away clears them.
 * Fork copies the tables of such areas page by page instead of sharing them.
 *
 * Locks: [m] mm->mmap_lock, [I] immutable, [A] atomic. Sources: userfaultfd(2), ioctl_userfaultfd(2),
 * Linux's Documentation/admin-guide/mm/userfaultfd.rst, 6.1.
 */
#ifndef MM_USERFAULTFD_H
#define MM_USERFAULTFD_H

#include <lib/atomic.h>
#include <lib/compiler.h>
#include <mm/mm_types.h>
#include <uapi/userfaultfd.h>

struct uffd_ctx {
	struct mm_struct *mm;           /* [I] whose areas: an mm_count reference */
	struct uffd_ctx *next;          /* [m] in mm->uffd_ctxs once something was registered */
	unsigned int id;                /* [m] number there; 0: nothing was registered yet */
	unsigned int flags;             /* [I] of userfaultfd(2) */
	u32 features;                   /* UFFD_FEATURE_*, written once by UFFDIO_API */
	bool released;                  /* [m] the descriptor is closed, nobody answers */
	atomic_t changing;              /* [A] events that nobody has read yet: pages can't be put in meanwhile */
	atomic_t count;                 /* [A] the descriptor, who waits, events */
};

/* Something that the reader must hear before the system call that did it returns. */
struct uffd_event {
	struct uffd_event *next;
	struct uffd_ctx *ctx;           /* referenced; its changing counts this */
	unsigned int event;             /* UFFD_EVENT_* */
	u64 arg[3];
	struct uffd_ctx *child;         /* of FORK: the child's context, which the event owns */
};

/* The other half. Filled at boot. */
struct uffd_hooks {
	/*
	 * The access, which handle_mm_fault() called FAULT_USERFAULT, waits for an answer. => no locks. 0: try again; -EINTR: a
	 * signal came (for an access of the kernel: a fatal one); -EFAULT: nobody is to be asked, as if FAULT_BUS.
	 */
	int (*wait)(struct mm_struct *mm, unsigned long addr, unsigned int access);
	void (*deliver)(struct uffd_event *list);       /* in order, each until it is read; frees them. => no locks */
	void (*wake)(struct uffd_ctx *ctx, unsigned long start, unsigned long len);
	struct uffd_ctx *(*dup)(const struct uffd_ctx *ctx, struct mm_struct *child); /* NULL: no memory */
	void (*put)(struct uffd_ctx *ctx);
	void (*abandon)(struct uffd_ctx *child);        /* nobody will read of it. => no locks */
};
extern struct uffd_hooks uffd_hooks;    /* [B] */

/* ---- for the descriptor ---- */

/* UFFDIO_REGISTER and UNREGISTER: [start, start + len), checked by uffd_check_range(); @vm_flags of VM_UFFD_ANY. */
int uffd_check_range(const struct mm_struct *mm, unsigned long start, unsigned long len);
int uffd_register(struct uffd_ctx *ctx, unsigned long start, unsigned long len, unsigned long vm_flags);
int uffd_unregister(struct uffd_ctx *ctx, unsigned long start, unsigned long len);
/* No area is registered with @ctx any more, and none will be. */
void uffd_release(struct uffd_ctx *ctx);

/*
 * Does an access to @addr still have to wait, and why? 0, or VM_UFFD_MISSING, WP or MINOR, after @queue has been called
 * with what answers must not overtake (page_table_lock) held.
 */
unsigned long uffd_look(struct mm_struct *mm, unsigned long addr, unsigned int access,
			void (*queue)(struct uffd_ctx *ctx, unsigned long reason, void *arg), void *arg);

/* One request to put pages in. mm of @ctx is alive for all of these: the caller has a user's reference. */
enum uffd_fill_kind { UFFD_COPY, UFFD_ZEROPAGE, UFFD_CONTINUE };
struct uffd_fill {
	struct uffd_ctx *ctx;
	enum uffd_fill_kind kind;
	unsigned long start, len;
	bool wp;                        /* write-protected from the start */
};
/* Is the range inside one registered area that permits it? 0, -ENOENT, -EINVAL, -EAGAIN: events wait. */
int uffd_fill_check(const struct uffd_fill *f);
/* Page @addr of it. *page: of COPY, filled; NULL afterwards: mm has it. 0, the errors above, -EEXIST, -EFAULT, -ENOMEM. */
int uffd_fill_page(const struct uffd_fill *f, unsigned long addr, struct page **page);
int uffd_writeprotect(struct uffd_ctx *ctx, unsigned long start, unsigned long len, bool protect);

/* ---- for the rest of mm ---- */

/* mmap_lock was held for write: up, and what happened to registered areas is told. */
void __uffd_unlock(struct mm_struct *mm);
static inline void mmap_unlock_events(struct mm_struct *mm)
{
	if (likely(!mm->uffd_events))
		up_write(&mm->mmap_lock);
	else
		__uffd_unlock(mm);
}

#endif
