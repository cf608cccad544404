/* SPDX-License-Identifier: MIT */
/*
 * Instructions that may fault, and where to go on: pairs of 32-bit distances, each from its own place.
 * ALT_SMAP_*: three bytes of nop that alternatives_apply() turns into CLAC or STAC where the CPU has SMAP.
 */
#ifndef ASM_EXTABLE_H
#define ASM_EXTABLE_H

#define ALT_CLAC 1
#define ALT_STAC 2
#define ALT_XSAVEOPT 3

#ifdef __ASSEMBLY__
.macro EXTABLE from, to
	.pushsection __ex_table, "a"
	.balign 4
	.long	\from - .
	.long	\to - .
	.popsection
.endm
.macro ALT_SMAP which
771:	.byte	0x0f, 0x1f, 0x00
	.pushsection .altinstr, "a"
	.balign 4
	.long	771b - .
	.long	\which
	.popsection
.endm
#define CLAC ALT_SMAP ALT_CLAC
#define STAC ALT_SMAP ALT_STAC
#else
#define EXTABLE_ASM(from, to) \
	".pushsection __ex_table, \"a\"\n.balign 4\n.long " from " - .\n.long " to " - .\n.popsection\n"
#define ALT_ASM_(which) \
	"771: .byte 0x0f, 0x1f, 0x00\n.pushsection .altinstr, \"a\"\n.balign 4\n.long 771b - .\n.long " #which "\n.popsection\n"
#define ALT_ASM(which) ALT_ASM_(which)
#define user_access_begin() __asm__ volatile(ALT_ASM(ALT_STAC) ::: "memory")
#define user_access_end() __asm__ volatile(ALT_ASM(ALT_CLAC) ::: "memory")
#endif

#endif
