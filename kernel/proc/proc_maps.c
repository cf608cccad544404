/* SPDX-License-Identifier: MIT */
/* A process's mappings as text: maps, smaps, smaps_rollup, numa_maps, and pagemap. Formats: proc(5), pagemap.rst, numa(7). */
#include "internal.h"
#include <mm/mempolicy.h>
#include <mm/mm.h>
#include <mm/procmem.h>

/* => mmap_lock held. @path: PATH_MAX bytes of scratch. */
static void show_vma(struct seq_file *m, struct mm_struct *mm, struct vm_area_struct *vma, char *path)
{
	size_t line = m->count;
	const char *name = NULL;
	u64 dev = 0, ino = 0, off = 0;

	if (vma->vm_file) {
		struct inode *inode = vma->vm_file->inode;

		dev = inode->sb->dev;
		ino = inode->ino;
		off = vma->vm_pgoff << PAGE_SHIFT;
		name = file_path(vma->vm_file, path, PATH_MAX);
		if (IS_ERR(name))
			name = NULL;
	} else {
		name = vma_special_name(mm, vma);
	}
	seq_printf(m, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->vm_start, vma->vm_end,
		   (vma->vm_flags & VM_READ) ? 'r' : '-', (vma->vm_flags & VM_WRITE) ? 'w' : '-',
		   (vma->vm_flags & VM_EXEC) ? 'x' : '-', (vma->vm_flags & VM_MAYSHARE) ? 's' : 'p',
		   (unsigned long)off, MAJOR(dev), MINOR(dev), (unsigned long)ino);
	if (name) {
		seq_pad_to(m, line, 73);
		seq_escape(m, name, "\n");
	}
	seq_putc(m, '\n');
}

/* Calls fn for each mapping with mmap_lock held. */
static int for_each_vma(struct seq_file *m, struct mm_struct *mm,
			void (*fn)(struct seq_file *, struct mm_struct *, struct vm_area_struct *, char *))
{
	char *path;

	if (!mm)
		return 0;
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	down_read(&mm->mmap_lock);
	for (struct vm_area_struct *vma = mm->mmap; vma && !m->overflow; vma = vma->vm_next)
		fn(m, mm, vma, path);
	up_read(&mm->mmap_lock);
	kfree(path);
	return 0;
}

int proc_maps_show(struct seq_file *m, struct mm_struct *mm)
{
	return for_each_vma(m, mm, show_vma);
}

/* --- what is resident ------------------------------------------------------------------------ */

static void kb(struct seq_file *m, const char *name, u64 bytes)
{
	size_t line = m->count;

	seq_printf(m, "%s:", name);
	while (!m->overflow && m->count - line < 16)
		seq_putc(m, ' ');
	seq_printf(m, "%8lu kB\n", (unsigned long)(bytes >> 10));
}

static void show_usage(struct seq_file *m, const struct vma_usage *r, bool rollup)
{
	kb(m, "Rss", r->rss);
	kb(m, "Pss", r->pss);
	kb(m, "Pss_Dirty", r->pss_dirty);
	if (rollup) {
		kb(m, "Pss_Anon", r->pss_anon);
		kb(m, "Pss_File", r->pss_file);
		kb(m, "Pss_Shmem", r->pss_shmem);
	}
	kb(m, "Shared_Clean", r->shared_clean);
	kb(m, "Shared_Dirty", r->shared_dirty);
	kb(m, "Private_Clean", r->private_clean);
	kb(m, "Private_Dirty", r->private_dirty);
	kb(m, "Referenced", r->referenced);
	kb(m, "Anonymous", r->anonymous);
	kb(m, "LazyFree", 0);
	kb(m, "AnonHugePages", r->anon_huge);
	kb(m, "ShmemPmdMapped", 0);
	kb(m, "FilePmdMapped", 0);
	kb(m, "Shared_Hugetlb", 0);
	kb(m, "Private_Hugetlb", 0);
	kb(m, "Swap", 0);
	kb(m, "SwapPss", 0);
	kb(m, "Locked", r->locked);
}

static void show_smap(struct seq_file *m, struct mm_struct *mm, struct vm_area_struct *vma, char *path)
{
	struct vma_usage u = { 0 };
	char flags[96];

	vma_usage_add(mm, vma, &u);
	vma_flag_names(vma, flags);
	show_vma(m, mm, vma, path);
	kb(m, "Size", vma->vm_end - vma->vm_start);
	kb(m, "KernelPageSize", PAGE_SIZE);
	kb(m, "MMUPageSize", PAGE_SIZE);
	show_usage(m, &u, false);
	seq_printf(m, "THPeligible:    %d\nVmFlags: %s\n", thp_enabled && !vma->vm_file && !(vma->vm_flags & VM_NOHUGEPAGE) &&
		   ALIGN_DOWN(vma->vm_end, PMD_SIZE) > ALIGN(vma->vm_start, PMD_SIZE), flags);
}

