// SPDX-License-Identifier: MIT
/* A controller's thread: what it does until the controller fails. */
#include <lib/printk.h>

#include "xhci.h"

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MASTER 4u
#define IDLE_NS (100 * MS)
#define BUSY_NS (10 * MS)

static void give_up(struct xhci *c)
{
	u32 v = pci_config.read(c->pci->segment, c->pci->bus, c->pci->devfn, PCI_COMMAND) & 0xffff;

	pr_warn("xhci %s: its USB ports are not used: %s\n", c->name, c->dead);
	pci_config.write(c->pci->segment, c->pci->bus, c->pci->devfn, PCI_COMMAND, v & ~PCI_COMMAND_MASTER);
	for (unsigned int i = 1; i <= c->nr_slots; i++)
		if (c->slot[i] && c->slot[i]->f.kind == USB_KEYBOARD)
			keyboard_release_all(c->slot[i]);
}

static void check_alive(struct xhci *c)
{
	u32 v = xhci_read(c, c->op + OP_USBSTS);

	if (v == ~0u)
		c->dead = "it is gone";
	else if (v & USBSTS_HOST_ERROR)
		c->dead = "the bus refused its access to memory (an IOMMU that is on does that)";
	else if (v & (USBSTS_INTERNAL_ERROR | USBSTS_HALTED))
		c->dead = "it stopped with an error";
}

static bool has_input(const struct xhci *c)
{
	for (unsigned int i = 1; i <= c->nr_slots; i++)
		if (c->slot[i] && c->slot[i]->f.kind != USB_OTHER)
			return true;
	return false;
}

void xhci_run(void *arg)
{
	struct xhci *c = arg;

	c->dead = xhci_start(c);
	while (!c->dead) {
		xhci_poll(c);
		usb_ports_work(c);
		if (!c->dead)
			check_alive(c);
		if (!c->dead)
			xhci_sleep(c, has_input(c) ? BUSY_NS : IDLE_NS);
	}
	give_up(c);
}
