// SPDX-License-Identifier: MIT
/* What the controller says (xHCI 1.2, 4.9.4 and 6.4.2), and waiting for it. */
#include <lib/printk.h>
#include <task/wait.h>
#include <x86/cpu.h>

#include "xhci.h"

#define POLL_NS (10 * MS)
#define WAIT_NS (1 * MS)                /* while somebody waits for an answer */

static void command_event(struct xhci *c, const struct trb *e)
{
	if (e->parameter != c->command.phys || c->command.done)
		return;                 /* of one that we no longer wait for */
	c->command.code = trb_code(e->status);
	c->command.slot = trb_slot(e->control);
	c->command.done = true;
}

static void transfer_event(struct xhci *c, const struct trb *e)
{
	struct usb_device *dev = c->slot[trb_slot(e->control)];

	if (!dev)
		return;
	if (trb_endpoint(e->control) == EP0)
		usb_control_event(dev, e);
	else
		usb_in_event(dev, e);
}

static void port_event(struct xhci *c, const struct trb *e)
{
	unsigned int port = e->parameter >> 24 & 0xff;

	if (port >= 1 && port <= c->nr_ports)
		c->port[port].changed = true;
}

static void take_events(struct xhci *c)
{
	struct trb e;
	unsigned int n = 0;

	while (n < EVENT_TRBS && event_ring_pop(&c->events, &e)) {
		n++;
		switch (trb_type(e.control)) {
		case TRB_COMMAND_EVENT: command_event(c, &e); break;
		case TRB_TRANSFER_EVENT: transfer_event(c, &e); break;
		case TRB_PORT_EVENT: port_event(c, &e); break;
		case TRB_HOST_EVENT:
			/* The event ring was full: port changes may be lost, so look at all ports. */
			for (unsigned int i = 1; i <= c->nr_ports; i++)
				c->port[i].changed = true;
			break;
		}
	}
	if (n)
		xhci_write64(c, c->runtime + RT_ERDP, event_ring_dequeue(&c->events) | ERDP_BUSY);
}

void xhci_poll(struct xhci *c)
{
	if (c->dead)
		return;
	take_events(c);
	for (unsigned int i = 1; i <= c->nr_slots; i++)
		if (c->slot[i] && c->slot[i]->f.kind == USB_KEYBOARD)
			keyboard_repeat(c->slot[i]);
}

static void nap(u64 until_ns)
{
	set_current_sleeping();
	schedule_until(until_ns);
	set_current_running();
}

void xhci_sleep(struct xhci *c, u64 ns)
{
	u64 now = ktime_get_ns(), end = now + ns;

	for (; now < end; now = ktime_get_ns()) {
		nap(min(end, now + POLL_NS));
		if (c->events.trb)
			xhci_poll(c);
	}
}

bool xhci_wait(struct xhci *c, const bool *done, unsigned int ms)
{
	u64 now = ktime_get_ns(), end = now + ms * MS;

	for (xhci_poll(c); !*done && !c->dead && now < end; now = ktime_get_ns()) {
		nap(now + WAIT_NS);
		xhci_poll(c);
	}
	return *done;
}

bool xhci_wait_register(struct xhci *c, u32 offset, u32 mask, u32 want, unsigned int ms)
{
	u64 end = ktime_get_ns() + ms * MS;

	for (;;) {
		u32 v = xhci_read(c, offset);

		if (v != ~0u && (v & mask) == want)
			return true;
		if (v == ~0u || ktime_get_ns() >= end)
			return false;
		nap(ktime_get_ns() + WAIT_NS);
	}
}
