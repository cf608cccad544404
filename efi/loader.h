/* SPDX-License-Identifier: MIT */
/*
 * Inside the loader. One file a step, in the order in which main.c calls them. Everything runs on the
 * boot CPU with boot services; nothing is kept between starts. Errors: a step that cannot go on calls
 * fail(), which says one sentence and returns to the firmware.
 */
#ifndef EFI_LOADER_H
#define EFI_LOADER_H

#include <efi.h>
#undef MIN
#undef MAX
#undef ALIGN
#include <boot/bootinfo.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <lib/types.h>

#include "config.h"
#include "elf_check.h"

#define LOADER_PAGE 4096ULL
#define BELOW_4G 0xffffffffULL          /* highest byte that anything handed over may use */

extern EFI_SYSTEM_TABLE *ST;
extern EFI_BOOT_SERVICES *BS;
extern EFI_HANDLE loader_image;
extern struct boot_config config;
extern const char pe_header[];          /* start of the loader's own image */

/* log.c: ConOut, and COM1 where the firmware's console does not already go there. */
void log_init(void);
void say(const char *fmt, ...) __printf(1, 2);
/* Like say, but not when the kernel's options hold the word quiet. */
void note(const char *fmt, ...) __printf(1, 2);
/* "Atlas loader: <sentence>", wait for a key or config.error_wait seconds, back to the firmware. */
void fail(const char *fmt, ...) __printf(1, 2) __noreturn;
/* After boot services are gone: serial only, then reset. */
void fail_after_exit(const char *sentence) __noreturn;
const char *status_text(EFI_STATUS status);
/* All that was said so far (or its beginning). */
const char *log_text(void);

/* memory.c */
/* Zeroed EfiLoaderData pages below 4 GiB, or fail("... for @what"). @size in bytes, rounded up. */
void *alloc_low(u64 size, const char *what);
void free_low(void *p, u64 size);
/* The firmware's map now, in pages of our own with head-room for the entries that exiting adds. */
struct memory_map {
	void *buf;
	UINTN capacity, size, key, desc_size;
	UINT32 desc_version;
};
EFI_STATUS memory_map_read(struct memory_map *m);
void memory_map_alloc(struct memory_map *m);

/* file.c: the volume that the loader was started from. */
struct file {
	void *data;                     /* NULL: no such file */
	u64 size;                       /* bytes */
};
void volume_open(void);
EFI_FILE_HANDLE volume_root(void);      /* NULL: cannot be opened */
/* Whole file into low pages; data NULL when it does not exist; any other trouble is fail(). */
struct file file_read(const char *path);

/* place.c: the kernel image to where it runs. Fills bi->kernel and kernel_phys_base, returns the entry. */
u64 kernel_load(struct bootinfo *bi);

/* gop.c */
struct text;
void video_setup(struct bootinfo_fb *fb);
/* Every mode of every GOP, a line each. */
void video_modes(struct text *t);
/* tables.c: RSDP, SMBIOS, firmware's name. */
void tables_find(struct bootinfo *bi);
/* clock.c: tsc_khz, lapic_khz. */
void clocks_measure(struct bootinfo *bi);
u64 tsc_read(void);

/* pagetable.c: identity map of [0, 4 GiB) and of the loader's image. Returns what goes to CR3. */
u64 pagetable_make(void);

/* handoff.c: the last firmware call, and the jump. */
void handoff(struct bootinfo *bi, u64 entry, u64 cr3) __noreturn;
void handoff_jump(const struct bootinfo *bi, u64 entry, u64 cr3) __noreturn;

/* record.c: the machine's record in \atlas\machines. Never fails the boot. */
void machine_record(const struct bootinfo *bi);

#endif
