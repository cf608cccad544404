// SPDX-License-Identifier: MIT
/*
 * A terminal of a size that the first two bytes choose, fed with the rest: its cursor stays inside, all
 * invariants hold at the end.
 */
#include "check.h"
#include <console/vt.h>

static struct vt_cell cells[2 * 64 * 32];

static void on_reply(struct vt *vt, const char *text, size_t len)
{
	LAW(len < 32 && text[0] == '\033');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vt vt;

	if (size < 2 || size > 4096)
		return 0;
	LAW(vt_init(&vt, 2 + data[0] % 63, 2 + data[1] % 31, cells) == 0);
	vt.reply = on_reply;
	for (size_t i = 2; i < size; i++) {
		vt_write(&vt, (const char *)data + i, 1);
		LAW(vt.c.row < vt.rows && vt.c.col < vt.cols);
	}
	LAW(vt_check(&vt) == 0);
	return 0;
}
