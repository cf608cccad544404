/* SPDX-License-Identifier: MIT */
/*
 * Selectors. Linux's numbers, since ring 3 sees them in signal frames. SYSCALL and SYSRET fix the
 * order (SDM vol. 3, 5.8.8): kernel CS, SS = CS + 8; user SS = base + 8, CS = base + 16. There is no
 * 32-bit user segment, so ring 3 cannot enter compatibility mode.
 */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#define KERNEL32_CS 0x08        /* only head.S: leaving 5-level paging */
#define KERNEL_CS   0x10
#define KERNEL_DS   0x18
#define USER_BASE   0x23        /* no descriptor: what SYSRET counts from */
#define USER_DS     0x2b
#define USER_CS     0x33
#define TSS_SEL     0x40        /* two slots */
#define GDT_ENTRIES 10

#endif
