/* SPDX-License-Identifier: MIT */
/* Keys to bytes: layouts, modifiers, xterm's sequences. */
#include "check.h"
#include <drivers/keymap.h>

static struct keymap k;
static char out[KEYMAP_OUT + 1];

static const char *press(unsigned int code)
{
	size_t n = keymap_key(&k, code, true, false, out);

	out[n] = '\0';
	keymap_key(&k, code, false, false, out + n); /* a release says nothing */
	out[n] = '\0';
	return out;
}

static void hold(unsigned int code, bool down)
{
	assert_int_equal(keymap_key(&k, code, down, false, out), 0);
}

static void keymap_us(void **state)
{
	assert_int_equal(keymap_init(&k, "us"), 0);
	assert_string_equal(press(KEY_A), "a");
	assert_string_equal(press(KEY_1), "1");
	assert_string_equal(press(53), "/");
	assert_string_equal(press(KEY_GRAVE), "`");
	assert_string_equal(press(KEY_ENTER), "\r");
	assert_string_equal(press(KEY_BACKSPACE), "\177");
	hold(KEY_LEFTSHIFT, true);
	assert_string_equal(press(KEY_A), "A");
	assert_string_equal(press(KEY_1), "!");
	assert_string_equal(press(KEY_TAB), "\033[Z");
	hold(KEY_LEFTSHIFT, false);
	hold(KEY_CAPSLOCK, true);
	assert_string_equal(press(KEY_A), "A");
	assert_string_equal(press(KEY_1), "1");
	hold(KEY_CAPSLOCK, false);
	hold(KEY_CAPSLOCK, true);
	hold(KEY_LEFTCTRL, true);
	assert_string_equal(press(46), "\003");
	assert_string_equal(press(KEY_BACKSLASH), "\034");
	hold(KEY_LEFTCTRL, false);
	hold(KEY_LEFTALT, true);
	assert_string_equal(press(KEY_A), "\033a");
}

static void keymap_sequences(void **state)
{
	keymap_init(&k, "us");
	assert_string_equal(press(KEY_UP), "\033[A");
	assert_string_equal(press(KEY_DELETE), "\033[3~");
	assert_string_equal(press(KEY_F1), "\033OP");
	assert_string_equal(press(KEY_F12), "\033[24~");
	assert_string_equal(press(KEY_KP7), "7");
	hold(KEY_NUMLOCK, true);
	assert_string_equal(press(KEY_KP7), "\033[H");
	hold(KEY_RIGHTCTRL, true);
	assert_string_equal(press(KEY_RIGHT), "\033[1;5C");
	hold(KEY_RIGHTCTRL, false);
	assert_int_equal(keymap_key(&k, KEY_UP, true, true, out), 3);
	assert_memory_equal(out, "\033OA", 3);
}

static void keymap_other_layouts(void **state)
{
	keymap_init(&k, "de");
	assert_string_equal(press(21), "z");
	assert_string_equal(press(KEY_GRAVE), "^");
	assert_string_equal(press(39), "\303\266");
	hold(KEY_RIGHTALT, true);
	assert_string_equal(press(KEY_Q), "@");
	assert_string_equal(press(8), "{");
	assert_string_equal(press(KEY_102ND), "|");
	keymap_init(&k, "fr");
	assert_string_equal(press(KEY_Q), "a");
	assert_string_equal(press(KEY_1), "&");
	assert_string_equal(press(50), ",");
	keymap_init(&k, "uk");
	hold(KEY_LEFTSHIFT, true);
	assert_string_equal(press(4), "\302\243");
	assert_int_equal(keymap_init(&k, "xx"), -2);
	assert_string_equal(press(KEY_A), "a");
}

static void keymap_every_code_fits(void **state)
{
	static const char *const names[] = { "us", "uk", "de", "fr" };

	for (int l = 0; l < 4; l++)
		for (int mods = 0; mods < 32; mods++) {
			keymap_init(&k, names[l]);
			k.shift[0] = mods & 1;
			k.ctrl[0] = mods & 2;
			k.alt = mods & 4;
			k.altgr = mods & 8;
			k.num = mods & 16;
			for (unsigned int c = 0; c < 300; c++)
				assert_true(keymap_key(&k, c, true, mods & 1, out) <= KEYMAP_OUT);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keymap_us), cmocka_unit_test(keymap_sequences), cmocka_unit_test(keymap_other_layouts),
		cmocka_unit_test(keymap_every_code_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
