// SPDX-License-Identifier: MIT
/*
 * Plugging and unplugging, the same for root ports and hubs (USB 2.0, 7.1.7 and 9.1.2). A port that reported a
 * change is looked at; a device that came is debounced, reset and taken in; one that does not work is tried again
 * MAX_FAILURES times, then left until it is plugged in anew.
 */
#include <lib/err.h>
#include <lib/printk.h>
#include <uapi/errno.h>

#include "xhci.h"

#define DEBOUNCE_NS (100 * MS)
#define RESET_STEP_NS (10 * MS)
#define RESET_STEPS 80
#define RECOVERY_NS (20 * MS)           /* 10 ms by 7.1.7.5; some need more */

static struct usb_port *port_at(struct xhci *c, struct usb_device *hub, unsigned int port)
{
	return hub ? &hub->child[port] : &c->port[port];
}

static int get_status(struct xhci *c, struct usb_device *hub, unsigned int port, struct port_status *st)
{
	return hub ? hub_port_status(hub, port, st) : root_port_status(c, port, st);
}

/* 0: the port is enabled, st->speed is valid. -ENODEV: what was there went away. */
static int reset(struct xhci *c, struct usb_device *hub, unsigned int port, struct port_status *st)
{
	int err = hub ? hub_port_reset(hub, port) : root_port_reset(c, port);

	for (unsigned int i = 0; i < RESET_STEPS && !err; i++) {
		xhci_sleep(c, RESET_STEP_NS);
		err = get_status(c, hub, port, st);
		if (!err && !st->connected)
			return -ENODEV;
		if (!err && st->enabled && !st->resetting) {
			xhci_sleep(c, RECOVERY_NS);
			return 0;
		}
	}
	return err ? err : -ETIMEDOUT;
}

/* Something is plugged in: is it there to stay, and does it work? */
static void attach(struct xhci *c, struct usb_device *hub, unsigned int port)
{
	struct usb_port *p = port_at(c, hub, port);
	struct usb_device *dev;
	struct port_status st;
	char name[USB_NAME_LEN];
	int err;

	xhci_sleep(c, DEBOUNCE_NS);
	err = get_status(c, hub, port, &st);
	if (err || !st.connected || st.connect_changed) {
		p->changed = !err;      /* still moving: look again */
		return;
	}
	err = reset(c, hub, port, &st);
	dev = err ? ERR_PTR(err) : usb_attach(c, hub, port, st.speed);
	if (!IS_ERR(dev)) {
		p->child = dev;
		return;
	}
	if (c->dead)
		return;
	p->changed = ++p->failures < MAX_FAILURES;
	usb_name(c, hub, port, name);
	if (!p->changed)
		pr_warn("usb %s: the device does not work: %pE; plug it in again or into another port\n", name, dev);
}

static void look_at(struct xhci *c, struct usb_device *hub, unsigned int port)
{
	struct usb_port *p = port_at(c, hub, port);
	struct port_status st;

	p->changed = false;
	if (get_status(c, hub, port, &st)) {
		if (hub && p->failures < MAX_FAILURES) {        /* the hub does not answer, or is on its way out */
			p->failures++;
			p->changed = true;
		}
		return;
	}
	if (p->child && (!st.connected || !st.enabled || st.connect_changed)) {
		usb_remove(p->child);
		p->child = NULL;
	}
	if (!st.connected || st.connect_changed)
		p->failures = 0;
	if (st.connected && !p->child && p->failures < MAX_FAILURES)
		attach(c, hub, port);
}

static void hub_work(struct usb_device *hub)
{
	if (hub->child[0].changed)
		hub_acknowledge(hub);
	for (unsigned int port = 1; port <= hub->hub.nr_ports && !hub->c->dead; port++)
		if (hub->child[port].changed)
			look_at(hub->c, hub, port);
}

/* Root ports first: with a hub that was pulled goes all that it still has to say. */
void usb_ports_work(struct xhci *c)
{
	for (unsigned int port = 1; port <= c->nr_ports && !c->dead; port++)
		if (c->port[port].changed)
			look_at(c, NULL, port);
	for (unsigned int slot = 1; slot <= c->nr_slots && !c->dead; slot++) {
		struct usb_device *dev = c->slot[slot];

		if (dev && dev->f.kind == USB_HUB)
			hub_work(dev);
		if (dev && c->slot[slot] == dev && dev->in_failed)
			usb_in_recover(dev);
	}
}
