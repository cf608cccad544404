// SPDX-License-Identifier: MIT
/*
 * dup_mm: the address space of a forked child. VMAs are copied, PTE tables are shared (the rules T1 to T7
 * are in mm/pgtable.c), so the cost follows the number of VMAs and of 2 MiB pieces in use, not of pages.
 *
 * The VMA tree is copied in its shape, which needs no rebalancing. With DONTFORK or WIPEONFORK VMAs the
 * child has fewer pages than the parent: tables are then copied by VMA instead of shared; also with areas where a
 * userfaultfd protects pages, which the child's need not be.
 */
#include <mm/userfaultfd.h>
#include "vm_internal.h"

struct dup {
	struct mm_struct *mm, *oldmm;
	struct vm_area_struct *last;    /* in address order */
	long committed;
	bool promised;                  /* committed is counted */
	unsigned long odd;              /* VM_DONTCOPY, VM_WIPEONFORK, VM_UFFD_* seen */
};

/* With these the child has less than the parent, or other PTEs. */
#define VM_UNSHARED (VM_DONTCOPY | VM_WIPEONFORK | VM_UFFD_WP | VM_UFFD_MINOR)

static struct vm_area_struct *dup_vma(struct dup *d, const struct vm_area_struct *old)
{
	struct vm_area_struct *vma = vma_alloc();

	if (!vma)
		return NULL;
	*vma = *old;
	vma->vm_mm = d->mm;
	vma->anon_id = anon_id_forked(old->anon_id);
	vma->vm_flags &= ~VM_LOCKED_MASK;       /* locks are not inherited: mlock(2) */
	vma->vm_prev = d->last;
	vma->vm_next = NULL;
	if (d->last)
		d->last->vm_next = vma;
	else
		d->mm->mmap = vma;
	d->last = vma;
	if (vma->vm_flags & VM_ACCOUNT)
		d->committed += vma_pages(vma);
	if (vma->vm_mapping)
		vma_file_link(vma);
	if (vma->vm_ops && vma->vm_ops->open)
		vma->vm_ops->open(vma);
	return vma;
}

/* Depth is at most 2 log2(map_count). */
static struct rb_node *dup_tree(struct dup *d, const struct rb_node *old, struct rb_node *parent)
{
	struct rb_node *left = NULL;
	struct vm_area_struct *vma;

	if (old->left) {
		left = dup_tree(d, old->left, NULL);
		if (!left)
			return NULL;
	}
	vma = dup_vma(d, rb_entry(old, struct vm_area_struct, rb));
	if (!vma)
		return NULL;
	vma->rb.parent = parent;
	vma->rb.left = left;
	vma->rb.right = NULL;
	if (left)
		left->parent = &vma->rb;
	if (old->right) {
		vma->rb.right = dup_tree(d, old->right, &vma->rb);
		if (!vma->rb.right)
			return NULL;
	}
	return &vma->rb;
}

/* The odd VMAs go; what they had counted goes with them. */
static void drop_odd_vmas(struct dup *d)
{
	struct vm_area_struct *vma, *next;

	for (vma = d->mm->mmap; vma; vma = next) {
		next = vma->vm_next;
		if (!(vma->vm_flags & VM_DONTCOPY))
			continue;
		vm_stat_account(d->mm, vma->vm_flags, -(long)vma_pages(vma));
		if (vma->vm_flags & VM_ACCOUNT)
			d->committed -= vma_pages(vma);
		vma_unlink(d->mm, vma);
		vma_destroy(vma);
	}
}

/* One more user for the tables of [start, end). *done: end of the last table that was handled. */
static int share_tables(struct dup *d, unsigned long start, unsigned long end, unsigned long *done)
{
	unsigned long addr = max(start & PMD_MASK, *done);

	for (; addr < end; addr += PMD_SIZE) {
		pmd_t *from = pmd_lookup(d->oldmm, addr), *to;

		if (!from) {
			/* No pmd table: on to the next one. */
			addr = (addr & PUD_MASK) + PUD_SIZE - PMD_SIZE;
			continue;
		}
		if (pmd_none(*from))
			continue;
		to = pmd_alloc(d->mm, addr);
		if (!to)
			return -ENOMEM;
		if (pmd_huge(*from)) {
			get_page(pmd_table_page(*from));
		} else {
			pmd_table_page(*from)->_mapcount.counter++;
			d->mm->nr_ptes++;
		}
		set_pmd(from, (pmd_t){ from->val & ~_PAGE_RW });
		set_pmd(to, *from);
	}
	*done = addr;
	return 0;
}

static void count_ptes(struct mm_struct *mm, const pte_t *table, unsigned long start, unsigned long end)
{
	unsigned int i = pte_index(start), last = pte_index(end - 1);

	for (; i <= last; i++)
		if (table[i].val && !pte_is_special(table[i]))
			++*rss_of(mm, pte_page(table[i]));
}

