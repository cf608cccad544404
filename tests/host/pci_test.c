// SPDX-License-Identifier: MIT
/* Laws of kernel/drivers/pci.c, on an invented machine whose BARs behave as PCI 3.0, 6.2.5 says. */
#include "check.h"

#include <drivers/pci.h>

#define MAX_FUNCTIONS 24

struct function {
	u16 segment;
	u8 bus, devfn;
	u32 reg[64];                    /* what is read */
	u32 writable[64];               /* which bits a write changes */
	bool decoded_while_sizing;      /* a BAR was written with decoding on */
};

static struct function machine[MAX_FUNCTIONS];
static unsigned int nr_functions;
static struct pci_dev storage[64];
static struct pci_scan scan;

static struct function *find(u16 segment, u8 bus, u8 devfn)
{
	for (unsigned int i = 0; i < nr_functions; i++) {
		if (machine[i].segment == segment && machine[i].bus == bus && machine[i].devfn == devfn)
			return &machine[i];
	}
	return NULL;
}

static u32 read_reg(u16 segment, u8 bus, u8 devfn, u16 reg)
{
	struct function *f = find(segment, bus, devfn);

	assert_int_equal(reg % 4, 0);
	assert_true(reg < 256);
	return f ? f->reg[reg / 4] : ~0U;
}

static void write_reg(u16 segment, u8 bus, u8 devfn, u16 reg, u32 v)
{
	struct function *f = find(segment, bus, devfn);

	assert_non_null(f);
	if (reg >= 0x10 && reg < 0x28 && f->reg[1] & 3)
		f->decoded_while_sizing = true;
	f->reg[reg / 4] = (f->reg[reg / 4] & ~f->writable[reg / 4]) | (v & f->writable[reg / 4]);
}

static const struct pci_access access = { read_reg, write_reg };

static struct function *add(u8 bus, u8 dev, u8 fn, u32 id, u32 class, u8 header)
{
	struct function *f = &machine[nr_functions++];

	*f = (struct function){ .bus = bus, .devfn = (u8)(dev << 3 | fn) };
	f->reg[0] = id;
	f->reg[1] = 0x00100003;
	f->writable[1] = 0x07ff;
	f->reg[2] = class << 8;
	f->reg[3] = (u32)header << 16;
	return f;
}

static void add_bar(struct function *f, unsigned int i, u32 flags, u64 start, u64 size)
{
	u64 mask = ~(size - 1);

	f->reg[4 + i] = (u32)start | flags;
	f->writable[4 + i] = (u32)mask & ~0xfU;
	if (flags & 1)
		f->writable[4 + i] = (u32)mask & 0xfffc;
	if (flags & 4) {
		f->reg[5 + i] = (u32)(start >> 32);
		f->writable[5 + i] = (u32)(mask >> 32);
	}
}

static void run(void)
{
	struct function before[MAX_FUNCTIONS];

	memcpy(before, machine, sizeof(before));
	scan = (struct pci_scan){ .dev = storage, .max = ARRAY_SIZE(storage) };
	pci_scan(&scan, &access, 0, 0);
	for (unsigned int i = 0; i < nr_functions; i++) {
		assert_memory_equal(before[i].reg, machine[i].reg, sizeof(before[i].reg));
		assert_false(machine[i].decoded_while_sizing);
	}
}

static void pci_sizes_bars_and_puts_them_back(void **state)
{
	struct function *f;
	char name[PCI_NAME_LEN];

	nr_functions = 0;
	f = add(0, 0, 0, 0x29c08086, 0x060000, 0);      /* host bridge: not touched */
	f->reg[4] = 0x12345678;
	f = add(0, 2, 0, 0x11111234, 0x030000, 0x80);
	add_bar(f, 0, 8, 0xc0000000, 16 << 20);
	add_bar(f, 2, 4, 0xe000000000, 16 << 10);
	add_bar(f, 4, 1, 0x6040, 32);
	add_bar(f, 5, 0, 0, 4096);                      /* not assigned */
	f->reg[12] = 0xfeb00001;
	f->writable[12] = 0xffff0001;
	f = add(0, 2, 3, 0x22221234, 0x020000, 0);      /* function 3 of a multi-function device */
	add_bar(f, 0, 4, 0xffffff8000000000, 1ULL << 38); /* larger than 4 GiB */
	add(0, 3, 1, 0x33331234, 0x020000, 0);          /* no function 0: not there */
	run();
	assert_int_equal(scan.nr, 3);
	assert_int_equal(scan.dev[0].bar[0].size, 0);
	assert_int_equal(scan.dev[1].bar[0].start, 0xc0000000);
	assert_int_equal(scan.dev[1].bar[0].size, 16 << 20);
	assert_true(scan.dev[1].bar[0].is_prefetchable);
	assert_true(scan.dev[1].bar[2].is_64bit);
	assert_int_equal(scan.dev[1].bar[2].start, 0xe000000000);
	assert_int_equal(scan.dev[1].bar[2].size, 16 << 10);
	assert_int_equal(scan.dev[1].bar[3].size, 0);   /* the upper half of BAR 2 */
	assert_true(scan.dev[1].bar[4].is_io);
	assert_int_equal(scan.dev[1].bar[4].size, 32);
	assert_int_equal(scan.dev[1].bar[5].size, 4096);
	assert_false(scan.dev[1].bar[5].is_assigned);
	assert_int_equal(scan.dev[1].bar[PCI_ROM_BAR].size, 0x10000);
	assert_int_equal(scan.dev[1].bar[PCI_ROM_BAR].start, 0xfeb00000);
	assert_int_equal(scan.dev[2].bar[0].size, 1ULL << 38);
	pci_name(&scan.dev[2], name);
	assert_string_equal(name, "0000:00:02.3");
}

