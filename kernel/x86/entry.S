/* SPDX-License-Identifier: MIT */
/*
 * The doors between ring 3 and the kernel. Every entry leaves a struct pt_regs at the top of the stack
 * that it came in on; from ring 3 that is the task's, so it is task_pt_regs(current).
 *
 * GS: ring 3's in user mode, this CPU's offset in the kernel; the other one waits in MSR_KERNEL_GS_BASE.
 * Entries from ring 3 swap; the four that can strike between the two states (NMI, #DB, #MC, #DF, each on a
 * stack of its own) save what they find and load the kernel's.
 * AC: ring 3 may have set it, so every entry closes SMAP itself (SYSCALL: by its mask).
 */
#include <asm/extable.h>
#include <asm/ptrace.h>
#include <asm/segment.h>

#define R15 0
#define R14 8
#define R13 16
#define R12 24
#define RBP 32
#define RBX 40
#define R11 48
#define R10 56
#define R9 64
#define R8 72
#define RAX 80
#define RCX 88
#define RDX 96
#define RSI 104
#define RDI 112
#define ORIG_RAX 120
#define RIP 128
#define CS 136
#define RFLAGS 144
#define RSP 152
#define SS 160
#define TSS_SP0 4
#define EXIT_FULL 2                     /* process.c */
#define MSR_GS_BASE 0xc0000101
#define ENOSYS 38

/* All but %rdi, which the caller has pushed. A zero %rbp would lose the interrupted frame: it is kept. */
.macro PUSH_REST
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
.endm

.macro POP_REGS
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
.endm

	.section .entry.text, "ax"

/*
 * SYSCALL: %rcx = return address, %r11 = flags, IF DF TF AC NT cleared by the mask, stack still ring 3's.
 * 64-bit only: there is no 32-bit user code segment.
 */
	.balign 64
	.globl syscall_entry
syscall_entry:
	swapgs
	mov	%rsp, %gs:user_sp_scratch
	mov	%gs:cpu_tss + TSS_SP0, %rsp
	push	$USER_DS
	push	%gs:user_sp_scratch
	push	%r11
	push	$USER_CS
	push	%rcx
	push	%rax
	push	%rdi
	push	%rsi
	push	%rdx
	push	%rcx
	push	$-ENOSYS
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sti
	mov	%r10, %rcx
	cmp	%gs:syscall_limit, %rax /* 0 while the task's calls are watched: then none is below it */
	jae	slow_call
	mov	syscall_table(%rip), %r10
	call	*(%r10, %rax, 8)
call_done:
	cli
	mov	%rax, RAX(%rsp)
	cmpb	$0, %gs:exit_work
	jne	call_work
	/* SYSRET loads %rip and %rflags from %rcx and %r11: only when they are still what SYSCALL put there,
	 * and only a lower-half %rip (with another one it faults in ring 0 on ring 3's stack). */
	mov	RCX(%rsp), %rcx
	mov	R11(%rsp), %r11
	cmp	RIP(%rsp), %rcx
	jne	return_to_user
	cmp	RFLAGS(%rsp), %r11
	jne	return_to_user
	mov	%rcx, %rdx
	shr	$47, %rdx
	jne	return_to_user
	/* %rbx, %rbp, %r12-%r15 came back from C as they were. */
	mov	RDI(%rsp), %rdi
	mov	RSI(%rsp), %rsi
	mov	RDX(%rsp), %rdx
	mov	R8(%rsp), %r8
	mov	R9(%rsp), %r9
	mov	R10(%rsp), %r10
	mov	RSP(%rsp), %rsp
	swapgs
	sysretq

call_work:
	cmpb	$EXIT_FULL, %gs:exit_work
	jne	return_to_user
	movb	$0, %gs:exit_work       /* nothing to do but to load every register */
	jmp	load_all

/* An unknown number, or a watched task. What a tracer wrote into pt_regs must count, so: by IRETQ. */
slow_call:
	mov	%rsp, %rdi
	call	do_syscall_slow
	jmp	return_to_user

/* 32-bit SYSCALL on AMD would come here; ring 3 cannot be in that mode. */
	.globl syscall_entry_compat
syscall_entry_compat:
	ud2

/*
 * Vectors. Each stub leaves: error code (or -1), %rdi, and the vector in %edi.
 */
#define HAS_ERROR(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)
#define IS_PARANOID(v) ((v) == 1 || (v) == 2 || (v) == 8 || (v) == 18)

	.balign 64
	.globl idt_stubs
