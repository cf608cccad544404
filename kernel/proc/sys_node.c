// SPDX-License-Identifier: MIT
/*
 * /sys/devices/system/node: what numactl and numastat look at. All memory is one node, of one CPU: nodes of an SRAT are in the log,
 * but zones do not follow them (CAVEATS.md).
 */
#include "internal.h"
#include <mm/filemap.h>
#include <mm/init.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>

static void row(struct seq_file *m, const char *name, u64 pages)
{
	seq_printf(m, "Node 0 %s:%*s%8lu kB\n", name, (int)max(1L, 16L - (long)strlen(name)), "", (unsigned long)pages * 4);
}

static int node_meminfo(struct seq_file *m, void *arg)
{
	u64 total = totalram_pages(), free = nr_free_pages(), cache = nr_pagecache_pages(), slab = nr_slab_pages();

	row(m, "MemTotal", total);
	row(m, "MemFree", free);
	row(m, "MemUsed", total - free);
	row(m, "FilePages", cache);
	row(m, "Shmem", cache);
	row(m, "PageTables", nr_user_tables + nr_cached_tables);
	row(m, "Slab", slab);
	row(m, "SReclaimable", 0);
	row(m, "SUnreclaim", slab);
	seq_puts(m, "Node 0 HugePages_Total:     0\nNode 0 HugePages_Free:      0\nNode 0 HugePages_Surp:      0\n");
	return 0;
}

/* Nothing is counted: with one node every page comes from where it was wanted. */
static int node_numastat(struct seq_file *m, void *arg)
{
	seq_puts(m, "numa_hit 0\nnuma_miss 0\nnuma_foreign 0\ninterleave_hit 0\nlocal_node 0\nother_node 0\n");
	return 0;
}

static int text_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "%s\n", (const char *)arg);
	return 0;
}

int sys_node_init(void)
{
	static const struct { const char *path; proc_show_fn show; const char *text; } files[] = {
		{ "node/node0/meminfo", node_meminfo, NULL }, { "node/node0/numastat", node_numastat, NULL },
		{ "node/node0/cpumap", text_show, "1" }, { "node/node0/cpulist", text_show, "0" }, { "node/node0/distance", text_show, "10" },
		{ "node/online", text_show, "0" }, { "node/possible", text_show, "0" }, { "node/has_cpu", text_show, "0" },
		{ "node/has_memory", text_show, "0" }, { "node/has_normal_memory", text_show, "0" },
	};
	char path[64];
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		scnprintf(path, sizeof(path), "devices/system/%s", files[i].path);
		err |= sysfs_create(path, 0444, files[i].show, NULL, (void *)files[i].text);
	}
	return err;
}
