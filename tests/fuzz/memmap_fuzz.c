// SPDX-License-Identifier: MIT
/*
 * A firmware map of any bytes through e820, the resource tree and memblock. Laws: what an entry of a more
 * restrictive type covers is never usable; what only usable entries cover is usable, unless the loss was
 * counted; every structure's own invariants; memblock holds no byte that e820 does not call RAM.
 *
 * Input: byte 0 the stride (40 to 71), byte 1 bit 0: addresses are taken small, so that entries meet; then
 * the map.
 */
#include "check.h"
#include <iomem/e820.h>
#include <iomem/resource.h>
#include <mm/init.h>

#define SMALL_MASK 0x3fffffULL

static struct e820_table t;
static struct memblock mb;
static struct resource nodes[E820_MAX_ENTRIES];

static bool valid(const struct efi_mem_desc *d, struct range *r)
{
	return d->nr_pages && !(d->nr_pages >> 52) && !range_from_size(d->start, d->nr_pages << 12, r);
}

static bool is_ram_at(u64 addr)
{
	bool found;

	return e820_type_at(&t, addr, &found) == E820_TYPE_RAM && found;
}

/* Does an entry other than RAM cover @addr? */
static bool is_restricted(const void *map, size_t size, size_t stride, u64 addr)
{
	struct efi_mem_desc d;
	struct range r;
	size_t pos = 0;

	while (efi_map_next(map, size, stride, &pos, &d))
		if (valid(&d, &r) && range_contains(r, addr) && e820_type_of_efi(d.type, d.attribute) != E820_TYPE_RAM)
			return true;
	return false;
}

static void check_against_input(const void *map, size_t size, size_t stride)
{
	struct efi_mem_desc d;
	struct range r;
	size_t pos = 0;

	while (efi_map_next(map, size, stride, &pos, &d)) {
		u64 probe[3];

		if (!valid(&d, &r))
			continue;
		probe[0] = r.start;
		probe[1] = r.start + range_size(r) / 2;
		probe[2] = r.end - 1;
		for (int i = 0; i < 3; i++) {
			if (is_restricted(map, size, stride, probe[i]))
				LAW(!is_ram_at(probe[i]));
			else
				LAW(is_ram_at(probe[i]) || t.stats.nr_dropped);
		}
	}
}

static int one_node(const struct resource *r, int depth, void *arg)
{
	char line[128];

	LAW(resource_format(r, depth, U64_MAX, line, sizeof(line)) < (int)sizeof(line));
	++*(unsigned int *)arg;
	return 0;
}

static void check_tree(void)
{
	struct resource root = { .end = U64_MAX };
	unsigned int n = 0;

	memset(nodes, 0, sizeof(nodes));
	for (unsigned int i = 0; i < t.nr; i++) {
		nodes[i] = (struct resource){ .start = t.e[i].r.start, .end = t.e[i].r.end - 1, .name = iomem_type_name(t.e[i].type) };
		LAW(insert_resource(&root, &nodes[i]) == 0);
	}
	LAW(resource_check(&root) == 0);
	resource_walk(&root, one_node, &n);
	LAW(n == t.nr);
}

static void check_memblock(void)
{
	u64 cursor = 0;
	struct range r;

	mb.memory.nr = mb.reserved.nr = 0;
	if (memblock_from_e820(&mb, &t))
		LAW(t.nr > 100);
	LAW(memblock_check(&mb) == 0);
	while (memblock_next_free(&mb, &cursor, &r)) {
		LAW(is_ram_at(r.start) && is_ram_at(r.end - 1));
		LAW(!(r.start & 4095) && !(r.end & 4095));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t stride, len;
	u8 *map;

	if (size < 2 || size > 65536)
		return 0;
	stride = 40 + data[0] % 32;
	len = (size - 2) / stride * stride;
	if (!len)
		return 0;
	map = malloc(len);
	memcpy(map, data + 2, len);
	for (size_t at = 0; data[1] & 1 && at < len; at += stride) {
		u64 v;

		memcpy(&v, map + at + 8, 8);
		v &= SMALL_MASK;
		memcpy(map + at + 8, &v, 8);
		memcpy(&v, map + at + 24, 8);
		v &= 0xff;
		memcpy(map + at + 24, &v, 8);
	}
	if (e820_from_efi(&t, map, len, stride) == 0)
		LAW(!t.stats.nr_dropped);
	LAW(e820_check(&t) == 0);
	LAW(t.stats.nr_in == len / stride);
	check_against_input(map, len, stride);
	LAW(e820_trim_bios(&t) == 0 || t.stats.nr_dropped);
	LAW(e820_check(&t) == 0);
	LAW(!is_ram_at(0) && !is_ram_at(0xa0000) && !is_ram_at(0xfffff));
	check_tree();
	check_memblock();
	free(map);
	return 0;
}
