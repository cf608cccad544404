// SPDX-License-Identifier: MIT
/*
 * Pages of the boot option replay=NAME: another machine's recorded memory map (\atlas\machines\NAME on the stick), through the
 * same code as this machine's own. `make replay` does the same, and more, on the host.
 */
#include "internal.h"
#include <iomem/map_text.h>
#include <lib/cmdline.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <mm/vmalloc.h>
#include <uapi/errno.h>

static struct replay {
	char name[64];
	struct e820_table table;
	struct resource root;
} *replay;

void replay_init(const struct bootinfo *bi)
{
	const void *text = bi->replay.addr ? memremap_ro(bi->replay.addr, bi->replay.size) : NULL;
	unsigned int bad_line;
	int err;

	if (!text)
		return;
	replay = vzalloc(sizeof(*replay));
	err = replay ? map_text_parse(&replay->table, text, bi->replay.size, &bad_line) : -ENOMEM;
	iounmap(text);
	free_reserved_range(bi->replay.addr, PAGE_ALIGN(bi->replay.addr + bi->replay.size));
	if (!err || err == -ENOSPC) {
		(void)!cmdline_get("replay", replay->name, sizeof(replay->name));
		replay->root = (struct resource){ .end = iomem_resource.end, .name = "PCI mem", .flags = IORESOURCE_MEM };
		if (e820_trim_bios(&replay->table) || iomem_from_e820(&replay->root, &replay->table))
			pr_warn("replay: not all of the map fits\n");
		return;
	}
	pr_warn(err == -EINVAL ? "replay: line %u of the recorded map is not as it should be\n" : "replay: no memory\n", bad_line);
	vfree(replay);
	replay = NULL;
}

void page_replay(struct rpt *r)
{
	const struct e820_stats *s;
	u64 usable;
	char size[SIZE_TEXT];

	if (!replay)
		return;
	s = &replay->table.stats;
	rpt_section(r, "Replay: another machine's memory map");
	usable = e820_bytes(&replay->table, E820_TYPE_RAM);
	rpt_field(r, "machine", C_HEAD "%s" C_END, replay->name);
	rpt_field(r, "usable", C_RAM "%s" C_END, size_word(usable, size));
	rpt_field(r, "entries", "%u: %u empty, %u out of order, %u impossible, %u overlapping, %u lost", s->nr_in, s->nr_empty, s->nr_unsorted,
		  s->nr_wrapping, s->nr_overlap, s->nr_dropped);
	rpt(r, "\n");
	rpt_e820(r, &replay->table);
	rpt_section(r, "Replay: what would be at each of its physical addresses");
	rpt_resources(r, &replay->root);
}
