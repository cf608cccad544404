// SPDX-License-Identifier: MIT
/* Boot-protocol reports to keys (hid.h). */
#include <drivers/keymap.h>
#include <lib/string.h>

#include "hid.h"

#define USAGE_FIRST_KEY 4       /* 0 no key, 1 too many keys, 2 and 3 the keyboard is broken */

/* HID Usage Tables, keyboard page (7), usages 04h to 65h; Linux's codes are those of the AT keyboard's set 1. */
static const u8 codes[] = {
	/* 04 a..z */ 30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44,
	/* 1e 1..0 */ 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
	/* 28 Enter Esc Backspace Tab Space - = [ ] \ */ 28, 1, 14, 15, 57, 12, 13, 26, 27, 43,
	/* 32 non-US # ; ' ` , . / CapsLock */ 43, 39, 40, 41, 51, 52, 53, 58,
	/* 3a F1..F12 */ 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88,
	/* 46 PrintScreen ScrollLock Pause */ 99, 70, 119,
	/* 49 Insert Home PageUp Delete End PageDown Right Left Down Up */ 110, 102, 104, 111, 107, 109, 106, 105, 108, 103,
	/* 53 NumLock, keypad / * - + Enter 1..9 0 . */ 69, 98, 55, 74, 78, 96, 79, 80, 81, 75, 76, 77, 71, 72, 73, 82, 83,
	/* 64 non-US \, Menu */ 86, 127,
};
static_assert(ARRAY_SIZE(codes) == 0x65 - USAGE_FIRST_KEY + 1);

/* Usages E0h..E7h. */
static const u8 modifier_codes[8] = {
	KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_LEFTALT, KEY_LEFTMETA, KEY_RIGHTCTRL, KEY_RIGHTSHIFT, KEY_RIGHTALT, KEY_RIGHTMETA,
};

unsigned int hid_key_code(u8 usage)
{
	return usage >= USAGE_FIRST_KEY && usage - USAGE_FIRST_KEY < (int)ARRAY_SIZE(codes) ? codes[usage - USAGE_FIRST_KEY] : 0;
}

static bool contains(const u8 keys[HID_MAX_KEYS], u8 usage)
{
	return memchr(keys, usage, HID_MAX_KEYS);
}

/* The keys of a report, each once. False: the keyboard can't tell (too many keys, or it is broken). */
static bool take_keys(u8 keys[HID_MAX_KEYS], const u8 *report)
{
	memset(keys, 0, HID_MAX_KEYS);
	for (unsigned int i = 0; i < HID_MAX_KEYS; i++) {
		u8 usage = report[2 + i];

		if (usage && usage < USAGE_FIRST_KEY)
			return false;
		if (!contains(keys, usage))
			keys[i] = usage;
	}
	return true;
}

/* Locks would flip back and forth. */
static bool repeats(unsigned int code)
{
	return code != KEY_CAPSLOCK && code != KEY_NUMLOCK && code != KEY_SCROLLLOCK;
}

static unsigned int key_changes(struct hid_keyboard *k, const u8 now[HID_MAX_KEYS], u64 now_ns, struct key_event *out)
{
	unsigned int n = 0, code;

	for (unsigned int i = 0; i < HID_MAX_KEYS; i++) {
		code = hid_key_code(k->down[i]);
		if (!code || contains(now, k->down[i]))
			continue;
		out[n++] = (struct key_event){ (u8)code, false };
		if (k->repeat == code)
			k->repeat = 0;
	}
	for (unsigned int i = 0; i < HID_MAX_KEYS; i++) {
		code = hid_key_code(now[i]);
		if (!code || contains(k->down, now[i]))
			continue;
		out[n++] = (struct key_event){ (u8)code, true };
		k->repeat = repeats(code) ? (u8)code : 0;
		k->repeat_ns = now_ns + HID_REPEAT_DELAY_NS;
	}
	memcpy(k->down, now, HID_MAX_KEYS);
	return n;
}

unsigned int hid_report(struct hid_keyboard *k, const u8 *report, size_t size, u64 now_ns, struct key_event out[HID_MAX_EVENTS])
{
	u8 r[HID_REPORT_SIZE] = { 0 }, keys[HID_MAX_KEYS];
	unsigned int n = 0;

	memcpy(r, report, min(size, sizeof(r)));
	for (unsigned int bit = 0; bit < 8; bit++)
		if ((k->modifiers ^ r[0]) >> bit & 1)
			out[n++] = (struct key_event){ modifier_codes[bit], r[0] >> bit & 1 };
	k->modifiers = r[0];
	if (!take_keys(keys, r)) {      /* what was down stays down, but does not go on typing */
		k->repeat = 0;
		return n;
	}
	return n + key_changes(k, keys, now_ns, out + n);
}

unsigned int hid_repeat(struct hid_keyboard *k, u64 now_ns)
{
	if (!k->repeat || now_ns < k->repeat_ns)
		return 0;
	k->repeat_ns = now_ns + HID_REPEAT_PERIOD_NS;
	return k->repeat;
}
