// SPDX-License-Identifier: MIT
/* Laws of kernel/drivers/acpi*.c, on tables built here; random damage never leads outside of them. */
#include "check.h"

#include <drivers/acpi.h>

/* Physical memory of the invented machine: 64 KiB at 16 MiB. */
#define MEM_BASE 0x1000000ULL
#define MEM_SIZE 0x10000U

static u8 mem[MEM_SIZE];
static unsigned int nr_mapped;

/* A copy in a block of exactly that size, so that ASan sees every byte too far. */
static const void *map(u64 phys, size_t size)
{
	void *copy;

	if (phys < MEM_BASE || phys - MEM_BASE > MEM_SIZE || size > MEM_SIZE - (phys - MEM_BASE) || !size)
		return NULL;
	copy = malloc(size);
	memcpy(copy, mem + (phys - MEM_BASE), size);
	nr_mapped++;
	return copy;
}

static void unmap(const void *p)
{
	nr_mapped--;
	free((void *)p);
}

static const struct acpi_access access = { map, unmap };
static struct acpi_info info;

static void put(u32 at, unsigned int bytes, u64 v)
{
	while (bytes--) {
		mem[at++] = (u8)v;
		v >>= 8;
	}
}

static void fix_sum(u32 at, u32 size, u32 sum_at)
{
	u8 sum = 0;

	mem[at + sum_at] = 0;
	for (u32 i = 0; i < size; i++)
		sum = (u8)(sum + mem[at + i]);
	mem[at + sum_at] = (u8)-sum;
}

static void table(u32 at, const char *sig, u32 length)
{
	memcpy(mem + at, sig, 4);
	put(at + 4, 4, length);
	mem[at + 8] = 1;
	memcpy(mem + at + 10, "ATLAS TESTTABL", 14);
	fix_sum(at, length, 9);
}

#define RSDP 0x000
#define XSDT 0x100
#define MADT 0x200
#define FADT 0x400
#define MCFG 0x600
#define HPET 0x700
#define SRAT 0x800
#define DSDT 0x1000
#define FACS 0xf000

static const u32 listed[] = { MADT, FADT, MCFG, HPET, SRAT };

static void make_madt(void)
{
	put(MADT + 36, 4, 0xfee00000);
	put(MADT + 40, 4, 1);
	memcpy(mem + MADT + 44, (u8[]){ 0, 8, 0, 7, 1, 0, 0, 0 }, 8);                      /* CPU 7 */
	memcpy(mem + MADT + 52, (u8[]){ 0, 8, 1, 8, 0, 0, 0, 0 }, 8);                      /* CPU 8, disabled */
	memcpy(mem + MADT + 60, (u8[]){ 1, 12, 2, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0 }, 12); /* I/O APIC 2 */
	memcpy(mem + MADT + 72, (u8[]){ 2, 10, 0, 0, 2, 0, 0, 0, 0, 0 }, 10);              /* IRQ 0 -> GSI 2 */
	memcpy(mem + MADT + 82, (u8[]){ 9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0 }, 16); /* x2APIC 256 */
	table(MADT, "APIC", 98);
}

static void make_fadt(void)
{
	put(FADT + 36, 4, MEM_BASE + FACS);
	put(FADT + 40, 4, 0x1234);                      /* the 64-bit one wins */
	put(FADT + 64, 4, 0x604);
	put(FADT + 76, 4, 0x608);
	put(FADT + 112, 4, 1 << 10);
	memcpy(mem + FADT + 116, (u8[]){ 1, 8, 0, 1, 0xf9, 0x0c }, 6);
	mem[FADT + 128] = 6;
	put(FADT + 140, 8, MEM_BASE + DSDT);
	table(FADT, "FACP", 244);
	memcpy(mem + FACS, "FACS", 4);
	put(FACS + 4, 4, 64);
}

static void machine(void)
{
	memset(mem, 0, sizeof(mem));
	memcpy(mem + RSDP, "RSD PTR ", 8);
	memcpy(mem + RSDP + 9, "ATLAS ", 6);
	mem[RSDP + 15] = 2;
	put(RSDP + 20, 4, 36);
	put(RSDP + 24, 8, MEM_BASE + XSDT);
	fix_sum(RSDP, 20, 8);
	fix_sum(RSDP, 36, 32);
	make_madt();
	make_fadt();
	put(MCFG + 44, 8, 0xb0000000);
	mem[MCFG + 55] = 0xff;
	table(MCFG, "MCFG", 60);
	put(HPET + 44, 8, 0xfed00000);
	table(HPET, "HPET", 56);
	memcpy(mem + SRAT + 48, (u8[]){ 1, 40, 3 }, 3);
	put(SRAT + 48 + 8, 8, 0x100000000);
	put(SRAT + 48 + 16, 8, 0x80000000);
	put(SRAT + 48 + 28, 4, 1);
	table(SRAT, "SRAT", 88);
	table(DSDT, "DSDT", 40);
	for (unsigned int i = 0; i < ARRAY_SIZE(listed); i++)
		put(XSDT + 36 + 8 * i, 8, MEM_BASE + listed[i]);
	table(XSDT, "XSDT", 36 + 8 * ARRAY_SIZE(listed));
}

static int scan(void)
{
	int ret = acpi_scan(&info, MEM_BASE + RSDP, &access);

	assert_int_equal(nr_mapped, 0);
	return ret;
}

