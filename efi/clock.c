// SPDX-License-Identifier: MIT
/*
 * How fast the TSC and the local APIC's timer run. CPUID 15H is exact where it is complete; otherwise both are
 * measured against the firmware's Stall, at high TPL so that no timer interrupt falls in: the difference
 * between a stall of 6 ms and one of 1 ms, so that what a call costs cancels out, and the shortest of each that a
 * second one confirms, since an SMI or a busy host can only make one longer. SDM vol. 3, 11.5.4 and 19.7.3.
 */
#include "loader.h"

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_ENABLE (1ULL << 11)
#define APIC_BASE_X2APIC (1ULL << 10)
#define APIC_LVT_TIMER 0x320
#define APIC_INITIAL 0x380
#define APIC_CURRENT 0x390
#define APIC_DIVIDE 0x3e0
#define LVT_MASKED (1U << 16)
#define DIVIDE_BY_1 0xbU

#define SHORT_US 1000
#define LONG_US 6000
#define MAX_TRIES 12
#define MIN_KHZ 10000ULL                /* 10 MHz to 20 GHz is believed */
#define MAX_KHZ 20000000ULL

struct lapic {
	bool usable, x2apic;
	u64 base;
};

u64 tsc_read(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

static void cpuid(u32 leaf, u32 r[4])
{
	__asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

static u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}

static void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" :: "c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static u32 lapic_read(const struct lapic *l, u32 reg)
{
	if (l->x2apic)
		return (u32)rdmsr(0x800 + reg / 16);
	return *(volatile u32 *)(l->base + reg);
}

static void lapic_write(const struct lapic *l, u32 reg, u32 v)
{
	if (l->x2apic)
		wrmsr(0x800 + reg / 16, v);
	else
		*(volatile u32 *)(l->base + reg) = v;
}

static struct lapic lapic_find(void)
{
	struct lapic l = { 0 };
	u64 base;
	u32 r[4];

	cpuid(1, r);
	if (!(r[3] & (1U << 9)))
		return l;
	base = rdmsr(MSR_APIC_BASE);
	l.usable = base & APIC_BASE_ENABLE;
	l.x2apic = base & APIC_BASE_X2APIC;
	l.base = base & 0x000ffffffffff000ULL;
	if (!l.x2apic && l.base > BELOW_4G)
		l.usable = false;       /* not where the firmware surely maps it */
	return l;
}

static u64 tsc_khz_from_cpuid(void)
{
	u32 r[4];
	u64 khz;

	cpuid(0, r);
	if (r[0] < 0x15)
		return 0;
	cpuid(0x15, r);
	if (!r[0] || !r[1] || !r[2])
		return 0;
	khz = (u64)r[2] * r[1] / r[0] / 1000;
	return khz >= MIN_KHZ && khz <= MAX_KHZ ? khz : 0;
}

struct ticks {
	u64 tsc;
	u64 lapic;
};

static struct ticks stall(const struct lapic *l, UINTN us)
{
	struct ticks t;
	u32 apic = l->usable ? lapic_read(l, APIC_CURRENT) : 0;

	t.tsc = tsc_read();
	BS->Stall(us);
	t.tsc = tsc_read() - t.tsc;
	t.lapic = l->usable ? apic - lapic_read(l, APIC_CURRENT) : 0;
	return t;
}

static bool is_close(u64 a, u64 b)
{
	return (a > b ? a - b : b - a) <= b / 256;
}

/* The shortest, once another one was nearly as short. */
static struct ticks shortest_stall(const struct lapic *l, UINTN us)
{
	struct ticks best = stall(l, us);

	for (int i = 1; i < MAX_TRIES; i++) {
		struct ticks t = stall(l, us);
		bool confirmed = is_close(t.tsc, best.tsc) && is_close(t.lapic, best.lapic);

		best.tsc = min(best.tsc, t.tsc);
		best.lapic = min(best.lapic, t.lapic);
		if (confirmed)
			break;
	}
	return best;
}

void clocks_measure(struct bootinfo *bi)
{
	struct lapic l = lapic_find();
	u32 lvt = 0, divide = 0, initial = 0;
	struct ticks a, b;
	u64 khz;
	EFI_TPL tpl = BS->RaiseTPL(TPL_HIGH_LEVEL);

	if (l.usable) {         /* the firmware may tick by it: put back as found */
		lvt = lapic_read(&l, APIC_LVT_TIMER);
		divide = lapic_read(&l, APIC_DIVIDE);
		initial = lapic_read(&l, APIC_INITIAL);
		lapic_write(&l, APIC_LVT_TIMER, LVT_MASKED | (lvt & 0xff));
		lapic_write(&l, APIC_DIVIDE, DIVIDE_BY_1);
		lapic_write(&l, APIC_INITIAL, 0xffffffff);
	}
	a = shortest_stall(&l, SHORT_US);
	b = shortest_stall(&l, LONG_US);
	if (l.usable) {
		lapic_write(&l, APIC_LVT_TIMER, lvt);
		lapic_write(&l, APIC_DIVIDE, divide);
		lapic_write(&l, APIC_INITIAL, initial);
	}
	BS->RestoreTPL(tpl);

	khz = (b.tsc - a.tsc) * 1000 / (LONG_US - SHORT_US);
	bi->tsc_khz = khz >= MIN_KHZ && khz <= MAX_KHZ ? khz : 0;
	khz = tsc_khz_from_cpuid();
	if (khz)
		bi->tsc_khz = khz;
	khz = (b.lapic - a.lapic) * 1000 / (LONG_US - SHORT_US);
	bi->lapic_khz = l.usable && khz >= 1000 && khz <= MAX_KHZ ? khz : 0;
}
