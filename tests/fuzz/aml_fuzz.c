// SPDX-License-Identifier: MIT
/*
 * A DSDT and an SSDT of any bytes, each object evaluated: the tree is a tree, what comes out lies inside the work memory, every
 * evaluation ends, and a second one says the same. Registers read as numbers of their place.
 */
#include "check.h"
#include <drivers/aml.h>
#include <uapi/errno.h>

static struct aml_node nodes[512];
static struct aml_namespace ns;
static unsigned int nr_devices;
static _Alignas(16) uint8_t work[AML_WORK_SIZE];

static bool read_memory(u64 phys, u8 *byte)
{
	*byte = (u8)(phys * 37);
	return phys < 1 << 20;
}

static bool read_pci(u16 segment, u8 bus, u8 devfn, u16 reg, u32 *value)
{
	LAW(reg % 4 == 0 && reg < 256);
	*value = (u32)(segment + bus * 7 + devfn * 131 + reg) * 2654435761U;
	return true;
}

static void see_range(const struct aml_range *r, void *arg)
{
	LAW(r->start <= r->end && (r->kind == AML_MEMORY || r->kind == AML_IO || r->kind == AML_BUS));
}

static bool in_work(const void *p, size_t size)
{
	return size <= sizeof(work) && (const uint8_t *)p >= work && (const uint8_t *)p + size <= work + sizeof(work);
}

/* A number that stands for the result: contents, not places. */
static u64 see_value(const struct aml_value *v)
{
	u64 sum = v->type * 1000003ULL + v->size;

	switch (v->type) {
	case AML_INTEGER:
		return sum + v->number;
	case AML_STRING: case AML_BUFFER:
		LAW(in_work(v->data, v->size) || !v->size);
		for (u32 i = 0; i < v->size; i++)
			sum = sum * 31 + v->data[i];
		if (v->type == AML_BUFFER && v->size)
			aml_each_range(v->data, v->size, see_range, NULL);
		return sum;
	case AML_PACKAGE:
		LAW(in_work(v->slot, v->size * sizeof(*v)) || !v->size);
		return sum;
	default:
		return sum;
	}
}

static u64 see_object(struct aml_node *of, const char *name)
{
	struct aml_value v;
	u64 sum = 1;
	int err = aml_eval(&ns, of, name, &v);

	LAW(err == 0 || err == -ENOENT || err == -EINVAL);
	LAW(err != -EINVAL || ns.problem);
	if (!err)
		sum = see_value(&v);
	LAW(ns.nr == ns.nr_declared && !ns.is_running);
	return sum;
}

static bool see_device(struct aml_node *d, void *arg)
{
	static const char *const names[] = { "_STA", "_CRS", "_BBN", "_ADR" };
	char id[AML_ID];

	LAW(d > nodes && d < nodes + ns.nr && d->parent && strlen(d->name) == 4);
	nr_devices++;
	for (int i = 0; i < 4; i++) {
		u64 steps = ns.nr_steps, first = see_object(d, names[i]);

		LAW(ns.nr_steps - steps <= 100001);
		if (ns.nr_steps < 3000000)
			LAW(see_object(d, names[i]) == first);
	}
	(void)aml_id(&ns, d, "_HID", 0, id);
	LAW(strlen(id) < sizeof(id));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct aml_access access = { read_memory, read_pci };
	size_t first = size / 2;

	if (size == 0)
		return 0;
	memset(nodes, 0x5a, sizeof(nodes));
	ns = (struct aml_namespace){ .node = nodes, .max = size % 2 ? 512 : 8, .work = work, .access = &access, .is_32bit = size % 5 == 0 };
	nr_devices = 0;
	aml_load(&ns, data, (uint32_t)(size % 3 ? size : first));
	if (size % 3 == 0)
		aml_load(&ns, data + first, (uint32_t)(size - first));
	LAW(ns.nr >= 1 && ns.nr <= ns.max && ns.nr == ns.nr_declared);
	aml_each_device(&ns, see_device, NULL);
	LAW(nr_devices < ns.nr);
	(void)see_object(NULL, "_S5_");
	(void)see_object(NULL, "MAIN");
	aml_each_range(data, (uint32_t)size, see_range, NULL);
	return 0;
}
