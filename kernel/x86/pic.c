// SPDX-License-Identifier: MIT
/* The two 8259 interrupt controllers (Intel 8259A data sheet), edge-triggered, all lines masked at first. */
#include <asm/io.h>
#include "internal.h"

#define PIC1 0x20
#define PIC2 0xa0

static u16 mask = 0xffff & ~4;  /* the cascade stays open */

static void write_mask(void)
{
	outb(mask, PIC1 + 1);
	outb(mask >> 8, PIC2 + 1);
}

void pic_init(void)
{
	outb(0x11, PIC1);               /* ICW1: edge, cascade, ICW4 follows */
	outb(0x11, PIC2);
	outb(VECTOR_ISA_BASE, PIC1 + 1);
	outb(VECTOR_ISA_BASE + 8, PIC2 + 1);
	outb(4, PIC1 + 1);              /* slave on line 2 */
	outb(2, PIC2 + 1);
	outb(1, PIC1 + 1);              /* 8086 mode */
	outb(1, PIC2 + 1);
	write_mask();
}

void pic_mask_all(void)
{
	mask = 0xffff;
	write_mask();
}

void pic_unmask(unsigned int line)
{
	mask &= ~(1u << line);
	write_mask();
}

void pic_eoi(unsigned int line)
{
	if (line >= 8)
		outb(0x20, PIC2);
	outb(0x20, PIC1);
}

/* Lines 7 and 15 also report requests that went away: the in-service bit tells. */
bool pic_is_spurious(unsigned int line)
{
	u16 port = line >= 8 ? PIC2 : PIC1;

	if ((line & 7) != 7)
		return false;
	outb(0x0b, port);
	if (inb(port) & 0x80)
		return false;
	if (line == 15)
		outb(0x20, PIC1);
	return true;
}
