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

/* Keys for the screen itself: Shift+PgUp and PgDn look back, Ctrl+Alt+R turns it. Any other key ends looking back. */
static bool screen_key(unsigned int code)
{
	bool shift = keymap.shift[0] || keymap.shift[1], ctrl_alt = (keymap.ctrl[0] || keymap.ctrl[1]) && (keymap.alt || keymap.altgr);

	if (shift && (code == KEY_PAGEUP || code == KEY_PAGEDOWN)) {
		fbcon_scroll(code == KEY_PAGEUP ? 1 : -1);
		return true;
	}
	if (ctrl_alt && code == KEY_R) {
		fbcon_rotate();
		return true;
	}
	if (code != KEY_LEFTSHIFT && code != KEY_RIGHTSHIFT)
		fbcon_scroll(-1000);
	return false;
}

void keyboard_event(unsigned int code, bool pressed)
{
	unsigned long flags = local_irq_save();
	char out[KEYMAP_OUT];
	size_t n;

	if (!keymap.layout)
		keymap_init(&keymap, "us");
	n = keymap_key(&keymap, code, pressed, fbcon_app_cursor_keys(), out);
	if (pressed && screen_key(code)) {
		local_irq_restore(flags);
		return;
	}
	if (pressed && code == KEY_DELETE && (keymap.ctrl[0] || keymap.ctrl[1]) && (keymap.alt || keymap.altgr)) {
		pr_notice("Ctrl+Alt+Delete: restart\n");
		machine_restart();
	}
	local_irq_restore(flags);
	if (n && tty_keyboard)
		tty_receive(tty_keyboard, (const u8 *)out, n);
}
