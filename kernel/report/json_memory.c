// SPDX-License-Identifier: MIT
/* The report's JSON: machine, maps, accounts, zones. Compiled for the host too, where tools/atlas-html tells recorded machines. */
#include "internal.h"
#include "json_report.h"
#include <asm/memory.h>
#include <drivers/smbios.h>
#include <lib/crc32.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/sparse.h>

int json_head(char head[JSON_HEAD_SIZE], const char *body, size_t len)
{
	return scnprintf(head, JSON_HEAD_SIZE, "{\"format\":\"atlas-report\",\"version\":%u,\"crc32\":\"%08x\",\"body\":\n",
			 JSON_REPORT_VERSION, crc32(0, body, len));
}

static void json_modules(struct json *j)
{
	json_long_array(j, "modules");
	for (unsigned int i = 0; i < smbios_info.nr_modules; i++) {
		const struct smbios_module *m = &smbios_info.module[i];

		json_object(j, NULL);
		json_string(j, "slot", m->locator);
		if (!m->size_unknown)
			json_number(j, "bytes", m->size);
		if (m->size || m->size_unknown) {
			json_string(j, "type", smbios_memory_type(m->type));
			json_string(j, "form", smbios_form_factor(m->form_factor));
			json_number(j, "speed", m->speed);
			json_word(j, "manufacturer", m->manufacturer);
			json_word(j, "part", m->part);
		}
		json_end(j);
	}
	json_end(j);
}

void json_machine(struct json *j)
{
	const struct smbios_info *s = &smbios_info;

	json_long_object(j, "machine");
	json_string(j, "manufacturer", s->manufacturer);
	json_string(j, "product", s->product);
	json_word(j, "version", s->version);
	json_word(j, "board_manufacturer", s->board_manufacturer);
	json_word(j, "board_product", s->board_product);
	json_word(j, "bios_vendor", s->bios_vendor);
	json_word(j, "bios_version", s->bios_version);
	json_word(j, "bios_date", s->bios_date);
	json_word(j, "processor", s->processor);
	json_bool(j, "ecc", s->ecc);
	json_modules(j);
	json_end(j);
}

void json_firmware_map(struct json *j)
{
	struct efi_mem_desc d;
	size_t pos = 0;

	if (!report_efi_map)
		return;
	json_long_array(j, "firmware_map");
	while (efi_map_next(report_efi_map, report_bootinfo.efi_map.size, report_bootinfo.efi_desc_size, &pos, &d)) {
		json_object(j, NULL);
		json_number(j, "type", d.type);
		json_string(j, "name", efi_type_name(d.type));
		json_hex(j, "start", d.start);
		json_hex(j, "pages", d.nr_pages);
		json_hex(j, "attributes", d.attribute);
		json_end(j);
	}
	json_end(j);
}

static void json_range(struct json *j, u64 start, u64 end_inclusive)
{
	json_hex(j, "start", start);
	json_hex(j, "end", end_inclusive);
}

void json_e820(struct json *j, const struct e820_table *t)
{
	const struct e820_stats *s = &t->stats;

	json_long_array(j, "e820");
	for (unsigned int i = 0; i < t->nr; i++) {
		json_object(j, NULL);
		json_range(j, t->e[i].r.start, t->e[i].r.end - 1);
		json_string(j, "type", e820_type_name(t->e[i].type));
		json_end(j);
	}
	json_end(j);
	json_object(j, "map_faults");
	json_number(j, "entries", s->nr_in);
	json_number(j, "empty", s->nr_empty);
	json_number(j, "out_of_order", s->nr_unsorted);
	json_number(j, "impossible", s->nr_wrapping);
	json_number(j, "overlapping", s->nr_overlap);
	json_number(j, "lost", s->nr_dropped);
	json_end(j);
}

struct tree {
	struct json *j;
	int depth;              /* of the node that is open, -1: none */
};

static void close_to(struct tree *t, int depth)
{
	for (; t->depth >= depth; t->depth--) {
		json_end(t->j);         /* children */
		json_end(t->j);         /* the node */
	}
}

static int one_resource(const struct resource *r, int depth, void *arg)
{
	struct tree *t = arg;

	close_to(t, depth);
	json_object(t->j, NULL);
	json_range(t->j, r->start, r->end);
	json_string(t->j, "name", r->name);
	json_long_array(t->j, "children");
	t->depth = depth;
	return 0;
}

