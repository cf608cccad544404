/* SPDX-License-Identifier: MIT */
/*
 * Where things lie in a new address space, by Linux's rules for x86-64: stack below TASK_SIZE (22 random bits of
 * pages), mappings below stack limit and gap (28 bits), PIE at 2/3 of the space (28 bits), heap up to 32 MiB
 * behind the program. Off by the boot option norandmaps, /proc/sys/kernel/randomize_va_space 0, or
 * personality(ADDR_NO_RANDOMIZE) of the caller.
 */
#ifndef TASK_ASLR_H
#define TASK_ASLR_H

#include <lib/types.h>

#define ELF_ET_DYN_BASE (TASK_SIZE / 3 * 2)

bool aslr_on(void);                     /* for the current task's next program */
u64 aslr_stack_top(void);
u64 aslr_stack_pad(u64 p);
u64 aslr_mmap_base(u64 stack_limit);
u64 aslr_mmap_offset(void);
u64 aslr_brk(u64 brk);

#endif
