// SPDX-License-Identifier: MIT
/*
 * Registered areas against a naive model: for each page of a window of anonymous and of shared memory, its mode, what is in it,
 * whether it is protected. Random registrations, pages put in, protection, reads, writes, mprotect, madvise, holes, moves, forks; each
 * answer is the model's, and mm_check() holds after each (its laws 5 and 19 are about userfaultfd).
 *
 *     page 0 ........ ANON_PAGES ........ PAGES
 *          anonymous         shared, file page i - ANON_PAGES
 */
#include "check.h"
#include "machine.h"
#include <lib/err.h>
#include <lib/string.h>
#include <mm/fault_inject.h>
#include <mm/filemap.h>
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/userfaultfd.h>
#include <uapi/errno.h>
#include <uapi/mman.h>

#define BASE 0x10000000UL
#define FAR (BASE + (64UL << 20))
#define ANON_PAGES 600
#define PAGES 1200
#define ADDR(i) (BASE + (unsigned long)(i) * PAGE_SIZE)

enum mapped { NO, YES, MAYBE };         /* MAYBE: a neighbour's fault may have mapped it */

static struct { unsigned long mode; bool there, wp, ro; enum mapped mapped; u32 value; } page[PAGES];
static struct address_space file;
static struct mm_struct *mm;
static struct uffd_ctx ctx, other;
static unsigned int waits;

static int no_wait(struct mm_struct *m, unsigned long addr, unsigned int access)
{
	waits++;
	return -EFAULT;
}

static void no_wake(struct uffd_ctx *c, unsigned long start, unsigned long len)
{
}

static bool is_anon(int i) { return i < ANON_PAGES; }

/* Mostly around the border of two page tables. */
static int random_page(void)
{
	return (test_below(2) ? ANON_PAGES : 0) + (test_below(4) ? 506 + test_below(12) - (int)test_below(2) * 88 : test_below(ANON_PAGES));
}

/* A part of one half, *n pages from the result on. */
static int random_part(int *n)
{
	int i = random_page(), end = is_anon(i) ? ANON_PAGES : PAGES;

	*n = 1 + test_below(test_below(4) ? 6 : 500);
	*n = min(*n, end - i);
	return i;
}

static unsigned long random_mode(int i)
{
	unsigned long mode = test_below(2) ? VM_UFFD_MISSING : 0;

	if (test_below(3))
		mode |= VM_UFFD_WP;
	if (!is_anon(i) && test_below(3) == 0)
		mode |= VM_UFFD_MINOR;
	return mode ? mode : VM_UFFD_MISSING;
}

static void set_mode(int i, unsigned long mode)
{
	if (!(mode & VM_UFFD_WP))
		page[i].wp = false;
	page[i].mode = mode;
}

static void op_register(void)
{
	int n, i = random_part(&n);
	unsigned long mode = random_mode(i);
	bool owned = false;

	for (int k = i; k < i + n; k++)
		owned |= page[k].mode != 0;
	if (test_below(8) == 0) {
		CHECK_EQ(uffd_register(&other, ADDR(i), n * PAGE_SIZE, mode), owned ? -EBUSY : 0);
		if (!owned)
			CHECK_EQ(uffd_unregister(&other, ADDR(i), n * PAGE_SIZE), 0);
		return;
	}
	CHECK_EQ(uffd_register(&ctx, ADDR(i), n * PAGE_SIZE, mode), 0);
	for (int k = i; k < i + n; k++)
		if ((page[k].mode & mode) != mode)
			set_mode(k, mode);
}

static void op_unregister(void)
{
	int n, i = random_part(&n);

	CHECK_EQ(uffd_unregister(&ctx, ADDR(i), n * PAGE_SIZE), 0);
	for (int k = i; k < i + n; k++)
		set_mode(k, 0);
}

/* What the request should answer; 1: it depends on what cannot be known. */
static int expected_fill(int i, enum uffd_fill_kind kind, bool wp)
{
	if (!page[i].mode)
		return -ENOENT;
	if ((wp && !(page[i].mode & VM_UFFD_WP)) || (kind == UFFD_CONTINUE && is_anon(i)))
		return -EINVAL;
	if (is_anon(i))
		return page[i].there ? -EEXIST : 0;
	if (page[i].mapped != NO)
		return page[i].mapped == YES ? -EEXIST : 1;
	if (kind == UFFD_CONTINUE)
		return page[i].there ? 0 : -EFAULT;
	return page[i].there ? -EEXIST : 0;
}

