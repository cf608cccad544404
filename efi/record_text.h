/* SPDX-License-Identifier: MIT */
/*
 * A machine's record as text, in the format of tests/machines/README.md, so that anyone's PC becomes a test
 * case. Pure; host-tested (tests/host/record_test.c). No serial numbers and no UUIDs: drivers/smbios.h never reads them.
 */
#ifndef EFI_RECORD_TEXT_H
#define EFI_RECORD_TEXT_H

#include <drivers/acpi.h>
#include <drivers/smbios.h>
#include <lib/compiler.h>
#include <lib/types.h>

/* A growing text in a buffer of the caller's. */
struct text {
	char *buf;
	size_t size, len;               /* bytes, without NUL; a full buffer cuts and says so */
	bool is_cut;
};

void text_add(struct text *t, const char *fmt, ...) __printf(2, 3);

/* "qemu-standard-pc-q35-ich9-2009": lower case letters, digits and single dashes; "unknown" when nothing is left. */
#define RECORD_NAME_MAX 48
void record_name(char name[RECORD_NAME_MAX], const struct smbios_info *s);

/* efi-memmap.txt from the raw map. */
void record_memmap(struct text *t, const void *map, size_t size, size_t desc_size);
void record_smbios(struct text *t, const struct smbios_info *s);
void record_acpi(struct text *t, const struct acpi_info *a);

#endif
