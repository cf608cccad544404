// SPDX-License-Identifier: MIT
/*
 * Hubs (USB 2.0, chapter 11). Only of USB 2: a SuperSpeed hub is two hubs in one case, and keyboards, which are
 * never SuperSpeed, always hang on its USB 2 half.
 */
#include <lib/printk.h>
#include <uapi/errno.h>

#include "xhci.h"

/* bmRequestType << 8 | bRequest */
#define CLEAR_HUB_FEATURE 0x2001
#define CLEAR_PORT_FEATURE 0x2301
#define SET_PORT_FEATURE 0x2303
#define GET_HUB_DESCRIPTOR 0xa006
#define GET_PORT_STATUS 0xa300
#define FEATURE_RESET 4
#define FEATURE_POWER 8
#define FEATURE_FIRST_CHANGE 16         /* C_PORT_CONNECTION, ENABLE, SUSPEND, OVER_CURRENT, RESET */
#define NR_CHANGES 5
#define STATUS_CONNECTED 1
#define STATUS_ENABLED 2
#define STATUS_RESET 0x10
#define STATUS_LOW_SPEED 0x200
#define STATUS_HIGH_SPEED 0x400

int hub_port_status(struct usb_device *hub, unsigned int port, struct port_status *st)
{
	const u8 *d = hub->c->buffer;
	int n = usb_control(hub, GET_PORT_STATUS, 0, port, 4);
	unsigned int status, change;

	if (n != 4)
		return n < 0 ? n : -EIO;
	status = d[0] | d[1] << 8;
	change = d[2];
	*st = (struct port_status){
		.connected = status & STATUS_CONNECTED, .enabled = status & STATUS_ENABLED, .resetting = status & STATUS_RESET,
		.connect_changed = change & 1,
		.speed = status & STATUS_LOW_SPEED ? SPEED_LOW : status & STATUS_HIGH_SPEED ? SPEED_HIGH : SPEED_FULL,
	};
	for (unsigned int i = 0; i < NR_CHANGES; i++) {
		n = change >> i & 1 ? usb_control(hub, CLEAR_PORT_FEATURE, FEATURE_FIRST_CHANGE + i, port, 0) : 0;
		if (n < 0)
			return n;
	}
	return 0;
}

int hub_port_reset(struct usb_device *hub, unsigned int port)
{
	int n = usb_control(hub, SET_PORT_FEATURE, FEATURE_RESET, port, 0);

	return n < 0 ? n : 0;
}

/* Bit 0 is the hub itself (its power supply): only acknowledged. */
void hub_report(struct usb_device *hub, const u8 *report, size_t n)
{
	for (unsigned int port = 0; port <= hub->hub.nr_ports && port / 8 < n; port++)
		if (report[port / 8] >> port % 8 & 1)
			hub->child[port].changed = true;
}

/* => configured */
int hub_start(struct usb_device *hub)
{
	struct xhci *c = hub->c;
	char name[USB_NAME_LEN];
	int n = usb_control(hub, GET_HUB_DESCRIPTOR, DESC_HUB << 8, 0, HUB_DESC_SIZE);

	usb_name(c, hub->parent, hub->port, name);
	if (n < 0 || usb_parse_hub(c->buffer, (size_t)n, &hub->hub)) {
		pr_warn("usb %s: the hub does not describe itself\n", name);
		return -EIO;
	}
	if (hub->hub.nr_said > hub->hub.nr_ports)
		pr_warn("usb %s: of the hub's %u ports only %u are used\n", name, hub->hub.nr_said, hub->hub.nr_ports);
	n = xhci_configure_hub(hub);
	if (n)
		return n;
	for (unsigned int port = 1; port <= hub->hub.nr_ports; port++) {
		if (usb_control(hub, SET_PORT_FEATURE, FEATURE_POWER, port, 0) < 0)
			return -EIO;
		hub->child[port].changed = true;
	}
	xhci_sleep(c, max(hub->hub.power_ms, (u16)20) * MS);
	usb_in_start(hub);
	return 0;
}

void hub_acknowledge(struct usb_device *hub)
{
	hub->child[0].changed = false;
	/* C_HUB_LOCAL_POWER, C_HUB_OVER_CURRENT; what fails comes again with the next report */
	for (u16 feature = 0; feature < 2; feature++)
		if (usb_control(hub, CLEAR_HUB_FEATURE, feature, 0, 0) < 0)
			return;
}