static void op_fill(void)
{
	int i = random_page(), want, got;
	struct uffd_fill f = { .ctx = &ctx, .kind = test_below(3), .start = ADDR(i), .len = PAGE_SIZE };
	struct page *p = NULL;
	u32 v = test_random();

	f.wp = f.kind == UFFD_COPY && test_below(2);
	if (f.kind == UFFD_COPY) {
		p = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
		CHECK(p);
		memcpy(page_address(p), &v, sizeof(v));
	}
	want = expected_fill(i, f.kind, f.wp);
	got = uffd_fill_page(&f, ADDR(i), &p);
	if (p)
		put_page(p);
	if (want != 1)
		CHECK_EQ(got, want);
	if (got)
		return;
	page[i].there = true;
	page[i].mapped = YES;
	page[i].wp = f.wp;
	if (f.kind != UFFD_CONTINUE)
		page[i].value = f.kind == UFFD_COPY ? v : 0;
}

static void op_protect(void)
{
	int n, i = random_part(&n);
	bool on = test_below(3), fits;
	struct vm_area_struct *vma = find_vma(mm, ADDR(i));

	if (test_below(8))              /* mostly one that it works for */
		n = min(n, (int)((vma->vm_end - ADDR(i)) >> PAGE_SHIFT));
	fits = (vma->vm_flags & VM_UFFD_WP) && ADDR(i + n) <= vma->vm_end;
	CHECK_EQ(uffd_writeprotect(&ctx, ADDR(i), n * PAGE_SIZE, on), fits ? 0 : -ENOENT);
	for (int k = i; fits && k < i + n; k++)
		page[k].wp = on && (!is_anon(k) || page[k].there);
}

/* Does an access get through, if nobody answers? 2: it can't be known. */
static int passes(int i, bool write)
{
	bool maps = is_anon(i) ? !page[i].there : page[i].mapped == NO;

	if (write && page[i].wp)
		return 0;
	if (maps && !page[i].there)
		return !(page[i].mode & VM_UFFD_MISSING);
	if (maps && (page[i].mode & VM_UFFD_MINOR))
		return 0;
	return !is_anon(i) && page[i].mapped == MAYBE && (page[i].mode & VM_UFFD_MINOR) ? 2 : 1;
}

/* A read fault maps what the file has nearby. */
static void mapped_around(int i)
{
	unsigned long around = ADDR(i) & ~(16 * PAGE_SIZE - 1);

	for (int k = ANON_PAGES; k < PAGES; k++)
		if ((ADDR(k) & ~(16 * PAGE_SIZE - 1)) == around && page[k].mapped == NO && page[k].there)
			page[k].mapped = MAYBE;
}

static void op_touch(void)
{
	int i = random_page(), want;
	bool write = test_below(2) && !page[i].ro;
	u32 v = test_random(), before = waits;
	size_t got;

	want = passes(i, write);
	got = access_mm(mm, ADDR(i), &v, sizeof(v), write ? FAULT_WRITE : 0);
	if (want != 2)
		CHECK_EQ(got, want ? sizeof(v) : 0);
	CHECK_EQ(waits - before, got == 0);
	if (!is_anon(i) && (got || (write && page[i].wp))) {
		/* A write to a protected place puts the page there, and asks then, unless it was asked for the page. */
		bool came = got || page[i].mapped != NO || !(page[i].mode & (page[i].there ? VM_UFFD_MINOR : VM_UFFD_MISSING));

		if (came && page[i].mapped != YES) {
			if (!page[i].there)
				page[i].value = 0;
			page[i].there = true;
			page[i].mapped = page[i].mapped == NO ? YES : MAYBE;
		}
		if (got)
			page[i].mapped = YES;
		if (got && !write && !(page[i].mode & (VM_UFFD_WP | VM_UFFD_MINOR)))
			mapped_around(i);
	}
	if (!got)
		return;
	if (!page[i].there && !write)
		page[i].value = 0;
	page[i].there = true;
	if (write)
		page[i].value = v;
	else
		CHECK_EQ(v, page[i].value);
}

static void op_mprotect(void)
{
	int n, i = random_part(&n);
	bool ro = test_below(2);

	CHECK_EQ(do_mprotect(mm, ADDR(i), n * PAGE_SIZE, PROT_READ | (ro ? 0 : PROT_WRITE)), 0);
	for (int k = i; k < i + n; k++)
		page[k].ro = ro;
}

static void lose(int k, bool from_file)
{
	page[k].mapped = NO;
	if (is_anon(k) || from_file)
		page[k].there = false;
	if (is_anon(k))
		page[k].wp = false;
}

