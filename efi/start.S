/* SPDX-License-Identifier: MIT */
/* The loader's first and last instructions. */
/* EFI_STATUS entry(rcx = image handle, rdx = system table), Microsoft's calling convention. */
	.section .text.start, "ax"
	.globl	_start
_start:
	endbr64
	subq	$8, %rsp
	pushq	%rdi
	pushq	%rsi
	pushq	%rcx
	pushq	%rdx
	leaq	pe_header(%rip), %rdi
	leaq	_DYNAMIC(%rip), %rsi
	call	_relocate                       /* gnu-efi's, or there is no pointer in .data */
	popq	%rsi
	popq	%rdi
	call	efi_main
	popq	%rsi
	popq	%rdi
	addq	$8, %rsp
	ret

/*
 * void handoff_jump(rdi = bootinfo, rsi = kernel entry, rdx = page table): the last instructions of
 * the loader. The page table maps this code where it is (efi/pagetable.c).
 */
	.globl	handoff_jump
handoff_jump:
	cli
	cld
	movq	%rdx, %cr3
	xorl	%ebp, %ebp
	jmp	*%rsi

	.section .note.GNU-stack, "", @progbits
