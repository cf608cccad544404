// SPDX-License-Identifier: MIT
/*
 * The resource tree: Linux's insertion rules, random trees against a list of intervals, and the trees
 * of real machines against the /proc/iomem that Linux printed on them.
 */
#include "machines.h"
#include <iomem/resource.h>
#include <lib/string.h>
#include <uapi/errno.h>

/*
 *   root   [0 ------------------------------- 999]
 *   a          [100 ---- 199]
 *   b                     [150 ------- 250]        partly over a: refused
 *   c         [50 ------------ 300]                takes a as its child
 *   d          [100 ---- 199]                      as large as a: goes above it
 */
static void resource_insert_rules(void **state)
{
	struct resource root = { .end = 999 }, a = { 100, 199, "a", 0, 0, 0, 0 }, b = { 150, 250, "b", 0, 0, 0, 0 },
		c = { 50, 300, "c", 0, 0, 0, 0 }, d = { 100, 199, "d", 0, 0, 0, 0 }, e = { 900, 1000, "e", 0, 0, 0, 0 };

	assert_int_equal(request_resource(&root, &a), 0);
	assert_int_equal(request_resource(&root, &a), -EINVAL);
	assert_int_equal(request_resource(&root, &c), -EBUSY);
	assert_int_equal(insert_resource(&root, &b), -EBUSY);
	assert_int_equal(insert_resource(&root, &c), 0);
	assert_ptr_equal(a.parent, &c);
	assert_int_equal(insert_resource(&root, &d), 0);
	assert_ptr_equal(a.parent, &d);
	assert_ptr_equal(d.parent, &c);
	assert_int_equal(insert_resource(&root, &e), -EBUSY);
	assert_ptr_equal(resource_find(&root, 150), &a);
	assert_ptr_equal(resource_find(&root, 60), &c);
	assert_ptr_equal(resource_find(&root, 20), &root);
	assert_int_equal(insert_resource_expand_to_fit(&root, &b), 0);
	assert_int_equal(b.start, 100);
	assert_int_equal(b.end, 250);
	assert_ptr_equal(d.parent, &b);
	assert_int_equal(release_resource(&d), 0);
	assert_int_equal(release_resource(&d), -EINVAL);
	assert_int_equal(resource_check(&root), 0);
}

/* A set of intervals fits in one tree exactly when no two of them partly overlap. */
static void resource_random_against_list(void **state)
{
	enum { N = 40, SPACE = 300 };
	static struct resource node[N];

	test_seed_init("resource");
	for (int round = 0; round < 2000; round++) {
		struct resource root = { .end = SPACE - 1 };
		bool in[N] = { false };

		memset(node, 0, sizeof(node));
		for (int i = 0; i < 200; i++) {
			int k = (int)test_below(N);
			bool fits = true;
			u64 addr = test_below(SPACE);
			struct resource *found;

			if (in[k] && !node[k].child) {
				assert_int_equal(release_resource(&node[k]), 0);
				in[k] = false;
			} else if (!in[k]) {
				u64 start = test_below(SPACE), end = start + test_below(min((u64)60, SPACE - start));

				node[k] = (struct resource){ .start = start, .end = end };
				for (int j = 0; j < N; j++)
					if (in[j] && !(node[j].end < start || node[j].start > end) &&
					    !(node[j].start <= start && node[j].end >= end) &&
					    !(node[j].start >= start && node[j].end <= end))
						fits = false;
				assert_int_equal(insert_resource(&root, &node[k]), fits ? 0 : -EBUSY);
				in[k] = fits;
			}
			assert_int_equal(resource_check(&root), 0);
			found = resource_find(&root, addr);
			for (int j = 0; j < N; j++)
				if (in[j] && node[j].start <= addr && node[j].end >= addr)
					assert_true(found->end - found->start <= node[j].end - node[j].start);
			assert_true(found->start <= addr && found->end >= addr);
		}
	}
}

static char text[65536];

static int collect(const struct resource *r, int depth, void *arg)
{
	size_t n = strlen(text);

	assert_true(resource_format(r, depth, U64_MAX, text + n, sizeof(text) - n) > 0);
	return 0;
}

static void resource_format_is_linux_s(void **state)
{
	struct resource r = { 0xa0000, 0xbffff, "Video RAM area", 0, 0, 0, 0 };
	char buf[80];

	resource_format(&r, 0, U64_MAX, buf, sizeof(buf));
	assert_string_equal(buf, "000a0000-000bffff : Video RAM area\n");
	r = (struct resource){ 0x4000000000, 0x7fffffffff, "PCI Bus 0000:00", 0, 0, 0, 0 };
	resource_format(&r, 2, U64_MAX, buf, sizeof(buf));
	assert_string_equal(buf, "    4000000000-7fffffffff : PCI Bus 0000:00\n");
	r = (struct resource){ 0x60, 0x6f, NULL, 0, 0, 0, 0 };
	resource_format(&r, 1, 0xffff, buf, sizeof(buf));
	assert_string_equal(buf, "  0060-006f : <BAD>\n");
}

static struct e820_table table;

static bool is_firmware_line(const char *line)
{
	return strstr(line, " : System RAM") || strstr(line, " : Reserved") || strstr(line, " : ACPI ") ||
	       strstr(line, " : Unknown E820") || strstr(line, " : Unusable");
}

