// SPDX-License-Identifier: MIT
/* The MTRRs as read: runs cover the address space without a gap, each of one type; the kernel's own RAM is write-back. */
#include <asm/memory.h>
#include <asm/sections.h>
#include <lib/ktest.h>
#include <x86/cpu.h>
#include <x86/mtrr.h>

KTEST(mtrr_runs_are_of_one_type)
{
	phys_addr_t limit = 1UL << boot_cpu.phys_bits, end;
	unsigned int runs = 0;

	for (phys_addr_t pa = 0; pa < limit && runs < 1000; pa = end, runs++) {
		end = mtrr_run_end(pa);
		KEXPECT(end > pa && end <= limit);
		if (end <= pa)
			return;
		KEXPECT_EQ(mtrr_type_at(end - 1), mtrr_type_at(pa));
		KEXPECT_EQ(mtrr_type_at(pa + (end - pa) / 2), mtrr_type_at(pa));
		KEXPECT(end == limit || mtrr_type_at(end) != mtrr_type_at(pa));
	}
	KEXPECT(runs < 1000);
	KEXPECT_EQ(mtrr_type_at(__pa_symbol(_stext)), MTRR_WB);
}

/* PAT entry 1 is write-combining, as PAGE_KERNEL_WC wants it. */
KTEST(pat_is_ours)
{
	KEXPECT_EQ(cpu_pat() & 0xffffffff, 0x00070106);
}
