// SPDX-License-Identifier: MIT
/*
 * What ACPI and PCI say of physical addresses, as nodes of iomem_resource with Linux's names and
 * nesting. Order matters, as in Linux: fixed ACPI devices, host bridge windows, bridge windows, BARs, ECAM; each
 * goes into what covers it and takes over what it covers. What does not fit is said and left out.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <drivers/aml.h>
#include <drivers/devices.h>
#include <drivers/pci.h>
#include <iomem/resource.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <x86/traps.h>

#include "internal.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define IOAPIC_SIZE 0x400
#define HPET_SIZE 0x400
#define LAPIC_SIZE 0x1000
#define IOMMU_SIZE 0x1000
#define MAX_IOMMUS 64

struct pci_scan pci_devices;

struct node {
	struct resource r;
	char name[32];
};

/* A node below @root; NULL when it did not fit (said) or memory lacks. */
static struct resource *add(struct resource *root, u64 start, u64 end, const char *name, unsigned long flags)
{
	struct node *n = kmalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return NULL;
	strscpy(n->name, name, sizeof(n->name));
	n->r = (struct resource){ .start = start, .end = end, .name = n->name, .flags = IORESOURCE_MEM | flags };
	err = insert_resource(root, &n->r);
	if (!err)
		return &n->r;
	pr_info("iomem: no place for %s [mem 0x%08lx-0x%08lx]: it meets something else\n", name, (unsigned long)start,
		(unsigned long)end);
	kfree(n);
	return NULL;
}

static void add_acpi_devices(void)
{
	char name[32];

	for (unsigned int i = 0; i < acpi_info.nr_ioapics; i++) {
		snprintf(name, sizeof(name), "IOAPIC %u", i);
		add(&iomem_resource, acpi_info.ioapic[i].addr, acpi_info.ioapic[i].addr + IOAPIC_SIZE - 1UL, name, IORESOURCE_BUSY);
	}
	if (acpi_info.lapic_addr)
		add(&iomem_resource, acpi_info.lapic_addr, acpi_info.lapic_addr + LAPIC_SIZE - 1, "Local APIC", IORESOURCE_BUSY);
	for (unsigned int i = 0; i < acpi_info.nr_hpets; i++) {
		snprintf(name, sizeof(name), "HPET %u", acpi_info.hpet[i].number);
		add(&iomem_resource, acpi_info.hpet[i].base, acpi_info.hpet[i].base + HPET_SIZE - 1, name, IORESOURCE_BUSY);
	}
}

/* Intel's IOMMUs, of which DMAR tells the place but not the size: a page is the least (VT-d 3.3, 8.3). */
static void add_iommus(void)
{
	const struct acpi_table *table = acpi_find(&acpi_info, "DMAR");
	const u8 *t = table ? acpi_kernel_access.map(table->phys, table->length) : NULL;
	u64 base[MAX_IOMMUS];
	unsigned int n;
	char name[32];

	if (!t)
		return;
	n = iommu_units(t, table->length, base, MAX_IOMMUS);
	acpi_kernel_access.unmap(t);
	for (unsigned int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "dmar%u", i);
		if (base[i])
			add(&iomem_resource, base[i], base[i] + IOMMU_SIZE - 1, name, IORESOURCE_BUSY);
	}
}

/* The MADT's part of interrupt routing. */
static void route_interrupts(void)
{
	for (unsigned int i = 0; i < acpi_info.nr_ioapics; i++)
		ioapic_register(acpi_info.ioapic[i].addr, acpi_info.ioapic[i].gsi_base);
	for (unsigned int i = 0; i < acpi_info.nr_overrides; i++)
		if (acpi_info.override[i].bus == 0)
			isa_override(acpi_info.override[i].irq, acpi_info.override[i].gsi, acpi_info.override[i].flags);
}

/* AML */

static bool is_host_bridge(const struct aml_node *d)
{
	return !strcmp(d->hid, "PNP0A08") || !strcmp(d->hid, "PNP0A03") || !strcmp(d->cid, "PNP0A08") || !strcmp(d->cid, "PNP0A03");
}

/* Linux's "pnp 00:NN" are the devices of ISA's kind that have resources; others are platform devices. */
static bool is_pnp(const char *hid)
{
	static const char *const kinds[] = {
		"PNP00", "PNP01", "PNP02", "PNP03", "PNP04", "PNP05", "PNP06", "PNP07", "PNP08", "PNP0B", "PNP0C01", "PNP0C02",
		"PNP0F", "PNPB0",
	};

	if (!strcmp(hid, "PNP0103"))    /* HPET */
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strncmp(hid, kinds[i], strlen(kinds[i])))
			return true;
	}
	return false;
}

struct aml_pass {
	bool host_bridges;              /* first pass: only these */
	unsigned int nr_pnp, nr_roots;
	u8 root[16];                    /* root buses */
};

