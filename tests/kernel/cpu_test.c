// SPDX-License-Identifier: MIT
/* Control registers, clock, timer, random numbers, symbol lookup. */
#include <asm/irqflags.h>
#include <asm/sections.h>
#include <lib/ktest.h>
#include <lib/string.h>
#include <x86/cpu.h>

KTEST(control_registers_are_as_the_cpu_allows)
{
	KEXPECT_EQ(cpu_cr0() & 0xe005003f, 0x80050033 & 0xe005003f);        /* WP on, caches on, no TS, no EM */
	KEXPECT_EQ(cpu_cr4() >> 5 & 1, 1);
	KEXPECT_EQ(cpu_cr4() >> 7 & 1, boot_cpu.pge);
	KEXPECT_EQ(cpu_cr4() >> 11 & 1, boot_cpu.umip);
	KEXPECT_EQ(cpu_cr4() >> 12 & 1, 0);                                 /* four levels */
	KEXPECT_EQ(cpu_cr4() >> 16 & 1, boot_cpu.fsgsbase);
	KEXPECT_EQ(cpu_cr4() >> 18 & 1, boot_cpu.xsave);
	KEXPECT_EQ(cpu_cr4() >> 20 & 1, boot_cpu.smep);
	KEXPECT_EQ(cpu_cr4() >> 21 & 1, boot_cpu.smap);
}

KTEST(clock_goes_forward)
{
	u64 a = ktime_get_ns();

	for (int i = 0; i < 1000; i++) {
		u64 b = ktime_get_ns();

		KEXPECT(b >= a);
		a = b;
	}
}

/* Ten deadlines of 2 ms end ten HLTs. The limit is wide: the host may have other things to do. */
KTEST(timer_interrupts_come)
{
	u64 start = ktime_get_ns();
	unsigned int wakes = 0;

	do {
		timer_set_deadline(ktime_get_ns() + 2000000);
		cpu_idle_wait();
		local_irq_disable();
		wakes++;
	} while (wakes < 10 && ktime_get_ns() - start < 5000000000UL);
	KEXPECT_EQ(wakes, 10);
}

KTEST(random_numbers_differ)
{
	u64 seen[16];

	for (unsigned int i = 0; i < ARRAY_SIZE(seen); i++) {
		seen[i] = arch_random();
		for (unsigned int j = 0; j < i; j++)
			KEXPECT(seen[i] != seen[j]);
	}
}

KTEST(symbols_are_found)
{
	unsigned long off;
	const char *s = ksym_lookup((unsigned long)ktest_run, &off);

	KEXPECT(s && !strcmp(s, "ktest_run"));
	KEXPECT_EQ(off, 0);
	s = ksym_lookup((unsigned long)ktest_run + 1, &off);
	KEXPECT(s && !strcmp(s, "ktest_run"));
	KEXPECT_EQ(off, 1);
	KEXPECT(!ksym_lookup((unsigned long)_etext, &off));
	KEXPECT(!ksym_lookup(0, &off));
}
