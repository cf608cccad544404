// SPDX-License-Identifier: MIT
/* Laws of the whole xHCI driver, on a model: what no emulator here has (translating hubs, 64-byte contexts, scratchpads, firmware that
 * holds on), controllers that fail at each step, and controllers and devices that lie. */
#include "xhci_model.h"

#define S 1000000000UL

static struct mdev keyboard, hub;

static void fresh(void)
{
	model_reset();
	keyboard = (struct mdev){ .speed = SPEED_LOW, .device = model_keyboard, .config = model_keyboard_config, .config_size = 34 };
	hub = (struct mdev){ .speed = SPEED_HIGH, .device = model_hub, .config = model_hub_config, .config_size = 25 };
}

static void type_after_two_seconds(void)
{
	static bool done;

	if (model.now < 2 * S) {
		done = false;
	} else if (!done) {
		done = true;
		model_type(&keyboard, 4, 2);
		model_type(&keyboard, 0, 0);
	}
}

static unsigned int slot_of(const struct mdev *d)
{
	for (unsigned int slot = 1; slot <= MODEL_SLOTS; slot++)
		if (model.slot[slot].dev == d)
			return slot;
	fail();
	return 0;
}

/* A low-speed keyboard on port 2 of a high-speed hub: the hub translates; contexts of 64 bytes, addresses of 32 bits, scratchpads. */
static void xhci_keyboard_behind_a_translating_hub(void **state)
{
	unsigned int h, k;

	fresh();
	model.contexts_64 = true;
	model.addresses_64 = false;
	model.scratchpads = 40;
	hub.child[2] = &keyboard;
	model_plug(3, &hub);
	model_at = type_after_two_seconds;
	model_run(4 * S);
	assert_string_equal(model.typed, "+42 +30 -42 -30 ");
	h = slot_of(&hub);
	k = slot_of(&keyboard);
	assert_int_equal(model.slot[h].context[0], 3u << 27 | 1u << 26 | SPEED_HIGH << 20);
	assert_int_equal(model.slot[h].context[1], 2u << 24 | 3u << 16);
	assert_int_equal(model.slot[h].context[2], 3u << 16);
	assert_int_equal(model.slot[k].context[0], 3u << 27 | SPEED_LOW << 20 | 2);
	assert_int_equal(model.slot[k].context[1], 3u << 16);
	assert_int_equal(model.slot[k].context[2], 2u << 8 | h);
	assert_int_equal(model.slot[k].ep_context[3][0], 6u << 16);              /* 10 ms: 8 */
	assert_int_equal(model.slot[k].ep_context[3][1], 8u << 16 | 7u << 3 | 3u << 1);
}

/* A full-speed device says how long its packets are, and the controller is told. */
static void xhci_packet_size_of_endpoint_0(void **state)
{
	static u8 device[18];

	fresh();
	memcpy(device, model_keyboard, 18);
	device[7] = 64;
	keyboard.speed = SPEED_FULL;
	keyboard.device = device;
	model_plug(1, &keyboard);
	model_run(2 * S);
	assert_int_equal(model.slot[slot_of(&keyboard)].ep_context[1][1] >> 16, 64);
}

static void xhci_takes_from_firmware(void **state)
{
	for (int keeps = 0; keeps < 2; keeps++) {
		fresh();
		model.legacy = 1u << 16;
		model.legacy_control = 0xe011;
		model.bios_keeps = keeps;
		model.bios_release_ns = S / 20;
		model_plug(1, &keyboard);
		model_at = type_after_two_seconds;
		model_run(4 * S);
		assert_int_equal(model.legacy, 1u << 24);
		assert_int_equal(model.legacy_control, 0);
		assert_string_equal(model.typed, "+42 +30 -42 -30 ");
	}
}

