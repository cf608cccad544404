// SPDX-License-Identifier: MIT
/* The texts of a machine's record. */
#include "record_text.h"

#include <lib/string.h>

void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= t->size - t->len) {
		t->is_cut = true;
		return;         /* the half line is overwritten by the next that fits, or cut by len */
	}
	t->len += (size_t)n;
}

static size_t add_word(char *name, size_t len, const char *word)
{
	for (; *word && len < RECORD_NAME_MAX - 1; word++) {
		char c = *word >= 'A' && *word <= 'Z' ? (char)(*word | 0x20) : *word;

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			name[len++] = c;
		else if (len && name[len - 1] != '-')
			name[len++] = '-';
	}
	return len;
}

void record_name(char name[RECORD_NAME_MAX], const struct smbios_info *s)
{
	size_t len = add_word(name, 0, s->manufacturer);

	len = add_word(name, len, "-");
	len = add_word(name, len, s->product);
	while (len && name[len - 1] == '-')
		len--;
	name[len] = '\0';
	if (!len)
		strscpy(name, "unknown", RECORD_NAME_MAX);
}

/* EFI_MEMORY_DESCRIPTOR (UEFI 2.10, 7.2), at any alignment. */
struct descriptor {
	u32 type, pad;
	u64 start, virt, nr_pages, attribute;
};

void record_memmap(struct text *t, const void *map, size_t size, size_t desc_size)
{
	text_add(t, "# TYPE START END_INCLUSIVE ATTR   (TYPE decimal, the rest hexadecimal; original order)\n");
	if (desc_size < sizeof(struct descriptor))
		return;
	for (size_t at = 0; at + desc_size <= size; at += desc_size) {
		struct descriptor d;
		unsigned __int128 end;

		memcpy(&d, (const u8 *)map + at, sizeof(d));
		end = (unsigned __int128)d.nr_pages * 4096 + d.start - 1;
		text_add(t, "%u %016llx ", d.type, (unsigned long long)d.start);
		if (!d.nr_pages)
			text_add(t, "empty ");
		else if (end >> 64)
			text_add(t, "%llx%016llx ", (unsigned long long)(end >> 64), (unsigned long long)end);
		else
			text_add(t, "%016llx ", (unsigned long long)end);
		text_add(t, "%llx\n", (unsigned long long)d.attribute);
	}
}

static void line(struct text *t, const char *key, const char *value)
{
	if (value[0])
		text_add(t, "%s: %s\n", key, value);
}

void record_smbios(struct text *t, const struct smbios_info *s)
{
	text_add(t, "# what SMBIOS %u.%u says; serial numbers and UUIDs are not read\n", s->major, s->minor);
	line(t, "manufacturer", s->manufacturer);
	line(t, "product", s->product);
	line(t, "version", s->version);
	line(t, "board manufacturer", s->board_manufacturer);
	line(t, "board product", s->board_product);
	line(t, "bios vendor", s->bios_vendor);
	line(t, "bios version", s->bios_version);
	line(t, "bios date", s->bios_date);
	line(t, "processor", s->processor);
	if (s->max_capacity)
		text_add(t, "capacity: %llu MiB%s\n", (unsigned long long)(s->max_capacity >> 20), s->ecc ? ", ECC" : "");
	for (unsigned int i = 0; i < s->nr_modules; i++) {
		const struct smbios_module *m = &s->module[i];

		text_add(t, "module: %llu MiB, %s %s, %u MT/s, slot %s, bank %s, %s %s\n", (unsigned long long)(m->size >> 20),
			 smbios_memory_type(m->type), smbios_form_factor(m->form_factor), m->speed, m->locator, m->bank,
			 m->manufacturer, m->part);
	}
	for (unsigned int i = 0; i < s->nr_ranges; i++)
		text_add(t, "mapped: %016llx %016llx\n", (unsigned long long)s->range[i].start,
			 (unsigned long long)s->range[i].end - 1);
	if (s->nr_bad)
		text_add(t, "# %u of %u structures could not be read\n", s->nr_bad, s->nr_structures);
}

static void record_acpi_devices(struct text *t, const struct acpi_info *a)
{
	text_add(t, "cpus: %u, enabled %u\n", a->nr_cpus, a->nr_cpus_enabled);
	if (a->lapic_addr)
		text_add(t, "lapic: %llx\n", (unsigned long long)a->lapic_addr);
	for (unsigned int i = 0; i < a->nr_ioapics; i++)
		text_add(t, "ioapic: %u %x gsi %u\n", a->ioapic[i].id, a->ioapic[i].addr, a->ioapic[i].gsi_base);
	for (unsigned int i = 0; i < a->nr_overrides; i++)
		text_add(t, "override: irq %u gsi %u flags %x\n", a->override[i].irq, a->override[i].gsi, a->override[i].flags);
	for (unsigned int i = 0; i < a->nr_hpets; i++)
		text_add(t, "hpet: %u %llx\n", a->hpet[i].number, (unsigned long long)a->hpet[i].base);
	for (unsigned int i = 0; i < a->nr_mcfg; i++)
		text_add(t, "mcfg: %04x %llx bus %02x-%02x\n", a->mcfg[i].segment, (unsigned long long)a->mcfg[i].base,
			 a->mcfg[i].bus_start, a->mcfg[i].bus_end);
	for (unsigned int i = 0; i < a->nr_mem_affinity; i++)
		text_add(t, "srat: node %u %016llx %016llx%s%s\n", a->mem_affinity[i].domain,
			 (unsigned long long)a->mem_affinity[i].start,
			 (unsigned long long)(a->mem_affinity[i].start + a->mem_affinity[i].size - 1),
			 a->mem_affinity[i].hotplug ? " hotplug" : "", a->mem_affinity[i].nonvolatile ? " non-volatile" : "");
}

void record_acpi(struct text *t, const struct acpi_info *a)
{
	text_add(t, "# TABLE ADDRESS LENGTH REVISION OEM TABLE_OEM, then what they say\n");
	if (a->problem) {
		text_add(t, "# none: %s\n", a->problem);
		return;
	}
	for (unsigned int i = 0; i < a->nr_tables; i++) {
		const struct acpi_table *b = &a->tables[i];

		text_add(t, "table: %s %016llx %x %u \"%s\" \"%s\"%s%s\n", b->sig[0] ? b->sig : "????", (unsigned long long)b->phys,
			 b->length, b->revision, b->oem_id, b->oem_table_id, b->problem ? " bad: " : "", b->problem ? b->problem : "");
	}
	record_acpi_devices(t, a);
}
