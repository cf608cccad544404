/* SPDX-License-Identifier: MIT */
/*
 * The host's version of the layout: the same regions at addresses that a Linux process may have, between
 * ASan's shadow (up to 0x10007fff8000) and its heap (from 0x500000000000); a quarter of the sizes. The real
 * header is read first, so its own asserts and types are the real ones. stub/machine.c is the MMU.
 * With REAL_LAYOUT nothing is moved: for code that only computes with the addresses (the loader's).
 */
#ifndef HOST_ASM_VMLAYOUT_H
#define HOST_ASM_VMLAYOUT_H

#include_next <asm/vmlayout.h>

#ifndef REAL_LAYOUT
#undef KERNEL_HALF_START
#undef PAGE_OFFSET
#undef PAGE_OFFSET_END
#undef VMALLOC_START
#undef VMALLOC_END
#undef VMEMMAP_START
#undef VMEMMAP_END
#undef __START_KERNEL_map
#undef KERNEL_IMAGE_END
#undef PKMAP_BASE
#undef PKMAP_END
#undef FIXADDR_START
#undef FIXADDR_TOP

#define KERNEL_HALF_START  0x0000108000000000UL
#define PAGE_OFFSET        0x0000110000000000UL  /* 16 TiB */
#define PAGE_OFFSET_END    0x000020ffffffffffUL
#define VMALLOC_START      0x0000220000000000UL  /* 8 TiB */
#define VMALLOC_END        0x000029ffffffffffUL
#define VMEMMAP_START      0x0000330000000000UL  /* 256 GiB */
#define VMEMMAP_END        0x0000333fffffffffUL
#define __START_KERNEL_map 0x0000340080000000UL
#define KERNEL_IMAGE_END   0x000034009fffffffUL
#define PKMAP_BASE         0x0000350000000000UL
#define PKMAP_END          0x00003500003fffffUL
#define FIXADDR_START      0x0000350000400000UL
#define FIXADDR_TOP        0x0000350000fff000UL
#endif

#endif
