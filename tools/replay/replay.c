// SPDX-License-Identifier: MIT
/*
 * replay DIR: what Atlas makes of a recorded machine (tests/machines, or \atlas\machines on a stick): its e820, iomem,
 * memblock, zones, sections and who has each byte, by the kernel's own C code on a simulated machine
 * (tests/host/machine.h). DIR holds efi-memmap.txt or e820.txt; smbios.txt, if there, says what is installed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iomem/e820.h>
#include <iomem/map_text.h>
#include <iomem/resource.h>
#include <lib/printk.h>
#include <mm/accounting.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/slab.h>
#include <mm/sparse.h>

#include "../../tests/host/machine.h"

#define IMAGE_SIZE (2560UL << 10)       /* the kernel's, about */
#define LINK_PHYS 0x100000UL
#define CONGRUENT (2UL << 20)

static void die(const char *what, const char *of)
{
	fprintf(stderr, "replay: %s: %s\n", of, what);
	exit(1);
}

static FILE *open_in(const char *dir, const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, "r");
}

/* False: DIR has no such file. */
static bool read_map(const char *dir, const char *name, struct e820_table *t)
{
	static char text[1 << 20];
	FILE *f = open_in(dir, name);
	unsigned int bad_line;
	char what[80];
	size_t size;

	if (!f)
		return false;
	size = fread(text, 1, sizeof(text), f);
	fclose(f);
	if (map_text_parse(t, text, size, &bad_line) == -EINVAL) {
		snprintf(what, sizeof(what), "line %u of %s is not as tests/machines/README.md says", bad_line, name);
		die(what, dir);
	}
	return true;
}

static u64 read_installed(const char *dir)
{
	FILE *f = open_in(dir, "smbios.txt");
	unsigned long long mib, sum = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "module: %llu MiB", &mib) == 1)
			sum += mib << 20;
	}
	if (f)
		fclose(f);
	return sum;
}

static void write_out(struct console *con, const char *text, size_t len)
{
	fwrite(text, 1, len, stdout);
}

static int print_resource(const struct resource *r, int depth, void *arg)
{
	char line[160];

	resource_format(r, depth, iomem_resource.end, line, sizeof(line));
	printf("%s\n", line[strlen(line) - 1] == '\n' ? (line[strlen(line) - 1] = '\0', line) : line);
	return 0;
}

static void print_ranges(const struct memblock_type *m)
{
	u64 sum = 0;

	printf("\nmemblock.%s\n", m->name);
	for (unsigned int i = 0; i < m->nr; i++) {
		printf("  %016" PRIx64 "-%016" PRIx64 " %12" PRIu64 " KiB\n", m->r[i].start, m->r[i].end - 1, range_size(m->r[i]) >> 10);
		sum += range_size(m->r[i]);
	}
	printf("  %u ranges, %" PRIu64 " KiB\n", m->nr, sum >> 10);
}

/* Where the loader would put the kernel: 1 MiB, or the lowest free place that differs by whole 2 MiB. */
static phys_addr_t place_image(const char *dir)
{
	for (unsigned int i = 0; i < memblock.memory.nr; i++) {
		struct range r = memblock.memory.r[i];
		u64 at = LINK_PHYS;

		if (r.start > at)
			at += (r.start - at + CONGRUENT - 1) / CONGRUENT * CONGRUENT;
		if (at < r.end && r.end - at >= IMAGE_SIZE && at + IMAGE_SIZE <= 1UL << 32)
			return at;
	}
	die("no free place for a kernel below 4 GiB", dir);
	return 0;
}

static void boot(const char *dir)
{
	struct kernel_image_ranges k;
	phys_addr_t at;

	host_machine_init();
	if (memblock_from_e820(&memblock, &e820_table))
		printf("(the map has more ranges than memblock holds)\n");
	at = place_image(dir);
	phys_base = at - LINK_PHYS;
	k.code = (struct range){ at, at + IMAGE_SIZE / 2 };
	k.rodata = (struct range){ k.code.end, k.code.end + IMAGE_SIZE / 4 };
	k.data = (struct range){ k.rodata.end, k.rodata.end + IMAGE_SIZE / 8 };
	k.bss = (struct range){ k.data.end, at + IMAGE_SIZE };
	if (memblock_reserve(&memblock, (struct range){ at, at + IMAGE_SIZE }) || iomem_from_e820(&iomem_resource, &e820_table) ||
	    iomem_add_kernel(&iomem_resource, &k))
		die("its memory map does not fit into the resource tree", dir);
	direct_map_init(&memblock, &k, PHYS_ADDR_MAX);
	vmemmap_init(&memblock);
	page_alloc_init(&memblock, PHYS_ADDR_MAX);
	highmem_init();
	slab_init();
	vmalloc_init();
}

static void print_accounts(u64 installed)
{
	struct mem_account a;
	int broken = account_check(&e820_table, &a);

	printf("\nwho has each byte\n");
	for (int i = 0; i < NR_MEM_SLICES; i++) {
		if (a.bytes[i])
			printf("  %14" PRIu64 " KiB  %-22s %s\n", a.bytes[i] >> 10, mem_slice_info[i].name, mem_slice_info[i].what);
	}
	printf("  %14" PRIu64 " KiB  sum; the map has %" PRIu64 " KiB: %s\n", a.sum >> 10, a.total >> 10,
	       a.sum == a.total && !broken ? "it closes" : "IT DOES NOT CLOSE");
	printf("  %14" PRIu64 " KiB  usable\n", a.usable >> 10);
	if (installed)
		printf("  %14" PRIu64 " KiB  installed; not usable: %" PRId64 " KiB\n", installed >> 10, (int64_t)(installed - a.usable) >> 10);
	if (a.sum != a.total || broken)
		exit(2);
}

int main(int argc, char **argv)
{
	struct console out = { .name = "stdout", .write = write_out, .level = LOG_INFO };
	struct section_stats s;

	if (argc != 2)
		die("usage: replay DIR (or: make replay MACHINE=DIR)", "one folder with efi-memmap.txt or e820.txt");
	console_register(&out, false);
	if (!read_map(argv[1], "efi-memmap.txt", &e820_table) && !read_map(argv[1], "e820.txt", &e820_table))
		die("no efi-memmap.txt and no e820.txt in it", argv[1]);
	if (e820_trim_bios(&e820_table))
		die("too many entries", argv[1]);
	printf("e820\n");
	e820_print(&e820_table);
	boot(argv[1]);
	printf("\niomem\n");
	resource_walk(&iomem_resource, print_resource, NULL);
	print_ranges(&memblock.memory);
	print_ranges(&memblock.reserved);
	section_stats(&s);
	printf("\nsections of 128 MiB: %" PRIu64 " online, %" PRIu64 " untouched, %" PRIu64 " KiB of struct page\n", s.nr_online, s.nr_untouched,
	       s.memmap_pages * 4);
	print_accounts(read_installed(argv[1]));
	fflush(stdout);
	return 0;
}
