// SPDX-License-Identifier: MIT
/* Resource templates: ACPI 6.4, 6.4.2 (small items) and 6.4.3 (large items). */
#include <drivers/aml.h>

#include "../internal.h"

#define LARGE_MEMORY24 0x81
#define LARGE_MEMORY32 0x85
#define LARGE_FIXED_MEMORY32 0x86
#define LARGE_DWORD 0x87
#define LARGE_WORD 0x88
#define LARGE_QWORD 0x8a
#define SMALL_IO 8
#define SMALL_FIXED_IO 9
#define SMALL_END 15

struct out {
	void (*fn)(const struct aml_range *r, void *arg);
	void *arg;
};

static void put(const struct out *o, int kind, u64 start, u64 length, bool is_window)
{
	struct aml_range r = { .start = start, .end = start + length - 1, .kind = kind, .is_window = is_window };

	if (length && r.end >= start)
		o->fn(&r, o->arg);
}

/*
 * Word, DWord and QWord address space descriptors: @width bytes a number, five numbers from byte 3 on. Length 0 is how firmware
 * closes a window; else the ends count, since there is firmware whose length is wrong (as Linux reads it).
 */
static void address_space(const struct out *o, const u8 *d, u32 len, unsigned int width)
{
	u64 start, max_addr, translation, length;
	const u8 *n = d + 3;

	if (len < 3 + 5 * width || d[0] > AML_BUS)
		return;
	start = get_le(n + width, width);
	max_addr = get_le(n + 2 * width, width);
	translation = get_le(n + 3 * width, width);
	length = get_le(n + 4 * width, width);
	if (!length || max_addr < start)
		return;
	length = max_addr - start + 1;
	if (d[0] != AML_BUS)
		start += translation;
	put(o, d[0], start, length, !(d[1] & 1));
}

static void large_item(const struct out *o, u8 tag, const u8 *d, u32 len)
{
	switch (tag) {
	case LARGE_MEMORY24:
		if (len >= 9)
			put(o, AML_MEMORY, get_le(d + 1, 2) << 8, get_le(d + 7, 2) << 8, false);
		break;
	case LARGE_MEMORY32:
		if (len >= 17)
			put(o, AML_MEMORY, get_le(d + 1, 4), get_le(d + 13, 4), false);
		break;
	case LARGE_FIXED_MEMORY32:
		if (len >= 9)
			put(o, AML_MEMORY, get_le(d + 1, 4), get_le(d + 5, 4), false);
		break;
	case LARGE_WORD:
		address_space(o, d, len, 2);
		break;
	case LARGE_DWORD:
		address_space(o, d, len, 4);
		break;
	case LARGE_QWORD:
		address_space(o, d, len, 8);
	}
}

void aml_each_range(const u8 *crs, u32 size, void (*fn)(const struct aml_range *r, void *arg), void *arg)
{
	struct out o = { fn, arg };
	u32 at = 0;

	while (at < size) {
		u8 tag = crs[at];
		u32 head = tag & 0x80 ? 3 : 1, len;

		if (size - at < head)
			return;
		len = tag & 0x80 ? (u32)get_le(crs + at + 1, 2) : tag & 7;
		if (len > size - at - head)
			return;
		if (tag & 0x80)
			large_item(&o, tag, crs + at + head, len);
		else if (tag >> 3 == SMALL_END)
			return;
		else if (tag >> 3 == SMALL_IO && len >= 7)
			put(&o, AML_IO, get_le(crs + at + 2, 2), crs[at + 7], false);
		else if (tag >> 3 == SMALL_FIXED_IO && len >= 3)
			put(&o, AML_IO, get_le(crs + at + 1, 2), crs[at + 3], false);
		at += head + len;
	}
}
