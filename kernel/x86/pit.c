// SPDX-License-Identifier: MIT
/* The 8254 timer: channel 0 for ticks where there is no local APIC, channel 2 to measure others by. */
#include <asm/io.h>
#include "internal.h"

#define PIT_HZ 1193182
#define PIT_CH0 0x40
#define PIT_CH2 0x42
#define PIT_MODE 0x43
#define PORT_B 0x61             /* bit 0: gate of channel 2, bit 1: speaker, bit 5: its output */

void pit_start_periodic(unsigned int hz)
{
	unsigned int n = PIT_HZ / hz;

	outb(0x34, PIT_MODE);   /* channel 0, low then high byte, rate generator */
	outb(n, PIT_CH0);
	outb(n >> 8, PIT_CH0);
}

bool pit_wait_us(unsigned int us)
{
	unsigned int n = (u64)PIT_HZ * us / 1000000;
	u8 b = inb(PORT_B);
	u32 polls = 0;

	outb((b & ~2) | 1, PORT_B);
	outb(0xb0, PIT_MODE);   /* channel 2, interrupt on terminal count */
	outb(n, PIT_CH2);
	outb(n >> 8, PIT_CH2);
	while (!(inb(PORT_B) & 0x20))
		if (++polls == 1000000) /* a port read takes about 1 us on a PC */
			break;
	outb(b, PORT_B);
	return polls > 1 && polls < 1000000;
}
