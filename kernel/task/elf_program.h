/* SPDX-License-Identifier: MIT */
/*
 * Is this a program that can be run, and where does it want to lie? Pure: bytes in, verdict out; the file may
 * hold anything. Used by exec; fuzzed on the host.
 */
#ifndef TASK_ELF_PROGRAM_H
#define TASK_ELF_PROGRAM_H

#include <lib/types.h>
#include <uapi/elf.h>

#define ELF_MAX_PHDRS (65536 / sizeof(struct elf64_phdr))       /* Linux's limit: 64 KiB of them */
#define ELF_MAX_INTERP 4096

struct elf_layout {
	u64 min_vaddr, max_vaddr;       /* of all PT_LOADs, page-aligned, half-open; bias not added */
	u64 start_code, end_code, start_data, end_data;
	u64 brk;                        /* highest byte of memory + 1, not aligned */
	u64 phdr_vaddr;                 /* where the program headers are mapped, 0: nowhere */
	unsigned int nr_load;
	bool unmappable;                /* a PT_LOAD can't lie where it wants to: the program dies by SIGSEGV as it starts */
	bool exec_stack;                /* PT_GNU_STACK asks for it, or is missing */
	bool has_interp;
	u64 interp_offset, interp_size; /* bytes in the file, NUL included */
};

/* 0, or -ENOEXEC: not an x86-64 ELF program. Checks nothing but the header. */
int elf_program_header(const struct elf64_hdr *h);
/*
 * All program headers; PT_INTERP against a file of @file_size bytes, PT_LOADs may lie beyond its end. 0 or -ENOEXEC
 * (nothing to load, a bad PT_INTERP). @limit: end of the address space.
 */
int elf_program_layout(const struct elf64_hdr *h, const struct elf64_phdr *ph, u64 file_size, u64 limit,
		    struct elf_layout *out);

#endif
