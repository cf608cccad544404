/* SPDX-License-Identifier: MIT */
/* A process's mappings as text: maps, smaps, smaps_rollup, and pagemap. Formats: proc(5), pagemap.rst. */
#include "proc.h"
#include <mm/mm.h>
#include <mm/pgwalk.h>

static const char *vma_name(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->name) {
		const char *n = vma->vm_ops->name(vma);

		if (n)
			return n;
	}
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && mm->brk > mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return NULL;
}

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
		name = vma_name(mm, vma);
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

struct residence {
	u64 rss, pss, pss_dirty, shared_clean, shared_dirty, private_clean, private_dirty, referenced, anon, thp; /* bytes */
};

static int count_leaf(const struct pg_leaf *leaf, void *arg)
{
	u64 size = leaf->level == 2 ? PMD_SIZE : leaf->level == 3 ? PUD_SIZE : PAGE_SIZE;
	struct page *p = pfn_to_page(PFN_DOWN(leaf->paddr));
	struct residence *r = arg;
	bool dirty, shared;
	int maps;

	if (page_test(p, PG_zeropage) || page_test(p, PG_reserved))
		return 0;
	dirty = (leaf->flags & _PAGE_DIRTY) || page_test(p, PG_anon) || page_test(p, PG_dirty);
	maps = max(1, atomic_read(&p->_mapcount));
	shared = maps > 1;
	r->rss += size;
	r->pss += size / maps;
	r->referenced += size;
	if (dirty)
		r->pss_dirty += size / maps;
	if (page_test(p, PG_anon))
		r->anon += size;
	if (leaf->level > 1)
		r->thp += size;
	*(shared ? dirty ? &r->shared_dirty : &r->shared_clean : dirty ? &r->private_dirty : &r->private_clean) += size;
	return 0;
}

static void residence_of(struct mm_struct *mm, struct vm_area_struct *vma, struct residence *r)
{
	pgwalk_range(mm->pgd, vma->vm_start, vma->vm_end, count_leaf, r);
}

static void kb(struct seq_file *m, const char *name, u64 bytes)
{
	size_t line = m->count;

	seq_printf(m, "%s:", name);
	while (!m->overflow && m->count - line < 16)
		seq_putc(m, ' ');
	seq_printf(m, "%8lu kB\n", (unsigned long)(bytes >> 10));
}

static void show_residence(struct seq_file *m, const struct residence *r, u64 locked)
{
	kb(m, "Rss", r->rss);
	kb(m, "Pss", r->pss);
	kb(m, "Pss_Dirty", r->pss_dirty);
	kb(m, "Shared_Clean", r->shared_clean);
	kb(m, "Shared_Dirty", r->shared_dirty);
	kb(m, "Private_Clean", r->private_clean);
	kb(m, "Private_Dirty", r->private_dirty);
	kb(m, "Referenced", r->referenced);
	kb(m, "Anonymous", r->anon);
	kb(m, "LazyFree", 0);
	kb(m, "AnonHugePages", r->thp);
	kb(m, "ShmemPmdMapped", 0);
	kb(m, "FilePmdMapped", 0);
	kb(m, "Shared_Hugetlb", 0);
	kb(m, "Private_Hugetlb", 0);
	kb(m, "Swap", 0);
	kb(m, "SwapPss", 0);
	kb(m, "Locked", locked);
}

static void show_vmflags(struct seq_file *m, unsigned long flags)
{
	static const struct { unsigned long flag; char name[3]; } names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" }, { VM_MAYREAD, "mr" },
		{ VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" }, { VM_MAYSHARE, "ms" }, { VM_GROWSDOWN, "gd" }, { VM_LOCKED, "lo" },
		{ VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" }, { VM_ACCOUNT, "ac" }, { VM_NORESERVE, "nr" },
		{ VM_WIPEONFORK, "wf" }, { VM_HUGEPAGE, "hg" }, { VM_NOHUGEPAGE, "nh" },
	};

	seq_puts(m, "VmFlags: ");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			seq_printf(m, "%s ", names[i].name);
	seq_putc(m, '\n');
}

static void show_smap(struct seq_file *m, struct mm_struct *mm, struct vm_area_struct *vma, char *path)
{
	struct residence r = { 0 };

	residence_of(mm, vma, &r);
	show_vma(m, mm, vma, path);
	kb(m, "Size", vma->vm_end - vma->vm_start);
	kb(m, "KernelPageSize", PAGE_SIZE);
	kb(m, "MMUPageSize", PAGE_SIZE);
	show_residence(m, &r, (vma->vm_flags & VM_LOCKED) ? r.pss : 0);
	seq_printf(m, "THPeligible:    %d\n", thp_enabled && !vma->vm_file && !(vma->vm_flags & VM_NOHUGEPAGE) &&
		   ALIGN_DOWN(vma->vm_end, PMD_SIZE) > ALIGN(vma->vm_start, PMD_SIZE));
	show_vmflags(m, vma->vm_flags);
}

int proc_smaps_show(struct seq_file *m, struct mm_struct *mm)
{
	return for_each_vma(m, mm, show_smap);
}

int proc_smaps_rollup_show(struct seq_file *m, struct mm_struct *mm)
{
	struct residence r = { 0 };
	unsigned long start = 0, end = 0;
	size_t line = m->count;
	u64 locked = 0;

	if (!mm)
		return -ESRCH;
	down_read(&mm->mmap_lock);
	for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next) {
		u64 before = r.pss;

		start = start ? start : vma->vm_start;
		end = vma->vm_end;
		residence_of(mm, vma, &r);
		if (vma->vm_flags & VM_LOCKED)
			locked += r.pss - before;
	}
	up_read(&mm->mmap_lock);
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0 ", start, end);
	seq_pad_to(m, line, 73);
	seq_puts(m, "[rollup]\n");
	show_residence(m, &r, locked);
	return 0;
}

/* --- pagemap --------------------------------------------------------------------------------- */

#define PM_PRESENT (1ULL << 63)
#define PM_FILE (1ULL << 61)
#define PM_EXCLUSIVE (1ULL << 56)
#define PM_SOFT_DIRTY (1ULL << 55)

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
		struct pg_leaf leaf;

		if (va >= mm->task_size) {
			nr = i;
			break;
		}
		out[i] = 0;
		if (pgwalk_lookup(mm->pgd, va, &leaf)) {
			u64 pfn = PFN_DOWN(leaf.paddr + (va - leaf.vaddr));
			struct page *p = pfn_to_page(pfn);

			out[i] = PM_PRESENT | PM_SOFT_DIRTY | (capable_fs() ? pfn : 0);
			if (page_test(p, PG_pagecache))
				out[i] |= PM_FILE;
			if (atomic_read(&p->_mapcount) == 1)
				out[i] |= PM_EXCLUSIVE;
		}
	}
	up_read(&mm->mmap_lock);
	return nr * 8;
}
