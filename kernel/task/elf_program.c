/* SPDX-License-Identifier: MIT */
/* ELF header checks: see elf_program.h. */
#include <asm/page.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include "elf_program.h"

int elf_program_header(const struct elf64_hdr *h)
{
	if (memcmp(h->e_ident, ELFMAG, SELFMAG))
		return -ENOEXEC;
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	if ((h->e_type != ET_EXEC && h->e_type != ET_DYN) || h->e_machine != EM_X86_64)
		return -ENOEXEC;
	if (h->e_phentsize != sizeof(struct elf64_phdr) || !h->e_phnum || h->e_phnum > ELF_MAX_PHDRS)
		return -ENOEXEC;
	return 0;
}

/* Can Linux's elf_map map it? What can't kills the program: exec finds out when the old one is gone. */
static bool can_be_mapped(const struct elf64_phdr *p, u64 limit)
{
	u64 file_end, mem_end;

	if (p->p_filesz > p->p_memsz)
		return false;
	if (__builtin_add_overflow(p->p_vaddr, p->p_memsz, &mem_end) || mem_end > limit)
		return false;
	if (!p->p_filesz)
		return true;
	if (__builtin_add_overflow(p->p_offset, p->p_filesz, &file_end) || file_end > U64_MAX / 2 - PAGE_SIZE)
		return false;
	return !((p->p_vaddr ^ p->p_offset) & ~PAGE_MASK);
}

/* In any order, over each other, beyond the end of the file: as Linux takes them. */
static void add_load(const struct elf64_hdr *h, const struct elf64_phdr *p, u64 limit, struct elf_layout *o)
{
	u64 mem_end = p->p_vaddr + p->p_memsz, data_end = p->p_vaddr + p->p_filesz;

	if (!p->p_memsz && !p->p_filesz)
		return;
	if (!can_be_mapped(p, limit)) {
		o->unmappable = true;
		return;
	}
	if (!o->nr_load++) {
		o->min_vaddr = p->p_vaddr & PAGE_MASK;
		o->start_code = o->start_data = p->p_vaddr;
	}
	o->min_vaddr = min(o->min_vaddr, p->p_vaddr & PAGE_MASK);
	o->start_code = min(o->start_code, p->p_vaddr);
	o->start_data = max(o->start_data, p->p_vaddr); /* the highest segment's, as in Linux */
	if ((p->p_flags & PF_X) && o->end_code < data_end)
		o->end_code = data_end;
	o->end_data = max(o->end_data, data_end);
	o->brk = max(o->brk, mem_end);
	o->max_vaddr = PAGE_ALIGN(o->brk);
	if (p->p_filesz && h->e_phoff >= p->p_offset && h->e_phoff - p->p_offset < p->p_filesz)
		o->phdr_vaddr = p->p_vaddr + (h->e_phoff - p->p_offset);
}

int elf_program_layout(const struct elf64_hdr *h, const struct elf64_phdr *ph, u64 file_size, u64 limit,
		    struct elf_layout *o)
{
	/* An entry outside of every segment is the program's own problem: it dies by SIGSEGV, as in Linux. */
	memset(o, 0, sizeof(*o));
	o->exec_stack = true;
	for (unsigned int i = 0; i < h->e_phnum; i++) {
		const struct elf64_phdr *p = &ph[i];

		switch (p->p_type) {
		case PT_LOAD:
			add_load(h, p, limit, o);
			break;
		case PT_INTERP:
			if (o->has_interp)
				break;  /* the first counts */
			if (p->p_filesz < 2 || p->p_filesz > ELF_MAX_INTERP || p->p_offset > file_size ||
			    p->p_filesz > file_size - p->p_offset)
				return -ENOEXEC;
			o->has_interp = true;
			o->interp_offset = p->p_offset;
			o->interp_size = p->p_filesz;
			break;
		case PT_GNU_STACK:
			o->exec_stack = p->p_flags & PF_X;
			break;
		}
	}
	if (!o->nr_load && !o->unmappable)
		return -ENOEXEC;
	return 0;
}
