// SPDX-License-Identifier: MIT
/*
 * From the RSDP to every table: ACPI 6.4, 5.2.5 to 5.2.8. A table that lies where the firmware's map has
 * nothing, whose length makes no sense or whose checksum is wrong is listed with that problem, and
 * otherwise left alone.
 */
#include <lib/string.h>
#include <uapi/errno.h>

#include "../internal.h"

#define RSDP1_SIZE 20
#define RSDP2_SIZE 36

static u8 sum_of(const u8 *p, size_t size)
{
	u8 sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (u8)(sum + p[i]);
	return sum;
}

/* ASCII from a fixed field: NUL-terminated, unprintable bytes as '?', blanks at the end cut. */
static void copy_text(char *dst, const u8 *src, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = !src[i] ? ' ' : src[i] >= ' ' && src[i] <= '~' ? (char)src[i] : '?';
	while (n && dst[n - 1] == ' ')
		n--;
	dst[n] = '\0';
}

/* Reads RSDP. Returns NULL, or what is wrong with it. */
static const char *read_rsdp(struct acpi_info *info, const struct acpi_access *access, bool *is_xsdt)
{
	const u8 *r = access->map(info->rsdp, RSDP1_SIZE);
	const char *problem = NULL;

	if (!r)
		return "the RSDP can't be mapped";
	if (memcmp(r, "RSD PTR ", 8))
		problem = "the RSDP has no signature";
	else if (sum_of(r, RSDP1_SIZE))
		problem = "the RSDP's checksum is wrong";
	if (problem) {
		access->unmap(r);
		return problem;
	}
	copy_text(info->oem_id, r + 9, 6);
	info->rsdp_revision = r[15];
	info->root = get_le(r + 16, 4);
	*is_xsdt = false;
	access->unmap(r);
	if (info->rsdp_revision < 2)
		return info->root ? NULL : "the RSDP leads nowhere";

	r = access->map(info->rsdp, RSDP2_SIZE);
	if (r) {
		u32 length = (u32)get_le(r + 20, 4);
		u64 xsdt = get_le(r + 24, 8);

		/* A bad second half leaves the first, which was right. */
		if (length >= RSDP2_SIZE && !sum_of(r, RSDP2_SIZE) && xsdt) {
			info->root = xsdt;
			*is_xsdt = true;
		}
		access->unmap(r);
	}
	return info->root ? NULL : "the RSDP leads nowhere";
}

/*
 * Header and checksum of the table at t->phys. Returns the whole table mapped, or NULL with t->problem.
 * FACS has a header of its own, without checksum (5.2.10).
 */
static const u8 *open_table(struct acpi_table *t, const struct acpi_access *access)
{
	const u8 *p = access->map(t->phys, ACPI_HEADER_SIZE);

	if (!p) {
		t->problem = "can't be mapped";
		return NULL;
	}
	copy_text(t->sig, p, 4);
	t->length = (u32)get_le(p + 4, 4);
	if (memcmp(p, "FACS", 4)) {
		t->revision = p[8];
		copy_text(t->oem_id, p + 10, 6);
		copy_text(t->oem_table_id, p + 16, 8);
	}
	access->unmap(p);
	if (t->length < ACPI_HEADER_SIZE || t->length > ACPI_MAX_TABLE_SIZE) {
		t->problem = "length makes no sense";
		return NULL;
	}
	p = access->map(t->phys, t->length);
	if (!p) {
		t->problem = "reaches past the end of memory";
		return NULL;
	}
	if (memcmp(t->sig, "FACS", 4) && sum_of(p, t->length)) {
		t->problem = "wrong checksum";
		access->unmap(p);
		return NULL;
	}
	return p;
}

static struct acpi_table *add_table(struct acpi_info *info, u64 phys)
{
	for (unsigned int i = 0; i < info->nr_tables; i++) {
		if (info->tables[i].phys == phys)
			return NULL;
	}
	if (info->nr_tables == ACPI_MAX_TABLES) {
		info->nr_lost++;
		return NULL;
	}
	info->tables[info->nr_tables].phys = phys;
	return &info->tables[info->nr_tables++];
}

static void take_table(struct acpi_info *info, u64 phys, const struct acpi_access *access)
{
	struct acpi_table *t;
	const u8 *p;

	if (!phys)
		return;
	t = add_table(info, phys);
	if (!t)
		return;
	p = open_table(t, access);
	if (!p)
		return;
	acpi_parse_table(info, t->sig, p, t->length);
	access->unmap(p);
}

int acpi_scan(struct acpi_info *info, u64 rsdp, const struct acpi_access *access)
{
	bool is_xsdt = false;
	struct acpi_table *root;
	unsigned int width, nr;
	const u8 *p;

	memset(info, 0, sizeof(*info));
	info->rsdp = rsdp;
	info->problem = rsdp ? read_rsdp(info, access, &is_xsdt) : "the firmware gives no RSDP";
	if (info->problem)
		return -ENODEV;
	root = add_table(info, info->root);
	p = open_table(root, access);
	if (p && memcmp(root->sig, is_xsdt ? "XSDT" : "RSDT", 4)) {
		access->unmap(p);
		root->problem = "neither RSDT nor XSDT where the RSDP says";
		p = NULL;
	}
	if (!p) {
		info->problem = root->problem;
		return -ENODEV;
	}
	width = is_xsdt ? 8 : 4;
	nr = (root->length - ACPI_HEADER_SIZE) / width;
	for (unsigned int i = 0; i < nr; i++)
		take_table(info, get_le(p + ACPI_HEADER_SIZE + i * width, width), access);
	access->unmap(p);
	take_table(info, info->dsdt, access);   /* FADT names these two */
	take_table(info, info->facs, access);
	return 0;
}

const struct acpi_table *acpi_find(const struct acpi_info *info, const char *sig)
{
	for (unsigned int i = 0; i < info->nr_tables; i++) {
		if (!info->tables[i].problem && !strcmp(info->tables[i].sig, sig))
			return &info->tables[i];
	}
	return NULL;
}
