// SPDX-License-Identifier: MIT
/* Laws of kernel/drivers/acpi/aml*.c: on a small table, on what iasl made of aml/crs.asl, and on damaged ones. */
#include "check.h"

#include <drivers/aml.h>
#include <uapi/errno.h>

/*
 * Scope (\_SB) { Device (PCI0) { Name (_HID, EisaId ("PNP0A08")) Method (_STA) {...} Device (HPET) { _HID PNP0103, _CRS } } }
 * Scope (\_SB.PCI0) { Name (_CRS, Buffer { bus 0-ff, 80000000-feafffff }) }   as QEMU writes it
 * Name (\_S5, Package { 5, 6 })
 */
#define CRS_WORD_BUS 0x88, 13, 0, 2, 0x0c, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 1
#define CRS_DWORD_MEM 0x87, 23, 0, 0, 0x0c, 1, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0xaf, 0xfe, 0, 0, 0, 0, 0, 0, 0xb0, 0x7e
static const u8 aml[] = {
	0x10, 58, '\\', '_', 'S', 'B', '_',
	0x5b, 0x82, 50, 'P', 'C', 'I', '0',
		0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x0a, 0x08,
		0x14, 7, '_', 'S', 'T', 'A', 0, 0xa4, /* Return cut off: what it says is not known */
		0x5b, 0x82, 25, 'H', 'P', 'E', 'T',
			0x08, '_', 'H', 'I', 'D', 0x0d, 'P', 'N', 'P', '0', '1', '0', '3', 0,
			0x08, '_', 'S', 'T', 'A', 0x00,
	0x10, 0x42, 4, 0x2e, '_', 'S', 'B', '_', 'P', 'C', 'I', '0',
		0x08, '_', 'C', 'R', 'S', 0x11, 47, 0x0a, 44, CRS_WORD_BUS, CRS_DWORD_MEM, 0x79, 0,
		0x01, 0x02, /* not a declaration: the rest of this scope is given up */
	0x08, '_', 'S', '5', '_', 0x12, 6, 2, 0x0a, 5, 0x0a, 6,
};

static const u8 crs[] = {
#include "aml/crs.h"
};

static struct aml_node nodes[256];
static struct aml_namespace ns;
static _Alignas(16) u8 work[AML_WORK_SIZE];
static struct aml_node *seen[32];
static unsigned int nr_seen;
static struct aml_range range[32];
static unsigned int nr_ranges;

/* What crs.asl calls GNVS. */
static u8 memory[] = { 0, 0, 0, 0x80, 0, 0, 0, 0x60, 0x01, 0, 0, 0, 0, 0x10 /* M64B: 10_0000_0000 */, 0, 0, 0 };
static unsigned int nr_pci_reads;

static bool read_memory(u64 phys, u8 *byte)
{
	if (phys < 0x1000 || phys >= 0x1020)
		return false;
	*byte = phys - 0x1000 < sizeof(memory) ? memory[phys - 0x1000] : 0;
	return true;
}

static bool read_pci(u16 segment, u8 bus, u8 devfn, u16 reg, u32 *value)
{
	nr_pci_reads++;
	*value = segment == 0 && bus == 0 && devfn == (1 << 3 | 2) && reg == 0x50 ? 0xf8000000 : 0;
	return true;
}

static const struct aml_access access = { read_memory, read_pci };

static bool see(struct aml_node *d, void *arg)
{
	if (nr_seen < ARRAY_SIZE(seen))
		seen[nr_seen++] = d;
	return true;
}

static void see_range(const struct aml_range *r, void *arg)
{
	assert_true(r->end >= r->start);
	if (nr_ranges < ARRAY_SIZE(range))
		range[nr_ranges++] = *r;
}

static void load(const u8 *data, u32 size)
{
	memset(nodes, 0x5a, sizeof(nodes));
	ns = (struct aml_namespace){ .node = nodes, .max = ARRAY_SIZE(nodes), .work = work, .access = &access };
	nr_seen = 0;
	aml_load(&ns, data, size);
	aml_each_device(&ns, see, NULL);
}

