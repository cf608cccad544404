// SPDX-License-Identifier: MIT
/* The ports of the root hub: PORTSC (xHCI 1.2, 5.4.8 and 4.19). */
#include <lib/printk.h>
#include <uapi/errno.h>

#include "xhci.h"

#define PORT_CONNECTED 1u
#define PORT_ENABLED 2u                 /* writing one disables */
#define PORT_RESET 0x10u
#define PORT_POWER 0x200u
#define PORT_CONNECT_CHANGE (1u << 17)
#define PORT_CHANGES (0x7fu << 17)      /* write one to clear */
#define PORT_WARM_RESET (1u << 31)
#define PORT_KEEP 0x0e00c200u           /* what a write must repeat: power, indicators, wake enables */
#define LINK_INACTIVE 6u
#define LINK_COMPLIANCE 10u
#define port_link(v) ((v) >> 5 & 0xf)
#define port_speed(v) ((v) >> 10 & 0xf)
#define POWER_NS (20 * MS)

static u32 portsc(const struct xhci *c, unsigned int port)
{
	return c->op + OP_PORTSC(port);
}

int root_port_status(struct xhci *c, unsigned int port, struct port_status *st)
{
	u32 v = xhci_read(c, portsc(c, port));

	if (v == ~0u) {
		c->dead = "it is gone";
		return -EIO;
	}
	if (v & PORT_CHANGES)
		xhci_write(c, portsc(c, port), (v & PORT_KEEP) | (v & PORT_CHANGES));
	*st = (struct port_status){
		.connected = v & PORT_CONNECTED, .enabled = v & PORT_ENABLED, .resetting = v & (PORT_RESET | PORT_WARM_RESET),
		.connect_changed = v & PORT_CONNECT_CHANGE, .speed = port_speed(v),
	};
	return 0;
}

/* A SuperSpeed port enables itself; a reset is for a link that did not come up. */
int root_port_reset(struct xhci *c, unsigned int port)
{
	u32 v = xhci_read(c, portsc(c, port)), how = PORT_RESET;

	if (c->port[port].usb3) {
		if (v & PORT_ENABLED && c->port[port].failures == 0)
			return 0;
		if (port_link(v) == LINK_INACTIVE || port_link(v) == LINK_COMPLIANCE)
			how = PORT_WARM_RESET;
	}
	xhci_write(c, portsc(c, port), (v & PORT_KEEP) | how);
	return 0;
}

void root_ports_power(struct xhci *c)
{
	for (unsigned int port = 1; port <= c->nr_ports; port++) {
		u32 v = xhci_read(c, portsc(c, port));

		if (!(v & PORT_POWER))
			xhci_write(c, portsc(c, port), (v & PORT_KEEP) | PORT_POWER);
		c->port[port].changed = true;
	}
	xhci_sleep(c, POWER_NS);
}
