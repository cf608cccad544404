// SPDX-License-Identifier: MIT
/* See record.h. */
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iomem/e820.h>
#include <iomem/map_text.h>
#include <iomem/resource.h>
#include <lib/printk.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/slab.h>

#include "../../tests/host/machine.h"

#define MAX_TEXT (1UL << 20)
#define IMAGE_SIZE (2560UL << 10)       /* the kernel's, about */
#define LINK_PHYS 0x100000UL
#define CONGRUENT (2UL << 20)

static char problem[200];

/* A file of the folder, NULL when it has none; the caller frees. More than MAX_TEXT is left out. */
static char *read_file(const char *dir, const char *name, size_t *size)
{
	char path[1024], *text;
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) || !(f = fopen(path, "r")))
		return NULL;
	text = malloc(MAX_TEXT + 1);
	*size = text ? fread(text, 1, MAX_TEXT, f) : 0;
	if (text)
		text[*size] = '\0';
	fclose(f);
	return text;
}

/* UEFI 2.10, 7.2: EFI_MEMORY_DESCRIPTOR. */
struct descriptor {
	u32 type, pad;
	u64 start, virt, nr_pages, attribute;
};
static_assert(sizeof(struct descriptor) == EFI_DESC_SIZE);

static const char *make_efi_map(struct record *r, const char *text, size_t size)
{
	struct descriptor *out = malloc(MAX_TEXT / 8 * sizeof(*out)); /* a line has more than 8 characters */
	struct efi_mem_desc d;
	size_t pos = 0, n = 0;

	if (!out)
		return "no memory";
	while (n < MAX_TEXT / 8 && map_text_next_desc(text, size, &pos, &d))
		out[n++] = (struct descriptor){ .type = d.type, .start = d.start, .nr_pages = d.nr_pages, .attribute = d.attribute };
	r->has_efi = true;
	r->efi_map = out;
	r->efi_size = n * sizeof(*out);
	return NULL;
}

/* problem[0] stays 0 where @dir has no such file, or it is well. */
static bool read_map(struct record *r, const char *dir, const char *name)
{
	const char *why = NULL;
	unsigned int bad_line;
	size_t size;
	char *text = read_file(dir, name, &size);

	if (!text)
		return false;
	if (map_text_parse(&e820_table, text, size, &bad_line) == -EINVAL) {
		if (bad_line)
			snprintf(problem, sizeof(problem), "line %u of %s is not as tests/machines/README.md says", bad_line, name);
		else
			snprintf(problem, sizeof(problem), "%s has no entry", name);
	} else if (!strcmp(name, "efi-memmap.txt")) {
		why = make_efi_map(r, text, size);
	}
	if (why)
		snprintf(problem, sizeof(problem), "%s", why);
	free(text);
	return true;
}

static void read_words(struct record *r, const char *dir)
{
	size_t size, len = strlen(dir), start;
	char *text;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	for (start = len; start && dir[start - 1] != '/'; start--)
		;
	snprintf(r->name, sizeof(r->name), "%.*s", (int)(len - start), dir + start);
	text = read_file(dir, "SOURCE", &size);
	if (text)
		snprintf(r->origin, sizeof(r->origin), "%.*s", (int)(size && text[size - 1] == '\n' ? size - 1 : size), text);
	free(text);
	text = read_file(dir, "smbios.txt", &size);
	r->has_smbios = text != NULL;
	if (text)
		record_parse_smbios(&smbios_info, text, size);
	free(text);
}

const char *record_read(struct record *r, const char *dir)
{
	*r = (struct record){ .has_efi = false };
	problem[0] = '\0';
	if (!read_map(r, dir, "efi-memmap.txt") && !read_map(r, dir, "e820.txt"))
		return "no efi-memmap.txt and no e820.txt in it";
	if (problem[0])
		return problem;
	if (e820_trim_bios(&e820_table))
		return "too many entries";
	read_words(r, dir);
	return NULL;
}

/* Where the loader would put the kernel: 1 MiB, or the lowest free place that differs by whole 2 MiB. 0: nowhere. */
static phys_addr_t place_image(void)
{
	for (unsigned int i = 0; i < memblock.memory.nr; i++) {
		struct range r = memblock.memory.r[i];
		u64 at = LINK_PHYS;

		if (r.start > at)
			at += (r.start - at + CONGRUENT - 1) / CONGRUENT * CONGRUENT;
		if (at < r.end && r.end - at >= IMAGE_SIZE && at + IMAGE_SIZE <= 1UL << 32)
			return at;
	}
	return 0;
}

const char *record_boot(void)
{
	struct kernel_image_ranges k;
	phys_addr_t at;

	host_machine_init();
	if (memblock_from_e820(&memblock, &e820_table))
		pr_warn("the map has more ranges than memblock holds\n");
	at = place_image();
	if (!at)
		return "no free place for a kernel below 4 GiB";
	phys_base = at - LINK_PHYS;
	k.code = (struct range){ at, at + IMAGE_SIZE / 2 };
	k.rodata = (struct range){ k.code.end, k.code.end + IMAGE_SIZE / 4 };
	k.data = (struct range){ k.rodata.end, k.rodata.end + IMAGE_SIZE / 8 };
	k.bss = (struct range){ k.data.end, at + IMAGE_SIZE };
	if (memblock_reserve(&memblock, (struct range){ at, at + IMAGE_SIZE }) || iomem_from_e820(&iomem_resource, &e820_table) ||
	    iomem_add_kernel(&iomem_resource, &k))
		return "its memory map does not fit into the resource tree";
	direct_map_init(&memblock, &k, PHYS_ADDR_MAX);
	vmemmap_init(&memblock);
	page_alloc_init(&memblock, PHYS_ADDR_MAX);
	highmem_init();
	slab_init();
	vmalloc_init();
	return NULL;
}
