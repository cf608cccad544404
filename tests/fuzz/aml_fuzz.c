// SPDX-License-Identifier: MIT
/* A DSDT and an SSDT of any bytes: what is found lies inside them, the tree is a tree, walking it ends. */
#include "check.h"
#include <drivers/aml.h>

static struct aml_node nodes[256];
static struct aml_namespace ns;
static const uint8_t *table;
static size_t table_size;
static unsigned int nr_devices;

static void see_range(const struct aml_range *r, void *arg)
{
	LAW(r->start <= r->end && (r->kind == AML_MEMORY || r->kind == AML_IO || r->kind == AML_BUS));
}

static void see_device(const struct aml_node *d, void *arg)
{
	LAW(d > nodes && d < nodes + ns.nr && d->parent);
	LAW(strlen(d->name) == 4 && strlen(d->hid) < sizeof(d->hid) && strlen(d->cid) < sizeof(d->cid));
	LAW(!d->crs || (d->crs >= table && d->crs_size <= table_size && (size_t)(d->crs - table) <= table_size - d->crs_size));
	nr_devices++;
	if (d->crs)
		aml_each_range(d->crs, d->crs_size, see_range, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first = size / 2;

	ns = (struct aml_namespace){ .node = nodes, .max = size % 2 ? 256 : 8 };
	table = data;
	table_size = size;
	nr_devices = 0;
	aml_load(&ns, data, (uint32_t)(size % 3 ? size : first));
	if (size % 3 == 0)
		aml_load(&ns, data + first, (uint32_t)(size - first));
	LAW(ns.nr >= 1 && ns.nr <= ns.max);
	aml_each_device(&ns, see_device, NULL);
	LAW(nr_devices < ns.nr);
	aml_each_range(data, (uint32_t)size, see_range, NULL);
	return 0;
}