/*
 * Lines that Linux itself changed later (msi): it reserved boot data inside RAM, and a Reserved range
 * that a PCI bridge's window cuts ends at the window. Then the line lies inside one entry of ours.
 */
static bool is_cut_by_linux(const char *line)
{
	unsigned long long start, end;

	if (sscanf(line, "%llx-%llx", &start, &end) != 2)
		return false;
	for (unsigned int i = 0; i < table.nr; i++)
		if (table.e[i].r.start <= start && end < table.e[i].r.end)
			return table.e[i].type == E820_TYPE_RAM ? strstr(line, "System RAM") || strstr(line, "Reserved") :
				table.e[i].type == E820_TYPE_RESERVED && strstr(line, "Reserved");
	return false;
}

static int nr_compared;

static void compare_iomem(struct machine *m)
{
	struct resource root = { .end = U64_MAX };
	unsigned int nr_lines = 0, nr_cut = 0;
	char *line, *save;

	table.nr = 0;
	for (size_t k = 0; k < m->nr_e820; k++)
		assert_int_equal(e820_add(&table, m->e820[k].r.start, m->e820[k].r.end, m->e820[k].type), 0);
	if (!m->nr_e820 && m->nr_efi)
		assert_int_equal(e820_from_descs(&table, m->efi, m->nr_efi), 0);
	assert_int_equal(e820_trim_bios(&table), 0);
	assert_int_equal(e820_check(&table), 0);
	{
		static struct resource nodes[E820_MAX_ENTRIES];

		/* Not iomem_from_e820: its nodes are for one machine, for ever. Same names by the same function. */
		memset(nodes, 0, sizeof(nodes));
		for (unsigned int i = 0; i < table.nr; i++) {
			nodes[i] = (struct resource){ .start = table.e[i].r.start, .end = table.e[i].r.end - 1,
				.name = iomem_type_name(table.e[i].type) };
			assert_int_equal(request_resource(&root, &nodes[i]), 0);
		}
		assert_int_equal(resource_check(&root), 0);
		text[0] = '\0';
		assert_int_equal(resource_walk(&root, collect, NULL), 0);
	}
	if (!m->iomem || !m->nr_e820)
		return;
	nr_compared++;
	for (line = strtok_r(m->iomem, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char whole[256];

		if (!is_firmware_line(line))
			continue;
		snprintf(whole, sizeof(whole), "%s\n", line + strspn(line, " "));
		nr_lines++;
		if (strstr(text, whole))
			continue;
		if (!is_cut_by_linux(whole))
			fail_msg("%s: Linux shows \"%s\", we show\n%s", m->name, line, text);
		nr_cut++;
	}
	print_message("%s: %u lines of /proc/iomem agree, %u are parts that Linux cut\n", m->name,
		      nr_lines - nr_cut, nr_cut);
}

static void iomem_of_every_machine(void **state)
{
	assert_int_equal(machines_each(compare_iomem), 29);
	assert_int_equal(nr_compared, 5);
}

/* The real thing, once: a QEMU-like map with kernel, legacy ranges and a device. */
static void iomem_tree_of_a_pc(void **state)
{
	struct kernel_image_ranges k = { { 0x200000, 0x234568 }, { 0x400000, 0x401000 }, { 0, 0 }, { 0x500000, 0x500001 } };

	table.nr = 0;
	assert_int_equal(e820_add(&table, 0, 0x80000000, E820_TYPE_RAM), 0);
	assert_int_equal(e820_add(&table, 0x7ff00000, 0x80000000, E820_TYPE_ACPI), 0);
	assert_int_equal(e820_add(&table, 0xe0000000, 0xf0000000, E820_TYPE_RESERVED), 0);
	assert_int_equal(e820_add(&table, 0x100000000, 0x180000000, E820_TYPE_RAM), 0);
	assert_int_equal(e820_trim_bios(&table), 0);
	assert_int_equal(iomem_from_e820(&iomem_resource, &table), 0);
	assert_int_equal(iomem_add_kernel(&iomem_resource, &k), 0);
	assert_int_equal(iomem_add(&iomem_resource, 0xe0000000, 0xefffffff, "PCI ECAM 0000 [bus 00-ff]", IORESOURCE_MEM), 0);
	assert_int_equal(iomem_add(&iomem_resource, 0x7fe00000, 0x7ff7ffff, "bad", IORESOURCE_MEM), -EBUSY);
	text[0] = '\0';
	resource_walk(&iomem_resource, collect, NULL);
	assert_string_equal(text,
		"00000000-00000fff : Reserved\n"
		"00001000-0009ffff : System RAM\n"
		"000a0000-000bffff : Video RAM area\n"
		"000f0000-000fffff : System ROM\n"
		"00100000-7fefffff : System RAM\n"
		"  00200000-00234567 : Kernel code\n"
		"  00400000-00400fff : Kernel rodata\n"
		"  00500000-00500000 : Kernel bss\n"
		"7ff00000-7fffffff : ACPI Tables\n"
		"e0000000-efffffff : PCI ECAM 0000 [bus 00-ff]\n"
		"  e0000000-efffffff : Reserved\n"
		"100000000-17fffffff : System RAM\n");
	assert_int_equal(resource_check(&iomem_resource), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resource_insert_rules),
		cmocka_unit_test(resource_random_against_list),
		cmocka_unit_test(resource_format_is_linux_s),
		cmocka_unit_test(iomem_of_every_machine),
		cmocka_unit_test(iomem_tree_of_a_pc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
