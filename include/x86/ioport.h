/* SPDX-License-Identifier: MIT */
/*
 * I/O ports in ring 3: a bitmap behind the TSS says which are closed (SDM vol. 1, 19.5.2). Only threads with
 * WATCH_PORTS have any; what the CPU looks at is brought up to date when one of them is switched to.
 */
#ifndef X86_IOPORT_H
#define X86_IOPORT_H

#include <lib/atomic.h>
#include <x86/cpu.h>

#define NR_IO_PORTS 65536u
#define IO_BITMAP_WORDS (NR_IO_PORTS / 64)

/* Shared by those who inherited it; changed only while one has it. */
struct io_bitmap {
	u64 closed[IO_BITMAP_WORDS];
	u64 sequence;                   /* tells contents apart: new with each change, never 0 */
	atomic_t count;
};

/* The running thread's thread_struct.io_bitmap and .iopl, just changed, are what counts; neither: all ports are closed. */
void thread_ports_changed(struct thread_struct *running);

#endif
