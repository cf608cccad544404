// SPDX-License-Identifier: MIT
/*
 * The I/O permission bitmap of this CPU's TSS. It is copied only when a thread comes whose ports differ from what lies
 * there; for all others its offset points beyond the segment. IOPL in RFLAGS stays 0: iopl(3) opens ports, not CLI.
 */
#include <lib/string.h>
#include <x86/ioport.h>
#include "internal.h"

#define ALL_OPEN 0UL                    /* sequence of a bitmap of zeros, which a fresh TSS holds */
static DEFINE_PER_CPU(u64, tss_ports_sequence) = ALL_OPEN;

static_assert(sizeof(((struct tss *)NULL)->ports) == sizeof(((struct io_bitmap *)NULL)->closed));

void switch_ports(const struct thread_struct *next)
{
	struct tss *tss = this_cpu_ptr(cpu_tss);
	u64 want;

	if (!(next->watched & WATCH_PORTS)) {
		tss->io_bitmap = TSS_NO_PORTS;
		return;
	}
	want = next->iopl == 3 ? ALL_OPEN : next->io_bitmap->sequence;
	if (this_cpu_read(tss_ports_sequence) != want) {
		if (want == ALL_OPEN)
			memset(tss->ports, 0, sizeof(tss->ports));
		else
			memcpy(tss->ports, next->io_bitmap->closed, sizeof(tss->ports));
		this_cpu_write(tss_ports_sequence, want);
	}
	tss->io_bitmap = offsetof(struct tss, ports);
}

void thread_ports_changed(struct thread_struct *running)
{
	if (running->io_bitmap || running->iopl == 3)
		running->watched |= WATCH_PORTS;
	else
		running->watched &= ~WATCH_PORTS;
	switch_ports(running);
}
