/* SPDX-License-Identifier: MIT */
/*
 * The borders of the kernel image, from kernel/x86/kernel.lds.S: page-aligned virtual addresses in
 * ascending order, text RX, rodata R, data and bss RW. Half-open.
 */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

extern char _stext[], _etext[];
extern char __sched_text_start[], __sched_text_end[]; /* in the text: functions marked __sched */
extern char __start_rodata[], __end_rodata[];
extern char _sdata[], _edata[];
extern char __bss_start[], __bss_stop[];
extern char _end[];             /* == __bss_stop */

#endif