static void op_drop(void)
{
	int n, i = random_part(&n);
	bool from_file = !is_anon(i) && test_below(2);

	if (from_file)
		filemap_punch_hole(&file, (u64)(i - ANON_PAGES) * PAGE_SIZE, (u64)(i - ANON_PAGES + n) * PAGE_SIZE);
	else
		CHECK_EQ(do_madvise(mm, ADDR(i), n * PAGE_SIZE, MADV_DONTNEED), 0);
	for (int k = i; k < i + n; k++)
		lose(k, from_file);
}

/* Away and back: without UFFD_FEATURE_EVENT_REMAP what has moved is nobody's. */
static void op_move(void)
{
	int n, i = random_part(&n);
	struct vm_area_struct *vma = find_vma(mm, ADDR(i));

	if (ADDR(i + n) > vma->vm_end)
		return;
	CHECK_EQ(do_mremap(mm, ADDR(i), n * PAGE_SIZE, n * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, FAR), FAR);
	CHECK_EQ(mm_check(mm), 0);
	CHECK_EQ(do_mremap(mm, FAR, n * PAGE_SIZE, n * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, ADDR(i)), ADDR(i));
	for (int k = i; k < i + n; k++)
		set_mode(k, 0);
}

static void op_fork(void)
{
	struct mm_struct *child = dup_mm(mm);
	struct vm_area_struct *vma;
	u32 v;

	CHECK(child);
	CHECK_EQ(mm_check(child), 0);
	for (vma = child->mmap; vma; vma = vma->vm_next)
		CHECK(!(vma->vm_flags & VM_UFFD_MASK));
	for (int i = 0; i < PAGES; i += 1 + test_below(50)) {
		if (!is_anon(i) && !page[i].there)
			continue;
		CHECK_EQ(access_mm(child, ADDR(i), &v, sizeof(v), 0), sizeof(v));
		CHECK_EQ(v, page[i].there ? page[i].value : 0);
		if (is_anon(i) && !page[i].ro)
			CHECK_EQ(access_mm(child, ADDR(i), &i, sizeof(i), FAULT_WRITE), sizeof(i));
	}
	CHECK_EQ(mm_check(child), 0);
	mmput(child);
}

static void op_rare(void)
{
	if (test_below(2))
		op_move();
	else
		op_unregister();
}

static void start(void)
{
	struct mmap_request req = { .addr = BASE, .len = ANON_PAGES * PAGE_SIZE, .prot = PROT_READ | PROT_WRITE,
				    .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED };

	host_machine_init();
	host_boot_mib(256);
	mm_init();
	thp_enabled = THP_NEVER;
	uffd_hooks.wait = no_wait;
	uffd_hooks.wake = no_wake;
	address_space_init(&file, NULL);
	file.is_shmem = true;
	file.size = (PAGES - ANON_PAGES) * PAGE_SIZE;
	mm = ctx.mm = other.mm = mm_alloc();
	CHECK(mm);
	CHECK_EQ(do_mmap(mm, &req), BASE);
	req = (struct mmap_request){ .addr = ADDR(ANON_PAGES), .len = (PAGES - ANON_PAGES) * PAGE_SIZE, .prot = PROT_READ | PROT_WRITE,
				     .flags = MAP_SHARED | MAP_FIXED, .mapping = &file, .may_flags = VM_MAYREAD | VM_MAYWRITE };
	CHECK_EQ(do_mmap(mm, &req), ADDR(ANON_PAGES));
}

static void random_body(void)
{
	static void (*const ops[])(void) = { op_register, op_register, op_fill, op_fill, op_fill, op_protect, op_protect, op_protect,
					     op_touch, op_touch, op_touch, op_touch, op_mprotect, op_drop, op_fork, op_rare };

	start();
	for (int i = 0; i < 6000; i++) {
		ops[test_below(ARRAY_SIZE(ops))]();
		CHECK_EQ(mm_check(mm), 0);
	}
	uffd_release(&ctx);
	uffd_release(&other);
	CHECK_EQ(mm_check(mm), 0);
	CHECK(!mm->uffd_ctxs);
	CHECK(!find_vma(mm, BASE)->vm_prev && !(find_vma(mm, BASE)->vm_flags & VM_UFFD_MASK));
	mmput(mm);
	CHECK_EQ(nr_user_tables, 0);
	truncate_pagecache(&file, 0);
	CHECK_EQ(nr_pagecache_pages(), 0);
}

static void uffd_random_ops_match_model(void **state)
{
	test_seed_init("uffd_random_ops_match_model");
	assert_int_equal(host_isolated(random_body), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uffd_random_ops_match_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