static void add_window(const struct aml_range *r, void *arg)
{
	if (r->kind == AML_MEMORY)
		add(&iomem_resource, r->start, r->end, arg, 0);
}

static void host_bridge(const struct aml_node *d, struct aml_pass *p)
{
	char name[32];

	if (d->segment)         /* reached by ECAM only; see CAVEATS.md */
		return;
	if (p->nr_roots < ARRAY_SIZE(p->root))
		p->root[p->nr_roots++] = (u8)d->bus;
	snprintf(name, sizeof(name), "PCI Bus %04x:%02x", d->segment, d->bus & 0xff);
	if (d->crs)
		aml_each_range(d->crs, d->crs_size, add_window, name);
	else
		pr_info("ACPI: %s computes its windows by a method: unknown here\n", d->name);
}

/* A platform device may be switched off by a method: only believed where something else says that it is there. */
static void add_claim(const struct aml_range *r, void *arg)
{
	struct resource *at;

	if (r->kind != AML_MEMORY)
		return;
	at = resource_find(&iomem_resource, r->start);
	if (!at || at == &iomem_resource || r->start < at->start || r->end > at->end)
		return;
	if (!(at->flags & IORESOURCE_SYSRAM))
		add(at, r->start, r->end, arg, IORESOURCE_BUSY);
}

static void on_device(const struct aml_node *d, void *arg)
{
	struct aml_pass *p = arg;
	char name[32];

	if (d->is_absent || !d->hid[0])
		return;
	if (p->host_bridges) {
		if (is_host_bridge(d))
			host_bridge(d, p);
		return;
	}
	if (is_host_bridge(d) || !d->has_crs)
		return;
	if (is_pnp(d->hid))
		snprintf(name, sizeof(name), "pnp 00:%02x", p->nr_pnp++);
	else if (!strcmp(d->hid, "PNP0103") && acpi_info.nr_hpets)
		snprintf(name, sizeof(name), "%s:00", d->hid);
	else
		return;
	if (d->crs)
		aml_each_range(d->crs, d->crs_size, add_claim, name);
}

#define MAX_AML_TABLES 32

/* The declarations of all tables, which stay mapped until aml_close(). */
struct aml {
	struct aml_namespace ns;
	const void *mapped[MAX_AML_TABLES];
	unsigned int nr_mapped;
};

static void aml_open(struct aml *a)
{
	a->ns.max = 2048;
	a->ns.node = kmalloc(a->ns.max * sizeof(struct aml_node), GFP_KERNEL);
	if (!a->ns.node)
		a->ns.max = 0;
	for (unsigned int pass = 0; pass < 2; pass++) {
		for (unsigned int i = 0; i < acpi_info.nr_tables && a->nr_mapped < MAX_AML_TABLES; i++) {
			const struct acpi_table *t = &acpi_info.tables[i];
			const u8 *aml;

			if (t->problem || strcmp(t->sig, pass ? "SSDT" : "DSDT"))
				continue;
			aml = acpi_kernel_access.map(t->phys, t->length);
			if (!aml)
				continue;
			a->mapped[a->nr_mapped++] = aml;
			aml_load(&a->ns, aml + ACPI_HEADER_SIZE, t->length - ACPI_HEADER_SIZE);
		}
	}
	if (a->ns.nr_lost)
		pr_warn("ACPI: %u devices more than this kernel can hold were left out\n", a->ns.nr_lost);
}

static void aml_close(struct aml *a)
{
	for (unsigned int i = 0; i < a->nr_mapped; i++)
		acpi_kernel_access.unmap(a->mapped[i]);
	kfree(a->ns.node);
}

/* PCI. Configuration mechanism 1: address and data port are a pair, hence interrupts off. */

static u32 port_read(u8 bus, u8 devfn, u16 reg)
{
	unsigned long flags = local_irq_save();
	u32 v;

	outl(0x80000000U | (u32)bus << 16 | (u32)devfn << 8 | reg, CONFIG_ADDRESS);
	v = inl(CONFIG_DATA);
	local_irq_restore(flags);
	return v;
}

static void port_write(u8 bus, u8 devfn, u16 reg, u32 value)
{
	unsigned long flags = local_irq_save();

	outl(0x80000000U | (u32)bus << 16 | (u32)devfn << 8 | reg, CONFIG_ADDRESS);
	outl(value, CONFIG_DATA);
	local_irq_restore(flags);
}

const struct pci_access pci_config = { port_read, port_write };

/*
 * Below the window that covers it, so that a BAR or a bridge behind a bridge which fills its window stays inside; it
 * takes over what a driver claimed earlier (the framebuffer). Bridges come in the order of discovery: parents first.
 */
static struct resource *window_of(u64 start, u64 end)
{
	struct resource *at = &iomem_resource;

	for (struct resource *r = at->child; r;) {
		if (r->start <= start && r->end >= end && !strncmp(r->name, "PCI Bus ", 8)) {
			at = r;
			r = r->child;
		} else {
			r = r->sibling;
		}
	}
	return at;
}

