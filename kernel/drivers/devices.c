// SPDX-License-Identifier: MIT
/*
 * What ACPI and PCI say of physical addresses, as nodes of iomem_resource with Linux's names and
 * nesting. Order matters, as in Linux: fixed ACPI devices, host bridge windows, bridge windows, BARs, ECAM; each
 * goes into what covers it and takes over what it covers. What does not fit is said and left out.
 */
#include <drivers/devices.h>
#include <drivers/pci.h>
#include <iomem/resource.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <x86/traps.h>

#include "internal.h"

#define IOAPIC_SIZE 0x400
#define HPET_SIZE 0x400
#define LAPIC_SIZE 0x1000
#define IOMMU_SIZE 0x1000
#define MAX_IOMMUS 64

struct pci_scan pci_devices;

struct node {
	struct resource r;
	char name[32];
};

struct resource *iomem_node(struct resource *root, u64 start, u64 end, const char *name, unsigned long flags)
{
	struct node *n = kmalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return NULL;
	strscpy(n->name, name, sizeof(n->name));
	n->r = (struct resource){ .start = start, .end = end, .name = n->name, .flags = IORESOURCE_MEM | flags };
	err = insert_resource(root, &n->r);
	if (!err)
		return &n->r;
	pr_info("iomem: no place for %s [mem 0x%08lx-0x%08lx]: it meets something else\n", name, (unsigned long)start,
		(unsigned long)end);
	kfree(n);
	return NULL;
}

static void add_acpi_devices(void)
{
	char name[32];

	for (unsigned int i = 0; i < acpi_info.nr_ioapics; i++) {
		snprintf(name, sizeof(name), "IOAPIC %u", i);
		iomem_node(&iomem_resource, acpi_info.ioapic[i].addr, acpi_info.ioapic[i].addr + IOAPIC_SIZE - 1UL, name, IORESOURCE_BUSY);
	}
	if (acpi_info.lapic_addr)
		iomem_node(&iomem_resource, acpi_info.lapic_addr, acpi_info.lapic_addr + LAPIC_SIZE - 1, "Local APIC", IORESOURCE_BUSY);
	for (unsigned int i = 0; i < acpi_info.nr_hpets; i++) {
		snprintf(name, sizeof(name), "HPET %u", acpi_info.hpet[i].number);
		iomem_node(&iomem_resource, acpi_info.hpet[i].base, acpi_info.hpet[i].base + HPET_SIZE - 1, name, IORESOURCE_BUSY);
	}
}

/* Intel's IOMMUs, of which DMAR tells the place but not the size: a page is the least (VT-d 3.3, 8.3). */
static void add_iommus(void)
{
	const struct acpi_table *table = acpi_find(&acpi_info, "DMAR");
	const u8 *t = table ? acpi_kernel_access.map(table->phys, table->length) : NULL;
	u64 base[MAX_IOMMUS];
	unsigned int n;
	char name[32];

	if (!t)
		return;
	n = iommu_units(t, table->length, base, MAX_IOMMUS);
	acpi_kernel_access.unmap(t);
	for (unsigned int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "dmar%u", i);
		if (base[i])
			iomem_node(&iomem_resource, base[i], base[i] + IOMMU_SIZE - 1, name, IORESOURCE_BUSY);
	}
}

/* The MADT's part of interrupt routing. */
static void route_interrupts(void)
{
	for (unsigned int i = 0; i < acpi_info.nr_ioapics; i++)
		ioapic_register(acpi_info.ioapic[i].addr, acpi_info.ioapic[i].gsi_base);
	for (unsigned int i = 0; i < acpi_info.nr_overrides; i++)
		if (acpi_info.override[i].bus == 0)
			isa_override(acpi_info.override[i].irq, acpi_info.override[i].gsi, acpi_info.override[i].flags);
}

/*
 * Below the window that covers it, so that a BAR or a bridge behind a bridge which fills its window stays inside; it
 * takes over what a driver claimed earlier (the framebuffer). Bridges come in the order of discovery: parents first.
 */
static struct resource *window_of(u64 start, u64 end)
{
	struct resource *at = &iomem_resource;

	for (struct resource *r = at->child; r;) {
		if (r->start <= start && r->end >= end && !strncmp(r->name, "PCI Bus ", 8)) {
			at = r;
			r = r->child;
		} else {
			r = r->sibling;
		}
	}
	return at;
}

static void add_bridge_windows(const struct pci_dev *d)
{
	char name[32];

	snprintf(name, sizeof(name), "PCI Bus %04x:%02x", d->segment, d->secondary);
	if (d->memory.start <= d->memory.end)
		iomem_node(window_of(d->memory.start, d->memory.end), d->memory.start, d->memory.end, name, 0);
	if (d->prefetch.start <= d->prefetch.end)
		iomem_node(window_of(d->prefetch.start, d->prefetch.end), d->prefetch.start, d->prefetch.end, name, 0);
}

