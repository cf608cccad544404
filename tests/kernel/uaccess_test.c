// SPDX-License-Identifier: MIT
/*
 * Copies to and from ring 3: a real address space of three pages, the third without a mapping.
 *
 *        base             +4096             +8192
 *         | read, write     | read only       | nothing
 */
#include <asm/irqflags.h>
#include <asm/tlb.h>
#include <asm/uaccess.h>
#include <lib/err.h>
#include <lib/ktest.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/mm.h>
#include <task/task.h>
#include <uapi/mman.h>
#include <x86/cpu.h>
#include <x86/probe.h>

static struct mm_struct *mm;
static unsigned long base;
static u8 buf[3 * PAGE_SIZE];

static bool begin(void)
{
	struct mmap_request rw = { .addr = 0x10000000, .len = PAGE_SIZE, .prot = PROT_READ | PROT_WRITE,
				   .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED };
	struct mmap_request ro = rw;

	mm = mm_alloc();
	if (!mm) {
		KEXPECT(!"memory for an address space");
		return false;
	}
	ro.addr += PAGE_SIZE;
	ro.prot = PROT_READ;
	base = do_mmap(mm, &rw);
	KEXPECT_EQ(base, rw.addr);
	KEXPECT_EQ(do_mmap(mm, &ro), ro.addr);
	current->mm = mm;
	load_pgd(mm->pgd);
	local_irq_enable();     /* faults may sleep */
	return base == rw.addr;
}

static void end(void)
{
	local_irq_disable();
	current->mm = NULL;
	load_pgd(swapper_pg_dir_phys);
	mmput(mm);
}

KTEST(copy_to_user_faults_pages_in)
{
	if (!begin())
		return;
	memset(buf, 0x5a, sizeof(buf));
	KEXPECT_EQ(copy_to_user((void *)base, buf, PAGE_SIZE), 0);
	memset(buf, 0, sizeof(buf));
	KEXPECT_EQ(copy_from_user(buf, (void *)base, PAGE_SIZE), 0);
	KEXPECT_EQ(buf[0], 0x5a);
	KEXPECT_EQ(buf[PAGE_SIZE - 1], 0x5a);
	KEXPECT_EQ(clear_user((void *)(base + 3), 11), 0);
	KEXPECT_EQ(copy_from_user(buf, (void *)base, 16), 0);
	KEXPECT(buf[2] == 0x5a && !buf[3] && !buf[13] && buf[14] == 0x5a);
	end();
}

/* Every byte before the border arrives, whatever the alignment. */
KTEST(copies_stop_at_the_first_bad_byte)
{
	if (!begin())
		return;
	for (unsigned int n = 1; n < 40; n++) {
		KEXPECT_EQ(copy_to_user((void *)(base + PAGE_SIZE - n), buf, 64), 64 - n);
		KEXPECT_EQ(copy_from_user(buf, (void *)(base + 2 * PAGE_SIZE - n), 64), 64 - n);
		KEXPECT_EQ(clear_user((void *)(base + PAGE_SIZE - n), 64), 64 - n);
	}
	end();
}

KTEST(copies_refuse_kernel_addresses)
{
	u64 v = 0;

	if (!begin())
		return;
	KEXPECT_EQ(copy_to_user((void *)buf, &v, 8), 8);
	KEXPECT_EQ(copy_from_user(&v, (void *)buf, 8), 8);
	KEXPECT_EQ(copy_from_user(&v, (void *)(TASK_SIZE - 4), 8), 8);
	KEXPECT_EQ(copy_from_user(&v, (void *)~3UL, 8), 8);
	KEXPECT_EQ(copy_from_user(&v, (void *)0x0000900000000000UL, 8), 8);
	KEXPECT_EQ(get_user_u64(&v, (void *)PAGE_OFFSET), -EFAULT);
	KEXPECT_EQ(put_user_u32(1, NULL), -EFAULT);
	KEXPECT_EQ(put_user_u32(1, (void *)(base + PAGE_SIZE)), -EFAULT);
	end();
}

KTEST(strings_from_user)
{
	char text[64];

	if (!begin())
		return;
	for (unsigned int at = 0; at < 9; at++)
		for (unsigned int len = 0; len < 30; len++) {
			char *user = (char *)base + PAGE_SIZE - len - 1 - at;

			memset(buf, 'x', len);
			buf[len] = 0;
			KEXPECT_EQ(copy_to_user(user, buf, len + 1), 0);
			KEXPECT_EQ(strncpy_from_user(text, user, sizeof(text)), len);
			KEXPECT_EQ(strlen(text), len);
			KEXPECT_EQ(strncpy_from_user(text, user, len + 1), len);
			KEXPECT_EQ(strncpy_from_user(text, user, len), -ENAMETOOLONG);
		}
	KEXPECT_EQ(strncpy_from_user(text, (char *)base + 2 * PAGE_SIZE, 64), -EFAULT);
	KEXPECT_EQ(strncpy_from_user(text, (char *)TASK_SIZE - 1, 64), -EFAULT);
	memset(buf, 'y', PAGE_SIZE);
	KEXPECT_EQ(copy_to_user((void *)base, buf, PAGE_SIZE), 0);
	end();
}

KTEST(cmpxchg_on_a_user_word)
{
	u32 old = 0, now = 0;

	if (!begin())
		return;
	KEXPECT_EQ(put_user_u32(5, (void *)base), 0);
	KEXPECT_EQ(cmpxchg_user_u32(&old, 5, 6, (u32 *)base), 0);
	KEXPECT_EQ(old, 5);
	KEXPECT_EQ(cmpxchg_user_u32(&old, 5, 7, (u32 *)base), 0);
	KEXPECT_EQ(old, 6);
	KEXPECT_EQ(get_user_u32(&now, (void *)base), 0);
	KEXPECT_EQ(now, 6);
	KEXPECT_EQ(cmpxchg_user_u32(&old, 0, 7, (u32 *)(base + 2 * PAGE_SIZE)), -EFAULT);
	end();
}

/* Outside of the copies the kernel can't touch ring 3's pages, and can never run them. */
KTEST(smap_and_smep_hold)
{
	struct probe_fault f;
	u64 v = 0;
	u8 b;

	if (!begin())
		return;
	KEXPECT_EQ(put_user_u64(0xc3, (void *)base), 0); /* RET */
	if (boot_cpu.smap) {
		KEXPECT(!probe_read_u64((void *)base, &v, &f));
		KEXPECT_EQ(f.error_code, 1);
		KEXPECT(!probe_write_u8((void *)base, 1, &f));
		KEXPECT_EQ(f.error_code, 3);
	} else {
		KEXPECT(probe_read_u8((void *)base, &b, NULL));
	}
	if (boot_cpu.smep || boot_cpu.nx) {
		KEXPECT(!probe_exec((void *)base, &f));
		KEXPECT_EQ(f.error_code, 0x11);
	}
	end();
}
