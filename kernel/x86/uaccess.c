// SPDX-License-Identifier: MIT
/* asm/uaccess.h. Every instruction that touches ring 3's memory has an extable entry. */
#include <asm/extable.h>
#include <asm/uaccess.h>
#include <lib/bug.h>
#include <uapi/errno.h>
#include "internal.h"

size_t copy_user(void *to, const void *from, size_t n);
size_t clear_user_asm(void *to, size_t n);

size_t copy_to_user(void __user *to, const void *from, size_t n)
{
	return access_ok(to, n) ? copy_user(to, from, n) : n;
}

size_t copy_from_user(void *to, const void __user *from, size_t n)
{
	return access_ok(from, n) ? copy_user(to, from, n) : n;
}

size_t clear_user(void __user *to, size_t n)
{
	return access_ok(to, n) ? clear_user_asm(to, n) : n;
}

int copy_struct_from_user(void *to, size_t size, const void __user *from, size_t usize)
{
	size_t known = size < usize ? size : usize;
	u8 rest[64];

	__builtin_memset((u8 *)to + known, 0, size - known);
	if (copy_from_user(to, from, known))
		return -EFAULT;
	for (size_t done = known, n; done < usize; done += n) {
		n = usize - done < sizeof(rest) ? usize - done : sizeof(rest);
		if (copy_from_user(rest, (const u8 __user *)from + done, n))
			return -EFAULT;
		for (size_t i = 0; i < n; i++) {
			if (rest[i])
				return -E2BIG;
		}
	}
	return 0;
}

/* Loads and stores of one scalar: @insn with %0/%1 as below; jumps to fault. SMAP is open around them. */
#define USER_LOAD(insn, val, p) \
	__asm__ goto("1: " insn " (%1), %0\n" EXTABLE_ASM("1b", "%l[fault]") : "=r"(val) : "r"(p) : "memory" : fault)
#define USER_STORE(insn, val, p) \
	__asm__ goto("1: " insn " %0, (%1)\n" EXTABLE_ASM("1b", "%l[fault]") :: "r"(val), "r"(p) : "memory" : fault)

int get_user_u32(u32 *val, const void __user *p)
{
	u32 v;

	if (!access_ok(p, sizeof(v)))
		return -EFAULT;
	user_access_begin();
	USER_LOAD("movl", v, p);
	user_access_end();
	*val = v;
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int get_user_u64(u64 *val, const void __user *p)
{
	u64 v;

	if (!access_ok(p, sizeof(v)))
		return -EFAULT;
	user_access_begin();
	USER_LOAD("movq", v, p);
	user_access_end();
	*val = v;
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int put_user_u32(u32 val, void __user *p)
{
	if (!access_ok(p, sizeof(val)))
		return -EFAULT;
	user_access_begin();
	USER_STORE("movl", val, p);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int put_user_u64(u64 val, void __user *p)
{
	if (!access_ok(p, sizeof(val)))
		return -EFAULT;
	user_access_begin();
	USER_STORE("movq", val, p);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int cmpxchg_user_u32(u32 *old, u32 expect, u32 val, u32 __user *p)
{
	if (!access_ok(p, sizeof(val)))
		return -EFAULT;
	user_access_begin();
	__asm__ goto("1: lock cmpxchgl %1, (%2)\n" EXTABLE_ASM("1b", "%l[fault]")
		     : "+a"(expect) : "r"(val), "r"(p) : "memory", "cc" : fault);
	user_access_end();
	*old = expect;
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

#define ONES 0x0101010101010101UL
#define HIGHS 0x8080808080808080UL

/* Aligned words: a word never crosses a page, so no byte is read that a byte-wise reader would not own. */
ssize_t strncpy_from_user(char *to, const char __user *from, size_t size)
{
	size_t limit = size, n = 0;
	const char *src = from;

	if ((unsigned long)from >= TASK_SIZE)
		return -EFAULT;
	if (limit > TASK_SIZE - (unsigned long)from)
		limit = TASK_SIZE - (unsigned long)from;
	user_access_begin();
	while (n < limit) {
		if (((unsigned long)(src + n) & 7) == 0 && limit - n >= 8) {
			u64 w, zero;

			USER_LOAD("movq", w, src + n);
			__builtin_memcpy(to + n, &w, 8);
			zero = (w - ONES) & ~w & HIGHS;
			if (zero) {
				user_access_end();
				return n + (__builtin_ctzl(zero) >> 3);
			}
			n += 8;
		} else {
			u32 c;

			USER_LOAD("movzbl", c, src + n);
			to[n] = c;
			if (!c) {
				user_access_end();
				return n;
			}
			n++;
		}
	}
	user_access_end();
	return limit == size ? -ENAMETOOLONG : -EFAULT;
fault:
	user_access_end();
	return -EFAULT;
}
