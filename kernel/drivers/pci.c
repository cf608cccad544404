// SPDX-License-Identifier: MIT
/* Finding PCI functions and sizing their BARs: PCI 3.0, 6.1 and 6.2.5; bridges: PCI-to-PCI Bridge 1.2, 3.2.5. */
#include <drivers/pci.h>
#include <lib/string.h>

#define REG_ID 0x00
#define REG_COMMAND 0x04
#define REG_CLASS 0x08
#define REG_HEADER 0x0c
#define REG_BAR0 0x10
#define REG_BUSES 0x18
#define REG_IO_WINDOW 0x1c
#define REG_MEMORY_WINDOW 0x20
#define REG_PREFETCH_WINDOW 0x24
#define REG_PREFETCH_BASE_HIGH 0x28
#define REG_PREFETCH_LIMIT_HIGH 0x2c
#define REG_ROM 0x30
#define REG_IO_HIGH 0x30
#define REG_ROM_BRIDGE 0x38
#define COMMAND_DECODE 3                /* I/O and memory */
#define BAR_IO 1
#define BAR_TYPE_64 4
#define BAR_PREFETCH 8
#define ROM_ENABLE 1
#define MAX_DEPTH 32                    /* bridges behind bridges */

struct scanner {
	struct pci_scan *s;
	const struct pci_access *access;
	u16 segment;
	u8 seen[256 / 8];               /* buses of it that were entered */
	int depth;
};

static u32 reg_read(const struct scanner *sc, const struct pci_dev *d, u16 reg)
{
	return sc->access->read(d->segment, d->bus, d->devfn, reg);
}

static void reg_write(const struct scanner *sc, const struct pci_dev *d, u16 reg, u32 v)
{
	sc->access->write(d->segment, d->bus, d->devfn, reg, v);
}

/* What stays writable when all ones are written; the register is put back. */
static u32 probe(const struct scanner *sc, const struct pci_dev *d, u16 reg, u32 ones)
{
	u32 old = reg_read(sc, d, reg), mask;

	reg_write(sc, d, reg, ones);
	mask = reg_read(sc, d, reg);
	reg_write(sc, d, reg, old);
	return mask;
}

/* The lowest writable bit is the size. 0: no BAR there. */
static u64 size_of(u64 mask)
{
	return mask & -mask;
}

/* One BAR; returns the number of registers it takes. */
static unsigned int size_bar(const struct scanner *sc, struct pci_dev *d, unsigned int i, unsigned int nr_bars)
{
	u16 reg = (u16)(REG_BAR0 + 4 * i);
	u32 low = reg_read(sc, d, reg), mask = probe(sc, d, reg, ~0U);
	struct pci_bar *b = &d->bar[i];
	u64 full;

	if (mask == 0 || mask == ~0U)
		return 1;
	b->is_io = low & BAR_IO;
	if (b->is_io) {
		/* The upper half may be hard-wired to 0: I/O is 16 bits wide on a PC. */
		b->size = size_of(mask & 0xfffc);
		b->start = low & 0xfffc;
		b->is_assigned = b->start != 0;
		return 1;
	}
	b->is_prefetchable = low & BAR_PREFETCH;
	b->is_64bit = (low & 6) == BAR_TYPE_64 && i + 1 < nr_bars;
	b->start = low & ~0xfU;
	full = 0xffffffff00000000ULL | (mask & ~0xfU);
	if (b->is_64bit) {
		b->start |= (u64)reg_read(sc, d, (u16)(reg + 4)) << 32;
		full = (u64)probe(sc, d, (u16)(reg + 4), ~0U) << 32 | (mask & ~0xfU);
	}
	b->size = size_of(full);
	b->is_assigned = b->size && b->start && !(b->start & (b->size - 1)) && b->start + b->size - 1 >= b->start;
	return b->is_64bit ? 2 : 1;
}

static void size_rom(const struct scanner *sc, struct pci_dev *d, u16 reg)
{
	u32 old = reg_read(sc, d, reg), mask = probe(sc, d, reg, ~(u32)ROM_ENABLE) & ~0x7ffU;
	struct pci_bar *b = &d->bar[PCI_ROM_BAR];

	if (mask == 0 || old == ~0U)
		return;
	b->size = size_of(0xffffffff00000000ULL | mask);
	b->start = old & ~0x7ffU;
	/* Some firmware leaves the ones there by which it sized the ROM. */
	b->is_assigned = b->start && b->start != (u32)-b->size && !(b->start & (b->size - 1));
}

/*
 * With decoding off, so that a half-written BAR answers nowhere. Host bridges are left alone: switching
 * off their decoding can take RAM away.
 */
