/* SPDX-License-Identifier: MIT */
/*
 * USB descriptors (USB 2.0, 9.6 and 11.23; HID 1.11, 7.1): what a device says of itself, hostile input. Every
 * function reads @n bytes at most, ends, and fills its result only with values in the ranges below. Pure.
 */
#ifndef USB_DESCRIPTOR_H
#define USB_DESCRIPTOR_H

#include <lib/compiler.h>
#include <lib/types.h>

/* As PORTSC and slot contexts number them (xHCI 1.2, table 7-13). */
enum usb_speed { SPEED_FULL = 1, SPEED_LOW = 2, SPEED_HIGH = 3, SPEED_SUPER = 4 };
const char *usb_speed_name(unsigned int speed);

enum usb_descriptor_type { DESC_DEVICE = 1, DESC_CONFIG = 2, DESC_INTERFACE = 4, DESC_ENDPOINT = 5, DESC_HUB = 0x29 };
#define DEVICE_DESC_SIZE 18
#define CONFIG_DESC_SIZE 9
#define HUB_DESC_SIZE 9
#define CLASS_HID 3
#define CLASS_HUB 9

struct usb_identity {
	u16 vendor, product;
	u8 class;
	u8 nr_configs;          /* at least 1 */
};

enum usb_kind { USB_OTHER, USB_KEYBOARD, USB_HUB };

/* What we drive of a configuration. */
struct usb_function {
	enum usb_kind kind;
	u8 config;              /* bConfigurationValue */
	u8 interface;           /* bInterfaceNumber */
	u8 endpoint;            /* the interrupt IN endpoint's number, 1..15 */
	u16 max_packet;         /* of it, 1..1024 */
	u8 interval;            /* bInterval as it stands */
};

#define HUB_MAX_PORTS 15        /* what a route string can name (USB 3.2, 8.9) */

struct usb_hub_info {
	u8 nr_ports;            /* 1..HUB_MAX_PORTS */
	u8 nr_said;             /* what the hub claims */
	u8 think_time;          /* 0..3: 8 to 32 full-speed bit times */
	u16 power_ms;           /* from power on to power good */
};

/* Of the first 8 bytes of a device descriptor: the packet size of endpoint 0; 0: nonsense for that speed. */
unsigned int usb_max_packet0(const u8 *d, size_t n, unsigned int speed);
/* 0, or -EINVAL. */
int usb_parse_device(const u8 *d, size_t n, struct usb_identity *id) __must_check;
/* wTotalLength; 0: no configuration descriptor. */
unsigned int usb_config_length(const u8 *d, size_t n);
/* The first boot-protocol keyboard, or the hub (@class CLASS_HUB) in it. 0 (->kind says what it is), or -EINVAL: broken. */
int usb_parse_config(const u8 *d, size_t n, unsigned int class, struct usb_function *f) __must_check;
int usb_parse_hub(const u8 *d, size_t n, struct usb_hub_info *hub) __must_check;
/* bInterval as an endpoint context wants it: 2^result * 125 us (xHCI 1.2, 6.2.3.6). */
unsigned int usb_interval(unsigned int speed, unsigned int interval);

#endif
