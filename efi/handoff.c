// SPDX-License-Identifier: MIT
/* The last firmware calls and the way into the kernel. Nothing is allocated from here on. */
#include <lib/crc32.h>

#include "loader.h"

#define EXIT_TRIES 8

/*
 * A timer or an exit handler of the firmware may change the map between the two calls; then the key is
 * stale and only GetMemoryMap and ExitBootServices may be called again (UEFI 2.10, 7.4.6).
 */
static EFI_STATUS exit_boot_services(struct memory_map *m, u64 *tsc_exit)
{
	EFI_STATUS status = EFI_ABORTED;

	for (int i = 0; i < EXIT_TRIES; i++) {
		status = memory_map_read(m);
		if (EFI_ERROR(status))
			return status;
		*tsc_exit = tsc_read();
		status = BS->ExitBootServices(loader_image, m->key);
		if (status != EFI_INVALID_PARAMETER)
			return status;
	}
	return status;
}

void handoff(struct bootinfo *bi, u64 entry, u64 cr3)
{
	struct memory_map m;
	u64 tsc_exit = 0;
	EFI_STATUS status;

	memory_map_alloc(&m);
	status = exit_boot_services(&m, &tsc_exit);
	if (EFI_ERROR(status))
		fail_after_exit("the firmware does not let go of the machine (ExitBootServices); resetting");
	bi->efi_map.addr = (u64)m.buf;
	bi->efi_map.size = m.size;
	bi->efi_desc_size = (u32)m.desc_size;
	bi->efi_desc_version = m.desc_version;
	bi->tsc_exit = tsc_exit;
	bi->checksum = 0;
	bi->checksum = crc32(0, bi, sizeof(*bi));
	handoff_jump(bi, entry, cr3);
}