static void add_bars(const struct pci_dev *d)
{
	char name[PCI_NAME_LEN];

	pci_name(d, name);
	for (unsigned int i = 0; i <= PCI_ROM_BAR; i++) {
		const struct pci_bar *b = &d->bar[i];

		if (b->size && !b->is_io && b->is_assigned)
			iomem_node(window_of(b->start, b->start + b->size - 1), b->start, b->start + b->size - 1, name, 0);
	}
}

static void log_device(const struct pci_dev *d)
{
	char name[PCI_NAME_LEN];

	pci_name(d, name);
	pr_info("pci %s: [%04x:%04x] type %02x class 0x%06x\n", name, d->vendor, d->device, d->header_type, d->class);
	for (unsigned int i = 0; i <= PCI_ROM_BAR; i++) {
		const struct pci_bar *b = &d->bar[i];

		if (b->size)
			pr_info("pci %s: %s %u [%s 0x%0*lx-0x%0*lx%s%s]%s\n", name, i == PCI_ROM_BAR ? "ROM" : "BAR", i, b->is_io ? "io " : "mem",
				b->is_io ? 4 : 8, (unsigned long)b->start, b->is_io ? 4 : 8, (unsigned long)(b->start + b->size - 1),
				b->is_64bit ? " 64bit" : "", b->is_prefetchable ? " pref" : "", b->is_assigned ? "" : " not assigned");
	}
}

/* Most PCs have a few dozen functions: a first try with room for those, a second one for servers. */
static void scan_roots(const struct host_bridges *roots)
{
	static const unsigned int room[] = { 64, 2048 };

	for (unsigned int t = 0; t < ARRAY_SIZE(room); t++) {
		pci_devices = (struct pci_scan){ .dev = kmalloc(room[t] * sizeof(struct pci_dev), GFP_KERNEL), .max = room[t] };
		if (!pci_devices.dev)
			return;
		for (unsigned int i = 0; i < roots->nr; i++)
			pci_scan(&pci_devices, &pci_config, roots->root[i].segment, roots->root[i].bus);
		if (!pci_devices.nr_lost || t + 1 == ARRAY_SIZE(room))
			return;
		kfree(pci_devices.dev);
	}
}

static bool has_root(const struct host_bridges *roots, u16 segment)
{
	for (unsigned int i = 0; i < roots->nr; i++)
		if (roots->root[i].segment == segment)
			return true;
	return false;
}

/* Where the AML names no root bus: what MCFG knows, and bus 0. */
static void add_missing_roots(struct host_bridges *roots)
{
	for (unsigned int i = 0; i < acpi_info.nr_mcfg; i++) {
		const struct acpi_mcfg *m = &acpi_info.mcfg[i];

		if (!has_root(roots, m->segment) && roots->nr < ARRAY_SIZE(roots->root))
			roots->root[roots->nr++] = (struct pci_root){ m->segment, m->bus_start };
	}
	if (roots->nr == 0)
		roots->root[roots->nr++] = (struct pci_root){ 0, 0 };
}

static void scan_pci(struct host_bridges *roots)
{
	add_missing_roots(roots);
	scan_roots(roots);
	for (unsigned int i = 0; i < pci_devices.nr; i++) {
		if (pci_devices.dev[i].header_type == 1)
			add_bridge_windows(&pci_devices.dev[i]);
	}
	for (unsigned int i = 0; i < pci_devices.nr; i++) {
		log_device(&pci_devices.dev[i]);
		add_bars(&pci_devices.dev[i]);
	}
	if (pci_devices.nr_lost)
		pr_warn("pci: %u functions more than this kernel can hold were left out\n", pci_devices.nr_lost);
}

/* The name of old kernels: where a PCI bus decodes the range, the bus is what is there. */
static void drop_video_ram(void)
{
	struct resource *r = resource_find(&iomem_resource, 0xa0000);

	if (r && !strcmp(r->name, "Video RAM area") && r->parent != &iomem_resource)
		(void)!release_resource(r);     /* it was just found in the tree */
}

static void add_ecam(void)
{
	for (unsigned int i = 0; i < acpi_info.nr_mcfg; i++) {
		const struct acpi_mcfg *m = &acpi_info.mcfg[i];
		u64 start = m->base + ((u64)m->bus_start << 20);
		char name[40];

		snprintf(name, sizeof(name), "PCI MMCONFIG %04x [bus %02x-%02x]", m->segment, m->bus_start, m->bus_end);
		iomem_node(&iomem_resource, start, m->base + ((u64)m->bus_end + 1) * (1 << 20) - 1, name, IORESOURCE_BUSY);
	}
}

void devices_init(u64 rsdp)
{
	struct host_bridges roots = { .nr = 0 };

	acpi_init(rsdp);
	add_acpi_devices();
	route_interrupts();
	pci_config_init();
	acpi_devices_open();
	acpi_host_bridges(&roots);
	drop_video_ram();
	scan_pci(&roots);
	add_ecam();
	add_iommus();
	acpi_platform_devices();
	acpi_devices_close();
}
