// SPDX-License-Identifier: MIT
/* Laws of kernel/drivers/usb: rings against a controller that follows them, descriptors, boot-protocol reports, IOMMU tables. */
#include "check.h"

#include <drivers/keymap.h>
#include <uapi/errno.h>

#include "../../kernel/drivers/internal.h"
#include "../../kernel/drivers/usb/xhci.h"

/* Rings */

#define RING 8
#define RING_PHYS 0x12345000UL

/* What a controller does with a ring: it takes blocks whose cycle bit is its own, and follows links. */
struct reader {
	unsigned int next;
	u32 cycle;
};

static const struct trb *take(struct reader *r, const struct ring *ring)
{
	const struct trb *t = &ring->trb[r->next];

	if ((t->control & TRB_CYCLE) == r->cycle && trb_type(t->control) == TRB_LINK) {
		assert_int_equal(t->parameter, RING_PHYS);
		assert_true(t->control & TRB_TOGGLE);
		r->next = 0;
		r->cycle ^= TRB_CYCLE;
		t = ring->trb;
	}
	if ((t->control & TRB_CYCLE) != r->cycle)
		return NULL;
	r->next++;
	return t;
}

/* The reader sees exactly what was pushed, in order, however far it lags behind (at most size - 2). */
static void usb_ring_passes_everything_on(void **state)
{
	struct trb trb[RING];
	struct ring ring;
	struct reader reader = { 0, TRB_CYCLE };
	u64 pushed = 0, taken = 0;

	test_seed_init("usb_ring_passes_everything_on");
	memset(trb, 0xff, sizeof(trb));
	ring_init(&ring, trb, RING_PHYS, RING);
	assert_null(take(&reader, &ring));
	for (int step = 0; step < 10000; step++) {
		if (test_below(2) && pushed - taken < RING - 2) {
			u64 phys = ring_push(&ring, pushed, 7, TRB_TYPE(TRB_NORMAL) | TRB_IOC);

			assert_int_equal(ring_index(&ring, phys), pushed % (RING - 1));
			pushed++;
		} else {
			const struct trb *t = take(&reader, &ring);

			assert_int_equal(!!t, pushed != taken);
			if (!t)
				continue;
			assert_int_equal(t->parameter, taken++);
			assert_int_equal(t->status, 7);
			assert_int_equal(t->control & ~TRB_CYCLE, TRB_TYPE(TRB_NORMAL) | TRB_IOC);
		}
	}
	assert_true(taken > 1000);
}

static void usb_ring_index_knows_its_blocks_only(void **state)
{
	struct trb trb[RING];
	struct ring ring;

	ring_init(&ring, trb, RING_PHYS, RING);
	assert_int_equal(ring_index(&ring, RING_PHYS), 0);
	assert_int_equal(ring_index(&ring, RING_PHYS + 6 * 16), 6);
	assert_int_equal(ring_index(&ring, RING_PHYS + 7 * 16), -1); /* the link */
	assert_int_equal(ring_index(&ring, RING_PHYS + 8), -1);
	assert_int_equal(ring_index(&ring, RING_PHYS - 16), -1);
	assert_int_equal(ring_index(&ring, 0), -1);
	assert_int_equal(ring_index(&ring, ~0UL), -1);
}

/* The event ring has no link: the writer turns at the end of the segment. */
static void usb_event_ring_takes_each_event_once(void **state)
{
	struct trb trb[RING], e;
	struct ring ring;
	unsigned int at = 0;
	u32 cycle = TRB_CYCLE;

	event_ring_init(&ring, trb, RING_PHYS, RING);
	for (u64 n = 0; n < 100; n++) {
		assert_false(event_ring_pop(&ring, &e));
		trb[at] = (struct trb){ .parameter = n, .control = TRB_TYPE(TRB_PORT_EVENT) | cycle };
		if (++at == RING) {
			at = 0;
			cycle ^= TRB_CYCLE;
		}
		assert_true(event_ring_pop(&ring, &e));
		assert_int_equal(e.parameter, n);
		assert_int_equal(event_ring_dequeue(&ring), RING_PHYS + at * 16);
	}
}

