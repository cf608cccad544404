// SPDX-License-Identifier: MIT
/*
 * The machine's iomem tree: firmware ranges by Linux's names, the legacy ranges of the first MiB, the
 * kernel's image. Nodes come from a static pool, since this runs before any allocator and the nodes
 * live as long as the machine.
 */
#include <iomem/resource.h>
#include <lib/string.h>
#include <uapi/errno.h>

/* Every e820 entry and a few hundred devices. */
#define POOL_SIZE (E820_MAX_ENTRIES + 512)

static struct resource pool[POOL_SIZE];
static unsigned int nr_used;

const char *iomem_type_name(enum e820_type type)
{
	switch (type) {
	case E820_TYPE_RAM: return "System RAM";
	case E820_TYPE_ACPI: return "ACPI Tables";
	case E820_TYPE_NVS: return "ACPI Non-volatile Storage";
	case E820_TYPE_UNUSABLE: return "Unusable memory";
	case E820_TYPE_PRAM: return "Persistent Memory (legacy)";
	case E820_TYPE_PMEM: return "Persistent Memory";
	case E820_TYPE_RESERVED: return "Reserved";
	case E820_TYPE_SOFT_RESERVED: return "Soft Reserved";
	default: return "Unknown E820 type";
	}
}

static unsigned long iomem_flags(enum e820_type type)
{
	switch (type) {
	case E820_TYPE_RAM:
		return IORESOURCE_MEM | IORESOURCE_SYSRAM | IORESOURCE_BUSY;
	case E820_TYPE_RESERVED: case E820_TYPE_SOFT_RESERVED: case E820_TYPE_PRAM: case E820_TYPE_PMEM:
		return IORESOURCE_MEM; /* a driver may claim it */
	default:
		return IORESOURCE_MEM | IORESOURCE_BUSY;
	}
}

int iomem_add(struct resource *root, u64 start, u64 end_inclusive, const char *name, unsigned long flags)
{
	struct resource *r = &pool[nr_used];
	int ret;

	if (nr_used == POOL_SIZE)
		return -ENOSPC;
	*r = (struct resource){ .start = start, .end = end_inclusive, .name = name, .flags = flags };
	ret = insert_resource(root, r);
	if (!ret)
		nr_used++;
	return ret;
}

static const struct {
	u64 start, end;
	const char *name;
} legacy[] = {
	{ 0xa0000, 0xbffff, "Video RAM area" },
	{ 0xf0000, 0xfffff, "System ROM" },
};

/* A legacy range goes where the firmware's map leaves room for it: alone or inside one entry that is not RAM. */
static bool legacy_fits(const struct e820_table *t, u64 start, u64 end)
{
	for (unsigned int i = 0; i < t->nr; i++) {
		struct range r = t->e[i].r, want = { start, end + 1 };

		if (range_overlaps(r, want) && (t->e[i].type == E820_TYPE_RAM || !range_covers(r, want)))
			return false;
	}
	return true;
}

int iomem_from_e820(struct resource *root, const struct e820_table *t)
{
	int ret = 0;

	for (unsigned int i = 0; i < t->nr && !ret; i++)
		ret = iomem_add(root, t->e[i].r.start, t->e[i].r.end - 1, iomem_type_name(t->e[i].type),
				iomem_flags(t->e[i].type));
	for (unsigned int i = 0; i < ARRAY_SIZE(legacy) && !ret; i++)
		if (legacy_fits(t, legacy[i].start, legacy[i].end))
			ret = iomem_add(root, legacy[i].start, legacy[i].end, legacy[i].name,
					IORESOURCE_MEM | IORESOURCE_BUSY);
	return ret;
}

int iomem_add_kernel(struct resource *root, const struct kernel_image_ranges *k)
{
	const struct {
		struct range r;
		const char *name;
	} part[] = {
		{ k->code, "Kernel code" },
		{ k->rodata, "Kernel rodata" },
		{ k->data, "Kernel data" },
		{ k->bss, "Kernel bss" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(part); i++) {
		int ret;

		if (range_is_empty(part[i].r))
			continue;
		ret = iomem_add(root, part[i].r.start, part[i].r.end - 1, part[i].name,
				IORESOURCE_MEM | IORESOURCE_SYSRAM | IORESOURCE_BUSY);
		if (ret)
			return ret;
	}
	return 0;
}
