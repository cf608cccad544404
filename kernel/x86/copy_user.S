/* SPDX-License-Identifier: MIT */
/*
 * size_t copy_user(void *to, const void *from, size_t n): one side is ring 3's. Bytes NOT copied.
 * A fault in the eight-byte part goes on byte by byte, so that all bytes before the fault arrive.
 */
#include <asm/extable.h>

	.section .text, "ax"
	.globl copy_user
copy_user:
	mov	%rdx, %rcx
	STAC
	shr	$3, %rcx
1:	rep movsq
	mov	%edx, %ecx
	and	$7, %ecx
	jz	3f
2:	rep movsb
3:	CLAC
	mov	%rcx, %rax
	ret
4:	and	$7, %edx
	lea	(%rdx, %rcx, 8), %rcx
	jmp	2b
	EXTABLE 1b, 4b
	EXTABLE 2b, 3b

/* size_t clear_user_asm(void *to, size_t n) */
	.globl clear_user_asm
clear_user_asm:
	mov	%rsi, %rdx
	mov	%rsi, %rcx
	xor	%eax, %eax
	STAC
	shr	$3, %rcx
1:	rep stosq
	mov	%edx, %ecx
	and	$7, %ecx
	jz	3f
2:	rep stosb
3:	CLAC
	mov	%rcx, %rax
	ret
4:	and	$7, %edx
	lea	(%rdx, %rcx, 8), %rcx
	jmp	2b
	EXTABLE 1b, 4b
	EXTABLE 2b, 3b
