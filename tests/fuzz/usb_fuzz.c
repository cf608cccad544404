// SPDX-License-Identifier: MIT
/* Byte 0 chooses: descriptors of every kind, a keyboard's reports, or an IOMMU's table; the rest is what the device says. */
#include "check.h"
#include <uapi/errno.h>

#include "../../kernel/drivers/internal.h"
#include "../../kernel/drivers/usb/xhci.h"

static void descriptors(const uint8_t *d, size_t n, unsigned int class)
{
	struct usb_identity id;
	struct usb_function f;
	struct usb_hub_info hub;

	if (!usb_parse_device(d, n, &id))
		LAW(id.nr_configs);
	for (unsigned int speed = 0; speed < 16; speed++)
		LAW(usb_max_packet0(d, n, speed) <= 512 && usb_interval(speed, class) <= 15);
	if (!usb_parse_config(d, n, class, &f)) {
		LAW(f.config);
		LAW(f.kind == USB_OTHER || (f.endpoint >= 1 && f.endpoint <= 15 && f.max_packet >= 1 && f.max_packet <= 1024));
		LAW(f.kind == USB_OTHER || f.kind == (class == CLASS_HUB ? USB_HUB : USB_KEYBOARD));
	}
	if (!usb_parse_hub(d, n, &hub))
		LAW(hub.nr_ports >= 1 && hub.nr_ports <= HUB_MAX_PORTS && hub.think_time <= 3 && hub.power_ms <= 510);
}

static void reports(const uint8_t *d, size_t n)
{
	static const uint8_t nothing[HID_REPORT_SIZE];
	struct hid_keyboard k = { 0 };
	struct key_event e[HID_MAX_EVENTS];
	int down = 0;

	for (size_t at = 0; at <= n; at += HID_REPORT_SIZE) {
		bool last = n - at < HID_REPORT_SIZE;
		unsigned int nr = hid_report(&k, last ? nothing : d + at, HID_REPORT_SIZE, at, e);

		LAW(nr <= HID_MAX_EVENTS);
		for (unsigned int i = 0; i < nr; i++)
			down += e[i].pressed ? 1 : -1;
		LAW(down >= 0 && hid_repeat(&k, ~0ULL) < 128);
	}
	LAW(down == 0 && hid_repeat(&k, ~0ULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u64 base[4];

	if (size < 1)
		return 0;
	if (data[0] == 0)
		reports(data + 1, size - 1);
	else if (data[0] == 1)
		LAW(iommu_units(data + 1, size - 1, base, 4) <= 4);
	else
		descriptors(data + 1, size - 1, data[0]);
	return 0;
}