int proc_smaps_show(struct seq_file *m, struct mm_struct *mm)
{
	return for_each_vma(m, mm, show_smap);
}

int proc_smaps_rollup_show(struct seq_file *m, struct mm_struct *mm)
{
	struct vma_usage u = { 0 };
	unsigned long start = 0, end = 0;
	size_t line = m->count;

	if (!mm)
		return -ESRCH;
	down_read(&mm->mmap_lock);
	for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next) {
		start = start ? start : vma->vm_start;
		end = vma->vm_end;
		vma_usage_add(mm, vma, &u);
	}
	up_read(&mm->mmap_lock);
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0 ", start, end);
	seq_pad_to(m, line, 73);
	seq_puts(m, "[rollup]\n");
	show_usage(m, &u, true);
	return 0;
}

/* --- numa_maps: policy and pages by node, of which there is one ------------------------------- */

static void show_numa_pages(struct seq_file *m, const struct vma_usage *u)
{
	unsigned long pages = u->rss >> PAGE_SHIFT, anon = u->anonymous >> PAGE_SHIFT;
	unsigned long dirty = (u->shared_dirty + u->private_dirty) >> PAGE_SHIFT;

	if (!pages)
		return;
	if (anon)
		seq_printf(m, " anon=%lu", anon);
	if (dirty)
		seq_printf(m, " dirty=%lu", dirty);
	if (pages != anon && pages != dirty)
		seq_printf(m, " mapped=%lu", pages);
	if (u->mapmax > 1)
		seq_printf(m, " mapmax=%lu", (unsigned long)u->mapmax);
	seq_printf(m, " N0=%lu kernelpagesize_kB=%lu", pages, PAGE_SIZE >> 10);
}

int proc_numa_maps_show(struct seq_file *m, struct mm_struct *mm, u32 task_policy)
{
	char policy[64], *path = kmalloc(PATH_MAX, GFP_KERNEL);

	if (!path)
		return -ENOMEM;
	down_read(&mm->mmap_lock);
	for (struct vm_area_struct *vma = mm->mmap; vma && !m->overflow; vma = vma->vm_next) {
		struct vma_usage u = { 0 };
		const char *name;

		mpol_to_str(vma_policy(vma) ? vma_policy(vma) : task_policy, policy);
		seq_printf(m, "%08lx %s", vma->vm_start, policy);
		name = vma->vm_file ? file_path(vma->vm_file, path, PATH_MAX) : vma_special_name(mm, vma);
		if (vma->vm_file && !IS_ERR(name)) {
			seq_puts(m, " file=");
			seq_escape(m, name, "\n\t= ");
		} else if (!vma->vm_file && name && name[0] == '[') {
			seq_puts(m, !strcmp(name, "[heap]") ? " heap" : !strcmp(name, "[stack]") ? " stack" : "");
		}
		vma_usage_add(mm, vma, &u);
		show_numa_pages(m, &u);
		seq_putc(m, '\n');
	}
	up_read(&mm->mmap_lock);
	kfree(path);
	return 0;
}

/* Page-table entries, four times eight bytes a page: pgd, pud, pmd, pte. Not in Linux. */
ssize_t proc_page_tables_read(struct mm_struct *mm, void *buf, size_t n, u64 pos)
{
	const size_t record = 4 * sizeof(u64);
	size_t nr = n / record, i;
	u64 *out = buf;

	if (pos % record || n % record)
		return -EINVAL;
	if (!mm)
		return 0;
	down_read(&mm->mmap_lock);
	for (i = 0; i < nr && (pos / record + i) << PAGE_SHIFT < mm->task_size; i++)
		page_table_entries(mm, (pos / record + i) << PAGE_SHIFT, out + 4 * i);
	up_read(&mm->mmap_lock);
	return i * record;
}

/* Eight bytes a page. Others than root see no frame numbers, as in Linux. */
ssize_t proc_pagemap_read(struct mm_struct *mm, void *buf, size_t n, u64 pos)
{
	u64 *out = buf;
	size_t nr = n / 8;

	if ((pos | n) & 7)
		return -EINVAL;
	if (!mm)
		return 0;
	down_read(&mm->mmap_lock);
	for (size_t i = 0; i < nr; i++) {
		u64 va = (pos / 8 + i) << PAGE_SHIFT;

		if (va >= mm->task_size) {
			nr = i;
			break;
		}
		out[i] = pagemap_entry(mm, va, capable(CAP_SYS_ADMIN));
	}
	up_read(&mm->mmap_lock);
	return nr * 8;
}
