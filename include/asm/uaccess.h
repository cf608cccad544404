/* SPDX-License-Identifier: MIT */
/*
 * Copies between kernel and the current process, the only code that runs with SMAP open. Each range
 * is checked against TASK_SIZE, faults are resolved like the process's own; what can't be
 * resolved ends the copy. May sleep. Implemented in kernel/x86/uaccess.*.
 */
#ifndef ASM_UACCESS_H
#define ASM_UACCESS_H

#include <asm/vmlayout.h>
#include <lib/compiler.h>
#include <lib/types.h>

static inline bool access_ok(const void __user *p, size_t n)
{
	return n <= TASK_SIZE && (unsigned long)p <= TASK_SIZE - n;
}

/* Return the bytes NOT copied (0: all of it). */
size_t __must_check copy_to_user(void __user *to, const void *from, size_t n);
size_t __must_check copy_from_user(void *to, const void __user *from, size_t n);
size_t __must_check clear_user(void __user *to, size_t n);

/*
 * A struct that may grow: @size bytes as the kernel knows it, @usize as the caller does. Fields that the caller lacks are zero;
 * -E2BIG when one that the kernel lacks is not, -EFAULT.
 */
int __must_check copy_struct_from_user(void *to, size_t size, const void __user *from, size_t usize);

/* Length without NUL, -EFAULT, or -ENAMETOOLONG when no NUL came within @size bytes. */
ssize_t __must_check strncpy_from_user(char *to, const char __user *from, size_t size);
/* One scalar each; 0 or -EFAULT. */
int __must_check get_user_u32(u32 *val, const void __user *p);
int __must_check get_user_u64(u64 *val, const void __user *p);
int __must_check put_user_u32(u32 val, void __user *p);
int __must_check put_user_u64(u64 val, void __user *p);
/* Atomic compare and exchange on a user word (futex). 0 or -EFAULT; *old is what was there. */
int __must_check cmpxchg_user_u32(u32 *old, u32 expect, u32 val, u32 __user *p);

#endif
