// SPDX-License-Identifier: MIT
/*
 * What the AML says of physical addresses, as nodes with Linux's names: windows of host bridges ("PCI Bus 0000:00"), motherboard
 * resources ("pnp 00:07"), other devices ("PNP0103:00").
 */
#include <drivers/aml.h>
#include <drivers/pci.h>
#include <iomem/e820.h>
#include <iomem/resource.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <uapi/errno.h>

#include "../internal.h"

#define MAX_TABLES 64
#define MAX_WINDOWS 64
#define MAX_HIDS 128
#define PRESENT_OR_WORKING 9            /* _STA: bits 0 and 3 (6.3.7) */

static struct aml_namespace ns;                 /* [B] */
static const void *mapped[MAX_TABLES];
static unsigned int nr_mapped;

/* Fields in the tables' own memory, and in configuration space by its addresses. Reading other memory may hang a machine. */

static const u8 *page;                          /* the last one that was read */
static u64 page_phys;

static bool is_tables_memory(u64 phys)
{
	bool found;
	enum e820_type type = e820_type_at(&e820_table, phys, &found);

	return found && (type == E820_TYPE_NVS || type == E820_TYPE_ACPI);
}

static bool read_ecam(u64 phys, u8 *byte)
{
	for (unsigned int i = 0; i < acpi_info.nr_mcfg; i++) {
		const struct acpi_mcfg *m = &acpi_info.mcfg[i];
		u64 at = phys - m->base;

		if (phys < m->base || at >> 20 < m->bus_start || at >> 20 > m->bus_end || (at & 0xfff) >= 256)
			continue;
		*byte = (u8)(pci_config.read(m->segment, (u8)(at >> 20), (u8)(at >> 12), at & 0xfc) >> at % 4 * 8);
		return true;
	}
	return false;
}

static bool read_memory(u64 phys, u8 *byte)
{
	u64 start = phys & ~0xfffULL;

	if (!is_tables_memory(phys))
		return read_ecam(phys, byte);
	if (!page || start != page_phys) {
		if (page)
			iounmap(page);
		page = is_tables_memory(start) && is_tables_memory(start + 0xfff) ? memremap_ro(start, 4096) : NULL;
		page_phys = start;
	}
	if (page)
		*byte = page[phys - start];
	return page != NULL;
}

static bool read_pci(u16 segment, u8 bus, u8 devfn, u16 reg, u32 *value)
{
	*value = pci_config.read(segment, bus, devfn, reg);
	return true;
}

static const struct aml_access access = { read_memory, read_pci };

/* The namespace */

static void load_tables(void)
{
	for (unsigned int pass = 0; pass < 2; pass++) {
		for (unsigned int i = 0; i < acpi_info.nr_tables && nr_mapped < MAX_TABLES; i++) {
			const struct acpi_table *t = &acpi_info.tables[i];
			const u8 *aml;

			if (t->problem || strcmp(t->sig, pass ? "SSDT" : "DSDT"))
				continue;
			aml = acpi_kernel_access.map(t->phys, t->length);
			if (!aml)
				continue;
			mapped[nr_mapped++] = aml;
			if (!pass)
				ns.is_32bit = t->revision < 2;
			aml_load(&ns, aml + ACPI_HEADER_SIZE, t->length - ACPI_HEADER_SIZE);
		}
	}
}

static void drop_tables(void)
{
	while (nr_mapped)
		acpi_kernel_access.unmap(mapped[--nr_mapped]);
	if (page)
		iounmap(page);
	page = NULL;
	kfree(ns.work);
	vfree(ns.node);
}

/* Virtual machines have some hundreds of objects, PCs some ten thousand: a first try with room for a few, a second one. */
void acpi_devices_open(void)
{
	static const unsigned int room[] = { 1024, 32768 };

	for (unsigned int i = 0; i < ARRAY_SIZE(room); i++) {
		ns = (struct aml_namespace){ .max = room[i], .access = &access };
		ns.node = vmalloc(ns.max * sizeof(struct aml_node));
		ns.work = kmalloc(AML_WORK_SIZE, GFP_KERNEL);
		if (!ns.node)
			ns.max = 0;
		load_tables();
		if (!ns.nr_lost || i + 1 == ARRAY_SIZE(room))
			break;
		drop_tables();
	}
	if (ns.nr_lost)
		pr_warn("ACPI: %u objects more than this kernel can hold were left out\n", ns.nr_lost);
	acpi_power_init(&ns);
}

void acpi_devices_close(void)
{
	pr_info("ACPI: %u objects of %u tables, %lu steps of AML\n", ns.nr, nr_mapped, (unsigned long)ns.nr_steps);
	drop_tables();
	ns.max = 0;
}

static bool is_one_of(struct aml_node *d, const char *const *ids, unsigned int nr)
{
	char id[AML_ID];

	for (unsigned int i = 0; aml_id(&ns, d, i ? "_CID" : "_HID", i ? i - 1 : 0, id) || i == 0; i++)
		for (unsigned int k = 0; k < nr; k++)
			if (!strncmp(id, ids[k], strlen(ids[k])))
				return true;
	return false;
}

/* 1, 0; -1 when a method says it and can't be followed. */
static int is_present(struct aml_node *d)
{
	struct aml_value v;
	int err = aml_eval(&ns, d, "_STA", &v);

	if (err)
		return err == -ENOENT ? 1 : -1;
	return v.type == AML_INTEGER && v.number & PRESENT_OR_WORKING;
}

