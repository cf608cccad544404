// SPDX-License-Identifier: MIT
/*
 * The table: e820_add keeps it canonical (sorted, disjoint, merged) at every step, so the result
 * depends only on which bytes carry which types, never on the firmware's order.
 *
 * A new range is laid down piece by piece, a piece being the part of it that meets one entry, or one
 * gap between entries:
 *
 *     table      [ RAM      )     [ACPI)
 *     new            [ Reserved      )
 *     pieces         [=====)[====)[==)     over RAM: wins; gap: new entry; over ACPI: wins
 *
 * No lock: written at boot by one CPU.
 */
#include <iomem/e820.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <uapi/errno.h>

struct e820_table e820_table;

int e820_severity(enum e820_type type)
{
	switch (type) {
	case E820_TYPE_RAM: return 1;
	case E820_TYPE_SOFT_RESERVED: return 2;
	case E820_TYPE_PMEM: return 3;
	case E820_TYPE_PRAM: return 4;
	case E820_TYPE_ACPI: return 5;
	case E820_TYPE_NVS: return 6;
	case E820_TYPE_RESERVED: return 8;
	case E820_TYPE_UNUSABLE: return 9;
	default: return 7;
	}
}

/* Index of the first entry that ends behind @addr; t->nr when there is none. */
static unsigned int first_behind(const struct e820_table *t, u64 addr)
{
	unsigned int lo = 0, hi = t->nr, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (t->e[mid].r.end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static void remove_at(struct e820_table *t, unsigned int i)
{
	memmove(&t->e[i], &t->e[i + 1], (t->nr - i - 1) * sizeof(t->e[0]));
	t->nr--;
}

static void merge_with_next(struct e820_table *t, unsigned int i)
{
	if (i + 1 < t->nr && t->e[i].r.end == t->e[i + 1].r.start && t->e[i].type == t->e[i + 1].type) {
		t->e[i].r.end = t->e[i + 1].r.end;
		remove_at(t, i + 1);
	}
}

/* @seg, free of entries, before entry @i. -ENOSPC: the table is full and no neighbour could grow. */
static int insert_at(struct e820_table *t, unsigned int i, struct range seg, enum e820_type type)
{
	if (i > 0 && t->e[i - 1].r.end == seg.start && t->e[i - 1].type == type) {
		t->e[i - 1].r.end = seg.end;
		merge_with_next(t, i - 1);
		return 0;
	}
	if (i < t->nr && t->e[i].r.start == seg.end && t->e[i].type == type) {
		t->e[i].r.start = seg.start;
		return 0;
	}
	if (t->nr == E820_MAX_ENTRIES)
		return -ENOSPC;
	memmove(&t->e[i + 1], &t->e[i], (t->nr - i) * sizeof(t->e[0]));
	t->e[i] = (struct e820_entry){ seg, type };
	t->nr++;
	return 0;
}

static void count_dropped(struct e820_table *t, struct range r, enum e820_type type)
{
	t->stats.nr_dropped++;
	if (type == E820_TYPE_RAM)
		t->stats.bytes_dropped += range_size(r);
}

/* Takes @seg out of entry @i, which covers it. -ENOSPC: what is above @seg had to go as well. */
static int cut_out(struct e820_table *t, unsigned int i, struct range seg)
{
	struct e820_entry old = t->e[i];
	int ret = 0;

	if (old.r.start == seg.start && old.r.end == seg.end) {
		remove_at(t, i);
	} else if (old.r.start == seg.start) {
		t->e[i].r.start = seg.end;
	} else {
		t->e[i].r.end = seg.start;
		if (seg.end < old.r.end) {
			struct range above = { seg.end, old.r.end };

			ret = insert_at(t, i + 1, above, old.type);
			if (ret)
				count_dropped(t, above, old.type);
		}
	}
	return ret;
}

/* The part @seg of entry @i becomes @type (0: no entry). */
static int replace_part(struct e820_table *t, unsigned int i, struct range seg, enum e820_type type)
{
	bool at_start = t->e[i].r.start == seg.start;
	enum e820_type old = t->e[i].type;
	int cut, ret = 0;

	cut = cut_out(t, i, seg);
	if (type)
		ret = insert_at(t, at_start ? i : i + 1, seg, type);
	if (ret)
		count_dropped(t, seg, old);
	return ret ? ret : cut;
}

int e820_add(struct e820_table *t, u64 start, u64 end, enum e820_type type)
{
	struct range seg = { start, end };
	unsigned int i;
	int ret = 0, err;

	if (start >= end)
		return -EINVAL;
	for (; seg.start < end; seg.start = seg.end) {
		struct e820_entry *e;

		i = first_behind(t, seg.start);
		e = &t->e[i];
		if (i == t->nr || e->r.start > seg.start) {
			seg.end = i == t->nr ? end : min(end, e->r.start);
			err = insert_at(t, i, seg, type);
			if (err)
				count_dropped(t, seg, type);
		} else {
			seg.end = min(end, e->r.end);
			if (e->type != type)
				t->stats.nr_overlap++;
			err = e820_severity(type) > e820_severity(e->type) ? replace_part(t, i, seg, type) : 0;
		}
		if (err)
			ret = err;
	}
	return ret;
}

int e820_retype_ram(struct e820_table *t, u64 start, u64 end, enum e820_type type)
{
	struct range seg = { start, end };
	unsigned int i;
	int ret = 0, err;

	if (start >= end || type == E820_TYPE_RAM)
		return -EINVAL;
	while (seg.start < end && (i = first_behind(t, seg.start)) < t->nr) {
		seg.start = max(seg.start, t->e[i].r.start);
		seg.end = min(end, t->e[i].r.end);
		if (seg.start >= seg.end)
			break;
		if (t->e[i].type == E820_TYPE_RAM) {
			err = replace_part(t, i, seg, type);
			if (err)
				ret = err;
		}
		seg.start = seg.end;
	}
	return ret;
}

int e820_trim_bios(struct e820_table *t)
{
	int a = e820_retype_ram(t, 0, 4096, E820_TYPE_RESERVED);
	int b = e820_retype_ram(t, 0xa0000, 0x100000, 0);

	return a ? a : b;
}

enum e820_type e820_type_at(const struct e820_table *t, u64 addr, bool *found)
{
	unsigned int i = first_behind(t, addr);

	*found = i < t->nr && t->e[i].r.start <= addr;
	return *found ? t->e[i].type : E820_TYPE_RESERVED;
}

u64 e820_bytes(const struct e820_table *t, enum e820_type type)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < t->nr; i++)
		if (t->e[i].type == type)
			sum += range_size(t->e[i].r);
	return sum;
}

