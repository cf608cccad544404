// SPDX-License-Identifier: MIT
/* An initramfs of any bytes: every name ends inside it, every body lies inside it, reading always ends. */
#include "check.h"
#include <fs/cpio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cpio_reader r;
	struct cpio_entry e;
	size_t last = 0;
	int ret;

	cpio_init(&r, data, size);
	while ((ret = cpio_next(&r, &e)) == 1) {
		LAW((const u8 *)e.name >= data && (const u8 *)e.name < data + size);
		LAW(memchr(e.name, 0, (size_t)(data + size - (const u8 *)e.name)));
		LAW(!e.size || (e.body >= data && e.size <= size && (size_t)(e.body - data) <= size - e.size));
		LAW(r.pos > last && r.pos <= size);
		last = r.pos;
	}
	LAW(ret == 0 || r.error);
	return 0;
}
