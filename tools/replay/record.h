/* SPDX-License-Identifier: MIT */
/*
 * A recorded machine (a folder of tests/machines, or of \atlas\machines on a stick) brought to life on this host: its files into
 * the kernel's own tables, then the kernel's own boot of memory on a simulated machine (tests/host/machine.h). The folder is
 * somebody's: whatever is wrong with it is said in a sentence.
 */
#ifndef REPLAY_RECORD_H
#define REPLAY_RECORD_H

#include <drivers/smbios.h>
#include <lib/types.h>

struct record {
	char name[64];          /* the folder's */
	char origin[1024];      /* SOURCE's text, "" without */
	bool has_smbios;        /* smbios.txt was there: smbios_info is filled */
	bool has_efi;           /* efi-memmap.txt was there: *efi_map is filled */
	void *efi_map;          /* descriptors of EFI_DESC_SIZE bytes as GetMemoryMap gives them; never freed */
	size_t efi_size;
};
#define EFI_DESC_SIZE 40

/* Fills @r, e820_table and smbios_info. NULL, or what is wrong. */
const char *record_read(struct record *r, const char *dir);
/* Once a process, after record_read(): memblock to slab, and iomem_resource. NULL, or why not. */
const char *record_boot(void);

/* smbios.txt back into the struct that it was written from (efi/record_text.c); what makes no sense is left out. Pure. */
void record_parse_smbios(struct smbios_info *s, const char *text, size_t size);

#endif
