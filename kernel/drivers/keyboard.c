/* SPDX-License-Identifier: MIT */
/* One keyboard state for all keyboards (include/drivers/keyboard.h). Interrupts off while it changes. */
#include <console/console.h>
#include <drivers/keyboard.h>
#include <lib/cmdline.h>
#include <lib/printk.h>
#include <tty/tty.h>
#include <x86/cpu.h>

static struct keymap keymap;

void keyboard_init(void)
{
	char name[16] = "us";

	if (cmdline_get("keymap", name, sizeof(name)) == 0)
		return;
	if (keymap_init(&keymap, name))
		pr_warn("keymap=%s: not known (us, uk, de, fr): us is used\n", name);
}

void keyboard_event(unsigned int code, bool pressed)
{
	unsigned long flags = local_irq_save();
	char out[KEYMAP_OUT];
	size_t n;

	if (!keymap.layout)
		keymap_init(&keymap, "us");
	n = keymap_key(&keymap, code, pressed, fbcon_app_cursor_keys(), out);
	if (pressed && code == KEY_DELETE && (keymap.ctrl[0] || keymap.ctrl[1]) && (keymap.alt || keymap.altgr)) {
		pr_notice("Ctrl+Alt+Delete: restart\n");
		machine_restart();
	}
	local_irq_restore(flags);
	if (n && tty_keyboard)
		tty_receive(tty_keyboard, (const u8 *)out, n);
}
