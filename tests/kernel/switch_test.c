// SPDX-License-Identifier: MIT
/* Context switch and FPU state: two kernel threads that hand the CPU to and fro, each with its own registers. */
#include <asm/irqflags.h>
#include <lib/ktest.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>
#include <x86/probe.h>

static struct thread_struct main_thread, other;
static unsigned int turns;
static u64 seen_in_other[2];

static void load_xmm7(const u64 v[2])
{
	__asm__ volatile("movdqu (%0), %%xmm7" :: "r"(v) : "memory");
}

static void store_xmm7(u64 v[2])
{
	__asm__ volatile("movdqu %%xmm7, (%0)" :: "r"(v) : "memory");
}

static void other_fn(void *arg)
{
	static const u64 mine[2] = { 0x2222222222222222, 0x3333333333333333 };

	store_xmm7(seen_in_other);
	for (;;) {
		turns += (unsigned long)arg;
		load_xmm7(mine);
		switch_to(&other, &main_thread);
	}
}

/* A fresh FPU area is found zeroed, and ours comes back after the other changed the register. */
KTEST(switch_preserves_registers_and_fpu)
{
	static const u64 mine[2] = { 0x123456789abcdef0, 0x0fedcba987654321 };
	/* callee-saved registers: the compiler keeps these across the switches */
	u64 a = 0x1111, b = 0x2222, got[2];
	void *stack = alloc_thread_stack();
	u8 *areas = get_free_pages(GFP_KERNEL, 2);
	unsigned long flags;

	if (!stack || !areas || fpu_size() > 2 * PAGE_SIZE) {
		KEXPECT(!"memory for the test");
		return;
	}
	main_thread.fpu = areas;
	other.fpu = areas + 2 * PAGE_SIZE;
	main_thread.stack_top = (unsigned long)__builtin_frame_address(0); /* any: nothing enters from ring 3 */
	fpu_init_state(main_thread.fpu);
	fpu_init_state(other.fpu);
	thread_init_kernel(&other, stack, THREAD_SIZE, other_fn, (void *)3);
	turns = 0;
	flags = local_irq_save();
	load_xmm7(mine);
	for (int i = 0; i < 100; i++) {
		switch_to(&main_thread, &other);
		store_xmm7(got);
		if (got[0] != mine[0] || got[1] != mine[1])
			break;
	}
	local_irq_restore(flags);
	KEXPECT_EQ(turns, 300);
	KEXPECT_EQ(got[0], mine[0]);
	KEXPECT_EQ(got[1], mine[1]);
	KEXPECT_EQ(seen_in_other[0], 0);
	KEXPECT_EQ(a + b, 0x3333);
	free_thread_stack(stack);
	free_pages_addr(areas, 2);
}

/* What lies below a stack is not mapped. */
KTEST(kernel_stack_has_a_guard_page)
{
	u8 *stack = alloc_thread_stack();
	struct probe_fault f;

	KEXPECT(stack);
	if (!stack)
		return;
	KEXPECT(probe_write_u8(stack, 1, NULL));
	KEXPECT(!probe_write_u8(stack - 1, 1, &f));
	KEXPECT_EQ(f.addr, stack - 1);
	KEXPECT_EQ(f.error_code, 2);
	free_thread_stack(stack);
}
