/* SPDX-License-Identifier: MIT */
/*
 * The i8042 keyboard controller (IBM PS/2 technical reference; ports 60h, 64h, ISA interrupt 1). Every wait is
 * bounded: a machine without one costs some reads of all-ones. Scan code set 1 by the controller's translation,
 * whose base codes are Linux's key codes.
 */
#include <asm/io.h>
#include <drivers/keyboard.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <x86/cpu.h>
#include <x86/traps.h>

#define DATA 0x60
#define STATUS 0x64             /* read */
#define COMMAND 0x64            /* write */
#define STATUS_OUTPUT 1         /* a byte to read */
#define STATUS_INPUT 2          /* busy with our last byte */
#define STATUS_AUX 0x20         /* ... from the mouse */
#define CONFIG_IRQ1 1
#define CONFIG_IRQ12 2
#define CONFIG_CLOCK1_OFF 0x10
#define CONFIG_TRANSLATE 0x40
#define TIMEOUT_NS 20000000     /* the controller answers within microseconds, a keyboard within some ms */

static bool wait_status(u8 mask, u8 want)
{
	u64 end = ktime_get_ns() + TIMEOUT_NS;

	do {
		if ((inb(STATUS) & mask) == want)
			return true;
	} while (ktime_get_ns() < end);
	return false;
}

static bool command(u8 c)
{
	if (!wait_status(STATUS_INPUT, 0))
		return false;
	outb(c, COMMAND);
	return true;
}

static bool send(u8 v)
{
	if (!wait_status(STATUS_INPUT, 0))
		return false;
	outb(v, DATA);
	return true;
}

static int receive(void)
{
	return wait_status(STATUS_OUTPUT, STATUS_OUTPUT) ? inb(DATA) : -1;
}

static void flush(void)
{
	for (int i = 0; i < 32 && (inb(STATUS) & STATUS_OUTPUT); i++)
		inb(DATA);
}

/* Set 1 codes after E0 that are keys of their own. */
static unsigned int extended(u8 code)
{
	static const struct { u8 scan, key; } map[] = {
		{ 0x1c, KEY_KPENTER }, { 0x1d, KEY_RIGHTCTRL }, { 0x35, KEY_KPSLASH }, { 0x38, KEY_RIGHTALT }, { 0x47, KEY_HOME },
		{ 0x48, KEY_UP }, { 0x49, KEY_PAGEUP }, { 0x4b, KEY_LEFT }, { 0x4d, KEY_RIGHT }, { 0x4f, KEY_END }, { 0x50, KEY_DOWN },
		{ 0x51, KEY_PAGEDOWN }, { 0x52, KEY_INSERT }, { 0x53, KEY_DELETE }, { 0x5b, KEY_LEFTMETA }, { 0x5c, KEY_RIGHTMETA },
		{ 0x5d, KEY_MENU },
	};

	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i].scan == code)
			return map[i].key;
	return 0;       /* fake shifts and keys that nothing reads */
}

static void interrupt(unsigned int irq, void *arg)
{
	static bool e0;
	static unsigned int skip;

	for (int i = 0; i < 16; i++) {
		u8 status = inb(STATUS), c;

		if (!(status & STATUS_OUTPUT))
			return;
		c = inb(DATA);
		if (status & STATUS_AUX)
			continue;
		if (skip) {
			skip--;
			continue;
		}
		if (c == 0xe0) {
			e0 = true;
		} else if (c == 0xe1) {
			skip = 2;       /* Pause: E1 1D 45, and its release */
		} else {
			unsigned int key = e0 ? extended(c & 0x7f) : c & 0x7f;

			e0 = false;
			if (key)
				keyboard_event(key, !(c & 0x80));
		}
	}
}

static const char *probe(void)
{
	int config;

	if (inb(STATUS) == 0xff)
		return "no controller";
	if (!command(0xad) || !command(0xa7))   /* both ports off while we talk */
		return "the controller does not take commands";
	flush();
	if (!command(0x20) || (config = receive()) < 0)
		return "the controller does not answer";
	config &= ~(CONFIG_IRQ1 | CONFIG_IRQ12 | CONFIG_CLOCK1_OFF);
	config |= CONFIG_TRANSLATE;
	if (!command(0x60) || !send(config) || !command(0xae))
		return "the controller does not take its configuration";
	/* Start scanning. Some laptops' keyboards do not acknowledge and work: no reason to give up. */
	if (send(0xf4))
		receive();
	flush();
	if (request_irq(1, interrupt, NULL))
		return "interrupt 1 is not free";
	if (!command(0x60) || !send(config | CONFIG_IRQ1))
		return "the controller does not take its configuration";
	return NULL;
}

void ps2_init(void)
{
	const char *why = probe();

	if (why)
		pr_info("PS/2 keyboard: %s\n", why);
	else
		pr_info("PS/2 keyboard: ready\n");
}