/* _CRS of @d through fn; says so when it is not known. */
static void each_range(struct aml_node *d, void (*fn)(const struct aml_range *r, void *arg), void *arg)
{
	struct aml_value v;
	int err = aml_eval(&ns, d, "_CRS", &v);

	if (!err && v.type == AML_BUFFER)
		aml_each_range(v.data, v.size, fn, arg);
	else if (err != -ENOENT)
		pr_info("ACPI: %s._CRS is not known: %s\n", d->name, err ? ns.problem : "it is no buffer");
}

/* Host bridges */

struct windows {
	unsigned int nr;
	u64 start[MAX_WINDOWS], end[MAX_WINDOWS];       /* end inclusive */
};

/* Windows that overlap are one, as for Linux. */
static void add_window(const struct aml_range *r, void *arg)
{
	struct windows *w = arg;
	u64 start = r->start, end = r->end;

	if (r->kind != AML_MEMORY)
		return;
	for (unsigned int i = 0; i < w->nr;) {
		if (start > w->end[i] || end < w->start[i]) {
			i++;
			continue;
		}
		start = min(start, w->start[i]);
		end = max(end, w->end[i]);
		w->nr--;
		memmove(&w->start[i], &w->start[i + 1], (w->nr - i) * sizeof(u64));
		memmove(&w->end[i], &w->end[i + 1], (w->nr - i) * sizeof(u64));
		i = 0;
	}
	if (w->nr == MAX_WINDOWS) {
		pr_warn("ACPI: a host bridge has more windows than this kernel can hold\n");
		return;
	}
	w->start[w->nr] = start;
	w->end[w->nr++] = end;
}

static bool host_bridge(struct aml_node *d, void *arg)
{
	static const char *const ids[] = { "PNP0A03", "PNP0A08" };
	static struct windows w;
	struct host_bridges *roots = arg;
	struct pci_root root;
	char name[32];

	if (!is_present(d))
		return false;
	if (!is_one_of(d, ids, ARRAY_SIZE(ids)))
		return true;
	root = (struct pci_root){ (u16)aml_integer(&ns, d, "_SEG", 0), (u8)aml_integer(&ns, d, "_BBN", 0) };
	if (roots->nr < ARRAY_SIZE(roots->root))
		roots->root[roots->nr++] = root;
	snprintf(name, sizeof(name), "PCI Bus %04x:%02x", root.segment, root.bus);
	w.nr = 0;
	each_range(d, add_window, &w);
	for (unsigned int i = 0; i < w.nr; i++)
		iomem_node(&iomem_resource, w.start[i], w.end[i], name, 0);
	return true;
}

void acpi_host_bridges(struct host_bridges *roots)
{
	aml_each_device(&ns, host_bridge, roots);
}

/* Other devices */

struct platform {
	unsigned int nr_pnp, nr_hids;
	struct { char hid[AML_ID]; u8 nr; } hids[MAX_HIDS];
};

/* How many devices with that identifier there were before. */
static unsigned int instance(struct platform *p, const char *hid)
{
	for (unsigned int i = 0; i < p->nr_hids; i++)
		if (!strcmp(p->hids[i].hid, hid))
			return p->hids[i].nr++;
	if (p->nr_hids < MAX_HIDS) {
		strscpy(p->hids[p->nr_hids].hid, hid, AML_ID);
		p->hids[p->nr_hids++].nr = 1;
	}
	return 0;
}

struct claim {
	char name[32];
	bool is_certain;                /* the device is there, as far as its _STA says */
};

/* Where the firmware does not say for sure that the device is there, only inside of what is known by other ways. */
static void add_claim(const struct aml_range *r, void *arg)
{
	const struct claim *claim = arg;
	struct resource *at;

	if (r->kind != AML_MEMORY)
		return;
	at = resource_find(&iomem_resource, r->start);
	if (!at || (at == &iomem_resource && !claim->is_certain) || r->start < at->start || r->end > at->end)
		return;
	if (!(at->flags & IORESOURCE_SYSRAM))
		iomem_node(at, r->start, r->end, claim->name, IORESOURCE_BUSY);
}

static bool platform_device(struct aml_node *d, void *arg)
{
	/* Linux's pnp bus has the devices of ISA's kind; of those, its motherboard resources are shown. */
	static const char *const isa[] = {
		"PNP00", "PNP01", "PNP02", "PNP03", "PNP04", "PNP05", "PNP06", "PNP07", "PNP08", "PNP0B", "PNP0C01", "PNP0C02", "PNP0F", "PNPB0",
	};
	static const char *const motherboard[] = { "PNP0C01", "PNP0C02" }, *const bridge[] = { "PNP0A03", "PNP0A08" }, *const hpet[] = { "PNP0103" };
	struct platform *p = arg;
	struct claim claim;
	char hid[AML_ID];
	unsigned int nr;
	int present = is_present(d);

	if (!aml_id(&ns, d, "_HID", 0, hid))
		return present != 0;
	nr = instance(p, hid);
	if (!present)
		return false;
	claim.is_certain = present > 0;
	if (is_one_of(d, bridge, ARRAY_SIZE(bridge)) || !aml_has(&ns, d, "_CRS"))
		return true;
	if (is_one_of(d, hpet, ARRAY_SIZE(hpet))) {
		if (!acpi_info.nr_hpets)
			return true;
	} else if (is_one_of(d, isa, ARRAY_SIZE(isa))) {
		snprintf(claim.name, sizeof(claim.name), "pnp 00:%02x", p->nr_pnp++);
		if (is_one_of(d, motherboard, ARRAY_SIZE(motherboard)))
			each_range(d, add_claim, &claim);
		return true;
	}
	snprintf(claim.name, sizeof(claim.name), "%s:%02x", hid, nr);
	each_range(d, add_claim, &claim);
	return true;
}

void acpi_platform_devices(void)
{
	static struct platform p;

	aml_each_device(&ns, platform_device, &p);
}
