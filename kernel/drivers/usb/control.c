// SPDX-License-Identifier: MIT
/* Control transfers on endpoint 0 (xHCI 1.2, 4.11.2.2): setup, data, status; one at a time a controller. */
#include <lib/string.h>
#include <uapi/errno.h>

#include "xhci.h"

#define CONTROL_MS 1000
#define REQUEST_IN 0x80                 /* bmRequestType: device to host */
#define SETUP_OUT (2u << 16)            /* transfer type of the setup block: what the data stage is */
#define SETUP_IN (3u << 16)

/* Called for every event of endpoint 0; those of an earlier, given-up transfer are not ours. */
void usb_control_event(struct usb_device *dev, const struct trb *e)
{
	struct xhci *c = dev->c;
	bool good = trb_code(e->status) == CODE_SUCCESS || trb_code(e->status) == CODE_SHORT;

	if (c->control.dev != dev || c->control.done)
		return;
	if (e->parameter != c->control.setup && e->parameter != c->control.status && (!c->control.data || e->parameter != c->control.data))
		return;
	if (c->control.data && e->parameter == c->control.data)
		c->control.residue = trb_residue(e->status);
	if (good && e->parameter != c->control.status)
		return;                 /* a short data stage; the status follows */
	c->control.code = trb_code(e->status);
	c->control.done = true;
}

static void queue(struct usb_device *dev, u16 request, u16 value, u16 index, unsigned int length)
{
	struct xhci *c = dev->c;
	bool in = request >> 8 & REQUEST_IN;
	u64 setup = (u64)length << 48 | (u64)index << 32 | (u64)value << 16 | (request & 0xff) << 8 | request >> 8;

	c->control.dev = dev;
	c->control.done = false;
	c->control.residue = 0;
	c->control.data = 0;
	c->control.setup = ring_push(&dev->ep0, setup, 8, TRB_TYPE(TRB_SETUP) | TRB_IDT | (length ? in ? SETUP_IN : SETUP_OUT : 0));
	if (length)
		c->control.data = ring_push(&dev->ep0, c->buffer_phys, length, TRB_TYPE(TRB_DATA) | TRB_ISP | (in ? TRB_DIR_IN : 0));
	/* The status stage goes the other way; IN when there was no data. */
	c->control.status = ring_push(&dev->ep0, 0, 0, TRB_TYPE(TRB_STATUS) | TRB_IOC | (length && in ? 0 : TRB_DIR_IN));
	xhci_doorbell(c, dev->slot, EP0);
}

int usb_control(struct usb_device *dev, u16 request, u16 value, u16 index, unsigned int length)
{
	struct xhci *c = dev->c;
	bool done;

	if (c->dead || length > CONTROL_BUFFER)
		return -EIO;
	if (request >> 8 & REQUEST_IN)
		memset(c->buffer, 0, length);
	queue(dev, request, value, index, length);
	done = xhci_wait(c, &c->control.done, CONTROL_MS);
	c->control.dev = NULL;
	if (done && c->control.code == CODE_SUCCESS)
		return c->control.residue < length ? (int)(length - c->control.residue) : 0;
	if (xhci_restart_endpoint(dev, EP0, !done))
		return -EIO;
	return !done ? -ETIMEDOUT : c->control.code == CODE_STALL ? -EPIPE : -EIO;
}
