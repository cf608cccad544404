/* SPDX-License-Identifier: MIT */
/*
 * From keys to characters. Key codes are Linux's (input-event-codes.h), so that PS/2 and USB keyboards meet
 * here; what comes out is what a program on a terminal reads: UTF-8, control characters, xterm's sequences
 * for the other keys. Layouts us, uk, de, fr. Pure; lock: the owner's.
 */
#ifndef DRIVERS_KEYMAP_H
#define DRIVERS_KEYMAP_H

#include <lib/compiler.h>
#include <lib/types.h>

enum keycode {
	KEY_ESC = 1, KEY_1 = 2, KEY_BACKSPACE = 14, KEY_TAB = 15, KEY_Q = 16, KEY_R = 19, KEY_ENTER = 28, KEY_LEFTCTRL = 29, KEY_A = 30,
	KEY_GRAVE = 41, KEY_LEFTSHIFT = 42, KEY_BACKSLASH = 43, KEY_Z = 44, KEY_RIGHTSHIFT = 54, KEY_KPASTERISK = 55,
	KEY_LEFTALT = 56, KEY_SPACE = 57, KEY_CAPSLOCK = 58, KEY_F1 = 59, KEY_F10 = 68, KEY_NUMLOCK = 69, KEY_SCROLLLOCK = 70,
	KEY_KP7 = 71, KEY_KPMINUS = 74, KEY_KPPLUS = 78, KEY_KPDOT = 83, KEY_102ND = 86, KEY_F11 = 87, KEY_F12 = 88,
	KEY_KPENTER = 96, KEY_RIGHTCTRL = 97, KEY_KPSLASH = 98, KEY_RIGHTALT = 100, KEY_HOME = 102, KEY_UP = 103, KEY_PAGEUP = 104,
	KEY_LEFT = 105, KEY_RIGHT = 106, KEY_END = 107, KEY_DOWN = 108, KEY_PAGEDOWN = 109, KEY_INSERT = 110, KEY_DELETE = 111,
	KEY_LEFTMETA = 125, KEY_RIGHTMETA = 126, KEY_MENU = 127,
};

struct keymap {
	const struct keymap_layout *layout;
	bool shift[2], ctrl[2], alt, altgr, caps, num;
};

#define KEYMAP_OUT 16

/* @layout: "us", "uk", "de", "fr". 0 or -ENOENT (us is set then). */
int keymap_init(struct keymap *k, const char *layout);
/* One key goes down (or repeats) or up. Bytes for the terminal in @out (at most KEYMAP_OUT); 0: none.
 * @app_cursor: the terminal asked for application cursor keys. */
size_t keymap_key(struct keymap *k, unsigned int code, bool pressed, bool app_cursor, char *out);

#endif
