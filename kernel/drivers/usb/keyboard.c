// SPDX-License-Identifier: MIT
/* A boot-protocol keyboard: its reports become keyboard_event() (HID 1.11, 7.2 and appendix B). */
#include <drivers/keyboard.h>
#include <uapi/errno.h>
#include <x86/cpu.h>

#include "xhci.h"

#define SET_IDLE 0x210a
#define SET_PROTOCOL 0x210b
#define PROTOCOL_BOOT 0

/* => configured. Keyboards that know only the boot protocol may refuse both: that they don't answer is bad. */
int keyboard_start(struct usb_device *dev)
{
	int err = usb_control(dev, SET_PROTOCOL, PROTOCOL_BOOT, dev->f.interface, 0);

	if (err >= 0 || err == -EPIPE)
		err = usb_control(dev, SET_IDLE, 0, dev->f.interface, 0);       /* reports only when something changes */
	if (err < 0 && err != -EPIPE)
		return err;
	usb_in_start(dev);
	return 0;
}

void keyboard_report(struct usb_device *dev, const u8 *report, size_t n)
{
	struct key_event events[HID_MAX_EVENTS];
	unsigned int nr = hid_report(&dev->keyboard, report, n, ktime_get_ns(), events);

	for (unsigned int i = 0; i < nr; i++)
		keyboard_event(events[i].code, events[i].pressed);
}

void keyboard_release_all(struct usb_device *dev)
{
	static const u8 nothing[HID_REPORT_SIZE];

	keyboard_report(dev, nothing, sizeof(nothing));
}

void keyboard_repeat(struct usb_device *dev)
{
	unsigned int code = hid_repeat(&dev->keyboard, ktime_get_ns());

	if (code)
		keyboard_event(code, true);
}
