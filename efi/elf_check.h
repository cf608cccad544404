/* SPDX-License-Identifier: MIT */
/*
 * May this file be the kernel? Pure: bytes in, plan or sentence out; runs on the host under ASan and
 * a fuzzer (tests/host/elf_check_test.c). Source: System V gABI, chapters 4 and 5.
 *
 * Accepted: 64-bit little-endian x86-64 executables whose PT_LOAD segments lie inside the file and
 * inside the kernel's window [__START_KERNEL_map + 1 MiB, + 512 MiB), in address order, page-aligned,
 * not sharing a page, none writable and executable, with the entry point inside an executable
 * one. p_paddr is ignored: physical = virtual - __START_KERNEL_map + phys_base.
 *
 * The seal: tools/seal.c writes "ATL" and the file's CRC-32 (taken with the seven bytes 0) into
 * e_ident[EI_PAD..15], which ELF leaves unused. So one flipped bit anywhere in the file is found.
 */
#ifndef EFI_ELF_CHECK_H
#define EFI_ELF_CHECK_H

#include <lib/compiler.h>
#include <lib/types.h>

#define ELF_MAX_LOADS 16
#define ELF_SEAL_OFFSET 9
#define ELF_SEAL_SIZE 7

struct elf_load {
	u64 offset, file_size;          /* where in the file, bytes */
	u64 image_offset, mem_size;     /* where from the image's start, bytes */
	u32 flags;                      /* PF_X 1, PF_W 2, PF_R 4 */
};

struct elf_plan {
	u64 link_phys;                  /* physical address that the image is linked for (page-aligned) */
	u64 size;                       /* bytes from the first segment's start to the last's end, whole pages */
	u64 entry_offset;               /* entry point from the image's start */
	bool sealed;                    /* has a seal, and it is right */
	unsigned int nr_loads;
	struct elf_load load[ELF_MAX_LOADS];
};

/* NULL: *plan is filled. Else what is wrong, a clause without a full stop ("it is cut short ..."). */
const char *elf_check(const void *file, u64 size, struct elf_plan *plan) __must_check;

/* The CRC-32 that the seal of @file must hold (@size at least 16). */
u32 elf_seal_crc(const void *file, u64 size);

#endif
