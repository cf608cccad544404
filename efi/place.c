// SPDX-License-Identifier: MIT
/*
 * The kernel image into memory: at its link address (1 MiB) when that is free, else at the lowest free
 * place below 4 GiB that differs from it by whole 2 MiB, so that the kernel's large pages still fit.
 */
#include "loader.h"

#define CONGRUENT (2ULL << 20)

static bool try_at(u64 addr, u64 nr_pages)
{
	EFI_PHYSICAL_ADDRESS a = addr;

	return !EFI_ERROR(BS->AllocatePages(AllocateAddress, EfiLoaderData, nr_pages, &a));
}

/* Lowest fitting start in [start, end), at @link plus whole 2 MiB; 0: none. */
static u64 fit(u64 start, u64 end, u64 link, u64 size)
{
	u64 addr = link;

	if (start > BELOW_4G)
		return 0;
	if (start > link)
		addr = link + (start - link + CONGRUENT - 1) / CONGRUENT * CONGRUENT;
	end = min(end, BELOW_4G + 1);
	return addr < end && size <= end - addr ? addr : 0;
}

static u64 find_place(const struct elf_plan *plan)
{
	struct memory_map m;
	u64 best = 0;

	memory_map_alloc(&m);
	for (;;) {
		u64 last = best;

		best = 0;
		for (UINTN at = 0; at + m.desc_size <= m.size; at += m.desc_size) {
			EFI_MEMORY_DESCRIPTOR *d = (void *)((u8 *)m.buf + at);
			u64 addr, end = d->PhysicalStart + d->NumberOfPages * LOADER_PAGE;

			if (d->Type != EfiConventionalMemory || end < d->PhysicalStart)
				continue;
			addr = fit(max(d->PhysicalStart, last + 1), end, plan->link_phys, plan->size);
			if (addr && (!best || addr < best))
				best = addr;
		}
		/* The map can lie about what AllocatePages will give: go on behind a refused place. */
		if (!best || try_at(best, plan->size / LOADER_PAGE))
			break;
	}
	free_low(m.buf, m.capacity);
	return best;
}

u64 kernel_load(struct bootinfo *bi)
{
	struct file f = file_read(config.kernel);
	struct elf_plan plan;
	const char *wrong;
	u64 addr;

	if (!f.data)
		fail("%s is missing on the volume that the loader was started from", config.kernel);
	wrong = elf_check(f.data, f.size, &plan);
	if (wrong)
		fail("%s cannot be started: %s", config.kernel, wrong);
	if (!plan.sealed)
		say("Warning: %s has no checksum, damage to it would go unnoticed.\n", config.kernel);
	if (config.take_1mib && !try_at(plan.link_phys, 1))
		say("Test: %llx is taken already.\n", (unsigned long long)plan.link_phys);

	addr = plan.link_phys;
	if (!try_at(addr, plan.size / LOADER_PAGE))
		addr = find_place(&plan);
	if (!addr)
		fail("there are no %llu KiB of free memory in one piece below 4 GiB for the kernel",
		     (unsigned long long)plan.size / 1024);

	memset((void *)addr, 0, plan.size);
	for (unsigned int i = 0; i < plan.nr_loads; i++) {
		const struct elf_load *l = &plan.load[i];

		memcpy((u8 *)addr + l->image_offset, (u8 *)f.data + l->offset, l->file_size);
	}
	free_low(f.data, f.size);
	bi->kernel.addr = addr;
	bi->kernel.size = plan.size;
	bi->kernel_phys_base = addr - plan.link_phys;
	return addr + plan.entry_offset;
}
