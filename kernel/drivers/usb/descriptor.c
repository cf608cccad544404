// SPDX-License-Identifier: MIT
/* Descriptors of USB devices (descriptor.h). */
#include <lib/bitmap.h>
#include <lib/string.h>
#include <uapi/errno.h>

#include "descriptor.h"

#define INTERFACE_SIZE 9
#define ENDPOINT_SIZE 7
#define SUBCLASS_BOOT 1
#define PROTOCOL_KEYBOARD 1
#define ENDPOINT_IN 0x80
#define TRANSFER_INTERRUPT 3

static unsigned int word(const u8 *p)
{
	return p[0] | (unsigned int)p[1] << 8;
}

const char *usb_speed_name(unsigned int speed)
{
	static const char *const names[] = { "unknown speed", "full speed", "low speed", "high speed" };

	return speed < ARRAY_SIZE(names) ? names[speed] : "SuperSpeed";
}

/* USB 2.0, 5.5.3; from SuperSpeed on the number is an exponent and always 9. */
unsigned int usb_max_packet0(const u8 *d, size_t n, unsigned int speed)
{
	if (n < 8 || d[0] < DEVICE_DESC_SIZE || d[1] != DESC_DEVICE)
		return 0;
	switch (speed) {
	case SPEED_LOW: return d[7] == 8 ? 8 : 0;
	case SPEED_FULL: return d[7] == 8 || d[7] == 16 || d[7] == 32 || d[7] == 64 ? d[7] : 0;
	case SPEED_HIGH: return d[7] == 64 ? 64 : 0;
	}
	return d[7] == 9 ? 512 : 0;
}

int usb_parse_device(const u8 *d, size_t n, struct usb_identity *id)
{
	if (n < DEVICE_DESC_SIZE || d[0] < DEVICE_DESC_SIZE || d[1] != DESC_DEVICE || d[17] == 0)
		return -EINVAL;
	*id = (struct usb_identity){ .vendor = word(d + 8), .product = word(d + 10), .class = d[4], .nr_configs = d[17] };
	return 0;
}

unsigned int usb_config_length(const u8 *d, size_t n)
{
	if (n < CONFIG_DESC_SIZE || d[0] < CONFIG_DESC_SIZE || d[1] != DESC_CONFIG)
		return 0;
	return word(d + 2) < CONFIG_DESC_SIZE ? 0 : word(d + 2);
}

static enum usb_kind interface_kind(const u8 *d, unsigned int class)
{
	if (d[3] != 0)                  /* only what is there without SET_INTERFACE */
		return USB_OTHER;
	if (class == CLASS_HUB)
		return d[5] == CLASS_HUB ? USB_HUB : USB_OTHER;
	if (d[5] == CLASS_HID && d[6] == SUBCLASS_BOOT && d[7] == PROTOCOL_KEYBOARD)
		return USB_KEYBOARD;
	return USB_OTHER;
}

static bool take_endpoint(const u8 *d, struct usb_function *f)
{
	unsigned int number = d[2] & 0xf, size = word(d + 4) & 0x7ff;

	if (!(d[2] & ENDPOINT_IN) || (d[3] & 3) != TRANSFER_INTERRUPT || number == 0 || size == 0 || size > 1024)
		return false;
	f->endpoint = number;
	f->max_packet = size;
	f->interval = d[6];
	return true;
}

int usb_parse_config(const u8 *d, size_t n, unsigned int class, struct usb_function *f)
{
	enum usb_kind kind = USB_OTHER;
	u8 interface = 0;

	*f = (struct usb_function){ .kind = USB_OTHER };
	if (usb_config_length(d, n) == 0 || d[5] == 0)
		return -EINVAL;
	f->config = d[5];
	if (n > usb_config_length(d, n))
		n = usb_config_length(d, n);
	for (size_t at = 0, len; n - at >= 2; at += len) {
		len = d[at];
		if (len < 2 || len > n - at)    /* what follows can't be found: what came before stands */
			break;
		if (d[at + 1] == DESC_INTERFACE && len >= INTERFACE_SIZE) {
			kind = interface_kind(d + at, class);
			interface = d[at + 2];
		} else if (d[at + 1] == DESC_ENDPOINT && len >= ENDPOINT_SIZE && kind != USB_OTHER && take_endpoint(d + at, f)) {
			f->kind = kind;
			f->interface = interface;
			break;
		}
	}
	return 0;
}

int usb_parse_hub(const u8 *d, size_t n, struct usb_hub_info *hub)
{
	if (n < 7 || d[0] < 7 || d[1] != DESC_HUB || d[2] == 0)
		return -EINVAL;
	*hub = (struct usb_hub_info){
		.nr_ports = min(d[2], (u8)HUB_MAX_PORTS), .nr_said = d[2], .think_time = d[3] >> 5 & 3, .power_ms = d[5] * 2,
	};
	return 0;
}

unsigned int usb_interval(unsigned int speed, unsigned int interval)
{
	unsigned int exponent;

	if (speed != SPEED_LOW && speed != SPEED_FULL)
		return min(max(interval, 1u), 16u) - 1;
	exponent = __fls(max(interval, 1u) * 8UL);
	return min(max(exponent, 3u), 10u);
}