/* Descriptors */

static const u8 device[18] = { 18, 1, 0, 2, 0, 0, 0, 8, 0x27, 0x06, 1, 0, 0, 1, 1, 2, 3, 1 };

/* A mouse with a boot interface, then a keyboard whose alternate setting 1 comes first, with an OUT endpoint before the IN one. */
static const u8 config[] = {
	9, 2, 75, 0, 3, 4, 0, 0xa0, 50,
	9, 4, 0, 0, 1, 3, 1, 2, 0, 9, 0x21, 0x11, 1, 0, 1, 0x22, 52, 0, 7, 5, 0x81, 3, 4, 0, 10,
	9, 4, 2, 1, 1, 3, 1, 1, 0, 7, 5, 0x85, 3, 16, 0, 10,
	9, 4, 2, 0, 2, 3, 1, 1, 0, 7, 5, 0x03, 3, 8, 0, 10, 7, 5, 0x83, 3, 8, 0, 24,
	2, 0xff,
};

static void usb_descriptors_are_read(void **state)
{
	struct usb_identity id;
	struct usb_function f;

	assert_int_equal(usb_parse_device(device, sizeof(device), &id), 0);
	assert_int_equal(id.vendor, 0x0627);
	assert_int_equal(id.product, 1);
	assert_int_equal(usb_max_packet0(device, 8, SPEED_FULL), 8);
	assert_int_equal(usb_max_packet0(device, 8, SPEED_HIGH), 0);
	assert_int_equal(usb_config_length(config, 9), sizeof(config));
	assert_int_equal(usb_parse_config(config, sizeof(config), 0, &f), 0);
	assert_int_equal(f.kind, USB_KEYBOARD);
	assert_int_equal(f.config, 4);
	assert_int_equal(f.interface, 2);
	assert_int_equal(f.endpoint, 3);
	assert_int_equal(f.max_packet, 8);
	assert_int_equal(f.interval, 24);
	assert_int_equal(usb_parse_config(config, sizeof(config), CLASS_HUB, &f), 0);
	assert_int_equal(f.kind, USB_OTHER);
}

static void usb_broken_descriptors_are_refused(void **state)
{
	struct usb_identity id;
	struct usb_function f;
	struct usb_hub_info hub;
	u8 d[sizeof(config)];

	assert_int_equal(usb_parse_device(device, 17, &id), -EINVAL);
	memcpy(d, device, sizeof(device));
	d[17] = 0;                                      /* no configurations */
	assert_int_equal(usb_parse_device(d, 18, &id), -EINVAL);
	assert_int_equal(usb_max_packet0(device, 7, SPEED_FULL), 0);
	memcpy(d, config, sizeof(config));
	d[2] = 8;                                       /* total length shorter than itself */
	assert_int_equal(usb_parse_config(d, sizeof(d), 0, &f), -EINVAL);
	memcpy(d, config, sizeof(config));
	d[9] = 0;                                       /* zero-length descriptor: no loop */
	assert_int_equal(usb_parse_config(d, sizeof(d), 0, &f), 0);
	assert_int_equal(f.kind, USB_OTHER);
	d[9] = 255;                                     /* beyond the end */
	assert_int_equal(usb_parse_config(d, sizeof(d), 0, &f), 0);
	assert_int_equal(f.kind, USB_OTHER);
	memcpy(d, config, sizeof(config));
	d[2] = 40;                                      /* the keyboard lies behind the end that it says */
	assert_int_equal(usb_parse_config(d, sizeof(d), 0, &f), 0);
	assert_int_equal(f.kind, USB_OTHER);
	assert_int_equal(usb_parse_hub((const u8[]){ 9, 0x29, 0, 0, 0, 50, 0, 0, 0 }, 9, &hub), -EINVAL);
	assert_int_equal(usb_parse_hub((const u8[]){ 9, 0x29, 200, 0x60, 0, 50, 0, 0, 0 }, 9, &hub), 0);
	assert_int_equal(hub.nr_ports, HUB_MAX_PORTS);
	assert_int_equal(hub.nr_said, 200);
	assert_int_equal(hub.think_time, 3);
	assert_int_equal(hub.power_ms, 100);
}

