/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables. The section .data..percpu of the image is the boot CPU's copy; GS holds the
 * distance from there to this CPU's copy (0 on the boot CPU), so a variable's own address works as the
 * operand and debuggers see the boot CPU's values. One CPU today; nothing here changes when more come.
 * Host tests have their own version (plain variables).
 *
 *     DEFINE_PER_CPU(struct pcp, pcp_lists);  in one .c
 *     DECLARE_PER_CPU(struct pcp, pcp_lists); in a header
 *     this_cpu_ptr(pcp_lists)                 pointer to this CPU's copy; the kernel is not preemptible,
 *                                             so it stays valid until the task sleeps
 *     this_cpu_read(var), this_cpu_write(var, value): one instruction each, 8-, 4- or 1-byte scalars
 *     this_cpu_read_stable(var): the same for what a task always sees the same (its own task_struct):
 *                                             the compiler may read it once and keep it
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <lib/compiler.h>
#include <lib/types.h>

#define DEFINE_PER_CPU(type, name) __section(".data..percpu") __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __section(".data..percpu") __typeof__(type) name

extern unsigned long this_cpu_off; /* itself per-CPU: what GS holds */

#define this_cpu_read(var) ({ \
	__typeof__(var) __v; \
	__asm__ volatile("mov %%gs:%1, %0" : "=q"(__v) : "m"(var)); \
	__v; })
#define this_cpu_read_stable(var) ({ \
	__typeof__(var) __v; \
	__asm__("mov %%gs:%P1, %0" : "=q"(__v) : "p"(&(var))); \
	__v; })
#define this_cpu_write(var, value) do { \
	__typeof__(var) __v = (value); \
	__asm__ volatile("mov %1, %%gs:%0" : "=m"(var) : "q"(__v)); \
	} while (0)
#define this_cpu_ptr(var) ({ \
	__typeof__(var) *__p; \
	unsigned long __off; \
	__asm__("mov %%gs:%1, %0" : "=r"(__off) : "m"(this_cpu_off)); \
	__p = (__typeof__(var) *)((unsigned long)&(var) + __off); \
	__p; })

#endif
