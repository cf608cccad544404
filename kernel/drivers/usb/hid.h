/* SPDX-License-Identifier: MIT */
/*
 * A keyboard by the HID boot protocol (HID 1.11, appendix B.1 and F): 8-byte reports that list which keys are down, turned
 * into keys that go down and up. Key codes are Linux's (drivers/keymap.h). Pure; lock: the owner's.
 */
#ifndef USB_HID_H
#define USB_HID_H

#include <lib/compiler.h>
#include <lib/types.h>

#define HID_REPORT_SIZE 8
#define HID_MAX_KEYS 6
#define HID_MAX_EVENTS (8 + 2 * HID_MAX_KEYS)
#define HID_REPEAT_DELAY_NS 500000000UL /* what a PS/2 keyboard does by itself before anybody tells it otherwise */
#define HID_REPEAT_PERIOD_NS 40000000UL

struct hid_keyboard {
	u8 modifiers;                   /* bit n: usage E0h + n is down */
	u8 down[HID_MAX_KEYS];          /* usages, 0: none; no usage twice */
	u8 repeat;                      /* key code that repeats, 0: none */
	u64 repeat_ns;                  /* when it does so next */
};

struct key_event {
	u8 code;
	bool pressed;
};

/* Linux's key code; 0: a usage without one. */
unsigned int hid_key_code(u8 usage);
/* One report of @n bytes (missing ones count as 0): events in the order in which they are to be said; returns how many. */
unsigned int hid_report(struct hid_keyboard *k, const u8 *report, size_t n, u64 now_ns, struct key_event out[HID_MAX_EVENTS]);
/* The key whose repetition is due, or 0. */
unsigned int hid_repeat(struct hid_keyboard *k, u64 now_ns);

#endif