const char *e820_type_name(enum e820_type type)
{
	switch (type) {
	case E820_TYPE_RAM: return "usable";
	case E820_TYPE_RESERVED: return "reserved";
	case E820_TYPE_ACPI: return "ACPI data";
	case E820_TYPE_NVS: return "ACPI NVS";
	case E820_TYPE_UNUSABLE: return "unusable";
	case E820_TYPE_PMEM: return "persistent";
	case E820_TYPE_PRAM: return "persistent (legacy)";
	case E820_TYPE_SOFT_RESERVED: return "soft reserved";
	default: return "unknown type";
	}
}

int e820_check(const struct e820_table *t)
{
	if (t->nr > E820_MAX_ENTRIES)
		return 5;
	for (unsigned int i = 0; i < t->nr; i++) {
		const struct e820_entry *e = &t->e[i];

		if (e->r.start >= e->r.end)
			return 3;
		if (!i)
			continue;
		if (e[-1].r.start >= e->r.start)
			return 1;
		if (e[-1].r.end > e->r.start)
			return 2;
		if (e[-1].r.end == e->r.start && e[-1].type == e->type)
			return 4;
	}
	return 0;
}

static void warn_count_of(unsigned int n, const char *what)
{
	if (n)
		pr_warn("firmware map: %u entries %s\n", n, what);
}

void e820_print(const struct e820_table *t)
{
	const struct e820_stats *s = &t->stats;

	for (unsigned int i = 0; i < t->nr; i++)
		pr_info("e820: [mem 0x%016llx-0x%016llx] %s\n", (unsigned long long)t->e[i].r.start,
			(unsigned long long)t->e[i].r.end - 1, e820_type_name(t->e[i].type));
	if (s->nr_empty || s->nr_unsorted)
		pr_info("firmware map: %u entries, %u of them empty, %u out of order\n", s->nr_in, s->nr_empty, s->nr_unsorted);
	warn_count_of(s->nr_wrapping, "reach past the end of the address space: ignored");
	warn_count_of(s->nr_unaligned, "do not start on a page");
	warn_count_of(s->nr_unknown_type, "have a type that UEFI does not know: taken as reserved");
	warn_count_of(s->nr_overlap, "overlap others of another type: the more restrictive type holds");
	warn_count_of(s->nr_uncached, "are memory that cannot be cached: taken as reserved");
	if (s->nr_dropped)
		pr_err("firmware map: %u pieces (%llu bytes of RAM) lost: more than %u entries\n", s->nr_dropped,
		       (unsigned long long)s->bytes_dropped, E820_MAX_ENTRIES);
}
