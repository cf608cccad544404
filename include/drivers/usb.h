/* SPDX-License-Identifier: MIT */
/*
 * USB keyboards on xHCI controllers. Found at boot among pci_devices; one kernel thread a controller does
 * everything else (kernel/drivers/usb/xhci.h), so that the boot never waits for a device. A keyboard
 * that is there, or comes later, on any port or behind hubs, types through keyboard_event() as PS/2 does.
 */
#ifndef DRIVERS_USB_H
#define DRIVERS_USB_H

/* After devices_init(), keyboard_init(), vfs_init(). Without a controller: a look at pci_devices. Never fails the boot. */
void usb_init(void);

#endif