static void acpi_reads_a_good_machine(void **state)
{
	machine();
	assert_int_equal(scan(), 0);
	assert_int_equal(info.nr_tables, 8);
	for (unsigned int i = 0; i < info.nr_tables; i++)
		assert_null(info.tables[i].problem);
	assert_string_equal(info.oem_id, "ATLAS");
	assert_int_equal(info.lapic_addr, 0xfee00000);
	assert_true(info.has_8259);
	assert_int_equal(info.nr_cpus, 3);
	assert_int_equal(info.nr_cpus_enabled, 2);
	assert_int_equal(info.apic_id[1], 256);
	assert_int_equal(info.ioapic[0].addr, 0xfec00000);
	assert_int_equal(info.ioapic[0].gsi_base, 24);
	assert_int_equal(info.override[0].gsi, 2);
	assert_int_equal(info.mcfg[0].bus_end, 255);
	assert_int_equal(info.hpet[0].base, 0xfed00000);
	assert_int_equal(info.mem_affinity[0].domain, 3);
	assert_int_equal(info.mem_affinity[0].size, 0x80000000);
	assert_int_equal(info.dsdt, MEM_BASE + DSDT);
	assert_int_equal(info.pm1a_control, 0x604);
	assert_int_equal(info.reset.addr, 0xcf9);
	assert_int_equal(info.reset_value, 6);
	assert_non_null(acpi_find(&info, "DSDT"));
	assert_non_null(acpi_find(&info, "FACS"));
	assert_null(acpi_find(&info, "BGRT"));
}

static void acpi_uses_rsdt_when_the_second_half_is_bad(void **state)
{
	machine();
	put(RSDP + 16, 4, MEM_BASE + 0x3000);
	fix_sum(RSDP, 20, 8);
	mem[RSDP + 33] ^= 1;
	put(0x3000 + 36, 4, MEM_BASE + HPET);
	table(0x3000, "RSDT", 40);
	assert_int_equal(scan(), 0);
	assert_int_equal(info.nr_tables, 2);
	assert_int_equal(info.nr_hpets, 1);
}

static void acpi_skips_bad_tables(void **state)
{
	machine();
	mem[MADT + 60] ^= 1;                            /* checksum */
	put(MCFG + 4, 4, 20);                           /* shorter than a header */
	put(HPET + 4, 4, 0xfffff);                      /* longer than memory */
	put(XSDT + 36 + 8 * 4, 8, 0x5000);              /* SRAT: not in memory */
	fix_sum(XSDT, 36 + 8 * ARRAY_SIZE(listed), 9);
	assert_int_equal(scan(), 0);
	assert_string_equal(info.tables[1].problem, "wrong checksum");
	assert_int_equal(info.nr_ioapics, 0);
	assert_int_equal(info.lapic_addr, 0);
	assert_string_equal(info.tables[3].problem, "length makes no sense");
	assert_string_equal(info.tables[4].problem, "reaches past the end of memory");
	assert_string_equal(info.tables[5].problem, "can't be mapped");
	assert_non_null(acpi_find(&info, "DSDT"));      /* the rest counts */
}

static void acpi_without_tables_says_why(void **state)
{
	machine();
	assert_int_not_equal(acpi_scan(&info, 0, &access), 0);
	assert_string_equal(info.problem, "the firmware gives no RSDP");
	assert_int_not_equal(acpi_scan(&info, 0x100, &access), 0);
	assert_string_equal(info.problem, "the RSDP can't be mapped");
	mem[RSDP] = 'X';
	assert_int_not_equal(scan(), 0);
	assert_string_equal(info.problem, "the RSDP has no signature");
	machine();
	mem[RSDP + 12] ^= 1;
	assert_int_not_equal(scan(), 0);
	assert_string_equal(info.problem, "the RSDP's checksum is wrong");
	machine();
	mem[XSDT + 37] ^= 1;
	assert_int_not_equal(scan(), 0);
	assert_string_equal(info.problem, "wrong checksum");
	assert_int_equal(nr_mapped, 0);
}

static void acpi_survives_damage_with_right_checksums(void **state)
{
	static const u32 at[] = { XSDT, MADT, FADT, MCFG, HPET, SRAT };

	test_seed_init("acpi_survives_damage_with_right_checksums");
	for (int round = 0; round < 20000; round++) {
		machine();
		for (u64 n = 1 + test_below(6); n; n--) {
			u32 t = at[test_below(ARRAY_SIZE(at))];

			mem[t + 36 + test_below(100)] = test_below(3) ? (u8)test_random() : (u8)(test_below(2) * 255);
			if (!test_below(10))
				put(t + 4, 4, test_below(300));
		}
		for (unsigned int i = 0; i < ARRAY_SIZE(at); i++) {
			u32 length = mem[at[i] + 4] | (u32)mem[at[i] + 5] << 8;

			if (length >= 36)
				fix_sum(at[i], length, 9);
		}
		(void)!scan();
		assert_true(info.nr_ioapics <= ACPI_MAX_IOAPICS && info.nr_mcfg <= ACPI_MAX_MCFG);
		for (unsigned int i = 0; i < info.nr_mem_affinity; i++)
			assert_true(info.mem_affinity[i].start + info.mem_affinity[i].size > info.mem_affinity[i].start);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acpi_reads_a_good_machine),
		cmocka_unit_test(acpi_uses_rsdt_when_the_second_half_is_bad),
		cmocka_unit_test(acpi_skips_bad_tables),
		cmocka_unit_test(acpi_without_tables_says_why),
		cmocka_unit_test(acpi_survives_damage_with_right_checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