/* Table 6-12 of xHCI 1.2. */
static void usb_intervals(void **state)
{
	assert_int_equal(usb_interval(SPEED_LOW, 10), 6);       /* 8 ms: the next power of two below */
	assert_int_equal(usb_interval(SPEED_FULL, 8), 6);
	assert_int_equal(usb_interval(SPEED_FULL, 1), 3);
	assert_int_equal(usb_interval(SPEED_FULL, 0), 3);
	assert_int_equal(usb_interval(SPEED_FULL, 255), 10);
	assert_int_equal(usb_interval(SPEED_HIGH, 7), 6);
	assert_int_equal(usb_interval(SPEED_HIGH, 0), 0);
	assert_int_equal(usb_interval(SPEED_SUPER, 200), 15);
}

/* Keyboards */

static struct hid_keyboard keyboard;
static char said[256];

static const char *report(u64 now, const u8 r[8])
{
	struct key_event e[HID_MAX_EVENTS];
	unsigned int n = hid_report(&keyboard, r, 8, now, e);
	int len = 0;

	said[0] = '\0';
	for (unsigned int i = 0; i < n; i++)
		len += snprintf(said + len, sizeof(said) - len, "%c%u ", e[i].pressed ? '+' : '-', e[i].code);
	return said;
}

#define REPORT(now, ...) report(now, (const u8[8]){ __VA_ARGS__ })

static void usb_keyboard_says_what_changed(void **state)
{
	memset(&keyboard, 0, sizeof(keyboard));
	assert_string_equal(REPORT(0, 0, 0, 4), "+30 ");                /* a */
	assert_string_equal(REPORT(0, 0, 0, 4), "");
	assert_string_equal(REPORT(0, 2, 0, 4, 5), "+42 +48 ");         /* shift, b */
	assert_string_equal(REPORT(0, 2, 0, 5), "-30 ");                /* in another place */
	assert_string_equal(REPORT(0, 0x41, 0, 5, 5, 5), "+29 -42 +100 ");
	assert_string_equal(REPORT(0, 0, 0, 0), "-29 -100 -48 ");
	assert_string_equal(REPORT(0, 0, 0, 0xff, 0x66, 0xa0), "");     /* no key of ours */
	assert_string_equal(REPORT(0, 0, 0, 0x65, 0x28, 0x63), "+127 +28 +83 ");
}

/* Too many keys: the report says nothing of keys, but its modifiers are true. */
static void usb_keyboard_rollover(void **state)
{
	memset(&keyboard, 0, sizeof(keyboard));
	REPORT(0, 0, 0, 4, 5);
	assert_string_equal(REPORT(0, 2, 0, 1, 1, 1, 1, 1, 1), "+42 ");
	assert_int_equal(hid_repeat(&keyboard, 1UL << 40), 0);
	assert_string_equal(REPORT(0, 0, 0, 5), "-42 -30 ");
}

