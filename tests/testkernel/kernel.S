/* SPDX-License-Identifier: MIT */
/*
 * The smallest kernel that the loader accepts: says on COM1 what it was handed, one line, and ends QEMU
 * through isa-debug-exit at 0xf4. The loader's tests boot it, so that they do not depend on the real one.
 */
#include <asm/vmlayout.h>
	.text
	.globl	_start
_start:
	movq	%rdi, %rbx
	leaq	hello(%rip), %rsi
	call	puts
	movq	64(%rbx), %rax                  /* kernel_phys_base */
	call	hex
	movq	80(%rbx), %rax                  /* initramfs size */
	call	hex
	movl	168+28(%rbx), %eax              /* fb.format */
	call	hex
	movl	168+16(%rbx), %eax              /* fb.width */
	call	hex
	movl	168+20(%rbx), %eax              /* fb.height */
	call	hex
	movq	152(%rbx), %rax                 /* tsc_khz */
	call	hex
	movq	160(%rbx), %rax                 /* lapic_khz */
	call	hex
	leaq	word(%rip), %rax                /* data, relocated with the image? */
	movl	(%rax), %eax
	call	hex
	leaq	quote(%rip), %rsi
	call	puts
	movq	88(%rbx), %rsi                  /* cmdline */
	call	puts
	leaq	end(%rip), %rsi
	call	puts
	movl	$0x10, %eax
	outb	%al, $0xf4
1:	hlt
	jmp	1b

/* NUL-terminated string at rsi */
puts:	movb	(%rsi), %al
	testb	%al, %al
	jz	1f
	call	putc
	incq	%rsi
	jmp	puts
1:	ret

putc:	movw	$0x3f8, %dx
	outb	%al, %dx
	ret

/* rax in 16 digits and a blank */
hex:	movq	%rax, %rcx
	movl	$16, %edi
1:	rolq	$4, %rcx
	movl	%ecx, %eax
	andl	$15, %eax
	leaq	digits(%rip), %rdx
	movb	(%rdx,%rax), %al
	call	putc
	decl	%edi
	jnz	1b
	movb	$' ', %al
	jmp	putc

	.section .rodata, "a"
hello:	.asciz	"\r\nTESTKERNEL "
quote:	.asciz	"\""
end:	.asciz	"\" END\r\n"
digits:	.ascii	"0123456789abcdef"

	.data
word:	.long	0x600dda7a
	.bss
	.skip	8192
	.section .note.GNU-stack, "", @progbits
