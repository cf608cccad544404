/* SPDX-License-Identifier: MIT */
/* How memory is asked for. Linux's names; the values are ours. */
#ifndef MM_GFP_H
#define MM_GFP_H

#include <lib/types.h>

#define __GFP_DMA      0x01u  /* below 16 MiB */
#define __GFP_DMA32    0x02u  /* below 4 GiB */
#define __GFP_HIGHMEM  0x04u  /* may have no permanent kernel address: reach it through kmap */
#define __GFP_ZERO     0x08u
#define __GFP_ATOMIC   0x10u  /* may use the reserve below the min watermark */
#define __GFP_NOWARN   0x20u
#define __GFP_NOFAIL_BOOT 0x40u /* boot only: panics with a sentence instead of failing */

#define GFP_KERNEL     0x00u
#define GFP_USER       GFP_KERNEL
#define GFP_HIGHUSER   __GFP_HIGHMEM
#define GFP_ATOMIC     __GFP_ATOMIC

#endif
