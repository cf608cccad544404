// SPDX-License-Identifier: MIT
/*
 * replay DIR: what Atlas makes of a recorded machine (tests/machines, or \atlas\machines on a stick): its e820, iomem,
 * memblock, zones, sections and who has each byte, by the kernel's own C code on a simulated machine (record.h). DIR holds
 * efi-memmap.txt or e820.txt; smbios.txt, if there, says what is installed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iomem/e820.h>
#include <iomem/resource.h>
#include <lib/printk.h>
#include <mm/accounting.h>
#include <mm/init.h>
#include <mm/sparse.h>

#include "record.h"

static const char *fail_for;

static void die_if(const char *problem)
{
	if (!problem)
		return;
	fprintf(stderr, "replay: %s: %s\n", fail_for, problem);
	exit(1);
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
	static struct record r;

	if (argc != 2) {
		fputs("usage: replay DIR (or: make replay MACHINE=DIR)\nDIR: one folder with efi-memmap.txt or e820.txt\n", stderr);
		return 1;
	}
	fail_for = argv[1];
	console_register(&out, false);
	die_if(record_read(&r, argv[1]));
	printf("e820\n");
	e820_print(&e820_table);
	die_if(record_boot());
	printf("\niomem\n");
	resource_walk(&iomem_resource, print_resource, NULL);
	print_ranges(&memblock.memory);
	print_ranges(&memblock.reserved);
	section_stats(&s);
	printf("\nsections of 128 MiB: %" PRIu64 " online, %" PRIu64 " untouched, %" PRIu64 " KiB of struct page\n", s.nr_online, s.nr_untouched,
	       s.memmap_pages * 4);
	print_accounts(smbios_installed_bytes(&smbios_info));
	fflush(stdout);
	return 0;
}
