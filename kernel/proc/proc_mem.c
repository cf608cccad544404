/* SPDX-License-Identifier: MIT */
/* Memory in /proc: meminfo, vmstat, zoneinfo, buddyinfo, slabinfo, vmallocinfo, sys/vm. Linux's formats. */
#include "internal.h"
#include <fs/vfs.h>
#include <mm/init.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/pgwalk.h>
#include <mm/procmem.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>

/* Sums over all address spaces; each is counted once, at its process's leader. */
struct process_memory { u64 anon, mapped, locked; unsigned int tasks; };

static void sum_processes(struct process_memory *s)
{
	struct task_struct *t = NULL;
	pid_t pid = 0;

	memset(s, 0, sizeof(*s));
	while ((t = next_task_after(pid)) != NULL) {
		pid = t->pid;
		s->tasks += t->signal ? t->signal->nr_threads : 1;
		if (!t->mm)
			continue;
		s->anon += t->mm->rss_anon;
		s->mapped += t->mm->rss_file + t->mm->rss_shmem;
		s->locked += t->mm->locked_vm;
	}
}

static void row(struct seq_file *m, const char *name, u64 pages)
{
	size_t line = m->count;

	seq_printf(m, "%s:", name);
	while (!m->overflow && m->count - line < 16)
		seq_putc(m, ' ');
	seq_printf(m, "%8lu kB\n", (unsigned long)pages * 4);
}

struct large_pages { u64 bytes[4]; };

static int count_direct(const struct pg_leaf *leaf, void *arg)
{
	struct large_pages *l = arg;

	l->bytes[leaf->level] += pg_level_size(leaf->level);
	return 0;
}

static void add_vmalloc(const struct vmap_area_info *i, void *arg)
{
	*(u64 *)arg += i->nr_pages;
}

static int meminfo_show(struct seq_file *m, void *arg)
{
	u64 total = totalram_pages(), free = nr_free_pages(), cache = nr_pagecache_pages(), slab = nr_slab_pages(), vm = 0;
	struct process_memory p;
	static struct large_pages direct;       /* made at boot, never changed: walked once */

	sum_processes(&p);
	vmalloc_for_each(add_vmalloc, &vm);
	if (!direct.bytes[1] && !direct.bytes[2] && !direct.bytes[3])
		pgwalk_range(swapper_pg_dir_phys, PAGE_OFFSET, PAGE_OFFSET + (64UL << 40), count_direct, &direct);
	row(m, "MemTotal", total);
	row(m, "MemFree", free);
	/* There is no swap and no disk: what is free is what is available. */
	row(m, "MemAvailable", free);
	row(m, "Buffers", 0);
	row(m, "Cached", cache);
	row(m, "SwapCached", 0);
	row(m, "Active", p.anon);
	row(m, "Inactive", cache);
	row(m, "Active(anon)", p.anon);
	row(m, "Inactive(anon)", cache);
	row(m, "Active(file)", 0);
	row(m, "Inactive(file)", 0);
	row(m, "Unevictable", p.locked);
	row(m, "Mlocked", p.locked);
	row(m, "SwapTotal", 0);
	row(m, "SwapFree", 0);
	row(m, "Dirty", 0);
	row(m, "Writeback", 0);
	row(m, "AnonPages", p.anon);
	row(m, "Mapped", p.mapped);
	row(m, "Shmem", cache);
	row(m, "KReclaimable", 0);
	row(m, "Slab", slab);
	row(m, "SReclaimable", 0);
	row(m, "SUnreclaim", slab);
	row(m, "KernelStack", p.tasks * (THREAD_SIZE >> PAGE_SHIFT));
	row(m, "PageTables", nr_user_tables + nr_cached_tables);
	row(m, "SecPageTables", 0);
	row(m, "NFS_Unstable", 0);
	row(m, "Bounce", 0);
	row(m, "WritebackTmp", 0);
	row(m, "CommitLimit", vm_commit_limit());
	row(m, "Committed_AS", max(0L, vm_committed_pages));
	row(m, "VmallocTotal", (VMALLOC_END - VMALLOC_START + 1) >> PAGE_SHIFT);
	row(m, "VmallocUsed", vm);
	row(m, "VmallocChunk", 0);
	row(m, "Percpu", 0);
	row(m, "HardwareCorrupted", 0);
	row(m, "AnonHugePages", 0);
	row(m, "ShmemHugePages", 0);
	row(m, "ShmemPmdMapped", 0);
	row(m, "FileHugePages", 0);
	row(m, "FilePmdMapped", 0);
	seq_puts(m, "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\n"
		 "Hugepagesize:       2048 kB\nHugetlb:               0 kB\n");
	row(m, "DirectMap4k", direct.bytes[1] >> PAGE_SHIFT);
	row(m, "DirectMap2M", direct.bytes[2] >> PAGE_SHIFT);
	row(m, "DirectMap1G", direct.bytes[3] >> PAGE_SHIFT);
	return 0;
}

