// SPDX-License-Identifier: MIT
/* Reads the MTRRs; x86/mtrr.h. */
#include <lib/printk.h>
#include <x86/mtrr.h>
#include "internal.h"

#define MSR_MTRR_CAP 0xfe
#define MSR_MTRR_BASE(i) (0x200 + 2 * (i))
#define MSR_MTRR_MASK(i) (0x201 + 2 * (i))
#define MSR_MTRR_DEF 0x2ff
#define FIXED_END 0x100000

static const u32 fixed_msrs[11] = {
	0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f,
};

struct mtrr_state mtrr_state;

const char *mtrr_type_name(enum mtrr_type t)
{
	switch (t) {
	case MTRR_UC: return "uncachable";
	case MTRR_WC: return "write-combining";
	case MTRR_WT: return "write-through";
	case MTRR_WP: return "write-protect";
	case MTRR_WB: return "write-back";
	}
	return "reserved";
}

/* Size from the mask: its lowest set bit (a mask with holes covers more; none is known to be used). */
static void read_variable(struct mtrr_range *r, unsigned int i)
{
	u64 limit = (1UL << boot_cpu.phys_bits) - 1, base = rdmsr(MSR_MTRR_BASE(i)), mask = rdmsr(MSR_MTRR_MASK(i));

	if (!(mask & 1UL << 11))
		return;
	mask &= limit & ~0xfffUL;
	r->base = base & limit & ~0xfffUL;
	r->size = mask ? mask & -mask : limit + 1;
	r->type = base & 0xff;
}

void mtrr_init(void)
{
	struct mtrr_state *s = &mtrr_state;
	unsigned int used = 0;
	u64 def;

	if (!(boot_cpu.leaf1_edx >> 12 & 1))
		return;
	s->present = true;
	s->nr = rdmsr(MSR_MTRR_CAP) & 0xff;
	if (s->nr > MTRR_MAX_VARIABLE)
		s->nr = MTRR_MAX_VARIABLE;
	def = rdmsr(MSR_MTRR_DEF);
	s->def = def & 0xff;
	s->enabled = def >> 11 & 1;
	s->fixed_enabled = s->enabled && def >> 10 & 1 && rdmsr(MSR_MTRR_CAP) >> 8 & 1;
	for (unsigned int i = 0; i < s->nr; i++) {
		read_variable(&s->var[i], i);
		used += s->var[i].size != 0;
	}
	if (s->fixed_enabled)
		for (unsigned int i = 0; i < 11; i++)
			s->fixed[i] = rdmsr(fixed_msrs[i]);
	pr_info("mtrr: %s, default %s, %u of %u ranges used, PAT %016lx\n", s->enabled ? "on" : "off", mtrr_type_name(s->def), used,
		s->nr, (unsigned long)cpu_pat());
}

static enum mtrr_type fixed_type(phys_addr_t pa)
{
	unsigned int reg, byte;

	if (pa < 0x80000) {
		reg = 0;
		byte = pa >> 16;
	} else if (pa < 0xc0000) {
		reg = 1 + (pa >= 0xa0000);
		byte = pa >> 14 & 7;
	} else {
		reg = 3 + ((pa - 0xc0000) >> 15);
		byte = pa >> 12 & 7;
	}
	return mtrr_state.fixed[reg] >> (8 * byte) & 0xff;
}

/* Overlaps: UC wins, WT over WB (11.11.4.1). */
enum mtrr_type mtrr_type_at(phys_addr_t pa)
{
	const struct mtrr_state *s = &mtrr_state;
	int type = -1;

	if (!s->present)
		return MTRR_WB;
	if (!s->enabled)
		return MTRR_UC;
	if (s->fixed_enabled && pa < FIXED_END)
		return fixed_type(pa);
	for (unsigned int i = 0; i < s->nr; i++) {
		const struct mtrr_range *r = &s->var[i];

		if (!r->size || pa < r->base || pa - r->base >= r->size)
			continue;
		if (r->type == MTRR_UC)
			return MTRR_UC;
		if (type < 0 || type == MTRR_WB)
			type = r->type;
	}
	return type < 0 ? s->def : (enum mtrr_type)type;
}

static void nearest(phys_addr_t *end, phys_addr_t pa, phys_addr_t border)
{
	if (border > pa && border < *end)
		*end = border;
}

phys_addr_t mtrr_run_end(phys_addr_t pa)
{
	const struct mtrr_state *s = &mtrr_state;
	phys_addr_t limit = 1UL << boot_cpu.phys_bits, end;
	enum mtrr_type type = mtrr_type_at(pa);

	for (; pa < limit; pa = end) {
		if (mtrr_type_at(pa) != type)
			return pa;
		end = limit;
		if (s->fixed_enabled && pa < FIXED_END)
			end = (pa & ~0xfffUL) + 0x1000;
		for (unsigned int i = 0; i < s->nr; i++) {
			nearest(&end, pa, s->var[i].base);
			nearest(&end, pa, s->var[i].base + s->var[i].size);
		}
	}
	return limit;
}
