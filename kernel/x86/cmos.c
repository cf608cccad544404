// SPDX-License-Identifier: MIT
/* The wall clock: MC146818 registers behind ports 70h and 71h. UTC is assumed. */
#include <asm/io.h>
#include <lib/printk.h>
#include "internal.h"

static u8 cmos_read(u8 reg)
{
	outb(reg, 0x70);
	return inb(0x71);
}

struct cmos_time { u8 sec, min, hour, day, month, year, century; };

static struct cmos_time read_once(void)
{
	return (struct cmos_time){ cmos_read(0), cmos_read(2), cmos_read(4), cmos_read(7), cmos_read(8), cmos_read(9),
				   cmos_read(0x32) };
}

static unsigned int decode(u8 v, bool binary)
{
	return binary ? v : (v >> 4) * 10 + (v & 15);
}

/* Days from 1970-01-01 to the civil date, by counting from 0000-03-01. */
static s64 days_from_civil(s64 y, unsigned int m, unsigned int d)
{
	unsigned int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	y -= m <= 2;
	return y * 365 + y / 4 - y / 100 + y / 400 + doy - 719468;
}

u64 cmos_read_epoch(void)
{
	struct cmos_time a, b = read_once();
	unsigned int y, m, d, h, century;
	bool binary, pm;

	/* Twice the same means that no update fell in between. */
	for (int i = 0; i < 1000; i++) {
		a = b;
		b = read_once();
		if (!__builtin_memcmp(&a, &b, sizeof(a)) && !(cmos_read(10) & 0x80))
			break;
	}
	binary = cmos_read(11) & 4;
	pm = !(cmos_read(11) & 2) && b.hour & 0x80;
	y = decode(b.year, binary);
	m = decode(b.month, binary);
	d = decode(b.day, binary);
	h = decode(b.hour & 0x7f, binary);
	if (!(cmos_read(11) & 2))
		h = h % 12 + (pm ? 12 : 0);
	century = decode(b.century, binary);
	y += century >= 19 && century <= 21 ? century * 100 : 2000;
	if (m < 1 || m > 12 || d < 1 || d > 31) {
		pr_warn("the CMOS clock holds no date: wall time starts in 1970\n");
		return 0;
	}
	return (u64)days_from_civil(y, m, d) * 86400 + h * 3600UL + decode(b.min, binary) * 60UL + decode(b.sec, binary);
}
