// SPDX-License-Identifier: MIT
/* SMBIOS tables to struct smbios_info. Offsets are DSP0134's; see drivers/smbios.h for the contract. */
#include <drivers/smbios.h>
#include <lib/string.h>
#include <uapi/errno.h>

struct smbios_info smbios_info;

#define HEADER_SIZE 4
#define TABLE_MAX (1u << 20)    /* no machine comes near */

/* One structure: @len bytes of fields, then strings up to @end, the last one NUL-terminated. */
struct structure {
	u8 type;
	u8 len;
	const u8 *p;
	const char *strings, *end;
};

static u64 read_field(const struct structure *s, unsigned int offset, unsigned int size)
{
	u64 v = 0;

	if (offset + size <= s->len)
		for (unsigned int i = size; i-- > 0;)
			v = v << 8 | s->p[offset + i];
	return v;
}

static bool has_field(const struct structure *s, unsigned int offset, unsigned int size)
{
	return offset + size <= s->len;
}

/* Copies string number @n (from 1) without the blanks around it; "" when there is none. */
static void copy_string(const struct structure *s, u8 n, char *out)
{
	const char *p = s->strings;
	size_t len;

	out[0] = '\0';
	for (; n > 1 && p < s->end; n--)
		p += strnlen(p, (size_t)(s->end - p)) + 1;
	if (!n || p >= s->end)
		return;
	len = strnlen(p, (size_t)(s->end - p));
	while (len && *p == ' ') {
		p++;
		len--;
	}
	while (len && p[len - 1] == ' ')
		len--;
	len = min(len, (size_t)SMBIOS_STRING - 1);
	for (size_t i = 0; i < len; i++)
		out[i] = p[i] >= ' ' && p[i] < 0x7f ? p[i] : '?';
	out[len] = '\0';
}

/* The string whose number is at @offset. */
static void string_field(const struct structure *s, unsigned int offset, char *out)
{
	copy_string(s, (u8)read_field(s, offset, 1), out);
}

/* Keeps the first structure's answer when there are several. */
static void string_once(const struct structure *s, unsigned int offset, char *out)
{
	if (!out[0])
		string_field(s, offset, out);
}

static u8 sum(const u8 *p, size_t n)
{
	u8 total = 0;

	while (n--)
		total = (u8)(total + *p++);
	return total;
}