static int ranges_of(struct aml_node *d)
{
	struct aml_value v;
	int err = aml_eval(&ns, d, "_CRS", &v);

	nr_ranges = 0;
	if (!err && v.type == AML_BUFFER)
		aml_each_range(v.data, v.size, see_range, NULL);
	return err;
}

static struct aml_node *device(const char *name)
{
	for (unsigned int i = 0; i < nr_seen; i++)
		if (!strcmp(seen[i]->name, name))
			return seen[i];
	return NULL;
}

static void aml_finds_devices_and_windows(void **state)
{
	char id[AML_ID];
	struct aml_value v;

	load(aml, sizeof(aml));
	assert_int_equal(nr_seen, 2);
	assert_string_equal(seen[0]->name, "PCI0");
	assert_true(aml_id(&ns, seen[0], "_HID", 0, id));
	assert_string_equal(id, "PNP0A08");
	assert_int_equal(aml_eval(&ns, seen[0], "_STA", &v), -EINVAL);
	assert_true(aml_id(&ns, seen[1], "_HID", 0, id));
	assert_string_equal(id, "PNP0103");
	assert_int_equal(aml_integer(&ns, seen[1], "_STA", 7), 0);
	assert_ptr_equal(seen[1]->parent, seen[0]);
	assert_int_equal(ranges_of(seen[0]), 0);
	assert_int_equal(nr_ranges, 2);
	assert_int_equal(range[0].kind, AML_BUS);
	assert_int_equal(range[0].end, 255);
	assert_int_equal(range[1].kind, AML_MEMORY);
	assert_int_equal(range[1].start, 0x80000000);
	assert_int_equal(range[1].end, 0xfeafffff);
	assert_true(range[1].is_window);
	assert_int_equal(aml_eval(&ns, NULL, "_S5_", &v), 0);
	assert_int_equal(v.type, AML_PACKAGE);
	assert_int_equal(v.slot[0].number, 5);
	assert_int_equal(v.slot[1].number, 6);
}

/*
 * crs.asl's PCI0: windows from fields in NVS (80000000, 60000000 bytes; 1000000000, 10000000 in five of six rounds), one
 * closed through a field that the table made outside of the method.
 */
static void aml_runs_crs_methods(void **state)
{
	char id[AML_ID];

	load(crs, sizeof(crs));
	for (int again = 0; again < 3; again++) {       /* each evaluation begins anew */
		assert_int_equal(ranges_of(device("PCI0")), 0);
		assert_int_equal(nr_ranges, 3);         /* the window at c0000 has length 0: closed */
		assert_int_equal(range[1].start, 0x80000000);
		assert_int_equal(range[1].end, 0xdfffffff);
		assert_int_equal(range[2].start, 0x1000000000);
		assert_int_equal(range[2].end, 0x104fffffff);
	}
	assert_true(aml_id(&ns, device("PCI0"), "_HID", 0, id));
	assert_string_equal(id, "PNP0A08");
	assert_true(aml_id(&ns, device("PCI0"), "_CID", 1, id));
	assert_string_equal(id, "PNP0C02");
	assert_false(aml_id(&ns, device("PCI0"), "_CID", 2, id));
	assert_int_equal(aml_integer(&ns, device("PCI0"), "_STA", 0), 0xf);
	assert_int_equal(ns.nr, ns.nr_declared);

	/* A field that the table made, by itself: c3fff - c0000 + 1. */
	assert_int_equal(aml_integer(&ns, device("PCI0"), "ROML", 0), 0x4000);

	nr_pci_reads = 0;
	assert_int_equal(ranges_of(device("LATE")), 0);
	assert_true(nr_pci_reads > 0);
	assert_int_equal(nr_ranges, 2);
	assert_int_equal(range[0].start, 0xf8000000);
	assert_int_equal(range[1].start, 0xfed00000);
}

static void aml_tables_have_conditions(void **state)
{
	load(crs, sizeof(crs));
	assert_non_null(device("YES0"));
	assert_null(device("NOT0"));
	memory[8] = 0;
	load(crs, sizeof(crs));
	memory[8] = 1;
	assert_null(device("YES0"));
	assert_non_null(device("NOT0"));
}

