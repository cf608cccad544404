/* SPDX-License-Identifier: MIT */
/*
 * The vDSO: an ELF image that every process has mapped, with functions that tell the time without a system call
 * (kernel/x86/vdso), and one page of data right below it. glibc and musl find it by AT_SYSINFO_EHDR.
 */
#ifndef X86_VDSO_H
#define X86_VDSO_H

#include <lib/compiler.h>
#include <lib/types.h>

/*
 * What the kernel tells the functions. Written by the kernel only, between two instructions of ring 3: a reader that
 * was interrupted sees another @seq and reads again.
 */
struct vdso_data {
	u32 seq;
	u32 reserved;
	u64 tsc_base, tsc_mult;         /* monotonic ns = (tsc - base) * mult >> 32; mult 0: ask the kernel */
	s64 real_offset_ns;             /* CLOCK_REALTIME - CLOCK_MONOTONIC */
};
static_assert(sizeof(struct vdso_data) == 32);

extern const unsigned char vdso_image[];        /* the ELF file: kernel/x86/vdso */
extern const unsigned long vdso_image_size;

#endif