static u64 le(const u8 *p, unsigned int size)
{
	u64 v = 0;

	for (unsigned int i = size; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

int smbios_parse_entry(const void *entry, size_t size, struct smbios_entry *out)
{
	const u8 *p = entry;

	if (size >= 24 && !memcmp(p, "_SM3_", 5)) {             /* 5.2.2 */
		if (p[6] < 24 || p[6] > size || sum(p, p[6]))
			return -EINVAL;
		*out = (struct smbios_entry){ le(p + 16, 8), (u32)le(p + 12, 4), 0, p[7], p[8] };
	} else if (size >= 31 && !memcmp(p, "_SM_", 4) && !memcmp(p + 16, "_DMI_", 5)) { /* 5.2.1 */
		if (sum(p + 16, 15) || p[5] < 30 || p[5] > size || sum(p, p[5]))
			return -EINVAL;
		*out = (struct smbios_entry){ le(p + 24, 4), (u32)le(p + 22, 2), (u32)le(p + 28, 2), p[6], p[7] };
	} else {
		return -EINVAL;
	}
	if (!out->table || !out->size)
		return -EINVAL;
	out->size = min(out->size, TABLE_MAX);
	return 0;
}

static void parse_module(struct smbios_info *info, const struct structure *s)
{
	struct smbios_module *m;
	u64 size = read_field(s, 0x0c, 2);

	if (s->len < 0x15) {
		info->nr_bad++;
		return;
	}
	if (info->nr_modules == SMBIOS_MAX_MODULES) {
		info->nr_bad++;
		return;
	}
	m = &info->module[info->nr_modules++];
	if (size == 0xffff)
		m->size_unknown = true;
	else if (size == 0x7fff && has_field(s, 0x1c, 4))
		m->size = (read_field(s, 0x1c, 4) & 0x7fffffff) << 20;
	else
		m->size = (size & 0x7fff) << (size & 0x8000 ? 10 : 20);
	m->form_factor = (u8)read_field(s, 0x0e, 1);
	m->type = (u8)read_field(s, 0x12, 1);
	m->speed = (u32)read_field(s, 0x20, 2);
	if (!m->speed)
		m->speed = (u32)read_field(s, 0x15, 2);
	string_field(s, 0x10, m->locator);
	string_field(s, 0x11, m->bank);
	string_field(s, 0x17, m->manufacturer);
	string_field(s, 0x1a, m->part);
}

static void parse_array(struct smbios_info *info, const struct structure *s)
{
	u64 kib = read_field(s, 0x07, 4);
	u8 ecc = (u8)read_field(s, 0x06, 1);

	if (s->len < 0x0f || read_field(s, 0x05, 1) != 3)       /* 3: system memory */
		return;
	info->ecc |= ecc >= 5 && ecc <= 7;
	if (kib == 0x80000000)
		info->max_capacity += read_field(s, 0x0f, 8);
	else
		info->max_capacity += kib << 10;
}

static void parse_mapped(struct smbios_info *info, const struct structure *s)
{
	u64 start = read_field(s, 0x04, 4), end = read_field(s, 0x08, 4);
	struct range r;

	if (start == 0xffffffff && has_field(s, 0x0f, 16)) {
		r = (struct range){ read_field(s, 0x0f, 8), read_field(s, 0x17, 8) };
		if (r.end < U64_MAX)
			r.end++;
	} else {
		r = (struct range){ start << 10, (end + 1) << 10 };
	}
	if (s->len < 0x0c || range_is_empty(r) || info->nr_ranges == SMBIOS_MAX_RANGES) {
		info->nr_bad++;
		return;
	}
	info->range[info->nr_ranges++] = r;
}

static void parse_structure(struct smbios_info *info, const struct structure *s)
{
	switch (s->type) {
	case 0:
		string_once(s, 0x04, info->bios_vendor);
		string_once(s, 0x05, info->bios_version);
		string_once(s, 0x08, info->bios_date);
		break;
	case 1:
		string_once(s, 0x04, info->manufacturer);
		string_once(s, 0x05, info->product);
		string_once(s, 0x06, info->version);
		break;
	case 2:
		string_once(s, 0x04, info->board_manufacturer);
		string_once(s, 0x05, info->board_product);
		break;
	case 4: string_once(s, 0x10, info->processor); break;
	case 16: parse_array(info, s); break;
	case 17: parse_module(info, s); break;
	case 19: parse_mapped(info, s); break;
	}
}

/* The structure at @p; false: it does not fit into [@p, @end). *next is what follows it. */
static bool next_structure(const u8 *p, const u8 *end, struct structure *s, const u8 **next)
{
	const u8 *q;

	if (end - p < HEADER_SIZE || p[1] < HEADER_SIZE || p[1] > end - p)
		return false;
	*s = (struct structure){ .type = p[0], .len = p[1], .p = p, .strings = (const char *)p + p[1] };
	for (q = p + p[1]; end - q >= 2; q++)
		if (!q[0] && !q[1]) {
			s->end = (const char *)q + 1;
			*next = q + 2;
			return true;
		}
	return false;
}

void smbios_parse(struct smbios_info *info, const struct smbios_entry *e, const void *table, size_t size)
{
	const u8 *p = table, *end = p + size;
	struct structure s;

	memset(info, 0, sizeof(*info));
	info->major = e->major;
	info->minor = e->minor;
	while (p < end && (!e->count || info->nr_structures < e->count)) {
		if (!next_structure(p, end, &s, &p)) {
			info->nr_bad++;
			return;
		}
		info->nr_structures++;
		if (s.type == 127)
			return;
		parse_structure(info, &s);
	}
}

u64 smbios_installed_bytes(const struct smbios_info *info)
{
	u64 bytes = 0;

	for (unsigned int i = 0; i < info->nr_modules; i++)
		bytes += info->module[i].size;
	for (unsigned int i = 0; !bytes && i < info->nr_ranges; i++)
		bytes += range_size(info->range[i]);
	return bytes;
}

/* 7.18.2 */
const char *smbios_memory_type(u8 type)
{
	static const char *const names[] = {
		[0x03] = "DRAM", [0x0f] = "SDRAM", [0x07] = "RAM", [0x09] = "Flash", [0x12] = "DDR", [0x13] = "DDR2",
		[0x14] = "DDR2 FB-DIMM", [0x18] = "DDR3", [0x1a] = "DDR4", [0x1b] = "LPDDR", [0x1c] = "LPDDR2",
		[0x1d] = "LPDDR3", [0x1e] = "LPDDR4", [0x1f] = "NVDIMM", [0x20] = "HBM", [0x21] = "HBM2",
		[0x22] = "DDR5", [0x23] = "LPDDR5", [0x24] = "HBM3",
	};

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "memory";
}

/* 7.18.1 */
const char *smbios_form_factor(u8 form_factor)
{
	static const char *const names[] = {
		[0x03] = "SIMM", [0x04] = "SIP", [0x05] = "chip", [0x09] = "DIMM", [0x0b] = "row of chips",
		[0x0c] = "RIMM", [0x0d] = "SODIMM", [0x0f] = "FB-DIMM", [0x10] = "die", [0x11] = "CAMM",
	};

	return form_factor < ARRAY_SIZE(names) && names[form_factor] ? names[form_factor] : "module";
}