static void aml_computes(void **state)
{
	load(crs, sizeof(crs));
	for (int again = 0; again < 2; again++)
		assert_int_equal(aml_integer(&ns, NULL, "ARIT", 0),
			(100 % 7 << 8 | 100 / 7) + 0x10000 + 0x2000000 + 0x70 + 4 + (4ULL << 32) + (8ULL << 40));
}

static void aml_methods_have_regions(void **state)
{
	load(crs, sizeof(crs));
	assert_int_equal(aml_integer(&ns, NULL, "LREG", 0), 0x60000000);
}

/* What would touch a device, runs on, or asks for too much ends in a sentence. */
static void aml_stops_with_a_sentence(void **state)
{
	static const struct { const char *name, *why; } bad[] = {
		{ "PORR", "it reads a port or a controller's register" },
		{ "WRIT", "it computes by writing to a device" },
		{ "MEMO", "it reads memory that the firmware's map does not give to its tables" },
		{ "LOOP", "it runs for too long" },
		{ "DEEP", "it is nested too deeply" },
		{ "DIVZ", "it divides by 0" },
		{ "HUGE", "it takes more memory than this kernel gives it" },
	};
	struct aml_value v;

	load(crs, sizeof(crs));
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(aml_eval(&ns, NULL, bad[i].name, &v), -EINVAL);
		assert_string_equal(ns.problem, bad[i].why);
	}
	assert_int_equal(aml_eval(&ns, device("LATE"), "_STA", &v), -EINVAL);
	assert_string_equal(ns.problem, "it computes by writing to a device");
	assert_int_equal(aml_eval(&ns, NULL, "_XYZ", &v), -ENOENT);
	assert_int_equal(aml_integer(&ns, NULL, "LOOP", 42), 42);
	assert_int_equal(ranges_of(device("PCI0")), 0);         /* none of it is left behind */
	assert_int_equal(range[1].start, 0x80000000);
	ns.access = NULL;
	assert_int_equal(ranges_of(device("PCI0")), -EINVAL);
}

static void aml_full_namespace_is_counted(void **state)
{
	ns = (struct aml_namespace){ .node = nodes, .max = 2, .work = work };
	aml_load(&ns, aml, sizeof(aml));
	assert_int_equal(ns.nr, 2);
	assert_true(ns.nr_lost > 0);
}

static void aml_survives_damage(void **state)
{
	static const u8 likely[] = { 0x10, 0x5b, 0x82, 0x11, 0x2f, 0x40, 0xff, 0x5e, 0x14, 0xa0, 0xa2, 0x70, 0x60, 0x68, 0x8a, 0x88 };

	test_seed_init("aml_survives_damage");
	for (int round = 0; round < 4000; round++) {
		const u8 *from = test_below(4) ? crs : aml;
		u32 all = from == crs ? sizeof(crs) : sizeof(aml), size = (u32)(test_below(4) ? all : test_below(all + 1));
		u8 *copy = malloc(size + 1);
		struct aml_value v;

		memcpy(copy, from, size);
		copy = realloc(copy, size ? size : 1);
		for (u64 n = test_below(8); n && size; n--)
			copy[test_below(size)] = test_below(3) ? (u8)test_random() : likely[test_below(sizeof(likely))];
		load(copy, size);
		assert_true(ns.nr <= ns.max);
		for (unsigned int i = 0; i < nr_seen; i++) {
			(void)ranges_of(seen[i]);
			(void)aml_integer(&ns, seen[i], "_STA", 0);
		}
		(void)!aml_eval(&ns, NULL, "ARIT", &v);
		assert_int_equal(ns.nr, ns.nr_declared);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aml_finds_devices_and_windows),
		cmocka_unit_test(aml_runs_crs_methods),
		cmocka_unit_test(aml_tables_have_conditions),
		cmocka_unit_test(aml_computes),
		cmocka_unit_test(aml_methods_have_regions),
		cmocka_unit_test(aml_stops_with_a_sentence),
		cmocka_unit_test(aml_full_namespace_is_counted),
		cmocka_unit_test(aml_survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