static int vmstat_show(struct seq_file *m, void *arg)
{
	struct process_memory p;
	struct task_struct *t = NULL;
	u64 faults = 0, major = 0;
	pid_t pid = 0;

	sum_processes(&p);
	while ((t = next_task_after(pid)) != NULL) {
		pid = t->pid;
		faults += t->min_flt + t->maj_flt;
		major += t->maj_flt;
	}
	seq_printf(m, "nr_free_pages %lu\nnr_zone_inactive_anon 0\nnr_zone_active_anon %lu\nnr_mlock %lu\n", (unsigned long)nr_free_pages(),
		   (unsigned long)p.anon, (unsigned long)p.locked);
	seq_printf(m, "nr_inactive_anon 0\nnr_active_anon %lu\nnr_inactive_file 0\nnr_active_file 0\nnr_unevictable %lu\n", (unsigned long)p.anon,
		   (unsigned long)p.locked);
	seq_printf(m, "nr_slab_reclaimable 0\nnr_slab_unreclaimable %lu\nnr_anon_pages %lu\nnr_mapped %lu\nnr_file_pages %lu\nnr_dirty 0\n"
		   "nr_writeback 0\nnr_shmem %lu\nnr_kernel_stack %lu\nnr_page_table_pages %lu\n", (unsigned long)nr_slab_pages(),
		   (unsigned long)p.anon, (unsigned long)p.mapped, (unsigned long)nr_pagecache_pages(), (unsigned long)nr_pagecache_pages(),
		   (unsigned long)p.tasks * (THREAD_SIZE >> 10), nr_user_tables + nr_cached_tables);
	seq_printf(m, "pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault %lu\npgmajfault %lu\nthp_fault_alloc 0\noom_kill 0\n",
		   (unsigned long)faults, (unsigned long)major);
	return 0;
}

static int buddyinfo_show(struct seq_file *m, void *arg)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &zones[i];

		if (z->start_pfn == z->end_pfn)
			continue;
		seq_printf(m, "Node 0, zone %8s ", z->name);
		for (int o = 0; o < NR_ORDERS; o++)
			seq_printf(m, "%6lu ", z->free_area[o].nr_free);
		seq_putc(m, '\n');
	}
	return 0;
}

static int pagetypeinfo_show(struct seq_file *m, void *arg)
{
	seq_puts(m, "Page block order: 9\nPages per block:  512\n\nFree pages count per migrate type at order ");
	for (int o = 0; o < NR_ORDERS; o++)
		seq_printf(m, "%6d ", o);
	seq_putc(m, '\n');
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &zones[i];

		if (z->start_pfn == z->end_pfn)
			continue;
		/* One kind only: pages are not sorted by mobility here. */
		seq_printf(m, "Node %4d, zone %8s, type %12s ", 0, z->name, "Unmovable");
		for (int o = 0; o < NR_ORDERS; o++)
			seq_printf(m, "%6lu ", z->free_area[o].nr_free);
		seq_putc(m, '\n');
	}
	seq_printf(m, "\nNumber of blocks type %12s \n", "Unmovable");
	for (int i = 0; i < MAX_NR_ZONES; i++)
		if (zones[i].start_pfn != zones[i].end_pfn)
			seq_printf(m, "Node 0, zone %8s %12lu \n", zones[i].name, (unsigned long)(zones[i].end_pfn - zones[i].start_pfn) / 512);
	return 0;
}

