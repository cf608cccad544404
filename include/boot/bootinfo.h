/* SPDX-License-Identifier: MIT */
/*
 * The one structure that the loader hands to the kernel, in %rdi, at the kernel's entry.
 *
 * State of the machine at the entry (kernel/x86/head.S relies on it): long mode, interrupts off, boot
 * services gone, the firmware's GDT, IDT and stack, %rdi = physical address of struct bootinfo, %rip =
 * physical address of the entry point, %rbp = 0. CR3 is the loader's own identity map of [0, 4 GiB),
 * writable and executable (4 levels, or 5 when the firmware left CR4.LA57 on); its pages are EfiLoaderData
 * that nothing else names: the kernel switches to its own tables before it allocates memory.
 *
 * What the loader accepts as kernel.elf: efi/elf_check.h. Physical = p_vaddr - __START_KERNEL_map +
 * kernel_phys_base; p_paddr is ignored. kernel_phys_base is a multiple of 2 MiB, 0 when the image is where it
 * was linked for (1 MiB).
 *
 * All addresses are physical, in bytes. Everything that is passed (this struct, map, strings, initramfs, kernel image)
 * lies below 4 GiB, each piece page-aligned, in EfiLoaderData memory, and is the kernel's to free once used.
 * Shared by efi/ and kernel/: only uses lib/types.h and lib/compiler.h.
 */
#ifndef BOOT_BOOTINFO_H
#define BOOT_BOOTINFO_H

#include <lib/compiler.h>
#include <lib/types.h>

#define BOOTINFO_MAGIC 0x31534c5441534c54ULL
#define BOOTINFO_VERSION 3

enum bootinfo_fb_format {
	BOOTINFO_FB_NONE = 0,   /* no usable linear framebuffer */
	BOOTINFO_FB_RGBX = 1,   /* bytes in memory: red, green, blue, unused */
	BOOTINFO_FB_BGRX = 2,
	BOOTINFO_FB_MASK = 3,   /* the masks say */
};

/* A linear framebuffer as GOP left it (UEFI 2.10, 12.9). */
struct bootinfo_fb {
	u64 base;
	u64 size;               /* bytes */
	u32 width, height;      /* pixels */
	u32 pitch;              /* bytes from line to line */
	u32 format;             /* enum bootinfo_fb_format; always 32 bits a pixel */
	u32 red_mask, green_mask, blue_mask, reserved;
};

/* A piece of memory handed over. addr 0: not there. */
struct bootinfo_blob {
	u64 addr;
	u64 size;               /* bytes */
};

/* Which file of the stick was loaded where, for the log. */
#define BOOTINFO_VENDOR_LEN 64

struct bootinfo {
	u64 magic;
	u32 version;
	u32 size;                       /* sizeof(struct bootinfo) */
	u32 checksum;                   /* CRC-32 (as in GPT, UEFI 5.3.2) of `size` bytes with this field 0 */
	u32 flags;                      /* none yet: 0 */

	/* GetMemoryMap as the firmware gave it at exit, unchanged (UEFI 7.2). */
	struct bootinfo_blob efi_map;   /* size: bytes used */
	u32 efi_desc_size;              /* stride; may exceed sizeof(EFI_MEMORY_DESCRIPTOR) */
	u32 efi_desc_version;

	struct bootinfo_blob kernel;    /* the image in memory: [first segment's start, last's end) */
	u64 kernel_phys_base;           /* what to add to (virt - __START_KERNEL_map) */
	struct bootinfo_blob initramfs; /* cpio newc, as read */
	struct bootinfo_blob cmdline;   /* NUL-terminated, size without NUL: boot.cfg's options, then the load options */

	u64 efi_system_table;
	u64 rsdp;                       /* ACPI 2.0+ if there, else 1.0; 0: none */
	u64 smbios3;                    /* SMBIOS 3 entry point, 0: none */
	u64 smbios;                     /* SMBIOS 2 entry point, 0: none */

	u64 tsc_entry;                  /* at efi_main */
	u64 tsc_exit;                   /* just before ExitBootServices */
	u64 tsc_khz;                    /* measured against the firmware's Stall; 0: not */
	u64 lapic_khz;                  /* local APIC timer, divider 1, likewise; 0: not */

	struct bootinfo_fb fb;

	struct bootinfo_blob replay;    /* option replay=NAME: that machine's recorded map, the text as read */

	u32 firmware_revision;
	u32 uefi_revision;              /* major << 16 | minor*10.. as in the table header */
	char firmware_vendor[BOOTINFO_VENDOR_LEN]; /* ASCII, NUL-terminated, '?' for what is not */

	/* The same map as the loader found it, before its own allocations; may be 0. efi_desc_size is that of both. */
	struct bootinfo_blob efi_map_found;
};

static_assert(sizeof(struct bootinfo_fb) == 48);
static_assert(offsetof(struct bootinfo, checksum) == 16);
static_assert(offsetof(struct bootinfo, efi_map) == 24);
static_assert(offsetof(struct bootinfo, kernel) == 48);
static_assert(offsetof(struct bootinfo, kernel_phys_base) == 64);
static_assert(offsetof(struct bootinfo, initramfs) == 72);
static_assert(offsetof(struct bootinfo, cmdline) == 88);
static_assert(offsetof(struct bootinfo, efi_system_table) == 104);
static_assert(offsetof(struct bootinfo, tsc_entry) == 136);
static_assert(offsetof(struct bootinfo, fb) == 168);
static_assert(offsetof(struct bootinfo, replay) == 216);
static_assert(offsetof(struct bootinfo, firmware_vendor) == 240);
static_assert(offsetof(struct bootinfo, efi_map_found) == 304);
static_assert(sizeof(struct bootinfo) == 320);

#endif
