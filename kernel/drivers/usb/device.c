// SPDX-License-Identifier: MIT
/*
 * Taking a device in and letting it go (USB 2.0, 9.1.2; xHCI 1.2, 4.3). Keyboards and hubs are configured; what
 * nobody drives keeps its address and is left alone.
 */
#include <asm/memory.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#include "xhci.h"

#define GET_DESCRIPTOR 0x8006
#define SET_CONFIGURATION 0x0009
#define ADDRESS_RECOVERY_NS (10 * MS)   /* 2 ms by 9.2.6.3 */

void usb_name(const struct xhci *c, const struct usb_device *parent, unsigned int port, char name[USB_NAME_LEN])
{
	unsigned int depth = parent ? parent->depth + 1u : 0;
	size_t n = scnprintf(name, USB_NAME_LEN, "%u-%u", c->number, parent ? parent->root_port : port);

	for (unsigned int i = 0; i + 1 < depth; i++)
		n += scnprintf(name + n, USB_NAME_LEN - n, ".%u", parent->route >> 4 * i & 0xf);
	if (parent)
		scnprintf(name + n, USB_NAME_LEN - n, ".%u", port);
}

static unsigned int first_max_packet0(unsigned int speed)
{
	return speed == SPEED_HIGH ? 64 : speed >= SPEED_SUPER ? 512 : 8;
}

/* The part of its place in the tree: route string, and who translates for it (xHCI 1.2, 6.2.2 and 8.9 of USB 3.2). */
static void place(struct usb_device *dev)
{
	struct usb_device *hub = dev->parent;

	dev->root_port = hub ? hub->root_port : dev->port;
	if (!hub)
		return;
	dev->depth = hub->depth + 1;
	dev->route = hub->route | (u32)dev->port << 4 * hub->depth;
	if (dev->speed != SPEED_LOW && dev->speed != SPEED_FULL)
		return;
	dev->tt_slot = hub->speed == SPEED_HIGH ? hub->slot : hub->tt_slot;
	dev->tt_port = hub->speed == SPEED_HIGH ? dev->port : hub->tt_port;
}

static struct usb_device *new_device(struct xhci *c, struct usb_device *parent, unsigned int port, unsigned int speed)
{
	struct usb_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	dev->c = c;
	dev->parent = parent;
	dev->port = port;
	dev->speed = speed;
	dev->max_packet0 = first_max_packet0(speed);
	place(dev);
	dev->memory = xhci_alloc(c, 0, &dev->memory_phys);
	if (!dev->memory) {
		kfree(dev);
		return NULL;
	}
	ring_init(&dev->ep0, dev->memory->ep0, dev->memory_phys + offsetof(struct device_memory, ep0), EP0_TRBS);
	ring_init(&dev->in, dev->memory->in, dev->memory_phys + offsetof(struct device_memory, in), IN_TRBS);
	return dev;
}

static void set_slot(struct xhci *c, unsigned int slot, struct usb_device *dev)
{
	mutex_lock(&c->lock);
	c->slot[slot] = dev;
	mutex_unlock(&c->lock);
}

/* The controller may still write to the memory of a slot that it does not give back: then it is lost. */
static void drop_device(struct usb_device *dev)
{
	struct xhci *c = dev->c;

	if (dev->slot) {
		set_slot(c, dev->slot, NULL);
		if (!xhci_disable_slot(c, dev->slot)) {
			c->shared->device_context[dev->slot] = 0;
			free_pages_addr(dev->memory, 0);
		}
	} else {
		free_pages_addr(dev->memory, 0);
	}
	kfree(dev);
}

static int address(struct usb_device *dev)
{
	struct xhci *c = dev->c;
	int err = xhci_enable_slot(c, &dev->slot);

	if (err) {
		dev->slot = 0;
		return err;
	}
	set_slot(c, dev->slot, dev);
	c->shared->device_context[dev->slot] = dev->memory_phys + offsetof(struct device_memory, context);
	err = xhci_address_device(dev);
	if (!err)
		xhci_sleep(c, ADDRESS_RECOVERY_NS);
	return err;
}

