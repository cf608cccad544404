// SPDX-License-Identifier: MIT
/* Laws of efi/elf_check.c: what is refused, and that nothing makes it read outside the file. */
#include "check.h"

#include <lib/crc32.h>

#include "../../efi/elf_check.h"

#define BASE 0xffffffff80100000ULL

struct ehdr {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct ph {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

/*
 * file:    0 ehdr | 64 phdrs | 0x1000 text (0x800) | 0x2000 data (0x100)
 * memory:  BASE text, R-X | BASE + 0x1000 data, RW-, memsz 0x3000
 */
struct image {
	struct ehdr eh;
	struct ph ph[2];
	u8 pad[0x1000 - sizeof(struct ehdr) - 2 * sizeof(struct ph)];
	u8 text[0x1000], data[0x100];
};

static struct image good(void)
{
	struct image im = {
		.eh = { .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 }, .type = 2, .machine = 62, .version = 1,
			.entry = BASE + 0x10, .phoff = 64, .ehsize = 64, .phentsize = 56, .phnum = 2 },
		.ph = { { .type = 1, .flags = 5, .offset = 0x1000, .vaddr = BASE, .filesz = 0x800, .memsz = 0x800 },
			{ .type = 1, .flags = 6, .offset = 0x2000, .vaddr = BASE + 0x1000, .filesz = 0x100, .memsz = 0x3000 } },
	};

