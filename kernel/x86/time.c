// SPDX-License-Identifier: MIT
/* Time from the TSC: ns = (tsc - base) * mult >> 32. */
#include <asm/irqflags.h>
#include <lib/printk.h>
#include "internal.h"

static u64 tsc_base, tsc_mult;  /* mult: nanoseconds a cycle, 32.32 fixed point; both change with the rate, interrupts off */
static u64 tsc_nominal;         /* [B] mult at the rate that was measured */
static u64 boot_epoch;          /* [B] */

u64 ktime_get_ns(void)
{
	return (unsigned __int128)(rdtsc() - tsc_base) * tsc_mult >> 32;
}

void ktime_parameters(u64 *base, u64 *mult)
{
	*base = tsc_base;
	*mult = tsc_mult;
}

/* ns * 2^32 / mult, rounded up: the quotient fits, since ns / 2^32 (4 s each) is below any mult. */
static u64 cycles_of(u64 ns, u64 mult)
{
	u64 high = ns >> 32, low = ns << 32;

	asm("divq %2" : "+a"(low), "+d"(high) : "r"(mult));
	return low + (high != 0);
}

void ktime_set_rate(s64 scaled_ppm)
{
	unsigned long flags = local_irq_save();
	u64 now = rdtsc(), ns = (unsigned __int128)(now - tsc_base) * tsc_mult >> 32;
	s64 step = (s64)((__int128)(s64)tsc_nominal * scaled_ppm >> 16) / 1000000;

	tsc_mult = tsc_nominal + (u64)step;
	tsc_base = now - cycles_of(ns, tsc_mult);
	local_irq_restore(flags);
}

u64 boot_epoch_seconds(void)
{
	return boot_epoch;
}

/* CPUID 15H (crystal and ratio) and 16H (base frequency), SDM vol. 3, 18.7.3. 0: not told. */
static u64 tsc_khz_from_cpuid(void)
{
	u32 max = cpuid(0, 0).eax;
	struct cpuid_regs r;

	if (max >= 0x15) {
		r = cpuid(0x15, 0);
		if (r.eax && r.ebx && r.ecx)
			return (u64)r.ecx * r.ebx / r.eax / 1000;
	}
	if (max >= 0x16) {
		r = cpuid(0x16, 0);
		if (r.eax & 0xffff)
			return (u64)(r.eax & 0xffff) * 1000;
	}
	return 0;
}

static u64 tsc_khz_from_pit(void)
{
	u64 t = rdtsc();

	if (!pit_wait_us(10000))
		return 0;
	return (rdtsc() - t) / 10;
}

void time_init(const struct bootinfo *bi)
{
	const char *from = "the loader's measurement";
	u64 khz = bi->tsc_khz;

	tsc_base = rdtsc();
	if (khz < 1000 || khz > 100000000) {
		khz = tsc_khz_from_cpuid();
		from = "CPUID";
	}
	if (!khz) {
		khz = tsc_khz_from_pit();
		from = "the PIT";
	}
	if (khz < 1000) {
		khz = 1000000;
		from = "a guess: neither loader, CPUID nor PIT tell, so times are wrong";
	}
	boot_cpu.tsc_khz = khz;
	tsc_mult = tsc_nominal = (1000000UL << 32) / khz;
	boot_epoch = cmos_read_epoch();
	printk_set_clock(ktime_get_ns);
	pr_info("tsc: %lu.%03lu MHz by %s\n", (unsigned long)khz / 1000, (unsigned long)khz % 1000, from);
}
