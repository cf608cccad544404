/* SPDX-License-Identifier: MIT */
/* ELF64: the file format of programs. System V ABI, chapter 4 and 5; AMD64 supplement. */
#ifndef UAPI_ELF_H
#define UAPI_ELF_H

#include <lib/compiler.h>
#include <lib/types.h>

struct elf64_hdr {
	u8 e_ident[16];
	u16 e_type, e_machine;
	u32 e_version;
	u64 e_entry, e_phoff, e_shoff;
	u32 e_flags;
	u16 e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};
static_assert(sizeof(struct elf64_hdr) == 64);

struct elf64_phdr {
	u32 p_type, p_flags;
	u64 p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};
static_assert(sizeof(struct elf64_phdr) == 56);

#ifndef ELFMAG
#define ELFMAG     "\177ELF"
#define SELFMAG    4
#define EI_CLASS   4
#define EI_DATA    5
#define EI_VERSION 6
#define ELFCLASS64  2
#define ELFDATA2LSB 1
#define ET_EXEC 2
#define ET_DYN  3
#define EM_X86_64 62
#define PT_LOAD    1
#define PT_DYNAMIC 2
#define PT_INTERP  3
#define PT_PHDR    6
#define PT_TLS     7
#define PT_GNU_STACK 0x6474e551
#define PF_X 1
#define PF_W 2
#define PF_R 4
#endif

#endif