	return im;
}

static void seal(void *file, size_t size)
{
	u8 *f = file;
	u32 crc = elf_seal_crc(file, size);

	memcpy(f + ELF_SEAL_OFFSET, "ATL", 3);
	memcpy(f + ELF_SEAL_OFFSET + 3, &crc, 4);
}

/* In a heap block of exactly @size, so that ASan sees the first byte read behind it. */
static const char *check(const void *file, size_t size, struct elf_plan *plan)
{
	void *copy = malloc(size ? size : 1);
	const char *wrong;

	memcpy(copy, file, size);
	wrong = elf_check(copy, size, plan);
	free(copy);
	return wrong;
}

static void elf_check_accepts_a_kernel(void **state)
{
	struct image im = good();
	struct elf_plan p;

	assert_null(check(&im, sizeof(im), &p));
	assert_int_equal(p.link_phys, 0x100000);
	assert_int_equal(p.size, 0x4000);
	assert_int_equal(p.entry_offset, 0x10);
	assert_int_equal(p.nr_loads, 2);
	assert_int_equal(p.load[1].image_offset, 0x1000);
	assert_int_equal(p.load[1].file_size, 0x100);
	assert_false(p.sealed);
	im.eh.entry = 0x100010;         /* link-time physical */
	assert_null(check(&im, sizeof(im), &p));
	assert_int_equal(p.entry_offset, 0x10);
	seal(&im, sizeof(im));
	assert_null(check(&im, sizeof(im), &p));
	assert_true(p.sealed);
}

#define REFUSED(change, word) do { \
	struct image im = good(); \
	struct elf_plan p; \
	const char *wrong; \
	change; \
	wrong = check(&im, sizeof(im), &p); \
	assert_non_null(wrong); \
	if (!strstr(wrong, word)) \
		fail_msg("%s: said \"%s\"", #change, wrong); \
} while (0)

static void elf_check_refuses(void **state)
{
	REFUSED(im.eh.ident[1] = 'e', "not an ELF");
	REFUSED(im.eh.ident[4] = 1, "32-bit");
	REFUSED(im.eh.ident[5] = 2, "big-endian");
	REFUSED(im.eh.machine = 183, "another processor");
	REFUSED(im.eh.type = 3, "not an executable");
	REFUSED(im.eh.type = 1, "not an executable");
	REFUSED(im.eh.phentsize = 32, "odd sizes");
	REFUSED(im.eh.phnum = 0, "no segments");
	REFUSED(im.eh.phoff = ~0ULL - 10, "cut short");
	REFUSED(im.eh.phnum = 0xffff, "cut short");
	REFUSED(im.ph[0].filesz = 0x900; im.ph[0].memsz = 0x800, "larger in the file");
	REFUSED(im.ph[1].filesz = 0x101, "cut short");
	REFUSED(im.ph[1].offset = ~0ULL; im.ph[1].filesz = 2, "cut short");
	REFUSED(im.ph[0].flags = 7, "writable and executable");
	REFUSED(im.ph[0].vaddr += 8, "start on a page");
	REFUSED(im.ph[0].vaddr = 0x400000, "outside");
	REFUSED(im.ph[0].vaddr = 0xffffffff80000000, "outside");
	REFUSED(im.ph[1].memsz = 0x20000000, "outside");
	REFUSED(im.ph[1].memsz = ~0ULL, "outside");
	REFUSED(im.ph[1].vaddr = BASE, "overlap");
	REFUSED(im.ph[0].memsz = 0x1001, "overlap");
	REFUSED(im.eh.entry = BASE + 0x800, "entry point");
	REFUSED(im.eh.entry = BASE + 0x1000, "entry point");
	REFUSED(im.eh.entry = 0, "entry point");
	REFUSED(im.ph[0].type = 3, "dynamically");
	REFUSED(im.ph[0].type = im.ph[1].type = 4, "nothing to load");
	REFUSED(seal(&im, sizeof(im)); im.text[100] ^= 1, "damaged");
	REFUSED(im.eh.ident[9] = 1, "damaged");
}

static void elf_check_finds_every_flipped_bit(void **state)
{
	struct image im = good();
	u8 *raw = (u8 *)&im;
	struct elf_plan p;

	seal(&im, sizeof(im));
	for (size_t bit = 0; bit < 8 * sizeof(im); bit += bit < 8 * 0x1000 ? 1 : 37) {
		raw[bit / 8] ^= (u8)(1 << bit % 8);
		assert_non_null(check(&im, sizeof(im), &p));
		raw[bit / 8] ^= (u8)(1 << bit % 8);
	}
	assert_null(check(&im, sizeof(im), &p));
}

static void elf_check_finds_every_truncation(void **state)
{
	struct image im = good();
	struct elf_plan p;

	seal(&im, sizeof(im));
	for (size_t size = 0; size < sizeof(im); size += size < 0x200 ? 1 : 61)
		assert_non_null(check(&im, size, &p));
}

/* An accepted plan never leads the loader outside the file or its own image. */
static void elf_check_random_headers(void **state)
{
	unsigned int accepted = 0;

	test_seed_init("elf_check_random_headers");
	for (int round = 0; round < 200000; round++) {
		struct image im = good();
		struct elf_plan p;
		u64 end = 0;

		for (u64 n = test_below(4); n; n--) {
			u8 *where = (u8 *)&im + test_below(64 + 2 * 56);

			*where = test_below(2) ? (u8)test_random() : (u8)(*where + test_below(3) - 1);
		}
		if (elf_check(&im, sizeof(im), &p))
			continue;
		accepted++;
		assert_int_equal(p.size % 4096, 0);
		assert_true(p.entry_offset < p.size);
		for (unsigned int i = 0; i < p.nr_loads; i++) {
			struct elf_load *l = &p.load[i];

			assert_true(l->offset + l->file_size <= sizeof(im) && l->file_size <= l->mem_size);
			assert_true(l->image_offset >= end && l->mem_size <= p.size - l->image_offset);
			end = l->image_offset + l->mem_size;
		}
	}
	assert_true(accepted > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_check_accepts_a_kernel),
		cmocka_unit_test(elf_check_refuses),
		cmocka_unit_test(elf_check_finds_every_flipped_bit),
		cmocka_unit_test(elf_check_finds_every_truncation),
		cmocka_unit_test(elf_check_random_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