/* Keyboards that refuse what a keyboard need not know work; one that refuses its configuration is left after some attempts. */
static void xhci_stalled_requests(void **state)
{
	fresh();
	keyboard.stalls = 1u << 0xa | 1u << 0xb;        /* SET_IDLE, SET_PROTOCOL */
	model_plug(1, &keyboard);
	model_at = type_after_two_seconds;
	model_run(4 * S);
	assert_string_equal(model.typed, "+42 +30 -42 -30 ");
	fresh();
	keyboard.stalls = 1u << 9;
	model_plug(1, &keyboard);
	model_at = type_after_two_seconds;
	model_run(4 * S);
	assert_string_equal(model.typed, "");
	assert_int_equal(model.slot[1].enabled, false);
}

static void pull_while_held(void)
{
	type_after_two_seconds();
	if (keyboard.nr_reports == 2)
		keyboard.nr_reports = 1;                /* nobody lets go */
	if (model.now > 3 * S && model.root[1])
		model_unplug(1);
}

static void xhci_pulled_keyboard_lets_go(void **state)
{
	unsigned int pages;

	fresh();
	model_run(S);
	pages = model.pages;
	fresh();
	model_plug(1, &keyboard);
	model_at = pull_while_held;
	model_run(5 * S);
	assert_memory_equal(model.typed, "+42 +30 +30 +30 ", 16);       /* it repeated */
	assert_non_null(strstr(model.typed, "+30 -42 -30 "));
	assert_int_equal(model.pages, pages);           /* and its memory came back */
}

/* Each way to fail ends within seconds, with a sentence. */
static void xhci_failures_end(void **state)
{
	fresh();
	model.halted = false;
	model.never_halts = true;
	assert_string_equal(model_run(0)->dead, "it does not halt");
	fresh();
	model.never_resets = true;
	assert_string_equal(model_run(0)->dead, "its reset does not end");
	fresh();
	model.never_answers = true;
	model_plug(1, &keyboard);
	assert_non_null(strstr(model_run(0)->dead, "does not answer commands"));
	assert_true(model.now < 10 * S);
	fresh();
	model.now = 5;
	assert_string_equal(model_run(1)->dead, "its registers don't answer");
	fresh();
	model_plug(1, &keyboard);
	assert_string_equal(model_run(S / 3)->dead, "it is gone");
}

static void unrest(void)
{
	static struct mdev *const devices[] = { &keyboard, &hub };
	unsigned int port = 1 + (unsigned int)test_below(MODEL_PORTS);

	if (test_below(100) == 0 && model.root[port])
		model_unplug(port);
	else if (test_below(30) == 0 && !model.root[port])
		model_plug(port, devices[test_below(2)]);
	if (test_below(5) == 0)
		model_type(&keyboard, (u8)test_below(120), (u8)test_random());
}

/* Lost, wrong and invented events, damaged descriptors, devices that come and go: it goes on or gives up, never touches what is not its own. */
static void xhci_survives_chaos(void **state)
{
	unsigned int gave_up = 0;

	test_seed_init("xhci_survives_chaos");
	model_seed(test_random() | 1);
	for (int round = 0; round < 300; round++) {
		fresh();
		model.chaos = 1 + (unsigned int)test_below(round % 4 ? 10 : 200);
		model.contexts_64 = round & 1;
		model.scratchpads = round % 3;
		hub.child[1] = round & 2 ? &keyboard : NULL;
		model_plug(1, &keyboard);
		model_plug(2, &hub);
		model_at = unrest;
		gave_up += strcmp(model_run(60 * S)->dead, "it is gone") != 0;
		assert_true(model.now < 100 * S);
	}
	print_message("%u of 300 controllers were given up before their time\n", gave_up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xhci_keyboard_behind_a_translating_hub), cmocka_unit_test(xhci_packet_size_of_endpoint_0),
		cmocka_unit_test(xhci_takes_from_firmware), cmocka_unit_test(xhci_stalled_requests),
		cmocka_unit_test(xhci_pulled_keyboard_lets_go), cmocka_unit_test(xhci_failures_end), cmocka_unit_test(xhci_survives_chaos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
