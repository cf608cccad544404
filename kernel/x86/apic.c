// SPDX-License-Identifier: MIT
/*
 * The local APIC: the timer, and LINT0 as the 8259's way in. xAPIC through memory, x2APIC through MSRs
 * when the firmware left it on (it may be locked on). SDM vol. 3, 10.
 *
 * The timer runs one-shot: each expiry programs the next tick (HZ) or an earlier deadline.
 */
#include <asm/irqflags.h>
#include <lib/printk.h>
#include "internal.h"

#define APIC_ID 0x20
#define APIC_TPR 0x80
#define APIC_EOI 0xb0
#define APIC_SVR 0xf0
#define APIC_ESR 0x280
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_LVT_ERROR 0x370
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define LVT_MASKED (1u << 16)
#define APIC_BASE_ENABLE (1UL << 11)
#define APIC_BASE_X2 (1UL << 10)

bool lapic_present;
static volatile u8 *regs_mmio;  /* [B] NULL: MSRs */
static u64 timer_khz, timer_mult; /* [B] mult: counts a nanosecond, 32.32 fixed point */
static u64 next_tick, next_event = ~0UL; /* ns [C] */

static u32 apic_read(unsigned int reg)
{
	if (regs_mmio)
		return *(volatile u32 *)(regs_mmio + reg);
	return rdmsr(0x800 + (reg >> 4));
}

static void apic_write(unsigned int reg, u32 v)
{
	if (regs_mmio)
		*(volatile u32 *)(regs_mmio + reg) = v;
	else
		wrmsr(0x800 + (reg >> 4), v);
}

void lapic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

u32 lapic_id(void)
{
	return regs_mmio ? apic_read(APIC_ID) >> 24 : apic_read(APIC_ID);
}

/* Arms the timer for @ns, at least a microsecond from now. */
static void arm(u64 ns)
{
	u64 now = ktime_get_ns(), delta = ns > now + 1000 ? ns - now : 1000;
	u64 count = (unsigned __int128)delta * timer_mult >> 32;

	next_event = ns;
	apic_write(APIC_TIMER_INITIAL, count > 0xffffffff ? 0xffffffff : count ? count : 1);
}

void timer_set_deadline(u64 ns)
{
	unsigned long flags;

	if (!lapic_present || ns >= next_event)
		return;
	flags = local_irq_save();
	arm(ns);
	local_irq_restore(flags);
}

static u64 nr_ticks;

u64 timer_interrupt_count(void)
{
	return nr_ticks;
}

static void run_tick(struct pt_regs *regs)
{
	nr_ticks++;
	if (x86_hooks.tick)
		x86_hooks.tick(regs);
	if (x86_hooks.poll)
		x86_hooks.poll();
}

static void timer_interrupt(struct pt_regs *regs)
{
	u64 now = ktime_get_ns();

	lapic_eoi();
	if (now >= next_tick) {
		next_tick += 1000000000 / HZ;
		if (now >= next_tick)   /* ticks were lost: don't make up for them */
			next_tick = now + 1000000000 / HZ;
	}
	arm(next_tick);                 /* before the hook, which may ask for less */
	run_tick(regs);
}

/* Against the TSC, for 5 ms, when the loader did not. */
static u64 measure_khz(void)
{
	u64 start, cycles = boot_cpu.tsc_khz * 5;
	u32 left;

	apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	start = rdtsc();
	while (rdtsc() - start < cycles)
		__builtin_ia32_pause();
	left = apic_read(APIC_TIMER_CURRENT);
	apic_write(APIC_TIMER_INITIAL, 0);
	return (0xffffffff - left) / 5;
}

static bool map_registers(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (base & APIC_BASE_X2)
		return true;
	if (!x86_hooks.ioremap)
		return false;
	if (!(base & APIC_BASE_ENABLE)) {
		base |= APIC_BASE_ENABLE;
		wrmsr(MSR_APIC_BASE, base);
	}
	regs_mmio = x86_hooks.ioremap(base & 0x000ffffffffff000UL, 4096);
	return regs_mmio;
}

bool lapic_init(const struct bootinfo *bi)
{
	if (!(boot_cpu.leaf1_edx >> 9 & 1) || !map_registers())
		return false;
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LVT_TIMER, LVT_MASKED);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_SVR, 0x100 | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_LINT0, 0x700);      /* ExtINT */
	apic_write(APIC_LVT_LINT1, 0x400);      /* NMI */
	for (int i = 0; i < 8; i++)             /* what the firmware left in service */
		lapic_eoi();
	apic_write(APIC_TIMER_DIVIDE, 0xb);     /* by 1 */
	timer_khz = bi->lapic_khz ? bi->lapic_khz : measure_khz();
	if (timer_khz < 100) {
		pr_warn("the local APIC's timer does not count: using the PIT\n");
		return false;
	}
	lapic_present = true;
	timer_mult = (timer_khz << 32) / 1000000;
	set_vector_handler(VECTOR_TIMER, timer_interrupt);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	next_tick = ktime_get_ns() + 1000000000 / HZ;
	arm(next_tick);
	pr_info("local APIC: %s, id %u, timer %lu.%03lu MHz\n", regs_mmio ? "xAPIC" : "x2APIC",
		lapic_id(), (unsigned long)timer_khz / 1000, (unsigned long)timer_khz % 1000);
	return true;
}

static void pit_tick(unsigned int irq, void *arg)
{
	run_tick(irq_regs);
}

void cpu_late_init(const struct bootinfo *bi)
{
	pic_init();
	if (lapic_init(bi)) {
		if (ioapic_init()) {
			pic_mask_all();
			apic_write(APIC_LVT_LINT0, LVT_MASKED);
			irq_use_ioapic();
		}
		return;
	}
	pr_info("no local APIC timer: the PIT ticks\n");
	pit_start_periodic(HZ);
	if (request_irq(0, pit_tick, NULL))
		pr_err("the PIT's interrupt line is taken: no ticks\n");
}
