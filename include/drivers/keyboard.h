/* SPDX-License-Identifier: MIT */
/* Keyboards of every kind hand their keys in here; what they type reaches the screen's terminal. */
#ifndef DRIVERS_KEYBOARD_H
#define DRIVERS_KEYBOARD_H

#include <drivers/keymap.h>

/* The layout by the boot option keymap=; before any keyboard. */
void keyboard_init(void);
/* Any context. Ctrl+Alt+Delete restarts the machine. */
void keyboard_event(unsigned int keycode, bool pressed);
/* Probes the i8042 controller with bounded waits; absent is normal. */
void ps2_init(void);

#endif
