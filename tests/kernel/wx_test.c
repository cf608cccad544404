// SPDX-License-Identifier: MIT
/* W^X, NX, WP, SMEP and SMAP as the CPU enforces them. Error codes: SDM vol. 3, 4.7. */
#include <asm/sections.h>
#include <asm/vmlayout.h>
#include <lib/ktest.h>
#include <x86/cpu.h>
#include <x86/probe.h>

#define PF 14
#define ERR_PRESENT 1
#define ERR_WRITE 2
#define ERR_FETCH 16

static u8 data_ret[16] = { 0xc3 };              /* RET */
static const u8 rodata_ret[16] = { 0xc3 };

/* The compiler takes a border symbol for an object of its own. */
static void *last_byte(const char *end)
{
	return (void *)((unsigned long)end - 1);
}

KTEST(text_is_not_writable)
{
	struct probe_fault f;

	KEXPECT(!probe_write_u8(_stext, 0x90, &f));
	KEXPECT_EQ(f.vector, PF);
	KEXPECT_EQ(f.error_code, ERR_PRESENT | ERR_WRITE);
	KEXPECT_EQ(f.addr, _stext);
	KEXPECT(!probe_write_u8(last_byte(_etext), 0x90, NULL));
}

KTEST(rodata_is_not_writable)
{
	struct probe_fault f;

	KEXPECT(!probe_write_u8((void *)rodata_ret, 0, &f));
	KEXPECT_EQ(f.error_code, ERR_PRESENT | ERR_WRITE);
	KEXPECT(!probe_write_u8(last_byte(__end_rodata), 0, NULL));
}

KTEST(data_is_writable_not_executable)
{
	struct probe_fault f;

	KEXPECT(probe_write_u8(data_ret, 0xc3, &f));
	if (!boot_cpu.nx) {
		ktest_skip("this CPU has no NX");
		return;
	}
	KEXPECT(!probe_exec(data_ret, &f));
	KEXPECT_EQ(f.vector, PF);
	KEXPECT_EQ(f.error_code, ERR_PRESENT | ERR_FETCH);
	KEXPECT(!probe_exec(rodata_ret, &f));
	KEXPECT_EQ(f.error_code, ERR_PRESENT | ERR_FETCH);
}

KTEST(page_zero_is_absent)
{
	struct probe_fault f;
	u64 v;

	KEXPECT(!probe_read_u64(NULL, &v, &f));
	KEXPECT_EQ(f.vector, PF);
	KEXPECT_EQ(f.error_code & (ERR_PRESENT | ERR_WRITE), 0);
}

KTEST(err_ptr_page_is_absent)
{
	struct probe_fault f;
	u64 v;

	KEXPECT(!probe_read_u64((void *)-4096L, &v, &f));
	KEXPECT_EQ(f.addr, -4096L);
	KEXPECT(!probe_read_u64((void *)-8L, &v, &f));
}

KTEST(holes_of_the_layout_are_absent)
{
	u64 v;

	for (int i = 0; i < NR_VM_REGIONS; i++) {
		const struct vm_region *r = &vm_layout[i];

		if (r->name[0] != 'H' || r->name[1] != 'O')
			continue;
		KEXPECT(!probe_read_u64((void *)r->start, &v, NULL));
		KEXPECT(!probe_read_u64((void *)(r->end - 7), &v, NULL));
	}
}

KTEST(non_canonical_address_is_gp)
{
	struct probe_fault f;
	u64 v;

	KEXPECT(!probe_read_u64((void *)0x0000800000000000UL, &v, &f));
	KEXPECT_EQ(f.vector, 13);
}
