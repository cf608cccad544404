// SPDX-License-Identifier: MIT
/*
 * Commands (xHCI 1.2, 4.6) and the contexts that they carry (6.2). One at a time. What a context says of a device is
 * made anew from struct usb_device each time; what the controller writes into its own copy is not believed.
 */
#include <lib/printk.h>
#include <lib/string.h>
#include <uapi/errno.h>

#include "xhci.h"

#define COMMAND_MS 2000                 /* Address Device talks to the device, which may take its time */
#define ABORT_MS 1000
#define EP_CONTROL 4
#define EP_INTERRUPT_IN 7

/*
 * A command that does not end is taken back; a controller that can't even do that is lost (4.6.1.2). Only the lower half
 * is written while the ring runs: the upper one could come too late and change where it goes on.
 */
static int abort_command(struct xhci *c)
{
	xhci_write(c, c->op + OP_CRCR, CRCR_ABORT);
	if (!xhci_wait_register(c, c->op + OP_CRCR, CRCR_RUNNING, 0, ABORT_MS)) {
		c->dead = "it does not answer commands (DMA that an IOMMU blocks looks like this, too)";
		return -EIO;
	}
	xhci_wait(c, &c->command.done, 100);    /* the event that says so */
	ring_init(&c->commands, c->commands.trb, c->commands.phys, c->commands.size);
	xhci_write64(c, c->op + OP_CRCR, c->commands.phys | CRCR_CYCLE);
	return -ETIMEDOUT;
}

static int command(struct xhci *c, u64 parameter, u32 control)
{
	if (c->dead)
		return -EIO;
	c->command.done = false;
	c->command.phys = ring_push(&c->commands, parameter, 0, control);
	xhci_doorbell(c, 0, 0);
	if (!xhci_wait(c, &c->command.done, COMMAND_MS))
		return abort_command(c);
	if (c->command.code == CODE_SUCCESS)
		return 0;
	pr_debug("xhci %s: command %u: completion code %u\n", c->name, trb_type(control), c->command.code);
	return -EIO;
}

int xhci_enable_slot(struct xhci *c, u8 *slot)
{
	int err = command(c, 0, TRB_TYPE(TRB_ENABLE_SLOT));

	if (err)
		return err;
	*slot = c->command.slot;
	if (*slot == 0 || *slot > c->nr_slots || c->slot[*slot]) {
		c->dead = "it gave a device a number that can't be";
		return -EIO;
	}
	return 0;
}

int xhci_disable_slot(struct xhci *c, unsigned int slot)
{
	return command(c, 0, TRB_TYPE(TRB_DISABLE_SLOT) | TRB_SLOT(slot));
}

/* The input context: control at 0, slot at 1, endpoint @dci at dci + 1. */
static u32 *input_context(struct xhci *c, unsigned int index)
{
	return c->input + index * c->context_size / 4;
}

static void begin_input(struct usb_device *dev, u32 add_flags, unsigned int last_dci)
{
	struct xhci *c = dev->c;
	u32 *slot = input_context(c, 1);

	memset(c->input, 0, 33 * c->context_size);
	input_context(c, 0)[1] = add_flags;
	slot[0] = dev->route | (u32)dev->speed << 20 | last_dci << 27;
	slot[1] = (u32)dev->root_port << 16;
	slot[2] = dev->tt_slot | (u32)dev->tt_port << 8;
	if (dev->hub.nr_ports) {
		slot[0] |= 1u << 26;
		slot[1] |= (u32)dev->hub.nr_ports << 24;
		if (dev->speed == SPEED_HIGH)
			slot[2] |= (u32)dev->hub.think_time << 16;
	}
}

static void endpoint_context(struct usb_device *dev, unsigned int dci, unsigned int type, unsigned int max_packet, unsigned int interval)
{
	struct ring *r = dci == EP0 ? &dev->ep0 : &dev->in;
	u32 *ep = input_context(dev->c, dci + 1);
	u64 dequeue = r->phys + r->next * sizeof(struct trb);

	ep[0] = interval << 16;
	ep[1] = max_packet << 16 | type << 3 | 3 << 1;  /* three attempts */
	ep[2] = (u32)dequeue | r->cycle;
	ep[3] = (u32)(dequeue >> 32);
	ep[4] = type == EP_CONTROL ? 8 : max_packet << 16 | max_packet;
}

static int with_input(struct usb_device *dev, enum trb_type type)
{
	return command(dev->c, dev->c->input_phys, TRB_TYPE(type) | TRB_SLOT(dev->slot));
}

int xhci_address_device(struct usb_device *dev)
{
	begin_input(dev, 3, EP0);
	endpoint_context(dev, EP0, EP_CONTROL, dev->max_packet0, 0);
	return with_input(dev, TRB_ADDRESS_DEVICE);
}

int xhci_update_max_packet0(struct usb_device *dev)
{
	begin_input(dev, 2, EP0);
	endpoint_context(dev, EP0, EP_CONTROL, dev->max_packet0, 0);
	return with_input(dev, TRB_EVALUATE_CONTEXT);
}

int xhci_configure_endpoint(struct usb_device *dev)
{
	unsigned int dci = in_dci(dev);

	begin_input(dev, 1 | 1u << dci, dci);
	endpoint_context(dev, dci, EP_INTERRUPT_IN, dev->f.max_packet, usb_interval(dev->speed, dev->f.interval));
	return with_input(dev, TRB_CONFIGURE_ENDPOINT);
}

int xhci_configure_hub(struct usb_device *dev)
{
	begin_input(dev, 1, in_dci(dev));
	return with_input(dev, TRB_CONFIGURE_ENDPOINT);
}

int xhci_restart_endpoint(struct usb_device *dev, unsigned int dci, bool timed_out)
{
	struct ring *r = dci == EP0 ? &dev->ep0 : &dev->in;
	u32 target = TRB_SLOT(dev->slot) | TRB_ENDPOINT(dci);
	/* Not halted, or already stopped: the next command tells whether all is well. */
	int err = command(dev->c, 0, TRB_TYPE(timed_out ? TRB_STOP_ENDPOINT : TRB_RESET_ENDPOINT) | target);

	if (err && dev->c->dead)
		return err;
	ring_init(r, r->trb, r->phys, r->size);
	return command(dev->c, r->phys | r->cycle, TRB_TYPE(TRB_SET_DEQUEUE) | target);
}