static void usb_keyboard_repeats_the_last_key(void **state)
{
	memset(&keyboard, 0, sizeof(keyboard));
	REPORT(1000, 0, 0, 4);
	assert_int_equal(hid_repeat(&keyboard, 1000 + HID_REPEAT_DELAY_NS - 1), 0);
	assert_int_equal(hid_repeat(&keyboard, 1000 + HID_REPEAT_DELAY_NS), 30);
	assert_int_equal(hid_repeat(&keyboard, 1000 + HID_REPEAT_DELAY_NS + HID_REPEAT_PERIOD_NS - 1), 0);
	assert_int_equal(hid_repeat(&keyboard, 1000 + HID_REPEAT_DELAY_NS + HID_REPEAT_PERIOD_NS), 30);
	REPORT(0, 2, 0, 4, 5);
	assert_int_equal(hid_repeat(&keyboard, 1UL << 40), 48);
	REPORT(0, 2, 0, 4);             /* the one that repeated goes up: the other does not go on */
	assert_int_equal(hid_repeat(&keyboard, 1UL << 40), 0);
	REPORT(0, 0, 0, 0x39);          /* CapsLock */
	assert_int_equal(hid_repeat(&keyboard, 1UL << 40), 0);
}

/* Any sequence of reports: what is down in the end goes up with an empty report, and no key goes down twice. */
static void usb_keyboard_leaves_nothing_down(void **state)
{
	bool down[256] = { false };

	test_seed_init("usb_keyboard_leaves_nothing_down");
	memset(&keyboard, 0, sizeof(keyboard));
	for (int i = 0; i < 20000; i++) {
		u8 r[HID_REPORT_SIZE] = { 0 };
		struct key_event e[HID_MAX_EVENTS];
		bool last = i % 50 == 49;
		unsigned int n;

		for (int k = 0; k < 8 && !last; k++)
			r[k] = (u8)(test_below(4) ? test_below(12) : test_random());
		n = hid_report(&keyboard, r, last ? 0 : test_below(12), 0, e);
		assert_true(n <= HID_MAX_EVENTS);
		for (unsigned int k = 0; k < n; k++) {
			assert_int_not_equal(e[k].code, 0);
			/* Two usages may share a code (the two keys of \): both say so. */
			if (e[k].code != KEY_BACKSLASH)
				assert_int_not_equal(down[e[k].code], e[k].pressed);
			down[e[k].code] = e[k].pressed;
		}
		for (int c = 0; c < 256 && last; c++)
			assert_false(down[c]);
	}
}

/* IOMMUs */

static void usb_iommu_tables(void **state)
{
	u8 t[128] = "DMAR";
	u64 base[4];

	t[48 + 2] = 24;                                 /* DRHD at fed90000h, then an RMRR, then another DRHD */
	memcpy(t + 48 + 8, (const u8[]){ 0, 0, 0xd9, 0xfe }, 4);
	t[72] = 1;
	t[72 + 2] = 24;
	t[96 + 2] = 16;
	t[96 + 8] = 0x10;
	assert_int_equal(iommu_units(t, 112, base, 4), 2);
	assert_int_equal(base[0], 0xfed90000);
	assert_int_equal(base[1], 0x10);
	assert_int_equal(iommu_units(t, 112, base, 1), 1);
	assert_int_equal(iommu_units(t, 111, base, 4), 1);      /* cut off */
	t[96 + 2] = 0;                                          /* no loop */
	assert_int_equal(iommu_units(t, 128, base, 4), 1);
	assert_int_equal(iommu_units(t, 3, base, 4), 0);
	memset(t, 0, sizeof(t));
	memcpy(t, "IVRS", 4);
	t[48] = 0x10;
	t[48 + 2] = 24;
	t[48 + 8] = 0x80;
	assert_int_equal(iommu_units(t, 72, base, 4), 1);
	assert_int_equal(base[0], 0x80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usb_ring_passes_everything_on), cmocka_unit_test(usb_ring_index_knows_its_blocks_only),
		cmocka_unit_test(usb_event_ring_takes_each_event_once), cmocka_unit_test(usb_descriptors_are_read),
		cmocka_unit_test(usb_broken_descriptors_are_refused), cmocka_unit_test(usb_intervals),
		cmocka_unit_test(usb_keyboard_says_what_changed), cmocka_unit_test(usb_keyboard_rollover),
		cmocka_unit_test(usb_keyboard_repeats_the_last_key), cmocka_unit_test(usb_keyboard_leaves_nothing_down),
		cmocka_unit_test(usb_iommu_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