/* How long packets of endpoint 0 are is in the first 8 bytes, which every device can send. */
static int read_identity(struct usb_device *dev)
{
	unsigned int size;
	int n = usb_control(dev, GET_DESCRIPTOR, DESC_DEVICE << 8, 0, 8);

	if (n < 0)
		return n;
	size = usb_max_packet0(dev->c->buffer, (size_t)n, dev->speed);
	if (size == 0)
		return -EINVAL;
	if (size != dev->max_packet0) {
		dev->max_packet0 = size;
		n = xhci_update_max_packet0(dev);
		if (n)
			return n;
	}
	n = usb_control(dev, GET_DESCRIPTOR, DESC_DEVICE << 8, 0, DEVICE_DESC_SIZE);
	return n < 0 ? n : usb_parse_device(dev->c->buffer, (size_t)n, &dev->id);
}

static int read_function(struct usb_device *dev, struct usb_function *f)
{
	unsigned int length;
	int n = usb_control(dev, GET_DESCRIPTOR, DESC_CONFIG << 8, 0, CONFIG_DESC_SIZE);

	if (n < 0)
		return n;
	length = min(usb_config_length(dev->c->buffer, (size_t)n), (unsigned int)CONTROL_BUFFER);
	if (length == 0)
		return -EINVAL;
	n = usb_control(dev, GET_DESCRIPTOR, DESC_CONFIG << 8, 0, length);
	return n < 0 ? n : usb_parse_config(dev->c->buffer, (size_t)n, dev->id.class, f);
}

static int configure(struct usb_device *dev)
{
	struct usb_function f;
	int err = read_function(dev, &f);

	if (err || f.kind == USB_OTHER)
		return err;
	if (f.kind == USB_HUB && (dev->depth == MAX_HUB_DEPTH || dev->speed >= SPEED_SUPER))
		return 0;
	dev->f = f;
	dev->f.kind = USB_OTHER;        /* nothing arrives before all is ready */
	err = xhci_configure_endpoint(dev);
	if (!err)
		err = usb_control(dev, SET_CONFIGURATION, f.config, 0, 0);
	if (err < 0)
		return err;
	dev->f.kind = f.kind;
	return f.kind == USB_HUB ? hub_start(dev) : keyboard_start(dev);
}

/* In the log, not on the consoles: whoever sits there is reading something else by now. */
static void say(const struct usb_device *dev)
{
	static const char *const kinds[] = { "not used", "keyboard", "hub" };
	char name[USB_NAME_LEN];

	usb_name(dev->c, dev->parent, dev->port, name);
	pr_debug("usb %s: %04x:%04x, %s, %s\n", name, dev->id.vendor, dev->id.product, usb_speed_name(dev->speed), kinds[dev->f.kind]);
}

struct usb_device *usb_attach(struct xhci *c, struct usb_device *parent, unsigned int port, unsigned int speed)
{
	struct usb_device *dev;
	int err;

	if (speed == 0)
		return ERR_PTR(-EINVAL);
	dev = new_device(c, parent, port, speed);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	err = address(dev);
	if (!err)
		err = read_identity(dev);
	if (!err)
		err = configure(dev);
	if (err) {
		drop_device(dev);
		return ERR_PTR(err);
	}
	say(dev);
	return dev;
}

/* At most MAX_HUB_DEPTH hubs deep. */
void usb_remove(struct usb_device *dev)
{
	char name[USB_NAME_LEN];

	for (unsigned int port = 1; port <= dev->hub.nr_ports; port++)
		if (dev->child[port].child)
			usb_remove(dev->child[port].child);
	if (dev->f.kind == USB_KEYBOARD)
		keyboard_release_all(dev);
	usb_name(dev->c, dev->parent, dev->port, name);
	pr_debug("usb %s: %04x:%04x is gone\n", name, dev->id.vendor, dev->id.product);
	drop_device(dev);
}