static void size_bars(const struct scanner *sc, struct pci_dev *d)
{
	unsigned int nr = d->header_type == 0 ? 6 : d->header_type == 1 ? 2 : 0;
	u32 command = reg_read(sc, d, REG_COMMAND);

	if (nr == 0 || d->class >> 8 == PCI_CLASS_HOST_BRIDGE)
		return;
	/* The upper half is the status register, whose bits are cleared by writing ones: write zeroes. */
	reg_write(sc, d, REG_COMMAND, command & 0xffff & ~(u32)COMMAND_DECODE);
	for (unsigned int i = 0; i < nr;)
		i += size_bar(sc, d, i, nr);
	size_rom(sc, d, d->header_type == 1 ? REG_ROM_BRIDGE : REG_ROM);
	reg_write(sc, d, REG_COMMAND, command & 0xffff);
}

static void read_windows(const struct scanner *sc, struct pci_dev *d)
{
	u32 io = reg_read(sc, d, REG_IO_WINDOW), mem = reg_read(sc, d, REG_MEMORY_WINDOW);
	u32 pre = reg_read(sc, d, REG_PREFETCH_WINDOW), high = reg_read(sc, d, REG_IO_HIGH);

	d->io.start = (io & 0xf0) << 8;
	d->io.end = (io & 0xf000) | 0xfff;
	if ((io & 0xf) == 1) {
		d->io.start |= (u64)(high & 0xffff) << 16;
		d->io.end |= (u64)(high >> 16) << 16;
	}
	d->memory.start = (u64)(mem & 0xfff0) << 16;
	d->memory.end = (mem & 0xfff00000) | 0xfffff;
	d->prefetch.start = (u64)(pre & 0xfff0) << 16;
	d->prefetch.end = (pre & 0xfff00000) | 0xfffff;
	if ((pre & 0xf) == 1) {
		d->prefetch.start |= (u64)reg_read(sc, d, REG_PREFETCH_BASE_HIGH) << 32;
		d->prefetch.end |= (u64)reg_read(sc, d, REG_PREFETCH_LIMIT_HIGH) << 32;
	}
	/* All zero is what a bridge without that window, or one never set up, reads as. */
	if (!io)
		d->io = (struct pci_window){ 1, 0 };
	if (!mem)
		d->memory = (struct pci_window){ 1, 0 };
	if (!pre)
		d->prefetch = (struct pci_window){ 1, 0 };
}

static void scan_bus(struct scanner *sc, u8 bus);

/* Returns false when there is no such function. */
static bool scan_function(struct scanner *sc, u8 bus, u8 devfn, bool *is_multi)
{
	u32 id = sc->access->read(sc->segment, bus, devfn, REG_ID), header;
	struct pci_dev *d;

	if (id == 0 || (id & 0xffff) == 0xffff)
		return false;
	header = sc->access->read(sc->segment, bus, devfn, REG_HEADER) >> 16 & 0xff;
	*is_multi = header & 0x80;
	if (sc->s->nr == sc->s->max) {
		sc->s->nr_lost++;
		return true;
	}
	d = &sc->s->dev[sc->s->nr++];
	*d = (struct pci_dev){
		.vendor = (u16)id, .device = (u16)(id >> 16), .class = sc->access->read(sc->segment, bus, devfn, REG_CLASS) >> 8,
		.segment = sc->segment, .bus = bus, .devfn = devfn, .header_type = header & 0x7f,
	};
	size_bars(sc, d);
	if (d->header_type == 1) {
		u32 buses = reg_read(sc, d, REG_BUSES);

		d->secondary = (u8)(buses >> 8);
		d->subordinate = (u8)(buses >> 16);
		read_windows(sc, d);
		if (d->secondary > bus)
			scan_bus(sc, d->secondary);
	}
	return true;
}

static void scan_bus(struct scanner *sc, u8 bus)
{
	if (sc->seen[bus / 8] & 1 << bus % 8 || sc->depth == MAX_DEPTH)
		return;
	sc->seen[bus / 8] |= (u8)(1 << bus % 8);
	sc->depth++;
	for (unsigned int dev = 0; dev < 32; dev++) {
		bool is_multi, ignored;

		if (!scan_function(sc, bus, (u8)(dev << 3), &is_multi) || !is_multi)
			continue;
		for (unsigned int fn = 1; fn < 8; fn++)
			scan_function(sc, bus, (u8)(dev << 3 | fn), &ignored);
	}
	sc->depth--;
}

void pci_scan(struct pci_scan *s, const struct pci_access *access, u16 segment, u8 root_bus)
{
	struct scanner sc = { .s = s, .access = access, .segment = segment };

	for (unsigned int i = 0; i < s->nr; i++)        /* from earlier roots */
		if (s->dev[i].segment == segment)
			sc.seen[s->dev[i].bus / 8] |= (u8)(1 << s->dev[i].bus % 8);
	scan_bus(&sc, root_bus);
}

void pci_name(const struct pci_dev *d, char name[PCI_NAME_LEN])
{
	snprintf(name, PCI_NAME_LEN, "%04x:%02x:%02x.%u", d->segment, d->bus, PCI_DEV(d->devfn), PCI_FN(d->devfn));
}
