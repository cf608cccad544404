// SPDX-License-Identifier: MIT
/*
 * The interrupt IN endpoint of a keyboard or hub: several transfers wait at once, so that reports between two looks at
 * the event ring are not lost. After an error the endpoint is set up again, some times, slower each time.
 */
#include <lib/printk.h>
#include <uapi/errno.h>
#include <x86/cpu.h>

#include "xhci.h"

#define UNDER_WAY 8                     /* of at most IN_TRBS - 2 */
#define MAX_IN_FAILURES 10
#define CLEAR_FEATURE 0x0201            /* to an endpoint */
#define ENDPOINT_HALT 0

static void queue(struct usb_device *dev)
{
	u64 buffer = dev->memory_phys + offsetof(struct device_memory, buffer) + dev->in.next * IN_BUFFER;

	ring_push(&dev->in, buffer, dev->in_length, TRB_TYPE(TRB_NORMAL) | TRB_IOC | TRB_ISP);
}

void usb_in_start(struct usb_device *dev)
{
	dev->in_length = min(dev->f.max_packet, (u16)IN_BUFFER);
	for (unsigned int i = 0; i < UNDER_WAY; i++)
		queue(dev);
	xhci_doorbell(dev->c, dev->slot, in_dci(dev));
}

static void failed(struct usb_device *dev)
{
	char name[USB_NAME_LEN];

	dev->in_failed = true;
	dev->in_failures++;
	dev->in_retry_ns = ktime_get_ns() + dev->in_failures * 20 * MS;
	if (dev->f.kind == USB_KEYBOARD)
		keyboard_release_all(dev);      /* it may have been pulled with a key down */
	if (dev->in_failures == MAX_IN_FAILURES) {
		usb_name(dev->c, dev->parent, dev->port, name);
		pr_warn("usb %s: does not deliver its reports: given up until it is plugged in again\n", name);
	}
}

void usb_in_event(struct usb_device *dev, const struct trb *e)
{
	int index = ring_index(&dev->in, e->parameter);
	unsigned int code = trb_code(e->status), residue = trb_residue(e->status);

	if (dev->f.kind == USB_OTHER || trb_endpoint(e->control) != in_dci(dev) || dev->in_failed)
		return;
	if (code == CODE_STOPPED || code == CODE_STOPPED_LENGTH || code == CODE_STOPPED_SHORT)
		return;
	if ((code != CODE_SUCCESS && code != CODE_SHORT) || index < 0 || residue > dev->in_length) {
		failed(dev);
		return;
	}
	dev->in_failures = 0;
	if (dev->f.kind == USB_KEYBOARD)
		keyboard_report(dev, dev->memory->buffer[index], dev->in_length - residue);
	else
		hub_report(dev, dev->memory->buffer[index], dev->in_length - residue);
	queue(dev);
	xhci_doorbell(dev->c, dev->slot, in_dci(dev));
}

void usb_in_recover(struct usb_device *dev)
{
	if (dev->in_failures >= MAX_IN_FAILURES || ktime_get_ns() < dev->in_retry_ns)
		return;
	if (xhci_restart_endpoint(dev, in_dci(dev), false) ||
	    usb_control(dev, CLEAR_FEATURE, ENDPOINT_HALT, 0x80 | dev->f.endpoint, 0) < 0) {
		failed(dev);
		return;
	}
	dev->in_failed = false;
	usb_in_start(dev);
}