/* The slow way: PTEs of one VMA, each with its reference. */
static int copy_tables(struct dup *d, const struct vm_area_struct *vma)
{
	unsigned long addr = vma->vm_start, next;

	for (; addr < vma->vm_end; addr = next) {
		pmd_t *from = pmd_lookup(d->oldmm, addr), *to;

		next = min((addr & PMD_MASK) + PMD_SIZE, vma->vm_end);
		if (!from)
			next = min((addr & PUD_MASK) + PUD_SIZE, vma->vm_end);
		if (!from || pmd_none(*from))
			continue;
		if (pmd_own_table(d->oldmm, from, addr))
			return -ENOMEM;
		if (!pte_alloc(d->mm, addr))
			return -ENOMEM;
		to = pmd_lookup(d->mm, addr);
		copy_ptes(table_of(*to), table_of(*from), vma, addr, next);
		if ((d->odd & VM_UFFD_WP) && !(vma->vm_flags & VM_UFFD_WP))
			uffd_wp_clear(table_of(*to), addr, next);
		count_ptes(d->mm, table_of(*to), addr, next);
	}
	return 0;
}

/* The child's first touch of each page is told to a userfaultfd. */
static bool faults_anew(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_SHARED | VM_UFFD_MINOR | VM_UFFD_WP)) == (VM_SHARED | VM_UFFD_MINOR);
}

static int dup_tables(struct dup *d)
{
	struct vm_area_struct *vma;
	unsigned long done = 0;
	int err = 0;

	if (!(d->odd & VM_UNSHARED)) {
		d->mm->rss_anon = d->oldmm->rss_anon;
		d->mm->rss_file = d->oldmm->rss_file;
		d->mm->rss_shmem = d->oldmm->rss_shmem;
	}
	for (vma = d->mm->mmap; vma && !err; vma = vma->vm_next) {
		if (!(d->odd & VM_UNSHARED))
			err = share_tables(d, vma->vm_start, vma->vm_end, &done);
		else if (!(vma->vm_flags & VM_WIPEONFORK) && !faults_anew(vma))
			err = copy_tables(d, vma);
	}
	return err;
}

static void dup_fields(struct mm_struct *mm, const struct mm_struct *old)
{
	mm->map_count = old->map_count;
	mm->highest_end = old->highest_end;
	mm->mmap_base = old->mmap_base;
	mm->task_size = old->task_size;
	mm->total_vm = old->total_vm;
	mm->data_vm = old->data_vm;
	mm->exec_vm = old->exec_vm;
	mm->stack_vm = old->stack_vm;
	mm->hiwater_vm = old->total_vm;
	mm->thp_disabled = old->thp_disabled;
	mm->membarrier = old->membarrier;
	mm->can_mlock = old->can_mlock;
	memcpy(&mm->start_code, &old->start_code,
	       offsetof(struct mm_struct, exe_file) - offsetof(struct mm_struct, start_code));
	mm->rlimit_as = old->rlimit_as;
	mm->rlimit_data = old->rlimit_data;
	mm->rlimit_stack = old->rlimit_stack;
	mm->rlimit_memlock = old->rlimit_memlock;
}

static int dup_mmap(struct dup *d)
{
	struct mm_struct *mm = d->mm, *old = d->oldmm;
	struct vm_area_struct *vma;
	int err;

	for (vma = old->mmap; vma; vma = vma->vm_next)
		d->odd |= vma->vm_flags;
	if (old->mm_rb.node) {
		mm->mm_rb.node = dup_tree(d, old->mm_rb.node, NULL);
		if (!mm->mm_rb.node)
			return -ENOMEM;
	}
	dup_fields(mm, old);
	if (unlikely(d->odd & (VM_DONTCOPY | VM_UFFD_ANY))) {
		drop_odd_vmas(d);
		err = uffd_dup(old, mm);
		if (err)
			return err;
	}
	err = vm_commit(d->committed);
	if (err)
		return err;
	d->promised = true;
	spin_lock(&old->page_table_lock);
	err = dup_tables(d);
	spin_unlock(&old->page_table_lock);
	mm->hiwater_rss = mm_rss(mm);
	return err;
}

/* A half-made copy: VMAs are on the list, the tree may be incomplete, nothing may be committed. */
static void dup_undo(struct dup *d)
{
	if (!d->promised)
		vm_uncommit(-d->committed);
	mmput(d->mm);           /* works on the list */
}

struct mm_struct *dup_mm(struct mm_struct *oldmm)
{
	struct dup d = { .oldmm = oldmm };
	int err;

	d.mm = mm_alloc();
	if (!d.mm)
		return NULL;
	down_write(&oldmm->mmap_lock);
	err = dup_mmap(&d);
	if (oldmm->pgd == current_pgd())
		tlb_flush_user();               /* what was writable no longer is */
	if (unlikely(err))
		uffd_dup_undo(oldmm);
	mmap_unlock_events(oldmm);
	if (!err)
		return d.mm;
	dup_undo(&d);
	return NULL;
}
