/* SPDX-License-Identifier: MIT */
/*
 * PCI as the firmware left it (PCI Local Bus 3.0, chapter 6; PCI-to-PCI Bridge 1.2): every function of
 * every bus that can be reached, its BARs with their sizes, bridge windows. Nothing is assigned or moved; BARs
 * are put back as found, with decoding switched off while they are sized. Configuration space is
 * reached through struct pci_access, so the host tests run the same code on an invented machine.
 * Boot only; pci_devices is constant afterwards [B].
 */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <lib/compiler.h>
#include <lib/types.h>

#define PCI_NR_BARS 6
#define PCI_ROM_BAR 6                   /* index of the expansion ROM in bar[] */

struct pci_access {
	u32 (*read)(u16 segment, u8 bus, u8 devfn, u16 reg);    /* reg is a multiple of 4; all ones: nobody is there */
	void (*write)(u16 segment, u8 bus, u8 devfn, u16 reg, u32 value);
};

struct pci_bar {
	u64 start, size;                /* bytes; size 0: not there */
	bool is_io, is_64bit, is_prefetchable;
	bool is_assigned;               /* firmware gave it an address */
};

/* What a bridge passes on. end inclusive, as in the registers; start > end: closed. */
struct pci_window {
	u64 start, end;
};

struct pci_dev {
	u16 vendor, device;
	u32 class;                      /* class << 16 | subclass << 8 | interface */
	u16 segment;
	u8 bus, devfn;
	u8 header_type;                 /* 0 device, 1 bridge, 2 CardBus; without the multi-function bit */
	struct pci_bar bar[PCI_NR_BARS + 1];
	/* bridges only */
	u8 secondary, subordinate;
	struct pci_window io, memory, prefetch;
};

#define PCI_DEV(devfn) ((devfn) >> 3)
#define PCI_FN(devfn) ((devfn) & 7)
#define PCI_CLASS_HOST_BRIDGE 0x0600
#define PCI_CLASS_BRIDGE 0x0604

struct pci_scan {
	struct pci_dev *dev;            /* the caller's, room for @max */
	unsigned int max, nr;
	unsigned int nr_lost;           /* functions beyond @max */
};

/* Everything from @root_bus of @segment down, in bus, device, function order of discovery; a bus is never entered twice. */
void pci_scan(struct pci_scan *s, const struct pci_access *access, u16 segment, u8 root_bus);

/* "0000:00:1f.2" */
#define PCI_NAME_LEN 16
void pci_name(const struct pci_dev *d, char name[PCI_NAME_LEN]);

/* The machine's own [B], by devices_init(). */
extern struct pci_scan pci_devices;
/* ... and its configuration space. Any context. */
extern const struct pci_access pci_config;

#endif
