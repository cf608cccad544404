/* SPDX-License-Identifier: MIT */
/*
 * The image: three segments, none writable and executable. Linked at __START_KERNEL_map + 1 MiB, load
 * addresses are physical (the loader adds phys_base). Borders are symbols of asm/sections.h.
 */
#define __LINKER__
#include <asm/vmlayout.h>

OUTPUT_FORMAT(elf64-x86-64)
ENTRY(startup_phys)

PHDRS {
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

#define PAGE 4096
#define LOAD(sec) AT(ADDR(sec) - __START_KERNEL_map)

SECTIONS {
	. = __START_KERNEL_map + KERNEL_PHYS_BASE;
	_stext = .;
	.text : LOAD(.text) {
		*(.head.text)
		*(.entry.text)
		*(.text .text.*)
		__sched_text_start = .;
		*(.sched.text)
		__sched_text_end = .;
		. = ALIGN(PAGE);
	} :text =0xcccccccc
	_etext = .;

	__start_rodata = .;
	.rodata : LOAD(.rodata) {
		*(.rodata .rodata.*)
		. = ALIGN(8);
		__start_extable = .;
		KEEP(*(__ex_table))
		__end_extable = .;
		. = ALIGN(8);
		__start_altinstr = .;
		KEEP(*(.altinstr))
		__end_altinstr = .;
		__start_static_keys = .;
		KEEP(*(.static_keys))
		__end_static_keys = .;
		. = ALIGN(32);
		__start_ktests = .;
		KEEP(*(.ktests))
		__end_ktests = .;
		/* last: its size differs between the two links */
		*(.ksyms)
		. = ALIGN(PAGE);
	} :rodata
	__end_rodata = .;

	_sdata = .;
	.data : LOAD(.data) {
		*(.data..page_aligned)
		. = ALIGN(64);
		__per_cpu_start = .;
		*(.data..percpu)
		. = ALIGN(64);
		__per_cpu_end = .;
		*(.data .data.*)
		. = ALIGN(PAGE);
	} :data
	_edata = .;

	__bss_start = .;
	.bss : LOAD(.bss) {
		*(.bss..page_aligned)
		*(.bss .bss.* COMMON)
		. = ALIGN(PAGE);
	} :data
	__bss_stop = .;
	_end = .;

	startup_phys = startup_64 - __START_KERNEL_map;
	ASSERT(_end - 1 <= KERNEL_IMAGE_END, "the image does not fit its window")
	ASSERT(_end - __START_KERNEL_map <= 16 * 1024 * 1024, "head.S maps 16 MiB: EARLY_PTE_TABLES")

	/* must stay empty: a linked kernel has no relocations and no indirect symbols */
	.got : { *(.got .got.plt .igot.plt .plt .iplt) } :data
	.rela : { *(.rela.*) } :data
	ASSERT(SIZEOF(.got) + SIZEOF(.rela) == 0, "a relocation was left over")

	.debug_info 0 : { *(.debug_info) }
	.debug_abbrev 0 : { *(.debug_abbrev) }
	.debug_aranges 0 : { *(.debug_aranges) }
	.debug_rnglists 0 : { *(.debug_rnglists) }
	.debug_loclists 0 : { *(.debug_loclists) }
	.debug_ranges 0 : { *(.debug_ranges) }
	.debug_loc 0 : { *(.debug_loc) }
	.debug_line 0 : { *(.debug_line) }
	.debug_line_str 0 : { *(.debug_line_str) }
	.debug_str 0 : { *(.debug_str) }
	.debug_frame 0 : { *(.debug_frame) }
	.symtab 0 : { *(.symtab) }
	.strtab 0 : { *(.strtab) }
	.shstrtab 0 : { *(.shstrtab) }
	/DISCARD/ : { *(.comment) *(.note .note.*) *(.eh_frame) }
}
