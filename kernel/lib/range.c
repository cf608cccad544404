// SPDX-License-Identifier: MIT
#include <lib/range.h>
#include <uapi/errno.h>

int range_from_size(u64 start, u64 size, struct range *r)
{
	r->start = start;
	if (__builtin_add_overflow(start, size, &r->end)) {
		r->end = U64_MAX;
		return -ERANGE;
	}
	return 0;
}
