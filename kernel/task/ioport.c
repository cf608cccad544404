/* SPDX-License-Identifier: MIT */
/*
 * ioperm(2), iopl(2): I/O ports for ring 3, of a thread; fork and clone hand them on, exec keeps them. As in Linux
 * since 5.5 iopl(3) opens all ports and nothing else: CLI and STI then do nothing.
 */
#include <mm/slab.h>
#include <x86/ioport.h>
#include "internal.h"

static u64 last_sequence;               /* [A] one CPU, no preemption */

static void put_bitmap(struct io_bitmap *b)
{
	if (b && atomic_dec_and_test(&b->count))
		kfree(b);
}

void ioports_fork(struct task_struct *child)
{
	struct thread_struct *from = &current->thread, *to = &child->thread;

	if (from->io_bitmap)
		atomic_inc(&from->io_bitmap->count);
	to->io_bitmap = from->io_bitmap;
	to->iopl = from->iopl;
	to->watched |= WATCH_PORTS;
}

void ioports_exit(struct task_struct *t)
{
	struct io_bitmap *b = t->thread.io_bitmap;

	t->thread.io_bitmap = NULL;
	t->thread.iopl = 0;
	thread_ports_changed(&t->thread);
	put_bitmap(b);
}

bool skip_cli_sti(struct pt_regs *regs)
{
	u8 opcode;

	if (current->thread.iopl != 3 || copy_from_user(&opcode, (const void __user *)regs->rip, 1))
		return false;
	if (opcode != 0xfa && opcode != 0xfb)
		return false;
	regs->rip++;
	return true;
}

/* One that only the current thread has: NULL when memory lacks. */
static struct io_bitmap *own_bitmap(void)
{
	struct io_bitmap *old = current->thread.io_bitmap, *b;

	if (old && atomic_read(&old->count) == 1)
		return old;
	b = kmalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return NULL;
	if (old)
		memcpy(b->closed, old->closed, sizeof(b->closed));
	else
		memset(b->closed, 0xff, sizeof(b->closed));
	atomic_set(&b->count, 1);
	current->thread.io_bitmap = b;
	put_bitmap(old);
	return b;
}

static bool is_closed(const struct io_bitmap *b)
{
	for (unsigned int i = 0; i < IO_BITMAP_WORDS; i++)
		if (~b->closed[i])
			return false;
	return true;
}

SYSCALL(ioperm)
{
	u64 from = (u64)a0, n = (u64)a1;
	bool open = (int)a2;
	struct thread_struct *t = &current->thread;
	struct io_bitmap *b;

	if (from + n <= from || from + n > NR_IO_PORTS)
		return -EINVAL;
	if (open && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (!open && !t->io_bitmap)
		return 0;
	b = own_bitmap();
	if (!b)
		return -ENOMEM;
	for (u64 port = from; port < from + n; port++) {
		if (open)
			b->closed[port / 64] &= ~(1UL << port % 64);
		else
			b->closed[port / 64] |= 1UL << port % 64;
	}
	b->sequence = ++last_sequence;
	if (is_closed(b)) {
		t->io_bitmap = NULL;
		put_bitmap(b);
	}
	thread_ports_changed(t);
	return 0;
}

SYSCALL(iopl)
{
	struct thread_struct *t = &current->thread;
	u32 level = (u32)a0;

	if (level > 3)
		return -EINVAL;
	if (level > t->iopl && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	t->iopl = (u8)level;
	thread_ports_changed(t);
	return 0;
}
