/* SPDX-License-Identifier: MIT */
/* The machine's devices at boot: ACPI tables, PCI, and their places in iomem_resource. */
#ifndef DRIVERS_DEVICES_H
#define DRIVERS_DEVICES_H

#include <lib/compiler.h>
#include <lib/types.h>

/* After slab and vmalloc work. @rsdp 0: no ACPI, PCI by bus 0 alone. Logs; never fails the boot. */
void devices_init(u64 rsdp);

/* /proc/interrupts, /proc/mtrr; says which RAM the firmware left uncached. After vfs_init(). */
void cpu_proc_init(void);

#endif