static int zoneinfo_show(struct seq_file *m, void *arg)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &zones[i];

		seq_printf(m, "Node 0, zone %8s\n  pages free     %lu\n        boost    0\n        min      %lu\n        low      %lu\n"
			   "        high     %lu\n        spanned  %lu\n        present  %lu\n        managed  %lu\n        cma      0\n"
			   "        protection: (", z->name, (unsigned long)zone_free_pages(z), (unsigned long)z->watermark_min,
			   (unsigned long)z->watermark_low, (unsigned long)z->watermark_high, (unsigned long)(z->end_pfn - z->start_pfn),
			   (unsigned long)z->present_pages, (unsigned long)z->managed_pages);
		for (int j = 0; j < MAX_NR_ZONES; j++)
			seq_printf(m, "%s%lu", j ? ", " : "", (unsigned long)z->lowmem_reserve[j]);
		seq_printf(m, ")\n      nr_free_pages %lu\n      nr_untouched %lu\n  node_unreclaimable:  0\n  start_pfn:           %lu\n",
			   (unsigned long)zone_free_pages(z), (unsigned long)z->nr_untouched, (unsigned long)z->start_pfn);
	}
	return 0;
}

static void slab_row(const struct slabinfo *s, void *arg)
{
	seq_printf(arg, "%-17s %6lu %6lu %6lu %4lu %4lu : tunables %4u %4u %4u : slabdata %6lu %6lu %6lu\n", s->name,
		   (unsigned long)s->active_objs, (unsigned long)s->num_objs, (unsigned long)s->objsize, (unsigned long)s->objperslab,
		   (unsigned long)s->pagesperslab, 0u, 0u, 0u, (unsigned long)s->num_slabs, (unsigned long)s->num_slabs, 0ul);
}

static int slabinfo_show(struct seq_file *m, void *arg)
{
	seq_puts(m, "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> "
		 ": tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	slab_for_each(slab_row, m);
	return 0;
}

static void vmalloc_row(const struct vmap_area_info *i, void *arg)
{
	unsigned long off;
	const char *sym = i->caller ? ksym_lookup((unsigned long)i->caller, &off) : NULL;

	seq_printf(arg, "0x%016lx-0x%016lx %7lu", i->start, i->end, i->end - i->start);
	if (sym)
		seq_printf(arg, " %s+0x%lx", sym, off);
	if (i->nr_pages)
		seq_printf(arg, " pages=%u", i->nr_pages);
	if (i->phys)
		seq_printf(arg, " phys=0x%016lx", (unsigned long)i->phys);
	seq_printf(arg, " %s\n", i->kind);
}

static int vmallocinfo_show(struct seq_file *m, void *arg)
{
	vmalloc_for_each(vmalloc_row, m);
	return 0;
}

/* --- kpagecount, kpageflags: eight bytes a frame (Documentation/admin-guide/mm/pagemap.rst) ---- */

#define KPF_NOPAGE (1UL << 20)

/* To the end of the last section that has RAM, as Linux's. */
static u64 highest_pfn(void)
{
	u64 top = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++)
		if (zones[i].start_pfn != zones[i].end_pfn)
			top = max(top, zones[i].end_pfn);
	return ALIGN(top, PAGES_PER_SECTION);
}

/* Sections without RAM have no struct page in Linux. */
static bool section_has_ram(u64 pfn)
{
	u64 start = PFN_PHYS(pfn & ~(PAGES_PER_SECTION - 1));
	unsigned int i = memblock_type_search(&memblock.memory, start);

	return i < memblock.memory.nr && memblock.memory.r[i].start < start + SECTION_SIZE;
}

static ssize_t kpage_read(void *buf, size_t n, u64 pos, void *arg)
{
	u64 (*fn)(const struct page *) = arg;
	u64 pfn = pos / 8, end = highest_pfn(), *out = buf;
	bool is_present = false;
	size_t i;

	if ((pos | n) & 7)
		return -EINVAL;
	for (i = 0; i < n / 8 && pfn + i < end; i++) {
		if (i == 0 || (pfn + i) % PAGES_PER_SECTION == 0)
			is_present = section_has_ram(pfn + i);
		if (is_present)
			out[i] = fn(pfn_to_page(pfn + i));
		else
			out[i] = fn == stable_page_flags ? KPF_NOPAGE : 0;
	}
	return i * 8;
}

