// SPDX-License-Identifier: MIT
/* Pages from the firmware, and its memory map. */
#include "loader.h"

void *alloc_low(u64 size, const char *what)
{
	EFI_PHYSICAL_ADDRESS addr = BELOW_4G;
	u64 nr_pages = (size + LOADER_PAGE - 1) / LOADER_PAGE;
	EFI_STATUS status;

	if (nr_pages == 0)
		nr_pages = 1;
	status = BS->AllocatePages(AllocateMaxAddress, EfiLoaderData, nr_pages, &addr);
	if (EFI_ERROR(status))
		fail("there are no %llu KiB of free memory below 4 GiB for %s (%s)",
		     (unsigned long long)nr_pages * 4, what, status_text(status));
	memset((void *)addr, 0, nr_pages * LOADER_PAGE);
	return (void *)addr;
}

void free_low(void *p, u64 size)
{
	BS->FreePages((EFI_PHYSICAL_ADDRESS)p, size ? (size + LOADER_PAGE - 1) / LOADER_PAGE : 1);
}

EFI_STATUS memory_map_read(struct memory_map *m)
{
	m->size = m->capacity;
	return BS->GetMemoryMap(&m->size, m->buf, &m->key, &m->desc_size, &m->desc_version);
}

/* A quarter more than the firmware asks for, and 8 KiB: our own allocations and its exit handlers split entries. */
void memory_map_alloc(struct memory_map *m)
{
	EFI_STATUS status;

	m->capacity = 0;
	m->buf = NULL;
	status = memory_map_read(m);
	if (status != EFI_BUFFER_TOO_SMALL)
		fail("the firmware gives no memory map (%s)", status_text(status));
	m->capacity = m->size + m->size / 4 + 8192;
	m->capacity = (m->capacity + LOADER_PAGE - 1) & ~(LOADER_PAGE - 1);
	m->buf = alloc_low(m->capacity, "the memory map");
	status = memory_map_read(m);
	if (EFI_ERROR(status))
		fail("the firmware gives no memory map (%s)", status_text(status));
	if (m->desc_size < sizeof(EFI_MEMORY_DESCRIPTOR) || m->size % m->desc_size)
		fail("the firmware's memory map makes no sense (%llu bytes in entries of %llu)",
		     (unsigned long long)m->size, (unsigned long long)m->desc_size);
}
