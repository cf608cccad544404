/* SPDX-License-Identifier: MIT */
/*
 * From the loader's state (include/boot/bootinfo.h) to start_kernel() on our own page tables, stack and
 * segments. Runs at physical addresses until `high`; everything here lies below 4 GiB, so 32 bits
 * hold every address and survive the compatibility-mode stage that leaves 5-level paging.
 *
 *   %rdi bootinfo   %ebp phys_base   %ebx early_pgd   %r13 NX bit, or 0 where the CPU has none
 *
 * Early tables: the first 4 GiB in 2 MiB pages at 0 (for the jump; dropped before C runs) and at
 * PAGE_OFFSET (never executable); the image in 4 KiB pages, text RX, rodata R, data RW. mm builds its own later.
 */
#include <asm/segment.h>
#include <asm/vmlayout.h>

#define EARLY_PTE_TABLES 8              /* 16 MiB of image */
#define TABLE   0x63                    /* present, writable, accessed, dirty */
#define LARGE   0xe3                    /* the same, page size */
#define PTE_RX  0x121                   /* present, accessed, global */
#define PTE_RW  0x163
#define PGD_DIRECT ((PAGE_OFFSET >> 39) & 511)
#define CR4_PAE 0x20
#define CR4_LA57 12
#define CR0_KERNEL 0x80050033           /* PG AM WP NE ET MP PE */
#define MSR_EFER 0xc0000080

	.section .head.text, "ax"
	.code64
	.globl startup_64
startup_64:
	cli
	cld
	lea	boot_stack_top(%rip), %rsp
	lea	_stext(%rip), %rbp
	sub	$KERNEL_PHYS_BASE, %rbp
	mov	%rbp, phys_base(%rip)
	mov	%rdi, %r12

	/* NXE before any table with an NX bit is used; keep LME, drop what the firmware may have set besides. */
	mov	$0x80000001, %eax
	cpuid
	xor	%r13d, %r13d
	mov	%edx, %r14d
	mov	$MSR_EFER, %ecx
	rdmsr
	and	$0x100, %eax            /* LME */
	bt	$20, %r14d
	jnc	1f
	or	$0x800, %eax            /* NXE */
	bts	$63, %r13
1:	xor	%edx, %edx
	wrmsr

	call	build_tables

	/* Our segments, by physical address while we run there. */
	lea	boot_gdt(%rip), %rax
	sub	$16, %rsp
	movw	$(GDT_ENTRIES * 8 - 1), 6(%rsp)
	mov	%rax, 8(%rsp)
	lgdt	6(%rsp)
	add	$16, %rsp

	/* CR4: paging bits only; cpu_early_init() adds what the CPU has. Clears PCIDE, which forbids PG = 0. */
	mov	%cr4, %rax
	mov	%eax, %r14d
	and	$(CR4_PAE | 1 << CR4_LA57), %eax
	mov	%rax, %cr4

	lea	four_levels(%rip), %rsi
	bt	$CR4_LA57, %r14d
	jnc	2f
	movb	$1, head_found_la57(%rip)
	lea	leave_la57(%rip), %rax
	push	$KERNEL32_CS
	push	%rax
	lretq
2:	mov	%rbx, %cr3
	push	$KERNEL_CS
	push	%rsi
	lretq

	/* LA57 can only change while paging is off, which only 32-bit code can do (SDM vol. 3, 4.1.2). */
	.code32
leave_la57:
	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %ss
	mov	%cr0, %eax
	and	$0x7fffffff, %eax
	mov	%eax, %cr0
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	%ebx, %cr3
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	push	$KERNEL_CS
	push	%esi
	lret

	.code64
four_levels:
	mov	$CR0_KERNEL, %eax
	mov	%rax, %cr0
	movabs	$high, %rax
	jmp	*%rax
high:
	mov	$boot_stack_top, %rsp
	lgdt	boot_gdtr
	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	/* Nothing is executable below any more. */
	movq	$0, early_pgd
	mov	%rbx, early_pgd_phys
	mov	%cr3, %rax
	mov	%rax, %cr3
	mov	%r12d, %edi
	xor	%ebp, %ebp
	push	$0                      /* ends backtraces */
	call	start_kernel