/* --- sys/vm ---------------------------------------------------------------------------------- */

static int zero, swappiness, min_free = 1024;

static const struct { const char *path; struct sysctl_int s; bool writable; } ints[] = {
	{ "sys/vm/max_map_count", { &sysctl_max_map_count, 0, 0x7fffffff }, true },
	{ "sys/vm/overcommit_memory", { &sysctl_overcommit_memory, 0, 2 }, true },
	{ "sys/vm/overcommit_ratio", { &sysctl_overcommit_ratio, 0, 0x7fffffff }, true },
	{ "sys/vm/unprivileged_userfaultfd", { &sysctl_unprivileged_userfaultfd, 0, 1 }, true },
	{ "sys/vm/swappiness", { &swappiness, 0, 200 }, true },
	{ "sys/vm/panic_on_oom", { &zero, 0, 0 }, true },
	{ "sys/vm/min_free_kbytes", { &min_free, 0, 0x7fffffff }, true },
};
static struct sysctl_ulong min_addr = { &sysctl_mmap_min_addr, 0, 1UL << 40 };

static ssize_t drop_caches(const char *buf, size_t n, void *arg)
{
	return n;       /* nothing in the page cache has another home */
}

/* The pool of huge pages: as on a Linux that finds none to put into it. */
static ssize_t pool_write(const char *buf, size_t n, void *arg)
{
	return n && buf[0] >= '0' && buf[0] <= '9' ? (ssize_t)n : -EINVAL;
}

static int thp_show(struct seq_file *m, void *arg)
{
	seq_puts(m, thp_enabled ? "[always] madvise never\n" : "always madvise [never]\n");
	return 0;
}

static ssize_t thp_write(const char *buf, size_t n, void *arg)
{
	if (!strncmp(buf, "always", 6) || !strncmp(buf, "madvise", 7))
		thp_enabled = true;
	else if (!strncmp(buf, "never", 5))
		thp_enabled = false;
	else
		return -EINVAL;
	return n;
}

static int number_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "%lu\n", (unsigned long)arg);
	return 0;
}

void proc_memory_init(void)
{
	static const struct { const char *path; u32 mode; proc_show_fn show; } files[] = {
		{ "meminfo", 0444, meminfo_show }, { "vmstat", 0444, vmstat_show }, { "buddyinfo", 0444, buddyinfo_show },
		{ "zoneinfo", 0444, zoneinfo_show }, { "slabinfo", 0400, slabinfo_show }, { "vmallocinfo", 0400, vmallocinfo_show },
		{ "pagetypeinfo", 0400, pagetypeinfo_show },
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		err |= proc_create(files[i].path, files[i].mode, files[i].show, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
		err |= proc_create_rw(ints[i].path, 0644, sysctl_show_int, sysctl_write_int, (void *)&ints[i].s);
	err |= proc_create_rw("sys/vm/mmap_min_addr", 0644, sysctl_show_ulong, sysctl_write_ulong, &min_addr);
	err |= proc_create_rw("sys/vm/drop_caches", 0200, NULL, drop_caches, NULL);
	err |= proc_create_raw("kpagecount", 0400, kpage_read, page_mapcount);
	err |= proc_create_raw("kpageflags", 0400, kpage_read, stable_page_flags);
	err |= sysfs_create("kernel/mm/transparent_hugepage/enabled", 0644, thp_show, thp_write, NULL);
	err |= sysfs_create("kernel/mm/transparent_hugepage/hpage_pmd_size", 0444, number_show, NULL, (void *)PMD_SIZE);
	err |= proc_create_rw("sys/vm/nr_hugepages", 0644, number_show, pool_write, NULL);
	err |= sysfs_create("kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", 0644, number_show, pool_write, NULL);
	err |= sysfs_create("kernel/mm/hugepages/hugepages-2048kB/free_hugepages", 0444, number_show, NULL, NULL);
	err |= sys_node_init();
	if (err)
		pr_err("proc: some files of memory could not be made\n");
}
