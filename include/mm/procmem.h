/* SPDX-License-Identifier: MIT */
/*
 * What /proc/PID/{maps,smaps,smaps_rollup,pagemap} and the report say of an address space. Data only; the text is
 * floor 4's. => mmap_lock held for read.
 */
#ifndef MM_PROCMEM_H
#define MM_PROCMEM_H

#include <mm/mm_types.h>

/* Bytes, as smaps prints them in KiB. */
struct vma_usage {
	u64 rss, pss, pss_dirty, pss_anon, pss_file, pss_shmem;
	u64 shared_clean, shared_dirty, private_clean, private_dirty;
	u64 referenced, anonymous, anon_huge, locked;
	u64 mapmax;                     /* not bytes: the most users that one of the pages has; of one mapping only */
};

/* Adds what @vma maps to *u (so that smaps_rollup sums up). */
void vma_usage_add(struct mm_struct *mm, struct vm_area_struct *vma, struct vma_usage *u);

/* The 64-bit entry of /proc/PID/pagemap for @addr: Documentation/admin-guide/mm/pagemap.rst. pfn only if @show_pfn. */
u64 pagemap_entry(struct mm_struct *mm, unsigned long addr, bool show_pfn);

/* The entries that translate @addr, pgd, pud, pmd, pte, as they are in memory; 0 where there is no table. */
void page_table_entries(const struct mm_struct *mm, unsigned long addr, u64 e[4]);

/* Two-letter VmFlags of smaps, each followed by a blank; NUL-ended. @buf: 96 bytes. */
void vma_flag_names(const struct vm_area_struct *vma, char *buf);

/* "[heap]", "[stack]", a vm_ops name, or NULL (a file's path, or nothing). */
const char *vma_special_name(const struct mm_struct *mm, struct vm_area_struct *vma);

/* What /proc/kpagecount and /proc/kpageflags (Linux's KPF_* bits) say of a page. */
struct page;
u64 page_mapcount(const struct page *p);
u64 stable_page_flags(const struct page *p);
/* In a free list, inside a free block, or never touched. */
bool page_is_free(const struct page *p);

#endif