static struct function *add_bridge(u8 bus, u8 dev, u8 secondary, u8 subordinate)
{
	struct function *f = add(bus, dev, 0, 0xc1b36, 0x060400, 1);

	f->reg[6] = (u32)subordinate << 16 | (u32)secondary << 8 | bus;
	return f;
}

static void pci_goes_behind_bridges(void **state)
{
	struct function *f;

	nr_functions = 0;
	f = add_bridge(0, 1, 1, 2);
	f->reg[7] = 0x2010;                             /* I/O 1000-2fff */
	f->reg[8] = 0xfeb0fea0;                         /* memory fea00000-febfffff */
	f->reg[9] = 0x00010001 | 0x80f08000;            /* prefetchable, 64-bit */
	f->reg[10] = f->reg[11] = 0x12;
	add_bridge(1, 0, 2, 2);                         /* a bridge behind it, windows closed */
	add(2, 31, 7, 0x55551234, 0x010000, 0);         /* function 7 without 0 */
	add(2, 4, 0, 0x66661234, 0x010601, 0);
	run();
	assert_int_equal(scan.nr, 3);
	assert_int_equal(scan.dev[0].memory.start, 0xfea00000);
	assert_int_equal(scan.dev[0].memory.end, 0xfebfffff);
	assert_int_equal(scan.dev[0].prefetch.start, 0x1280000000);
	assert_int_equal(scan.dev[0].prefetch.end, 0x1280ffffff);
	assert_int_equal(scan.dev[0].io.start, 0x1000);
	assert_int_equal(scan.dev[0].io.end, 0x2fff);
	assert_true(scan.dev[1].memory.start > scan.dev[1].memory.end);
	assert_int_equal(scan.dev[2].bus, 2);
}

static void pci_bridge_loops_end(void **state)
{
	nr_functions = 0;
	add_bridge(0, 1, 0, 0);                         /* leads to itself */
	add_bridge(0, 2, 3, 3);
	add_bridge(3, 0, 2, 3);                         /* leads backwards */
	add_bridge(0, 4, 3, 3);                         /* the same bus twice */
	run();
	assert_int_equal(scan.nr, 4);
}

static void pci_full_storage_is_counted(void **state)
{
	nr_functions = 0;
	for (u8 i = 0; i < 10; i++)
		add(0, i, 0, 0x11111234, 0x020000, 0);
	scan = (struct pci_scan){ .dev = storage, .max = 4 };
	pci_scan(&scan, &access, 0, 0);
	assert_int_equal(scan.nr, 4);
	assert_int_equal(scan.nr_lost, 6);
}

/* Registers full of noise, with any bits writable: nothing loops, every size is a power of two, all is put back. */
static void pci_survives_noise(void **state)
{
	test_seed_init("pci_survives_noise");
	for (int round = 0; round < 5000; round++) {
		nr_functions = 0;
		for (int i = 0; i < MAX_FUNCTIONS; i++) {
			struct function *f = add((u8)test_below(4), (u8)test_below(4), (u8)test_below(2), 0x11111234, (u32)test_random() >> 8,
						 (u8)(test_below(2) << 7 | test_below(3)));

			for (int r = 4; r < 16; r++) {
				f->reg[r] = (u32)(test_below(4) ? test_random() : test_below(2) * ~0U);
				f->writable[r] = (u32)(test_below(3) ? ~0U << test_below(32) : test_random());
			}
			f->reg[6] &= 0x00030303;
		}
		run();
		for (unsigned int i = 0; i < scan.nr; i++) {
			for (int b = 0; b <= PCI_ROM_BAR; b++)
				assert_int_equal(scan.dev[i].bar[b].size & (scan.dev[i].bar[b].size - 1), 0);
		}
	}
}

/* The same bus of two segments is two buses. */
static void pci_segments_are_apart(void **state)
{
	char name[PCI_NAME_LEN];

	nr_functions = 0;
	add(0, 1, 0, 0x11111234, 0x020000, 0);
	add_bar(add(0, 2, 0, 0x22221234, 0x020000, 0), 0, 4, 0x20000000000, 1 << 20);
	machine[1].segment = 1;
	add(3, 0, 0, 0x33331234, 0x020000, 0)->segment = 1;
	scan = (struct pci_scan){ .dev = storage, .max = ARRAY_SIZE(storage) };
	pci_scan(&scan, &access, 0, 0);
	assert_int_equal(scan.nr, 1);
	pci_scan(&scan, &access, 1, 0);
	pci_scan(&scan, &access, 1, 3);
	pci_scan(&scan, &access, 1, 0);                 /* again: not twice */
	assert_int_equal(scan.nr, 3);
	pci_name(&scan.dev[1], name);
	assert_string_equal(name, "0001:00:02.0");
	assert_int_equal(scan.dev[1].bar[0].start, 0x20000000000);
	pci_name(&scan.dev[2], name);
	assert_string_equal(name, "0001:03:00.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pci_sizes_bars_and_puts_them_back),
		cmocka_unit_test(pci_goes_behind_bridges),
		cmocka_unit_test(pci_bridge_loops_end),
		cmocka_unit_test(pci_full_storage_is_counted),
		cmocka_unit_test(pci_survives_noise),
		cmocka_unit_test(pci_segments_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
