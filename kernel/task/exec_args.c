/* SPDX-License-Identifier: MIT */
/*
 * The arguments of a new program: strings go from the old address space (or the kernel) to the top of the new
 * one's stack, in Linux's order: file name at the very top, below it the environment, below that the
 * arguments. Each stack page is reached through get_user_page and kmap_local.
 */
#include <mm/highmem.h>
#include <mm/slab.h>
#include <uapi/mman.h>
#include "binprm.h"

#define MAX_ARG_STRLEN (32 * PAGE_SIZE)
#define MAX_ARG_STRINGS 0x7fffffff
#define ARG_MAX_MIN (128UL << 10)
#define STACK_LIM (8UL << 20)

static int arg_at(const struct arg_source *a, unsigned int i, u64 *ptr)
{
	if (a->user)
		return get_user_u64(ptr, (const void __user *)(a->user + 8UL * i));
	*ptr = a->kernel ? (u64)a->kernel[i] : 0;
	return 0;
}

int count_args(const struct arg_source *a)
{
	unsigned int n = 0;
	u64 ptr;

	if (!a->user && !a->kernel)
		return 0;
	for (;;) {
		if (arg_at(a, n, &ptr))
			return -EFAULT;
		if (!ptr)
			return (int)n;
		if (++n >= MAX_ARG_STRINGS)
			return -E2BIG;
		if (fatal_signal_pending())
			return -EINTR;
	}
}

static int map_stack_below(struct binprm *b, u64 size)
{
	struct mmap_request req = {
		.addr = b->stack_low - size, .len = size,
		.prot = PROT_READ | PROT_WRITE | (b->exec_stack ? PROT_EXEC : 0),
		.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN | MAP_STACK,
	};
	unsigned long addr = do_mmap(b->mm, &req);

	if (IS_ERR_VALUE(addr))
		return (int)addr;
	b->stack_low -= size;
	return 0;
}

/* Writes into the new stack, page by page. */
static int write_stack(struct binprm *b, u64 addr, const void *data, size_t n)
{
	const u8 *src = data;

	while (n) {
		size_t off = addr & ~PAGE_MASK, part = min(n, PAGE_SIZE - off);
		struct page *page = get_user_page(b->mm, addr, FAULT_WRITE);
		u8 *k;

		if (!page)
			return -ENOMEM;
		k = kmap_local_page(page);
		memcpy(k + off, src, part);
		kunmap_local(k);
		put_page(page);
		addr += part;
		src += part;
		n -= part;
	}
	return 0;
}

static int make_room(struct binprm *b, u64 new_p)
{
	if (new_p > b->p || b->stack_top - new_p > b->string_bytes_max)
		return -E2BIG;
	while (new_p < b->stack_low + PAGE_SIZE) {
		int err = map_stack_below(b, STACK_EXPAND);

		if (err)
			return err;
	}
	return 0;
}

int push_bytes(struct binprm *b, const void *data, size_t n, size_t align)
{
	u64 p = (b->p - n) & ~(u64)(align - 1);
	int err = make_room(b, p);

	if (!err)
		err = write_stack(b, p, data, n);
	if (!err)
		b->p = p;
	return err;
}

/* A string that does not fit into one page: measure it, then copy it in pieces. */
static int push_long_user_string(struct binprm *b, u64 str, char *page)
{
	size_t len = 0, done = 0;
	u64 p;
	int err;

	for (;;) {
		ssize_t n = strncpy_from_user(page, (const char __user *)(str + len), PAGE_SIZE);

		if (n == -EFAULT)
			return -EFAULT;
		len += n >= 0 ? (size_t)n : PAGE_SIZE;
		if (n >= 0)
			break;
		if (len >= MAX_ARG_STRLEN)
			return -E2BIG;
	}
	len++;
	if (len > MAX_ARG_STRLEN)
		return -E2BIG;
	p = b->p - len;
	err = make_room(b, p);
	while (!err && done < len) {
		size_t part = min(len - done, PAGE_SIZE);

		if (copy_from_user(page, (const void __user *)(str + done), part))
			return -EFAULT;
		err = write_stack(b, p + done, page, part);
		done += part;
	}
	b->p = p;
	return err;
}

static int push_user_string(struct binprm *b, u64 str, char *page)
{
	ssize_t n = strncpy_from_user(page, (const char __user *)str, PAGE_SIZE);

	if (n == -ENAMETOOLONG)
		return push_long_user_string(b, str, page);
	if (n < 0)
		return (int)n;
	return push_bytes(b, page, (size_t)n + 1, 1);
}

/* The strings of @a from number @from on, last first; their addresses go to @ptrs. */
static int push_strings(struct binprm *b, const struct arg_source *a, unsigned int from, unsigned int n, u64 *ptrs,
			char *page)
{
	for (unsigned int i = n; i-- > 0; ) {
		u64 ptr;
		int err = arg_at(a, from + i, &ptr);

		if (err)
			return err;
		if (a->user)
			err = push_user_string(b, ptr, page);
		else
			err = push_bytes(b, (const char *)ptr, strlen((const char *)ptr) + 1, 1);
		if (err)
			return err;
		ptrs[i] = b->p;
		if (fatal_signal_pending())
			return -EINTR;
	}
	return 0;
}

static int push_all(struct binprm *b, char *page)
{
	static const u64 zero;
	unsigned int skip = b->nr_script_args ? 1 : 0; /* the script's own argv[0] is replaced */
	unsigned int rest = b->user_argc > skip ? b->user_argc - skip : 0;
	int err = push_bytes(b, &zero, 8, 1);

	if (!err)
		err = push_bytes(b, b->filename, strlen(b->filename) + 1, 1);
	b->execfn = b->p;
	b->mm->env_end = b->p;
	if (!err)
		err = push_strings(b, &b->envp, 0, b->envc, b->ptrs + b->argc, page);
	b->mm->env_start = b->mm->arg_end = b->p;
	if (!err)
		err = push_strings(b, &b->argv, skip, rest, b->ptrs + b->nr_script_args, page);
	if (!err && !b->user_argc && !b->nr_script_args) {      /* argv[0] is never missing */
		err = push_bytes(b, &zero, 1, 1);
		b->ptrs[0] = b->p;
	}
	for (unsigned int i = b->nr_script_args; !err && i-- > 0; ) {
		err = push_bytes(b, b->script_args[i], strlen(b->script_args[i]) + 1, 1);
		b->ptrs[i] = b->p;
	}
	b->mm->arg_start = b->p;
	return err;
}

int setup_arg_stack(struct binprm *b)
{
	unsigned int skip = b->nr_script_args && b->user_argc ? 1 : 0;
	u64 limit, pointers;
	char *page;
	int err;

	b->argc = b->nr_script_args + b->user_argc - skip;
	if (!b->argc)
		b->argc = 1;
	pointers = 8UL * ((u64)b->argc + b->envc);
	limit = max(min(STACK_LIM / 4 * 3, rlimit(RLIMIT_STACK) / 4), ARG_MAX_MIN);
	if (limit <= pointers)
		return -E2BIG;
	b->string_bytes_max = limit - pointers;
	b->p = b->stack_low = b->stack_top;
	err = map_stack_below(b, STACK_EXPAND + PAGE_SIZE);
	if (err)
		return err;
	b->ptrs = kmalloc(pointers, GFP_KERNEL);
	page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	err = b->ptrs && page ? push_all(b, page) : -ENOMEM;
	kfree(page);
	return err;
}
