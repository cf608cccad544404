// SPDX-License-Identifier: MIT
/* Extended capabilities (xHCI 1.2, chapter 7): taking the controller from the firmware, and which ports speak what. */
#include <lib/printk.h>

#include "xhci.h"

#define EXT_LEGACY 1
#define EXT_PROTOCOL 2
#define MAX_EXTENDED 64                 /* in a list: no controller has more */
#define LEGACY_BIOS_OWNED (1u << 16)
#define LEGACY_OS_OWNED (1u << 24)
#define LEGACY_CONTROL 4                /* USBLEGCTLSTS */
#define LEGACY_SMI_ENABLES 0xe011u      /* 7.1.2: bits 0, 4, 13-15 */
#define LEGACY_SMI_EVENTS 0xe0000000u   /* write one to clear */
#define HANDOFF_MS 1000

/* The next capability with that id behind @offset (0: from the start); 0: none. */
static u32 find(const struct xhci *c, u32 offset, u8 id)
{
	u32 at = offset, step = offset ? 0 : xhci_read(c, CAP_HCCPARAMS1) >> 16;

	for (unsigned int i = 0; i < MAX_EXTENDED; i++) {
		if (at)
			step = xhci_read(c, at) >> 8 & 0xff;
		if (step == 0)
			return 0;
		at += 4 * step;
		if (at + 16 > c->size)
			return 0;
		if ((xhci_read(c, at) & 0xff) == id)
			return at;
	}
	return 0;
}

/* Firmware that does not let go within a second is told that it has: its SMIs are off then. */
void xhci_take_from_firmware(struct xhci *c)
{
	u32 at = find(c, 0, EXT_LEGACY), v;

	if (!at)
		return;
	v = xhci_read(c, at);
	if (v & LEGACY_BIOS_OWNED) {
		xhci_write(c, at, v | LEGACY_OS_OWNED);
		if (!xhci_wait_register(c, at, LEGACY_BIOS_OWNED, 0, HANDOFF_MS)) {
			pr_warn("xhci %s: the firmware does not hand it over: taken\n", c->name);
			xhci_write(c, at, (v & ~LEGACY_BIOS_OWNED) | LEGACY_OS_OWNED);
		}
	}
	v = xhci_read(c, at + LEGACY_CONTROL);
	xhci_write(c, at + LEGACY_CONTROL, (v & ~LEGACY_SMI_ENABLES) | LEGACY_SMI_EVENTS);
}

void xhci_find_protocols(struct xhci *c)
{
	unsigned int usb2 = 0, usb3 = 0, n = 0;

	for (u32 at = find(c, 0, EXT_PROTOCOL); at && n < MAX_EXTENDED; at = find(c, at, EXT_PROTOCOL), n++) {
		unsigned int major = xhci_read(c, at) >> 24, ports = xhci_read(c, at + 8);
		unsigned int first = ports & 0xff, count = ports >> 8 & 0xff;

		for (unsigned int p = first; p >= 1 && p < first + count && p <= c->nr_ports; p++) {
			c->port[p].usb3 = major >= 3;
			*(major >= 3 ? &usb3 : &usb2) += 1;
		}
	}
	pr_debug("xhci %s: version %x.%x, %u slots, %u ports (USB 2: %u, USB 3: %u)\n", c->name, c->version >> 8, c->version >> 4 & 0xf,
		c->nr_slots, c->nr_ports, usb2, usb3);
}