idt_stubs:
	.set	vec, 0
	.rept	256
	.balign 16
	.if !HAS_ERROR(vec)
	push	$-1
	.endif
	push	%rdi
	mov	$vec, %edi
	.if vec >= 32
	jmp	irq_common
	.elseif IS_PARANOID(vec)
	jmp	paranoid_common
	.else
	jmp	exception_common
	.endif
	.set	vec, vec + 1
	.endr

	.balign 64
	.globl page_fault_entry
page_fault_entry:
	push	%rdi
	PUSH_REST
	cld
	CLAC
	testb	$3, CS(%rsp)
	jz	1f
	swapgs
1:	mov	ORIG_RAX(%rsp), %rsi
	movq	$-1, ORIG_RAX(%rsp)
	mov	%rsp, %rdi
	call	do_page_fault
	testb	$3, CS(%rsp)
	jz	return_to_kernel
	/* fall through */

/* Everything back from pt_regs, by IRETQ: it can return to any state. */
	.globl return_to_user
return_to_user:
	cli
	cmpb	$0, %gs:exit_work
	jne	2f
load_all:
	POP_REGS
	add	$8, %rsp
	swapgs
	.globl iret_to_user
iret_to_user:
	iretq
2:	mov	%rsp, %rdi
	call	do_exit_work
	jmp	return_to_user

exception_common:
	PUSH_REST
	cld
	CLAC
	testb	$3, CS(%rsp)
	jz	from_kernel
	swapgs
exception_from_user:
	mov	%edi, %esi
	mov	ORIG_RAX(%rsp), %rdx
	movq	$-1, ORIG_RAX(%rsp)
	mov	%rsp, %rdi
	call	do_exception
	jmp	return_to_user

from_kernel:
	lea	iret_to_user(%rip), %rax
	cmp	%rax, RIP(%rsp)
	je	bad_iret
	mov	%edi, %esi
	mov	ORIG_RAX(%rsp), %rdx
	movq	$-1, ORIG_RAX(%rsp)
	mov	%rsp, %rdi
	call	do_exception
return_to_kernel:
	POP_REGS
	add	$8, %rsp
	iretq

/* IRETQ to ring 3 found a bad frame: make it ring 3's own fault, with ring 3's registers. */
bad_iret:
	swapgs
	push	%rdi
	lea	8(%rsp), %rdi
	call	fix_iret_fault
	pop	%rdi
	mov	%rax, %rsp
	jmp	exception_from_user

irq_common:
	PUSH_REST
	cld
	CLAC
	mov	%edi, %esi
	mov	%rsp, %rdi
	testb	$3, CS(%rsp)
	jz	1f
	swapgs
	call	do_irq
	jmp	return_to_user
1:	call	do_irq
	jmp	return_to_kernel

/* On an IST stack. From ring 3: move to the task's stack and go the common way. */
paranoid_common:
	testb	$3, 24(%rsp)
	jz	1f
	swapgs
	push	%rsi
	mov	%rsp, %rsi
	mov	%gs:cpu_tss + TSS_SP0, %rsp
	push	56(%rsi)
	push	48(%rsi)
	push	40(%rsi)
	push	32(%rsi)
	push	24(%rsi)
	push	16(%rsi)
	push	8(%rsi)
	mov	(%rsi), %rsi
	PUSH_REST
	cld
	CLAC
	jmp	exception_from_user
	/* From the kernel: GS may be either. */
1:	PUSH_REST
	cld
	CLAC
	mov	%edi, %r12d
	mov	$MSR_GS_BASE, %ecx
	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, %rbx
	xor	%eax, %eax              /* the boot CPU's offset */
	xor	%edx, %edx
	wrmsr
	mov	ORIG_RAX(%rsp), %rdx
	movq	$-1, ORIG_RAX(%rsp)
	mov	%r12d, %esi
	mov	%rsp, %rdi
	call	do_exception
	mov	%rbx, %rax
	mov	%rbx, %rdx
	shr	$32, %rdx
	mov	$MSR_GS_BASE, %ecx
	wrmsr
	jmp	return_to_kernel

/*
 * void switch_stack(unsigned long *prev_sp, unsigned long next_sp)
 * Leaves what C expects to survive on the old stack and takes it from the new one.
 */
	.globl switch_stack
switch_stack:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, (%rdi)
	mov	%rsi, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret

/* First breath of a kernel thread: %rbx fn, %r12 arg. */
	.globl kernel_thread_start
kernel_thread_start:
	mov	%r12, %rdi
	call	*%rbx
	ud2

/* First breath of a user task: %rbx first(); pt_regs lie above. */
	.globl user_thread_start
user_thread_start:
	test	%rbx, %rbx
	jz	1f
	call	*%rbx
1:	jmp	return_to_user
