// SPDX-License-Identifier: MIT
/*
 * What drawing costs on the machine's own screen, in instructions under QEMU -icount shift=0 (else time
 * stamp ticks): every cell changes, a line scrolls, nothing changes.
 */
#include <console/console.h>
#include <lib/ktest.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <x86/cpu.h>

static void fill_screen(unsigned int cols, unsigned int rows, char first)
{
	static char line[512];

	fbcon_write("\033[H", 3);
	for (unsigned int row = 0; row < rows; row++) {
		for (unsigned int col = 0; col < cols; col++)
			line[col] = (char)(first + (row * 7 + col) % 90);
		fbcon_write(line, cols);
	}
}

KTEST(console_full_redraw_is_cheap)
{
	unsigned int cols, rows;
	u64 t, write, draw;

	fbcon_size(&cols, &rows);
	if (!cols)
		return;
	fbcon_write("\033c", 2);
	fbcon_flush();
	t = rdtsc();
	fill_screen(cols, rows, '!');
	write = rdtsc() - t;
	t = rdtsc();
	fbcon_flush();
	draw = rdtsc() - t;
	pr_info("# cost screen %ux%u cells: text %lu, draw %lu (limit 20000000 at 3840x2160)\n", cols, rows, (unsigned long)write,
		(unsigned long)draw);
	t = rdtsc();
	fbcon_write("\r\nnext", 6);
	fbcon_flush();
	pr_info("# cost scroll by a line, all cells change: %lu\n", (unsigned long)(rdtsc() - t));
	fbcon_write("\033c", 2);
	fbcon_flush();
	t = rdtsc();
	fbcon_write("x", 1);
	fbcon_flush();
	t = rdtsc() - t;
	pr_info("# cost one character: %lu\n", (unsigned long)t);
	KEXPECT(t < 1000000);
}
