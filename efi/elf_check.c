// SPDX-License-Identifier: MIT
/* Checks of kernel.elf before a byte of it is placed. See elf_check.h. */
#include "elf_check.h"

#include <asm/vmlayout.h>
#include <lib/crc32.h>

#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define PT_LOAD 1
#define PT_DYNAMIC 2
#define PT_INTERP 3
#define PF_X 1
#define PF_W 2

#define CHECK_PAGE 4096ULL
#define WINDOW_START KERNEL_PHYS_BASE
#define WINDOW_END (KERNEL_IMAGE_END + 1 - __START_KERNEL_map)

struct phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};
static_assert(sizeof(struct phdr) == PHDR_SIZE);

/* Byte by byte: nothing in the file has to be aligned. */
static u64 get(const u8 *p, unsigned int bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

u32 elf_seal_crc(const void *file, u64 size)
{
	static const u8 zero[ELF_SEAL_SIZE];
	u32 crc = crc32(0, file, ELF_SEAL_OFFSET);

	crc = crc32(crc, zero, ELF_SEAL_SIZE);
	return crc32(crc, (const u8 *)file + 16, size - 16);
}

static const char *check_header(const u8 *f, u64 size)
{
	static const u8 magic[4] = { 0x7f, 'E', 'L', 'F' };

	if (size < EHDR_SIZE)
		return "it is cut short (smaller than an ELF header)";
	for (int i = 0; i < 4; i++) {
		if (f[i] != magic[i])
			return "it is not an ELF file";
	}
	if (f[4] != 2)
		return "it is a 32-bit ELF file, and 64-bit is needed";
	if (f[5] != 1)
		return "it is a big-endian ELF file";
	if (f[6] != 1 || get(f + 20, 4) != 1)
		return "its ELF version is unknown";
	if (get(f + 18, 2) != 62)
		return "it is for another processor, and x86-64 is needed";
	if (get(f + 16, 2) != 2)
		return "it is an ELF file, but not an executable linked to a fixed address";
	if (get(f + 52, 2) != EHDR_SIZE || get(f + 54, 2) != PHDR_SIZE)
		return "its ELF header has odd sizes";
	return NULL;
}

static const char *check_load(const struct phdr *p, u64 file_size, u64 *window_next)
{
	u64 start = p->vaddr - __START_KERNEL_map;

	if (p->filesz > p->memsz)
		return "a segment is larger in the file than in memory";
	if (p->offset > file_size || p->filesz > file_size - p->offset)
		return "it is cut short (a segment reaches past the end of the file)";
	if ((p->flags & (PF_W | PF_X)) == (PF_W | PF_X))
		return "a segment is both writable and executable";
	if (p->vaddr % CHECK_PAGE)
		return "a segment does not start on a page";
	if (p->vaddr < __START_KERNEL_map || start < WINDOW_START || start >= WINDOW_END || p->memsz > WINDOW_END - start)
		return "a segment lies outside the kernel's address window";
	if (start < *window_next)
		return "its segments overlap or are out of order";
	*window_next = (start + p->memsz + CHECK_PAGE - 1) & ~(CHECK_PAGE - 1);
	return NULL;
}

static const char *check_segments(const u8 *f, u64 size, struct elf_plan *plan)
{
	u64 phoff = get(f + 32, 8), next = 0;
	unsigned int nr = get(f + 56, 2);

	if (nr == 0)
		return "it has no segments";
	if (phoff > size || (u64)nr * PHDR_SIZE > size - phoff)
		return "it is cut short (its segment table reaches past the end of the file)";
	for (unsigned int i = 0; i < nr; i++) {
		const u8 *h = f + phoff + (u64)i * PHDR_SIZE;
		struct phdr p = {
			.type = get(h, 4), .flags = get(h + 4, 4), .offset = get(h + 8, 8), .vaddr = get(h + 16, 8),
			.paddr = get(h + 24, 8), .filesz = get(h + 32, 8), .memsz = get(h + 40, 8), .align = get(h + 48, 8),
		};
		const char *wrong;

		if (p.type == PT_INTERP || p.type == PT_DYNAMIC)
			return "it is a dynamically linked program, not a kernel";
		if (p.type != PT_LOAD || p.memsz == 0)
			continue;
		if (plan->nr_loads == ELF_MAX_LOADS)
			return "it has more loadable segments than a kernel can have";
		wrong = check_load(&p, size, &next);
		if (wrong)
			return wrong;
		if (plan->nr_loads == 0)
			plan->link_phys = p.vaddr - __START_KERNEL_map;
		plan->load[plan->nr_loads++] = (struct elf_load){
			.offset = p.offset, .file_size = p.filesz, .mem_size = p.memsz, .flags = p.flags,
			.image_offset = p.vaddr - __START_KERNEL_map - plan->link_phys,
		};
	}
	if (plan->nr_loads == 0)
		return "it has nothing to load";
	plan->size = next - plan->link_phys;
	return NULL;
}

/* e_entry may be the virtual address or the link-time physical one. */
static const char *check_entry(const u8 *f, struct elf_plan *plan)
{
	u64 entry = get(f + 24, 8);

	if (entry >= __START_KERNEL_map)
		entry -= __START_KERNEL_map;
	for (unsigned int i = 0; i < plan->nr_loads; i++) {
		const struct elf_load *l = &plan->load[i];
		u64 start = plan->link_phys + l->image_offset;

		if ((l->flags & PF_X) && entry >= start && entry - start < l->file_size) {
			plan->entry_offset = entry - plan->link_phys;
			return NULL;
		}
	}
	return "its entry point is not inside an executable segment";
}

/* No seal is seven zero bytes: a kernel straight from the linker. */
static const char *check_seal(const u8 *f, u64 size, struct elf_plan *plan)
{
	const u8 *s = f + ELF_SEAL_OFFSET;

	if (get(s, ELF_SEAL_SIZE) == 0)
		return NULL;
	if (s[0] != 'A' || s[1] != 'T' || s[2] != 'L' || get(s + 3, 4) != elf_seal_crc(f, size))
		return "it is damaged (its CRC-32 is wrong); copy it to the stick again";
	plan->sealed = true;
	return NULL;
}

const char *elf_check(const void *file, u64 size, struct elf_plan *plan)
{
	const u8 *f = file;
	const char *wrong;

	*plan = (struct elf_plan){ 0 };
	wrong = check_header(f, size);
	if (!wrong)
		wrong = check_segments(f, size, plan);
	if (!wrong)
		wrong = check_entry(f, plan);
	if (!wrong)
		wrong = check_seal(f, size, plan);
	return wrong;
}
