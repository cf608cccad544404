// SPDX-License-Identifier: MIT
/* AML's bytes: package lengths, names, constants (ACPI 6.5, 20.2.2 to 20.2.4). */
#include "aml_internal.h"

bool aml_take(struct cursor *c, u8 *byte)
{
	if (c->p >= c->end)
		return false;
	*byte = *c->p++;
	return true;
}

bool aml_take_length(struct cursor *c, u32 *length)
{
	u8 lead, more;

	if (!aml_take(c, &lead))
		return false;
	*length = lead >> 6 ? lead & 15 : lead & 63;
	for (int i = 0; i < lead >> 6; i++) {
		if (!aml_take(c, &more))
			return false;
		*length |= (u32)more << (4 + 8 * i);
	}
	return true;
}

bool aml_take_package(struct cursor *c, struct cursor *inner)
{
	const u8 *start = c->p;
	u32 length;

	if (!aml_take_length(c, &length) || length < (u32)(c->p - start) || length > (u32)(c->end - start))
		return false;
	*inner = (struct cursor){ c->p, start + length };
	c->p = start + length;
	return true;
}

bool aml_take_number(struct cursor *c, unsigned int bytes, u64 *number)
{
	if ((size_t)(c->end - c->p) < bytes)
		return false;
	*number = get_le(c->p, bytes);
	c->p += bytes;
	return true;
}

static bool is_segment(const u8 *s)
{
	for (int i = 0; i < 4; i++) {
		if (!(s[i] >= 'A' && s[i] <= 'Z') && s[i] != '_' && !(i && s[i] >= '0' && s[i] <= '9'))
			return false;
	}
	return true;
}

bool aml_take_path(struct cursor *c, struct path *path)
{
	u8 lead;

	*path = (struct path){ 0 };
	for (; c->p < c->end && (*c->p == '\\' || *c->p == '^'); c->p++) {
		if (*c->p == '\\')
			path->is_absolute = true;
		else
			path->nr_up++;
	}
	if (!aml_take(c, &lead))
		return false;
	path->nr = 1;
	if (lead == 0x2e) {
		path->nr = 2;
	} else if (lead == 0x2f) {
		if (!aml_take(c, &lead) || lead == 0)
			return false;
		path->nr = lead;
	} else if ((lead >= 'A' && lead <= 'Z') || lead == '_') {
		c->p--;
	} else {
		path->nr = 0;
		return lead == 0;
	}
	if (path->nr * 4 > (u32)(c->end - c->p))
		return false;
	path->segment = c->p;
	for (; c->p < path->segment + path->nr * 4; c->p += 4) {
		if (!is_segment(c->p))
			return false;
	}
	return true;
}

bool aml_skip_data(struct cursor *c)
{
	struct cursor inner;
	struct path path;
	u64 n;
	u8 op;

	if (!aml_take(c, &op))
		return false;
	switch (op) {
	case OP_ZERO: case OP_ONE: case OP_ONES: return true;
	case OP_BYTE: return aml_take_number(c, 1, &n);
	case OP_WORD: return aml_take_number(c, 2, &n);
	case OP_DWORD: return aml_take_number(c, 4, &n);
	case OP_QWORD: return aml_take_number(c, 8, &n);
	case OP_STRING:
		while (c->p < c->end && *c->p)
			c->p++;
		return aml_take(c, &op);
	case OP_BUFFER: case OP_PACKAGE: case OP_VAR_PACKAGE:
		return aml_take_package(c, &inner);
	case OP_EXT:
		return aml_take(c, &op) && op == EXT_REVISION;
	default:
		c->p--;
		return aml_starts_name(op) && aml_take_path(c, &path) && path.nr;
	}
}