void json_iomem(struct json *j, struct resource *root)
{
	struct tree t = { j, -1 };

	json_long_array(j, "iomem");
	resource_walk(root, one_resource, &t);
	close_to(&t, 0);
	json_end(j);
}

/* Kinds are what colours mean on the screen. */
static const char *slice_kind(unsigned int s)
{
	switch (s) {
	case MEM_FREE: case MEM_PCP: return "free";
	case MEM_UNTOUCHED: return "untouched";
	case MEM_ANON: case MEM_SHMEM: case MEM_FILE: case MEM_USER_TABLE: return "process";
	case MEM_POISONED: return "bad";
	case MEM_CRUMBS: case MEM_UNREACHABLE: case MEM_LOW: return "firmware";
	default: return s >= MEM_FIRST_FIRMWARE ? "firmware" : "kernel";
	}
}

static void json_slices(struct json *j, const struct mem_account *m)
{
	json_long_array(j, "slices");
	for (unsigned int i = 0; i < NR_MEM_SLICES; i++) {
		json_object(j, NULL);
		json_string(j, "name", mem_slice_info[i].name);
		json_string(j, "kind", slice_kind(i));
		json_bool(j, "usable", i < MEM_FIRST_FIRMWARE);
		json_number(j, "bytes", m->bytes[i]);
		json_string(j, "what", mem_slice_info[i].what);
		json_string(j, "who", mem_slice_info[i].who);
		json_end(j);
	}
	json_end(j);
}

void json_account(struct json *j)
{
	static struct account a;

	account_all(&a);
	json_long_object(j, "memory");
	if (a.installed)
		json_number(j, "installed", a.installed);
	json_number(j, "usable", a.m.usable);
	json_number(j, "listed", a.listed);
	json_number(j, "unlisted", a.unlisted);
	json_number(j, "over", a.over);
	json_number(j, "devices", a.devices);
	json_array(j, "firmware");
	for (u32 t = 0; t < NR_EFI_TYPES; t++) {
		if (!a.firmware[t])
			continue;
		json_object(j, NULL);
		json_string(j, "name", efi_type_name(t));
		json_number(j, "bytes", a.firmware[t]);
		json_end(j);
	}
	json_end(j);
	json_slices(j, &a.m);
	json_number(j, "sum", a.m.sum);
	json_number(j, "total", a.m.total);
	json_number(j, "law", (u64)a.broken_law);
	json_end(j);
}

void json_zones(struct json *j)
{
	json_long_array(j, "zones");
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &zones[i];

		if (z->start_pfn == z->end_pfn)
			continue;
		json_object(j, NULL);
		json_string(j, "name", z->name);
		json_range(j, PFN_PHYS(z->start_pfn), PFN_PHYS(z->end_pfn) - 1);
		json_number(j, "present", z->present_pages);
		json_number(j, "managed", z->managed_pages);
		json_number(j, "free", zone_free_pages(z));
		json_number(j, "untouched", z->nr_untouched);
		json_number(j, "min", z->watermark_min);
		json_number(j, "low", z->watermark_low);
		json_number(j, "high", z->watermark_high);
		json_array(j, "free_blocks");
		for (unsigned int o = 0; o < NR_ORDERS; o++)
			json_number(j, NULL, z->free_area[o].nr_free);
		json_end(j);
		json_end(j);
	}
	json_end(j);
}

void json_sections(struct json *j)
{
	struct section_stats s;
	phys_addr_t start, end;

	section_stats(&s);
	json_object(j, "sections");
	json_number(j, "bytes_each", SECTION_SIZE);
	json_number(j, "online", s.nr_online);
	json_number(j, "untouched", s.nr_untouched);
	json_number(j, "memmap_pages", s.memmap_pages);
	json_number(j, "kernel_table_pages", nr_kernel_table_pages);
	json_array(j, "untouched_ranges");
	for (unsigned int i = 0; untouched_range(i, &start, &end); i++) {
		json_object(j, NULL);
		json_range(j, start, end - 1);
		json_end(j);
	}
	json_end(j);
	json_end(j);
}
