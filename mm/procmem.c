// SPDX-License-Identifier: MIT
/*
 * Looking at an address space without changing it: resident and proportional sizes, pagemap, flags.
 *
 * A page's users are counted by its references: one per PTE slot, one more for the page cache. A slot in a
 * table that fork shares stands for all users of that table. When several shared tables hold a page the
 * others' users are not known here, so pss is then an upper bound.
 */
#include "vm_internal.h"
#include <mm/procmem.h>

#define PSS_SHIFT 12

u64 page_mapcount(const struct page *p)
{
	int count = page_count(page_test(p, PG_tail) ? (struct page *)p->private : p);

	if (!page_test(p, PG_anon) && !page_test(p, PG_pagecache))
		return 0;
	return page_test(p, PG_pagecache) ? count - 1 : count;
}

static void add_page(struct vma_usage *u, const struct page *p, u64 val, u64 size, unsigned int sharers, bool locked)
{
	u64 users = page_mapcount(p) + sharers, pss = (size << PSS_SHIFT) / (users ? users : 1);
	bool dirty = (val & _PAGE_DIRTY) || page_test(p, PG_anon) || page_test(p, PG_dirty);

	u->rss += size;
	u->mapmax = max(u->mapmax, users);
	u->pss += pss;
	if (dirty)
		u->pss_dirty += pss;
	if (page_test(p, PG_anon)) {
		u->pss_anon += pss;
		u->anonymous += size;
	} else if (page_test(p, PG_shmem)) {
		u->pss_shmem += pss;
	} else {
		u->pss_file += pss;
	}
	if (users > 1)
		*(dirty ? &u->shared_dirty : &u->shared_clean) += size;
	else
		*(dirty ? &u->private_dirty : &u->private_clean) += size;
	if (val & _PAGE_ACCESSED)
		u->referenced += size;
	if (locked)
		u->locked += pss;
}

static void add_table(struct vma_usage *u, pmd_t pmd, unsigned long addr, unsigned long end, bool locked)
{
	const pte_t *table = table_of(pmd);
	unsigned int sharers = pmd_write(pmd) ? 0 : pmd_table_page(pmd)->_mapcount.counter;
	unsigned int i = pte_index(addr), last = pte_index(end - 1);

	for (; i <= last; i++)
		if (table[i].val && !pte_is_special(table[i]))
			add_page(u, pte_page(table[i]), table[i].val, PAGE_SIZE, sharers, locked);
}

static void add_huge(struct vma_usage *u, pmd_t pmd, u64 size, bool locked)
{
	u->anon_huge += size;
	add_page(u, pmd_table_page(pmd), pmd.val, size, 0, locked);
}

void vma_usage_add(struct mm_struct *mm, struct vm_area_struct *vma, struct vma_usage *total)
{
	struct vma_usage u = { 0 };
	unsigned long addr = vma->vm_start, next;
	u64 *from = (u64 *)&u, *to = (u64 *)total;

	for (; addr < vma->vm_end; addr = next) {
		pmd_t *pmd = pmd_lookup(mm, addr);

		next = min((addr & PMD_MASK) + PMD_SIZE, vma->vm_end);
		if (!pmd)
			next = min((addr & PUD_MASK) + PUD_SIZE, vma->vm_end);
		else if (pmd_huge(*pmd))
			add_huge(&u, *pmd, next - addr, vma->vm_flags & VM_LOCKED);
		else if (!pmd_none(*pmd))
			add_table(&u, *pmd, addr, next, vma->vm_flags & VM_LOCKED);
	}
	u.pss >>= PSS_SHIFT;
	u.pss_dirty >>= PSS_SHIFT;
	u.pss_anon >>= PSS_SHIFT;
	u.pss_file >>= PSS_SHIFT;
	u.pss_shmem >>= PSS_SHIFT;
	u.locked >>= PSS_SHIFT;
	for (unsigned int i = 0; i < sizeof(u) / sizeof(u64); i++)
		to[i] += from[i];
}

#define PM_PRESENT (1UL << 63)
#define PM_SWAP (1UL << 62)
#define PM_FILE (1UL << 61)
#define PM_UFFD_WP (1UL << 57)
#define PM_MMAP_EXCLUSIVE (1UL << 56)
#define PM_SOFT_DIRTY (1UL << 55)
#define PM_PFN_MASK ((1UL << 55) - 1)

u64 pagemap_entry(struct mm_struct *mm, unsigned long addr, bool show_pfn)
{
	pmd_t *pmd = addr < mm->task_size ? pmd_lookup(mm, addr) : NULL;
	pte_t *pte = pmd ? pte_lookup(mm, addr) : NULL, leaf;
	struct page *p;
	u64 entry;

	if (pmd && pmd_huge(*pmd)) {
		leaf = (pte_t){ pmd->val + pte_index(addr) * PAGE_SIZE };
		pte = &leaf;
	}
	if (!pte || !pte->val)
		return 0;
	if (pte_is_marker(*pte))
		return PM_UFFD_WP | PM_SWAP;    /* as Linux shows it */
	p = pte_page(*pte);
	entry = PM_PRESENT | PM_SOFT_DIRTY | (pte->val & _PAGE_UFFD_WP ? PM_UFFD_WP : 0);
	if (show_pfn)
		entry |= page_to_pfn(p) & PM_PFN_MASK;
	if (page_test(p, PG_pagecache))
		entry |= PM_FILE;
	if (!pte_is_special(*pte) && page_mapcount(p) == 1)
		entry |= PM_MMAP_EXCLUSIVE;
	return entry;
}