static void add_bridge_windows(const struct pci_dev *d)
{
	char name[32];

	snprintf(name, sizeof(name), "PCI Bus 0000:%02x", d->secondary);
	if (d->memory.start <= d->memory.end)
		add(window_of(d->memory.start, d->memory.end), d->memory.start, d->memory.end, name, 0);
	if (d->prefetch.start <= d->prefetch.end)
		add(window_of(d->prefetch.start, d->prefetch.end), d->prefetch.start, d->prefetch.end, name, 0);
}

static void add_bars(const struct pci_dev *d)
{
	char name[PCI_NAME_LEN];

	pci_name(d, name);
	for (unsigned int i = 0; i <= PCI_ROM_BAR; i++) {
		const struct pci_bar *b = &d->bar[i];

		if (b->size && !b->is_io && b->is_assigned)
			add(window_of(b->start, b->start + b->size - 1), b->start, b->start + b->size - 1, name, 0);
	}
}

static void log_device(const struct pci_dev *d)
{
	char name[PCI_NAME_LEN];

	pci_name(d, name);
	pr_info("pci %s: [%04x:%04x] type %02x class 0x%06x\n", name, d->vendor, d->device, d->header_type, d->class);
	for (unsigned int i = 0; i <= PCI_ROM_BAR; i++) {
		const struct pci_bar *b = &d->bar[i];

		if (b->size)
			pr_info("pci %s: %s %u [%s 0x%0*lx-0x%0*lx%s%s]%s\n", name, i == PCI_ROM_BAR ? "ROM" : "BAR", i, b->is_io ? "io " : "mem",
				b->is_io ? 4 : 8, (unsigned long)b->start, b->is_io ? 4 : 8, (unsigned long)(b->start + b->size - 1),
				b->is_64bit ? " 64bit" : "", b->is_prefetchable ? " pref" : "", b->is_assigned ? "" : " not assigned");
	}
}

/* Most PCs have a few dozen functions: a first try with room for those, a second one for servers. */
static void scan_roots(struct aml_pass *p)
{
	static const unsigned int room[] = { 64, 2048 };

	for (unsigned int t = 0; t < ARRAY_SIZE(room); t++) {
		pci_devices = (struct pci_scan){ .dev = kmalloc(room[t] * sizeof(struct pci_dev), GFP_KERNEL), .max = room[t] };
		if (!pci_devices.dev)
			return;
		for (unsigned int i = 0; i < p->nr_roots; i++)
			pci_scan(&pci_devices, &pci_config, p->root[i]);
		if (!pci_devices.nr_lost || t + 1 == ARRAY_SIZE(room))
			return;
		kfree(pci_devices.dev);
	}
}

static void scan_pci(struct aml_pass *p)
{
	if (p->nr_roots == 0)
		p->root[p->nr_roots++] = 0;
	scan_roots(p);
	for (unsigned int i = 0; i < pci_devices.nr; i++) {
		if (pci_devices.dev[i].header_type == 1)
			add_bridge_windows(&pci_devices.dev[i]);
	}
	for (unsigned int i = 0; i < pci_devices.nr; i++) {
		log_device(&pci_devices.dev[i]);
		add_bars(&pci_devices.dev[i]);
	}
	if (pci_devices.nr_lost)
		pr_warn("pci: %u functions more than this kernel can hold were left out\n", pci_devices.nr_lost);
}

/* The name of old kernels: where a PCI bus decodes the range, the bus is what is there. */
static void drop_video_ram(void)
{
	struct resource *r = resource_find(&iomem_resource, 0xa0000);

	if (r && !strcmp(r->name, "Video RAM area") && r->parent != &iomem_resource)
		(void)!release_resource(r);     /* it was just found in the tree */
}

static void add_ecam(void)
{
	for (unsigned int i = 0; i < acpi_info.nr_mcfg; i++) {
		const struct acpi_mcfg *m = &acpi_info.mcfg[i];
		u64 start = m->base + ((u64)m->bus_start << 20);
		char name[40];

		snprintf(name, sizeof(name), "PCI MMCONFIG %04x [bus %02x-%02x]", m->segment, m->bus_start, m->bus_end);
		add(&iomem_resource, start, m->base + ((u64)m->bus_end + 1) * (1 << 20) - 1, name, IORESOURCE_BUSY);
	}
}

void devices_init(u64 rsdp)
{
	struct aml_pass p = { .host_bridges = true };
	struct aml aml = { .nr_mapped = 0 };

	acpi_init(rsdp);
	add_acpi_devices();
	route_interrupts();
	aml_open(&aml);
	acpi_power_init(&aml.ns);
	aml_each_device(&aml.ns, on_device, &p);
	drop_video_ram();
	scan_pci(&p);
	add_ecam();
	add_iommus();
	p.host_bridges = false;
	aml_each_device(&aml.ns, on_device, &p);
	aml_close(&aml);
}
