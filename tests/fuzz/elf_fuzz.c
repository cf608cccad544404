// SPDX-License-Identifier: MIT
/* What exec reads of a program, any bytes: the header as it comes, then with a good one any program headers. */
#include "check.h"
#include <asm/page.h>
#include "../../kernel/task/elf_program.h"

#define LIMIT 0x7ffffffff000UL
#define MAX_PHDRS 64

static void laws(const struct elf_layout *o, u64 file_size)
{
	if (o->has_interp)
		LAW(o->interp_size && o->interp_size <= ELF_MAX_INTERP && o->interp_offset <= file_size &&
		    o->interp_size <= file_size - o->interp_offset);
	if (o->unmappable)
		return;
	LAW(o->nr_load && o->min_vaddr < o->max_vaddr && o->max_vaddr <= LIMIT);
	LAW(!((o->min_vaddr | o->max_vaddr) & ~PAGE_MASK));
	LAW(o->brk > o->min_vaddr && o->brk <= o->max_vaddr);
	LAW(o->start_code >= o->min_vaddr && o->end_code <= o->max_vaddr && o->end_data <= o->max_vaddr);
	LAW(!o->phdr_vaddr || (o->phdr_vaddr >= o->min_vaddr && o->phdr_vaddr < o->max_vaddr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf64_hdr h = { 0 };
	struct elf_layout o;
	struct elf64_phdr *ph;
	u64 file_size = 0;
	size_t n;

	memcpy(&h, data, size < sizeof(h) ? size : sizeof(h));
	(void)elf_program_header(&h);
	if (size < 16 + sizeof(*ph))
		return 0;
	memcpy(&h.e_phoff, data, 8);
	memcpy(&file_size, data + 8, 6);
	n = (size - 16) / sizeof(*ph);
	h.e_phnum = n < MAX_PHDRS ? n : MAX_PHDRS;
	ph = malloc(h.e_phnum * sizeof(*ph));
	memcpy(ph, data + 16, h.e_phnum * sizeof(*ph));
	if (!elf_program_layout(&h, ph, file_size, LIMIT, &o))
		laws(&o, file_size);
	free(ph);
	return 0;
}