void page_table_entries(const struct mm_struct *mm, unsigned long addr, u64 e[4])
{
	pgd_t *pgd = mm_pgd(mm) + pgd_index(addr);
	pmd_t *pmd = pmd_lookup(mm, addr);
	pte_t *pte = pte_lookup(mm, addr);

	e[0] = pgd->val;
	e[1] = pgd->val & _PAGE_PRESENT ? ((u64 *)__va(pgd->val & PTE_PFN_MASK))[pud_index(addr)] : 0;
	e[2] = pmd ? pmd->val : 0;
	e[3] = pte ? pte->val : 0;
}

void vma_flag_names(const struct vm_area_struct *vma, char *buf)
{
	static const struct { unsigned long flag; char name[3]; } names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" }, { VM_MAYREAD, "mr" },
		{ VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" }, { VM_MAYSHARE, "ms" }, { VM_GROWSDOWN, "gd" },
		{ VM_UFFD_MISSING, "um" }, { VM_PFNMAP, "pf" }, { VM_UFFD_WP, "uw" }, { VM_LOCKED, "lo" }, { VM_IO, "io" }, { VM_SEQ_READ, "sr" }, { VM_RAND_READ, "rr" },
		{ VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" }, { VM_LOCKONFAULT, "lf" }, { VM_ACCOUNT, "ac" },
		{ VM_NORESERVE, "nr" }, { VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" }, { VM_HUGEPAGE, "hg" },
		{ VM_NOHUGEPAGE, "nh" }, { VM_MERGEABLE, "mg" }, { VM_UFFD_MINOR, "ui" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(vma->vm_flags & names[i].flag))
			continue;
		if (names[i].flag == VM_SHARED && !(vma->vm_flags & VM_MAYWRITE))
			continue;       /* Linux: of a file that is open for reading only "ms" alone */
		*buf++ = names[i].name[0];
		*buf++ = names[i].name[1];
		*buf++ = ' ';
	}
	*buf = 0;
}

const char *vma_special_name(const struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->name)
		return vma->vm_ops->name(vma);
	if (vma->vm_file)
		return NULL;
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return NULL;
}

/* The page whose struct speaks for @p: the first one of the free block or the allocation that it is inside of; else @p. */
static const struct page *block_head(const struct page *p)
{
	u64 pfn = page_to_pfn(p);

	if (page_test(p, PG_tail))
		return (const struct page *)p->private;
	if (p->flags & PAGE_FLAGS_MASK || page_count(p))
		return p;
	for (unsigned int order = 1; order < NR_ORDERS; order++) {
		const struct page *head = pfn_to_page(pfn & ~((1UL << order) - 1));

		if (page_test(head, PG_buddy) || page_test(head, PG_head))
			return head->order >= order ? head : p;
	}
	return p;
}

bool page_is_free(const struct page *p)
{
	p = block_head(p);
	return page_test(p, PG_buddy) || page_test(p, PG_pcp) || page_test(p, PG_untouched);
}

/* Linux's bit numbers: include/uapi/linux/kernel-page-flags.h */
enum {
	KPF_REFERENCED = 2, KPF_UPTODATE = 3, KPF_DIRTY = 4, KPF_SLAB = 7, KPF_BUDDY = 10, KPF_MMAP = 11, KPF_ANON = 12, KPF_SWAPBACKED = 14,
	KPF_COMPOUND_HEAD = 15, KPF_COMPOUND_TAIL = 16, KPF_UNEVICTABLE = 18, KPF_HWPOISON = 19, KPF_THP = 22, KPF_ZERO_PAGE = 24,
	KPF_PGTABLE = 26, KPF_RESERVED = 32, KPF_MLOCKED = 33,
};

u64 stable_page_flags(const struct page *p)
{
	static const struct { enum pageflags flag; u64 kpf; } map[] = {
		{ PG_dirty, 1UL << KPF_DIRTY }, { PG_slab, 1UL << KPF_SLAB }, { PG_table, 1UL << KPF_PGTABLE }, { PG_zeropage, 1UL << KPF_ZERO_PAGE },
		{ PG_anon, 1UL << KPF_ANON | 1UL << KPF_SWAPBACKED | 1UL << KPF_UPTODATE }, { PG_pagecache, 1UL << KPF_UPTODATE },
		{ PG_shmem, 1UL << KPF_SWAPBACKED }, { PG_mlocked, 1UL << KPF_MLOCKED | 1UL << KPF_UNEVICTABLE },
		{ PG_poisoned, 1UL << KPF_HWPOISON }, { PG_reserved, 1UL << KPF_RESERVED },
	};
	const struct page *head = block_head(p);
	u64 flags = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(map); i++)
		if (page_test(head, map[i].flag))
			flags |= map[i].kpf;
	if (page_test(head, PG_head))
		flags |= 1UL << (p == head ? KPF_COMPOUND_HEAD : KPF_COMPOUND_TAIL) | (page_test(head, PG_anon) ? 1UL << KPF_THP : 0);
	if (page_is_free(head))
		flags |= 1UL << KPF_BUDDY;
	if (page_mapcount(head))
		flags |= 1UL << KPF_MMAP | 1UL << KPF_REFERENCED;
	return flags;
}
