/* SPDX-License-Identifier: MIT */
/*
 * Layouts and modifiers (include/drivers/keymap.h). A layout is three rows of code points by key code: plain,
 * shifted, AltGr; what it leaves 0 comes from the us layout. Dead keys type their accent.
 */
#include <drivers/keymap.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define NR_KEYS 128

struct keymap_layout {
	const char *name;
	/* Rows of the main block, each character a key in the order of the key codes: 2.., 16.., 30.., 40,41, 43.., 86. */
	const char *plain[5], *shift[5], *altgr[5];
};

static const unsigned int row_start[5] = { KEY_1, KEY_Q, KEY_A, KEY_BACKSLASH, KEY_102ND };

/* KEY_A's row runs over ' and `; KEY_BACKSLASH's row over Z to /. */
static const struct keymap_layout layouts[] = {
	{ "us",
	  { "1234567890-=", "qwertyuiop[]", "asdfghjkl;'`", "\\zxcvbnm,./", "<" },
	  { "!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"~", "|ZXCVBNM<>?", ">" },
	  { "", "", "", "", "" } },
	{ "uk",
	  { "1234567890-=", "qwertyuiop[]", "asdfghjkl;'`", "#zxcvbnm,./", "\\" },
	  { "!\"£$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:@¬", "~ZXCVBNM<>?", "|" },
	  { "   €", "  é   úíó", "á          ¦", "", "" } },
	{ "de",
	  { "1234567890ß´", "qwertzuiopü+", "asdfghjklöä^", "#yxcvbnm,.-", "<" },
	  { "!\"§$%&/()=?`", "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ°", "'YXCVBNM;:_", ">" },
	  { " ²³   {[]}\\", "@ €        ~", "", "       µ", "|" } },
	{ "fr",
	  { "&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù²", "*wxcvbn,;:!", "<" },
	  { "1234567890°+", "AZERTYUIOP¨£", "QSDFGHJKLM%", "µWXCVBN?./§", ">" },
	  { " ~#{[|`\\^@]}", "  €        ¤", "", "", "" } },
};

/* The @n-th character of UTF-8 @s with its length; NULL: not there, or a blank. */
static const char *nth(const char *s, unsigned int n, size_t *len)
{
	for (; *s; s += *len) {
		*len = 1;
		while (((u8)s[*len] & 0xc0) == 0x80)
			(*len)++;
		if (n-- == 0)
			return *s == ' ' ? NULL : s;
	}
	return NULL;
}

static const char *lookup(const char *const rows[5], unsigned int code, size_t *len)
{
	for (int r = 4; r >= 0; r--) {
		const char *c;

		if (code < row_start[r])
			continue;
		c = nth(rows[r], code - row_start[r], len);
		/* Rows end before the next begins. */
		if (c)
			return c;
		return NULL;
	}
	return NULL;
}

int keymap_init(struct keymap *k, const char *layout)
{
	memset(k, 0, sizeof(*k));
	k->layout = &layouts[0];
	k->num = true;
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		if (!strcmp(layouts[i].name, layout)) {
			k->layout = &layouts[i];
			return 0;
		}
	return -ENOENT;
}

static bool modifier(struct keymap *k, unsigned int code, bool pressed)
{
	switch (code) {
	case KEY_LEFTSHIFT: k->shift[0] = pressed; return true;
	case KEY_RIGHTSHIFT: k->shift[1] = pressed; return true;
	case KEY_LEFTCTRL: k->ctrl[0] = pressed; return true;
	case KEY_RIGHTCTRL: k->ctrl[1] = pressed; return true;
	case KEY_LEFTALT: k->alt = pressed; return true;
	case KEY_RIGHTALT: k->altgr = pressed; return true;
	case KEY_CAPSLOCK: k->caps ^= pressed; return true;
	case KEY_NUMLOCK: k->num ^= pressed; return true;
	}
	return false;
}

/* xterm: CSI 1 ; m X for keys with a letter, CSI n ; m ~ for the others; m = 1 + shift + 2 alt + 4 ctrl. */
static size_t sequence(const struct keymap *k, char letter, unsigned int number, bool ss3, char *out)
{
	unsigned int m = 1 + (k->shift[0] || k->shift[1]) + 2 * k->alt + 4 * (k->ctrl[0] || k->ctrl[1]);

	if (letter) {
		if (m > 1)
			return scnprintf(out, KEYMAP_OUT, "\033[1;%u%c", m, letter);
		return scnprintf(out, KEYMAP_OUT, "\033%c%c", ss3 ? 'O' : '[', letter);
	}
	if (m > 1)
		return scnprintf(out, KEYMAP_OUT, "\033[%u;%u~", number, m);
	return scnprintf(out, KEYMAP_OUT, "\033[%u~", number);
}

static size_t special(const struct keymap *k, unsigned int code, bool app, char *out)
{
	static const u8 function[12] = { 0, 0, 0, 0, 15, 17, 18, 19, 20, 21, 23, 24 };
	unsigned int f = code >= KEY_F1 && code <= KEY_F10 ? code - KEY_F1 : code - KEY_F11 + 10;

	if ((code >= KEY_F1 && code <= KEY_F10) || code == KEY_F11 || code == KEY_F12)
		return f < 4 ? sequence(k, 'P' + f, 0, true, out) : sequence(k, 0, function[f], false, out);
	switch (code) {
	case KEY_UP: return sequence(k, 'A', 0, app, out);
	case KEY_DOWN: return sequence(k, 'B', 0, app, out);
	case KEY_RIGHT: return sequence(k, 'C', 0, app, out);
	case KEY_LEFT: return sequence(k, 'D', 0, app, out);
	case KEY_HOME: return sequence(k, 'H', 0, app, out);
	case KEY_END: return sequence(k, 'F', 0, app, out);
	case KEY_INSERT: return sequence(k, 0, 2, false, out);
	case KEY_DELETE: return sequence(k, 0, 3, false, out);
	case KEY_PAGEUP: return sequence(k, 0, 5, false, out);
	case KEY_PAGEDOWN: return sequence(k, 0, 6, false, out);
	}
	return 0;
}

/* The keypad: digits with NumLock, else the key printed below. */
static unsigned int keypad(const struct keymap *k, unsigned int code, char *digit)
{
	static const char digits[] = "789-456+1230.";
	static const u8 keys[] = { KEY_HOME, KEY_UP, KEY_PAGEUP, 0, KEY_LEFT, 0, KEY_RIGHT, 0, KEY_END, KEY_DOWN, KEY_PAGEDOWN, KEY_INSERT, KEY_DELETE };

	*digit = 0;
	if (code == KEY_KPASTERISK)
		*digit = '*';
	else if (code == KEY_KPSLASH)
		*digit = '/';
	else if (code >= KEY_KP7 && code <= KEY_KPDOT && (k->num || !keys[code - KEY_KP7]))
		*digit = digits[code - KEY_KP7];
	else if (code >= KEY_KP7 && code <= KEY_KPDOT)
		return keys[code - KEY_KP7];
	return code;
}

static size_t control(u8 c, char *out)
{
	if (c >= 'a' && c <= 'z')
		c -= 32;
	if ((c >= '@' && c <= '_') || c == ' ')
		*out = c & 0x1f;
	else if (c == '?' || c == '8')
		*out = 0x7f;
	else if (c >= '2' && c <= '7')
		*out = "\0\033\034\035\036\037"[c - '2'];
	else if (c == '/' || c == '-')
		*out = 0x1f;
	else
		*out = c;
	return 1;
}

static bool is_letter(const char *c, size_t len)
{
	return len == 2 ? (u8)c[0] == 0xc3 : (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
}

static const char *character(const struct keymap *k, unsigned int code, size_t *len)
{
	bool shift = k->shift[0] || k->shift[1];
	const char *c;

	if (code == KEY_SPACE) {
		*len = 1;
		return " ";
	}
	if (k->altgr)
		return lookup(k->layout->altgr, code, len);
	c = lookup(k->layout->plain, code, len);
	if (c && k->caps && is_letter(c, *len))
		shift = !shift;
	return shift ? lookup(k->layout->shift, code, len) : c;
}

size_t keymap_key(struct keymap *k, unsigned int code, bool pressed, bool app_cursor, char *out)
{
	const char *c;
	size_t len, n = 0;
	char digit;

	if (modifier(k, code, pressed) || !pressed || code >= NR_KEYS)
		return 0;
	code = keypad(k, code, &digit);
	n = special(k, code, app_cursor, out);
	if (n)
		return n;
	if (k->alt)
		out[n++] = '\033';
	switch (code) {
	case KEY_ESC: out[n++] = '\033'; return n;
	case KEY_ENTER: case KEY_KPENTER: out[n++] = '\r'; return n;
	case KEY_BACKSPACE: out[n++] = (k->ctrl[0] || k->ctrl[1]) ? '\b' : 0x7f; return n;
	case KEY_TAB:
		if (k->shift[0] || k->shift[1])
			return scnprintf(out, KEYMAP_OUT, "\033[Z");
		out[n++] = '\t';
		return n;
	}
	if (digit) {
		out[n++] = digit;
		return n;
	}
	c = character(k, code, &len);
	if (!c)
		return 0;
	if ((k->ctrl[0] || k->ctrl[1]) && len == 1)
		return n + control(*c, out + n);
	memcpy(out + n, c, len);
	return n + len;
}
