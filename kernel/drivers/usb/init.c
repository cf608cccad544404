// SPDX-License-Identifier: MIT
/* Which controllers there are, what may keep them from working, and their threads. */
#include <asm/mmio.h>
#include <drivers/acpi.h>
#include <drivers/usb.h>
#include <proc/proc.h>
#include <lib/printk.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <task/task.h>

#include "../internal.h"
#include "xhci.h"

#define CLASS_XHCI 0x0c0330
#define MAX_IOMMUS 16
#define VTD_STATUS 0x1c
#define VTD_TRANSLATES (1u << 31)
#define AMD_CONTROL 0x18
#define AMD_TRANSLATES 1u

static struct xhci *controllers;                /* [B] in the order of pci_devices */

/* Firmware that protects itself from DMA is to stop that when it hands over. Where it did not, no device reaches our memory. */
static bool iommu_is_on(u64 base, bool amd)
{
	volatile u8 *regs = base ? ioremap(base, 4096) : NULL;
	u32 v;

	if (!regs)
		return false;
	v = readl(regs + (amd ? AMD_CONTROL : VTD_STATUS));
	iounmap((const void *)regs);
	return v != ~0u && v & (amd ? AMD_TRANSLATES : VTD_TRANSLATES);
}

static void check_iommus(const char *sig)
{
	const struct acpi_table *table = acpi_find(&acpi_info, sig);
	const u8 *t = table ? acpi_kernel_access.map(table->phys, table->length) : NULL;
	bool amd = sig[0] == 'I';
	u64 base[MAX_IOMMUS];
	unsigned int n;

	if (!t)
		return;
	n = iommu_units(t, table->length, base, MAX_IOMMUS);
	acpi_kernel_access.unmap(t);
	for (unsigned int i = 0; i < n; i++) {
		if (!iommu_is_on(base[i], amd))
			continue;
		pr_warn("iommu: the firmware left the one at %#lx on, so USB controllers can't reach memory: switch off \"%s\" "
			"(or \"Kernel DMA Protection\") in the firmware's setup to use USB keyboards\n", (unsigned long)base[i], amd ? "IOMMU" : "VT-d");
		return;
	}
}

/*
 * Intel's 7 and 8 series have an EHCI controller on the same connectors, and firmware leaves the ports with it. The mask
 * registers say which ports may be switched (8 Series PCH data sheet, 17.1.43 to 46).
 */
static void take_ports_from_ehci(const struct pci_dev *d)
{
	if (d->vendor != 0x8086 || (d->device != 0x1e31 && d->device != 0x8c31 && d->device != 0x9c31))
		return;
	pci_config.write(d->segment, d->bus, d->devfn, 0xd8, pci_config.read(d->segment, d->bus, d->devfn, 0xdc));      /* SuperSpeed */
	pci_config.write(d->segment, d->bus, d->devfn, 0xd0, pci_config.read(d->segment, d->bus, d->devfn, 0xd4));      /* USB 2 */
}

static void show_controller(struct seq_file *m, struct xhci *c)
{
	static const char *const kinds[] = { "not used", "keyboard", "hub" };
	char name[USB_NAME_LEN];

	seq_printf(m, "xhci %u at %s: %s\n", c->number, c->name, c->dead ? c->dead : "works");
	mutex_lock(&c->lock);
	for (unsigned int i = 1; i <= c->nr_slots; i++) {
		const struct usb_device *dev = c->slot[i];

		if (!dev)
			continue;
		usb_name(c, dev->parent, dev->port, name);
		seq_printf(m, "%-12s %04x:%04x  %-10s  %s\n", name, dev->id.vendor, dev->id.product, usb_speed_name(dev->speed), kinds[dev->f.kind]);
	}
	mutex_unlock(&c->lock);
}

static int show(struct seq_file *m, void *arg)
{
	for (struct xhci *c = controllers; c; c = c->next)
		show_controller(m, c);
	return 0;
}

void usb_init(void)
{
	struct xhci **end = &controllers;
	unsigned int number = 0;

	for (unsigned int i = 0; i < pci_devices.nr; i++) {
		const struct pci_dev *d = &pci_devices.dev[i];
		struct xhci *c;

		if (d->class != CLASS_XHCI)
			continue;
		c = kzalloc(sizeof(*c), GFP_KERNEL);
		if (!c) {
			pr_warn("no memory for an xHCI controller: its keyboards do not work\n");
			break;
		}
		c->pci = d;
		c->number = ++number;
		pci_name(d, c->name);
		*end = c;
		end = &c->next;
	}
	if (!controllers)
		return;
	check_iommus("DMAR");
	check_iommus("IVRS");
	for (struct xhci *c = controllers; c; c = c->next) {
		pr_info("xhci %s: looking for keyboards\n", c->name);
		take_ports_from_ehci(c->pci);
		if (kernel_thread(xhci_run, c, "xhci") < 0)
			pr_warn("xhci %s: no memory for its thread\n", c->name);
	}
	if (proc_create("atlas/usb", 0444, show, NULL))
		pr_warn("no memory for /proc/atlas/usb\n");
}