3:	hlt
	jmp	3b

/* In: %rbp phys_base, %r13 NX bit. Out: %rbx physical early_pgd. */
build_tables:
	/* The first 4 GiB, twice. */
	lea	early_pmd(%rip), %rdi
	mov	$LARGE, %eax
	mov	$2048, %ecx
1:	mov	%rax, (%rdi)
	add	$0x200000, %rax
	add	$8, %rdi
	dec	%ecx
	jnz	1b
	lea	(early_pmd + TABLE)(%rip), %rax
	lea	early_pud(%rip), %rdi
	mov	$4, %ecx
2:	mov	%rax, (%rdi)
	add	$4096, %rax
	add	$8, %rdi
	dec	%ecx
	jnz	2b
	lea	early_pgd(%rip), %rbx
	lea	(early_pud + TABLE)(%rip), %rax
	mov	%rax, (%rbx)
	or	%r13, %rax
	mov	%rax, (PGD_DIRECT * 8)(%rbx)

	/* The image's window. */
	lea	(early_kpud + TABLE)(%rip), %rax
	mov	%rax, (511 * 8)(%rbx)
	lea	early_kpud(%rip), %rdi
	lea	(early_kpmd + TABLE)(%rip), %rax
	mov	%rax, (510 * 8)(%rdi)
	lea	early_kpmd(%rip), %rdi
	lea	(early_kpte + TABLE)(%rip), %rax
	mov	$EARLY_PTE_TABLES, %ecx
3:	mov	%rax, (%rdi)
	add	$4096, %rax
	add	$8, %rdi
	dec	%ecx
	jnz	3b
	lea	_stext(%rip), %rsi
	lea	_etext(%rip), %rdx
	mov	$PTE_RX, %eax
	call	map_image
	lea	__end_rodata(%rip), %rdx
	mov	$PTE_RX, %eax
	or	%r13, %rax
	call	map_image
	lea	_end(%rip), %rdx
	mov	$PTE_RW, %eax
	or	%r13, %rax
	/* fall through */

/* Physical [%rsi, %rdx) with flags %rax into early_kpte; %rsi ends at %rdx. */
map_image:
	lea	early_kpte(%rip), %rdi
	mov	%rsi, %rcx
	sub	%rbp, %rcx              /* offset in the window */
	shr	$9, %rcx
	add	%rcx, %rdi
	or	%rsi, %rax
1:	cmp	%rdx, %rsi
	jae	2f
	mov	%rax, (%rdi)
	add	$4096, %rax
	add	$4096, %rsi
	add	$8, %rdi
	jmp	1b
2:	ret

	.section .rodata, "a"
	.balign 16
boot_gdtr:
	.word	GDT_ENTRIES * 8 - 1
	.quad	boot_gdt
	.balign 16
	.globl boot_gdt
boot_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff      /* KERNEL32_CS */
	.quad	0x00af9b000000ffff      /* KERNEL_CS */
	.quad	0x00cf93000000ffff      /* KERNEL_DS */
	.quad	0
	.quad	0x00cff3000000ffff      /* USER_DS */
	.quad	0x00affb000000ffff      /* USER_CS */
	.quad	0, 0, 0                 /* the TSS: gdt.c */

	.section .data, "aw"
	.balign 8
	.globl phys_base, early_pgd_phys, head_found_la57
phys_base:
	.quad	0
early_pgd_phys:
	.quad	0
head_found_la57:
	.byte	0

	.section .bss..page_aligned, "aw", @nobits
	.balign 4096
	.globl early_pgd, early_pud
early_pgd:	.skip 4096
early_pud:	.skip 4096
early_pmd:	.skip 4 * 4096
early_kpud:	.skip 4096
early_kpmd:	.skip 4096
early_kpte:	.skip EARLY_PTE_TABLES * 4096
	.globl boot_stack, boot_stack_top
boot_stack:	.skip 16384             /* THREAD_SIZE: becomes the idle task's */
boot_stack_top:
